/** Weighted choice among kinds of moves. */
import type { Capability } from './move.ts';
import type { Random } from './harness.ts';
import type { Choice } from './proposer.ts';

/** A kind of move, and how often it is drawn. */
export interface Entry {
  readonly choice: Choice;
  readonly needs: Capability | undefined;
  /** Share of the moves, relative to the others. */
  readonly weight: number;
}

/** A kind, drawn by weight; `elapse` from an empty list. */
export function weighted(entries: readonly Entry[], random: Random): Choice {
  let total = 0;
  for (const { weight } of entries) total += weight;
  if (total === 0) return 'elapse';
  let ticket = random.int(1, total);
  for (const { choice, weight } of entries) {
    ticket -= weight;
    if (ticket <= 0) return choice;
  }
  return 'elapse';
}
