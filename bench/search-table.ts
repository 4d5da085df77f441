/** What a comparison of strategies says: medians per mutant, and what they come to. */
import { nameOf, type Find, type SearchRow, type Variant } from './search.ts';
import type { BenchRow } from './suite.ts';

/** Medians of the searches of one variant on one mutant. */
export interface Median {
  /** Schedules up to the find; undefined if that is more than `made`. */
  readonly schedules: number | undefined;
  /** Steps up to the find; undefined where `schedules` is. */
  readonly steps: number | undefined;
  /** Runs that the longest of the searches made: the budget, unless the median was known before, or was interrupted. */
  readonly made: number;
}

/** All searches of one variant. A median that is not known counts as the runs that were made. */
export interface SearchTotal {
  readonly variant: Variant;
  readonly mutants: number;
  /** Sum of the medians, and their geometric mean. */
  readonly schedules: number;
  readonly schedulesGeometricMean: number;
  /** The same in thousands of steps. */
  readonly kiloSteps: number;
  readonly kiloStepsGeometricMean: number;
  /** Mutants whose median is not known. */
  readonly beyond: number;
}

/** A row of `bench search --json`: the median in schedules beside that of the first variant. */
export interface SearchBenchRow extends BenchRow {
  readonly seeds: number;
  /** Whether `value` is only a lower bound. */
  readonly beyond: boolean;
  /** Median of the steps. */
  readonly steps: number | null;
}

/** A comparison of strategies. */
export class SearchTable {
  readonly variants: readonly Variant[];
  /** Those that each variant was searched with. */
  readonly mutants: readonly string[];
  readonly #rows: ReadonlyMap<string, SearchRow>;

  constructor(rows: readonly SearchRow[], variants: readonly Variant[], mutants: readonly string[]) {
    this.#rows = new Map(rows.map((row) => [`${nameOf(row)} ${row.mutant}`, row]));
    this.variants = variants.filter((variant) => rows.some((row) => nameOf(row) === nameOf(variant)));
    this.mutants = mutants.filter((mutant) =>
      this.variants.every((variant) => this.#row(mutant, variant) !== undefined),
    );
  }

  median(mutant: string, variant: Variant): Median {
    const { finds = [], made = 0 } = this.#row(mutant, variant) ?? {};
    const schedules = medianOf(finds, (find) => find.schedules);
    return { schedules, steps: medianOf(finds, (find) => find.steps), made };
  }

  total(variant: Variant): SearchTotal {
    const medians = this.mutants.map((mutant) => this.median(mutant, variant));
    const schedules = medians.map((median) => median.schedules ?? median.made);
    const known = medians.flatMap((median) =>
      median.steps === undefined || median.schedules === undefined ? [] : [median],
    );
    const stepsEach =
      sum(known.map(({ steps = 0 }) => steps)) / Math.max(1, sum(known.map((m) => m.schedules ?? 0)));
    const kiloSteps = medians.map(({ steps, made }) => (steps ?? made * stepsEach) / 1000);
    return {
      variant,
      mutants: medians.length,
      schedules: sum(schedules),
      schedulesGeometricMean: geometricMean(schedules),
      kiloSteps: sum(kiloSteps),
      kiloStepsGeometricMean: geometricMean(kiloSteps),
      beyond: medians.length - known.length,
    };
  }

  /** Rows for `--json`, one per mutant and variant. */
  get benchRows(): readonly SearchBenchRow[] {
    const [first] = this.variants;
    if (first === undefined) return [];
    return this.mutants.flatMap((mutant) => {
      const { schedules, made } = this.median(mutant, first);
      const yardstick = schedules ?? made;
      return this.variants.map((variant) => {
        const median = this.median(mutant, variant);
        const value = median.schedules ?? median.made;
        return {
          id: `search/${mutant}/${nameOf(variant)}`,
          value,
          unit: 'schedules',
          yardstick,
          ratio: value / yardstick,
          seeds: this.#row(mutant, variant)?.seeds ?? 0,
          beyond: median.schedules === undefined,
          steps: median.steps ?? null,
        };
      });
    });
  }

  #row(mutant: string, variant: Variant): SearchRow | undefined {
    return this.#rows.get(`${nameOf(variant)} ${mutant}`);
  }
}

/** A median as text: `3.5`, `>150`. */
export function medianText({ schedules, made }: Median): string {
  return schedules === undefined ? `>${String(made)}` : String(schedules);
}

/** Undefined if less than half of the searches found something. */
function medianOf(finds: readonly (Find | null)[], value: (find: Find) => number): number | undefined {
  const values = finds.map((find) => (find === null ? Infinity : value(find))).sort((a, b) => a - b);
  const upper = values[values.length >> 1];
  const lower = values[(values.length - 1) >> 1];
  if (upper === undefined || lower === undefined || upper === Infinity) return undefined;
  return (lower + upper) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(sum(values.map((value) => Math.log(value))) / Math.max(1, values.length));
}
