/**
 * Admissible trees (docs/protocol.md §3): which trees the coordinator may commit after which change. A relation, not a
 * policy: whoever chooses within it conforms.
 */

import { compareNames } from './canonical.ts';
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
  readonly k: number;
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

/** Nodes with a free child slot, sorted by name. */
export function nodesWithFreeSlot(tree: Tree, k: number): readonly NodeName[] {
  const counts = countChildren(tree);
  return innerNodes(tree)
    .filter((node) => (counts.get(node) ?? 0) < k)
    .toSorted(compareNames);
}

/** Depth of the last position of the complete K-ary heap with this many routers. */
export function heapDepth(k: number, routers: number): number {
  let depth = 0;
  for (let position = routers; position > 0; position = Math.floor((position - 1) / k)) depth++;
  return depth;
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

function brokenDepth(tree: Tree, k: number): string | undefined {
  const routers = Object.keys(tree.parents).filter((node) => roleOf(node) === 'router');
  const limit = heapDepth(k, routers.length);
  const deep = routers.find((node) => (depthOf(tree, node) ?? 0) > limit);
  return deep && `${deep} is deeper than ${limit}`;
}

function brokenPending(tree: Tree, k: number): string | undefined {
  if (tree.pending.length === 0) return undefined;
  const [free] = nodesWithFreeSlot(tree, k);
  return free && `${tree.pending.join(', ')} pending, but ${free} has a free slot`;
}

function movesAllowed(cause: Cause, k: number): number {
  if (cause.kind === 'break') return 2 * k + 2;
  if (roleOf(cause.node) === 'client') return 0;
  return cause.kind === 'join' ? 1 : 2 * k + 2;
}

function brokenChange({ before, after, cause, k }: Change): string | undefined {
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
  const limit = movesAllowed(cause, k);
  return moved.length > limit ? `${moved.join(', ')} moved, more than ${limit}` : undefined;
}

function brokenEdge({ before, after, cause, k }: Change): string | undefined {
  if (cause.kind !== 'break' || roleOf(cause.reporter) !== 'client') return undefined;
  const { reporter, other } = cause;
  const free = nodesWithFreeSlot(before, k).find((node) => node !== other);
  if (free === undefined || !areAdjacent(after, reporter, other)) return undefined;
  return `${reporter} is still under ${other}, but ${free} had a free slot`;
}

/** undefined if the change is admissible, else which of the rules of docs/protocol.md §3 it breaks, and how. */
export function admissible(change: Change): string | undefined {
  const { after, k } = change;
  const rules = [
    () => brokenShape(after, k),
    () => brokenDepth(after, k),
    () => brokenPending(after, k),
    () => brokenChange(change),
    () => brokenEdge(change),
  ];
  for (const [i, rule] of rules.entries()) {
    const broken = rule();
    if (broken !== undefined) return `rule ${i + 1}: ${broken}`;
  }
  return undefined;
}
