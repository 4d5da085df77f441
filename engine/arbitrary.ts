import * as fc from 'fast-check';
import type { BaseScenario } from './subject.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import type { ExecuteOptions } from './run.ts';
import type { StrategyOptions } from './strategy.ts';

export interface RunsOptions<S extends BaseScenario> {
  /** The scenario of all runs, or where they come from. */
  readonly scenario: S | fc.Arbitrary<S>;
  readonly strategy?: StrategyOptions;
  readonly execute?: ExecuteOptions;
}

/** Runs of a subject as a fast-check arbitrary. */
export function runs<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  options: RunsOptions<S>,
): fc.Arbitrary<Run<F, C, R, S>> {
  throw new Error('soon');
}

/** Throws a readable error if the run violates anything. */
export function holds<F, C, R, S extends BaseScenario>(run: Run<F, C, R, S>): void {
  throw new Error('soon');
}
