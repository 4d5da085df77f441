/** A topology at a size: placed, one multicast and one epoch simulated, everything counted, and held against the bounds. */
import { DEFAULT_PARAMETERS } from '../impl/index.ts';
import { boundsOf, type Bound, type Figures } from './bounds.ts';
import { epoch, type Epoch } from './epoch.ts';
import { EDGE_NETWORK, FatTree, type Network } from './fat-tree.ts';
import { FrameSizes } from './frames.ts';
import { ALL_WANT, shardOfPut, toWhoWants, usefulEdges, wantingIn, type Wanting } from './interest.ts';
import { hopsOf, multicast, type Forwarding, type Hops, type Multicast } from './multicast.ts';
import { namesFor } from './names.ts';
import { at, farthestClient, isClient, NONE, ROOT, type PlacedTree } from './placed-tree.ts';
import { place, type Topology } from './topology.ts';
import type { LevelLoad } from './traffic.ts';

/** More clients are not simulated: beyond, the maps of the placement policy near their limit. */
export const MAX_CLIENTS = 1_000_000;
/** A K beyond this is no tree. */
export const MAX_K = 1_000_000;

/** What the multicast or the epoch came to. */
export interface Load {
  readonly totalSends: number;
  readonly bytes: number;
  readonly latencyNs: number;
  /** The node that sent and accepted the most messages. */
  readonly fullest: {
    readonly node: string;
    readonly level: number;
    readonly sends: number;
    readonly receives: number;
    /** Sent. */
    readonly bytes: number;
  };
  readonly levels: readonly LevelLoad[];
}

/** Everything that is known of one topology at one size. */
export interface Scaled {
  readonly topology: string;
  readonly k: number;
  readonly clients: number;
  readonly routers: number;
  readonly depth: number;
  readonly writer: string;
  readonly hops: Hops;
  readonly multicast: Load;
  readonly epoch: Load & Pick<Epoch, 'answers' | 'hasHead' | 'late' | 'closedNs'>;
  readonly bounds: readonly Bound[];
}

/** How far a simulation is. */
export interface Sign {
  readonly phase: 'placing' | 'multicast' | 'epoch';
  readonly done: number;
  /** Of the whole simulation, about. */
  readonly total: number;
}

export interface ScaleOptions {
  readonly topology: Topology;
  readonly clients: number;
  /** For topologies in which K can be chosen. */
  readonly k: number;
  /** Default: {@link EDGE_NETWORK}. */
  readonly network?: Network;
}

/** Places a topology and simulates it. Yields how far it is, now and then. */
export function* simulate({
  topology,
  clients,
  k: askedK,
  network = EDGE_NETWORK,
}: ScaleOptions): Generator<Sign, Scaled> {
  const k = topology.kOf(clients, askedK);
  const routers = topology.routersOf(clients, k);
  const nodes = 1 + clients + routers;
  // Every node is placed, gets the record, and has to do with three messages of the epoch.
  const total = 5 * nodes;
  const sign = (phase: Sign['phase'], before: number) => (done: number) => ({
    phase,
    done: Math.min(total, before + done),
    total,
  });
  const policy = topology.policyOf(clients, k);
  const tree = yield* signed(place(clients, routers, k, policy), sign('placing', 0));
  return yield* simulateOn(tree, topology, network, {
    multicast: sign('multicast', nodes),
    epoch: sign('epoch', 2 * nodes),
  });
}

