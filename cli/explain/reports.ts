/** What a node reports, in words: a tree, a place, a record. */
import { LIVES_PER_KEY, type NodeName } from '../../model/index.ts';
import { VERSIONS_PER_LIFE } from '../../properties/prototype/process.ts';
import type { RecordReport, Report } from '../../properties/reading.ts';
import type { Phrase, Situation } from './effects.ts';
import { term } from './terms.ts';
import { listed, neighbourhood, recordId, recordWords } from './words.ts';

/** A record as a report has it, with its contents where they matter. */
function reportedRecord(record: RecordReport, { showsWrites }: Situation): string {
  const name = recordWords(record);
  if (showsWrites !== true) return name;
  const { timestamp, writes } = record;
  const parts = [
    ...(timestamp === undefined ? [] : [`${term('timestamp')} ${timestamp}`]),
    ...(writes ?? []).map(({ key, value }) => `${key} = ${JSON.stringify(value)}`),
  ];
  return parts.length === 0 ? name : `${name} (${parts.join(', ')})`;
}

/** Whether a record entered an enclave. */
export function isDelivery(report: Report): report is RecordReport & { readonly type: 'delivered' } {
  return report.type === 'delivered';
}

/** Whether it counts changes of a node's own entries, which nobody told it. */
function isEntries(version: number): boolean {
  return version > VERSIONS_PER_LIFE;
}

/** Records that entered the enclave in one reaction. */
export function deliveryPhrase(delivered: readonly RecordReport[], situation: Situation): Phrase {
  const { tookIn, showsWrites } = situation;
  const [first] = delivered;
  const isThat =
    showsWrites !== true &&
    delivered.length === 1 &&
    tookIn?.type === 'data' &&
    recordId(tookIn.record) === recordId(first ?? tookIn.record);
  const what = isThat ? 'it' : listed(delivered.map((record) => reportedRecord(record, situation)));
  return { verb: 'deliver', rest: `${what} to its ${term('enclave')}` };
}

/** One report. */
export function reportPhrase(report: Report, situation: Situation): Phrase {
  switch (report.type) {
    case 'committed':
      return {
        verb: 'commit',
        rest: `tree ${term('version')} ${report.version}: ${treeChange(report, situation)}`,
      };
    case 'installed': {
      const { installed } = situation;
      const over =
        installed === undefined || installed.version === 0
          ? ''
          : ` (before: ${isEntries(installed.version) ? '' : `version ${installed.version}, `}${neighbourhood(installed.parent, installed.children)})`;
      const now = neighbourhood(report.parent, report.children);
      if (isEntries(report.version)) return { verb: 'come', rest: `to have ${now}${over}` };
      const isThat = situation.tookIn?.type === 'placement' && situation.tookIn.version === report.version;
      const what = isThat ? 'it' : `${term('version')} ${report.version}`;
      return { verb: 'install', rest: `${what}: ${now}${over}` };
    }
    case 'put':
      return { verb: 'write', rest: reportedRecord(report, situation) };
    case 'queued':
      return { verb: 'queue', rest: 'the put, for it cannot write yet' };
    case 'refused':
      return { verb: 'refuse', rest: `the put (${report.why})` };
    case 'pending':
      return { verb: 'wait', rest: `for a free slot (${term('pending')})` };
    case 'left':
      return { verb: 'leave', rest: '' };
    case 'excluded':
      return { verb: 'give', rest: 'up: it is excluded' };
    case 'rotated':
      return { verb: 'learn', rest: `of ${term('key epoch')} ${report.keyEpoch}` };
    case 'renewed':
      return {
        verb: 'keep',
        rest: `its new keys for its next life, which will be ${term('incarnation')} ${report.generation * LIVES_PER_KEY + 1}`,
      };
    case 'forked':
      return { verb: 'keep', rest: `evidence of two records ${recordId(report)}` };
    case 'split-view':
      return { verb: 'keep', rest: `evidence of two trees of ${term('version')} ${report.version}` };
    case 'epoch-opened':
      return { verb: 'open', rest: `${term('epoch')} ${report.epoch}` };
    case 'epoch-closed':
      return {
        verb: 'close',
        rest: `${term('epoch')} ${report.epoch} (${report.answered.length === 0 ? 'no client answered' : `${listed(report.answered)} answered`})`,
      };
    case 'answered':
      return { verb: 'answer', rest: `${JSON.stringify(report.value)} for key ${report.key}` };
    case 'store':
      return {
        verb: 'show',
        rest: `its store: ${report.entries.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(', ') || 'empty'}`,
      };
    case 'delivered':
      return deliveryPhrase([report], situation);
  }
}

/** What a commit changes: who came, who went, who moved. */
export function treeChange(
  { version, edges, pending }: Extract<Report, { type: 'committed' }>,
  { parents }: Pick<Situation, 'parents'>,
): string {
  const now = new Map(edges.map(({ child, parent }) => [child, parent]));
  const moves = new Map<string, NodeName[]>();
  for (const [child, parent] of now) {
    const before = parents.get(child);
    if (before === parent) continue;
    const key = before === undefined ? ` under ${parent}` : ` from ${before} to ${parent}`;
    moves.set(key, [...(moves.get(key) ?? []), child]);
  }
  const children = edges.map(({ child }) => child);
  const doubled = [...new Set(children.filter((child, at) => children.indexOf(child) !== at))];
  const gone = [...parents.keys()].filter((node) => !now.has(node) && !pending.includes(node));
  const parts = Array.from(moves, ([key, children]) => `${listed(children)}${key}`);
  for (const child of doubled) {
    const places = edges.filter((edge) => edge.child === child).map(({ parent }) => parent);
    const isSame = new Set(places).size === 1;
    parts.push(
      isSame
        ? `${child} more than once under ${places[0] ?? ''}`
        : `${child} under ${listed(places)} at once`,
    );
  }
  if (gone.length > 0) parts.push(`without ${listed(gone)}`);
  if (pending.length > 0) parts.push(`${listed(pending)} without a slot`);
  if (parts.length > 0) return parts.join('; ');
  const isRelinked = edges.length === 0 || edges.some(({ link }) => link === version);
  return isRelinked
    ? `the same places, new ${term('link', 'links')}`
    : 'the same places, other shards to pass down';
}
