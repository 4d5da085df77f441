/** A certificate in words: what each move does, what happens without it, and how near the property is to holding. */
import type { Change, Move, Without } from '../engine/index.ts';
import type { Counterexample } from '../properties/counterexample.ts';
import type { Command } from '../properties/reading.ts';

/** One line per move, then the nearest schedule that passes. Without a certificate, only the moves. */
export function necessityLines({ moves, certificate, property }: Counterexample): readonly string[] {
  if (moves.length === 0) return ['No move is needed: it breaks as soon as the nodes are started.'];
  const texts = moves.map(moveInWords);
  const width = Math.max(...texts.map(({ length }) => length));
  const lines = texts.map((text, at) => {
    const without = certificate?.without[at];
    const number = `${String(at + 1).padStart(2)}. `;
    return without === undefined
      ? number + text
      : `${number}${text.padEnd(width)}  without it: ${outcomeInWords(without, property)}`;
  });
  const nearest = certificate?.nearest;
  if (nearest === undefined) return lines;
  return [
    ...lines,
    '',
    `The property holds if ${nearest.changes.map((change) => changeInWords(change)).join(' and ')}.`,
  ];
}

/** What a move does, in a few words. */
export function moveInWords(move: Move<Command>): string {
  switch (move.move) {
    case 'deliver':
      return `${move.message} arrives before its time`;
    case 'fire':
      return `timer ${move.timer} of ${move.node} fires before its time`;
    case 'elapse':
      return `${move.ms} ms pass`;
    case 'command':
      return commandInWords(move.node, move.command);
    case 'drop':
      return `${move.message} is lost`;
    case 'duplicate':
      return `${move.message} is duplicated`;
    case 'clog':
      return `the link ${move.from}>${move.to} holds what is sent`;
    case 'release':
      return `the link ${move.from}>${move.to} passes it on`;
    case 'partition':
      return `nothing passes from ${move.from.join(', ')} to ${move.to.join(', ')}${move.way === 'both' ? ', nor back' : ''}`;
    case 'heal':
      return 'all partitions heal';
    case 'pause':
      return `${move.node} stands still`;
    case 'resume':
      return `${move.node} goes on`;
    case 'skew':
      return `timers of ${move.node} take ${move.percent} % of their time`;
    case 'crash':
      return `${move.node} crashes`;
    case 'restart': {
      const { memory } = move;
      if (memory === 'durable') return `${move.node} restarts with all that it stored`;
      if (memory === 'amnesiac') return `${move.node} restarts with an empty memory`;
      return `${move.node} restarts with its memory as of ${memory.back} writes before`;
    }
    case 'attack':
      return `an outsider: ${attackInWords(move.attack)}`;
  }
}

function commandInWords(node: string, command: Command): string {
  switch (command.type) {
    case 'put':
      return `${node} puts ${command.key} = ${JSON.stringify(command.value)}`;
    case 'get':
      return `${node} gets ${command.key}`;
    case 'leave':
      return `${node} leaves`;
    case 'dump':
      return `${node} tells its store`;
  }
}

function attackInWords({ kind, ...rest }: { readonly kind: string }): string {
  const details = Object.entries(rest)
    .filter(([name]) => name !== 'salt')
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [kind, ...details].join(', ');
}

function outcomeInWords({ outcome, property, message }: Without, broken: string): string {
  switch (outcome) {
    case 'holds':
      return `${broken} holds`;
    case 'untested':
      return `nothing puts ${broken} to the test`;
    case 'same':
      return `${broken} breaks all the same`;
    case 'stall':
    case 'other-violation':
      return `${property ?? 'another property'} breaks instead: ${message ?? ''}`;
  }
}

function changeInWords(change: Change<Command>): string {
  switch (change.change) {
    case 'left-out':
      return `move ${change.index + 1} is left out`;
    case 'inserted':
      return `before move ${change.index + 1}, ${moveInWords(change.move)}`;
    case 'replaced':
      return `instead of move ${change.index + 1}, ${moveInWords(change.by)}`;
  }
}
