/** The bounds of docs/protocol.md §8, beside what was counted. */
import { routerDepth } from '../properties/cost.ts';

/** What is held against the bounds. Times in nanoseconds. */
export interface Figures {
  readonly topology: string;
  /** Administrative domains; 1: none. */
  readonly domains: number;
  /** 1: everybody wants everything. */
  readonly shards: number;
  readonly k: number;
  readonly clients: number;
  readonly routers: number;
  /** Nodes altogether, the coordinator included. */
  readonly nodes: number;
  readonly depth: number;
  /** Messages that a node sent and accepted for the record: at the coordinator; the most of a router, of a client. */
  readonly rootLoad: number;
  readonly routerLoad: number;
  readonly clientLoad: number;
  /** The most that a node's load is above the number of its neighbours that the record has to reach or to come from; negative if it is below everywhere. */
  readonly overNeighbours: number;
  readonly totalSends: number;
  /** Sends of the coordinator. */
  readonly rootSends: number;
  /** Times that one client handed the record to its enclave: the most. */
  readonly enclaveEntries: number;
  /** Clients that want the record, and clients that got it; the writer is none. */
  readonly subscribers: number;
  readonly delivered: number;
  /** Links on the way from the writer to the coordinator, and others below which somebody wants the record. */
  readonly usefulLinks: number;
  readonly hopsMax: number;
  readonly latencyNs: number;
  /** The greatest time that a node is busy with a send (σ), and that a message is under way (δ). */
  readonly sendNs: number;
  readonly crossNs: number;
}

/** A bound, and whether it holds. Values and bounds in messages, nodes, links, times or, for `latency`, nanoseconds. */
export interface Bound {
  readonly id: string;
  readonly statement: string;
  readonly value: number;
  /** How the value must be to the bound. */
  readonly must: '≤' | '=' | '≥';
  readonly bound: number;
  readonly holds: boolean;
}

/** ⌈log_k n⌉, in whole numbers: the least exponent with which k reaches n. */
export function ceilLog(k: number, n: number): number {
  let exponent = 0;
  for (let power = 1; power < n; power *= k) exponent += 1;
  return exponent;
}

/** Judges the figures. */
export function boundsOf(figures: Figures): readonly Bound[] {
  const { k, clients, routers, nodes, domains, depth, sendNs, crossNs } = figures;
  const isFlat = figures.topology === 'flat';
  const isSharded = figures.shards > 1;
  const most = (id: string, statement: string, value: number, bound: number): Bound => ({
    id,
    statement,
    value,
    must: '≤',
    bound,
    holds: value <= bound,
  });
  const exactly = (id: string, statement: string, value: number, bound: number): Bound => ({
    id,
    statement,
    value,
    must: '=',
    bound,
    holds: value === bound,
  });
  const routersNeeded = Math.max(0, Math.ceil((clients - k) / (k - 1)));
  return [
    most('root-load', 'sends and receives of the coordinator: K', figures.rootLoad, k),
    most('router-load', 'sends and receives of any router: K + 1', figures.routerLoad, k + 1),
    most('client-load', 'sends and receives of any client: 1', figures.clientLoad, 1),
    most(
      'neighbours',
      isSharded
        ? 'sends and receives of a node beyond its parent, who wants it, and who brought it: none'
        : 'sends and receives of a node beyond its neighbours: none',
      figures.overNeighbours,
      0,
    ),
    isSharded
      ? exactly(
          'total-sends',
          'sends of all nodes: the writer’s depth, and one for each other edge below which it is wanted',
          figures.totalSends,
          figures.usefulLinks,
        )
      : exactly('total-sends', 'sends of all nodes: n − 1', figures.totalSends, nodes - 1),
    ...(isFlat
      ? [exactly('root-sends', 'sends of the coordinator: c − 1', figures.rootSends, clients - 1)]
      : []),
    isSharded
      ? exactly(
          'delivered',
          'clients that get it: those that want it',
          figures.delivered,
          figures.subscribers,
        )
      : exactly('delivered', 'subscribers that get it: c − 1', figures.delivered, clients - 1),
    most('enclave-entries', 'enclave entries of one client: 1', figures.enclaveEntries, 1),
    most('hops', 'hops to a subscriber: 2 · depth', figures.hopsMax, 2 * depth),
    most('hops-nodes', 'hops to a subscriber: n − 1', figures.hopsMax, nodes - 1),
    domains === 1
      ? most('depth', 'depth: ⌈log_K n⌉ + 1', depth, ceilLog(k, nodes) + 1)
      : most(
          'depth',
          'depth: gateways’ heap + a domain’s heap + 1',
          depth,
          routerDepth({ k, domains }, Array<number>(domains).fill(Math.ceil(routers / domains))) + 1,
        ),
    {
      id: 'routers',
      statement: 'routers: ⌈(c − K) / (K − 1)⌉',
      value: routers,
      must: '≥',
      bound: routersNeeded,
      holds: routers >= routersNeeded,
    },
    isFlat
      ? most('latency', 'latency: 2δ + cσ', figures.latencyNs, 2 * crossNs + clients * sendNs)
      : most(
          'latency',
          'latency: 2 · depth · (δ + Kσ)',
          figures.latencyNs,
          2 * depth * (crossNs + k * sendNs),
        ),
  ];
}
