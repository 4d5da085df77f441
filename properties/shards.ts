/** Keys and their shards as the specification says it (docs/protocol.md §7), apart from what the reference makes of it. */
import { hash } from 'node:crypto';

/** Keys whose shards are remembered, at most; when full, all are forgotten. */
const MAX_REMEMBERED = 10_000;
const numbers = new Map<string, number>();

/** The shard of a key among `shards`: the first two bytes of its SHA-256, as a number, modulo that. */
export function shardOfKey(key: string, shards: number): number {
  let number = numbers.get(key);
  if (number === undefined) {
    if (numbers.size >= MAX_REMEMBERED) numbers.clear();
    numbers.set(key, (number = hash('sha256', key, 'buffer').readUInt16BE(0)));
  }
  return number % shards;
}
