/** Runs of a search, unless the call says otherwise: about a minute on two cores. */
export const DEFAULT_RUNS = 500;
/** Seed of a search, unless the call says otherwise. */
export const DEFAULT_SEED = 1;
