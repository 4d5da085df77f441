/** The coordinator's statechart (docs/protocol.md §5): root router, shaper of the tree, pace of the epochs. */

import { setup } from 'xstate';
import * as admission from './admission.ts';
import type { JoinCase } from './admission.ts';
import * as epochs from './epochs.ts';
import { COORDINATOR, writerOf } from './events.ts';
import type { EventOf, ModelEvent } from './events.ts';
import { accusation } from './exclusion.ts';
import { mayRotate } from './rotation.ts';
import { headOf, NO_FORKS } from './forks.ts';
import { isFromChild, sendAll } from './links.ts';
import type { Parameters } from './parameters.ts';
import { acknowledged, commit, hopsOf, pathTo, placeAgain, treeOf } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { act, cancelTimer, frameGuard, outputActions, rejection, setTimer, when } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import * as relay from './relay.ts';
import type { RelayContext } from './relay.ts';

type Context = CoordinatorContext;

/** A coordinator that is not alive. */
export function lifelessCoordinator(): CoordinatorContext {
  return {
    self: COORDINATOR,
    incarnation: 0,
    version: 0,
    epoch: 0,
    serial: 0,
    known: {},
    places: {},
    pending: [],
    unacked: [],
    probes: {},
    ...NO_FORKS,
    log: {},
    heads: {},
    headBranches: {},
    naks: [],
    awaited: [],
    answered: [],
  };
}

function begin(event: EventOf<'start'>, parameters: Parameters): Reaction<Context> {
  const timers = [setTimer('heartbeat', parameters.heartbeatMs), setTimer('epoch', parameters.epochMs)];
  if (event.memory?.kind !== 'coordinator') return { patch: { incarnation: 1 }, outputs: timers };
  const { kind: _, ...memory } = event.memory;
  const woken = { ...lifelessCoordinator(), ...memory };
  const before = { ...woken, ...epochs.headsOf(woken) };
  const now = { ...before, incarnation: memory.incarnation + 1 };
  if (Object.keys(now.places).length === 0) return { patch: now, outputs: timers };
  const isRemade = (_child: string, parent: string) => parent === COORDINATOR;
  const tree = treeOf(now);
  const { patch = now, outputs = [] } = commit(before, now, { tree, isRemade, toEveryone: true }, parameters);
  return { patch, outputs: [...outputs, ...timers] };
}

/** What the log took of these records raises the capsule's head. */
function withHead(
  context: Context,
  capsule: string,
  { patch, outputs = [] }: Reaction<RelayContext>,
  parameters: Parameters,
): Reaction<Context> {
  const now = { ...context, ...patch };
  const head = headOf(now, capsule, now.log[capsule]?.at(-1) ?? 0);
  return { patch: { ...patch, ...epochs.raised(context, head, context, parameters) }, outputs };
}

