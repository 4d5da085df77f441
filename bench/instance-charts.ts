/**
 * A small multicast protocol as three statecharts: joining a tree, multicasting, losing and crashing; no epochs and no keys.
 * Its state space is known exactly, so it serves to show that exhaustive search is right, and how fast it is.
 */
import { assertEvent, enqueueActions, setup } from 'xstate';

/** How large the system is. */
export interface InstanceSize {
  /** Children of a node, at most. */
  readonly k: number;
  readonly routers: number;
  readonly clients: number;
  /** So many clients, the first ones, may multicast once each. */
  readonly multicasts: number;
  /** Messages that may be lost. */
  readonly drops: number;
  readonly crashes: number;
}

/** Node 0 is the coordinator, then come the routers, then the clients. */
export type InstanceMessage =
  | { readonly type: 'join'; readonly node: number }
  | { readonly type: 'assign'; readonly to: number; readonly parent: number }
  | { readonly type: 'add'; readonly to: number; readonly child: number }
  | { readonly type: 'data'; readonly from: number; readonly to: number; readonly multicast: number };

export type InstanceEvent = InstanceMessage | { readonly type: 'crash' } | { readonly type: 'multicast' };

/** No parent, no multicast of its own. */
export const NONE = -1;

export interface CoordinatorContext {
  readonly size: InstanceSize;
  /** The registry, by node. */
  readonly parents: readonly number[];
  /** By multicast: data sent so far. */
  readonly sent: readonly number[];
}

export interface RouterContext {
  readonly self: number;
  readonly parent: number;
  /** Sorted. */
  readonly children: readonly number[];
  readonly sent: readonly number[];
}

export interface ClientContext {
  readonly self: number;
  readonly parent: number;
  /** The multicast that it may make. */
  readonly own: number;
  readonly isMade: boolean;
  readonly sent: readonly number[];
  /** By multicast: deliveries so far. */
  readonly delivered: readonly number[];
}

type Reaction<C> = { readonly patch: Partial<C>; readonly sends?: readonly InstanceMessage[] };

/** An action: what changes, and what is sent as actions that nobody executes. */
function act<C, T extends InstanceEvent['type']>(
  type: T,
  react: (context: C, event: Extract<InstanceEvent, { type: T }>) => Reaction<C>,
): (args: { context: C; event: InstanceEvent }) => void {
  return enqueueActions(({ context, event, enqueue }) => {
    assertEvent(event as InstanceEvent, type);
    const { patch, sends = [] } = react(context as C, event as never);
    enqueue.assign(patch);
    for (const message of sends) enqueue({ type: 'send', params: message });
  }) as never;
}

function isRouter({ routers }: InstanceSize, node: number): boolean {
  return node >= 1 && node <= routers;
}

function childCount(parents: readonly number[], node: number): number {
  return parents.filter((parent) => parent === node).length;
}

/** Where a node that joins goes; NONE if there is no place. */
function placeOf({ size, parents }: CoordinatorContext, node: number): number {
  const hasRoom = (parent: number) => childCount(parents, parent) < size.k;
  if (isRouter(size, node) && hasRoom(0)) return 0;
  let best = NONE;
  for (let router = 1; router <= size.routers; router += 1) {
    if (parents[router] === NONE || router === node || !hasRoom(router)) continue;
    if (best === NONE || childCount(parents, router) < childCount(parents, best)) best = router;
  }
  const hasRouter = parents.some((parent, router) => isRouter(size, router) && parent !== NONE);
  if (best === NONE && !isRouter(size, node) && !hasRouter && hasRoom(0)) return 0;
  return best;
}

function relay(
  self: number,
  neighbours: readonly number[],
  sent: readonly number[],
  { from, multicast }: Extract<InstanceMessage, { type: 'data' }>,
): Reaction<{ sent: readonly number[] }> {
  const others = neighbours.filter((node) => node !== from);
  return {
    patch: { sent: sent.with(multicast, (sent[multicast] ?? 0) + others.length) },
    sends: others.map((to) => ({ type: 'data', from: self, to, multicast })),
  };
}

const outputs = { send: (_args: unknown, _message: InstanceMessage): void => {}, consume: (): void => {} };

