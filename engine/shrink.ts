import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import { MAX_SHRINK_EXECUTIONS } from './bounds.ts';

export interface Shrunk<C> {
  readonly schedule: Schedule<C>;
  readonly executions: number;
  /** Whether it was confirmed that no single move can be left out. */
  readonly oneMinimal: boolean;
}

export interface ShrinkProgress {
  readonly moves: number;
  readonly executions: number;
}

/** Makes the schedule of a violating run smaller, as long as it violates the same property. */
export function shrink<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  run: Run<F, C, R, S>,
  property: string,
  executionsMax: number = MAX_SHRINK_EXECUTIONS,
  onProgress?: (progress: ShrinkProgress) => void,
): Shrunk<C> {
  throw new Error('soon');
}
