/** Where a node did something else than its statechart: what it should have done, what it did, in words. */
import type { Followed } from '../../properties/monitors/twins.ts';
import { roleOf, type Message } from '../../model/index.ts';
import { differenceOf } from './difference.ts';
import { participle, phrasesOf, present, type Effect, type Phrase, type Situation } from './effects.ts';
import { messageLabel } from './labels.ts';
import type { Learnt } from './learning.ts';
import { whatIsTorn, whatWasAwaited, whyRejected } from './rejection.ts';
import { quietly } from './sentences.ts';
import { term } from './terms.ts';
import { timerPhrases } from './timers.ts';
import { clauses, listed } from './words.ts';

/** A message that should have been sent, or should not. */
export interface DepartureSend {
  readonly to: string;
  readonly label: string;
  readonly isMissing: boolean;
  /** Of two that were sent, the one that was to be. */
  readonly isRight?: true;
}

export interface Departure {
  /** What was missing, as `sent c2 …`; what was too much, as `sends c2 …`. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  /** What of both are messages: for pictures. */
  readonly sends: readonly DepartureSend[];
  /** Both, in sentences: beside a sentence that says what the node does, and alone. */
  readonly text: string;
  readonly wholeText: string;
  /** Whether it is about the store of a client, which no statechart has. */
  readonly isOfStore?: true;
}

/** Reads the text of an output as `conformance` compares it; undefined for one that it never writes. */
export function effectOf(text: string): Effect | undefined {
  const [word = '', first = '', ...rest] = text.split(' ');
  switch (word) {
    case 'send': {
      const message = messageOf(rest.join(' '));
      return message === undefined ? undefined : { kind: 'send', to: first, message };
    }
    case 'set':
      return { kind: 'set-timer', timer: first, ms: Number(rest[0]) };
    case 'cancel':
      return { kind: 'cancel-timer', timer: first };
    case 'report': {
      const report = parsed(text.slice('report '.length));
      return report === undefined ? undefined : ({ kind: 'report', report } as Effect);
    }
    case 'reject':
      return { kind: 'reject', reason: '' };
    default:
      return undefined;
  }
}

/** `FROM>TO over link N: {…}`, or the JSON of a control message. */
function messageOf(text: string): Message | undefined {
  const linked = /^(\S+)>(\S+) over link (\d+): (.*)$/s.exec(text);
  if (linked === null) return parsed(text) as Message | undefined;
  const [, from, to, link, json = ''] = linked;
  const content = parsed(json);
  return content === undefined ? undefined : ({ ...content, from, to, link: Number(link) } as Message);
}