export const coordinatorChart = setup({
  types: {
    context: {} as CoordinatorContext,
    events: {} as InstanceEvent,
    input: {} as CoordinatorContext,
  },
  guards: {
    hasPlace: ({ context, event }) => event.type === 'join' && placeOf(context, event.node) !== NONE,
    isFromChild: ({ context, event }) => event.type === 'data' && context.parents[event.from] === 0,
  },
  actions: {
    ...outputs,
    place: act<CoordinatorContext, 'join'>('join', (context, { node }) => {
      const parent = placeOf(context, node);
      return {
        patch: { parents: context.parents.with(node, parent) },
        sends: [
          { type: 'assign', to: node, parent },
          ...(parent === 0 ? [] : [{ type: 'add', to: parent, child: node } as const]),
        ],
      };
    }),
    relay: act<CoordinatorContext, 'data'>('data', ({ parents, sent }, event) => {
      const children = parents.flatMap((parent, node) => (parent === 0 ? [node] : []));
      return relay(0, children, sent, event);
    }),
  },
}).createMachine({
  id: 'coordinator',
  context: ({ input }) => input,
  on: {
    // Without a place the join stays in flight.
    join: { guard: 'hasPlace', actions: 'place' },
    data: [{ guard: 'isFromChild', actions: 'relay' }, { actions: 'consume' }],
  },
});

export const routerChart = setup({
  types: { context: {} as RouterContext, events: {} as InstanceEvent, input: {} as RouterContext },
  guards: {
    isFromNeighbour: ({ context, event }) =>
      event.type === 'data' && (context.parent === event.from || context.children.includes(event.from)),
  },
  actions: {
    ...outputs,
    setParent: act<RouterContext, 'assign'>('assign', (_, { parent }) => ({ patch: { parent } })),
    addChild: act<RouterContext, 'add'>('add', ({ children }, { child }) => ({
      patch: { children: [...new Set([...children, child])].toSorted((a, b) => a - b) },
    })),
    relay: act<RouterContext, 'data'>('data', ({ self, parent, children, sent }, event) =>
      relay(self, parent === NONE ? children : [parent, ...children], sent, event),
    ),
    forget: act<RouterContext, 'crash'>('crash', () => ({ patch: { parent: NONE, children: [] } })),
  },
}).createMachine({
  id: 'router',
  context: ({ input }) => input,
  initial: 'up',
  states: {
    up: {
      on: {
        assign: { actions: 'setParent' },
        add: { actions: 'addChild' },
        data: [{ guard: 'isFromNeighbour', actions: 'relay' }, { actions: 'consume' }],
        crash: { target: 'crashed', actions: 'forget' },
      },
    },
    crashed: {
      on: { assign: { actions: 'consume' }, add: { actions: 'consume' }, data: { actions: 'consume' } },
    },
  },
});

export const clientChart = setup({
  types: { context: {} as ClientContext, events: {} as InstanceEvent, input: {} as ClientContext },
  guards: {
    mayMulticast: ({ context }) => context.own !== NONE && !context.isMade,
    isNewFromParent: ({ context, event }) =>
      event.type === 'data' &&
      event.from === context.parent &&
      event.multicast !== context.own &&
      context.delivered[event.multicast] === 0,
  },
  actions: {
    ...outputs,
    setParent: act<ClientContext, 'assign'>('assign', (_, { parent }) => ({ patch: { parent } })),
    multicast: act<ClientContext, 'multicast'>('multicast', ({ self, parent, own, sent }) => ({
      patch: { isMade: true, sent: sent.with(own, (sent[own] ?? 0) + 1) },
      sends: [{ type: 'data', from: self, to: parent, multicast: own }],
    })),
    deliver: act<ClientContext, 'data'>('data', ({ delivered }, { multicast }) => ({
      patch: { delivered: delivered.with(multicast, (delivered[multicast] ?? 0) + 1) },
    })),
  },
}).createMachine({
  id: 'client',
  context: ({ input }) => input,
  initial: 'outside',
  states: {
    outside: {
      on: { assign: { target: 'placed', actions: 'setParent' }, data: { actions: 'consume' } },
    },
    placed: {
      on: {
        assign: { actions: 'setParent' },
        multicast: { guard: 'mayMulticast', actions: 'multicast' },
        data: [{ guard: 'isNewFromParent', actions: 'deliver' }, { actions: 'consume' }],
      },
    },
  },
});
