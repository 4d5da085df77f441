/**
 * What a node does, in words: each output is a verb and what goes with it, so that the same words say what a node did
 * ("sends c2 a record") and what it should have done ("should have sent c2 a record").
 */
import type { Message, NodeName } from '../../model/index.ts';
import type { RecordReport, Report } from '../../properties/reading.ts';
import { term } from './terms.ts';
import {
  headsWords,
  listed,
  messageWords,
  neighbourhood,
  rangeWords,
  recordId,
  recordWords,
  span,
} from './words.ts';

/** One output of a node, read. */
export type Effect =
  | { readonly kind: 'send'; readonly to: NodeName; readonly message: Message }
  | { readonly kind: 'set-timer'; readonly timer: string; readonly ms: number }
  | { readonly kind: 'cancel-timer'; readonly timer: string }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'reject'; readonly reason: string };

/** A verb in its base form and what goes with it. */
export interface Phrase {
  readonly verb: string;
  readonly rest: string;
}

/** What the words depend on beside the outputs. */
export interface Situation {
  /** The message that was taken in. */
  readonly tookIn?: Message | undefined;
  /** The tree before: parent of each node in it. */
  readonly parents: ReadonlyMap<NodeName, NodeName>;
  /** What the node had installed before. */
  readonly installed?:
    | { readonly version: number; readonly parent: NodeName; readonly children: readonly NodeName[] }
    | undefined;
}

/** Confirmations go without saying where a node did what it was told. */
function withoutConfirmation(phrases: readonly Phrase[]): readonly Phrase[] {
  const isInstalled = phrases.some(({ verb }) => verb === 'install');
  return isInstalled ? phrases.filter(({ verb }) => verb !== 'confirm') : phrases;
}

const IRREGULAR: Readonly<Record<string, string>> = {
  send: 'sent',
  tell: 'told',
  say: 'said',
  write: 'written',
  leave: 'left',
  commit: 'committed',
  take: 'taken',
  plan: 'planned',
  stop: 'stopped',
  show: 'shown',
  do: 'done',
  have: 'had',
  keep: 'kept',
};

/** `sends c2 a Repair`. */
export function present({ verb, rest }: Phrase): string {
  const third =
    verb === 'have'
      ? 'has'
      : /(s|sh|ch|x|o)$/.test(verb)
        ? `${verb}es`
        : /[^aeiou]y$/.test(verb)
          ? `${verb.slice(0, -1)}ies`
          : `${verb}s`;
  return rest === '' ? third : `${third} ${rest}`;
}

/** `sent c2 a Repair`, after "should have". */
export function participle({ verb, rest }: Phrase): string {
  const past = IRREGULAR[verb] ?? (verb.endsWith('e') ? `${verb}d` : `${verb}ed`);
  return rest === '' ? past : `${past} ${rest}`;
}

/** What a node did, without its timers: those matter only where nothing else happened. */
export function phrasesOf(effects: readonly Effect[], situation: Situation): readonly Phrase[] {
  const phrases: Phrase[] = [];
  const reports = effects.filter((effect) => effect.kind === 'report').map(({ report }) => report);
  const delivered = reports.filter(isDelivery);
  for (const report of reports) {
    if (!isDelivery(report)) phrases.push(reportPhrase(report, situation));
    else if (report === delivered[0]) phrases.push(deliveryPhrase(delivered, situation));
  }
  const written = reports.find((report) => report.type === 'put');
  for (const group of groups(effects.filter((effect) => effect.kind === 'send')))
    phrases.push(sendPhrase(group.to, group.message, situation, written !== undefined));
  for (const effect of effects)
    if (effect.kind === 'reject') phrases.push({ verb: 'reject', rest: rejection(effect.reason) });
  return withoutConfirmation(phrases);
}

/** Timers in words. */
export function timerPhrases(effects: readonly Effect[]): readonly Phrase[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'set-timer') return [setPhrase(effect.timer, effect.ms)];
    return effect.kind === 'cancel-timer' ? [cancelPhrase(effect.timer)] : [];
  });
}

