import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness, Random } from './harness.ts';
import type { Run } from './outcome.ts';
import type { StrategyOptions } from './strategy.ts';

/** How a run is executed and judged. */
export interface ExecuteOptions {
  /** Ids of the properties to monitor. @default all of the harness */
  readonly properties?: readonly string[];
  /** Ends the run as soon as this property is violated. @default never */
  readonly stopAt?: string;
  /** Keeps the trace in `Run.trace`. @default false */
  readonly keepTrace?: boolean;
  /** Evaluates `harness.pairs`, too (runs twice). @default false */
  readonly pairs?: boolean;
  /** Computes `Run.digest`. @default true */
  readonly digest?: boolean;
  /** @default MAX_STEPS */
  readonly stepsMax?: number;
}

/** Runs a schedule: prologue, moves, settling. Never throws for what the subject does. */
export function execute<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  schedule: Schedule<C>,
  options: ExecuteOptions = {},
): Run<F, C, R, S> {
  throw new Error('soon');
}

/** Generates a schedule online, move by move, and runs it: each move is possible when it is chosen. */
export function walk<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  random: Random,
  strategy: StrategyOptions = {},
  options: ExecuteOptions = {},
): Run<F, C, R, S> {
  throw new Error('soon');
}
