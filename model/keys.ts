/**
 * Key epochs (docs/protocol.md §5.8): the enrolment authority rotates the group key, and expels nodes by declaring their keys void. Whoever
 * knows has no use for what is said under such keys, but for the records that the coordinator had when it learned of it: up to the cut.
 */

import type { Table } from './canonical.ts';
import { writerOf } from './events.ts';
import type { Log } from './events.ts';
import type { Capsule, NodeName, RecordName, Rotation } from './messages.ts';

/** Key epochs that there can be, the first included. */
export const MAX_KEY_EPOCH = 64;

/** Lives that a node can have under one pair of keys: its incarnations from 1 on are those of its first, as many more those of each next. */
export const LIVES_PER_KEY = 1_000_000;

/** Pairs of keys that a node can have, one after the other: each rotation makes one void at most. */
export const MAX_GENERATIONS = MAX_KEY_EPOCH;

/** The generation of the keys that a node has in an incarnation: how often they were renewed. */
export function generationOf(incarnation: number): number {
  return Math.floor(Math.max(0, incarnation - 1) / LIVES_PER_KEY);
}

/** The incarnation of the life that writes a capsule. */
export function incarnationOf(capsule: Capsule): number {
  return Number(capsule.split('/')[1]);
}

/** The generation of the keys by which a capsule's records are signed. */
export function generationOfCapsule(capsule: Capsule): number {
  return generationOf(incarnationOf(capsule));
}

/** What a node knows of the newest rotation. */
export interface Keys extends Rotation {
  /** The last record of use of each capsule that void keys signed; of others of them none is. */
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

/** Whether a rotation makes the keys void that a node has in an incarnation: it was expelled more often than they were renewed. */
export function isVoid(
  { expelled }: Pick<Rotation, 'expelled'>,
  node: NodeName,
  incarnation: number,
): boolean {
  return expelled.filter((one) => one === node).length > generationOf(incarnation);
}

/** Whether a node has been expelled in an incarnation, as far as is known. */
export function isExpelled({ keys }: KeyContext, node: NodeName, incarnation: number): boolean {
  return keys !== null && isVoid(keys, node, incarnation);
}

/** Whether a capsule is cut: the keys are void by which its records are signed. */
export function isCut({ keys }: KeyContext, capsule: Capsule): boolean {
  return keys !== null && isVoid(keys, writerOf(capsule), incarnationOf(capsule));
}

/** Whether a record of a capsule that is cut is beyond the cut. */
export function isBeyondCut(context: KeyContext, { capsule, seq }: RecordName): boolean {
  return isCut(context, capsule) && seq > (context.keys?.cuts[capsule] ?? 0);
}

/** Whether a rotation is newer than what is known. */
export function isNewRotation(context: KeyContext, rotation: Rotation | undefined): rotation is Rotation {
  return rotation !== undefined && rotation.keyEpoch > keyEpochIn(context);
}

/** What is known after a rotation. `heads`: the last records of capsules, where those are cut that void keys signed. */
export function rotated({ keyEpoch, expelled }: Rotation, heads: readonly RecordName[]): Keys {
  const keys = { keyEpoch, expelled, cuts: {} };
  const cuts = heads
    .filter(({ capsule }) => isCut({ keys }, capsule))
    .map(({ capsule, seq }) => [capsule, seq] as const);
  return { ...keys, cuts: Object.fromEntries(cuts) };
}

/** A log without the records that are beyond a cut. */
export function logBeforeCut(log: Log, context: KeyContext): Log {
  const capsules = Object.entries(log).map(
    ([capsule, seqs]) => [capsule, seqs.filter((seq) => !isBeyondCut(context, { capsule, seq }))] as const,
  );
  return Object.fromEntries(capsules.filter(([, seqs]) => seqs.length > 0));
}
