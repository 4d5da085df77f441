/** How few moves break what a mutant was made to break: by going through schedules in the order of their length, in scopes of exhaustive search. */
import { Search } from '../engine/exhaust/search.ts';
import { execute, type Move, type Schedule } from '../engine/index.ts';
import { compose } from '../properties/exhaust/compose.ts';
import { coveringSchedules } from '../properties/exhaust/cover.ts';
import { harnessFor } from '../properties/harness.ts';
import { findMutant } from '../properties/mutants.ts';
import type { Command } from '../properties/index.ts';
import { SHORTEST_SCOPES, type ShortestScope } from './shortest-scopes.ts';

/** Schedules of each scope, at most, unless the caller says otherwise. */
export const SHORTEST_SCHEDULES = 300;

/** States of a scope that schedules are taken from, at most. */
const MAX_STATES = 5_000;

/** A schedule of a scope. */
export interface Covering {
  readonly scope: ShortestScope;
  readonly moves: Schedule<Command>;
}

/** The schedules that go to each step of each scope by a shortest way, so many of each scope, and what goes on from them; shortest first. */
export function coverings(limit: number): readonly Covering[] {
  return SHORTEST_SCOPES.flatMap((scope) =>
    schedulesOf(scope, limit).map((moves): Covering => ({ scope, moves })),
  ).toSorted((a, b) => a.moves.length - b.moves.length);
}

function schedulesOf(scope: ShortestScope, limit: number): readonly Schedule<Command>[] {
  // What is lost is dropped, not late: late messages come when a world settles.
  const search = new Search(compose(scope, 'storm'), { reductions: { eager: true }, keepsParents: true });
  search.advance(MAX_STATES);
  const schedules: Schedule<Command>[] = [];
  for (const schedule of coveringSchedules(scope, search, true)) {
    if (schedules.length >= limit) break;
    schedules.push(...oneForgery(schedule));
  }
  const some = schedules.slice(0, limit);
  const goOn = scope.goOn?.(scope);
  return goOn === undefined ? some : [...some, ...some.flatMap(goOn)];
}

/** A step that forges has a message of every kind: as many schedules with one each. */
function oneForgery(schedule: Schedule<Command>): readonly Schedule<Command>[] {
  const isForged = (move: Move<Command>) => move.move === 'attack' && move.attack.kind === 'forge';
  const last = schedule.findLastIndex((move) => !isForged(move));
  const forged = schedule.slice(last + 1);
  return forged.length < 2 ? [schedule] : forged.map((move) => [...schedule.slice(0, last + 1), move]);
}

/** A schedule by which a mutant breaks a property. */
export interface ShortestFind {
  readonly scope: string;
  readonly moves: Schedule<Command>;
}

/** What going through schedules in order showed. */
export interface ShortestRow {
  readonly mutant: string;
  readonly property: string;
  /** Schedules that were executed. */
  readonly executed: number;
  /** Undefined if none of them broke the property. */
  readonly find?: ShortestFind;
}

/**
 * Goes through the schedules until one breaks the property.
 * @throws RangeError if there is no such mutant
 */
export function shortestIn(all: readonly Covering[], mutant: string, property: string): ShortestRow {
  const harness = harnessFor(`mutant:${mutant}`);
  if (harness === undefined) throw new RangeError(`mutant: there is no ${mutant}`);
  const pairs = property === 'non-interference';
  const needs = findMutant(mutant)?.needs ?? [];
  const some = all.filter(({ scope }) => scope.needs === undefined || needs.includes(scope.needs));
  const at = some.findIndex(({ scope, moves }) =>
    execute(harness, scope.scenario, moves, { pairs }).violations.some((one) => one.property === property),
  );
  const found = some[at];
  return found === undefined
    ? { mutant, property, executed: some.length }
    : { mutant, property, executed: at + 1, find: { scope: found.scope.name, moves: found.moves } };
}
