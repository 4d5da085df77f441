/**
 * The heap policy (docs/protocol.md §3), the reference among the admissible ones. It needs no positions of its own:
 * in a complete heap the order of routers follows from the tree, but for nodes that are mirror images of each other,
 * among which names decide.
 */

import { compareNames, including, sorted } from './canonical.ts';
import { COORDINATOR, roleOf } from './events.ts';
import type { NodeName, Tree } from './messages.ts';
import { areAdjacent, countChildren } from './tree.ts';
import type { Cause } from './tree.ts';

type Parents = Readonly<Record<NodeName, NodeName>>;

/** How many children a node may have. */
export type Width = (node: NodeName) => number;

/** The coordinator and the routers in order of position: by level, siblings with more routers below them first. */
export function byPosition(parents: Parents): readonly NodeName[] {
  const routers = Object.keys(parents).filter((node) => roleOf(node) === 'router');
  const size = new Map<NodeName, number>(routers.map((node) => [node, 0]));
  for (const router of routers) {
    for (let at: NodeName | undefined = router; at !== undefined; at = parents[at]) {
      size.set(at, (size.get(at) ?? 0) + 1);
    }
  }
  const order: NodeName[] = [COORDINATOR];
  // `order` grows while it is read: breadth first.
  for (const parent of order) {
    const children = routers.filter((node) => parents[node] === parent);
    const larger = (a: NodeName, b: NodeName) => (size.get(b) ?? 0) - (size.get(a) ?? 0);
    order.push(...children.toSorted((a, b) => larger(a, b) || compareNames(a, b)));
  }
  return order;
}

/** The lowest node with a free slot. Slots of lower nodes are lower slots, so it has the lowest free one. */
function lowestFree(parents: Parents, width: Width): NodeName | undefined {
  const counts = countChildren({ parents, pending: [] });
  return byPosition(parents).find((node) => (counts.get(node) ?? 0) < width(node));
}

/** The next node after this one with a free slot, in cyclic order of positions; not this one itself. */
function nextFree(parents: Parents, width: Width, after: NodeName): NodeName | undefined {
  const counts = countChildren({ parents, pending: [] });
  const order = byPosition(parents);
  const at = order.indexOf(after);
  return [...order.slice(at + 1), ...order.slice(0, at)].find(
    (node) => (counts.get(node) ?? 0) < width(node),
  );
}

function clientsOf(parents: Parents, node: NodeName): readonly NodeName[] {
  return Object.keys(parents)
    .filter((child) => parents[child] === node && roleOf(child) === 'client')
    .toSorted(compareNames);
}

function without(parents: Parents, gone: readonly NodeName[]): Parents {
  return Object.fromEntries(Object.entries(parents).filter(([node]) => !gone.includes(node)));
}

/** Puts these clients on the lowest free slots, in this order; those that find none are pending. */
export function seat(parents: Parents, clients: readonly NodeName[], width: Width): Tree {
  let seated = parents;
  let pending: readonly NodeName[] = [];
  for (const client of clients) {
    const slot = lowestFree(seated, width);
    if (slot === undefined) pending = including(pending, client);
    else seated = { ...seated, [client]: slot };
  }
  return { parents: sorted(seated), pending };
}

function addRouter({ parents, pending }: Tree, router: NodeName, width: Width): Tree {
  const counts = countChildren({ parents, pending });
  const isFullOfRouters = (node: NodeName) =>
    Object.keys(parents).filter((child) => parents[child] === node && roleOf(child) === 'router').length >=
    width(node);
  const parent = byPosition(parents).find((node) => !isFullOfRouters(node)) ?? COORDINATOR;
  const placed = { ...parents, [router]: parent };
  // The client that sits on the new position moves to the first slot below it.
  const [displaced] = (counts.get(parent) ?? 0) < width(parent) ? [] : clientsOf(parents, parent);
  return seat(displaced === undefined ? placed : { ...placed, [displaced]: router }, pending, width);
}

function removeRouter({ parents, pending }: Tree, gone: NodeName, width: Width): Tree {
  const last = byPosition(parents).at(-1) ?? gone;
  const displaced = clientsOf(parents, last);
  const seatOf = parents[gone] ?? COORDINATOR;
  let rest = without(parents, [gone, ...displaced]);
  if (last !== gone) {
    const heirs = Object.entries(rest).map(
      ([node, parent]) => [node, parent === gone ? last : parent] as const,
    );
    rest = { ...Object.fromEntries(heirs), [last]: seatOf };
  }
  return seat(rest, [...displaced, ...pending], width);
}

/** The tree with the positions of two routers exchanged. */
function swap({ parents, pending }: Tree, a: NodeName, b: NodeName): Tree {
  const other = (node: NodeName) => (node === a ? b : node === b ? a : node);
  const edges = Object.entries(parents).map(([child, parent]) => [
    // Clients keep their slots, so only their parent's name changes.
    other(child),
    other(parent),
  ]);
  return { parents: sorted(Object.fromEntries(edges) as Parents), pending };
}

function breakEdge(tree: Tree, reporter: NodeName, other: NodeName, width: Width): Tree {
  // The coordinator cannot move, so the other end does as if it had reported.
  if (reporter === COORDINATOR) return breakEdge(tree, other, COORDINATOR, width);
  if (roleOf(reporter) === 'client') {
    const rest = without(tree.parents, [reporter]);
    // Whoever goes on so has been everywhere before it comes to a parent for the second time.
    const slot = nextFree(rest, width, other);
    if (slot === undefined) return tree;
    return { parents: sorted({ ...rest, [reporter]: slot }), pending: tree.pending };
  }
  for (const router of byPosition(tree.parents).slice(1).toReversed()) {
    if (router === reporter) continue;
    const swapped = swap(tree, reporter, router);
    if (!areAdjacent(swapped, reporter, other)) return swapped;
  }
  return tree;
}

/** The tree that the heap policy commits. */
export function heapTree(before: Tree, cause: Cause, width: Width): Tree {
  switch (cause.kind) {
    case 'join': {
      const pending = before.pending.filter((node) => node !== cause.node);
      const rest = { parents: before.parents, pending };
      if (roleOf(cause.node) === 'router') return addRouter(rest, cause.node, width);
      return seat(before.parents, [cause.node, ...pending], width);
    }
    case 'removal': {
      if (roleOf(cause.node) === 'router') return removeRouter(before, cause.node, width);
      const pending = before.pending.filter((node) => node !== cause.node);
      return seat(without(before.parents, [cause.node]), pending, width);
    }
    case 'break':
      return breakEdge(before, cause.reporter, cause.other, width);
  }
}
