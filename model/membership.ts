/**
 * Membership of routers and clients (docs/protocol.md §5.1): what both have in common. Their charts put these
 * transitions into their own states; guards and actions have the same names in both.
 */

import { isWatched, watchPath } from './doubt.ts';
import { COORDINATOR, roleOf } from './events.ts';
import type { EventOf, ModelOutput } from './events.ts';
import { saying } from './interest.ts';
import { generationOf, isVoid, LIVES_PER_KEY, MAX_GENERATIONS } from './keys.ts';
import { isFromNeighbour, isFromParent, neighboursOf, sendAll } from './links.ts';
import type { Control, Interest, Linked, Neighbour, NodeName, SplitView } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { act, cancelTimer, report, send, setTimer, when } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import * as view from './split-view.ts';

/** Why a node joins: what its joins say, repetitions too. */
export interface Claim {
  readonly reason: 'new' | 'restarted' | 'orphaned';
  readonly suspect: NodeName;
  readonly link: number;
}

/** What routers and clients know of themselves and of their neighbourhood. */
export interface MemberContext {
  readonly self: NodeName;
  /** 0: not alive. */
  readonly incarnation: number;
  readonly birth: number;
  readonly attempt: number;
  /** null while attached: there is nothing to claim then. */
  readonly claim: Claim | null;
  /** Of the placement installed in this life; 0: none, so no place. */
  readonly version: number;
  readonly level: number;
  readonly parent: Neighbour | null;
  readonly children: readonly Neighbour[];
  /** Of the greatest probe answered. */
  readonly nonce: number;
  /** What a client subscribes to; null where there is one shard, and at routers. */
  readonly interest: Interest | null;
  /** What the installed placement takes the client to want; null if it says nothing of it. */
  readonly shown: Interest | null;
  /** The evidence against the coordinator that it keeps: the first that it had; null: none. */
  readonly splitView: SplitView | null;
}

/** A member that is not alive. */
export function lifelessMember(self: NodeName): MemberContext {
  return {
    self,
    incarnation: 0,
    birth: 0,
    attempt: 0,
    claim: null,
    version: 0,
    level: 0,
    parent: null,
    children: [],
    nonce: 0,
    interest: null,
    shown: null,
    splitView: null,
  };
}

const RESTARTED: Claim = { reason: 'restarted', suspect: '', link: 0 };
const NEW: Claim = { reason: 'new', suspect: '', link: 0 };

function isOfThisLife(context: MemberContext, event: EventOf<'join-refused'>): boolean {
  return event.node === context.self && event.birth === context.birth && event.attempt === context.attempt;
}

function namesMe(context: MemberContext, event: { node: NodeName; incarnation: number }): boolean {
  return event.node === context.self && event.incarnation === context.incarnation;
}

function isMyPlacement(context: MemberContext, event: EventOf<'placement'>): boolean {
  return namesMe(context, event) && event.birth === context.birth;
}

/** Whether a placement is for this life, newer than the one installed, and of some tree. */
export function isNewPlacement(
  context: MemberContext,
  event: EventOf<'placement'>,
  parameters: Parameters,
): boolean {
  return (
    isMyPlacement(context, event) &&
    event.version > context.version &&
    view.isPossible(context, event, parameters)
  );
}

// Versions count from 1, so this one cannot be mistaken for the 0 of "none installed".
function isInstalledPlacement(context: MemberContext, event: EventOf<'placement'>): boolean {
  const own = view.installed(context);
  return isMyPlacement(context, event) && own?.version === event.version && !view.contradict(own, event);
}

/** Whether a SYNC says that the keys are void that the node has. */
export function expels({ self, incarnation }: MemberContext, { rotation }: EventOf<'sync'>): boolean {
  return rotation !== undefined && isVoid(rotation, self, incarnation);
}

