/**
 * Distinct causes: what is told apart among the runs that break one property. A cause is the property, where it broke, and the
 * kinds of faults and attacks that it takes. That a kind is needed is found out by leaving it out.
 */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Violation } from './monitor.ts';
import type { Run } from './outcome.ts';
import { MAX_CAUSE_TRIES, MAX_CAUSES } from './bounds.ts';
import { execute } from './run.ts';

/** How a protocol tells the causes of its violations apart. */
export interface CauseRules<Command> {
  /** Where and how a property broke, in words that are the same for all runs in which it is the same. */
  where(violation: Violation): string;
  /** The kind of fault or attack that a move is; undefined for the ordinary course of things. */
  kindOf(move: Move<Command>): string | undefined;
  /** How much it takes to make moves of this kind: what takes more at the same place is no cause of its own. */
  effortOf(kind: string): number;
}

export interface ViolationCause {
  readonly property: string;
  /** `CauseRules.where` of the violation. */
  readonly where: string;
  /** The kinds of faults and attacks without which it does not break there, sorted. Empty: it takes none. */
  readonly kinds: readonly string[];
}

/** A run that broke something, as a campaign keeps it. */
export interface BrokenRun {
  /** Index of the run in the campaign. */
  readonly index: number;
  readonly scenario: unknown;
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
}

/** A cause, and the run in which it was first met, down to the kinds of moves that it takes. */
export interface FoundCause<C, S extends BaseScenario> {
  readonly cause: ViolationCause;
  readonly run: number;
  readonly scenario: S;
  readonly schedule: Schedule<C>;
  readonly violation: Violation;
  /** Other kinds of moves by which the same property breaks at the same place, all of which take more. */
  readonly alsoBy: readonly (readonly string[])[];
}

export interface CauseProgress {
  readonly runsDone: number;
  readonly runs: number;
  readonly found: number;
  readonly executions: number;
}

type AnyHarness<F, C, R, S extends BaseScenario> = Harness<F, C, R, S>;

/** One text for equal causes. */
export function causeText({ property, where, kinds }: ViolationCause): string {
  return `${property} | ${where} | ${kinds.join(' + ')}`;
}

/**
 * Whether a run breaks the property for this very cause: there, with all of these kinds of moves and no other, and not there any more when
 * the moves of any of these kinds are left out. The latter takes one execution per kind.
 * @throws RangeError if the harness does not tell causes apart
 */
export function causeTest<F, C, R, S extends BaseScenario>(
  harness: AnyHarness<F, C, R, S>,
  cause: ViolationCause,
): (run: Run<F, C, R, S>) => boolean {
  const rules = rulesOf(harness);
  const properties = harness.properties
    .filter(({ id, kind }) => kind === 'liveness' || id === cause.property)
    .map(({ id }) => id);
  const pairs = harness.pairs?.property === cause.property;
  const breaksThere = (run: Run<F, C, R, S>): boolean =>
    run.violations.some(
      (violation) => violation.property === cause.property && rules.where(violation) === cause.where,
    );
  return (run) => {
    if (!breaksThere(run)) return false;
    const moves = appliedOf(run);
    if (kindsOf(rules, moves).join() !== cause.kinds.join()) return false;
    return cause.kinds.every((kind) => {
      const without = moves.filter((move) => rules.kindOf(move) !== kind);
      const options = { stopAt: cause.property, properties, digest: false, pairs };
      return !breaksThere(execute(harness, run.scenario, without, options));
    });
  };
}

/** The kinds of faults and attacks among moves, sorted. */
export function kindsOf<C>(rules: CauseRules<C>, moves: Schedule<C>): readonly string[] {
  const kinds = moves.map((move) => rules.kindOf(move)).filter((kind) => kind !== undefined);
  return Array.from(new Set(kinds)).sort();
}

/** Moves that a run came to and that did something. */
function appliedOf<F, C, R, S extends BaseScenario>({ schedule, movesApplied, skipped }: Run<F, C, R, S>) {
  const idle = new Set(skipped);
  return schedule.filter((_, index) => index < movesApplied && !idle.has(index));
}

function rulesOf<F, C, R, S extends BaseScenario>(harness: AnyHarness<F, C, R, S>): CauseRules<C> {
  if (harness.causes === undefined)
    throw new RangeError(`${harness.subject.id} does not tell causes apart: its harness has no "causes"`);
  return harness.causes;
}

