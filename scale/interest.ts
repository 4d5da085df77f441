/** Who wants a record where there are shards (docs/protocol.md §7.1), and the edges that it then has to cross. */
import { shardOfKey } from '../impl/index.ts';
import { PUT } from './frames.ts';
import type { Forwarding } from './multicast.ts';
import type { Names } from './names.ts';
import { at, NONE, ROOT, type PlacedTree } from './placed-tree.ts';

/** Whether a client subscribes to the shard of the record. */
export type Wanting = (client: number) => boolean;

/** Everybody wants all there is. */
export const ALL_WANT: Wanting = () => true;

/** The shard of the record that is put. */
export const shardOfPut = (shards: number): number => shardOfKey(PUT.key, shards);

/** Each client subscribes to one shard: to that of its own name, as if it were a key. So neighbours want different things. */
export function wantingIn(shards: number, { nameOf }: Names): Wanting {
  const shard = shardOfPut(shards);
  return (client) => shardOfKey(nameOf(client), shards) === shard;
}

/** What the placements of the routers say: to the parent, and to each child by which, or below which, the record is wanted. */
export function toWhoWants(tree: PlacedTree, wanting: Wanting): Forwarding {
  const { clients, parent, nodes } = tree;
  const isWanted = new Uint8Array(nodes);
  for (let client = 1; client <= clients; client += 1)
    if (wanting(client))
      for (let node = client; node > ROOT && isWanted[node] === 0; node = at(parent, node))
        isWanted[node] = 1;
  return (node, from, to) => to !== from && (at(parent, node) === to || isWanted[to] === 1);
}

/**
 * Of each node, whether the edge to its parent has to be crossed: it lies on the way from the writer to the coordinator, or somebody
 * below wants the record. Found level by level from the leaves, apart from what the routers go by.
 */
export function usefulEdges(tree: PlacedTree, writer: number, wanting: Wanting): Uint8Array {
  const { children, childStart, depth, level, nodes, clients } = tree;
  const isUseful = new Uint8Array(nodes);
  const byLevel = Array.from({ length: depth + 1 }, (): number[] => []);
  for (let node = 0; node < nodes; node += 1)
    if (at(level, node) !== NONE) byLevel[at(level, node)]?.push(node);
  for (const node of byLevel.flat().reverse()) {
    const isEnd = node === writer || (node !== ROOT && node <= clients && wanting(node));
    const below = children.subarray(at(childStart, node), at(childStart, node + 1));
    isUseful[node] = isEnd || below.some((child) => isUseful[child] === 1) ? 1 : 0;
  }
  return isUseful;
}
