/** Small sizes against a walk over the tree that knows nothing of queues and typed arrays; and every bound can fail. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeapPolicy } from '../impl/index.ts';
import { boundsOf, ceilLog, type Figures } from './bounds.ts';
import { epoch } from './epoch.ts';
import { EventQueue, type TimedEvent } from './event-queue.ts';
import { EDGE_NETWORK, FatTree, type Network } from './fat-tree.ts';
import { finished } from './finished.test-helper.ts';
import { FrameSizes } from './frames.ts';
import { toWhoWants, usefulEdges } from './interest.ts';
import { hopsOf, multicast, TO_ALL_OTHERS } from './multicast.ts';
import { farthestClient, placedTree, type PlacedTree } from './placed-tree.ts';
import { simulate, simulateOn, type ScaleOptions } from './simulate.ts';
import { place, TOPOLOGIES } from './topology.ts';

const [, TREE] = TOPOLOGIES as [ScaleOptions['topology'], ScaleOptions['topology']];
const FRAMES = new FrameSizes({ client: 'c1', other: 'c1', link: 1 });
/** A send takes 2 ns and 1 ns a bit at a client; every link 1000 ns and as much. */
const COARSE: Network = { delayNs: 1000, sendNs: 2, edgeMbps: 1000, maxMbps: 4000 };

const wiresOf = (tree: PlacedTree, network: Network = COARSE) => ({
  tree,
  fatTree: new FatTree(tree, network),
  frames: FRAMES,
});

/** A record walks over a tree: who has it when, over how many links, and how many messages each node handled. */
function walk(tree: PlacedTree, { delayNs, sendNs, edgeMbps, maxMbps }: Network, writer: number) {
  const neighbours = Array.from({ length: tree.nodes }, (_, node) => {
    const above = tree.parent[node] ?? -1;
    const below = Array.from(tree.parent.keys()).filter((one) => tree.parent[one] === node);
    return [...(above < 0 ? [] : [above]), ...below];
  });
  const heights = Array.from({ length: tree.nodes }, () => 0);
  for (let node = 0; node < tree.nodes; node += 1)
    for (let at = node, far = 0; at >= 0; at = tree.parent[at] ?? -1, far += 1)
      heights[at] = Math.max(heights[at] ?? 0, far);
  const bitsNs = (node: number, bytes: number): number =>
    Math.ceil((8 * bytes * 1000) / Math.min(maxMbps, edgeMbps * tree.k ** (heights[node] ?? 0)));
  const seen = new Map<number, { readonly hops: number; readonly ns: number; readonly load: number }>();
  const visit = (node: number, from: number, hops: number, ns: number): void => {
    const others = (neighbours[node] ?? []).filter((one) => one !== from);
    const sendsTo = node > 0 && node <= tree.clients && node !== writer ? [] : others;
    seen.set(node, { hops, ns, load: sendsTo.length + (from < 0 ? 0 : 1) });
    let leftNs = ns;
    for (const to of sendsTo) {
      const bytes = FRAMES.frame(
        FRAMES.data,
        node === 0 ? 'coordinator' : 'other',
        to === 0 ? 'coordinator' : 'other',
      );
      leftNs += sendNs + bitsNs(node, bytes);
      const lower = tree.parent[node] === to ? node : to;
      visit(to, node, hops + 1, leftNs + delayNs + bitsNs(lower, bytes));
    }
  };
  visit(writer, -1, 0, 0);
  return seen;
}

const shapes = fc
  .tuple(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 6 }), fc.constantFrom(...TOPOLOGIES))
  .map(([clients, k, topology]) => {
    return { topology, clients, k: topology.kOf(clients, k) };
  });

