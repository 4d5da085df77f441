/** One record on its way from its writer to everybody (docs/protocol.md §5.3), while nothing goes wrong. */
import type { TimedEvent } from './event-queue.ts';
import { at, isClient, NONE, type PlacedTree } from './placed-tree.ts';
import { Traffic, type Wires } from './traffic.ts';

/** Whether a router that accepted a record from `from` sends it on to its neighbour `to`. */
export type Forwarding = (node: number, from: number, to: number) => boolean;

/** The rule of the protocol: to every neighbour but the one that it came from. */
export const TO_ALL_OTHERS: Forwarding = (_, from, to) => to !== from;

export interface Multicast {
  readonly writer: number;
  readonly traffic: Traffic;
  /** Links from the writer to each node; {@link NONE} for who did not get the record. */
  readonly hops: Int32Array;
  /** How often each client handed the record to its enclave. The writer has it there. */
  readonly entries: Uint32Array;
  /** Copies that nodes got and rejected, because they had the record. */
  readonly rejected: number;
  /** From the put until the last subscriber has it. */
  readonly latencyNs: number;
}

const DATA = 0;
/** Messages between two signs of life. */
export const EVENTS_A_TURN = 65_536;

/** Simulates it. Yields the messages that have arrived, now and then. */
export function* multicast(
  wires: Wires,
  writer: number,
  forwards: Forwarding = TO_ALL_OTHERS,
): Generator<number, Multicast> {
  const { tree, frames } = wires;
  const traffic = new Traffic(wires);
  const hops = new Int32Array(tree.nodes).fill(NONE);
  const entries = new Uint32Array(tree.nodes);
  let rejected = 0;
  let latencyNs = 0;
  hops[writer] = 0;
  if (at(tree.parent, writer) !== NONE) traffic.send(0, writer, at(tree.parent, writer), frames.data, DATA);
  const event: TimedEvent = { timeNs: 0, node: 0, from: 0, kind: DATA };
  for (let arrived = 1; traffic.next(event); arrived += 1) {
    if (arrived % EVENTS_A_TURN === 0) yield arrived;
    const { timeNs, node, from } = event;
    if (at(hops, node) !== NONE) {
      rejected += 1;
      continue;
    }
    traffic.accept(node);
    hops[node] = at(hops, from) + 1;
    if (isClient(tree, node)) {
      entries[node] = at(entries, node) + 1;
      latencyNs = timeNs;
    } else forward(wires, traffic, { timeNs, node, from }, forwards);
  }
  return { writer, traffic, hops, entries, rejected, latencyNs };
}

/** As the reference does: to the parent first, then to the children in the order of their names. */
function forward(
  { tree, frames }: Wires,
  traffic: Traffic,
  { timeNs, node, from }: Omit<TimedEvent, 'kind'>,
  forwards: Forwarding,
): void {
  const { parent, children, childStart } = tree;
  const above = at(parent, node);
  if (above !== NONE && forwards(node, from, above)) traffic.send(timeNs, node, above, frames.data, DATA);
  const end = at(childStart, node + 1);
  for (let slot = at(childStart, node); slot < end; slot += 1) {
    const child = at(children, slot);
    if (forwards(node, from, child)) traffic.send(timeNs, node, child, frames.data, DATA);
  }
}

/** Links from the writer to a subscriber: the median, what 99 of 100 have at most, and the most. */
export interface Hops {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Hops of the subscribers that got the record; zeros if there is none. */
export function hopsOf({ clients }: PlacedTree, { writer, hops }: Multicast): Hops {
  const numberOf: number[] = [];
  let reached = 0;
  for (let client = 1; client <= clients; client += 1) {
    const far = at(hops, client);
    if (client === writer || far === NONE) continue;
    numberOf[far] = (numberOf[far] ?? 0) + 1;
    reached += 1;
  }
  // The nearest rank: so many have at most that many hops.
  const rank = (percent: number): number => {
    let passed = 0;
    for (const [far, number = 0] of numberOf.entries()) {
      passed += number;
      if (number > 0 && 100 * passed >= percent * reached) return far;
    }
    return 0;
  };
  return { p50: rank(50), p99: rank(99), max: rank(100) };
}
