/** One step of a run as a plain sentence. */
import type { Attack } from '../../engine/index.ts';
import { roleOf, type Message } from '../../model/index.ts';
import { phrasesOf, present, type Effect, type Phrase, type Situation } from './effects.ts';
import { attackerWords, attackWords } from './attacks.ts';
import { identityOf, identityWords, type Naming } from './identities.ts';
import { commandWords, lostWrites, moveWords, timerWords } from './moves.ts';
import { notesOf } from './notes.ts';
import type { CommittedTree, Observed, ObservedRun } from './observe.ts';
import { receivedWords } from './received.ts';
import { endOfMovesWords } from './settling.ts';
import { whyWithoutEffect } from './skipped.ts';
import { lostOf } from './storage.ts';
import { term } from './terms.ts';
import { timerPhrases } from './timers.ts';
import {
  clauses,
  garbageWhy,
  isCull,
  messageWords,
  moment,
  placementName,
  rangeWords,
  recordWords,
} from './words.ts';

/** What happened in a step, with its full stop. */
export function sentenceOf(observed: Observed, run: ObservedRun): string {
  const { step } = observed;
  const text = step.kind === 'event' ? eventWords(observed, run) : reactionWords(observed, run);
  return [`${capital(text)}.`, ...notesOf(observed)].join(' ');
}

