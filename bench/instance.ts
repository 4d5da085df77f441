/** The small multicast protocol of `instance-charts.ts`, composed for exhaustive search. */
import { initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import type { Act, Composition, Invariant, Outcome, Symmetry } from '../engine/exhaust/composition.ts';
import type { Reductions } from '../engine/exhaust/search.ts';
import {
  clientChart,
  coordinatorChart,
  NONE,
  routerChart,
  type ClientContext,
  type CoordinatorContext,
  type InstanceEvent,
  type InstanceMessage,
  type InstanceSize,
  type RouterContext,
} from './instance-charts.ts';

/** Where a node's chart is, and what it knows. */
export type InstanceLocal = AnyMachineSnapshot;

/** A size, and how large its state space is: counted by independent programs that agree. */
export interface InstanceRow {
  readonly size: InstanceSize;
  readonly states: number;
  /** Enabled steps out of reached states. */
  readonly transitions: number;
}

function instanceRow(
  [k, routers, clients, multicasts, drops, crashes]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  states: number,
  transitions: number,
): InstanceRow {
  return { size: { k, routers, clients, multicasts, drops, crashes }, states, transitions };
}

export const INSTANCE_ROWS: readonly InstanceRow[] = [
  instanceRow([2, 1, 2, 1, 0, 0], 246, 539),
  instanceRow([2, 1, 2, 1, 1, 1], 1_399, 4_446),
  instanceRow([2, 2, 3, 1, 0, 0], 25_802, 96_148),
  instanceRow([2, 2, 3, 1, 1, 1], 332_195, 1_660_533),
  instanceRow([2, 2, 3, 2, 0, 0], 95_874, 322_646),
  instanceRow([2, 2, 3, 2, 1, 1], 1_064_266, 5_065_822),
  instanceRow([2, 2, 4, 2, 0, 0], 1_018_230, 3_904_020),
  instanceRow([2, 2, 4, 2, 1, 1], 12_394_054, 65_836_380),
];

/** All reductions: the invariants are about local states, and stay broken once they are broken. */
export const INSTANCE_REDUCTIONS: Reductions = { eager: true, lossIsDelay: true, symmetry: true };

const DROPS = 0;
const CRASHES = 1;

/** The charts of a size, composed. */
export function instanceOf(
  size: InstanceSize,
  invariants: readonly Invariant<InstanceLocal>[] = instanceInvariants(size),
): Composition<InstanceLocal, InstanceMessage> {
  const { routers, clients, multicasts } = size;
  const count = 1 + routers + clients;
  const others = Array.from({ length: count - 1 }, (_, index) => index + 1);
  const sent = Array.from({ length: multicasts }, () => 0);
  const chartOf = (node: number): AnyStateMachine =>
    node === 0 ? coordinatorChart : node <= routers ? routerChart : clientChart;
  const inputOf = (node: number): CoordinatorContext | RouterContext | ClientContext => {
    if (node === 0) return { size, parents: Array.from({ length: count }, () => NONE), sent };
    if (node <= routers) return { self: node, parent: NONE, children: [], sent };
    const own = node - routers - 1;
    const mayMulticast = own < multicasts;
    return { self: node, parent: NONE, own: mayMulticast ? own : NONE, isMade: false, sent, delivered: sent };
  };
  const step = (node: number, local: InstanceLocal, event: InstanceEvent) => {
    if (!local.can(event)) return undefined;
    const [next, actions] = transition(chartOf(node), local, event);
    const sends = actions
      .filter((action) => (action.type as string) === 'send')
      .map(({ params }) => params as unknown);
    return { local: next, sends: sends as readonly InstanceMessage[] };
  };
  return {
    nodes: Array.from({ length: count }, (_, node) => String(node)),
    budgets: [
      { name: 'drops', max: size.drops },
      { name: 'crashes', max: size.crashes },
    ],
    lossBudget: DROPS,
    initial: (node): Outcome<InstanceLocal, InstanceMessage> => ({
      local: initialTransition(chartOf(node), inputOf(node))[0],
      sends: node === 0 ? others.map((other) => ({ type: 'join', node: other })) : [],
    }),
    localKey: (_, { value, context }) => JSON.stringify([value, context]),
    messageKey: (message) => JSON.stringify(message),
    receiver: (message) => (message.type === 'join' ? 0 : message.to),
    receive: step,
    acts: (node, local): readonly Act<InstanceLocal, InstanceMessage>[] => {
      const crash = node >= 1 && node <= routers ? step(node, local, { type: 'crash' }) : undefined;
      const multicast = node > routers ? step(node, local, { type: 'multicast' }) : undefined;
      return [
        ...(crash === undefined ? [] : [{ name: 'crash', budget: CRASHES, ...crash }]),
        ...(multicast === undefined ? [] : [{ name: 'multicast', ...multicast }]),
      ];
    },
    invariants,
    // What is crashed consumes everything. A client that has its place takes data without a word, and nothing else comes to it.
    eager: (node, local, message) =>
      local.matches('crashed') || (local.matches('placed') && message.type === 'data'),
    symmetries: symmetriesOf(size),
  };
}

/** No node sends too much, nothing is invented, nothing is delivered twice. */
export function instanceInvariants({ k, routers }: InstanceSize): readonly Invariant<InstanceLocal>[] {
  const sentOf = ({ context }: InstanceLocal): readonly number[] => (context as RouterContext).sent;
  const deliveredOf = (node: number, { context }: InstanceLocal): readonly number[] =>
    node > routers ? (context as ClientContext).delivered : [];
  return [
    {
      id: 'sends-at-most-k-plus-1',
      kind: 'local',
      broken: (node, local) =>
        sentOf(local).some((times) => times > k + 1)
          ? `${String(node)} sent data of one multicast more than ${String(k + 1)} times`
          : undefined,
    },
    {
      id: 'delivers-once',
      kind: 'local',
      broken: (node, local) =>
        deliveredOf(node, local).some((times) => times > 1) ? `${String(node)} delivered twice` : undefined,
    },
    {
      id: 'delivers-what-was-multicast',
      kind: 'joint',
      view: (node, local) =>
        node > routers
          ? `${(local.context as ClientContext).isMade ? 'made' : ''} ${deliveredOf(node, local)
              .flatMap((times, multicast) => (times > 0 ? [multicast] : []))
              .join(' ')}`
          : '',
      broken(views) {
        for (const [node, view] of views.entries())
          for (const multicast of view.split(' ').slice(1))
            if (multicast !== '' && !(views[routers + 1 + Number(multicast)] ?? '').startsWith('made'))
              return `${String(node)} delivered ${multicast}, which was not multicast`;
        return undefined;
      },
    },
  ];
}

/** Clients that multicast may change places, and so may those that do not. Routers may not: the lowest one is preferred. */
function symmetriesOf({
  routers,
  clients,
  multicasts,
}: InstanceSize): Symmetry<InstanceLocal, InstanceMessage>[] {
  const indices = Array.from({ length: clients }, (_, index) => index);
  const writers = permutationsOf(indices.slice(0, multicasts));
  const readers = permutationsOf(indices.slice(multicasts));
  return writers
    .flatMap((first) => readers.map((second) => [...first, ...second]))
    .slice(1)
    .map((clientImages) => {
      const nodeOf = (node: number): number =>
        node > routers ? routers + 1 + (clientImages[node - routers - 1] ?? 0) : node;
      const countsOf = (counts: readonly number[]): readonly number[] => {
        const images = counts.slice();
        counts.forEach((times, multicast) => (images[clientImages[multicast] ?? 0] = times));
        return images;
      };
      const contextOf = (context: unknown): object => {
        const all = context as CoordinatorContext & RouterContext & ClientContext;
        const { parents, children, delivered, self, own } = all;
        return {
          ...all,
          sent: countsOf(all.sent),
          ...(self === undefined ? {} : { self: nodeOf(self) }),
          ...(parents === undefined
            ? {}
            : { parents: parents.map((_, node) => parents[inverseOf(nodeOf, node, parents.length)]) }),
          ...(children === undefined ? {} : { children: children.map(nodeOf).toSorted((a, b) => a - b) }),
          ...(delivered === undefined ? {} : { delivered: countsOf(delivered) }),
          ...(own === undefined || own === NONE ? {} : { own: clientImages[own] }),
        };
      };
      return {
        nodes: Array.from({ length: 1 + routers + clients }, (_, node) => nodeOf(node)),
        local: (node, { value, context }) => {
          const chart = node === 0 ? coordinatorChart : node <= routers ? routerChart : clientChart;
          return (chart as AnyStateMachine).resolveState({ value, context: contextOf(context) });
        },
        message: (message) => {
          switch (message.type) {
            case 'join':
              return { ...message, node: nodeOf(message.node) };
            case 'assign':
              return { ...message, to: nodeOf(message.to) };
            case 'add':
              return { ...message, child: nodeOf(message.child) };
            case 'data': {
              const { type, from, to, multicast } = message;
              return { type, from: nodeOf(from), to: nodeOf(to), multicast: clientImages[multicast] ?? 0 };
            }
          }
        },
      };
    });
}

function inverseOf(image: (node: number) => number, node: number, count: number): number {
  for (let other = 0; other < count; other += 1) if (image(other) === node) return other;
  throw new RangeError(`nothing is renamed to ${String(node)}`);
}

/** All orders; the list as it is comes first. */
function permutationsOf(list: readonly number[]): readonly (readonly number[])[] {
  if (list.length === 0) return [[]];
  return list.flatMap((first) =>
    permutationsOf(list.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  );
}
