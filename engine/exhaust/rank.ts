/**
 * Ranks: an order of states that goes by their contents, not by the numbers that locals and messages happen to have. What is found, and the way to it, is
 * the least by rank among equally near ones, so it does not depend on how a search is carried out.
 *
 * A rank is a sum of hashes of the parts of a state. That two states of one search have the same is as good as impossible, and would only make the choice between them arbitrary.
 */
import { localIn, type Layout } from './layout.ts';
import type { Tables } from './tables.ts';

/** Ranks are whole numbers below this: sums of two are exact. */
const RANKS = 2 ** 52;

/** What a part of a state adds to its rank. */
export function rankOfText(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 13;
  }
  high = mixed(high ^ low);
  low = mixed(low + high);
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}

/** The rank of a packed state. */
export function rankOf(tables: Tables, layout: Layout, state: Int32Array, offset = 0): number {
  const { nodes, networkAt, networkWords } = layout;
  const { localRanks, messageRanks } = tables;
  let rank = mixed(localIn(state, offset, nodes)) >>> 0;
  for (let node = 0; node < nodes; node += 1)
    rank = sum(rank, (localRanks[node] as readonly number[])[localIn(state, offset, node)] as number);
  for (let word = 0; word < networkWords; word += 1)
    for (let bits = state[offset + networkAt + word] as number; bits !== 0; bits &= bits - 1)
      rank = sum(rank, messageRanks[(word << 5) + (31 - Math.clz32(bits & -bits))] as number);
  return rank;
}

function sum(a: number, b: number): number {
  const all = a + b;
  return all < RANKS ? all : all - RANKS;
}

function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