function guards(parameters: Parameters) {
  const isFree = (context: Context, event: ModelEvent) => !admission.wrongChoice(context, event, parameters);
  const isAccusing = (context: Context, event: ModelEvent) =>
    accusation(context, event, parameters) !== undefined && isFree(context, event);
  const joins = (which: JoinCase) =>
    when<Context, 'join'>(
      'join',
      (context, event) => admission.joinCase(context, event, parameters) === which && isFree(context, event),
    );
  const childAsks = (holds: (context: Context, event: EventOf<'nak'>) => boolean) =>
    when<Context, 'nak'>(
      'nak',
      (context, event) =>
        relay.isNakFromChild(hopsOf(context), event, parameters) &&
        relay.mayAsk(context, event) &&
        holds(context, event),
    );
  const isWriterPlaced = (context: Context, event: EventOf<'nak'>) =>
    writerOf(event.capsule) in context.places;
  return {
    ...frameGuard,
    // A frame whose choice is wrong is not to be rejected: the event itself is impossible.
    isUnlistedFrame: ({ context, event }: { context: Context; event: ModelEvent }) =>
      frameGuard.isFrame({ event }) && isFree(context, event),
    joinsExcluded: joins('excluded'),
    joinsWithUsedIncarnation: joins('used'),
    joinsAnewInTree: joins('back'),
    joinsAgainInTree: joins('again'),
    lostCoordinator: joins('cut-off'),
    lostParent: joins('orphan'),
    joinsWithoutSlot: joins('no-slot'),
    joinsWithSlot: joins('slot'),
    isKnownLeave: when<Context, 'leave'>(
      'leave',
      (context, event) => admission.isLeave(context, event) && isFree(context, event),
    ),
    isAwaitedAck: when<Context, 'probe-ack'>(
      'probe-ack',
      (context, event) => admission.isAwaitedAck(context, event) && isFree(context, event),
    ),
    isProbed: when<Context, 'timer.probe'>(
      'timer.probe',
      (context, event) => event.node in context.probes && isFree(context, event),
    ),
    changesInterest: when<Context, 'subscription'>(
      'subscription',
      (context, event) =>
        admission.isSubscription(context, event, parameters) && admission.changesInterest(context, event),
    ),
    isSubscription: when<Context, 'subscription'>('subscription', (context, event) =>
      admission.isSubscription(context, event, parameters),
    ),
    mayRotate: when<Context, 'rotate'>(
      'rotate',
      (context, event) => mayRotate(context) && isFree(context, event),
    ),
    isSuspectedEdge: when<Context, 'suspect'>('suspect', admission.isSuspicion),
    missesChild: when<Context, 'timer.suspect'>(
      'timer.suspect',
      (context, event) => context.places[event.node]?.parent === COORDINATOR,
    ),
    isUnacked: when<Context, 'placement-ack'>(
      'placement-ack',
      (context, { node, incarnation, version }) =>
        context.unacked.includes(node) &&
        context.known[node]?.incarnation === incarnation &&
        context.places[node]?.placedAt === version,
    ),
    someUnacked: ({ context }: { context: Context }) => context.unacked.length > 0,
    noneUnacked: ({ context }: { context: Context }) => context.unacked.length === 0,
    someProbed: ({ context }: { context: Context }) => Object.keys(context.probes).length > 0,
    noneProbed: ({ context }: { context: Context }) => Object.keys(context.probes).length === 0,
    hasChildren: ({ context }: { context: Context }) => hopsOf(context).children.length > 0,
    isLastEoe: when<Context, 'eoe'>(
      'eoe',
      (context, event) => epochs.isAwaited(context, event) && context.awaited.length === 1,
    ),
    isAwaitedEoe: when<Context, 'eoe'>('eoe', epochs.isAwaited),
    greetsFromChild: when<Context, 'heartbeat'>('heartbeat', (context, event) =>
      isFromChild(hopsOf(context), event),
    ),
    isForkedData: when<Context, 'data'>('data', isAccusing),
    isForkedRepair: when<Context, 'repair'>('repair', isAccusing),
    isNewEvidence: when<Context, 'evidence'>('evidence', isAccusing),
    isNewData: when<Context, 'data'>('data', (context, event) =>
      relay.isNewData(context, hopsOf(context), event, parameters),
    ),
    asksForLogged: childAsks(relay.hasAll),
    asksForMissing: childAsks(
      (context, event) => isWriterPlaced(context, event) && relay.canRemember(context, event, parameters),
    ),
    asksForMissingOfAbsent: childAsks(
      (context, event) => !isWriterPlaced(context, event) && relay.hasSome(context, event),
    ),
    isAskedRepair: when<Context, 'repair'>('repair', (context, event) =>
      relay.isAskedRepair(context, hopsOf(context), event),
    ),
  };
}