function isDelivery(report: Report): report is RecordReport & { readonly type: 'delivered' } {
  return report.type === 'delivered';
}

function deliveryPhrase(delivered: readonly RecordReport[], { tookIn }: Situation): Phrase {
  const [first] = delivered;
  const isThat =
    delivered.length === 1 &&
    tookIn?.type === 'data' &&
    recordId(tookIn.record) === recordId(first ?? tookIn.record);
  const what = isThat ? 'it' : listed(delivered.map((record) => recordWords(record)));
  return { verb: 'deliver', rest: `${what} to its ${term('enclave')}` };
}

type Send = Extract<Effect, { readonly kind: 'send' }>;

/** Sends of the same to several nodes are one. Placements of one version are the same, though each says something else. */
function groups(
  sends: readonly Send[],
): readonly { readonly to: readonly NodeName[]; readonly message: Message }[] {
  const byKey = new Map<string, { to: NodeName[]; message: Message }>();
  for (const { to, message } of sends) {
    const key = message.type === 'placement' ? `placement ${message.version}` : messageWords(message);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, { to: [to], message });
    else group.to.push(to);
  }
  return [...byKey.values()];
}

function sendPhrase(
  to: readonly NodeName[],
  message: Message,
  { tookIn }: Situation,
  isWritten: boolean,
): Phrase {
  const whom = listed([...new Set(to)]);
  const passesOn = tookIn?.type === message.type;
  // The same again to the same node is not the same as once.
  const twice = to.length > new Set(to).size ? ` (${to.length} copies)` : '';
  switch (message.type) {
    case 'data':
      return passesOn
        ? { verb: 'pass', rest: `it on to ${whom}${twice}` }
        : { verb: 'send', rest: `${isWritten ? 'it' : recordWords(message.record)} to ${whom}${twice}` };
    case 'join':
      return { verb: 'ask', rest: `${whom} for a place (${joinWords(message)})` };
    case 'join-refused':
      return {
        verb: 'refuse',
        rest:
          message.why === 'pending'
            ? `${whom} for now: no slot is free (${term('JoinRefused')})`
            : `${whom}: another life has claimed ${term('incarnation')} ${message.known} (${term('JoinRefused')})`,
      };
    case 'placement':
      return to.length === 1
        ? {
            verb: 'send',
            rest: `${whom} its ${term('Placement')} of ${term('version')} ${message.version}: ${neighbourhood(
              message.parent.node,
              message.children.map(({ node }) => node),
            )}`,
          }
        : {
            verb: 'tell',
            rest: `${whom} their neighbours (${term('Placement')} of ${term('version')} ${message.version})`,
          };
    case 'placement-ack':
      return { verb: 'confirm', rest: `that to ${whom} (${term('PlacementAck')})` };
    case 'heartbeat':
      return { verb: 'greet', rest: `${whom}${twice} (${term('Heartbeat')})` };
    case 'suspect':
      return { verb: 'report', rest: `to ${whom} that ${message.child} is silent (${term('Suspect')})` };
    case 'probe':
      return { verb: 'ask', rest: `${whom} whether it is alive (${term('Probe')})` };
    case 'probe-ack':
      return { verb: 'answer', rest: `${whom} that it is alive (${term('ProbeAck')})` };
    case 'leave':
      return { verb: 'say', rest: `goodbye to ${whom} (${term('Leave')})` };
    case 'rts':
      return passesOn
        ? { verb: 'pass', rest: `the question on to ${whom}` }
        : { verb: 'ask', rest: `${whom} how far everybody has written (${term('RTS')})` };
    case 'eoe':
      return { verb: 'send', rest: `${whom} ${messageWords(message)}` };
    case 'sync':
      return passesOn
        ? { verb: 'pass', rest: `it on to ${whom}` }
        : {
            verb: 'tell',
            rest: `${whom} how far each writer has got: ${message.frontier.length === 0 ? 'nobody has written anything' : headsWords(message.frontier)} (${term('SYNC')})`,
          };
    case 'nak': {
      const what = rangeWords(message.capsule, message.first, message.last);
      return passesOn
        ? { verb: 'relay', rest: `the request to ${whom}, being without all of it` }
        : { verb: 'ask', rest: `${whom} to repeat ${what} (${term('Nak')})` };
    }
    case 'repair':
      return {
        verb: 'send',
        rest: `${whom} ${rangeWords(message.capsule, message.seqs[0] ?? message.first, message.seqs.at(-1) ?? message.last)} again (${term('Repair')})`,
      };
    case 'garbage':
      return { verb: 'send', rest: `${whom} ${messageWords(message)}` };
  }
}