describe('the multicast', () => {
  test('is what a walk over the tree says', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), ({ topology, clients, k }, pick) => {
        const tree = finished(
          place(clients, topology.routersOf(clients, k), k, topology.policyOf(clients, k)),
        );
        const writer = 1 + (pick % clients);
        const sent = finished(multicast(wiresOf(tree), writer));
        const walked = walk(tree, COARSE, writer);
        expect(walked.size).toBe(tree.nodes);
        const nodes = Array.from({ length: tree.nodes }, (_, node) => node);
        expect([...sent.hops]).toEqual(nodes.map((node) => walked.get(node)?.hops));
        expect(nodes.map((node) => sent.traffic.loadOf(node))).toEqual(
          nodes.map((node) => walked.get(node)?.load),
        );
        const subscribers = [...walked].filter(([node]) => node > 0 && node <= clients && node !== writer);
        expect(sent.latencyNs).toBe(Math.max(...subscribers.map(([, { ns }]) => ns)));
        const sorted = subscribers.map(([, { hops }]) => hops).toSorted((a, b) => a - b);
        const rank = (part: number) => sorted[Math.ceil(part * sorted.length) - 1];
        expect(hopsOf(tree, sent)).toEqual({ p50: rank(0.5), p99: rank(0.99), max: rank(1) });
      }),
      { numRuns: 100 },
    );
  });

  test('two clients under the coordinator, by hand', () => {
    const tree = finished(place(2, 0, 2));
    const { traffic, latencyNs } = finished(multicast(wiresOf(tree), 1));
    expect([...traffic.sends]).toEqual([1, 1, 0]);
    expect([...traffic.receives]).toEqual([1, 0, 1]);
    // c1 sends at 1 Gbit/s, over a link of as much; C at 2 Gbit/s, over a link of 1 Gbit/s.
    const bits = 8 * FRAMES.frame(FRAMES.data, 'coordinator', 'other');
    expect(latencyNs).toBe(2 + bits + 1000 + bits + 2 + bits / 2 + 1000 + bits);
  });
});

