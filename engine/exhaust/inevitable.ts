/** What must happen: from every state, what is wanted can still be reached. */
import { positionsIn } from './explored.ts';
import { localIn } from './layout.ts';
import { successorsOf } from './path.ts';
import { rankOf } from './rank.ts';
import type { Search } from './search.ts';

/**
 * A nearest state of a complete search from which no state that is wanted can be reached, of those the least by rank; -1 if there is none.
 *
 * The state space is finite, so under fairness (a step that is possible again and again is taken) a run ends in states that all reach each other. So what is
 * wanted happens in every fair run if and only if it can be reached from every state: a dead end or a cycle without it is a state from which it cannot.
 * @param isWanted asked with the numbers of the nodes' local states
 */
export function firstHopeless<L, M>(
  search: Search<L, M>,
  isWanted: (locals: readonly number[]) => boolean,
): number {
  const { states, layout } = search;
  const count = states.size;
  const nodes = Array.from({ length: layout.nodes }, (_, node) => node);
  const from: number[] = [];
  const heads = new Int32Array(count).fill(-1);
  const nexts: number[] = [];
  const reaches = new Uint8Array(count);
  const left: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const state = states.stateAt(index);
    if (isWanted(nodes.map((node) => localIn(state, 0, node)))) {
      reaches[index] = 1;
      left.push(index);
      continue;
    }
    for (const successor of successorsOf(search, state)) {
      const target = search.indexOf(successor.state);
      if (target < 0) throw new Error('a successor of a complete search was not reached');
      nexts.push(heads[target] ?? -1);
      heads[target] = from.length;
      from.push(index);
    }
  }
  for (let index = left.pop(); index !== undefined; index = left.pop())
    for (let edge = heads[index] ?? -1; edge >= 0; edge = nexts[edge] ?? -1) {
      const before = from[edge] ?? 0;
      if (reaches[before] === 1) continue;
      reaches[before] = 1;
      left.push(before);
    }
  for (const ranges of search.levels()) {
    let least = -1;
    let leastRank = Infinity;
    for (const index of positionsIn(ranges)) {
      if (reaches[index] === 1) continue;
      const rank = rankOf(search.compiled, layout, states.chunkOf(index), states.offsetOf(index));
      if (rank < leastRank) [least, leastRank] = [index, rank];
    }
    if (least >= 0) return least;
  }
  return -1;
}
