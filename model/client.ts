/** The client's statechart (docs/protocol.md §5): a leaf, writer and subscriber. */

import { and, or, setup, stateIn } from 'xstate';
import { accepts, delivered, isNewAtClient } from './delivery.ts';
import type { Deliveries } from './delivery.ts';
import { writerOf } from './events.ts';
import type { EventOf, ModelEvent, ModelOutput } from './events.ts';
import type { Table } from './canonical.ts';
import { isFromParent, sendAll, sendTo } from './links.ts';
import * as member from './membership.ts';
import type { MemberContext } from './membership.ts';
import type { Capsule, LinkBody, NodeName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { act, frameGuard, outputActions, rejection, report, when } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { isWithinRange } from './relay.ts';

/** A range that a client asked its parent for. */
export interface Asked {
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
}

/** What a client knows. Its incarnation and its positions are in its storage. */
export interface ClientContext extends MemberContext, Deliveries {
  /** Greatest epoch accepted of an RTS. */
  readonly rts: number;
  /** Greatest epoch accepted of a SYNC. */
  readonly sync: number;
  /** Sorted by capsule. */
  readonly asked: readonly Asked[];
  /** How many puts wait. */
  readonly queued: number;
}

/** A client that is not alive. */
export function lifelessClient(self: NodeName): ClientContext {
  const nothing = { positions: {}, early: {}, rts: 0, sync: 0, asked: [], queued: 0 };
  return { ...member.lifelessMember(self), ...nothing };
}

/** The capsule that this life writes. */
function ownCapsule(context: ClientContext): Capsule {
  return `${context.self}/${context.incarnation}`;
}

function memorisedPositions(event: EventOf<'start'>): Table<number> {
  return event.memory?.kind === 'client' ? event.memory.positions : {};
}

function sendUp(context: ClientContext, body: LinkBody): readonly ModelOutput[] {
  return context.parent ? [sendTo(context, context.parent, body)] : [];
}

/** Makes one record: of one put, or of all that waited. */
function write(context: ClientContext, parameters: Parameters): Reaction<ClientContext> {
  const capsule = ownCapsule(context);
  const seq = (context.positions[capsule] ?? 0) + 1;
  if (seq > parameters.maxOwnRecords) {
    return { patch: { queued: 0 }, outputs: [report({ type: 'refused', why: 'log-full' })] };
  }
  return {
    patch: { queued: 0, ...delivered(context, capsule, [seq]) },
    outputs: [
      report({ type: 'put', capsule, seq }),
      ...sendUp(context, { type: 'data', record: { capsule, seq } }),
    ],
  };
}

/** What a SYNC shows to be missing, as far as it can be asked for now. */
function missing(context: ClientContext, event: EventOf<'sync'>, parameters: Parameters): readonly Asked[] {
  const own = ownCapsule(context);
  return event.frontier
    .map(({ capsule, seq }) => ({ capsule, first: (context.positions[capsule] ?? 0) + 1, last: seq }))
    .filter(({ capsule, first, last }) => capsule !== own && first <= last)
    .slice(0, parameters.maxPendingNaks)
    .map((range) => ({ ...range, last: Math.min(range.last, range.first + parameters.maxRepair - 1) }));
}

function isAsked(context: ClientContext, event: EventOf<'repair'>): boolean {
  const { capsule, first, last } = event;
  return (
    isFromParent(context, event) &&
    isWithinRange(event) &&
    context.asked.some((one) => one.capsule === capsule && one.first === first && one.last === last)
  );
}

/** Takes each record of a Repair as if it came as data; what is not acceptable as such is passed over. */
function takeRepair(
  context: ClientContext,
  event: EventOf<'repair'>,
  parameters: Parameters,
): Reaction<ClientContext> {
  const { capsule, first, last } = event;
  let now: Deliveries = context;
  const outputs: ModelOutput[] = [];
  for (const seq of event.seqs) {
    if (!isNewAtClient(now, ownCapsule(context), { capsule, seq }, parameters)) continue;
    const { patch, outputs: reports } = accepts(now, { capsule, seq });
    now = { ...now, ...patch };
    outputs.push(...(reports ?? []));
  }
  const asked = context.asked.filter(
    (one) => one.capsule !== capsule || one.first !== first || one.last !== last,
  );
  return { patch: { positions: now.positions, early: now.early, asked }, outputs };
}

function guards(parameters: Parameters) {
  const isNewSync = (context: ClientContext, event: EventOf<'sync'>) =>
    isFromParent(context, event) && event.epoch > context.sync;
  return {
    ...frameGuard,
    ...member.memberGuards,
    canWrite: and([stateIn({ up: { membership: 'attached' } }), stateIn({ up: { writing: 'ready' } })]),
    canWriteQueued: and([
      ({ context }: { context: ClientContext }) => context.queued > 0,
      stateIn({ up: { membership: 'attached' } }),
      stateIn({ up: { writing: 'ready' } }),
    ]),
    // Membership takes the next incarnation; once attached it cannot be refused any more.
    losesIncarnation: and([
      'isRefusedIncarnation',
      or([stateIn({ up: { membership: 'joining' } }), stateIn({ up: { membership: 'pending' } })]),
    ]),
    queueHasRoom: ({ context }: { context: ClientContext }) => context.queued < parameters.maxQueue,
    isNewRts: when<ClientContext, 'rts'>(
      'rts',
      (context, event) => isFromParent(context, event) && event.epoch > context.rts,
    ),
    isNewSync: when<ClientContext, 'sync'>('sync', isNewSync),
    isNewSyncBeyondMe: when<ClientContext, 'sync'>(
      'sync',
      (context, event) => isNewSync(context, event) && missing(context, event, parameters).length > 0,
    ),
    isNewData: when<ClientContext, 'data'>(
      'data',
      (context, event) =>
        isFromParent(context, event) && isNewAtClient(context, ownCapsule(context), event.record, parameters),
    ),
    asksForWritten: when<ClientContext, 'nak'>(
      'nak',
      (context, event) =>
        isFromParent(context, event) &&
        event.path.length === 0 &&
        writerOf(event.capsule) === context.self &&
        (context.positions[event.capsule] ?? 0) >= event.first,
    ),
    isLastRepair: when<ClientContext, 'repair'>(
      'repair',
      (context, event) => isAsked(context, event) && context.asked.length === 1,
    ),
    isAskedRepair: when<ClientContext, 'repair'>('repair', isAsked),
  };
}

function actions(parameters: Parameters) {
  const refuse = (why: 'queue-full' | 'leaving') =>
    act<ClientContext, 'put'>(() => ({ outputs: [report({ type: 'refused', why })] }));
  return {
    ...member.memberActions(parameters),
    readPositions: act<ClientContext, 'start'>((_, event) => ({
      patch: { positions: memorisedPositions(event) },
    })),
    write: act<ClientContext, 'put'>((context) => write(context, parameters)),
    writeQueued: act<ClientContext, ModelEvent['type']>((context) =>
      context.queued > 0 ? write(context, parameters) : {},
    ),
    queue: act<ClientContext, 'put'>((context) => ({
      patch: { queued: context.queued + 1 },
      outputs: [report({ type: 'queued' })],
    })),
    refuseFullQueue: refuse('queue-full'),
    refuseLeaving: refuse('leaving'),
    deliver: act<ClientContext, 'data'>((context, event) => accepts(context, event.record)),
    answerRts: act<ClientContext, 'rts'>((context, { epoch }) => {
      const heads = Object.entries(context.positions)
        .filter(([capsule]) => writerOf(capsule) === context.self)
        .map(([capsule, seq]) => ({ capsule, seq }));
      const answers = [{ node: context.self, heads }];
      return { patch: { rts: epoch }, outputs: sendUp(context, { type: 'eoe', epoch, answers }) };
    }),
    acceptSync: act<ClientContext, 'sync'>((context, event) => {
      const asked = missing(context, event, parameters);
      const parent = context.parent ? [context.parent] : [];
      return {
        patch: { sync: event.epoch, asked },
        outputs: asked.flatMap((range) => sendAll(context, parent, { type: 'nak', ...range, path: [] })),
      };
    }),
    repairFromStorage: act<ClientContext, 'nak'>((context, { capsule, first, last }) => {
      const end = Math.min(last, context.positions[capsule] ?? 0);
      const seqs = Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => first + i);
      return { outputs: sendUp(context, { type: 'repair', capsule, first, last, seqs }) };
    }),
    takeRepair: act<ClientContext, 'repair'>((context, event) => takeRepair(context, event, parameters)),
    sayGoodbye: act<ClientContext, ModelEvent['type']>((context) => ({
      outputs: member.farewell(context),
    })),
    // What is left is what the storage holds.
    forgetTree: act<ClientContext, ModelEvent['type']>(({ self, incarnation, positions }) => ({
      patch: { ...lifelessClient(self), incarnation, positions },
    })),
    forgetAll: act<ClientContext, 'crash'>(({ self }) => ({ patch: lifelessClient(self) })),
  };
}