describe('the epoch', () => {
  test('sends a message of each kind over each link, and everybody is heard', () => {
    fc.assert(
      fc.property(shapes, ({ topology, clients, k }) => {
        const tree = finished(
          place(clients, topology.routersOf(clients, k), k, topology.policyOf(clients, k)),
        );
        const writer = farthestClient(tree);
        const closed = finished(epoch(wiresOf(tree), writer, 1_000_000));
        const links = tree.nodes - 1;
        expect(closed).toMatchObject({
          sends: { rts: links, eoe: links, sync: links },
          answers: clients,
          hasHead: true,
          late: 0,
          synced: links,
        });
        const nodes = Array.from({ length: tree.nodes }, (_, node) => node);
        const below = nodes.map((node) => tree.parent.filter((above) => above === node).length);
        expect(nodes.map((node) => closed.traffic.loadOf(node))).toEqual(
          nodes.map((node) => 3 * (below[node] ?? 0) + (node === 0 ? 0 : 3)),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('routers that are out of patience answer without their children', () => {
    const tree = finished(place(30, 28, 2));
    // A link takes a millisecond, a router below the coordinator waits for none.
    const { answers, late, synced } = finished(epoch(wiresOf(tree, EDGE_NETWORK), 30, 1));
    expect({ answers, late, synced }).toEqual({ answers: 0, late: 58, synced: 58 });
  });

  test('no EOE has more answers than a frame has room for', () => {
    const tree = finished(place(1400, 2, 500));
    const { answers } = finished(epoch(wiresOf(tree), 1400, 1_000_000));
    const direct = [...tree.parent.subarray(1, 1401)].filter((above) => above === 0).length;
    // Both routers have more clients than room; the writer's answer is in one of the two EOEs.
    expect(answers).toBe(direct + FRAMES.maxAnswers(false) + FRAMES.maxAnswers(true));
  });
});

test.each(TOPOLOGIES)('$id with thousands of clients keeps to the bounds', (topology) => {
  const clients = 5000;
  const { bounds, multicast: load } = finished(simulate({ topology, clients, k: 16 }));
  expect(bounds.filter(({ holds }) => !holds)).toEqual([]);
  expect(load.totalSends).toBe(load.levels.reduce((sum, { sends }) => sum + sends, 0));
});

describe('bounds', () => {
  const figures: Figures = {
    topology: 'tree',
    domains: 1,
    shards: 1,
    k: 2,
    clients: 4,
    routers: 2,
    nodes: 7,
    depth: 2,
    rootLoad: 2,
    routerLoad: 3,
    clientLoad: 1,
    overNeighbours: 0,
    totalSends: 6,
    rootSends: 1,
    enclaveEntries: 1,
    subscribers: 3,
    delivered: 3,
    usefulLinks: 6,
    hopsMax: 4,
    latencyNs: 4 * (1000 + 2 * 10),
    sendNs: 10,
    crossNs: 1000,
  };
  const broken = (change: Partial<Figures>): readonly string[] =>
    boundsOf({ ...figures, ...change }).flatMap(({ id, holds }) => (holds ? [] : [id]));

  test.each<[string, Partial<Figures>]>([
    ['root-load', { rootLoad: 3 }],
    ['router-load', { routerLoad: 4 }],
    ['client-load', { clientLoad: 2 }],
    ['neighbours', { overNeighbours: 1 }],
    ['total-sends', { totalSends: 7 }],
    ['total-sends', { totalSends: 5 }],
    ['delivered', { delivered: 2 }],
    ['enclave-entries', { enclaveEntries: 2 }],
    ['hops', { hopsMax: 5 }],
    ['depth', { depth: 5 }],
    ['routers', { routers: 1 }],
    ['latency', { latencyNs: 4 * (1000 + 2 * 10) + 1 }],
  ])('%s, and nothing else, breaks with %j', (id, change) => {
    expect(broken({})).toEqual([]);
    expect(broken(change)).toEqual([id]);
  });

  test('sharded has bounds of its own', () => {
    const sharded: Partial<Figures> = {
      shards: 2,
      subscribers: 2,
      delivered: 2,
      usefulLinks: 5,
      totalSends: 5,
    };
    expect(broken(sharded)).toEqual([]);
    expect(broken({ ...sharded, totalSends: 6 })).toEqual(['total-sends']);
    expect(broken({ ...sharded, totalSends: 4 })).toEqual(['total-sends']);
    expect(broken({ ...sharded, delivered: 3 })).toEqual(['delivered']);
    expect(broken({ ...sharded, delivered: 1 })).toEqual(['delivered']);
  });

  test('hops beyond the number of nodes', () => {
    expect(broken({ hopsMax: 7 })).toEqual(['hops', 'hops-nodes']);
  });

  test('flat has bounds of its own', () => {
    const flat = { topology: 'flat', k: 6, clients: 6, routers: 0, depth: 1, rootLoad: 6, delivered: 5 };
    const latencyNs = 2 * 1000 + 6 * 10;
    const right: Partial<Figures> = { ...flat, rootSends: 5, hopsMax: 2, latencyNs };
    expect(broken(right)).toEqual([]);
    expect(broken({ ...right, rootSends: 4 })).toEqual(['root-sends']);
    expect(broken({ ...right, latencyNs: latencyNs + 1 })).toEqual(['latency']);
  });

  test.each([
    [2, 1, 0],
    [2, 2, 1],
    [2, 1025, 11],
    [10, 1000, 3],
    [10, 1001, 4],
  ])('⌈log_%i %i⌉ is %i', (k, n, exponent) => expect(ceilLog(k, n)).toBe(exponent));
});

describe('a bad tree', () => {
  const sign = (done: number) => ({ phase: 'multicast' as const, done, total: 1 });
  const brokenOn = (tree: PlacedTree, forwards?: Parameters<typeof simulateOn>[4]): readonly string[] =>
    finished(simulateOn(tree, TREE, EDGE_NETWORK, { multicast: sign, epoch: sign }, forwards)).bounds.flatMap(
      ({ id, holds }) => (holds ? [] : [id]),
    );
  const right = finished(place(11, 4, 3));

  /** Each router below the one before it. */
  class ListPolicy extends HeapPolicy {
    protected override parentPosition(position: number): number {
      return position <= this.routers.length ? position - 1 : super.parentPosition(position);
    }
  }

  test('the right one is right', () => expect(brokenOn(right)).toEqual([]));

  test('a list is too deep, and its routers have a child too many', () => {
    expect(brokenOn(finished(place(20, 18, 2, new ListPolicy(2))))).toEqual(['router-load', 'depth']);
  });

  test('a child too many, at the coordinator and at routers', () => {
    const roomy = finished(place(30, 7, 4, new HeapPolicy(5)));
    expect(brokenOn(roomy)).toEqual(['root-load', 'router-load', 'routers']);
  });

  test('a star is slow, too', () => {
    const star = finished(place(2000, 1998, 2, new HeapPolicy(4000)));
    expect(brokenOn(star)).toEqual(['root-load', 'latency']);
  });

  test('a client without a place', () => {
    const parent = right.parent.slice();
    parent[3] = -1;
    expect(brokenOn(placedTree(3, 11, 4, parent))).toEqual(['total-sends', 'delivered']);
  });

  test('routers below each other are not connected', () => {
    const parent = right.parent.slice();
    parent[13] = 15;
    parent[15] = 13;
    expect(brokenOn(placedTree(3, 11, 4, parent))).toContain('delivered');
  });

  test('routers that send records back', () => {
    expect(brokenOn(right, () => true)).toEqual(['root-load', 'router-load', 'neighbours', 'total-sends']);
  });
});

describe('shards', () => {
  const sign = (done: number) => ({ phase: 'multicast' as const, done, total: 1 });
  const SHARDED = TOPOLOGIES.find(({ shards }) => shards > 1) as ScaleOptions['topology'];
  const brokenOn = (tree: PlacedTree, forwards?: Parameters<typeof simulateOn>[4]): readonly string[] =>
    finished(
      simulateOn(tree, SHARDED, EDGE_NETWORK, { multicast: sign, epoch: sign }, forwards),
    ).bounds.flatMap(({ id, holds }) => (holds ? [] : [id]));
  const tree = finished(place(100, 33, 4));

  test('whoever wants a record gets it, nobody else, and no link is crossed in vain', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.func(fc.boolean()), ({ topology, clients, k }, pick, wanting) => {
        const placed = finished(
          place(clients, topology.routersOf(clients, k), k, topology.policyOf(clients, k)),
        );
        const writer = 1 + (pick % clients);
        const sent = finished(multicast(wiresOf(placed), writer, toWhoWants(placed, wanting)));
        const all = Array.from({ length: clients }, (_, index) => index + 1);
        const wanted = all.filter((client) => client !== writer && wanting(client));
        const got = all.filter((client) => client !== writer && sent.hops[client] !== -1);
        expect(got).toEqual(wanted);
        const way = (node: number): readonly number[] =>
          node === 0 ? [] : [node, ...way(placed.parent[node] ?? 0)];
        const links = new Set([writer, ...wanted].flatMap(way));
        expect(sent.traffic.totalSends()).toBe(links.size);
        expect(
          usefulEdges(placed, writer, wanting).filter((useful, node) => node > 0 && useful === 1),
        ).toHaveLength(links.size);
      }),
      { numRuns: 50 },
    );
  });

  test('the right one is right', () => expect(brokenOn(tree)).toEqual([]));

  test('routers that send to everybody', () => {
    expect(brokenOn(tree, TO_ALL_OTHERS)).toEqual(['neighbours', 'total-sends', 'delivered']);
  });

  test('routers that send only up', () => {
    expect(brokenOn(tree, (node, from, to) => to !== from && tree.parent[node] === to)).toEqual([
      'total-sends',
      'delivered',
    ]);
  });
});

describe('parts', () => {
  test('a queue gives back what was put in, the earliest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 3000 }), (times) => {
        const queue = new EventQueue();
        times.forEach((timeNs, index) => queue.push(timeNs, index, index + 1, index % 4));
        const event: TimedEvent = { timeNs: 0, node: 0, from: 0, kind: 0 };
        const out: TimedEvent[] = [];
        while (queue.pop(event)) out.push({ ...event });
        expect(out.map(({ timeNs }) => timeNs)).toEqual(times.toSorted((a, b) => a - b));
        for (const { timeNs, node, from, kind } of out)
          expect([timeNs, from, kind]).toEqual([times[node], node + 1, node % 4]);
        expect(new Set(out.map(({ node }) => node)).size).toBe(times.length);
      }),
      { numRuns: 50 },
    );
  });

  test('bandwidth grows towards the root, up to a limit', () => {
    const tree = finished(place(27, 12, 3));
    const fatTree = new FatTree(tree, { delayNs: 7, sendNs: 1, edgeMbps: 1000, maxMbps: 4000 });
    const router = tree.parent[27] ?? 0;
    // 100 bytes: 800 ns at a client, 267 ns a level higher, 200 ns above that.
    expect([27, router, 0].map((node) => fatTree.sendNs(node, 100))).toEqual([801, 268, 201]);
    expect([fatTree.crossNs(27, router, 100), fatTree.crossNs(router, 27, 100)]).toEqual([807, 807]);
    expect(fatTree.crossNs(0, tree.parent[router] ?? 0, 100)).toBe(207);
    expect(fatTree.slowest(100)).toEqual({ sendNs: 801, crossNs: 807 });
  });
});
