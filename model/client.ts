/** The client's statechart (docs/protocol.md §5): a leaf, writer and subscriber. */

import { and, or, setup, stateIn } from 'xstate';
import { accepts, isNewAtClient } from './delivery.ts';
import { duesAt, isServed, watchPath } from './doubt.ts';
import { writerOf } from './events.ts';
import type { EventOf, ModelEvent } from './events.ts';
import { headOf, isNewEvidence, knowledgeOf, NO_FORKS, remind } from './forks.ts';
import * as holdings from './holdings.ts';
import type { ClientContext } from './holdings.ts';
import { firstInterest } from './interest.ts';
import { generationOf, generationOfCapsule, isBeyondCut } from './keys.ts';
import { isFromParent } from './links.ts';
import * as member from './membership.ts';
import type { Capsule, NodeName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { act, frameGuard, outputActions, rejection, report, when } from './reaction.ts';
import { isRangeAllowed, repairOf } from './relay.ts';
import { subscription, subscriptionActions, subscriptionGuards } from './subscription.ts';

function memorised({ memory }: EventOf<'start'>, { shards }: Parameters): Partial<ClientContext> {
  const first = firstInterest(shards);
  if (memory?.kind !== 'client') return { positions: {}, interest: first, ...NO_FORKS };
  const { positions, splitView = null, interest = first } = memory;
  return { positions, splitView, interest, ...knowledgeOf(memory) };
}

/** Whether the client signed a capsule's records by the keys that it has in this life. */
function isOfPresentKeys({ self, incarnation }: ClientContext, capsule: Capsule): boolean {
  return writerOf(capsule) === self && generationOfCapsule(capsule) === generationOf(incarnation);
}

/** A client after what a SYNC tells of keys and forks. */
function informed(context: ClientContext, event: EventOf<'sync'>, parameters: Parameters): ClientContext {
  return { ...context, ...holdings.learnForks(context, event, parameters).patch };
}

const isPlaced = or([
  stateIn({ up: { membership: 'attached' } }),
  // Whoever doubts its parent has it all the same.
  stateIn({ up: { membership: 'doubting' } }),
]);

function guards(parameters: Parameters) {
  const isNewSync = (context: ClientContext, event: EventOf<'sync'>) =>
    isFromParent(context, event) && event.epoch > context.sync && !member.expels(context, event);
  return {
    ...frameGuard,
    ...member.memberGuards(parameters),
    ...subscriptionGuards(parameters),
    canWrite: and([isPlaced, stateIn({ up: { writing: 'ready' } })]),
    canWriteQueued: and([
      ({ context }: { context: ClientContext }) => context.queued.length > 0,
      isPlaced,
      stateIn({ up: { writing: 'ready' } }),
    ]),
    // Membership takes the next incarnation; once attached it cannot be refused any more.
    losesIncarnation: and(['isRefusedIncarnation', stateIn({ up: { membership: 'seeking' } })]),
    queueHasRoom: ({ context }: { context: ClientContext }) => context.queued.length < parameters.maxQueue,
    isNewRts: when<ClientContext, 'rts'>(
      'rts',
      (context, event) => isFromParent(context, event) && event.epoch > context.rts,
    ),
    isNewSync: when<ClientContext, 'sync'>('sync', isNewSync),
    isServingSync: when<ClientContext, 'sync'>(
      'sync',
      (context, event) => isNewSync(context, event) && isServed(informed(context, event, parameters), event),
    ),
    isExpelled: when<ClientContext, 'sync'>(
      'sync',
      (context, event) =>
        isFromParent(context, event) && event.epoch > context.sync && member.expels(context, event),
    ),
    isNewSyncBeyondMe: when<ClientContext, 'sync'>(
      'sync',
      (context, event) =>
        isNewSync(context, event) &&
        holdings.missing(informed(context, event, parameters), event, parameters).length > 0,
    ),
    isForkedData: when<ClientContext, 'data'>(
      'data',
      (context, event) =>
        isFromParent(context, event) &&
        holdings.conflictAtClient(context, [event.record], parameters) !== undefined,
    ),
    isNewEvidence: when<ClientContext, 'evidence'>(
      'evidence',
      (context, event) => isFromParent(context, event) && isNewEvidence(context, event, parameters),
    ),
    isNewData: when<ClientContext, 'data'>(
      'data',
      (context, event) =>
        isFromParent(context, event) &&
        holdings.isSubscribed(context, event.record.capsule) &&
        isNewAtClient(
          context,
          context.self,
          (capsule) => holdings.isOwnCapsule(context, capsule),
          event.record,
          parameters,
        ),
    ),
    asksForWritten: when<ClientContext, 'nak'>(
      'nak',
      (context, event) =>
        isFromParent(context, event) &&
        event.path.length === 0 &&
        writerOf(event.capsule) === context.self &&
        isRangeAllowed(event, parameters) &&
        !isBeyondCut(context, { capsule: event.capsule, seq: event.last }) &&
        (context.positions[event.capsule] ?? 0) >= event.first,
    ),
    isLastRepair: when<ClientContext, 'repair'>(
      'repair',
      (context, event) =>
        holdings.isAsked(context, event) &&
        holdings.takeRepair(context, event, parameters).patch?.asked?.length === 0,
    ),
    isAskedRepair: when<ClientContext, 'repair'>('repair', holdings.isAsked),
  };
}

function actions(parameters: Parameters) {
  const refuse = (why: 'queue-full' | 'leaving') =>
    act<ClientContext, 'put'>(() => ({ outputs: [report({ type: 'refused', why })] }));
  return {
    ...member.memberActions(parameters),
    ...subscriptionActions(parameters),
    readStorage: act<ClientContext, 'start'>((_, event) => ({ patch: memorised(event, parameters) })),
    write: act<ClientContext, 'put'>((context, { shard = 0 }) => holdings.write(context, shard, parameters)),
    writeQueued: act<ClientContext, ModelEvent['type']>((context) =>
      context.queued.length > 0 ? holdings.writeQueued(context, parameters) : {},
    ),
    queue: act<ClientContext, 'put'>((context, { shard = 0 }) => ({
      patch: { queued: [...context.queued, shard].toSorted((a, b) => a - b) },
      outputs: [report({ type: 'queued' })],
    })),
    refuseFullQueue: refuse('queue-full'),
    refuseLeaving: refuse('leaving'),
    deliver: act<ClientContext, 'data'>((context, event) => accepts(context, event.record, parameters)),
    accuse: act<ClientContext, 'data'>((context, event) => {
      const evidence = holdings.conflictAtClient(context, [event.record], parameters);
      return evidence ? holdings.accuse(context, evidence) : {};
    }),
    keepEvidence: act<ClientContext, 'evidence'>((context, { capsule, seq, branches }) =>
      holdings.keepEvidence(context, { capsule, seq, branches }),
    ),
    answerRts: act<ClientContext, 'rts'>((context, { epoch }) => {
      const heads = Object.entries(context.positions)
        .filter(([capsule]) => isOfPresentKeys(context, capsule))
        .map(([capsule, seq]) => headOf(context, capsule, seq));
      const answers = [{ node: context.self, heads }];
      return { patch: { rts: epoch }, outputs: holdings.sendUp(context, { type: 'eoe', epoch, answers }) };
    }),
    acceptSync: act<ClientContext, 'sync'>((context, event) => {
      const { patch, outputs = [] } = holdings.learnForks(context, event, parameters);
      const now = { ...context, ...patch };
      const asked = holdings.missing(now, event, parameters);
      const naks = asked.flatMap((range) => holdings.sendUp(context, { type: 'nak', ...range, path: [] }));
      return {
        patch: { ...now, ...duesAt(now, asked, event, parameters), sync: event.epoch, asked },
        outputs: [
          ...outputs,
          ...remind({ forks: context.forks, keys: now.keys }, context, event.frontier),
          ...naks,
          ...(isServed(now, event) ? watchPath(context, parameters) : []),
        ],
      };
    }),
    watchPath: act<ClientContext, 'heartbeat'>((context) => ({ outputs: watchPath(context, parameters) })),
    repairFromStorage: act<ClientContext, 'nak'>((context, { capsule, first, last }) => {
      const end = Math.min(last, context.positions[capsule] ?? 0);
      const seqs = Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => first + i);
      return { outputs: holdings.sendUp(context, repairOf(context, { capsule, first, last, seqs })) };
    }),
    takeRepair: act<ClientContext, 'repair'>((context, event) =>
      holdings.takeRepair(context, event, parameters),
    ),
    sayGoodbye: act<ClientContext, ModelEvent['type']>((context) => ({
      outputs: member.farewell(context),
    })),
    forgetTree: act<ClientContext, ModelEvent['type']>((context) => ({
      patch: {
        ...holdings.lifelessClient(context.self),
        incarnation: context.incarnation,
        positions: context.positions,
        interest: context.interest,
        ...knowledgeOf(context),
        marks: holdings.storedMarks(context),
        splitView: context.splitView,
      },
    })),
    forgetAll: act<ClientContext, 'crash'>(({ self }) => ({ patch: holdings.lifelessClient(self) })),
  };
}

