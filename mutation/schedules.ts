/** The runs that judge a mutant: fixed seeds, drawn as `check` draws them, counted and never timed. */
import type { Capability } from '../engine/index.ts';

/** One run. */
export interface Schedule {
  /** `subject-moves-run`. */
  readonly id: string;
  readonly subject: 'reference' | 'model';
  /** Index of the run in a campaign with DEFAULT_SEED: fixes scenario and moves. */
  readonly run: number;
  /** Moves at most. */
  readonly moves: number;
  /** What the environment may do. Default: everything. */
  readonly capabilities?: readonly Capability[];
  /** Executed again from its schedule, with and without the outsider's moves (`non-interference`). */
  readonly isPaired: boolean;
}

/** Moves of short runs: what breaks at once breaks here. */
const SHORT_MOVES = 10;
/** Moves of long runs: as many as `check` makes. */
const LONG_MOVES = 50;

/** Moves of runs in which the adversary has the word: nothing else disturbs, so that it meets nodes that wait for something. */
const ATTACKED_MOVES = 60;

/** How many of each. */
const SHORT_RUNS = 6;
const ATTACKED_RUNS = 8;
const LONG_RUNS = 16;
/** The statecharts are judged by the conformance of the reference, too; of themselves, these are enough. */
const MODEL_RUNS = 6;

/** Every how many runs of the reference one is paired. */
const PAIRED_EVERY = 3;

function schedules(
  subject: Schedule['subject'],
  moves: number,
  runs: number,
  capabilities?: readonly Capability[],
): readonly Schedule[] {
  return Array.from({ length: runs }, (_, run) => ({
    id: `${subject}-${moves}-${run}`,
    subject,
    run,
    moves,
    isPaired: subject === 'reference' && run % PAIRED_EVERY === PAIRED_EVERY - 1,
    ...(capabilities === undefined ? {} : { capabilities }),
  }));
}

/** All runs, in the order in which a mutant meets them. */
export const SCHEDULES: readonly Schedule[] = [
  ...schedules('reference', SHORT_MOVES, SHORT_RUNS),
  ...schedules('reference', ATTACKED_MOVES, ATTACKED_RUNS, ['outsider']),
  ...schedules('reference', LONG_MOVES, LONG_RUNS),
  ...schedules('model', LONG_MOVES, MODEL_RUNS),
];
