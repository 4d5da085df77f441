/** Steps that say who knew what, and when: because of them the wrong step is wrong, and others that look like it are not. */
import { isCut, writerOf, type RecordName } from '../../model/index.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { isDelivery } from './reports.ts';
import { term } from './terms.ts';
import { recordId } from './words.ts';

/** Of one node, at most: the last ones before it goes wrong. */
const MOST_LEARNT = 3;
/** Of nodes that are cleared, at most. */
const MOST_CLEARING = 3;

/** Never left out: index of the step, and what is said after its sentence (empty: nothing). */
export type Knowing = ReadonlyMap<number, string>;

/**
 * What nodes learned that went wrong, where the message was sent at whose receipt they did, and what clears others who did
 * the same with the same record: they knew less, or learned of it only later.
 * @param anchors indices of the steps that went wrong
 * @param accused the node that the property names
 */
export function knowingSteps(
  run: ObservedRun,
  anchors: readonly number[],
  accused: string | undefined,
): Knowing {
  const found = new Map<number, string>();
  const steps = anchors.flatMap((index) => run.steps[index] ?? []);
  for (const { index } of steps.flatMap((anchor) => clearing(run, anchor, found)))
    if (!found.has(index)) found.set(index, '');
  const last = Math.max(0, ...anchors);
  const nodes = new Map<string, number>(accused === undefined ? [] : [[accused, last]]);
  for (const { node, index } of steps) if (node !== undefined && !nodes.has(node)) nodes.set(node, index);
  for (const [node, until] of nodes) {
    const learnt = run.steps.filter((one) => one.node === node && one.index < until && isLearning(one));
    for (const { index } of learnt.slice(-MOST_LEARNT)) if (!found.has(index)) found.set(index, '');
  }
  for (const anchor of steps) {
    const sentAt = sendingOf(run, anchor);
    if (sentAt !== undefined && !found.has(sentAt)) found.set(sentAt, '');
  }
  return found;
}

/** Steps in which clients delivered the records of one name that a message says to be different ones. */
export function contradicting(run: ObservedRun, message: string): readonly number[] {
  const [, one, other, id] =
    /(\S+) and (\S+) delivered different records (\w+\/[\w/]+#\d+)/.exec(message) ?? [];
  const delivers = ({ node, effects }: Observed): boolean =>
    (node === one || node === other) &&
    effects.some(
      (effect) => effect.kind === 'report' && isDelivery(effect.report) && recordId(effect.report) === id,
    );
  return id === undefined ? [] : run.steps.filter(delivers).map(({ index }) => index);
}

/** Where the message was sent that a node takes in; greetings are not worth it. */
function sendingOf(run: ObservedRun, { step, situation }: Observed): number | undefined {
  if (step.kind !== 'reaction' || step.attack !== undefined || step.message === undefined) return undefined;
  return situation.tookIn?.type === 'heartbeat' ? undefined : run.sentAt.get(step.message);
}

/** Whether a node learns of keys, of a lie, or of what somebody wants. */
function isLearning({ effects, situation: { tookIn } }: Observed): boolean {
  if (tookIn?.type === 'subscription') return effects.every(({ kind }) => kind !== 'reject');
  return effects.some((effect) => effect.kind === 'report' && LEARNING.has(effect.report.type));
}

const LEARNING: ReadonlySet<string> = new Set(['rotated', 'forked', 'split-view', 'excluded']);

/** Whether a node gets another neighbourhood. */
function isPlacing({ effects }: Observed): boolean {
  return effects.some((effect) => effect.kind === 'report' && effect.report.type === 'installed');
}

/** The first steps in which nodes that handled the record of the wrong step before learn what makes it wrong; `notes` are added. */
function clearing(run: ObservedRun, anchor: Observed, notes: Map<number, string>): readonly Observed[] {
  const record = recordOf(anchor);
  if (record === undefined) return [];
  const id = recordId(record);
  const handled = new Map<string, Observed>();
  for (const one of run.steps.slice(0, anchor.index))
    if (one.node !== undefined && one.node !== anchor.node && isHandling(one, id)) handled.set(one.node, one);
  const found: Observed[] = [];
  for (const [node, at] of handled) {
    const ignorance = notYet(at, anchor, record);
    if (ignorance !== '') notes.set(at.index, ignorance);
    const later = run.steps.find(
      (one) =>
        one.node === node &&
        one.index > at.index &&
        one.index < anchor.index &&
        (isLearning(one) || isPlacing(one)),
    );
    if (later === undefined || found.length === MOST_CLEARING) continue;
    found.push(later);
    notes.set(later.index, `It had passed ${id} on before.`);
  }
  return found;
}

function recordOf({ situation: { tookIn } }: Observed): RecordName | undefined {
  return tookIn?.type === 'data' ? tookIn.record : undefined;
}

/** Whether a node takes the record in and hands it on. */
function isHandling({ situation: { tookIn }, effects }: Observed, id: string): boolean {
  return (
    tookIn?.type === 'data' &&
    recordId(tookIn.record) === id &&
    effects.some(
      (effect) =>
        effect.kind === 'send' && effect.message.type === 'data' && recordId(effect.message.record) === id,
    )
  );
}

/** What a node does not know yet of the writer of a record that another one knows when it goes wrong. */
function notYet({ node = '', state }: Observed, { followed }: Observed, record: RecordName): string {
  const [known, here] = [followed?.before.context.keys, state?.context.keys];
  if (known === undefined || known === null || state === undefined) return '';
  if (known.keyEpoch <= (here?.keyEpoch ?? 1)) return '';
  const writer = writerOf(record.capsule);
  const isNews = isCut({ keys: known }, record.capsule) && !isCut({ keys: here ?? null }, record.capsule);
  return !isNews
    ? `${node} has not heard of ${term('key epoch')} ${known.keyEpoch} yet.`
    : `${node} does not know yet that ${writer} is ${term('expelled')}.`;
}
