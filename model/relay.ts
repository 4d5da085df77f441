/**
 * What routers and the coordinator do with records (docs/protocol.md §5.3, §5.4): one log as duplicate filter and
 * repair store, data flooded along the tree, Naks relayed towards the records and Repairs back to who asked.
 */

import { compareNames, including, withEntry } from './canonical.ts';
import type { EventOf, Log } from './events.ts';
import type { Hops } from './links.ts';
import {
  isFromChild,
  isFromNeighbour,
  isFromParent,
  neighbour,
  neighboursOf,
  sendAll,
  sendTo,
} from './links.ts';
import type { Capsule, NodeName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import type { Reaction } from './reaction.ts';

/** A range that somebody asked for and has not got. */
export interface PendingNak {
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
  /** Sorted. */
  readonly askers: readonly NodeName[];
  /** Who was asked for it. Sorted. */
  readonly asked: readonly NodeName[];
}

/** The part of a context that relaying works on. */
export interface RelayContext {
  readonly log: Log;
  /** Sorted by capsule, first, last. */
  readonly naks: readonly PendingNak[];
}

type Data = EventOf<'data'>;
type Nak = EventOf<'nak'>;
type Repair = EventOf<'repair'>;
type Range = Pick<PendingNak, 'capsule' | 'first' | 'last'>;

function takes(log: Log, capsule: Capsule, seq: number, parameters: Parameters): boolean {
  const seqs = log[capsule];
  if (!seqs) return Object.keys(log).length < parameters.maxCapsules;
  return !seqs.includes(seq) && seq > (seqs.at(-1) ?? 0) - parameters.logWindow;
}

/** The log with a record that it takes: what falls out of the window is dropped. */
function enter(log: Log, capsule: Capsule, seq: number, parameters: Parameters): Log {
  const seqs = [...(log[capsule] ?? []), seq].toSorted((a, b) => a - b);
  const oldest = (seqs.at(-1) ?? 0) - parameters.logWindow;
  const kept = seqs.filter((one) => one > oldest);
  return withEntry(log, capsule, kept);
}

function kept(log: Log, { capsule, first, last }: Range): readonly number[] {
  return (log[capsule] ?? []).filter((seq) => first <= seq && seq <= last);
}

function isSame(a: Range, b: Range): boolean {
  return a.capsule === b.capsule && a.first === b.first && a.last === b.last;
}

function compareRanges(a: Range, b: Range): number {
  return compareNames(a.capsule, b.capsule) || a.first - b.first || a.last - b.last;
}

/** Whether the sequence numbers ascend within the range: what every Repair must do. */
export function isWithinRange({ first, last, seqs }: Repair): boolean {
  return seqs.every((seq, i) => first <= seq && seq <= last && (i === 0 || (seqs[i - 1] ?? 0) < seq));
}

/** Whether the data is from a neighbour and new to the log. */
export function isNewData(context: RelayContext, hops: Hops, event: Data, parameters: Parameters): boolean {
  return (
    isFromNeighbour(hops, event) && takes(context.log, event.record.capsule, event.record.seq, parameters)
  );
}

/** Logs new data and sends it on, to everybody but the one that it came from. */
export function relayData(
  context: RelayContext,
  hops: Hops,
  event: Data,
  parameters: Parameters,
): Reaction<RelayContext> {
  const { record } = event;
  const others = neighboursOf(hops).filter((one) => one.node !== event.from);
  return {
    patch: { log: enter(context.log, record.capsule, record.seq, parameters) },
    outputs: sendAll(hops, others, { type: 'data', record }),
  };
}

/** Whether a range is no longer than one Nak may ask for. */
export function isRangeAllowed({ first, last }: Nak, { maxRepair }: Parameters): boolean {
  return last - first < maxRepair;
}

/** Whether a child asks, as children do: without a path. */
export function isNakFromChild(hops: Hops, event: Nak, parameters: Parameters): boolean {
  return event.path.length === 0 && isFromChild(hops, event) && isRangeAllowed(event, parameters);
}

/** Whether the parent asks for what is further down. */
export function isNakFromParent(hops: Hops, event: Nak, parameters: Parameters): boolean {
  return event.path.length > 0 && isFromParent(hops, event) && isRangeAllowed(event, parameters);
}

/** Whether all of the range is in the log. */
export function hasAll(context: RelayContext, event: Nak): boolean {
  return kept(context.log, event).length === Math.max(0, event.last - event.first + 1);
}

/** Whether some of the range is in the log. */
export function hasSome(context: RelayContext, event: Nak): boolean {
  return kept(context.log, event).length > 0;
}

/**
 * Sends a Repair with what there is of the range to the one that asks for it, and to whoever waits for the same range here:
 * an overlapping range may have brought the records in the meantime, and then nobody answers the other.
 */
export function repairFromLog(context: RelayContext, hops: Hops, event: Nak): Reaction<RelayContext> {
  const { capsule, first, last, from } = event;
  const pending = context.naks.find((one) => isSame(one, event));
  const askers = neighboursOf(hops).filter(({ node }) => node === from || pending?.askers.includes(node));
  const seqs = kept(context.log, event);
  return {
    patch: pending ? { naks: context.naks.filter((one) => one !== pending) } : {},
    outputs: sendAll(hops, askers, { type: 'repair', capsule, first, last, seqs }),
  };
}

/** Whether there is room to remember the range. */
export function canRemember(context: RelayContext, event: Nak, parameters: Parameters): boolean {
  return (
    context.naks.length < parameters.maxPendingNaks || context.naks.some((pending) => isSame(pending, event))
  );
}

/** Asks the first of `route` for the range, with the rest of the route as path, unless it was asked before. */
export function relayNak(
  context: RelayContext,
  hops: Hops,
  event: Nak,
  route: readonly NodeName[],
): Reaction<RelayContext> {
  const [next, ...path] = route;
  const target = next === undefined ? undefined : neighbour(hops, next);
  if (!target) throw new TypeError(`${hops.self} has no neighbour ${next ?? ''} to relay to`);
  const { capsule, first, last, from } = event;
  const before = context.naks.find((pending) => isSame(pending, event));
  const others = context.naks.filter((pending) => pending !== before);
  const askers = including(before?.askers ?? [], from);
  const asked = including(before?.asked ?? [], target.node);
  return {
    patch: { naks: [...others, { capsule, first, last, askers, asked }].toSorted(compareRanges) },
    outputs: before?.asked.includes(target.node)
      ? []
      : [sendTo(hops, target, { type: 'nak', capsule, first, last, path })],
  };
}

/** Whether the repair answers a range that its sender was asked for. */
export function isAskedRepair(context: RelayContext, hops: Hops, event: Repair): boolean {
  return (
    isFromNeighbour(hops, event) &&
    isWithinRange(event) &&
    context.naks.some((pending) => isSame(pending, event) && pending.asked.includes(event.from))
  );
}

/** Logs what is new of a Repair and sends it to everybody who asked and is still a neighbour. */
export function relayRepair(
  context: RelayContext,
  hops: Hops,
  event: Repair,
  parameters: Parameters,
): Reaction<RelayContext> {
  const { capsule, first, last, seqs } = event;
  const pending = context.naks.find((one) => isSame(one, event));
  const askers = neighboursOf(hops).filter(
    (one) => one.node !== event.from && pending?.askers.includes(one.node),
  );
  let log = context.log;
  for (const seq of seqs)
    if (takes(log, capsule, seq, parameters)) log = enter(log, capsule, seq, parameters);
  return {
    patch: { log, naks: context.naks.filter((one) => one !== pending) },
    outputs: sendAll(hops, askers, { type: 'repair', capsule, first, last, seqs }),
  };
}
