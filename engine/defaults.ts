/** The strategies by name, and what a search is unless the call says otherwise. */

/** How moves are chosen. What each is good for, and the figures: docs/search.md. */
export type Strategy = 'uniform' | 'swarm' | 'pct' | 'mixed' | 'guided';

/** All strategies, and what they do. */
export const STRATEGY_TITLES: Readonly<Record<Strategy, string>> = {
  swarm: 'each run switches some kinds of faults off, weighs the others anew, and may come in bursts',
  uniform: 'every kind of move that is granted, all the time, with fixed weights',
  pct: 'priorities of links decide what arrives first, and at a few points something falls behind',
  mixed: 'each run is one of uniform or one of swarm',
  guided: 'variations of schedules that reached something new, among runs of swarm',
};

/** Ids of the strategies. */
export const STRATEGIES = Object.keys(STRATEGY_TITLES) as readonly Strategy[];

/** The strategy of a search: near the one that finds most mutants soonest, and reaches every situation (docs/search.md). */
export const DEFAULT_STRATEGY: Strategy = 'mixed';

/** Moves per schedule, at most. */
export const DEFAULT_MOVES = 50;