const start = [
  { guard: 'storageIsEmpty', target: 'up.writing.ready', actions: ['readPositions', 'joinFirst'] },
  { target: 'up.writing.recovering', actions: ['readPositions', 'joinFirst'] },
] as const;

const refusedAsPending = {
  guard: 'isRefusedAsPending',
  target: 'pending',
  actions: 'reportPending',
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
    context: lifelessClient(self),
    states: {
      off: { on: { start } },
      crashed: { on: { start } },
      left: {
        on: {
          put: { actions: 'refuseLeaving' },
          crash: { target: 'crashed', actions: 'forgetAll' },
          '*': rejection,
        },
      },
      up: {
        type: 'parallel',
        states: {
          membership: {
            initial: 'joining',
            states: {
              joining: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': [member.takeNextIncarnation, refusedAsPending],
                },
              },
              pending: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': [member.takeNextIncarnation, refusedAsPending],
                },
              },
              attached: member.attached,
              orphaned: {
                on: {
                  ...member.waitForPlace,
                  'join-refused': refusedAsPending,
                  heartbeat: member.returnToParent,
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
                { guard: 'isNewSyncBeyondMe', target: '.resyncing', actions: 'acceptSync' },
                { guard: 'isNewSync', target: '.current', actions: 'acceptSync' },
              ],
            },
          },
        },
        on: {
          ...member.whileMember,
          rts: { guard: 'isNewRts', actions: 'answerRts' },
          data: { guard: 'isNewData', actions: 'deliver' },
          nak: { guard: 'asksForWritten', actions: 'repairFromStorage' },
          crash: { target: 'crashed', actions: 'forgetAll' },
          '*': rejection,
        },
      },
    },
  });
}
