/**
 * Shards and who wants them (docs/protocol.md §7): every record belongs to the shard that its capsule names; an interest is
 * a set of shards. Where there is one shard nobody says an interest, and everybody wants all there is.
 */

import type { Capsule, Interest, NodeName } from './messages.ts';

/** The capsule that a life of a writer writes for a shard; where there is one shard only, names leave it out. */
export function capsuleOf(writer: NodeName, incarnation: number, shard: number, shards: number): Capsule {
  return shards === 1 ? `${writer}/${incarnation}` : `${writer}/${incarnation}/s${shard}`;
}

/** The shard of a capsule's records. */
export function shardOf(capsule: Capsule): number {
  const [, , shard] = capsule.split('/');
  return shard === undefined ? 0 : Number(shard.slice(1));
}

/** Whether records of the capsule are wanted. */
export function isWanted(interest: Interest | null | undefined, capsule: Capsule): boolean {
  return !interest || interest.includes(shardOf(capsule));
}

/** Whether the shards are a set of those that there are, ascending. There is nothing to choose from one. */
export function isInterest(interest: Interest, shards: number): boolean {
  return (
    shards > 1 &&
    interest.every(
      (shard, i) =>
        Number.isInteger(shard) && shard >= 0 && shard < shards && (interest[i - 1] ?? -1) < shard,
    )
  );
}

/** What a client subscribes to until it is told otherwise: everything; null where there is nothing to choose from. */
export function firstInterest(shards: number): Interest | null {
  return shards === 1 ? null : Array.from({ length: shards }, (_, shard) => shard);
}

/** What is wanted by any of them. */
export function union(interests: readonly Interest[]): Interest {
  return [...new Set(interests.flat())].toSorted((a, b) => a - b);
}

/** Whether two interests are the same, said in the same way. */
export function isSameInterest(a: Interest | null | undefined, b: Interest | null | undefined): boolean {
  return a && b ? a.join() === b.join() : !a && !b;
}

/** The field of a message or a state that says an interest: none where all is wanted. */
export function saying(interest: Interest | null | undefined): { readonly interest?: Interest } {
  return interest ? { interest } : {};
}
