/** The search for the distinct causes of what runs broke: which kinds of moves it takes is found out by leaving kinds out. */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Violation } from './monitor.ts';
import { MAX_CAUSE_TRIES, MAX_CAUSES } from './bounds.ts';
import {
  appliedOf,
  causeText,
  kindsOf,
  leastEfforts,
  placeText,
  rulesOf,
  type BrokenRun,
  type CauseRules,
  type FoundCause,
} from './causes.ts';
import { execute } from './run.ts';

export interface CauseProgress {
  readonly runsDone: number;
  readonly runs: number;
  readonly found: number;
  readonly executions: number;
}

export interface FindCausesOptions<C, S extends BaseScenario> {
  /** What was found before: not looked for again, and neither is what takes more at the same place. @default nothing */
  readonly known?: readonly FoundCause<C, S>[];
  /** Asked before each run; when it says so, what was found so far is returned. @default never */
  readonly isOver?: () => boolean;
}

/**
 * Finds causes among runs that broke something, those with the fewest kinds of moves first: for everything that broke, what no fault at all brings about,
 * what single kinds of faults and attacks do, and, only where neither does, what several kinds do together. Causes that were known are not
 * among those that are returned. Which of them count, `distinctCauses` says.
 *
 * Each question (does this kind alone break it there?) is put to MAX_CAUSE_TRIES runs at most, and MAX_CAUSES causes are found at most.
 * @throws RangeError if the harness does not tell causes apart
 */
export function* findCauses<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  runs: readonly BrokenRun[],
  { known = [], isOver = () => false }: FindCausesOptions<C, S> = {},
): Generator<CauseProgress, readonly FoundCause<C, S>[], undefined> {
  const search = new CauseSearch(harness, known);
  const total = 2 * runs.length;
  // Where one kind alone broke it, there is less to be found out, and to be left out.
  const hasFew = (run: BrokenRun): boolean => search.kindsIn(run).length <= 1;
  const simplestFirst = [...runs.filter(hasFew), ...runs.filter((run) => !hasFew(run))];
  for (const [at, run] of simplestFirst.entries()) {
    if (isOver() || search.isFull) return search.found;
    search.simple(run);
    yield { runsDone: at + 1, runs: total, found: search.found.length, executions: search.executions };
  }
  for (const [at, run] of simplestFirst.entries()) {
    if (isOver() || search.isFull) return search.found;
    search.compound(run);
    const runsDone = runs.length + at + 1;
    yield { runsDone, runs: total, found: search.found.length, executions: search.executions };
  }
  return search.found;
}

/** What a run breaks with some kinds of its moves only: violations by property and where. */
type Broken<C> = {
  readonly schedule: Schedule<C>;
  readonly violations: ReadonlyMap<string, Violation>;
};

class CauseSearch<F, C, R, S extends BaseScenario> {
  readonly found: FoundCause<C, S>[] = [];
  executions = 0;
  readonly #harness: Harness<F, C, R, S>;
  readonly #rules: CauseRules<C>;
  readonly #before: number;
  readonly #known = new Set<string>();
  /** Places at which something is known to break, by whatever cause. */
  readonly #explained = new Set<string>();
  /** What it takes at least to break something at a place, as far as it is known: what takes more is not asked. */
  readonly #efforts: Map<string, number>;
  readonly #tries = new Map<string, number>();

  constructor(harness: Harness<F, C, R, S>, known: readonly FoundCause<C, S>[]) {
    this.#harness = harness;
    this.#rules = rulesOf(harness);
    this.#before = known.length;
    const causes = known.map(({ cause }) => cause);
    this.#efforts = new Map(leastEfforts(this.#rules, causes));
    for (const cause of causes) {
      this.#known.add(causeText(cause));
      this.#explained.add(placeText(cause));
    }
  }

  get isFull(): boolean {
    return this.#before + this.found.length >= MAX_CAUSES;
  }

