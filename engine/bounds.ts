/** Every bound of the engine, by name. Reaching one is reported, never waited out. */

/** Outputs of one reaction. A reaction that emits more is cut off (`overrun`), and the run goes on. */
export const MAX_OUTPUTS_PER_REACTION = 4_096;

/** Messages in flight at a time. A run that exceeds it ends as an `overload`. */
export const MAX_IN_FLIGHT = 50_000;

/** Steps of one run, settling included. A run that exceeds it ends as an `overload`. */
export const MAX_STEPS = 250_000;

/** Messages that `WorldView.seen` still knows. */
export const MAX_SEEN_FLIGHTS = 512;

/** Into how many slices settling is cut: liveness monitors are asked after each. */
export const SETTLE_SLICES = 32;

/** Executions that shrinking one counterexample may take. */
export const MAX_SHRINK_EXECUTIONS = 5_000;

/** Moves of a schedule, at most, for which shrinking tries to leave out two at a time. */
export const MAX_PAIRWISE_MOVES = 12;

/** Schedules of a single move that shrinking tries, each time that nothing else leads on. */
export const MAX_LONE_MOVES = 100;

/** The same, once, while many moves are left that chunks do not take away. */
export const EARLY_LONE_MOVES = 40;

/** Schedules with one move in place of two that shrinking tries, each time that nothing else leads on. */
export const MAX_REPLACEMENTS = 80;

/** Short schedules that shrinking makes at random, each time that nothing else leads on. */
export const SHORT_WALKS = 120;

/** The same, once, while many moves are left that chunks do not take away. */
export const EARLY_SHORT_WALKS = 80;

/** Short schedules at random, at most, for each move that the schedule still has: there are fewer different short ones than long ones. */
export const SHORT_WALKS_PER_MOVE = 20;

/** Every how many runs of a campaign one is executed again from its schedule, and the digests compared. */
export const RECHECK_EVERY = 16;

/** Runs that a campaign hands to a worker at a time. */
export const RUNS_PER_CHUNK = 8;

/** Violating runs that a campaign keeps per property, first ones by index. */
export const MAX_KEPT_PER_PROPERTY = 3;

/** Violating runs that a campaign keeps whole, if it is asked to: first ones by index. */
export const MAX_KEPT_RUNS = 2_000;

/** Distinct causes that are found among the runs of a campaign. */
export const MAX_CAUSES = 256;

/** Runs that are asked whether a kind of fault alone breaks a property at one place. */
export const MAX_CAUSE_TRIES = 6;

/** Known schedules, the shortest ones, that answers to one probe are made from. */
export const MAX_PROBE_BASES = 4;

/** Greatest depth that `pct` draws by itself: it lets something fall behind one time less. */
export const MAX_PCT_DEPTH = 4;

/** Faults of a schedule of `pct`, in percent of its moves; remedies are not counted. */
export const MAX_PCT_FAULTS_PERCENT = 50;

/** Runs of a guided campaign that are derived from the same corpus: what they reach, the next generation builds on. */
export const GENERATION_RUNS = 32;

/** Schedules that the corpus of a guided campaign holds, at most; later finds are not taken in. */
export const MAX_CORPUS = 512;

/** Changes that are made, at most, to derive one schedule from another. */
export const MAX_MUTATIONS = 3;
