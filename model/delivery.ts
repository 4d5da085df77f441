/** Delivery at a client (docs/protocol.md §2, §5.3): a capsule's records in chain order, each exactly once. */

import { withEntry, withoutEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import type { Log } from './events.ts';
import type { Capsule, RecordName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { report } from './reaction.ts';
import type { Reaction } from './reaction.ts';

/** The part of a client's context that delivery works on. */
export interface Deliveries {
  /** The last record held of each capsule, own ones included: all before it are held too. */
  readonly positions: Table<number>;
  /** Records that came before their turn. */
  readonly early: Log;
}

/** Whether a record is one that the client delivers or lets wait. `own` is the capsule that it writes. */
export function isNewAtClient(
  { positions, early }: Deliveries,
  own: Capsule,
  { capsule, seq }: RecordName,
  parameters: Parameters,
): boolean {
  const position = positions[capsule] ?? 0;
  const waiting = early[capsule] ?? [];
  const kept = [...new Set([...Object.keys(positions), ...Object.keys(early)])];
  const hasRoom = kept.includes(capsule) || kept.filter((one) => one !== own).length < parameters.maxCapsules;
  return (
    capsule !== own &&
    seq > position &&
    !waiting.includes(seq) &&
    hasRoom &&
    (seq === position + 1 || waiting.length < parameters.maxEarly)
  );
}

/** The position after these records, which follow it. */
export function delivered(
  { positions }: Deliveries,
  capsule: Capsule,
  seqs: readonly number[],
): Pick<Deliveries, 'positions'> {
  const last = seqs.at(-1);
  return { positions: last === undefined ? positions : withEntry(positions, capsule, last) };
}

/** Delivers a new record and those waiting that follow it, or lets it wait. */
export function accepts(context: Deliveries, { capsule, seq }: RecordName): Reaction<Deliveries> {
  const waiting = [...(context.early[capsule] ?? []), seq].toSorted((a, b) => a - b);
  const position = context.positions[capsule] ?? 0;
  // What waits is ascending and beyond the position: it is the next as long as it is where counting on would be.
  const next = waiting.filter((one, i) => one === position + 1 + i);
  const later = waiting.slice(next.length);
  return {
    patch: {
      ...delivered(context, capsule, next),
      early:
        later.length > 0 ? withEntry(context.early, capsule, later) : withoutEntry(context.early, capsule),
    },
    outputs: next.map((one) => report({ type: 'delivered', capsule, seq: one })),
  };
}
