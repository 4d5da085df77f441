/**
 * How long each strategy takes to find each mutant. A **search** is the campaign that `psl-verify check` makes with one
 * strategy, on one mutant, from one seed, ended by the first run that breaks the property that the mutant was made for
 * (`breaks[0]`); what else it breaks before does not count as found. All properties are judged, as in `check`: what
 * another one finds ends a schedule, too.
 *
 * The searches of one strategy on one mutant, one a seed, go on side by side, a run each in turn. Once more than half of them have found
 * it the median is known, whatever the others would come to, and none goes on. If that is not so when each has made
 * `budget` runs, the median is beyond the budget.
 */
import { firstFind, GENERATION_RUNS, type FirstFind, type Strategy } from '../engine/index.ts';
import { campaignHarness } from '../properties/campaign-harness.ts';
import { MUTANT_PREFIX, MUTANTS } from '../properties/index.ts';

/** A strategy, and how long its schedules are. */
export interface Variant {
  readonly strategy: Strategy;
  /** Moves per schedule, at most. */
  readonly moves: number;
}

/** Searches of one variant on one mutant. */
export interface SearchCell extends Variant {
  readonly mutant: string;
  /** Seeds 1, 2, … */
  readonly seeds: number;
  /** Runs that a search makes, at most. */
  readonly budget: number;
}

/** What it took to find a mutant from one seed. */
export interface Find {
  /** Schedules up to the find, that one included. */
  readonly schedules: number;
  /** Steps of all of them: what the search cost, whatever the machine. */
  readonly steps: number;
}

/** What came of the searches of a cell. A function of the cell. */
export interface SearchRow extends SearchCell {
  /** The property that was looked for. */
  readonly property: string;
  /** By seed, from 1; null where there was no find when the median was known or the budget spent. */
  readonly finds: readonly (Find | null)[];
  /** Runs that the longest of the searches made. */
  readonly made: number;
}

/** Runs that a search makes, at most, unless the call says otherwise. */
export const SEARCH_RUNS = 100;
/** Seeds, unless the call says otherwise. */
export const SEARCH_SEEDS = 20;
/** What is compared, unless the call says otherwise. The first is the yardstick. */
export const SEARCH_VARIANTS: readonly Variant[] = [
  { strategy: 'swarm', moves: 50 },
  { strategy: 'uniform', moves: 50 },
  { strategy: 'pct', moves: 50 },
  { strategy: 'mixed', moves: 50 },
  { strategy: 'guided', moves: 50 },
];

/** The name of a variant: `pct-50`. */
export function nameOf({ strategy, moves }: Variant): string {
  return `${strategy}-${String(moves)}`;
}

/** Equal for equal cells. */
export function keyOf({ strategy, moves, mutant, seeds, budget }: SearchCell): string {
  return [strategy, moves, mutant, seeds, budget].join(' ');
}

/**
 * The property that a mutant was made for.
 * @throws RangeError if there is no such mutant
 */
export function propertyOf(mutant: string): string {
  const property = MUTANTS.find(({ id }) => id === mutant)?.breaks[0];
  if (property === undefined) throw new RangeError(`mutant: there is no ${mutant}`);
  return property;
}

/**
 * What comes of a cell, told by what came of another: searches by `guided` are searches by `swarm` until their first generation is
 * over. Undefined if that says nothing.
 */
export function impliedRow(cell: SearchCell, rows: readonly SearchRow[]): SearchRow | undefined {
  if (cell.strategy !== 'guided') return undefined;
  const key = keyOf({ ...cell, strategy: 'swarm' });
  const twin = rows.find((row) => keyOf(row) === key);
  return twin === undefined || twin.made > GENERATION_RUNS ? undefined : { ...twin, ...cell };
}

/** Finds after which the median is known. */
export function enoughOf(seeds: number): number {
  return Math.floor(seeds / 2) + 1;
}

/** Searches under way, in one thread. */
export class Searches {
  readonly #setups = new Map<string, ReturnType<typeof campaignHarness>>();
  readonly #running = new Map<string, Generator<FirstFind>>();

  /** Makes one more run of a search. @returns what came of the search so far */
  advance(cell: SearchCell, seed: number): FirstFind {
    const key = `${keyOf(cell)} ${String(seed)}`;
    let running = this.#running.get(key);
    if (running === undefined) {
      const how = { seed, runs: cell.budget, property: propertyOf(cell.mutant) };
      running = firstFind(this.#setup(cell), how);
      this.#running.set(key, running);
    }
    const next = running.next();
    if (next.done === true) throw new RangeError(`${key}: the search is over`);
    return next.value;
  }

  #setup({ strategy, moves, mutant }: SearchCell): ReturnType<typeof campaignHarness> {
    const key = `${nameOf({ strategy, moves })} ${mutant}`;
    let setup = this.#setups.get(key);
    if (setup === undefined) {
      setup = campaignHarness({ subject: `${MUTANT_PREFIX}${mutant}`, strategy, moves });
      this.#setups.set(key, setup);
    }
    return setup;
  }
}
