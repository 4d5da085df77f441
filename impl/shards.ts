/** Shards: which records belong together, and who wants which (docs/protocol.md §7). */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { shardOf } from './codec.ts';
import { sha256 } from './crypto.ts';
import type { Capsule, Interest } from './messages.ts';

/** The shard of a key: the first two bytes of its SHA-256, as a number, modulo the number of shards. */
export function shardOfKey(key: string, shards: number): number {
  if (shards === 1) return 0;
  const [high = 0, low = 0] = sha256(utf8ToBytes(key));
  return (256 * high + low) % shards;
}

/** All shards; undefined where there is one, and nobody says an interest. */
export function allShards(shards: number): Interest | undefined {
  return shards === 1 ? undefined : Array.from({ length: shards }, (_, shard) => shard);
}

/** Whether a capsule's records are wanted; by who says no interest, all are. */
export function includesShardOf(interest: Interest | undefined, capsule: Capsule): boolean {
  return interest === undefined || interest.includes(shardOf(capsule));
}

/** Whether `interest` is a choice among several shards: ascending, each of those that there are. */
export function isChoice(interest: Interest, shards: number): boolean {
  const isAscending = interest.every((shard, i) => i === 0 || (interest[i - 1] as number) < shard);
  return shards > 1 && isAscending && interest.every((shard) => isShard(shard, shards));
}

const isShard = (shard: number, shards: number): boolean =>
  Number.isInteger(shard) && shard >= 0 && shard < shards;

/** Whether two ends say the same. */
export function areSame(a: Interest | undefined, b: Interest | undefined): boolean {
  return a?.join() === b?.join();
}

/** The union of interests, ascending. */
export function unionOf(interests: Iterable<Interest>): Interest {
  const all = new Set<number>();
  for (const interest of interests) for (const shard of interest) all.add(shard);
  return [...all].sort((a, b) => a - b);
}

/** The field that says an interest, if there is anything to say. */
export function saying(interest: Interest | undefined): { readonly interest?: Interest } {
  return interest === undefined ? {} : { interest };
}
