/**
 * Admissible trees (docs/protocol.md §3): which trees the coordinator may commit after which change. A relation, not a
 * policy: whoever chooses within it conforms.
 */

import { compareNames } from './canonical.ts';
import { brokenDomains, domainOf, ownSlots, routerDepth, routersByDomain } from './domains.ts';
import type { Layout } from './domains.ts';
import { COORDINATOR, roleOf } from './events.ts';
import type { NodeName, Tree } from './messages.ts';

/** Why the tree changes. */
export type Cause =
  | { readonly kind: 'join'; readonly node: NodeName }
  | { readonly kind: 'removal'; readonly node: NodeName }
  /** An edge was found broken: `reporter` said so of its link to `other`. */
  | { readonly kind: 'break'; readonly reporter: NodeName; readonly other: NodeName };

/** A step from one tree to another. */
export interface Change {
  readonly before: Tree;
  readonly after: Tree;
  readonly cause: Cause;
  readonly layout: Layout;
}

/** Nodes that may have children: the coordinator and the routers of the tree. */
export function innerNodes(tree: Tree): readonly NodeName[] {
  return [COORDINATOR, ...Object.keys(tree.parents).filter((node) => roleOf(node) === 'router')];
}

/** Number of children of every node that has any. */
export function countChildren(tree: Tree): ReadonlyMap<NodeName, number> {
  const counts = new Map<NodeName, number>();
  for (const parent of Object.values(tree.parents)) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  return counts;
}

/** Nodes with a free slot for a client, sorted by name: where there are domains, those of its own. */
export function nodesWithSlotFor(client: NodeName, tree: Tree, layout: Layout): readonly NodeName[] {
  const { domains } = layout;
  const counts = new Map<NodeName, number>();
  for (const [node, parent] of Object.entries(tree.parents)) {
    // Gateways take none of the slots that a domain has for itself.
    if (domains > 1 && domainOf(node, domains) !== domainOf(parent, domains)) continue;
    counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return innerNodes(tree)
    .filter((node) => domains === 1 || domainOf(node, domains) === domainOf(client, domains))
    .filter((node) => (counts.get(node) ?? 0) < ownSlots(tree, node, layout))
    .toSorted(compareNames);
}

/** Number of edges between a node and the coordinator; undefined if it is not connected to it. */
export function depthOf(tree: Tree, node: NodeName): number | undefined {
  let depth = 0;
  const limit = Object.keys(tree.parents).length;
  for (let at = node; at !== COORDINATOR; depth++) {
    const parent = tree.parents[at];
    if (parent === undefined || depth > limit) return undefined;
    at = parent;
  }
  return depth;
}

/** Whether one of the two is the other's parent. */
export function areAdjacent(tree: Tree, a: NodeName, b: NodeName): boolean {
  return tree.parents[a] === b || tree.parents[b] === a;
}

function brokenShape(tree: Tree, k: number): string | undefined {
  if (COORDINATOR in tree.parents) return 'C has a parent';
  for (const [node, parent] of Object.entries(tree.parents)) {
    if (roleOf(parent) === 'client') return `${parent} is a client and has a child`;
    if (depthOf(tree, node) === undefined) return `${node} is not connected to C`;
  }
  for (const [node, count] of countChildren(tree)) {
    if (count > k) return `${node} has ${count} children, more than ${k}`;
  }
  for (const [i, node] of tree.pending.entries()) {
    if (node in tree.parents) return `${node} is pending and in the tree`;
    if (roleOf(node) !== 'client') return `${node} is pending and no client`;
    if (tree.pending.indexOf(node) !== i) return `${node} is pending twice`;
  }
  return undefined;
}

function brokenDepth(tree: Tree, layout: Layout): string | undefined {
  const routers = Object.keys(tree.parents).filter((node) => roleOf(node) === 'router');
  const limit = routerDepth(layout, routersByDomain(routers, layout.domains));
  const deep = routers.find((node) => (depthOf(tree, node) ?? 0) > limit);
  return deep && `${deep} is deeper than ${limit}`;
}

function brokenPending(tree: Tree, layout: Layout): string | undefined {
  for (const client of tree.pending) {
    const [free] = nodesWithSlotFor(client, tree, layout);
    if (free !== undefined) return `${client} pending, but ${free} has a free slot`;
  }
  return undefined;
}

function movesAllowed(cause: Cause, k: number): number {
  if (cause.kind === 'break') return 2 * k + 2;
  if (roleOf(cause.node) === 'client') return 0;
  return cause.kind === 'join' ? 1 : 2 * k + 2;
}

function brokenChange({ before, after, cause, layout }: Change): string | undefined {
  const members = (tree: Tree) => [...Object.keys(tree.parents), ...tree.pending];
  const about = cause.kind === 'break' ? undefined : cause.node;
  const old = new Set(members(before));
  const now = new Set(members(after));
  if (cause.kind === 'join' && !(cause.node in after.parents))
    return `${cause.node} joined and is not in the tree`;
  if (cause.kind === 'removal' && now.has(cause.node)) return `${cause.node} is gone and still there`;
  for (const node of old) if (node !== about && !now.has(node)) return `${node} disappeared`;
  for (const node of now) if (node !== about && !old.has(node)) return `${node} appeared`;
  const moved = Object.keys(before.parents).filter(
    (node) => node !== about && after.parents[node] !== before.parents[node],
  );
  const limit = movesAllowed(cause, layout.k);
  return moved.length > limit ? `${moved.join(', ')} moved, more than ${limit}` : undefined;
}

function brokenEdge({ before, after, cause, layout }: Change): string | undefined {
  if (cause.kind !== 'break' || roleOf(cause.reporter) !== 'client') return undefined;
  const { reporter, other } = cause;
  const free = nodesWithSlotFor(reporter, before, layout).find((node) => node !== other);
  if (free === undefined || !areAdjacent(after, reporter, other)) return undefined;
  return `${reporter} is still under ${other}, but ${free} had a free slot`;
}

/** undefined if the change is admissible, else which of the rules of docs/protocol.md §3 it breaks, and how. */
export function admissible(change: Change): string | undefined {
  const { after, layout } = change;
  const rules = [
    () => brokenShape(after, layout.k),
    () => brokenDepth(after, layout),
    () => brokenPending(after, layout),
    () => brokenChange(change),
    () => brokenEdge(change),
    () => brokenDomains(after, layout),
  ];
  for (const [i, rule] of rules.entries()) {
    const broken = rule();
    if (broken !== undefined) return `rule ${i + 1}: ${broken}`;
  }
  return undefined;
}
