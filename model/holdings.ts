/** What a client holds, writes and asks for (docs/protocol.md §5.3, §5.4). */

import { compareNames, withEntry, withoutEntry } from './canonical.ts';
import { accepts, delivered, holds, isNewAtClient, isTorn } from './delivery.ts';
import type { Deliveries } from './delivery.ts';
import { heldOf, NO_DUES } from './doubt.ts';
import type { Dues } from './doubt.ts';
import type { EventOf, ModelOutput } from './events.ts';
import {
  conflict,
  isBeyondFork,
  isNewEvidence,
  lastOfUse,
  marksWhere,
  NO_FORKS,
  withEvidence,
} from './forks.ts';
import type { Mark } from './forks.ts';
import { capsuleOf, isWanted } from './interest.ts';
import { isNewRotation, keyEpochIn, keyEpochOf, rotated } from './keys.ts';
import { isFromParent, sendTo } from './links.ts';
import * as member from './membership.ts';
import type { MemberContext } from './membership.ts';
import type { Capsule, Evidence, LinkBody, NodeName, RecordName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { report } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { isWithinRange, recordsOf } from './relay.ts';

/** A range that a client asked its parent for. */
export interface Asked {
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
}

/** What a client knows. Its incarnation, its positions, its interest and the evidence that it keeps are in its storage. */
export interface ClientContext extends MemberContext, Deliveries, Dues {
  /** Greatest epoch accepted of an RTS. */
  readonly rts: number;
  /** Greatest epoch accepted of a SYNC. */
  readonly sync: number;
  /** Sorted by capsule. */
  readonly asked: readonly Asked[];
  /** The shard of each put that waits, ascending. */
  readonly queued: readonly number[];
}

/** A client that is not alive. */
export function lifelessClient(self: NodeName): ClientContext {
  const nothing = {
    ...NO_FORKS,
    ...NO_DUES,
    positions: {},
    early: {},
    rts: 0,
    sync: 0,
    asked: [],
    queued: [],
  };
  return { ...member.lifelessMember(self), ...nothing };
}

/** Whether the capsule is one that this life writes. */
export function isOwnCapsule({ self, incarnation }: ClientContext, capsule: Capsule): boolean {
  const whole = `${self}/${incarnation}`;
  return capsule === whole || capsule.startsWith(`${whole}/`);
}

/** Whether the client subscribes to the capsule, has the group key that it is sealed under, and does not write it. */
export function isSubscribed(context: ClientContext, capsule: Capsule): boolean {
  return (
    isWanted(context.interest, capsule) &&
    keyEpochOf(capsule) <= keyEpochIn(context) &&
    !isOwnCapsule(context, capsule)
  );
}

/** A frame to the parent, if there is one. */
export function sendUp(context: ClientContext, body: LinkBody): readonly ModelOutput[] {
  return context.parent ? [sendTo(context, context.parent, body)] : [];
}

/** Makes one record of a shard: of one put, or of all that waited. */
export function write(
  context: ClientContext,
  shard: number,
  parameters: Parameters,
): Reaction<ClientContext> {
  const capsule = capsuleOf(context.self, context.incarnation, shard, parameters.shards, keyEpochIn(context));
  const seq = (context.positions[capsule] ?? 0) + 1;
  if (seq > parameters.maxOwnRecords) return { outputs: [report({ type: 'refused', why: 'log-full' })] };
  return {
    patch: delivered(context, capsule, [seq]),
    outputs: [
      report({ type: 'put', capsule, seq }),
      ...sendUp(context, { type: 'data', record: { capsule, seq } }),
    ],
  };
}

/** Makes a record of each shard of which puts wait. */
export function writeQueued(context: ClientContext, parameters: Parameters): Reaction<ClientContext> {
  let now: ClientContext = { ...context, queued: [] };
  const outputs: ModelOutput[] = [];
  for (const shard of new Set(context.queued)) {
    const written = write(now, shard, parameters);
    now = { ...now, ...written.patch };
    outputs.push(...(written.outputs ?? []));
  }
  return { patch: { queued: [], positions: now.positions }, outputs };
}

/** The marks of what is delivered or written: of what waits, nothing is stored. */
export function storedMarks({
  marks,
  early,
}: Pick<ClientContext, 'marks' | 'early'>): Readonly<Record<string, Mark>> {
  let stored = marks;
  for (const [capsule, seqs] of Object.entries(early))
    stored = marksWhere(stored, capsule, (seq) => !seqs.includes(seq));
  return stored;
}

/**
 * What a SYNC shows to be missing of what is wanted, as far as it can be asked for now. Of a forked capsule that is what is before the
 * fork, and of one that was cut what is before the cut.
 * What the coordinator holds is asked for by itself: nobody has to wait for it until the rest is found.
 */
export function missing(
  context: ClientContext,
  event: EventOf<'sync'>,
  parameters: Parameters,
): readonly Asked[] {
  const ends = new Map(event.frontier.map(({ capsule, seq }) => [capsule, seq]));
  for (const { capsule } of event.forks ?? []) ends.set(capsule, Infinity);
  return [...ends]
    .toSorted(([a], [b]) => compareNames(a, b))
    .map(([capsule, end]) => {
      const last = Math.min(end, lastOfUse(context, capsule));
      return { capsule, first: (context.positions[capsule] ?? 0) + 1, last };
    })
    .filter(({ capsule, first, last }) => isSubscribed(context, capsule) && first <= last && last < Infinity)
    .map((range) => ({ ...range, last: Math.min(range.last, range.first + parameters.maxRepair - 1) }))
    .flatMap((range) => splitAt(range, heldOf(event, range.capsule)))
    .slice(0, parameters.maxPendingNaks);
}

function splitAt(range: Asked, held: number): readonly Asked[] {
  if (held < range.first || held >= range.last) return [range];
  return [
    { ...range, last: held },
    { ...range, first: held + 1 },
  ];
}

/** Whether a Repair is what the parent was asked for, and still wanted. */
export function isAsked(context: ClientContext, event: EventOf<'repair'>): boolean {
  const { capsule, first, last } = event;
  return (
    isFromParent(context, event) &&
    isWithinRange(event) &&
    isWanted(context.interest, capsule) &&
    context.asked.some((one) => one.capsule === capsule && one.first === first && one.last === last)
  );
}

/**
 * Takes each record of a Repair as if it came as data; what is not acceptable as such is passed over. If the next one does not continue
 * what is held, one of the two is of another branch: it asks for the record at its own position, to have both. A Repair with another
 * record than one that is held is evidence, and nothing else.
 */
export function takeRepair(
  context: ClientContext,
  event: EventOf<'repair'>,
  parameters: Parameters,
): Reaction<ClientContext> {
  const { capsule, first, last } = event;
  const isOther = (one: Asked) => one.capsule !== capsule || one.first !== first || one.last !== last;
  const asked = context.asked.filter(isOther);
  const records = recordsOf(event);
  const isAnswer = records.some(({ seq }) => seq === first);
  const due = isAnswer ? context.due.filter(isOther) : context.due;
  const evidence = conflictAtClient(context, records, parameters);
  if (evidence) return accuse({ ...context, asked, due }, evidence);
  let now: Deliveries = context;
  const isOwn = (one: Capsule) => isOwnCapsule(context, one);
  const outputs: ModelOutput[] = [];
  let isAnyTorn = false;
  for (const record of records) {
    isAnyTorn ||= isTorn(now, record);
    if (!isNewAtClient(now, context.self, isOwn, record, parameters)) continue;
    const { patch, outputs: reports } = accepts(now, record, parameters);
    now = { ...now, ...patch };
    outputs.push(...(reports ?? []));
  }
  const { positions, early, marks } = now;
  const patch = { positions, early, marks, asked, due };
  const position = positions[capsule] ?? 0;
  const doubt = { capsule, first: position, last: position };
  if (!isAnyTorn || position === 0 || asked.some((one) => compareRanges(one, doubt) === 0))
    return { patch, outputs };
  return {
    patch: { ...patch, asked: [...asked, doubt].toSorted(compareRanges) },
    outputs: [...outputs, ...sendUp(context, { type: 'nak', ...doubt, path: [] })],
  };
}

/** The first of these records of which another one is held, as evidence; undefined if there is none. */
export function conflictAtClient(
  context: ClientContext,
  records: readonly RecordName[],
  parameters: Parameters,
): Evidence | undefined {
  for (const record of records) {
    const evidence = conflict(context, record, holds(context, record, parameters), parameters);
    if (evidence) return evidence;
  }
  return undefined;
}

/** Keeps evidence: nothing from the fork on waits any more, or is asked for. What was delivered stays. */
export function keepEvidence(context: ClientContext, evidence: Evidence): Reaction<ClientContext> {
  const { capsule, seq } = evidence;
  const waiting = (context.early[capsule] ?? []).filter((one) => one < seq);
  return {
    patch: {
      ...withEvidence(context, evidence),
      early:
        waiting.length > 0
          ? withEntry(context.early, capsule, waiting)
          : withoutEntry(context.early, capsule),
      asked: context.asked.filter((one) => one.capsule !== capsule || one.last < seq),
      due: context.due.filter((one) => one.capsule !== capsule || one.last < seq),
      owed: withoutEntry(context.owed, capsule),
    },
    outputs: [report({ type: 'forked', capsule, seq })],
  };
}

/** Keeps evidence that it made itself and tells the parent. */
export function accuse(context: ClientContext, evidence: Evidence): Reaction<ClientContext> {
  const { patch = {}, outputs = [] } = keepEvidence(context, evidence);
  return {
    patch: { asked: context.asked, due: context.due, ...patch },
    outputs: [...outputs, ...sendUp(context, { type: 'evidence', ...evidence })],
  };
}

/** What a SYNC tells of a newer key epoch: nothing of capsules that are cut waits any more beyond the cut. */
export function learnRotation(
  context: ClientContext,
  { rotation, frontier }: Pick<EventOf<'sync'>, 'rotation' | 'frontier'>,
): Reaction<ClientContext> {
  if (!isNewRotation(context, rotation)) return {};
  const keys = rotated(rotation, frontier);
  let { early, marks } = context;
  for (const [capsule, seqs] of Object.entries(context.early)) {
    const isOfUse = (seq: number): boolean => !isBeyondFork({ forks: {}, keys }, { capsule, seq });
    const waiting = seqs.filter(isOfUse);
    if (waiting.length === seqs.length) continue;
    early = waiting.length > 0 ? withEntry(early, capsule, waiting) : withoutEntry(early, capsule);
    marks = marksWhere(marks, capsule, (seq) => !seqs.includes(seq) || isOfUse(seq));
  }
  return {
    patch: { keys, early, marks },
    outputs: [report({ type: 'rotated', keyEpoch: keys.keyEpoch })],
  };
}

/** What a SYNC tells of keys and forks: a newer key epoch, the evidence that it brings, and that which its heads make. */
export function learnForks(
  context: ClientContext,
  event: EventOf<'sync'>,
  parameters: Parameters,
): Reaction<ClientContext> {
  let now = context;
  const outputs: ModelOutput[] = [];
  const take = ({ patch, outputs: more = [] }: Reaction<ClientContext>): void => {
    now = { ...now, ...patch };
    outputs.push(...more);
  };
  take(learnRotation(context, event));
  for (const evidence of event.forks ?? [])
    if (isNewEvidence(now, evidence, parameters)) take(keepEvidence(now, evidence));
  const own = conflictAtClient(now, event.frontier, parameters);
  if (own) take(accuse(now, own));
  return { patch: now, outputs };
}

function compareRanges(a: Asked, b: Asked): number {
  return compareNames(a.capsule, b.capsule) || a.first - b.first || a.last - b.last;
}
