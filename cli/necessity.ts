/** A certificate in words: what each move does, what happens without it, and how near the property is to holding. */
import type { Change, Move, Without } from '../engine/index.ts';
import { moveWords } from './explain/moves.ts';
import { bare } from './explain/terms.ts';
import type { Counterexample } from '../properties/counterexample.ts';
import type { Command } from '../properties/reading.ts';

/** One line per move, then the nearest schedule that passes. Without a certificate, only the moves. */
export function necessityLines({ moves, certificate, property }: Counterexample): readonly string[] {
  if (moves.length === 0) return ['No move is needed: it breaks as soon as the nodes are started.'];
  const texts = moves.map(wordsOf);
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

/** What happens without a move. */
export function outcomeInWords({ outcome, property, message }: Without, broken: string): string {
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

/** A change of a schedule, after "if". */
export function changeInWords(change: Change<Command>): string {
  switch (change.change) {
    case 'left-out':
      return `move ${change.index + 1} is left out`;
    case 'inserted':
      return `before move ${change.index + 1}, ${wordsOf(change.move)}`;
    case 'replaced':
      return `instead of move ${change.index + 1}, ${wordsOf(change.by)}`;
  }
}

function wordsOf(move: Move<Command>): string {
  return bare(moveWords(move));
}
