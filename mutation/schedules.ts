/** The runs that judge a mutant: fixed seeds, drawn as `check` draws them, counted and never timed. */

/** One run. */
export interface Schedule {
  /** `subject-moves-run`. */
  readonly id: string;
  readonly subject: 'reference' | 'model';
  /** Index of the run in a campaign with DEFAULT_SEED: fixes scenario and moves. */
  readonly run: number;
  /** Moves at most. */
  readonly moves: number;
  /** Executed again from its schedule, with and without the outsider's moves (`non-interference`). */
  readonly isPaired: boolean;
}

/** Moves of short runs: what breaks at once breaks here. */
const SHORT_MOVES = 10;
/** Moves of long runs: as many as `check` makes. */
const LONG_MOVES = 50;

/**
 * Of the first 240 runs, those that cheaply add most to what the others reach: transitions, rejections, kinds of
 * reactions, full buffers. Chosen on the unmutated code, fewest steps first.
 */
const SHORT_RUNS = [199, 151, 200, 186, 194, 196, 178, 118];
const LONG_RUNS = [
  208, 34, 129, 200, 111, 90, 112, 152, 117, 116, 144, 230, 184, 85, 206, 214, 95, 221, 143, 96,
];
/** The statecharts are judged by the conformance of the reference, too; of themselves, these are enough. */
const MODEL_RUNS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Every how many runs of the reference one is paired. */
const PAIRED_EVERY = 3;

function schedules(
  subject: Schedule['subject'],
  moves: number,
  runs: readonly number[],
): readonly Schedule[] {
  return runs.map((run, at) => ({
    id: `${subject}-${moves}-${run}`,
    subject,
    run,
    moves,
    isPaired: subject === 'reference' && at % PAIRED_EVERY === PAIRED_EVERY - 1,
  }));
}

/** All runs, in the order in which a mutant meets them. */
export const SCHEDULES: readonly Schedule[] = [
  ...schedules('reference', SHORT_MOVES, SHORT_RUNS),
  ...schedules('reference', LONG_MOVES, LONG_RUNS),
  ...schedules('model', LONG_MOVES, MODEL_RUNS),
];
