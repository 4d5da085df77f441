/**
 * Distinct causes: what is told apart among the runs that break one property. A cause is the property, where it broke, and the
 * kinds of faults and attacks that it takes. That a kind is needed is found out by leaving it out.
 */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Violation } from './monitor.ts';
import type { Run } from './outcome.ts';
import type { Choice } from './proposer.ts';
import { execute } from './run.ts';

/** A kind of faults or attacks, and the choices of a generator among which its moves are. */
export interface KindOfMoves {
  readonly id: string;
  readonly choices: readonly Choice[];
}

/** How a protocol tells the causes of its violations apart. */
export interface CauseRules<Command> {
  /** All kinds of faults and attacks. */
  readonly kinds: readonly KindOfMoves[];
  /** Where and how a property broke, in words that are the same for all runs in which it is the same. */
  where(violation: Violation): string;
  /** The kind of fault or attack that a move is, one of `kinds`; undefined for the ordinary course of things. */
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
}

/** One of the causes that count: nothing that takes less breaks the property there. */
export interface DistinctCause<C, S extends BaseScenario> extends FoundCause<C, S> {
  /** Other kinds of moves by which the same property breaks at the same place, all of which take more. */
  readonly alsoBy: readonly (readonly string[])[];
}

type AnyHarness<F, C, R, S extends BaseScenario> = Harness<F, C, R, S>;

/** One text for equal causes. */
export function causeText({ property, where, kinds }: ViolationCause): string {
  return `${property} | ${where} | ${kinds.join(' + ')}`;
}

/** Where a cause breaks what: one text for all causes of one place. */
export function placeText({ property, where }: Pick<ViolationCause, 'property' | 'where'>): string {
  return causeText({ property, where, kinds: [] });
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
export function appliedOf<F, C, R, S extends BaseScenario>({
  schedule,
  movesApplied,
  skipped,
}: Run<F, C, R, S>) {
  const idle = new Set(skipped);
  return schedule.filter((_, index) => index < movesApplied && !idle.has(index));
}

/** @throws RangeError if the harness does not tell causes apart */
export function rulesOf<F, C, R, S extends BaseScenario>(harness: AnyHarness<F, C, R, S>): CauseRules<C> {
  if (harness.causes === undefined)
    throw new RangeError(`${harness.subject.id} does not tell causes apart: its harness has no "causes"`);
  return harness.causes;
}

/** What it takes at least to break something at a place, by `placeText`; without places that take no fault at all. */
export function leastEfforts<C>(
  rules: CauseRules<C>,
  causes: readonly ViolationCause[],
): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const cause of causes) {
    if (cause.kinds.length === 0) continue;
    const place = placeText(cause);
    least.set(place, Math.min(least.get(place) ?? Infinity, effortOfAll(rules, cause)));
  }
  return least;
}

function effortOfAll<C>(rules: CauseRules<C>, { kinds }: ViolationCause): number {
  return Math.max(...kinds.map((kind) => rules.effortOf(kind)));
}

/**
 * Those of the causes that count. Where kinds of different effort break the same property at the same place, those of the least do, and the others
 * are named with them; several kinds together do not where one of them, some of them or no fault at all does the same.
 */
export function distinctCauses<C, Found extends { readonly cause: ViolationCause }>(
  rules: CauseRules<C>,
  found: readonly Found[],
): readonly (Found & Pick<DistinctCause<C, BaseScenario>, 'alsoBy'>)[] {
  const efforts = leastEfforts(
    rules,
    found.map(({ cause }) => cause),
  );
  return found.flatMap((one) => {
    const { kinds } = one.cause;
    if (kinds.length === 0) return [{ ...one, alsoBy: [] }];
    const place = placeText(one.cause);
    const least = efforts.get(place) ?? 0;
    const there = found.map(({ cause }) => cause).filter((cause) => placeText(cause) === place);
    const isSimpler = (other: ViolationCause): boolean =>
      other.kinds.length < kinds.length && other.kinds.every((kind) => kinds.includes(kind));
    if (effortOfAll(rules, one.cause) > least || (kinds.length > 1 && there.some(isSimpler))) return [];
    const dearer = there.filter((cause) => cause.kinds.length > 0 && effortOfAll(rules, cause) > least);
    return [{ ...one, alsoBy: dearer.map((cause) => cause.kinds) }];
  });
}
