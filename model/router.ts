/** The router's statechart (docs/protocol.md §5): a member that forwards what it cannot read. */

import { setup } from 'xstate';
import { compareNames, excluding } from './canonical.ts';
import type { EventOf, Log, ModelEvent } from './events.ts';
import { knowledgeOf, NO_FORKS, remind } from './forks.ts';
import type { ForkContext } from './forks.ts';
import { isFromChild, isFromParent, sendAll, sendTo } from './links.ts';
import * as member from './membership.ts';
import type { MemberContext } from './membership.ts';
import type { Answer, Evidence, LinkBody, NodeName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { act, cancelTimer, frameGuard, outputActions, rejection, setTimer, when } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import * as relay from './relay.ts';
import type { RelayContext } from './relay.ts';

/** What a router knows. Its incarnation and its log are in its storage. */
export interface RouterContext extends MemberContext, RelayContext {
  /** Greatest epoch accepted of an RTS; the one collected for, while collecting. */
  readonly rts: number;
  /** Greatest epoch accepted of a SYNC. */
  readonly sync: number;
  /** Children whose EOE is missing; empty unless collecting. Sorted. */
  readonly awaited: readonly NodeName[];
  /** Answers of clients so far; empty unless collecting. Sorted by node. */
  readonly answers: readonly Answer[];
}

/** A router that is not alive. */
export function lifelessRouter(self: NodeName): RouterContext {
  return {
    ...member.lifelessMember(self),
    ...NO_FORKS,
    log: {},
    naks: [],
    rts: 0,
    sync: 0,
    awaited: [],
    answers: [],
  };
}

type Stored = { readonly log: Log } & ForkContext & Pick<RouterContext, 'splitView'>;

function memorised(event: EventOf<'start'>): Stored {
  if (event.memory?.kind !== 'router') return { log: {}, ...NO_FORKS, splitView: null };
  const { log, splitView = null } = event.memory;
  return { log, splitView, ...knowledgeOf(event.memory) };
}

function merged(context: RouterContext, event: EventOf<'eoe'>): readonly Answer[] {
  const fresh = event.answers.filter(({ node }) => !context.answers.some((other) => other.node === node));
  return [...context.answers, ...fresh].toSorted((a, b) => compareNames(a.node, b.node));
}

function sendUp(context: RouterContext, body: LinkBody) {
  return context.parent ? [sendTo(context, context.parent, body)] : [];
}

function isAwaited(context: RouterContext, event: EventOf<'eoe'>): boolean {
  return isFromChild(context, event) && event.epoch === context.rts && context.awaited.includes(event.from);
}

function accuse(context: RouterContext, evidence: Evidence | undefined): Reaction<RelayContext> {
  return evidence ? relay.spreadEvidence(context, context, evidence) : {};
}

function guards(parameters: Parameters) {
  const isNewRts = (context: RouterContext, event: EventOf<'rts'>) =>
    isFromParent(context, event) && event.epoch > context.rts;
  const isFirstOfPathChild = (context: RouterContext, event: EventOf<'nak'>) =>
    context.children.some((child) => child.node === event.path[0]);
  return {
    ...frameGuard,
    ...member.memberGuards(parameters),
    isNewRtsForChildren: when<RouterContext, 'rts'>(
      'rts',
      (context, event) => isNewRts(context, event) && context.children.length > 0,
    ),
    isNewRts: when<RouterContext, 'rts'>('rts', isNewRts),
    isLastEoe: when<RouterContext, 'eoe'>(
      'eoe',
      (context, event) => isAwaited(context, event) && context.awaited.length === 1,
    ),
    isAwaitedEoe: when<RouterContext, 'eoe'>('eoe', isAwaited),
    isNewSync: when<RouterContext, 'sync'>(
      'sync',
      (context, event) => isFromParent(context, event) && event.epoch > context.sync,
    ),
    isExpelled: when<RouterContext, 'sync'>(
      'sync',
      (context, event) =>
        isFromParent(context, event) && event.epoch > context.sync && member.expels(context, event),
    ),
    isForkedData: when<RouterContext, 'data'>(
      'data',
      (context, event) => relay.conflictOfData(context, context, event, parameters) !== undefined,
    ),
    isForkedRepair: when<RouterContext, 'repair'>(
      'repair',
      (context, event) => relay.conflictOfRepair(context, context, event, parameters) !== undefined,
    ),
    isNewEvidence: when<RouterContext, 'evidence'>('evidence', (context, event) =>
      relay.isEvidence(context, context, event, parameters),
    ),
    isNewData: when<RouterContext, 'data'>('data', (context, event) =>
      relay.isNewData(context, context, event, parameters),
    ),
    asksForLogged: when<RouterContext, 'nak'>(
      'nak',
      (context, event) =>
        (relay.isNakFromChild(context, event, parameters) ||
          relay.isNakFromParent(context, event, parameters)) &&
        relay.mayAsk(context, event) &&
        relay.hasAll(context, event) &&
        relay.tornAt(context, event.capsule, event.first, event.last) === undefined,
    ),
    childAsksForMissing: when<RouterContext, 'nak'>(
      'nak',
      (context, event) =>
        relay.isNakFromChild(context, event, parameters) &&
        relay.mayAsk(context, event) &&
        relay.canRemember(context, event, parameters),
    ),
    parentAsksForMissing: when<RouterContext, 'nak'>(
      'nak',
      (context, event) =>
        relay.isNakFromParent(context, event, parameters) &&
        isFirstOfPathChild(context, event) &&
        relay.mayAsk(context, event) &&
        relay.canRemember(context, event, parameters),
    ),
    isAskedRepair: when<RouterContext, 'repair'>('repair', (context, event) =>
      relay.isAskedRepair(context, context, event),
    ),
  };
}

function actions(parameters: Parameters) {
  const over: Partial<RouterContext> = { awaited: [], answers: [] };
  return {
    ...member.memberActions(parameters),
    readLog: act<RouterContext, 'start'>((_, event) => ({ patch: memorised(event) })),
    forwardRts: act<RouterContext, 'rts'>((context, { epoch }) => ({
      patch: { rts: epoch, awaited: context.children.map((child) => child.node), answers: [] },
      outputs: [
        ...sendAll(context, context.children, { type: 'rts', epoch }),
        setTimer('eoe', Math.floor(parameters.eoeMs / 2 ** context.level)),
      ],
    })),
    answerForNobody: act<RouterContext, 'rts'>((context, { epoch }) => ({
      patch: { rts: epoch, ...over },
      outputs: [
        ...sendUp(context, { type: 'eoe', epoch, answers: [] }),
        ...(context.awaited.length > 0 ? [cancelTimer('eoe')] : []),
      ],
    })),
    mergeEoe: act<RouterContext, 'eoe'>((context, event) => {
      const heads = event.answers.flatMap((answer) => answer.heads);
      const { patch = {}, outputs = [] } = accuse(context, relay.conflictIn(context, heads, parameters));
      return {
        patch: { ...patch, awaited: excluding(context.awaited, event.from), answers: merged(context, event) },
        outputs,
      };
    }),
    accuse: act<RouterContext, 'data' | 'repair'>((context, event) =>
      accuse(
        context,
        event.type === 'data'
          ? relay.conflictOfData(context, context, event, parameters)
          : relay.conflictOfRepair(context, context, event, parameters),
      ),
    ),
    spreadEvidence: act<RouterContext, 'evidence'>((context, event) =>
      relay.spreadEvidence(context, context, event, event.from),
    ),
    cancelEoe: act<RouterContext, 'eoe'>(() => ({ outputs: [cancelTimer('eoe')] })),
    sendEoe: act<RouterContext, 'eoe' | 'timer.eoe'>((context) => ({
      patch: over,
      outputs: sendUp(context, { type: 'eoe', epoch: context.rts, answers: context.answers }),
    })),
    forwardSync: act<RouterContext, 'sync'>((context, event) => {
      const { type, epoch, frontier, forks = [], lacks, rotation } = event;
      const turned = relay.learnRotation(context, event);
      const told = relay.learnForks({ ...context, ...turned.patch }, forks, parameters);
      const now = { ...context, ...turned.patch, ...told.patch };
      const own = accuse(now, relay.conflictIn(now, frontier, parameters));
      return {
        patch: { ...turned.patch, ...told.patch, ...own.patch, sync: epoch, naks: [] },
        outputs: [
          ...(turned.outputs ?? []),
          ...(told.outputs ?? []),
          ...(own.outputs ?? []),
          ...remind({ forks: context.forks, keys: now.keys }, context, frontier),
          ...sendAll(context, context.children, {
            type,
            epoch,
            frontier,
            ...(forks.length === 0 ? {} : { forks }),
            ...(lacks === undefined ? {} : { lacks }),
            ...(rotation === undefined ? {} : { rotation }),
          }),
        ],
      };
    }),
    relayData: act<RouterContext, 'data'>((context, event) =>
      relay.relayData(context, context, event, parameters),
    ),
    repairFromLog: act<RouterContext, 'nak'>((context, event) =>
      relay.repairFromLog(context, context, event),
    ),
    relayNakUp: act<RouterContext, 'nak'>((context, event) =>
      relay.relayNak(context, context, event, context.parent ? [context.parent.node] : []),
    ),
    relayNakDown: act<RouterContext, 'nak'>((context, event) =>
      relay.relayNak(context, context, event, event.path),
    ),
    relayRepair: act<RouterContext, 'repair'>((context, event) =>
      relay.relayRepair(context, context, event, parameters),
    ),
    sayGoodbye: act<RouterContext, 'leave'>((context) => ({ outputs: member.farewell(context) })),
    // What is left is what the storage holds.
    forgetTree: act<RouterContext, 'leave' | 'join-refused' | 'sync'>(
      ({ self, incarnation, log, splitView, ...context }): Reaction<RouterContext> => ({
        patch: { ...lifelessRouter(self), incarnation, log, splitView, ...knowledgeOf(context) },
      }),
    ),
    forgetAll: act<RouterContext, 'crash'>(({ self }) => ({ patch: lifelessRouter(self) })),
  };
}

/** Who was expelled has no place any more under its keys. */
const excluded = {
  guard: 'isRefusedAsExcluded',
  target: '#router.left',
  actions: ['reportExcluded', 'forgetTree'],
} as const;

/** The statechart of a router; `self` is only in its first context. A router is never pending: the coordinator always finds it a place. */
export function routerMachine(parameters: Parameters, self: NodeName = 'r1') {
  return setup({
    types: { context: {} as RouterContext, events: {} as ModelEvent },
    guards: guards(parameters),
    actions: { ...outputActions, ...actions(parameters) },
  }).createMachine({
    id: 'router',
    initial: 'off',
    context: lifelessRouter(self),
    states: {
      off: { on: { start: { target: 'up', actions: ['readLog', 'joinFirst'] } } },
      left: { on: { renew: member.renewal, crash: { target: 'off', actions: 'forgetAll' }, '*': rejection } },
      up: {
        type: 'parallel',
        states: {
          membership: {
            initial: 'joining',
            states: {
              joining: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': [excluded, { ...member.takeNextIncarnation, target: 'joining' }],
                },
              },
              attached: member.attached,
              orphaned: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': excluded,
                  heartbeat: member.returnToParent,
                },
              },
            },
          },
          epoch: {
            initial: 'idle',
            states: {
              idle: {},
              collecting: {
                on: {
                  eoe: [
                    { guard: 'isLastEoe', target: 'idle', actions: ['mergeEoe', 'cancelEoe', 'sendEoe'] },
                    { guard: 'isAwaitedEoe', actions: 'mergeEoe' },
                  ],
                  'timer.eoe': { target: 'idle', actions: 'sendEoe' },
                },
              },
            },
            on: {
              rts: [
                { guard: 'isNewRtsForChildren', target: '.collecting', actions: 'forwardRts' },
                { guard: 'isNewRts', target: '.idle', actions: 'answerForNobody' },
              ],
            },
          },
        },
        on: {
          ...member.whileMember,
          'timer.suspect': { guard: 'missesChild', actions: 'suspectChild' },
          sync: [
            { ...excluded, guard: 'isExpelled' },
            { guard: 'isNewSync', actions: 'forwardSync' },
          ],
          data: [
            { guard: 'isForkedData', actions: 'accuse' },
            { guard: 'isNewData', actions: 'relayData' },
          ],
          evidence: { guard: 'isNewEvidence', actions: 'spreadEvidence' },
          nak: [
            { guard: 'asksForLogged', actions: 'repairFromLog' },
            { guard: 'childAsksForMissing', actions: 'relayNakUp' },
            { guard: 'parentAsksForMissing', actions: 'relayNakDown' },
          ],
          repair: [
            { guard: 'isForkedRepair', actions: 'accuse' },
            { guard: 'isAskedRepair', actions: 'relayRepair' },
          ],
          leave: { guard: 'isLeaveCommand', target: 'left', actions: ['sayGoodbye', 'forgetTree'] },
          crash: { target: 'off', actions: 'forgetAll' },
          '*': rejection,
        },
      },
    },
  });
}