/** The same on a tree that is placed already. `forwards`: what routers do with a record; as the protocol says, unless told otherwise. */
export function* simulateOn(
  tree: PlacedTree,
  topology: Topology,
  network: Network,
  signs: Readonly<Record<'multicast' | 'epoch', (done: number) => Sign>>,
  forwards?: Forwarding,
): Generator<Sign, Scaled> {
  const { k, clients, routers, nodes, depth } = tree;
  const { shards } = topology;
  const names = namesFor(clients, routers);
  const { nameOf } = names;
  const fatTree = new FatTree(tree, network);
  const isSharded = shards > 1;
  const wanting = isSharded ? wantingIn(shards, names) : ALL_WANT;
  const shard = isSharded ? { shard: shardOfPut(shards) } : {};
  const frames = new FrameSizes({ client: nameOf(1), other: nameOf(1), link: nodes, ...shard });
  const wires = { tree, fatTree, frames };
  const writer = farthestClient(tree);
  const sent = yield* signed(
    multicast(wires, writer, forwards ?? (isSharded ? toWhoWants(tree, wanting) : undefined)),
    signs.multicast,
  );
  const closed = yield* signed(epoch(wires, writer, DEFAULT_PARAMETERS.eoeMs), signs.epoch);
  const hops = hopsOf(tree, sent);
  const slowest = fatTree.slowest(frames.frame(frames.data, 'other', 'other'));
  return {
    topology: topology.id,
    k,
    clients,
    routers,
    depth,
    writer: nameOf(writer),
    hops,
    multicast: loadOf(tree, nameOf, sent),
    epoch: {
      ...loadOf(tree, nameOf, closed),
      answers: closed.answers,
      hasHead: closed.hasHead,
      late: closed.late,
      closedNs: closed.closedNs,
    },
    bounds: boundsOf(figuresOf(tree, topology, wanting, sent, hops, slowest)),
  };
}

/** Runs what yields numbers, and yields what they mean. */
function* signed<T>(work: Generator<number, T>, signOf: (done: number) => Sign): Generator<Sign, T> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    yield signOf(value);
  }
}

function loadOf(
  { level }: PlacedTree,
  nameOf: (node: number) => string,
  { traffic, latencyNs }: Multicast | Epoch,
): Load {
  const fullest = traffic.fullest();
  const levels = traffic.levels();
  return {
    totalSends: traffic.totalSends(),
    bytes: levels.reduce((sum, { bytes }) => sum + bytes, 0),
    latencyNs,
    fullest: {
      node: nameOf(fullest),
      level: at(level, fullest),
      sends: at(traffic.sends, fullest),
      receives: at(traffic.receives, fullest),
      bytes: at(traffic.bytes, fullest),
    },
    levels,
  };
}

function figuresOf(
  tree: PlacedTree,
  topology: Topology,
  wanting: Wanting,
  { traffic, entries, hops, writer, latencyNs }: Multicast,
  { max }: Hops,
  slowest: { readonly sendNs: number; readonly crossNs: number },
): Figures {
  const { k, clients, routers, nodes, depth } = tree;
  // Where there is one shard, records go to all routers, also to those with nobody below.
  const isUseful =
    topology.shards > 1
      ? usefulEdges(tree, writer, wanting)
      : Uint8Array.from(tree.parent, (above) => (above === NONE ? 0 : 1));
  let [routerLoad, clientLoad, overNeighbours, enclaveEntries] = [0, 0, -nodes, 0];
  let [subscribers, delivered, usefulLinks] = [0, 0, 0];
  for (let node = 0; node < nodes; node += 1) {
    const load = traffic.loadOf(node);
    if (node !== ROOT && isUseful[node] === 1) usefulLinks += 1;
    overNeighbours = Math.max(overNeighbours, load - usefulDegree(tree, isUseful, node));
    if (isClient(tree, node)) {
      clientLoad = Math.max(clientLoad, load);
      enclaveEntries = Math.max(enclaveEntries, at(entries, node));
      if (node === writer) continue;
      if (wanting(node)) subscribers += 1;
      if (at(hops, node) !== NONE) delivered += 1;
    } else if (node !== ROOT) routerLoad = Math.max(routerLoad, load);
  }
  return {
    topology: topology.id,
    domains: topology.domainsOf(clients),
    shards: topology.shards,
    k,
    clients,
    routers,
    nodes,
    depth,
    rootLoad: traffic.loadOf(ROOT),
    routerLoad,
    clientLoad,
    overNeighbours,
    totalSends: traffic.totalSends(),
    rootSends: at(traffic.sends, ROOT),
    enclaveEntries,
    subscribers,
    delivered,
    usefulLinks,
    hopsMax: max,
    latencyNs,
    ...slowest,
  };
}

/** Neighbours of a node to which, or from which, the record has to go. */
function usefulDegree({ children, childStart }: PlacedTree, isUseful: Uint8Array, node: number): number {
  let useful = node !== ROOT && isUseful[node] === 1 ? 1 : 0;
  const end = at(childStart, node + 1);
  for (let slot = at(childStart, node); slot < end; slot += 1)
    useful += isUseful[at(children, slot)] === 1 ? 1 : 0;
  return useful;
}
