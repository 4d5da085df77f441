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

/** Moves of runs in which the insider has the word: nothing else disturbs, so that it meets nodes that wait for something. */
const INSIDER_MOVES = 60;

/** Which runs: small systems first, and of the long ones those in which bounds are tight or scarce, and links slow, before others. */
const SHORT_RUNS = [0, 1, 2, 3];
const INSIDER_RUNS = [1, 2, 6, 8, 9, 10, 12];
const LONG_RUNS = [5, 8, 20, 32, 21, 3, 0, 1];
/** The statecharts are judged by the conformance of the reference, too; of themselves, these are enough. */
const MODEL_RUNS = [0, 5, 8];

/** Every how many runs of the reference one is paired. */
const PAIRED_EVERY = 3;

function schedules(
  subject: Schedule['subject'],
  moves: number,
  runs: readonly number[],
  capabilities?: readonly Capability[],
): readonly Schedule[] {
  return runs.map((run, at) => ({
    id: `${subject}-${moves}-${run}`,
    subject,
    run,
    moves,
    isPaired: subject === 'reference' && at % PAIRED_EVERY === PAIRED_EVERY - 1,
    ...(capabilities === undefined ? {} : { capabilities }),
  }));
}

/** All runs, in the order in which a mutant meets them. */
export const SCHEDULES: readonly Schedule[] = [
  ...schedules('reference', SHORT_MOVES, SHORT_RUNS),
  ...schedules('reference', INSIDER_MOVES, INSIDER_RUNS, ['insider']),
  ...schedules('reference', LONG_MOVES, LONG_RUNS),
  ...schedules('model', LONG_MOVES, MODEL_RUNS),
];
