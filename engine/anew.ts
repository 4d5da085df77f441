/**
 * Short schedules made anew, for shrinking (`shrink.ts`): where leaving out ends, something else may do the same in fewer moves. Small
 * neighbourhoods are gone through instead of hit by chance: no move at all, each single move that is possible, one move in place of
 * two. The kinds of moves that the schedule has come first, and attacks with the kind of message at which the property broke.
 */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import { MAX_PAIRWISE_MOVES, MAX_REPLACEMENTS } from './bounds.ts';
import { inTurn, likelyMoves, type Model } from './likely-moves.ts';

/** A schedule to be tried. */
export interface Anew<C, S extends BaseScenario> {
  readonly scenario: S;
  readonly schedule: Schedule<C>;
}

/** Schedules with no move and with one: in the same scenario and in the smallest ones. */
export function* loneMoves<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  model: Model<C, S>,
  movesMax: number,
): Iterable<Anew<C, S>> {
  const length = model.schedule.length;
  if (length === 0) return;
  const scenarios = scenariosFor(harness, model.scenario);
  for (const scenario of scenarios) yield { scenario, schedule: [] };
  if (length === 1) return;
  const lists = scenarios.map((scenario) =>
    likelyMoves(harness, model, scenario, [], 'last').map((move) => ({
      scenario,
      schedule: [move],
    })),
  );
  yield* inTurn(lists).slice(0, movesMax);
}

/** Schedules with one move in place of two of them, the nearest two first. */
export function* withOneForTwo<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  model: Model<C, S>,
): Iterable<Anew<C, S>> {
  const { scenario, schedule } = model;
  // With two moves, that is any single one.
  if (schedule.length < 3 || schedule.length > MAX_PAIRWISE_MOVES) return;
  const slots: { readonly before: Schedule<C>; readonly after: Schedule<C> }[] = [];
  for (let distance = 1; distance < schedule.length; distance += 1)
    for (let first = schedule.length - 1 - distance; first >= 0; first -= 1) {
      const rest = schedule.toSpliced(first + distance, 1).toSpliced(first, 1);
      for (const at of new Set([first, first + distance - 1]))
        slots.push({ before: rest.slice(0, at), after: rest.slice(at) });
    }
  const lists = slots.slice(0, MAX_REPLACEMENTS).map(({ before, after }) => {
    const place = after.length === 0 ? 'last' : 'inner';
    return likelyMoves(harness, model, scenario, before, place).map((move) => ({
      scenario,
      schedule: [...before, move, ...after],
    }));
  });
  yield* inTurn(lists).slice(0, MAX_REPLACEMENTS);
}

/** The scenario, then the smallest ones, each once. */
export function scenariosFor<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
): readonly S[] {
  const known = new Map(
    [scenario, ...(harness.simpler?.smallest(scenario) ?? [])].map((one) => [JSON.stringify(one), one]),
  );
  return Array.from(known.values());
}