/** A sentence begins with a capital, unless it begins with a node's name. */
export function capital(text: string): string {
  return /^[rc]\d+\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** A sentence as a part of another: begun small, unless it begins with a node's name. */
export function uncapital(text: string): string {
  return /^([rc]\d+|C)\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

function eventWords({ step, index, up, withheldBy }: Observed, run: ObservedRun): string {
  if (step.kind !== 'event') return '';
  const { event, cause } = step;
  switch (event.type) {
    case 'crashed':
      return `${event.node} crashes`;
    case 'paused':
      return `${event.node} freezes: from now on it does nothing`;
    case 'resumed':
      return `${event.node} goes on`;
    case 'restarting':
      return `${event.node} is started again`;
    case 'lost': {
      const message = run.messages.get(event.message);
      const identity = identityOf(event.message);
      if (message === undefined || identity === undefined) return `${identityWords(event.message)} is lost`;
      const { from, to } = identity;
      if (withheldBy !== undefined)
        return `${to} never gets ${messageWords(message)} from ${from}: the ${term('insider')} at ${withheldBy} withholds it`;
      return `${to} never gets ${messageWords(message)}, which ${from} sent it: ${up.has(to) ? 'it is lost' : `${to} is down`}`;
    }
    case 'duplicated':
      return `the network makes a second copy of ${sourceWords(event.message, run)}`;
    case 'network':
      return cause.kind === 'move' ? moveWords(cause.move, namingOf(run)) : event.text;
    case 'skipped':
      return `${moveWords(event.move)}, without effect: ${whyWithoutEffect(event.move, up)}`;
    case 'settling':
      return endOfMovesWords(index, run);
  }
}

/** A message of this run by what it says: `the Placement of version 8 that C sent r1 at 0.020 s`. */
export function sourceWords(id: string, run: ObservedRun): string {
  const [message, identity, sentAt] = [run.messages.get(id), identityOf(id), run.sentAt.get(id)];
  if (message === undefined || identity === undefined || sentAt === undefined) return identityWords(id);
  const what =
    message.type === 'placement' && message.version > 0
      ? `the ${placementName(message)}`
      : messageWords(message);
  return `${what} that ${identity.from} sent ${identity.to} at ${moment(run.steps[sentAt]?.nowMs ?? 0)}`;
}

/** A message by its number, as schedules name it, with what it says: `the 5th placement … (Placement of version 8)`. */
function numberedWords(id: string, { messages }: ObservedRun): string {
  const what = essence(messages.get(id));
  return what === undefined ? identityWords(id) : `${identityWords(id)} (${what})`;
}

/** Messages of a run by their numbers, with what they say. */
export function namingOf(run: ObservedRun): Naming {
  return { words: (id) => numberedWords(id, run), message: (id) => run.messages.get(id) };
}

/** What tells a message from others of its kind. */
function essence(message: Message | undefined): string | undefined {
  switch (message?.type) {
    case 'placement':
      return placementName(message);
    case 'placement-ack':
      return `${term('PlacementAck')} of ${term('version')} ${message.version}`;
    case 'data':
      // In brackets already.
      return recordWords(message.record).replace(/ \((.*)\)$/, ', $1');
    case 'rts':
    case 'eoe':
    case 'sync':
      return `${term('epoch')} ${message.epoch}`;
    case 'nak':
    case 'repair':
      return rangeWords(message.capsule, message.first, message.last);
    default:
      return undefined;
  }
}

function reactionWords(observed: Observed, run: ObservedRun): string {
  const { effects, situation, seen } = observed;
  const node = observed.node ?? '';
  let phrases = phrasesOf(effects, situation);
  if (phrases.length === 0)
    phrases = idlePhrases(effects, situation, roleOf(node), observed.followed?.agrees === true);
  const did = phrases.map(present);
  if (seen.kind !== 'reaction') return '';
  const { input, attack } = seen.reaction;
  if (attack !== undefined)
    return `${attackerWords(attack)} ${attackOf(observed, run)}; ${node} ${clauses(did)}`;
  switch (input.kind) {
    case 'start':
      return clauses([`${node} starts ${startWords(observed, run)}`, ...did]);
    case 'frame': {
      const from = identityOf(seen.reaction.message ?? '')?.from ?? input.from;
      const { message } = input.reading;
      const what =
        message.type === 'garbage' && !isCull(message) && seen.reaction.message !== undefined
          ? `${identityWords(seen.reaction.message)}, which is not authentic (${garbageWhy(message.reason)})`
          : receivedWords(message, from, situation.life);
      const again = isSecondCopy(observed, run) ? ' a second time' : '';
      return clauses([`${node} gets ${what}${again}`, ...did]);
    }
    case 'timer':
      if (observed.step.cause.kind === 'move' && observed.step.cause.move.move === 'fire')
        return `a timer of ${node} goes off before its time, as if ${timerWords(input.timer, node)}: it ${clauses(did)}`;
      return input.timer === 'heartbeat'
        ? `${node} ${clauses(did)}`
        : `${timerWords(input.timer, node)}: it ${clauses(did)}`;
    case 'command': {
      const asked = commandWords(node, input.command);
      return `${asked}; ${node} ${clauses(did)}`;
    }
  }
}

function isSecondCopy({ step }: Observed, run: ObservedRun): boolean {
  if (step.kind !== 'reaction' || step.message === undefined) return false;
  const fate = run.fates.get(step.message);
  return (fate?.kind === 'taken' || fate?.kind === 'rejected') && fate.index < step.index;
}

/** What the outsider does in a step: `replays to r1 …`. */
export function attackOf({ seen, effects, tree }: Observed, run: ObservedRun): string {
  if (seen.kind !== 'reaction' || seen.reaction.attack === undefined) return '';
  const { attack, node } = seen.reaction;
  const message = attack['message'];
  if (attack.kind !== 'replay' || typeof message !== 'string' || !run.messages.has(message))
    return `${attackWords(attack, namingOf(run))}${unknownVersion(attack, tree)}`;
  const isTaken = effects.every(({ kind }) => kind !== 'reject');
  return `replays to ${node} ${sourceWords(message, run)}: a true copy, ${isTaken ? 'but an old one' : 'too late'}`;
}

/** How far the coordinator itself has got, where a placement is of a version that it has not committed. */
function unknownVersion({ kind, ...rest }: Attack, { version }: CommittedTree): string {
  if (kind !== 'place' || Number(rest['version']) <= version) return '';
  return ` (C itself has committed no ${term('version')} beyond ${version})`;
}

function startWords({ seen, step, index, node }: Observed, run: ObservedRun): string {
  if (seen.kind !== 'reaction' || seen.reaction.input.kind !== 'start') return '';
  const back =
    step.cause.kind === 'move' &&
    step.cause.move.move === 'restart' &&
    typeof step.cause.move.memory === 'object'
      ? step.cause.move.memory.back
      : 0;
  const { memory } = seen.reaction.input;
  switch (memory.kind) {
    case 'fresh':
      return 'for the first time';
    case 'durable':
      return 'again with its storage';
    case 'amnesiac':
      return 'again with an empty storage (it has forgotten everything)';
    case 'stale': {
      const lost = lostOf(run, node ?? '', memory.asOfIndex, index);
      return `again with an old storage (${lostWrites(back)}${lost === undefined ? '' : `: ${lost}`})`;
    }
  }
}

/** What it means that a node does nothing that shows. `isRight`: its statechart does nothing, too. */
export function idlePhrases(
  effects: readonly Effect[],
  { tookIn }: Pick<Situation, 'tookIn'>,
  role: ReturnType<typeof roleOf>,
  isRight: boolean,
): readonly Phrase[] {
  const timers = timerPhrases(effects);
  if (tookIn?.type === 'heartbeat' && timers.length > 0) return timers.slice(0, 1);
  if (!isRight || tookIn === undefined) return timers.length > 0 ? timers : NOTHING;
  return [quietly(tookIn, role) ?? timers[0] ?? { verb: 'do', rest: 'nothing' }];
}

/** What a correct node does when it takes in such a message and does nothing that shows. */
export function quietly(message: Message, role: ReturnType<typeof roleOf>): Phrase | undefined {
  switch (message.type) {
    case 'data':
      return role === 'client'
        ? { verb: 'keep', rest: 'it until the records before it have come' }
        : { verb: 'log', rest: 'it; there is nobody to pass it on to' };
    case 'eoe':
      return { verb: 'wait', rest: 'for the other answers' };
    case 'nak':
      return { verb: 'remember', rest: 'who asks; it has asked for that already' };
    case 'repair':
      return { verb: 'have', rest: 'nobody to hand it to' };
    case 'placement-ack':
      return { verb: 'note', rest: 'that' };
    case 'sync':
      return { verb: 'lack', rest: 'nothing' };
    default:
      return undefined;
  }
}

const NOTHING: readonly Phrase[] = [{ verb: 'do', rest: 'nothing' }];
