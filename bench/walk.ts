/**
 * The random walk that is measured, as numbers: whoever walks it, the kit or a loop written by hand, draws the same moves and so
 * gets to the same end.
 */

/** One walk. */
export interface WalkPlan {
  readonly seed: number;
  /** Moves after the tree has formed. */
  readonly moves: number;
  /** Part of every value that is written: walks with other tags make other records, whose signatures nobody remembers. */
  readonly tag: string;
}

/** What came of a walk: equal for equal plans. */
export interface WalkEnd {
  /** Reactions of nodes, and messages lost. */
  readonly steps: number;
}

/** What a walk does next. */
export type WalkMove = 'elapse' | 'deliver' | 'lose' | 'put';

/** Longest single span of virtual time, milliseconds. */
export const ELAPSE_MS_MAX = 500;
/** Virtual time at the end of a walk: what is on its way arrives. */
export const LAST_MS = 2_000;
/** Different keys that are written. */
export const KEYS = 20;

/** Throws a die with that many sides: 0 to `sides - 1`. */
export type Dice = (sides: number) => number;

/** Marsaglia's xorshift32: small enough for both sides of the comparison. */
export function dice(seed: number): Dice {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

/** Mostly time passes; a sixth of the moves delivers out of order or loses; few write. */
export function drawMove(draw: Dice): WalkMove {
  const roll = draw(100);
  return roll < 80 ? 'elapse' : roll < 93 ? 'deliver' : roll < 96 ? 'lose' : 'put';
}

/** Plans with seeds that follow each other. */
export function plans(firstSeed: number, count: number, moves: number, tag: string): readonly WalkPlan[] {
  return Array.from({ length: count }, (_, index) => ({ seed: firstSeed + index, moves, tag }));
}
