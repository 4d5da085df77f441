/** The moves of a schedule in words: what the environment and the adversary did. */
import type { Move } from '../../engine/index.ts';
import type { Command } from '../../properties/reading.ts';
import { attackerWords, attackWords } from './attacks.ts';
import { BY_NUMBER, type Naming } from './identities.ts';
import { term } from './terms.ts';
import { listed, shardsWords, span } from './words.ts';

/** A move as a sentence, without its full stop. */
export function moveWords(move: Move<Command>, naming: Naming = BY_NUMBER): string {
  switch (move.move) {
    case 'elapse':
      return `${span(move.ms)} pass without a fault`;
    case 'command':
      return commandWords(move.node, move.command);
    case 'deliver':
      return `the network delivers ${naming.words(move.message)} now, whatever is before it`;
    case 'drop':
      return `the network loses ${naming.words(move.message)}`;
    case 'duplicate':
      return `the network makes a second copy of ${naming.words(move.message)}`;
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
      return `${attackerWords(move.attack)} ${attackWords(move.attack, naming)}`;
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
    case 'renew':
      return `the ${term('enrolment authority')} gives ${node} new keys for its next life`;
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
      return `the timer ${term('doubt')} of ${node} goes off`;
    default:
      return `the timer ${timer} of ${node} goes off`;
  }
}
