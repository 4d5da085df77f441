/**
 * What a node does, in words: each output is a verb and what goes with it, so that the same words say what a node did
 * ("sends c2 a record") and what it should have done ("should have sent c2 a record").
 */
import type { Message, NodeName } from '../../model/index.ts';
import type { Report } from '../../properties/reading.ts';
import { deliveryPhrase, isDelivery, reportPhrase } from './reports.ts';
import { term } from './terms.ts';
import {
  frontierWords,
  joinName,
  listed,
  messageWords,
  placedWords,
  placementName,
  rangeWords,
  recordWords,
  repairedWords,
  shardsWords,
  syncExtras,
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
  /** Whether what is written matters: timestamps, keys and values are told then. */
  readonly showsWrites?: boolean;
  /** Which life of its sender a Join is of, where there was more than one. */
  readonly life?: number | undefined;
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
  drop: 'dropped',
  give: 'given',
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
  const sends = groups(effects.filter((effect) => effect.kind === 'send'));
  // What was just written goes first: "writes a record and sends it".
  const isData = ({ message }: (typeof sends)[number]): boolean => message.type === 'data';
  for (const { to, message } of [...sends.filter(isData), ...sends.filter((group) => !isData(group))])
    phrases.push(sendPhrase(to, message, situation, written !== undefined));
  for (const effect of effects)
    if (effect.kind === 'reject') phrases.push({ verb: 'drop', rest: rejection(effect.reason, situation) });
  return withoutConfirmation(phrases);
}

type Send = Extract<Effect, { readonly kind: 'send' }>;

/** Names, with how often where it is more than once. */
function counts(to: readonly NodeName[]): readonly string[] {
  return [...new Set(to)].map((node) => {
    const times = to.filter((one) => one === node).length;
    return times === 1 ? node : `${node} (${times} times)`;
  });
}

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
  const whom = listed(counts(to));
  const passesOn = tookIn?.type === message.type;
  switch (message.type) {
    case 'data':
      return passesOn
        ? { verb: 'pass', rest: `it on to ${whom}` }
        : { verb: 'send', rest: `${isWritten ? 'it' : recordWords(message.record)} to ${whom}` };
    case 'join':
      return passesOn
        ? { verb: 'pass', rest: `the request on to ${whom}` }
        : { verb: 'ask', rest: `${whom} for a place (${joinWords(message)})` };
    case 'join-refused':
      return {
        verb: 'refuse',
        rest:
          message.why === 'pending'
            ? `${whom} for now (${term('JoinRefused')}): no slot is free`
            : message.why === 'excluded'
              ? `${whom} for good (${term('JoinRefused')}), as one whose keys are void, or forked a capsule`
              : `${whom} (${term('JoinRefused')}): another life has claimed ${term('incarnation')} ${message.known}`,
      };
    case 'placement':
      if (!to.includes(message.node) && message.version > 0)
        return { verb: 'show', rest: `${whom} its own ${placementName(message)}` };
      return to.length === 1
        ? {
            verb: 'send',
            rest: `${whom} its ${placementName(message)}: ${placedWords(message)}`,
          }
        : {
            verb: 'tell',
            rest: `${whom} their neighbours (${placementName(message)})`,
          };
    case 'placement-ack':
      return { verb: 'confirm', rest: `that to ${whom} (${term('PlacementAck')})` };
    case 'heartbeat':
      return { verb: 'greet', rest: `${whom} (${term('Heartbeat')})` };
    case 'subscription':
      return {
        verb: 'tell',
        rest: `${whom} that it wants ${shardsWords(message.interest)} (${term('Subscription')})`,
      };
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
            rest: `${whom} how far each writer has got: ${[frontierWords(message), ...syncExtras(message)].join('; ')} (${term('SYNC')})`,
          };
    case 'nak': {
      const what = rangeWords(message.capsule, message.first, message.last);
      return passesOn
        ? { verb: 'relay', rest: `the request, which it cannot answer itself, to ${whom}` }
        : { verb: 'ask', rest: `${whom} to repeat ${what} (${term('Nak')})` };
    }
    case 'repair':
      return {
        verb: 'send',
        rest: `${whom} ${repairedWords(message)} again (${term('Repair')})`,
      };
    case 'evidence':
    case 'split-view':
      return passesOn
        ? { verb: 'pass', rest: `it on to ${whom}` }
        : { verb: 'send', rest: `${whom} ${messageWords(message)}` };
    case 'garbage':
      return { verb: 'send', rest: `${whom} ${messageWords(message)}` };
  }
}

function joinWords({ reason, suspect, incarnation }: Extract<Message, { readonly type: 'join' }>): string {
  switch (reason) {
    case 'new':
      return joinName(incarnation);
    case 'restarted':
      return `${term('Join')} as a restarted node in ${term('incarnation')} ${incarnation}`;
    case 'orphaned':
      return `${term('Join')}; it has given up its parent ${suspect}`;
  }
}

const REJECTIONS: Readonly<Record<string, string>> = {
  left: 'it has left',
  'an old attempt': 'it takes it for a repetition of the last one',
  'not the present one': 'it came over a link that has been replaced',
  'no neighbour': 'the sender is no neighbour of it',
  'not from the parent': 'it is not from its parent',
  'logged already': 'it has it already',
  'not asked for': 'it has not asked for it',
  'an old version': 'it has a newer one',
  'an old epoch': 'the epoch is over',
  'answered already': 'it has answered it already',
  'not the one of this version': 'it holds another placement of this version already',
  'beyond a fork': 'it is of no use any more: its writer has forked its capsule, or was expelled',
  'convinces nobody': 'it convinces nobody',
  'known already': 'it knows of that already',
  'too old': 'it is too old',
  'stale counter': 'a later frame of this link came before it',
  'beyond a cut': 'void keys signed it, and it is beyond the cut',
  'no room for its capsule': 'it has no room for another capsule',
  'for another node or life': 'it is that of another node or life, and contradicts nothing that it holds',
  'not wanted any more': 'it does not want that any more',
  'of no tree': 'there can be no such tree',
  'not asked': 'it has not asked',
  'record not authentic': 'the record is not authentic',
};

/** Messages that ask for an answer. */
const ASKING: ReadonlySet<Message['type']> = new Set(['join', 'probe', 'rts', 'nak']);

/** Reasons are for logs: `KIND: why`. */
function rejection(reason: string, { tookIn }: Situation): string {
  const why = reason.replace(/^[a-z-]+: /, '');
  const what = tookIn !== undefined && ASKING.has(tookIn.type) ? 'it without an answer' : 'it';
  return why === '' ? what : `${what} (${REJECTIONS[why] ?? why})`;
}
