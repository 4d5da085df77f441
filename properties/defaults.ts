/** Runs of a search, unless the call says otherwise: about a minute on two cores. */
export const DEFAULT_RUNS = 500;
/** Seed of a search, unless the call says otherwise. */
export const DEFAULT_SEED = 1;

/** Runs of a search of a subject whose causes are told apart: most of them by chance, the others probes of what those found. */
export const DEFAULT_RUNS_GIVEN_TO_BREAK = 2000;
