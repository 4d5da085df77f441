/** The moves of a schedule in words: what the environment and the adversary did. */
import { takenOverBy, type Attack, type Move } from '../../engine/index.ts';
import type { Command } from '../../properties/reading.ts';
import { term } from './terms.ts';
import { listed, ordinal, shardsWords, span } from './words.ts';

/** A message by its identity, `c2>r1 data #2`. */
export interface Identity {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly number: number;
  /** Whether it was sent in reaction to an attack. */
  readonly isAnswer: boolean;
}

/** Reads an identity; undefined for a text that is none. */
export function identityOf(id: string): Identity | undefined {
  const found = /^([^>]+)>(\S+) (\S+) ([#~])(\d+)$/.exec(id);
  if (found === null) return undefined;
  const [, from = '', to = '', kind = '', sign, number] = found;
  return { from, to, kind, number: Number(number), isAnswer: sign === '~' };
}

/** `the 2nd data message from c2 to r1`. */
export function identityWords(id: string): string {
  const identity = identityOf(id);
  if (identity === undefined) return id;
  const { from, to, kind, number } = identity;
  return `the ${ordinal(number)} ${kind} message from ${from} to ${to}`;
}

/** What a message is called: by its number, or with what it says where a run tells that. */
type Naming = (id: string) => string;

/** A move as a sentence, without its full stop. */
export function moveWords(move: Move<Command>, named: Naming = identityWords): string {
  switch (move.move) {
    case 'elapse':
      return `${span(move.ms)} pass without a fault`;
    case 'command':
      return commandWords(move.node, move.command);
    case 'deliver':
      return `the network delivers ${named(move.message)} now, whatever is before it`;
    case 'drop':
      return `the network loses ${named(move.message)}`;
    case 'duplicate':
      return `the network makes a second copy of ${named(move.message)}`;
    case 'clog':
      return `the network holds back what ${move.from} sends to ${move.to}`;
    case 'release':
      return `the network lets through what ${move.from} sends to ${move.to}`;
    case 'partition':
      return move.way === 'both'
        ? `the network cuts ${listed(move.from)} off from ${listed(move.to)}, both ways`
        : `nothing gets from ${listed(move.from)} to ${listed(move.to)} any more; the other way stays open`;
    case 'heal':
      return 'the network is whole again';
    case 'fire':
      return `a timer of ${move.node} goes off before its time, as if ${timerWords(move.timer, move.node)}`;
    case 'pause':
      return `${move.node} freezes: it does nothing until the faults end`;
    case 'resume':
      return `${move.node} goes on`;
    case 'skew':
      return `the clock of ${move.node} is wrong from now on: its timers take ${move.percent} % of their time`;
    case 'crash':
      return `${move.node} crashes`;
    case 'restart':
      return `${move.node} starts again, ${memoryWords(move.memory)}`;
    case 'attack':
      return `${attackerWords(move.attack)} ${attackWords(move.attack, named)}`;
  }
}

function memoryWords(memory: Extract<Move, { readonly move: 'restart' }>['memory']): string {
  if (memory === 'durable') return 'with its storage';
  if (memory === 'amnesiac') return 'with an empty storage: it has forgotten everything';
  return `with an old storage: ${lostWrites(memory.back)}`;
}

/** What an old storage is without. */
export function lostWrites(back: number): string {
  return back === 1 ? 'the last write to it is lost' : `the last ${back} writes to it are lost`;
}

/** What an application or an operator asks a node for. */
export function commandWords(node: string, command: Command): string {
  switch (command.type) {
    case 'put':
      return `the application at ${node} puts ${command.key} = ${JSON.stringify(command.value)}`;
    case 'get':
      return `the application at ${node} asks for ${command.key}`;
    case 'subscribe':
      return `the application at ${node} subscribes to ${shardsWords(command.shards)}`;
    case 'leave':
      return `${node} is told to leave`;
    case 'rotate':
      return command.expel === undefined
        ? `the ${term('enrolment authority')} hands out a new ${term('group key')}`
        : `the ${term('enrolment authority')} ${term('expelled', 'expels')} ${command.expel} and hands out a new ${term('group key')}`;
    case 'dump':
      return `${node} is asked for its store`;
  }
}

/** What it means that a timer of a node goes off, as a clause about the node. */
export function timerWords(timer: string, node: string): string {
  const [kind = '', about = ''] = timer.split(':');
  switch (kind) {
    case 'suspect':
      return `${node} has heard nothing from ${about} for too long`;
    case 'probe':
      return `${node} has got no answer from ${about} to its ${term('Probe')}`;
    case 'join':
      return `${node} still has no place in the tree`;
    case 'subscription':
      return `${node} has not been told that it gets what it wants`;
    case 'heartbeat':
      return `the next ${term('Heartbeat')} of ${node} is due`;
    case 'epoch':
      return `the next ${term('epoch')} of ${node} is due`;
    case 'eoe':
      return `${node} has waited long enough for the answers of this epoch (${term('EOE')})`;
    case 'placement':
      return `${node} still lacks confirmations of ${term('Placement', 'Placements')}`;
    case 'doubt':
      return `${node} has been served nothing by its parent for several epochs, though it asked (its timer ${term('doubt')} goes off)`;
    default:
      return `the timer ${timer} of ${node} goes off`;
  }
}

/** What a router withholds, in words. */
const WITHHELD_WORDS: Readonly<Record<string, string>> = {
  all: 'all that it sends',
  'all-but-greetings': 'all that it sends to its neighbours but greetings',
  records: 'records',
  epochs: 'what epochs are made of',
};

/** Who attacks: with keys or without. */
export function attackerWords(attack: Attack): string {
  const node = takenOverBy(attack);
  if (node !== undefined) return `an ${term('insider')} with the keys of ${node}`;
  return `an ${term(attack.by === 'insider' ? 'insider' : 'outsider')}`;
}

/** What an outsider does: `hands r1 a copy of …`. Attacks of an adversary that the kit does not know are named. */
export function attackWords(attack: Attack, named: Naming = identityWords): string {
  const text = (field: string): string => String(attack[field]);
  const message = typeof attack['message'] === 'string' ? named(attack['message']) : 'a message';
  const receiver =
    typeof attack['message'] === 'string' ? (identityOf(attack['message'])?.to ?? 'a node') : 'a node';
  switch (attack.kind) {
    case 'forge':
      return `hands ${text('to')} a ${text('message')} that it made up in the name of ${text('as')}, under keys of its own`;
    case 'replay':
      return `replays ${message}${attack['to'] === undefined ? '' : ` to ${text('to')}`}: a true copy, at another time`;
    case 'tamper':
      return `hands ${receiver} ${message} with one field changed`;
    case 'splice':
      return `hands ${receiver} ${message} with a part of another message in it`;
    case 'spoof':
      return `hands ${receiver} ${message} in the name of ${text('as')}`;
    case 'lie':
      return `${attack['as'] === undefined ? '' : `with the keys of ${text('as')} `}hands ${attack['to'] === undefined ? receiver : text('to')} ${message} ${attack['misshapen'] === true ? 'with a part that has not its shape' : 'changed'} and signed anew`;
    case 'misuse': {
      const over = typeof attack['over'] === 'string' ? identityOf(attack['over']) : undefined;
      const way = over === undefined ? '' : ` over the link from ${over.from} to ${over.to}`;
      const to = over?.to ?? receiver;
      return `hands ${to} ${message}${attack['field'] === undefined ? '' : ' with another number or way in it'}${way}, sealed as it should be`;
    }
    case 'say': {
      const over = typeof attack['over'] === 'string' ? identityOf(attack['over']) : undefined;
      const to = attack['to'] === undefined ? (over?.to ?? receiver) : text('to');
      return `hands ${to} what was never said, made of ${message} and ${attack['mac'] === 'wrong' ? 'sealed under a wrong key' : 'signed and sealed as it should be'}`;
    }
    case 'write':
    case 'head': {
      const step = Number(attack['step']);
      const which =
        step === 0 ? 'another record in place of that in' : `a record ${step} further on than that in`;
      const stamp = attack['lead'] === 'end' ? ', stamped as late as can be' : '';
      const how =
        attack.kind === 'write'
          ? `hands ${text('to')}`
          : `answers an epoch to ${text('to')} with the head of`;
      return `${how} ${which} ${message}${stamp}, signed as it should be`;
    }
    case 'accuse':
      return `accuses the writer of ${message} to ${text('to')}, with what it signed there and in another message`;
    case 'withhold': {
      const what = WITHHELD_WORDS[text('what')] ?? text('what');
      const of = attack['writer'] === undefined ? '' : ` of ${text('writer')}`;
      const to = attack['to'] === undefined ? '' : ` from ${text('to')}`;
      return `${attack.standing === 'begins' ? 'withholds from now on' : 'withholds no more'} ${what}${of}${to}`;
    }
    case 'suspect':
      return `tells the coordinator that ${text('child')} is silent`;
    case 'place': {
      const also = [
        ...(attack['parent'] === undefined ? [] : [`under ${text('parent')}`]),
        ...(attack['child'] === undefined ? [] : [`with ${text('child')} for a child`]),
        ...(Array.isArray(attack['without']) ? [`without ${attack['without'].join(' and ')}`] : []),
      ];
      return `places ${receiver} under version ${text('version')} as in ${message}${also.length === 0 ? '' : `, but ${also.join(', ')}`}, signed as it should be`;
    }
    case 'flood':
      return `floods the coordinator with ${text('joins')} made-up joins`;
    case 'malformed':
      return `hands ${text('to')} bytes that are no message (${text('how')})`;
    default:
      return `does ${JSON.stringify(attack)}`;
  }
}
