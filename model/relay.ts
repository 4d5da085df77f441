/**
 * What routers and the coordinator do with records (docs/protocol.md §5.3, §5.4): one log as duplicate filter and
 * repair store, data flooded along the tree, Naks relayed towards the records and Repairs back to who asked.
 */

import { compareNames, including, withEntry } from './canonical.ts';
import { writerOf } from './events.ts';
import type { EventOf, Log, ModelOutput } from './events.ts';
import {
  asHeld,
  conflict,
  continues,
  isBeyondFork,
  isNewEvidence,
  logBefore,
  marked,
  markOf,
  marksWhere,
  withEvidence,
} from './forks.ts';
import type { ForkContext } from './forks.ts';
import { isBeyondCut, isNewRotation, logBeforeCut, rotated } from './keys.ts';
import type { Hops } from './links.ts';
import { isWanted } from './interest.ts';
import {
  isFromChild,
  isFromNeighbour,
  isFromParent,
  neighbour,
  neighboursOf,
  sendAll,
  sendTo,
} from './links.ts';
import type { Capsule, Evidence, LinkBody, NodeName, RecordName, SealedRecord } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { report } from './reaction.ts';
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
export interface RelayContext extends ForkContext {
  readonly log: Log;
  /** Sorted by capsule, first, last. */
  readonly naks: readonly PendingNak[];
}

type Data = EventOf<'data'>;
type Nak = EventOf<'nak'>;
type Repair = EventOf<'repair'>;
type Range = Pick<PendingNak, 'capsule' | 'first' | 'last'>;

type Store = Pick<RelayContext, 'log' | 'marks'>;

function takes(
  { log, forks, keys }: Store & Pick<ForkContext, 'forks' | 'keys'>,
  { capsule, seq }: RecordName,
  parameters: Parameters,
): boolean {
  if (isBeyondFork({ forks, keys }, { capsule, seq })) return false;
  const seqs = log[capsule];
  if (!seqs) return Object.keys(log).length < parameters.maxCapsules;
  return !seqs.includes(seq) && seq > (seqs.at(-1) ?? 0) - parameters.logWindow;
}

/** The log with a record that it takes: what falls out of the window is dropped. */
function enter({ log, marks }: Store, record: SealedRecord, parameters: Parameters): Store {
  const { capsule, seq } = record;
  const seqs = [...(log[capsule] ?? []), seq].toSorted((a, b) => a - b);
  const oldest = (seqs.at(-1) ?? 0) - parameters.logWindow;
  const kept = seqs.filter((one) => one > oldest);
  return {
    log: withEntry(log, capsule, kept),
    marks: marksWhere(marked(marks, record), capsule, (one) => one > oldest),
  };
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
  return isFromNeighbour(hops, event) && takes(context, event.record, parameters);
}

/** Logs new data and sends it on, to everybody but the one that it came from and the children that do not want it. */
export function relayData(
  context: RelayContext,
  hops: Hops,
  event: Data,
  parameters: Parameters,
): Reaction<RelayContext> {
  const { record } = event;
  const others = neighboursOf(hops).filter(
    (one) => one.node !== event.from && isWanted(one.interest, record.capsule),
  );
  return {
    patch: enter(context, record, parameters),
    outputs: sendAll(hops, others, { type: 'data', record }),
  };
}

/** Whether a range is no longer than one Nak may ask for. */
export function isRangeAllowed({ first, last }: Nak, { maxRepair }: Parameters): boolean {
  return last - first < maxRepair;
}

/** Whether a child asks, as children do: without a path, and for what is wanted there. */
export function isNakFromChild(hops: Hops, event: Nak, parameters: Parameters): boolean {
  const { path, from, capsule } = event;
  return (
    path.length === 0 &&
    isFromChild(hops, event) &&
    isRangeAllowed(event, parameters) &&
    isWanted(neighbour(hops, from)?.interest, capsule)
  );
}

/** Whether all of the range that a Nak asks for is from before a fork, if there is one. */
export function mayAsk(context: ForkContext, { capsule, last }: Nak): boolean {
  return !isBeyondFork(context, { capsule, seq: last });
}

/** Whether the parent asks for what is further down. */
export function isNakFromParent(hops: Hops, event: Nak, parameters: Parameters): boolean {
  return event.path.length > 0 && isFromParent(hops, event) && isRangeAllowed(event, parameters);
}

/** Whether all of the range is in the log. */
export function hasAll(context: RelayContext, event: Nak): boolean {
  return kept(context.log, event).length === Math.max(0, event.last - event.first + 1);
}

/** The first record in the log, of a range of it, that the next one there does not continue: one of the two is of another branch. */
export function tornAt(
  context: Pick<RelayContext, 'log' | 'marks' | 'forks' | 'keys'>,
  capsule: Capsule,
  first = 1,
  last = Infinity,
): number | undefined {
  const seqs = context.log[capsule] ?? [];
  return seqs.find(
    (seq, at) =>
      seq >= first &&
      seq <= last &&
      seqs[at + 1] === seq + 1 &&
      !continues(context, asHeld(context, capsule, seq + 1)),
  );
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
  const askers = neighboursOf(hops).filter(
    ({ node, interest }) => (node === from || pending?.askers.includes(node)) && isWanted(interest, capsule),
  );
  const seqs = kept(context.log, event);
  return {
    patch: pending ? { naks: context.naks.filter((one) => one !== pending) } : {},
    outputs: sendAll(hops, askers, repairOf(context, { capsule, first, last, seqs })),
  };
}

