/**
 * Forks (docs/protocol.md §2, §5.5): two records of one capsule with one sequence number. Who sees both has evidence against
 * their writer, keeps it, tells its neighbours once, and from there on has no use for anything of that capsule.
 */

import { compareNames, withEntry, withoutEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import { writerOf } from './events.ts';
import type { Log, ModelOutput } from './events.ts';
import { generationOf, generationOfCapsule, isBeyondCut, isCut, isExpelled } from './keys.ts';
import type { KeyContext } from './keys.ts';
import { sendTo } from './links.ts';
import type { Hops } from './links.ts';
import type { Capsule, Evidence, NodeName, RecordName, SealedRecord } from './messages.ts';
import type { Parameters } from './parameters.ts';

/** The evidence of one capsule. */
export type Fork = Omit<Evidence, 'capsule'>;

/** What tells a record from the one that its writer put, where it is another one. */
export type Mark = Pick<SealedRecord, 'branch' | 'after'>;

/** The part of a context that knows of forks, and of keys that are over. Empty as long as no writer lies and no key is rotated. */
export interface ForkContext extends KeyContext {
  /** The evidence kept, by capsule. */
  readonly forks: Table<Fork>;
  /** Of records held that are not those that their writers put: by record, `CAPSULE#SEQ`. */
  readonly marks: Table<Mark>;
}

/** Nothing known. */
export const NO_FORKS: ForkContext = { forks: {}, marks: {}, keys: null };

/** What of a context knows of forks and keys. */
export function knowledgeOf({ forks, marks, keys }: ForkContext): ForkContext {
  return { forks, marks, keys };
}

function key({ capsule, seq }: RecordName): string {
  return `${capsule}#${seq}`;
}

/** The branch of a record that is held. */
export function branchOf({ marks }: Pick<ForkContext, 'marks'>, record: RecordName): string | undefined {
  return marks[key(record)]?.branch;
}

/** What tells a record that is held from the one that was put. */
export function markOf({ marks }: Pick<ForkContext, 'marks'>, record: RecordName): Mark {
  return marks[key(record)] ?? {};
}

/** The record of that name as it is held. */
export function asHeld({ marks }: ForkContext, capsule: Capsule, seq: number): SealedRecord {
  return { capsule, seq, ...marks[key({ capsule, seq })] };
}

/** Whether a record continues what is held of its capsule. */
export function continues(
  context: Pick<ForkContext, 'marks'>,
  { capsule, seq, after }: SealedRecord,
): boolean {
  return (branchOf(context, { capsule, seq: seq - 1 }) ?? '') === (after ?? '');
}

/** The head of a capsule, as it is held. */
export function headOf(context: ForkContext, capsule: Capsule, seq: number): RecordName {
  const branch = branchOf(context, { capsule, seq });
  return { capsule, seq, ...(branch === undefined ? {} : { branch }) };
}

/** The marks with that of a record that is held from now on. */
export function marked(marks: Table<Mark>, record: SealedRecord): Table<Mark> {
  const { branch, after } = record;
  if (branch === undefined && after === undefined) return withoutEntry(marks, key(record));
  const mark = { ...(branch === undefined ? {} : { branch }), ...(after === undefined ? {} : { after }) };
  return withEntry(marks, key(record), mark);
}

/** The marks of the records of this capsule that fulfil a condition, and of all others. */
export function marksWhere(
  marks: Table<Mark>,
  capsule: Capsule,
  holds: (seq: number) => boolean,
): Table<Mark> {
  const kept = Object.entries(marks).filter(([name]) => {
    const at = name.lastIndexOf('#');
    return name.slice(0, at) !== capsule || holds(Number(name.slice(at + 1)));
  });
  return kept.length === Object.keys(marks).length ? marks : Object.fromEntries(kept);
}

/** Whether a record is at or beyond a fork that is known, or beyond the cut of a capsule whose writer was expelled: of no use. */
export function isBeyondFork(context: Pick<ForkContext, 'forks' | 'keys'>, record: RecordName): boolean {
  const fork = context.forks[record.capsule];
  return (fork !== undefined && record.seq >= fork.seq) || isBeyondCut(context, record);
}

/** The last record of use of a capsule; Infinity where nothing is known against it. */
export function lastOfUse({ forks, keys }: ForkContext, capsule: Capsule): number {
  const cut = isCut({ keys }, capsule) ? (keys?.cuts[capsule] ?? 0) : Infinity;
  return Math.min(cut, (forks[capsule]?.seq ?? Infinity) - 1);
}

/** The evidence that two different records of one name are. */
export function evidenceOf({ capsule, seq, branch = '' }: RecordName, other = ''): Evidence {
  return { capsule, seq, branches: branch < other ? [branch, other] : [other, branch] };
}

/** Whether evidence is new to a node: of a capsule of which it has none, and room for it, or of an earlier record; and not beyond a cut. */
export function isNewEvidence(
  { forks, keys }: Pick<ForkContext, 'forks' | 'keys'>,
  { capsule, seq }: Evidence,
  { maxCapsules }: Parameters,
): boolean {
  if (isBeyondCut({ keys }, { capsule, seq })) return false;
  const known = forks[capsule];
  return known === undefined ? Object.keys(forks).length < maxCapsules : seq < known.seq;
}

/** Evidence made of a record and the one of its name that is kept; undefined where they are one, or it is no news. */
export function conflict(
  context: ForkContext,
  record: RecordName,
  isKept: boolean,
  parameters: Parameters,
): Evidence | undefined {
  const kept = branchOf(context, record);
  if (!isKept || (record.branch ?? '') === (kept ?? '')) return undefined;
  const evidence = evidenceOf(record, kept);
  return isNewEvidence(context, evidence, parameters) ? evidence : undefined;
}

/** Whether a node was expelled in an incarnation, or a capsule is forked that it wrote under the same keys or newer ones, as far as is known. */
export function isExcluded(
  { forks, keys }: Pick<ForkContext, 'forks' | 'keys'>,
  node: NodeName,
  incarnation: number,
): boolean {
  return (
    isExpelled({ keys }, node, incarnation) ||
    Object.keys(forks).some((capsule) => convicts(capsule, node, incarnation))
  );
}

/** Whether evidence about a capsule is evidence against the keys that a node has in an incarnation, or against newer ones of it. */
export function convicts(capsule: Capsule, node: NodeName, incarnation: number): boolean {
  return writerOf(capsule) === node && generationOfCapsule(capsule) >= generationOf(incarnation);
}

/** What is kept with the evidence: no mark of a record from the fork on. */
export function withEvidence(
  { forks, marks, keys }: ForkContext,
  { capsule, ...fork }: Evidence,
): ForkContext {
  return {
    keys,
    forks: withEntry(forks, capsule, fork),
    marks: marksWhere(marks, capsule, (seq) => seq < fork.seq),
  };
}

/** A log without the records of a capsule from the fork on. */
export function logBefore(log: Log, { capsule, seq }: Evidence): Log {
  const seqs = log[capsule];
  if (seqs === undefined) return log;
  const before = seqs.filter((one) => one < seq);
  return before.length === 0 ? withoutEntry(log, capsule) : withEntry(log, capsule, before);
}

/** The evidence kept, as a list in the order of capsules. */
export function evidenceKept({ forks }: Pick<ForkContext, 'forks'>): readonly Evidence[] {
  return Object.entries(forks)
    .map(([capsule, fork]) => ({ capsule, ...fork }))
    .toSorted((a, b) => compareNames(a.capsule, b.capsule));
}

/** Outputs: evidence that a SYNC shows the coordinator not to have, once more to the parent. It was lost, or was sent where nobody was. */
export function remind(
  { forks, keys }: Pick<ForkContext, 'forks' | 'keys'>,
  hops: Hops,
  frontier: readonly RecordName[],
): readonly ModelOutput[] {
  return frontier.flatMap(({ capsule, seq }) => {
    const fork = forks[capsule];
    if (!hops.parent || fork === undefined || seq < fork.seq) return [];
    if (isBeyondCut({ keys }, { capsule, seq: fork.seq })) return [];
    return [sendTo(hops, hops.parent, { type: 'evidence', capsule, ...fork })];
  });
}