/** Guards of membership, by name. */
export const memberGuards = (parameters: Parameters) => ({
  storageIsEmpty: when<MemberContext, 'start'>('start', (_, event) => event.memory === null),
  isRefusedIncarnation: when<MemberContext, 'join-refused'>(
    'join-refused',
    (context, event) =>
      event.why === 'incarnation' &&
      isOfThisLife(context, event) &&
      event.known >= context.incarnation &&
      // Beyond that it would need other keys.
      generationOf(event.known + 1) === generationOf(context.incarnation),
  ),
  isRefusedAsPending: when<MemberContext, 'join-refused'>(
    'join-refused',
    (context, event) => event.why === 'pending' && isOfThisLife(context, event),
  ),
  isRefusedAsExcluded: when<MemberContext, 'join-refused'>(
    'join-refused',
    (context, event) => event.why === 'excluded' && isOfThisLife(context, event),
  ),
  isNewPlacement: when<MemberContext, 'placement'>('placement', (context, event) =>
    isNewPlacement(context, event, parameters),
  ),
  isInstalledPlacement: when<MemberContext, 'placement'>('placement', isInstalledPlacement),
  isSplitView: when<MemberContext, 'placement'>(
    'placement',
    (context, event) => view.splitViewWith(context, event, parameters) !== undefined,
  ),
  isNewSplitView: when<MemberContext, 'split-view'>('split-view', view.isNewSplitView),
  hasPlace: ({ context }: { context: MemberContext }): boolean => context.version > 0,
  greetsFromParent: when<MemberContext, 'heartbeat'>('heartbeat', isFromParent),
  greetsFromNeighbour: when<MemberContext, 'heartbeat'>('heartbeat', isFromNeighbour),
  missesParent: when<MemberContext, 'timer.suspect'>(
    'timer.suspect',
    (context, event) => context.parent?.node === event.node,
  ),
  missesChild: when<MemberContext, 'timer.suspect'>('timer.suspect', (context, event) =>
    context.children.some((child) => child.node === event.node),
  ),
  isNewProbe: when<MemberContext, 'probe'>(
    'probe',
    (context, event) => namesMe(context, event) && event.nonce > context.nonce,
  ),
  mayRenew: ({ context }: { context: MemberContext }): boolean =>
    generationOf(context.incarnation) + 1 < MAX_GENERATIONS,
  // The message of that name is for the coordinator alone.
  isLeaveCommand: when<MemberContext, 'leave'>('leave', (_, event) => !('node' in event)),
});

function join(context: MemberContext, parameters: Parameters): Reaction<MemberContext> {
  const role = roleOf(context.self);
  if (role === 'coordinator' || !context.claim) throw new TypeError(`${context.self} has no claim to join`);
  const message: Control = {
    type: 'join',
    node: context.self,
    role,
    incarnation: context.incarnation,
    birth: context.birth,
    attempt: context.attempt,
    ...context.claim,
    ...saying(context.interest),
  };
  return {
    patch: context,
    outputs: [
      send(COORDINATOR, message),
      ...(context.claim.reason === 'orphaned' ? view.showTo(context, context.claim.suspect) : []),
      setTimer('join', parameters.joinMs),
    ],
  };
}

function acknowledgement(context: MemberContext, version: number): ModelOutput {
  const { self: node, incarnation } = context;
  return send(COORDINATOR, { type: 'placement-ack', node, incarnation, version });
}

function install(
  context: MemberContext,
  event: EventOf<'placement'>,
  parameters: Parameters,
): Reaction<MemberContext> {
  const { version, level, parent, children, interest: shown = null } = event;
  const placed: MemberContext = { ...context, claim: null, version, level, parent, children, shown };
  const neighbours = neighboursOf(placed).map((one) => one.node);
  const gone = neighboursOf(context).filter((one) => !neighbours.includes(one.node));
  const wasWatched = context.claim === null && isWatched(context) && context.parent?.node === parent.node;
  const doubt = isWatched(placed)
    ? wasWatched
      ? []
      : watchPath(placed, parameters)
    : isWatched(context)
      ? [cancelTimer('doubt')]
      : [];
  return {
    patch: placed,
    outputs: [
      ...(context.version === 0 ? [setTimer('heartbeat', parameters.heartbeatMs)] : []),
      ...neighbours.map((node) => setTimer(`suspect:${node}`, parameters.suspectMs)),
      ...gone.map((one) => cancelTimer(`suspect:${one.node}`)),
      ...(roleOf(context.self) === 'client' ? doubt : []),
    ],
  };
}

/** Says goodbye: the Leave and its report. */
export function farewell(context: MemberContext): readonly ModelOutput[] {
  const { self: node, incarnation } = context;
  return [send(COORDINATOR, { type: 'leave', node, incarnation }), report({ type: 'left' })];
}

