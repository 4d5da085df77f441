/** What is simulated is what the reference really sends: a small run of real nodes, counted frame by frame. */
import { describe, expect, test } from 'vitest';
import { execute, type Move } from '../engine/index.ts';
import { decodeFrame, DEFAULT_PARAMETERS, shardOfKey } from '../impl/index.ts';
import { routersFor } from '../properties/cost.ts';
import { factsFor } from '../properties/facts.ts';
import { harnessFor, scenarioFor } from '../properties/harness.ts';
import { Observer, type Command } from '../properties/reading.ts';
import { scenarioOf } from '../properties/scenario.ts';
import { epoch } from './epoch.ts';
import { EDGE_NETWORK, FatTree } from './fat-tree.ts';
import { finished } from './finished.test-helper.ts';
import { FrameSizes, PUT } from './frames.ts';
import { shardOfPut, toWhoWants, wantingIn } from './interest.ts';
import { multicast, TO_ALL_OTHERS, type Forwarding } from './multicast.ts';
import { namesFor } from './names.ts';
import { treeOfParents } from './topology.ts';
import type { Traffic } from './traffic.ts';

/** Long enough for the tree to form, and shorter than it takes until the first epoch. */
const FORM_MS = 4000;
/** Of that: for the routers to learn what is wanted. */
const SUBSCRIBE_MS = 1000;
/** Long enough for the epoch after the put. */
const EPOCH_MS = 3000;
const KINDS = ['data', 'rts', 'eoe', 'sync'];

/** Sends and accepted receives of a node, and the lengths of the bodies that it sent. */
interface Counted {
  sends: number;
  receives: number;
  readonly bodies: number[];
}

/** One put and the epoch after it, on real nodes. */
function real(subject: string, clients: number, k: number, writer: string, shards = 1) {
  const harness = harnessFor(subject);
  const facts = factsFor(subject);
  if (harness === undefined || facts === undefined) throw new Error(`no ${subject}`);
  const routers = routersFor(clients, k);
  const sharded = shards > 1 ? { topology: 'sharded' as const, shards } : {};
  const scenario = scenarioFor(subject, scenarioOf({ k, routers, clients, ...sharded }));
  const subscribing = scenario.nodes
    .filter((node) => shards > 1 && node.startsWith('c'))
    .map((node): Move<Command> => ({
      move: 'command',
      node,
      command: { type: 'subscribe', shards: [shardOfKey(node, shards)] },
    }));
  const run = execute(
    harness,
    scenario,
    [
      { move: 'elapse', ms: FORM_MS - SUBSCRIBE_MS },
      ...subscribing,
      { move: 'elapse', ms: SUBSCRIBE_MS },
      { move: 'command', node: writer, command: { type: 'put', ...PUT } },
      { move: 'elapse', ms: EPOCH_MS },
    ],
    { properties: [], keepTrace: true, settles: false, digest: false },
  );
  const { nodeOf } = namesFor(clients, routers);
  const countOf = () => new Map<number, Counted>();
  const counts = { data: countOf(), epoch: countOf() };
  const parents = new Map<string, string>();
  let wantedEpoch: number | undefined;
  let isPut = false;
  const observer = new Observer(facts.reader?.(scenario), facts.storesNothing);
  const of = (map: Map<number, Counted>, node: string): Counted => {
    const counted = map.get(nodeOf(node)) ?? { sends: 0, receives: 0, bodies: [] };
    map.set(nodeOf(node), counted);
    return counted;
  };
  for (const step of run.trace ?? []) {
    const seen = observer.see(step);
    if (seen.kind !== 'reaction') continue;
    const { node, input, sends, reports, rejected } = seen.reaction;
    for (const report of reports) {
      if (report.type === 'put') isPut = true;
      if (report.type === 'epoch-opened' && isPut) wantedEpoch ??= report.epoch;
      if (report.type !== 'committed') continue;
      parents.clear();
      for (const { child, parent } of report.edges) parents.set(child, parent);
    }
    const mapOf = (message: { readonly type: string; readonly epoch?: number }) => {
      if (!KINDS.includes(message.type)) return undefined;
      if (message.type === 'data') return counts.data;
      return message.epoch === wantedEpoch ? counts.epoch : undefined;
    };
    if (input.kind === 'frame' && rejected === undefined) {
      const map = mapOf(input.reading.message);
      if (map !== undefined) of(map, node).receives += 1;
    }
    for (const { reading, bytes } of sends) {
      const map = mapOf(reading.message);
      if (map === undefined || bytes === undefined) continue;
      const frame = decodeFrame(bytes);
      if (frame.kind !== 'link') throw new Error(`a ${frame.kind} is no link frame`);
      const counted = of(map, node);
      counted.sends += 1;
      counted.bodies.push(frame.body.length);
    }
  }
  return { counts, tree: treeOfParents(clients, routers, k, parents) };
}

