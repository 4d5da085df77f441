/**
 * Key epochs (docs/protocol.md §5.8): the enrolment authority rotates the group key and expels nodes. Whoever knows has no use for what an
 * expelled node says, but for the records of it that the coordinator had when it learned of it: up to the cut.
 */

import type { Table } from './canonical.ts';
import { writerOf } from './events.ts';
import type { Log } from './events.ts';
import type { Capsule, NodeName, RecordName, Rotation } from './messages.ts';

/** Key epochs that there can be, the first included. */
export const MAX_KEY_EPOCH = 64;

/** What a node knows of the newest rotation. */
export interface Keys extends Rotation {
  /** The last record of use of each capsule of an expelled writer; of others of it none is. */
  readonly cuts: Table<number>;
}

/** The part of a context that knows of keys. */
export interface KeyContext {
  /** null before the first rotation. */
  readonly keys: Keys | null;
}

/** The key epoch of a capsule's records: 1 where its name says none. */
export function keyEpochOf(capsule: Capsule): number {
  const part = capsule.split('/').find((one, at) => at > 1 && one.startsWith('k'));
  return part === undefined ? 1 : Number(part.slice(1));
}

/** The newest key epoch that is known. */
export function keyEpochIn({ keys }: KeyContext): number {
  return keys?.keyEpoch ?? 1;
}

/** Whether a node has been expelled, as far as is known. */
export function isExpelled({ keys }: KeyContext, node: NodeName): boolean {
  return keys?.expelled.includes(node) === true;
}

/** Whether a record of an expelled writer is beyond the cut. */
export function isBeyondCut(context: KeyContext, { capsule, seq }: RecordName): boolean {
  return isExpelled(context, writerOf(capsule)) && seq > (context.keys?.cuts[capsule] ?? 0);
}

/** Whether a rotation is newer than what is known. */
export function isNewRotation(context: KeyContext, rotation: Rotation | undefined): rotation is Rotation {
  return rotation !== undefined && rotation.keyEpoch > keyEpochIn(context);
}

/** What is known after a rotation. `heads`: the last records of capsules, where the capsules of those expelled are cut. */
export function rotated({ keyEpoch, expelled }: Rotation, heads: readonly RecordName[]): Keys {
  const cuts = heads
    .filter(({ capsule }) => expelled.includes(writerOf(capsule)))
    .map(({ capsule, seq }) => [capsule, seq] as const);
  return { keyEpoch, expelled, cuts: Object.fromEntries(cuts) };
}

/** A log without the records that are beyond a cut. */
export function logBeforeCut(log: Log, context: KeyContext): Log {
  const capsules = Object.entries(log).map(
    ([capsule, seqs]) => [capsule, seqs.filter((seq) => !isBeyondCut(context, { capsule, seq }))] as const,
  );
  return Object.fromEntries(capsules.filter(([, seqs]) => seqs.length > 0));
}