function parsed(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Rules that a tree has to keep, by their numbers in docs/protocol.md §3. */
const TREE_RULES: readonly string[] = [
  'the tree must be one, with no more than K children a node',
  'the tree must be as flat as it can be',
  'a client waits only while no slot is free',
  'a change is about one node, and moves few others',
  'a broken edge is not used again while there is another place',
];

/** The difference in words; undefined where the node did what its statechart does. `learnt`: since when it knew better. */
export function departureOf(
  followed: Followed,
  situation: Situation,
  learnt: Learnt = {},
): Departure | undefined {
  const { node, expectation, got, agrees, event } = followed;
  if (agrees) return undefined;
  if (expectation.kind === 'not-allowed') return forbidden(followed, expectation.why, situation);
  const missingTexts = without(expectation.texts, got);
  const missing = effects(missingTexts);
  const extra = effects(without(got, expectation.texts));
  const sends = [...sendsOf(missing, true), ...sendsOf(extra, false)];
  const should = words(missing, situation, participle);
  if (should.length === 0 && expectation.texts.length === 0 && situation.tookIn !== undefined) {
    const quiet = quietly(situation.tookIn, roleOf(node));
    if (quiet !== undefined) should.push(participle(quiet));
  }
  const did = words(extra, situation, present);
  const by = `By its ${term('statechart')}, ${node}`;
  if (should.length === 0) {
    // What it did at all it was to do, but once.
    const isMore = without(got, expectation.texts).every((text) => expectation.texts.includes(text));
    const never = words(isMore ? distinct(extra) : extra, situation, participle);
    const text = `${by} should not have ${clauses(never)}${isMore ? ' more than once' : ''}.`;
    const right = isMore ? sendsOf(extra, false).map((send) => ({ ...send, isRight: true as const })) : [];
    return { missing: should, extra: did, sends: [...right, ...sends], text, wholeText: text };
  }
  const reason = expectation.rejects
    ? whyRejected(event, followed.before, learnt)
    : (whatIsTorn(followed.before, messagesOf(missing), messagesOf(extra)) ??
      whatWasAwaited(event, followed.before));
  const why = reason === undefined ? waitingWhy(followed, missing) : `: ${reason}`;
  const first = `${by} should have ${clauses(should)}`;
  if (did.length === 0) {
    // Something of it was done, and only the rest is missing.
    const isRight = phrasesOf(effects(without(expectation.texts, missingTexts)), situation).length > 0;
    const text = isRight
      ? `${by} should also have ${clauses(should)}${why}.`
      : `${first}${why}. It does not.`;
    const wholeText = isRight ? `${text} It does not.` : text;
    return { missing: should, extra: did, sends, text, wholeText };
  }
  const fields = differenceOf(missing, extra, situation);
  if (fields !== undefined) {
    const text = `${by} should have ${fields.should}${why}. It ${fields.did}.`;
    return { missing: [fields.should], extra: [fields.did], sends, text, wholeText: text };
  }
  const wholeText = `${first}${why}. Instead it ${clauses(did)}.`;
  // The sentence about the step says what it did, unless that is a matter of timers.
  const isSaid = phrasesOf(extra, situation).length > 0;
  return {
    missing: should,
    extra: did,
    sends,
    text: isSaid ? `${by} should instead have ${clauses(should)}${why}.` : wholeText,
    wholeText,
  };
}

function messagesOf(effects: readonly Effect[]): readonly Message[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
}

/** Why a Repair should have gone to somebody who did not ask just now. */
function waitingWhy({ event, before }: Followed, missing: readonly Effect[]): string {
  if (before.role === 'client' || !('from' in event)) return '';
  const { naks } = before.context;
  const waiting = missing.flatMap((effect) => {
    if (effect.kind !== 'send' || effect.message.type !== 'repair' || effect.to === event.from) return [];
    const { capsule, first } = effect.message;
    const isAsker = naks.some(
      (nak) => nak.capsule === capsule && nak.first === first && nak.askers.includes(effect.to),
    );
    return isAsker ? [effect.to] : [];
  });
  return waiting.length === 0
    ? ''
    : `: ${listed(waiting)} asked for it before and still ${waiting.length === 1 ? 'waits' : 'wait'}`;
}

/** A choice of the coordinator that no rule allows. */
function forbidden({ node, event, got }: Followed, why: string, situation: Situation): Departure {
  const [, number, broken] = /rule (\d): (.*)$/.exec(why) ?? [];
  const rule = number === undefined ? undefined : TREE_RULES[Number(number) - 1];
  const chart = term('statechart');
  const doubled = doubledWords(got, situation);
  const text =
    doubled !== undefined
      ? `No ${chart} allows the tree that ${node} commits here: ${doubled}.`
      : rule !== undefined
        ? `No ${chart} allows the tree that ${node} commits here: ${broken ?? ''} (the rule: ${rule}).`
        : why.endsWith('needs the choice of a tree')
          ? `By its ${chart}, ${node} should have committed another tree${event.type === 'timer.probe' ? `, without ${event.node}` : ''}. It does not.`
          : `No ${chart} allows what ${node} does here: ${why.replace(/^[a-z.-]+: /, '')}.`;
  return { missing: [], extra: [], sends: [], text, wholeText: text };
}

/** Nodes with two places in the tree that is committed, which is worse than any place that is wrong. */
function doubledWords(got: readonly string[], { parents }: Situation): string | undefined {
  for (const effect of effects(got)) {
    if (effect.kind !== 'report' || effect.report.type !== 'committed') continue;
    const { edges } = effect.report;
    for (const { child } of edges) {
      const places = edges.filter((edge) => edge.child === child).map(({ parent }) => parent);
      if (places.length < 2) continue;
      const old = parents.get(child);
      const should =
        old !== undefined && places.includes(old)
          ? `; it should have been taken from under ${old} when it was put under ${listed(places.filter((parent) => parent !== old))}`
          : '';
      return `${child} has two places in it, under ${listed(places)}${should}`;
    }
  }
  return undefined;
}

function sendsOf(list: readonly Effect[], isMissing: boolean): readonly DepartureSend[] {
  return distinct(list).flatMap((effect) =>
    effect.kind === 'send' ? [{ to: effect.to, label: messageLabel(effect.message), isMissing }] : [],
  );
}

function distinct(list: readonly Effect[]): readonly Effect[] {
  return [...new Map(list.map((effect) => [JSON.stringify(effect), effect])).values()];
}

function effects(texts: readonly string[]): readonly Effect[] {
  return texts.flatMap((text) => effectOf(text) ?? []);
}

function words(list: readonly Effect[], situation: Situation, form: (phrase: Phrase) => string): string[] {
  const phrases = phrasesOf(list, situation);
  // Timers say something only where there is nothing else.
  return (phrases.length > 0 ? phrases : timerPhrases(list)).map(form);
}

/** What is in `a` and not in `b`, as multisets. */
function without(a: readonly string[], b: readonly string[]): readonly string[] {
  const rest = [...b];
  return a.filter((text) => {
    const at = rest.indexOf(text);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
