/** Why a move has no effect: what it is about is not there, or not as it would have to be. */
import type { Move } from '../../engine/index.ts';
import type { Command } from '../../properties/reading.ts';

/** The reason as a clause. `up`: the nodes that run when the move is made. */
export function whyWithoutEffect(move: Move<Command>, up: ReadonlySet<string>): string {
  switch (move.move) {
    case 'command':
    case 'pause':
    case 'skew':
      return up.has(move.node) ? `${move.node} is frozen` : `${move.node} is down`;
    case 'resume':
      return up.has(move.node) ? `${move.node} is not frozen` : `${move.node} is down`;
    case 'crash':
      return `${move.node} is down already`;
    case 'restart':
      return `${move.node} is up`;
    case 'fire':
      return up.has(move.node) ? `that timer of ${move.node} is not set` : `${move.node} is down`;
    case 'deliver':
      return 'that message is not there to be delivered';
    case 'drop':
    case 'duplicate':
      return 'that message is not on its way';
    case 'clog':
      return 'that is held back already';
    case 'release':
      return 'nothing is held back there';
    case 'partition':
      return 'there are no such nodes';
    case 'heal':
      return 'nothing is cut';
    case 'attack':
      return 'what it needs is not there, or whoever it is meant for is not up';
    case 'elapse':
      return 'time goes forward only';
  }
}