function actions(parameters: Parameters) {
  type Move<T extends ModelEvent['type']> = (c: Context, e: EventOf<T>, p: Parameters) => Reaction<Context>;
  const bind = <T extends ModelEvent['type']>(react: Move<T>) =>
    act<Context, T>((context, event) => react(context, event, parameters));
  return {
    begin: act<Context, 'start'>((_, event) => begin(event, parameters)),
    refuseExcluded: bind<'join'>(admission.refuseExcluded),
    exclude: bind<'data' | 'repair' | 'evidence'>(admission.exclude),
    refuseIncarnation: bind<'join'>(admission.refuseIncarnation),
    refuseAsPending: bind<'join'>(admission.refuseAsPending),
    remakeLinks: bind<'join'>(admission.remakeLinks),
    tellPlace: bind<'join'>(admission.tellPlace),
    addToTree: bind<'join'>(admission.addToTree),
    reconnect: bind<'join'>(admission.reconnect),
    probeParent: bind<'join'>(admission.probeParent),
    letGo: bind<'leave'>(admission.letGo),
    placeInterest: bind<'subscription'>(admission.placeInterest),
    noteInterest: bind<'subscription'>(admission.noteInterest),
    rotate: bind<'rotate'>(admission.rotate),
    probeChild: bind<'suspect'>(admission.probeChild),
    probeOwnChild: bind<'timer.suspect'>(admission.probeOwnChild),
    blameEdge: bind<'probe-ack'>(admission.blameEdge),
    bury: bind<'timer.probe'>(admission.bury),
    acknowledge: bind<'placement-ack'>((context, event) => acknowledged(context, event.node)),
    placeAgain: bind<'timer.placement'>((context) => placeAgain(context, parameters)),
    greet: bind<'timer.heartbeat'>((context) => {
      const hops = hopsOf(context);
      const heartbeat = setTimer('heartbeat', parameters.heartbeatMs);
      return { outputs: [...sendAll(hops, hops.children, { type: 'heartbeat' }), heartbeat] };
    }),
    watchSender: bind<'heartbeat'>((_, event) => ({
      outputs: [setTimer(`suspect:${event.from}`, parameters.suspectMs)],
    })),
    cancelEoe: act<Context, 'eoe'>(() => ({ outputs: [cancelTimer('eoe')] })),
    mergeEoe: bind<'eoe'>((context, event) => {
      const { patch = {}, outputs = [] } = admission.exclude(context, event, parameters);
      const merged = epochs.merge({ ...context, ...patch }, event, parameters);
      return { patch: { ...patch, ...merged.patch }, outputs: [...outputs, ...(merged.outputs ?? [])] };
    }),
    close: act<Context, 'eoe' | 'timer.eoe'>((context) => epochs.close(context, parameters)),
    closeOpen: bind<'timer.epoch'>((context) => epochs.closeOpen(context, parameters)),
    open: bind<'timer.epoch'>((context) => epochs.open(context, parameters)),
    setEpoch: bind<'timer.epoch'>(() => ({ outputs: [setTimer('epoch', parameters.epochMs)] })),
    relayData: bind<'data'>((context, event) => {
      const reaction = relay.relayData(context, hopsOf(context), event, parameters);
      return withHead(context, event.record.capsule, reaction, parameters);
    }),
    repairFromLog: bind<'nak'>((context, event) => relay.repairFromLog(context, hopsOf(context), event)),
    relayNakDown: bind<'nak'>((context, event) =>
      relay.relayNak(context, hopsOf(context), event, pathTo(context, writerOf(event.capsule))),
    ),
    relayRepair: bind<'repair'>((context, event) => {
      const reaction = relay.relayRepair(context, hopsOf(context), event, parameters);
      return withHead(context, event.capsule, reaction, parameters);
    }),
    forgetAll: act<Context, 'crash'>(() => ({ patch: lifelessCoordinator() })),
  };
}

