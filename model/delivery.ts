/** Delivery at a client (docs/protocol.md §2, §5.3): a capsule's records in chain order, each exactly once. */

import { withEntry, withoutEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import { writerOf } from './events.ts';
import type { Log } from './events.ts';
import { asHeld, continues, isBeyondFork, marked, marksWhere } from './forks.ts';
import type { ForkContext } from './forks.ts';
import type { Capsule, NodeName, RecordName, SealedRecord } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { report } from './reaction.ts';
import type { Reaction } from './reaction.ts';

/** The part of a client's context that delivery works on. */
export interface Deliveries extends ForkContext {
  /** The last record held of each capsule, own ones included: all before it are held too. */
  readonly positions: Table<number>;
  /** Records that came before their turn. */
  readonly early: Log;
}

/** Whether a record is the next of its capsule, and yet does not continue it. */
export function isTorn(context: Deliveries, record: SealedRecord): boolean {
  return record.seq === (context.positions[record.capsule] ?? 0) + 1 && !continues(context, record);
}

/**
 * Whether a record is one that the client delivers or lets wait. Of its own capsules, `isPresent` tells those that it writes in this
 * life.
 */
export function isNewAtClient(
  context: Deliveries,
  self: NodeName,
  isPresent: (capsule: Capsule) => boolean,
  record: SealedRecord,
  parameters: Parameters,
): boolean {
  const { positions, early } = context;
  const { capsule, seq } = record;
  const position = positions[capsule] ?? 0;
  const waiting = early[capsule] ?? [];
  const kept = [...new Set([...Object.keys(positions), ...Object.keys(early)])];
  const others = kept.filter((one) => writerOf(one) !== self);
  const hasRoom =
    writerOf(capsule) === self || kept.includes(capsule) || others.length < parameters.maxCapsules;
  return (
    !isPresent(capsule) &&
    seq > position &&
    !isBeyondFork(context, record) &&
    !waiting.includes(seq) &&
    hasRoom &&
    (seq === position + 1 ? continues(context, record) : waiting.length < parameters.maxEarly)
  );
}

/** Whether a record of this name is held: delivered or written, and young enough for its head to be kept; or waiting. */
export function holds(
  { positions, early }: Deliveries,
  { capsule, seq }: RecordName,
  { logWindow }: Parameters,
): boolean {
  const position = positions[capsule] ?? 0;
  return (seq <= position && seq > position - logWindow) || early[capsule]?.includes(seq) === true;
}

/** The position after these records, which follow it. */
export function delivered(
  { positions }: Pick<Deliveries, 'positions'>,
  capsule: Capsule,
  seqs: readonly number[],
): Pick<Deliveries, 'positions'> {
  const last = seqs.at(-1);
  return { positions: last === undefined ? positions : withEntry(positions, capsule, last) };
}

/** How many of those waiting follow the position, each continuing the one before it. */
function countNext(context: Deliveries, capsule: Capsule, waiting: readonly number[]): number {
  const position = context.positions[capsule] ?? 0;
  // What waits is ascending and beyond the position: it is the next as long as it is where counting on would be.
  const isNext = (seq: number, i: number): boolean =>
    seq === position + 1 + i && continues(context, asHeld(context, capsule, seq));
  const at = waiting.findIndex((seq, i) => !isNext(seq, i));
  return at < 0 ? waiting.length : at;
}

/** Delivers a new record and those waiting that follow it, or lets it wait. One whose turn comes and that does not continue is dropped. */
export function accepts(
  context: Deliveries,
  record: SealedRecord,
  { logWindow }: Parameters,
): Reaction<Deliveries> {
  const { capsule, seq } = record;
  const now = { ...context, marks: marked(context.marks, record) };
  const waiting = [...(now.early[capsule] ?? []), seq].toSorted((a, b) => a - b);
  const next = waiting.slice(0, countNext(now, capsule, waiting));
  const { positions } = delivered(now, capsule, next);
  const position = positions[capsule] ?? 0;
  const later = waiting.slice(next.length).filter((one) => one > position + 1 || next.length === 0);
  const isKept = (one: number): boolean =>
    one > position ? later.includes(one) : one > position - logWindow;
  return {
    patch: {
      positions,
      early: later.length > 0 ? withEntry(now.early, capsule, later) : withoutEntry(now.early, capsule),
      marks: marksWhere(now.marks, capsule, isKept),
    },
    outputs: next.map((one) => report({ type: 'delivered', capsule, seq: one })),
  };
}