function expectEqual(simulated: Traffic, counted: ReadonlyMap<number, Counted>, nodes: number): void {
  for (let node = 0; node < nodes; node += 1) {
    const { sends = 0, receives = 0 } = counted.get(node) ?? {};
    expect([simulated.sends[node], simulated.receives[node]], `node ${node}`).toEqual([sends, receives]);
  }
}

const toEverybody: Forwarding = () => true;

describe.each<[string, Forwarding | 'by interest', number, number, number]>([
  ['reference', TO_ALL_OTHERS, 5, 2, 1],
  ['reference', TO_ALL_OTHERS, 9, 3, 1],
  ['reference', TO_ALL_OTHERS, 20, 4, 1],
  ['reference', 'by interest', 9, 2, 3],
  ['reference', 'by interest', 20, 4, 16],
  ['mutant:sends-back-to-sender', toEverybody, 8, 3, 1],
])('%s', (subject, rule, clients, k, shards) => {
  test(`${clients} clients, K = ${k}, ${shards} shards: each node sends and accepts what is simulated`, () => {
    const { counts, tree } = real(subject, clients, k, 'c2', shards);
    const names = namesFor(clients, tree.routers);
    const { nameOf } = names;
    const frames = new FrameSizes({
      client: nameOf(2),
      other: nameOf(1),
      link: tree.nodes,
      ...(shards > 1 ? { shard: shardOfPut(shards) } : {}),
    });
    // Real nodes have names without zeros before them.
    const wanting = wantingIn(shards, { ...names, nameOf: (node) => `c${node}` });
    const forwards = rule === 'by interest' ? toWhoWants(tree, wanting) : rule;
    const wires = { tree, fatTree: new FatTree(tree, EDGE_NETWORK), frames };
    const sent = finished(multicast(wires, 2, forwards));
    if (shards === 1) expect(sent.traffic.totalSends()).toBeGreaterThanOrEqual(tree.nodes - 1);
    else expect(sent.traffic.totalSends()).toBeLessThan(tree.nodes - 1);
    expectEqual(sent.traffic, counts.data, tree.nodes);
    const closed = finished(epoch(wires, 2, DEFAULT_PARAMETERS.eoeMs));
    expectEqual(closed.traffic, counts.epoch, tree.nodes);
    expect(closed.answers).toBe(clients);
    // The names of more clients differ in length: real ones are not filled with zeros.
    if (clients > 9) return;
    for (const { bodies } of counts.data.values()) for (const body of bodies) expect(body).toBe(frames.data);
    const bodiesOf = (node: number) => counts.epoch.get(node)?.bodies.toSorted((a, b) => a - b);
    const eoes = [...counts.epoch.keys()].filter((node) => node > clients);
    for (const router of eoes) {
      const children = [...tree.parent.keys()].filter((node) => tree.parent[node] === router);
      const below = [...tree.parent.keys()].filter((node) => isBelow(tree.parent, node, router));
      const answers = below.filter((node) => node <= clients).length;
      expect(bodiesOf(router)).toEqual(
        [
          ...children.map(() => frames.rts),
          ...children.map(() => frames.sync),
          frames.eoe(answers, below.includes(2)),
        ].toSorted((a, b) => a - b),
      );
    }
  });
});

function isBelow(parent: Int32Array, node: number, above: number): boolean {
  for (let at = parent[node] ?? -1; at >= 0; at = parent[at] ?? -1) if (at === above) return true;
  return false;
}