/** The statechart of the coordinator. */
export function coordinatorMachine(parameters: Parameters) {
  return setup({
    types: { context: {} as CoordinatorContext, events: {} as ModelEvent },
    guards: guards(parameters),
    actions: { ...outputActions, ...actions(parameters) },
  }).createMachine({
    id: 'coordinator',
    initial: 'off',
    context: lifelessCoordinator(),
    states: {
      off: { on: { start: { target: 'up', actions: 'begin' } } },
      up: {
        type: 'parallel',
        states: {
          epoch: {
            initial: 'waiting',
            states: {
              waiting: {},
              collecting: {
                on: {
                  eoe: [
                    { guard: 'isLastEoe', target: 'waiting', actions: ['mergeEoe', 'cancelEoe', 'close'] },
                    { guard: 'isAwaitedEoe', actions: 'mergeEoe' },
                  ],
                  'timer.eoe': { target: 'waiting', actions: 'close' },
                },
              },
            },
            on: {
              'timer.epoch': [
                { guard: 'hasChildren', target: '.collecting', actions: ['closeOpen', 'open', 'setEpoch'] },
                { target: '.waiting', actions: ['closeOpen', 'open', 'setEpoch'] },
              ],
            },
          },
          placing: {
            initial: 'settled',
            states: {
              settled: { always: { guard: 'someUnacked', target: 'unacknowledged' } },
              unacknowledged: {
                always: { guard: 'noneUnacked', target: 'settled' },
                on: {
                  'placement-ack': { guard: 'isUnacked', actions: 'acknowledge' },
                  'timer.placement': { actions: 'placeAgain' },
                },
              },
            },
          },
          probing: {
            initial: 'calm',
            states: {
              calm: { always: { guard: 'someProbed', target: 'probing' } },
              probing: {
                always: { guard: 'noneProbed', target: 'calm' },
                on: {
                  'probe-ack': { guard: 'isAwaitedAck', actions: 'blameEdge' },
                  'timer.probe': { guard: 'isProbed', actions: 'bury' },
                },
              },
            },
          },
        },
        on: {
          join: [
            { guard: 'joinsExcluded', actions: 'refuseExcluded' },
            { guard: 'joinsWithUsedIncarnation', actions: 'refuseIncarnation' },
            { guard: 'joinsAnewInTree', actions: 'remakeLinks' },
            { guard: 'joinsAgainInTree', actions: 'tellPlace' },
            { guard: 'lostCoordinator', actions: 'reconnect' },
            { guard: 'lostParent', actions: 'probeParent' },
            { guard: 'joinsWithoutSlot', actions: 'refuseAsPending' },
            { guard: 'joinsWithSlot', actions: 'addToTree' },
          ],
          leave: { guard: 'isKnownLeave', actions: 'letGo' },
          subscription: [
            { guard: 'changesInterest', actions: 'placeInterest' },
            { guard: 'isSubscription', actions: 'noteInterest' },
          ],
          rotate: { guard: 'mayRotate', actions: 'rotate' },
          suspect: { guard: 'isSuspectedEdge', actions: 'probeChild' },
          'timer.suspect': { guard: 'missesChild', actions: 'probeOwnChild' },
          heartbeat: { guard: 'greetsFromChild', actions: 'watchSender' },
          'timer.heartbeat': { actions: 'greet' },
          data: [
            { guard: 'isForkedData', actions: 'exclude' },
            { guard: 'isNewData', actions: 'relayData' },
          ],
          evidence: { guard: 'isNewEvidence', actions: 'exclude' },
          nak: [
            { guard: 'asksForLogged', actions: 'repairFromLog' },
            { guard: 'asksForMissing', actions: 'relayNakDown' },
            { guard: 'asksForMissingOfAbsent', actions: 'repairFromLog' },
          ],
          repair: [
            { guard: 'isForkedRepair', actions: 'exclude' },
            { guard: 'isAskedRepair', actions: 'relayRepair' },
          ],
          crash: { target: 'off', actions: 'forgetAll' },
          '*': { ...rejection, guard: 'isUnlistedFrame' },
        },
      },
    },
  });
}
