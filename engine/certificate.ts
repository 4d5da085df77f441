/**
 * Why each move of a counterexample is there: what happens without it, and the nearest schedule that passes.
 */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import { execute } from './run.ts';
import { capabilityOf } from './world.ts';

/** What happens when one move is left out and all others stay. */
export interface Without {
  /**
   * `holds`: nothing is broken, and the property was put to the test. `untested`: nothing is broken, for the property's
   * premise did not come true any more. `stall`: something else that must happen does not. `other-violation`: another
   * property breaks, or the same one for another cause. `same`: the property breaks all the same, so the move is not needed.
   */
  readonly outcome: 'holds' | 'untested' | 'stall' | 'other-violation' | 'same';
  /** The property that breaks, for the last three. */
  readonly property?: string;
  readonly message?: string;
}

/** One difference to the failing schedule; positions are those of the failing schedule. */
export type Change<C> =
  | { readonly change: 'left-out'; readonly index: number }
  /** A move more, before the move at `index`; at the end, where `index` is the number of moves. */
  | { readonly change: 'inserted'; readonly index: number; readonly move: Move<C> }
  | { readonly change: 'replaced'; readonly index: number; readonly by: Move<C> };

/** The necessity certificate of a failing schedule. */
export interface Certificate<C> {
  /** For each move, in the order of the schedule. */
  readonly without: readonly Without[];
  /** A schedule with the fewest changes in which nothing breaks, and the property is tested if that can be; absent if none was found. */
  readonly nearest?: { readonly changes: readonly Change<C>[]; readonly moves: Schedule<C> };
}

/**
 * Executes the schedule without each of its moves, and looks for the nearest schedule that passes.
 * @param isOver asked before each execution; when it says so, nothing is certified
 * @param isSame whether a run that breaks the property breaks it for the same cause; else it counts as another violation
 */
export function certify<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  schedule: Schedule<C>,
  property: string,
  isOver: () => boolean = () => false,
  isSame: (run: Run<F, C, R, S>) => boolean = () => true,
): Certificate<C> | undefined {
  const without: Without[] = [];
  for (const index of schedule.keys()) {
    if (isOver()) return undefined;
    const run = execute(harness, scenario, schedule.toSpliced(index, 1), { pairs: true, digest: false });
    without.push(outcomeOf(run, property, isSame));
  }
  const nearestOf = (changes: readonly Change<C>[]) => ({
    without,
    nearest: { changes, moves: applyChanges(schedule, changes) },
  });
  const tested = nearestBySingle(schedule, without, 'holds');
  if (tested !== undefined) return nearestOf([{ change: 'left-out', index: tested }]);
  const untested = nearestBySingle(schedule, without, 'untested');
  for (const changes of furtherChanges(schedule, untested === undefined)) {
    if (isOver()) return undefined;
    const run = execute(harness, scenario, applyChanges(schedule, changes), { pairs: true, digest: false });
    const { outcome } = outcomeOf(run, property, isSame);
    if (outcome === 'holds' || (outcome === 'untested' && untested === undefined)) return nearestOf(changes);
  }
  // Nothing puts it to the test any more: that is the nearest way not to break it.
  return untested === undefined ? { without } : nearestOf([{ change: 'left-out', index: untested }]);
}

/** The failing schedule with the changes made. */
export function applyChanges<C>(schedule: Schedule<C>, changes: readonly Change<C>[]): Schedule<C> {
  const before = new Map<number, Move<C>[]>();
  const instead = new Map<number, readonly Move<C>[]>();
  for (const change of changes) {
    switch (change.change) {
      case 'left-out':
        instead.set(change.index, []);
        break;
      case 'replaced':
        instead.set(change.index, [change.by]);
        break;
      case 'inserted':
        before.set(change.index, [...(before.get(change.index) ?? []), change.move]);
        break;
    }
  }
  const moves = schedule.flatMap((move, index) => [
    ...(before.get(index) ?? []),
    ...(instead.get(index) ?? [move]),
  ]);
  return [...moves, ...(before.get(schedule.length) ?? [])];
}

function outcomeOf<F, C, R, S extends BaseScenario>(
  run: Run<F, C, R, S>,
  property: string,
  isSame: (run: Run<F, C, R, S>) => boolean,
): Without {
  const again = run.violations.find((violation) => violation.property === property);
  const same = again !== undefined && isSame(run) ? again : undefined;
  const broken = again ?? run.violations[0];
  if (broken === undefined) {
    const isTested = (run.exercised[property] ?? 0) > 0;
    return { outcome: isTested ? 'holds' : 'untested' };
  }
  const { verdict, message } = broken;
  const outcome = same !== undefined ? 'same' : verdict === 'stalled' ? 'stall' : 'other-violation';
  return { outcome, property: broken.property, message };
}

/** A move of the adversary says more than one of an application, and a later one is nearer to what broke. */
function nearestBySingle<C>(
  schedule: Schedule<C>,
  without: readonly Without[],
  outcome: Without['outcome'],
): number | undefined {
  const passing = [...without.keys()].filter((index) => without[index]?.outcome === outcome).toReversed();
  return passing.find((index) => isFault(schedule[index])) ?? passing[0];
}

function isFault<C>(move: Move<C> | undefined): boolean {
  return move !== undefined && capabilityOf(move) !== undefined;
}

/** Changes that are tried where leaving out one move does not do: remedies; then, if `withPairs`, two moves less. */
function* furtherChanges<C>(schedule: Schedule<C>, withPairs: boolean): Iterable<readonly Change<C>[]> {
  for (const [at, move] of schedule.entries()) {
    const remedy = remedyOf(move);
    if (remedy === undefined) continue;
    for (let index = schedule.length; index > at; index -= 1)
      yield [{ change: 'inserted', index, move: remedy }];
  }
  if (!withPairs) return;
  for (let a = schedule.length - 1; a > 0; a -= 1)
    for (let b = a - 1; b >= 0; b -= 1)
      yield [
        { change: 'left-out', index: b },
        { change: 'left-out', index: a },
      ];
}

/** The move that takes back what a move did. */
function remedyOf<C>(move: Move<C>): Move<C> | undefined {
  switch (move.move) {
    case 'clog':
      return { move: 'release', from: move.from, to: move.to };
    case 'partition':
      return { move: 'heal' };
    case 'pause':
      return { move: 'resume', node: move.node };
    case 'crash':
      return { move: 'restart', node: move.node, memory: 'durable' };
    default:
      return undefined;
  }
}