function joinWords({ reason, suspect, incarnation }: Extract<Message, { readonly type: 'join' }>): string {
  switch (reason) {
    case 'new':
      return `${term('Join')} in ${term('incarnation')} ${incarnation}`;
    case 'restarted':
      return `${term('Join')} as a restarted node in ${term('incarnation')} ${incarnation}`;
    case 'orphaned':
      return `${term('Join')}; its parent ${suspect} is silent`;
  }
}

function reportPhrase(report: Report, situation: Situation): Phrase {
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
          : ` (before: version ${installed.version}, ${neighbourhood(installed.parent, installed.children)})`;
      const isThat = situation.tookIn?.type === 'placement' && situation.tookIn.version === report.version;
      const what = isThat ? 'it' : `${term('version')} ${report.version}`;
      return { verb: 'install', rest: `${what}: ${neighbourhood(report.parent, report.children)}${over}` };
    }
    case 'put':
      return { verb: 'write', rest: recordWords(report) };
    case 'queued':
      return { verb: 'queue', rest: 'the put, for it cannot write yet' };
    case 'refused':
      return { verb: 'refuse', rest: `the put (${report.why})` };
    case 'pending':
      return { verb: 'wait', rest: `for a free slot (${term('pending')})` };
    case 'left':
      return { verb: 'leave', rest: '' };
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
  { edges, pending }: Extract<Report, { type: 'committed' }>,
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
  const gone = [...parents.keys()].filter((node) => !now.has(node) && !pending.includes(node));
  const parts = Array.from(moves, ([key, children]) => `${listed(children)}${key}`);
  if (gone.length > 0) parts.push(`without ${listed(gone)}`);
  if (pending.length > 0) parts.push(`${listed(pending)} without a slot`);
  return parts.length === 0 ? 'the same places, new links' : parts.join('; ');
}

/** Reasons are for logs: `KIND: why`. */
function rejection(reason: string): string {
  const why = reason.replace(/^[a-z-]+: /, '');
  return why === '' ? 'it' : `it (${why})`;
}

function setPhrase(timer: string, ms: number): Phrase {
  const [kind = '', node = ''] = timer.split(':');
  switch (kind) {
    case 'suspect':
      return {
        verb: 'take',
        rest: `it as a sign that ${node} is alive, and watches it for another ${span(ms)}`,
      };
    case 'heartbeat':
      return { verb: 'plan', rest: `its next ${term('Heartbeat')} in ${span(ms)}` };
    case 'join':
      return { verb: 'plan', rest: `to ask again in ${span(ms)}` };
    case 'placement':
      return { verb: 'plan', rest: `to repeat what is not confirmed in ${span(ms)}` };
    case 'epoch':
      return { verb: 'plan', rest: `the next ${term('epoch')} in ${span(ms)}` };
    default:
      return { verb: 'wait', rest: `${span(ms)} for ${kind === 'probe' ? `${node} to answer` : 'answers'}` };
  }
}

function cancelPhrase(timer: string): Phrase {
  const [kind = '', node = ''] = timer.split(':');
  switch (kind) {
    case 'suspect':
      return { verb: 'stop', rest: `watching ${node}` };
    case 'join':
      return { verb: 'stop', rest: 'asking for a place' };
    case 'placement':
      return { verb: 'stop', rest: `repeating ${term('Placement', 'Placements')}` };
    default:
      return { verb: 'stop', rest: `waiting for ${kind === 'probe' ? `an answer of ${node}` : 'answers'}` };
  }
}
