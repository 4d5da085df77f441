/**
 * Shards and who wants them (docs/protocol.md §7): every record belongs to the shard that its capsule names; an interest is
 * a set of shards. Where there is one shard nobody says an interest, and everybody wants all there is.
 */

import type { Capsule, Interest, NodeName } from './messages.ts';

/**
 * The capsule that a life of a writer writes for a shard in a key epoch; where there is one shard only, and in the first key epoch, names
 * leave these out.
 */
export function capsuleOf(
  writer: NodeName,
  incarnation: number,
  shard: number,
  shards: number,
  keyEpoch = 1,
): Capsule {
  const whole = `${writer}/${incarnation}`;
  const ofEpoch = keyEpoch === 1 ? whole : `${whole}/k${keyEpoch}`;
  return shards === 1 ? ofEpoch : `${ofEpoch}/s${shard}`;
}

/** The shard of a capsule's records. */
export function shardOf(capsule: Capsule): number {
  const part = capsule.split('/').find((one, at) => at > 1 && one.startsWith('s'));
  return part === undefined ? 0 : Number(part.slice(1));
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