/** Actions of membership, by name. */
export function memberActions(parameters: Parameters) {
  return {
    joinFirst: act<MemberContext, 'start'>((context, event) => {
      const claim = event.memory ? RESTARTED : NEW;
      const incarnation = (event.memory?.incarnation ?? 0) + 1;
      return join({ ...context, incarnation, birth: event.birth, attempt: 1, claim }, parameters);
    }),
    joinAgain: act<MemberContext, 'timer.join'>((context) =>
      join({ ...context, attempt: context.attempt + 1 }, parameters),
    ),
    joinAsNextIncarnation: act<MemberContext, 'join-refused'>((context, event) =>
      join(
        { ...context, incarnation: event.known + 1, attempt: context.attempt + 1, claim: RESTARTED },
        parameters,
      ),
    ),
    joinAsOrphan: act<MemberContext, 'timer.suspect' | 'timer.doubt'>((context) => {
      const { node: suspect, link } = context.parent ?? { node: '', link: 0 };
      const claim: Claim = { reason: 'orphaned', suspect, link };
      return join({ ...context, attempt: context.attempt + 1, claim }, parameters);
    }),
    // The next life counts on from here: its keys are the next.
    takeNextKeys: act<MemberContext, 'renew'>(({ incarnation }) => {
      const generation = generationOf(incarnation) + 1;
      return {
        patch: { incarnation: generation * LIVES_PER_KEY },
        outputs: [report({ type: 'renewed', generation })],
      };
    }),
    // What is left is what the storage holds.
    reportExcluded: act<MemberContext, 'join-refused' | 'sync'>(() => ({
      outputs: [report({ type: 'excluded' }), cancelTimer('join')],
    })),
    reportPending: act<MemberContext, 'join-refused'>(() => ({ outputs: [report({ type: 'pending' })] })),
    acknowledge: act<MemberContext, 'placement'>((context, event) => ({
      outputs: [acknowledgement(context, event.version)],
    })),
    reportInstalled: act<MemberContext, 'placement'>((_, { version, parent, children }) => ({
      outputs: [
        report({
          type: 'installed',
          version,
          parent: parent.node,
          children: children.map((child) => child.node),
        }),
      ],
    })),
    cancelJoin: act<MemberContext, 'placement' | 'heartbeat' | 'sync'>(() => ({
      outputs: [cancelTimer('join')],
    })),
    install: act<MemberContext, 'placement'>((context, event) => install(context, event, parameters)),
    greet: act<MemberContext, 'timer.heartbeat'>((context) => ({
      outputs: [
        ...sendAll(context, neighboursOf(context), { type: 'heartbeat' }),
        ...view.tellNeighbours(context),
        setTimer('heartbeat', parameters.heartbeatMs),
      ],
    })),
    watchSender: act<MemberContext, 'heartbeat'>((_, event: Linked) => ({
      outputs: [setTimer(`suspect:${event.from}`, parameters.suspectMs)],
    })),
    trustParent: act<MemberContext, 'heartbeat' | 'sync'>(() => ({ patch: { claim: null } })),
    suspectChild: act<MemberContext, 'timer.suspect'>((context, event) => {
      const { self: node, incarnation } = context;
      const link = context.children.find((child) => child.node === event.node)?.link ?? 0;
      return {
        outputs: [
          send(COORDINATOR, { type: 'suspect', node, incarnation, child: event.node, link }),
          ...view.showTo(context, event.node),
          setTimer(`suspect:${event.node}`, parameters.suspectMs),
        ],
      };
    }),
    keepSplitView: act<MemberContext, 'placement'>((context, event) => {
      const found = view.splitViewWith(context, event, parameters);
      return found ? view.keeping(found) : {};
    }),
    keepToldSplitView: act<MemberContext, 'split-view'>((_, { placements }) => view.keeping({ placements })),
    answerProbe: act<MemberContext, 'probe'>((context, event) => {
      const { self: node, incarnation } = context;
      const { nonce } = event;
      return {
        patch: { nonce },
        outputs: [send(COORDINATOR, { type: 'probe-ack', node, incarnation, nonce })],
      };
    }),
  };
}

/** Transitions of a node that waits for a place: joining, pending or orphaned. */
export const waitForPlace = {
  'timer.join': { actions: 'joinAgain' },
  placement: {
    guard: 'isNewPlacement',
    target: 'attached',
    actions: ['acknowledge', 'reportInstalled', 'cancelJoin', 'install'],
  },
} as const;

/** Transition of a node whose incarnation turned out to be used. It joins from the start. */
export const takeNextIncarnation = {
  guard: 'isRefusedIncarnation',
  actions: 'joinAsNextIncarnation',
} as const;

/** The state `attached`: a newer placement replaces the neighbourhood, a silent parent makes an orphan. */
export const attached = {
  on: {
    placement: { guard: 'isNewPlacement', actions: ['acknowledge', 'reportInstalled', 'install'] },
    'timer.suspect': { guard: 'missesParent', target: 'orphaned', actions: 'joinAsOrphan' },
  },
} as const;

/** Transition of an orphan that hears its parent again. */
export const returnToParent = {
  guard: 'greetsFromParent',
  target: 'attached',
  actions: ['watchSender', 'cancelJoin', 'trustParent'],
} as const;

/** Transition of a node that has left: with its next keys it can come back in its next life. */
export const renewal = { guard: 'mayRenew', actions: 'takeNextKeys' } as const;

/** Transitions of `up` that no state of membership changes. */
export const whileMember = {
  placement: [
    { guard: 'isInstalledPlacement', actions: 'acknowledge' },
    { guard: 'isSplitView', actions: 'keepSplitView' },
  ],
  'split-view': { guard: 'isNewSplitView', actions: 'keepToldSplitView' },
  heartbeat: { guard: 'greetsFromNeighbour', actions: 'watchSender' },
  'timer.heartbeat': { guard: 'hasPlace', actions: 'greet' },
  probe: { guard: 'isNewProbe', actions: 'answerProbe' },
} as const;
