/** The topologies of docs/protocol.md §7, at any size: the reference's own placement policy decides where nodes sit. */
import { COORDINATOR, DomainPolicy, gatewaySlots, HeapPolicy, type PlacementPolicy } from '../impl/index.ts';
import { domainOf, routersFor } from '../properties/cost.ts';
import { namesFor } from './names.ts';
import { NONE, placedTree, type PlacedTree } from './placed-tree.ts';

/** A topology that the reference has. */
export interface Topology {
  readonly id: string;
  readonly title: string;
  /** Greatest number of children of a node. `k`: the number that was asked for. */
  kOf(clients: number, k: number): number;
  /** Routers that it takes for each client to have a place. `k` as {@link kOf} says it. */
  routersOf(clients: number, k: number): number;
  /** Where nodes sit. */
  policyOf(clients: number, k: number): PlacementPolicy;
  /** How many administrative domains there are. */
  domainsOf(clients: number): number;
  /** How many shards there are; 1: everybody wants everything. */
  readonly shards: number;
}

/** Domains of the topology `domains`, as far as there is a client for each. */
export const DOMAINS = 16;
/** Shards of the topology `sharded`. */
export const SHARDS = 16;

const oneHeap = {
  policyOf: (_: number, k: number): PlacementPolicy => new HeapPolicy(k),
  domainsOf: () => 1,
  shards: 1,
};

/** As many domains as there are, or as clients. */
const domainsOf = (clients: number): number => Math.min(DOMAINS, clients);

export const TOPOLOGIES: readonly Topology[] = [
  {
    id: 'flat',
    title: 'every client is a child of the coordinator',
    kOf: (clients) => Math.max(2, clients),
    routersOf: () => 0,
    ...oneHeap,
  },
  {
    id: 'tree',
    title: 'a K-ary tree of routers, clients at its free slots',
    kOf: (_, k) => k,
    routersOf: routersFor,
    ...oneHeap,
  },
  {
    id: 'sharded',
    title: 'such a tree; records go down only where their shard is wanted',
    kOf: (_, k) => k,
    routersOf: routersFor,
    ...oneHeap,
    shards: SHARDS,
  },
  {
    id: 'domains',
    title: 'administrative domains, each a K-ary tree below a gateway of its own',
    kOf: (_, k) => k,
    routersOf: (clients, k) => {
      const largest = Math.ceil(clients / domainsOf(clients));
      const beyondGateway = Math.max(0, largest - (k - gatewaySlots(k)));
      return domainsOf(clients) * (1 + Math.ceil(beyondGateway / (k - 1)));
    },
    policyOf: (clients, k) => new DomainPolicy(k, (node) => domainOf(node, domainsOf(clients))),
    domainsOf,
    shards: 1,
  },
];

/** Steps of work between two signs of life. */
const PLACED_A_TURN = 16_384;

/**
 * Lets routers, then clients, join a policy one by one, and numbers the tree that comes of it. Yields the nodes that have joined,
 * now and then.
 */
export function* place(
  clients: number,
  routers: number,
  k: number,
  policy: PlacementPolicy = new HeapPolicy(k),
): Generator<number, PlacedTree> {
  const { nameOf } = namesFor(clients, routers);
  for (let joined = 1; joined <= clients + routers; joined += 1) {
    const isRouter = joined <= routers;
    const node = isRouter ? clients + joined : joined - routers;
    policy.join(nameOf(node), isRouter ? 'router' : 'client');
    if (joined % PLACED_A_TURN === 0) yield joined;
  }
  return treeOfParents(clients, routers, k, policy.parents());
}

/** Numbers a tree whose nodes have the names of {@link namesFor}. Who is missing has no place. */
export function treeOfParents(
  clients: number,
  routers: number,
  k: number,
  parents: ReadonlyMap<string, string>,
): PlacedTree {
  const { nodeOf } = namesFor(clients, routers);
  const parent = new Int32Array(1 + clients + routers).fill(NONE);
  for (const [child, above] of parents) if (child !== COORDINATOR) parent[nodeOf(child)] = nodeOf(above);
  return placedTree(k, clients, routers, parent);
}
