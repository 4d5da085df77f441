/**
 * Shrinking: the smallest schedule that one can find that still breaks the same property. First what could not have
 * influenced the violation goes, then capabilities, chunks and single moves (delta debugging, Zeller 2002), then the
 * system gets smaller and the words plainer, until no single move can be left out. At last, short schedules are made anew:
 * leaving out leads to a local minimum, and small ones are quickly searched. `shrinker.ts` does it.
 */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import type { ViolationCause } from './causes.ts';
import { Shrinker } from './shrinker.ts';

export interface Shrunk<C, S extends BaseScenario> {
  readonly schedule: Schedule<C>;
  /** The scenario, which may have become smaller. */
  readonly scenario: S;
  readonly executions: number;
  /** Whether it was confirmed that no single move can be left out. */
  readonly oneMinimal: boolean;
}

/** What shrinking needs of a run. */
export type ShrinkableRun<F, C, R, S extends BaseScenario> = Pick<Run<F, C, R, S>, 'scenario' | 'schedule'>;

/** What shrinking does at the moment. */
export type ShrinkPhase =
  | 'confirming'
  | 'causal past'
  | 'capabilities'
  | 'moves'
  | 'scenario'
  | 'values'
  | 'pairs of moves'
  | 'short schedules'
  | 'short walks';

export interface ShrinkProgress {
  readonly phase: ShrinkPhase;
  /** Moves that are left. */
  readonly moves: number;
  readonly executions: number;
}

export interface ShrinkOptions {
  /** @default MAX_SHRINK_EXECUTIONS */
  readonly executionsMax?: number;
  /** Asked before each execution but the first: once it says so, shrinking ends with the best so far. */
  readonly isOver?: () => boolean;
  /** Keeps to runs that break the property for this cause. @default whatever breaks it */
  readonly cause?: ViolationCause;
  readonly onProgress?: (progress: ShrinkProgress) => void;
}

/**
 * Makes the schedule and the scenario of a violating run smaller, as long as the same property is violated.
 * @throws RangeError if the run does not violate the property (again)
 */
export function shrink<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  run: ShrinkableRun<F, C, R, S>,
  property: string,
  options: ShrinkOptions = {},
): Shrunk<C, S> {
  const steps = shrinking(harness, run, property, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    options.onProgress?.(value);
  }
}

/** The same, one execution at a time: who has a terminal to watch can look up in between. */
export function shrinking<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  run: ShrinkableRun<F, C, R, S>,
  property: string,
  options: ShrinkOptions = {},
): Generator<ShrinkProgress, Shrunk<C, S>, undefined> {
  return new Shrinker(harness, run, property, options).shrink();
}