  kindsIn(run: BrokenRun): readonly string[] {
    return kindsOf(this.#rules, run.schedule as Schedule<C>);
  }

  /** No fault at all, then single kinds. */
  simple(run: BrokenRun): void {
    const restricted = this.#restricting(run);
    const kinds = this.kindsIn(run);
    const places = run.violations.map((violation) => this.#place(violation));
    // What breaks elsewhere on the way is taken as well.
    const withAll = (broken: Broken<C>) => Array.from(new Set([...places, ...broken.violations.keys()]));
    if (places.some((place) => this.#isOpen(place, [])))
      this.#take(run, restricted([]), withAll(restricted([])), []);
    // The easiest first: what takes more is then not asked any more.
    for (const kind of kinds.toSorted((a, b) => this.#rules.effortOf(a) - this.#rules.effortOf(b))) {
      if (!places.some((place) => this.#isOpen(place, [kind]))) continue;
      const alone = restricted([kind]);
      // What breaks without any fault, too, does not take this one.
      const without = alone.violations.size === 0 ? undefined : restricted([]);
      const needed = withAll(alone).filter((place) => without?.violations.has(place) !== true);
      this.#take(run, alone, needed, [kind]);
    }
  }

  /** Several kinds together, where nothing simpler is known. */
  compound(run: BrokenRun): void {
    const all = this.kindsIn(run);
    const restricted = this.#restricting(run);
    for (const violation of run.violations) {
      const place = this.#place(violation);
      if (this.#explained.has(place) || !this.#isOpen(place, ['*'])) continue;
      this.#count(place, ['*']);
      let kinds = all;
      if (!restricted(kinds).violations.has(place)) continue;
      for (const kind of all) {
        const fewer = kinds.filter((one) => one !== kind);
        if (restricted(fewer).violations.has(place)) kinds = fewer;
      }
      this.#take(run, restricted(kinds), [place], kinds);
    }
  }

  #place({ property, ...violation }: Violation): string {
    return placeText({ property, where: this.#rules.where({ property, ...violation }) });
  }

  #isOpen(place: string, kinds: readonly string[]): boolean {
    const key = `${place}${kinds.join(' + ')}`;
    const isDear = kinds.some((kind) => this.#rules.effortOf(kind) > (this.#efforts.get(place) ?? Infinity));
    return !isDear && !this.#known.has(key) && (this.#tries.get(key) ?? 0) < MAX_CAUSE_TRIES;
  }

  #count(place: string, kinds: readonly string[]): void {
    const key = `${place}${kinds.join(' + ')}`;
    this.#tries.set(key, (this.#tries.get(key) ?? 0) + 1);
  }

  /** Takes down which of the places broke. */
  #take(run: BrokenRun, broken: Broken<C>, places: readonly string[], kinds: readonly string[]): void {
    for (const place of places) {
      const violation = broken.violations.get(place);
      if (!this.#isOpen(place, kinds)) continue;
      if (violation === undefined) {
        this.#count(place, kinds);
        continue;
      }
      if (this.isFull) return;
      this.#known.add(`${place}${kinds.join(' + ')}`);
      this.#explained.add(place);
      const cause = { property: violation.property, where: this.#rules.where(violation), kinds };
      for (const [key, effort] of leastEfforts(this.#rules, [cause]))
        this.#efforts.set(key, Math.min(effort, this.#efforts.get(key) ?? Infinity));
      this.found.push({
        cause,
        run: run.index,
        scenario: run.scenario as S,
        schedule: broken.schedule,
        violation,
      });
    }
  }

  /** The run with the moves of some kinds only, and the ordinary ones. Each is executed once; with all of them it is the run itself. */
  #restricting(run: BrokenRun): (kinds: readonly string[]) => Broken<C> {
    const violations = new Map(run.violations.map((violation) => [this.#place(violation), violation]));
    const itself: Broken<C> = { schedule: run.schedule as Schedule<C>, violations };
    const cache = new Map([[this.kindsIn(run).join(' + '), itself]]);
    const { pairs } = this.#harness;
    const isPaired = run.violations.some(({ property }) => property === pairs?.property);
    return (kinds) => {
      const key = kinds.join(' + ');
      let broken = cache.get(key);
      if (broken === undefined) cache.set(key, (broken = this.#execute(run, kinds, isPaired)));
      return broken;
    };
  }

  #execute(run: BrokenRun, kinds: readonly string[], isPaired: boolean): Broken<C> {
    this.executions += 1;
    // The campaign hands both through without looking into them; it got them from this harness.
    const moves = (run.schedule as Schedule<C>).filter((move) => {
      const kind = this.#rules.kindOf(move);
      return kind === undefined || kinds.includes(kind);
    });
    const options = { retarget: true, digest: false, pairs: isPaired };
    const made = execute(this.#harness, run.scenario as S, moves, options);
    const isWhole = kindsOf(this.#rules, appliedOf(made)).join() === kinds.join();
    return {
      schedule: appliedOf(made),
      // Where some kind came to nothing, it is another question.
      violations: new Map(
        isWhole ? made.violations.map((violation) => [this.#place(violation), violation]) : [],
      ),
    };
  }
}