const start = [
  { guard: 'storageIsEmpty', target: 'up.writing.ready', actions: ['readStorage', 'joinFirst'] },
  { target: 'up.writing.recovering', actions: ['readStorage', 'joinFirst'] },
] as const;

const refusedAsPending = {
  guard: 'isRefusedAsPending',
  actions: 'reportPending',
} as const;

/** Whoever forked a capsule, or was expelled, has no place any more under its keys. */
const excluded = {
  guard: 'isRefusedAsExcluded',
  target: '#client.left',
  actions: ['reportExcluded', 'forgetTree'],
} as const;

/** The statechart of a client; `self` is only in its first context. */
export function clientMachine(parameters: Parameters, self: NodeName = 'c1') {
  return setup({
    types: { context: {} as ClientContext, events: {} as ModelEvent },
    guards: guards(parameters),
    actions: { ...outputActions, ...actions(parameters) },
  }).createMachine({
    id: 'client',
    initial: 'off',
    context: holdings.lifelessClient(self),
    states: {
      off: { on: { start } },
      left: {
        on: {
          put: { actions: 'refuseLeaving' },
          renew: member.renewal,
          crash: { target: 'off', actions: 'forgetAll' },
          '*': rejection,
        },
      },
      up: {
        type: 'parallel',
        states: {
          membership: {
            initial: 'seeking',
            states: {
              seeking: {
                initial: 'joining',
                states: { joining: {}, pending: {} },
                on: {
                  ...member.waitForPlace,
                  'join-refused': [
                    excluded,
                    { ...member.takeNextIncarnation, target: '.joining' },
                    { ...refusedAsPending, target: '.pending' },
                  ],
                },
              },
              attached: {
                on: { ...member.attached.on, 'timer.doubt': { target: 'doubting', actions: 'joinAsOrphan' } },
              },
              orphaned: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': [excluded, { ...refusedAsPending, target: 'seeking.pending' }],
                  heartbeat: {
                    ...member.returnToParent,
                    actions: [...member.returnToParent.actions, 'watchPath'],
                  },
                },
              },
              doubting: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': [excluded, { ...refusedAsPending, target: 'seeking.pending' }],
                  sync: {
                    guard: 'isServingSync',
                    target: 'attached',
                    actions: ['cancelJoin', 'trustParent'],
                  },
                },
              },
            },
          },
          writing: {
            initial: 'ready',
            states: {
              recovering: { on: { sync: { guard: 'isNewSync', target: 'ready' } } },
              // What an earlier life wrote with this incarnation may be newer than the clock.
              ready: { on: { 'join-refused': { guard: 'losesIncarnation', target: 'recovering' } } },
            },
          },
          subscription,
          service: {
            initial: 'serving',
            states: {
              serving: {
                always: { guard: 'canWriteQueued', actions: 'writeQueued' },
                on: {
                  put: [
                    { guard: 'canWrite', actions: 'write' },
                    { guard: 'queueHasRoom', actions: 'queue' },
                    { actions: 'refuseFullQueue' },
                  ],
                  leave: { guard: 'isLeaveCommand', target: 'leaving' },
                },
              },
              leaving: {
                always: {
                  guard: 'canWrite',
                  target: '#client.left',
                  actions: ['writeQueued', 'sayGoodbye', 'forgetTree'],
                },
                on: { put: { actions: 'refuseLeaving' } },
              },
            },
          },
          resync: {
            initial: 'current',
            states: {
              current: {},
              resyncing: {
                on: {
                  repair: [
                    { guard: 'isLastRepair', target: 'current', actions: 'takeRepair' },
                    { guard: 'isAskedRepair', actions: 'takeRepair' },
                  ],
                },
              },
            },
            on: {
              sync: [
                { ...excluded, guard: 'isExpelled' },
                { guard: 'isNewSyncBeyondMe', target: '.resyncing', actions: 'acceptSync' },
                { guard: 'isNewSync', target: '.current', actions: 'acceptSync' },
              ],
            },
          },
        },
        on: {
          ...member.whileMember,
          rts: { guard: 'isNewRts', actions: 'answerRts' },
          data: [
            { guard: 'isForkedData', actions: 'accuse' },
            { guard: 'isNewData', actions: 'deliver' },
          ],
          evidence: { guard: 'isNewEvidence', actions: 'keepEvidence' },
          nak: { guard: 'asksForWritten', actions: 'repairFromStorage' },
          crash: { target: 'off', actions: 'forgetAll' },
          '*': rejection,
        },
      },
    },
  });
}