/**
 * Finds the distinct causes among runs that broke something, in their order: for everything that broke, what no fault at all brings about,
 * what single kinds of faults and attacks do, and, only where neither does, what several kinds do together. Where kinds of different
 * effort break the same property at the same place, those of the least are causes; the others are named with them.
 *
 * Each question (does this kind alone break it there?) is put to MAX_CAUSE_TRIES runs at most, and MAX_CAUSES causes are found at most.
 * @param isOver asked before each run; when it says so, what was found so far is returned
 * @throws RangeError if the harness does not tell causes apart
 */
export function* findCauses<F, C, R, S extends BaseScenario>(
  harness: AnyHarness<F, C, R, S>,
  runs: readonly BrokenRun[],
  isOver: () => boolean = () => false,
): Generator<CauseProgress, readonly FoundCause<C, S>[], undefined> {
  const search = new CauseSearch(harness);
  const total = 2 * runs.length;
  for (const [at, run] of runs.entries()) {
    if (isOver() || search.isFull) return search.causes();
    search.simple(run);
    yield { runsDone: at + 1, runs: total, found: search.found.length, executions: search.executions };
  }
  for (const [at, run] of runs.entries()) {
    if (isOver() || search.isFull) return search.causes();
    search.compound(run);
    const runsDone = runs.length + at + 1;
    yield { runsDone, runs: total, found: search.found.length, executions: search.executions };
  }
  return search.causes();
}

/** What a run breaks with some kinds of its moves only: violations by property and where. */
type Broken<C> = {
  readonly schedule: Schedule<C>;
  readonly violations: ReadonlyMap<string, Violation>;
};

class CauseSearch<F, C, R, S extends BaseScenario> {
  readonly found: Omit<FoundCause<C, S>, 'alsoBy'>[] = [];
  executions = 0;
  readonly #harness: AnyHarness<F, C, R, S>;
  readonly #rules: CauseRules<C>;
  readonly #known = new Set<string>();
  /** Places at which something is known to break, by whatever cause. */
  readonly #explained = new Set<string>();
  readonly #tries = new Map<string, number>();

  constructor(harness: AnyHarness<F, C, R, S>) {
    this.#harness = harness;
    this.#rules = rulesOf(harness);
  }

  get isFull(): boolean {
    return this.found.length >= MAX_CAUSES;
  }

  /** What was found, without what takes more than it need. */
  causes(): readonly FoundCause<C, S>[] {
    const effort = ({ kinds }: ViolationCause): number =>
      Math.max(...kinds.map((kind) => this.#rules.effortOf(kind)));
    return this.found.flatMap((one) => {
      const { kinds } = one.cause;
      const place = causeText({ ...one.cause, kinds: [] });
      const others = this.found
        .map(({ cause }) => cause)
        .filter((cause) => cause.kinds.length > 0 && causeText({ ...cause, kinds: [] }) === place);
      if (kinds.length === 0) return [{ ...one, alsoBy: [] }];
      const least = Math.min(...others.map(effort));
      if (effort(one.cause) > least) return [];
      return [
        { ...one, alsoBy: others.filter((cause) => effort(cause) > least).map((cause) => cause.kinds) },
      ];
    });
  }

  /** No fault at all, then single kinds. */
  simple(run: BrokenRun): void {
    const restricted = this.#restricting(run);
    const places = run.violations.map((violation) => this.#place(violation));
    // What breaks elsewhere on the way is taken as well.
    const withAll = (broken: Broken<C>) => Array.from(new Set([...places, ...broken.violations.keys()]));
    if (places.some((place) => this.#isOpen(place, [])))
      this.#take(run, restricted([]), withAll(restricted([])), []);
    for (const kind of kindsOf(this.#rules, run.schedule as Schedule<C>)) {
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
    const all = kindsOf(this.#rules, run.schedule as Schedule<C>);
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

  #place(violation: Violation): string {
    return causeText({ property: violation.property, where: this.#rules.where(violation), kinds: [] });
  }

  #isOpen(place: string, kinds: readonly string[]): boolean {
    const key = `${place}${kinds.join(' + ')}`;
    return !this.#known.has(key) && (this.#tries.get(key) ?? 0) < MAX_CAUSE_TRIES;
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
      this.found.push({
        cause: { property: violation.property, where: this.#rules.where(violation), kinds },
        run: run.index,
        scenario: run.scenario as S,
        schedule: broken.schedule,
        violation,
      });
    }
  }

  /** The run with the moves of some kinds only, and the ordinary ones. Each is executed once. */
  #restricting(run: BrokenRun): (kinds: readonly string[]) => Broken<C> {
    const cache = new Map<string, Broken<C>>();
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