/** A Repair with records that are held. */
export function repairOf(
  context: ForkContext,
  { capsule, first, last, seqs }: Range & Pick<Repair, 'seqs'>,
): LinkBody {
  const records = seqs.map((seq) => asHeld(context, capsule, seq));
  const others = records.filter(({ branch, after }) => branch !== undefined || after !== undefined);
  const marks = Object.fromEntries(others.map(({ seq }) => [String(seq), markOf(context, { capsule, seq })]));
  return { type: 'repair', capsule, first, last, seqs, ...(others.length === 0 ? {} : { marks }) };
}

/** The records that a Repair brings. */
export function recordsOf({ capsule, seqs, marks = {} }: Repair): readonly SealedRecord[] {
  return seqs.map((seq) => ({ capsule, seq, ...marks[String(seq)] }));
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

/** Logs what is new of a Repair and sends it to everybody who asked, is still a neighbour and still wants it. */
export function relayRepair(
  context: RelayContext,
  hops: Hops,
  event: Repair,
  parameters: Parameters,
): Reaction<RelayContext> {
  const { type, capsule, first, last, seqs, marks } = event;
  const pending = context.naks.find((one) => isSame(one, event));
  const askers = neighboursOf(hops).filter(
    (one) => one.node !== event.from && pending?.askers.includes(one.node) && isWanted(one.interest, capsule),
  );
  const { forks, keys } = context;
  let store: Store = context;
  for (const record of recordsOf(event))
    if (takes({ ...store, forks, keys }, record, parameters)) store = enter(store, record, parameters);
  return {
    patch: { ...store, naks: context.naks.filter((one) => one !== pending) },
    outputs: sendAll(hops, askers, {
      type,
      capsule,
      first,
      last,
      seqs,
      ...(marks === undefined ? {} : { marks }),
    }),
  };
}

/** The first of these records of which another one is logged, as evidence; undefined if there is none. */
export function conflictIn(
  context: RelayContext,
  records: readonly RecordName[],
  parameters: Parameters,
): Evidence | undefined {
  for (const record of records) {
    const isKept = context.log[record.capsule]?.includes(record.seq) === true;
    const evidence = conflict(context, record, isKept, parameters);
    if (evidence) return evidence;
  }
  return undefined;
}

/** Whether the data is from a neighbour at all. */
export function isDataFromNeighbour(hops: Hops, event: Data): boolean {
  return isFromNeighbour(hops, event);
}

/** The evidence that data from a neighbour makes, if any. */
export function conflictOfData(
  context: RelayContext,
  hops: Hops,
  event: Data,
  parameters: Parameters,
): Evidence | undefined {
  return isFromNeighbour(hops, event) ? conflictIn(context, [event.record], parameters) : undefined;
}

/** The evidence that a Repair that was asked for makes, if any. */
export function conflictOfRepair(
  context: RelayContext,
  hops: Hops,
  event: Repair,
  parameters: Parameters,
): Evidence | undefined {
  return isAskedRepair(context, hops, event) ? conflictIn(context, recordsOf(event), parameters) : undefined;
}

/** Whether evidence from a neighbour is news. */
export function isEvidence(
  context: RelayContext,
  hops: Hops,
  event: EventOf<'evidence'>,
  parameters: Parameters,
): boolean {
  return isFromNeighbour(hops, event) && isNewEvidence(context, event, parameters);
}

/** Keeps evidence: nothing from the fork on is logged any more, or waited for. */
export function keepEvidence(context: RelayContext, evidence: Evidence): Reaction<RelayContext> {
  const { capsule, seq } = evidence;
  return {
    patch: {
      ...withEvidence(context, evidence),
      log: logBefore(context.log, evidence),
      naks: context.naks.filter((pending) => pending.capsule !== capsule || pending.last < seq),
    },
    outputs: [report({ type: 'forked', capsule, seq })],
  };
}

/** Keeps evidence and tells all neighbours but the writer and the one that it is from. */
export function spreadEvidence(
  context: RelayContext,
  hops: Hops,
  { capsule, seq, branches }: Evidence,
  from?: NodeName,
): Reaction<RelayContext> {
  const evidence = { capsule, seq, branches };
  const others = neighboursOf(hops).filter(({ node }) => node !== from && node !== writerOf(capsule));
  const { patch = {}, outputs = [] } = keepEvidence(context, evidence);
  const sends: readonly ModelOutput[] = sendAll(hops, others, { type: 'evidence', ...evidence });
  return { patch, outputs: [...outputs, ...sends] };
}

/** What a SYNC tells of a newer key epoch: nothing of capsules that are cut is logged any more beyond the cut. */
export function learnRotation(
  context: RelayContext,
  { rotation, frontier }: Pick<EventOf<'sync'>, 'rotation' | 'frontier'>,
): Reaction<RelayContext> {
  if (!isNewRotation(context, rotation)) return {};
  const keys = rotated(rotation, frontier);
  let { marks } = context;
  for (const capsule of Object.keys(context.log))
    marks = marksWhere(marks, capsule, (seq) => !isBeyondCut({ keys }, { capsule, seq }));
  return {
    patch: { keys, marks, log: logBeforeCut(context.log, { keys }) },
    outputs: [report({ type: 'rotated', keyEpoch: keys.keyEpoch })],
  };
}

/** Keeps what is new of the evidence that a SYNC brings: the SYNC itself tells everybody below. */
export function learnForks(
  context: RelayContext,
  forks: readonly Evidence[],
  parameters: Parameters,
): Reaction<RelayContext> {
  let now = context;
  const outputs: ModelOutput[] = [];
  for (const evidence of forks) {
    if (!isNewEvidence(now, evidence, parameters)) continue;
    const kept = keepEvidence(now, evidence);
    now = { ...now, ...kept.patch };
    outputs.push(...(kept.outputs ?? []));
  }
  const { log, naks, forks: known, marks } = now;
  return { patch: { log, naks, forks: known, marks }, outputs };
}
