/**
 * A scope on a subject that is no statechart: each step that a node of the scope can take, a local state and an event, by a shortest way to it. What
 * the subject does there is judged like any run. A subject whose nodes do in each of these steps what their statecharts do, and keep no state
 * beside theirs, does so in the whole scope.
 */
import { localIn } from '../../engine/exhaust/layout.ts';
import { pathTo, successorsOf, type PathStep } from '../../engine/exhaust/path.ts';
import type { Search } from '../../engine/exhaust/search.ts';
import type { Schedule } from '../../engine/index.ts';
import type { Command } from '../reading.ts';
import type { ExhaustLocal, ExhaustMessage } from './local.ts';
import { scheduleOf } from './schedule.ts';
import type { Scope } from './scopes.ts';

/** The schedules, shortest first: breadth-first order. For searches with parents. */
export function* coveringSchedules(
  scope: Scope,
  search: Search<ExhaustLocal, ExhaustMessage>,
): Generator<Schedule<Command>> {
  const covered = new Set<string>();
  // Without a move, nodes start.
  yield scheduleOf(scope, search, []);
  for (let index = 0; index < search.states.size; index += 1) {
    const state = search.states.stateAt(index);
    for (const { step } of successorsOf(search, state)) {
      const key = keyOf(step, state);
      if (covered.has(key)) continue;
      covered.add(key);
      yield scheduleOf(scope, search, [...pathTo(search, index).steps, step]);
    }
  }
}

function keyOf(step: PathStep, state: Int32Array): string {
  if (step.kind === 'lose') return `lose ${String(step.message)}`;
  const event = step.kind === 'act' ? step.name : String(step.message);
  return `${String(step.node)} ${String(localIn(state, 0, step.node))} ${event}`;
}
