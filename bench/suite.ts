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
  /** About how long one measurement may take. */
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

/**
 * How often `work` gets done in a second: repeated for the whole budget after a tenth of it to warm up. `work` returns how many units
 * it did, at least one.
 */
export function ratePerSecond({ nowMs, budgetMs }: BenchContext, work: () => number): number {
  const warmUntilMs = nowMs() + budgetMs / 10;
  while (nowMs() < warmUntilMs) work();
  const startedMs = nowMs();
  let units = 0;
  let elapsedMs = 0;
  do {
    units += work();
    elapsedMs = nowMs() - startedMs;
  } while (elapsedMs < budgetMs);
  return (units * 1000) / elapsedMs;
}
