/**
 * Administrative domains (docs/protocol.md §3.1): each is a connected part of the tree below a gateway of its own, and the gateways are the
 * top of the tree. Which part of a tree is whose, and what makes one inadmissible.
 */
import { COORDINATOR, roleOf } from './events.ts';
import type { NodeName, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';

/** What decides how many children a node may have, and of which kind. */
export type Layout = Pick<Parameters, 'k' | 'domains'>;

/** The domain of a node: they take turns by number, `d1`, `d2`, …, `d1`. The coordinator is of none. */
export function domainOf(node: NodeName, domains: number): string {
  return node === COORDINATOR ? '' : `d${((Number(node.slice(1)) - 1) % domains) + 1}`;
}

/** Slots of a gateway for other gateways; the others are for its own domain. */
export function gatewaySlots(k: number): number {
  return Math.floor(k / 2);
}

/** Whether a node sits at the top of its domain. */
export function isGateway({ parents }: Pick<Tree, 'parents'>, node: NodeName, domains: number): boolean {
  const parent = parents[node];
  if (parent === undefined) return false;
  return parent === COORDINATOR || domainOf(parent, domains) !== domainOf(node, domains);
}

/** How many of its own domain a node of the tree may have below it; of no domain where there is none. */
export function ownSlots(tree: Pick<Tree, 'parents'>, node: NodeName, { k, domains }: Layout): number {
  if (domains === 1) return k;
  if (node === COORDINATOR) return 0;
  return isGateway(tree, node, domains) ? k - gatewaySlots(k) : k;
}

/** How many edges there are below the root of a heap to its last position: the root has `rootK` children, everybody else `k`. */
export function heapDepth(k: number, positions: number, rootK = k): number {
  let depth = 0;
  let position = positions;
  while (position > 0) {
    position = position <= rootK ? 0 : Math.floor((position - rootK - 1) / k) + 1;
    depth += 1;
  }
  return depth;
}

/** The greatest depth of a router, with so many routers in each domain that has any. */
export function routerDepth({ k, domains }: Layout, routersByDomain: readonly number[]): number {
  if (domains === 1) return heapDepth(k, routersByDomain[0] ?? 0);
  const within = routersByDomain.map((routers) => heapDepth(k, routers - 1, k - gatewaySlots(k)));
  return heapDepth(gatewaySlots(k), routersByDomain.length, k) + Math.max(0, ...within);
}

/** Number of routers of each domain that has any in the tree. */
export function routersByDomain(parents: Iterable<NodeName>, domains: number): readonly number[] {
  const counts = new Map<string, number>();
  for (const node of parents) {
    if (roleOf(node) !== 'router') continue;
    const domain = domainOf(node, domains);
    counts.set(domain, (counts.get(domain) ?? 0) + 1);
  }
  return [...counts.values()];
}

/** Why the domains of a tree are not each in one piece, below a gateway; undefined if they are. */
export function brokenDomains(tree: Tree, { k, domains }: Layout): string | undefined {
  if (domains === 1) return undefined;
  const gateways = new Map<string, NodeName>();
  const below = new Map<NodeName, number>();
  for (const [node, parent] of Object.entries(tree.parents)) {
    if (!isGateway(tree, node, domains)) continue;
    if (roleOf(node) === 'client') return `${node} is a client and above it is ${parent}, of another domain`;
    const domain = domainOf(node, domains);
    const other = gateways.get(domain);
    if (other !== undefined) return `${domain} has two gateways, ${other} and ${node}`;
    gateways.set(domain, node);
    if (parent === COORDINATOR) continue;
    if (!isGateway(tree, parent, domains)) return `${node} is a gateway below ${parent}, which is none`;
    const many = (below.get(parent) ?? 0) + 1;
    below.set(parent, many);
    if (many > gatewaySlots(k))
      return `${parent} has ${many} gateways below it, more than ${gatewaySlots(k)}`;
  }
  return undefined;
}
