/** A tree as numbers: what a simulation of a million nodes can walk over. Memory is a few dozen bytes a node. */

/** What stands for a parent or a level where there is none. */
export const NONE = -1;

/** The coordinator's number. Clients follow it from 1 on, then routers: the order of their names. */
export const ROOT = 0;

export interface PlacedTree {
  /** Greatest number of children that a node may have. */
  readonly k: number;
  readonly clients: number;
  readonly routers: number;
  /** Nodes altogether: the coordinator, clients and routers, also those that have no place. */
  readonly nodes: number;
  /** Of each node; {@link NONE} for the coordinator and for who has no place. */
  readonly parent: Int32Array;
  /** Children of all nodes, one node's after the other's; within a node, ascending. */
  readonly children: Int32Array;
  /** Where the children of node `i` begin; those of the next one follow, so there is an entry more than nodes. */
  readonly childStart: Int32Array;
  /** Links up to the coordinator; {@link NONE} for who is not connected to it. */
  readonly level: Int32Array;
  /** Links down to the farthest node below; 0 for a leaf. */
  readonly height: Int32Array;
  /** Greatest level of any node. */
  readonly depth: number;
}

/**
 * Numbers a tree.
 * @param parent of each node: the coordinator, then `clients`, then `routers`
 * @throws RangeError if `parent` has another length
 */
export function placedTree(k: number, clients: number, routers: number, parent: Int32Array): PlacedTree {
  const nodes = 1 + clients + routers;
  if (parent.length !== nodes)
    throw new RangeError(`parent: expected ${nodes} entries, got ${parent.length}`);
  const childStart = new Int32Array(nodes + 1);
  for (const above of parent) if (above !== NONE) childStart[above + 1] = at(childStart, above + 1) + 1;
  for (let node = 0; node < nodes; node += 1)
    childStart[node + 1] = at(childStart, node + 1) + at(childStart, node);
  const next = childStart.slice();
  const children = new Int32Array(at(childStart, nodes));
  parent.forEach((above, node) => {
    if (above === NONE) return;
    const slot = at(next, above);
    children[slot] = node;
    next[above] = slot + 1;
  });
  // From the coordinator down, level by level: parents come before their children.
  const order = new Int32Array(nodes);
  const level = new Int32Array(nodes).fill(NONE);
  level[ROOT] = 0;
  let found = 1;
  for (let looked = 0; looked < found; looked += 1) {
    const node = at(order, looked);
    for (let slot = at(childStart, node); slot < at(childStart, node + 1); slot += 1) {
      const child = at(children, slot);
      if (at(level, child) !== NONE) continue;
      level[child] = at(level, node) + 1;
      order[found] = child;
      found += 1;
    }
  }
  const height = new Int32Array(nodes);
  for (let looked = found - 1; looked > 0; looked -= 1) {
    const node = at(order, looked);
    const above = at(parent, node);
    height[above] = Math.max(at(height, above), at(height, node) + 1);
  }
  const depth = at(level, at(order, found - 1));
  return { k, clients, routers, nodes, parent, children, childStart, level, height, depth };
}

/** Number of children of a node. */
export function fanOut({ childStart }: PlacedTree, node: number): number {
  return at(childStart, node + 1) - at(childStart, node);
}

export function isClient({ clients }: PlacedTree, node: number): boolean {
  return node !== ROOT && node <= clients;
}

/** The client that is farthest from the coordinator; of several, the last one. */
export function farthestClient({ clients, level }: PlacedTree): number {
  let farthest = 1;
  for (let node = 1; node <= clients; node += 1) if (at(level, node) >= at(level, farthest)) farthest = node;
  return farthest;
}

/** A number that is there: indices come from the tree itself. */
export function at(numbers: Int32Array | Uint32Array | Float64Array, index: number): number {
  return numbers[index] as number;
}
