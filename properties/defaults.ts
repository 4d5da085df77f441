/** Runs of a search, unless the call says otherwise: about a minute on two cores. */
export const DEFAULT_RUNS = 500;
/** Seed of a search, unless the call says otherwise. */
export const DEFAULT_SEED = 1;

/** Runs of a search of a subject that breaks in most of them: each that does is taken apart, which takes several times as long. */
export const DEFAULT_RUNS_GIVEN_TO_BREAK = 400;
