/** Benchmarks: what a suite measures, and beside which yardstick. `psl-verify bench` runs them all. */

/** One measurement. */
export interface BenchRow {
  /** `suite/what`, kebab-case. */
  readonly id: string;
  readonly value: number;
  /** `steps/s`, `schedules/s`, `percent`, … */
  readonly unit: string;
  /** The same, done by other means, measured in the same process; null where there is none. */
  readonly yardstick: number | null;
  /** `value / yardstick`. */
  readonly ratio: number | null;
}

/** What a suite is given. */
export interface BenchContext {
  /** Monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** How much work to do: in proportion, about that many milliseconds for the greatest measurement. Equal budgets, equal work. */
  readonly budgetMs: number;
}

/** A group of measurements that share their preparation. */
export interface BenchSuite {
  readonly name: string;
  readonly title: string;
  run(context: BenchContext): readonly BenchRow[] | Promise<readonly BenchRow[]>;
}

/** Makes a row, its ratio included. */
export function row(id: string, value: number, unit: string, yardstick?: number): BenchRow {
  const ratio = yardstick === undefined || yardstick === 0 ? null : value / yardstick;
  return { id, value, unit, yardstick: yardstick ?? null, ratio };
}
