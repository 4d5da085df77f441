/**
 * A scope on a subject that is no statechart: each step that a node of the scope can take, a local state and an event, by a shortest way to it. What
 * the subject does there is judged like any run. A subject whose nodes do in each of these steps what their statecharts do, and keep no state
 * beside theirs, does so in the whole scope.
 */
import { at } from '../../engine/exhaust/compiled.ts';
import { inFlight, localIn } from '../../engine/exhaust/layout.ts';
import { pathTo, successorsOf, type PathStep } from '../../engine/exhaust/path.ts';
import { positionsIn, type Explored } from '../../engine/exhaust/explored.ts';
import type { Schedule } from '../../engine/index.ts';
import type { Command } from '../reading.ts';
import type { ExhaustLocal, ExhaustMessage } from './local.ts';
import { scheduleOf } from './schedule.ts';
import type { Scope } from './scopes.ts';

/**
 * The schedules, shortest first: breadth-first order. For searches with parents.
 * @param withStates goes to each state of the system, too, by a shortest way: what is lost, or late, makes no difference to a step
 */
export function* coveringSchedules(
  scope: Scope,
  search: Explored<ExhaustLocal, ExhaustMessage>,
  withStates = false,
): Generator<Schedule<Command>> {
  const covered = new Set<string>();
  const isNew = (step: PathStep, state: Int32Array): boolean => {
    const { size } = covered;
    return covered.add(keyOf(step, state)).size > size;
  };
  const reached = new Set<number>();
  const isNewState = (after: Int32Array): boolean => {
    const { size } = reached;
    return withStates && reached.add(search.indexOf(after)).size > size;
  };
  // Without a move, nodes start.
  yield scheduleOf(scope, search, []);
  for (const index of positionsIn(search.levels().flat())) {
    const state = search.states.stateAt(index);
    for (const { step, state: after } of successorsOf(search, state)) {
      const isNewStep = isNew(step, state);
      if (isNewState(after) || isNewStep)
        yield scheduleOf(scope, search, [...pathTo(search, index).steps, step]);
      // What the search delivers at once does nothing to a statechart: whether it does nothing to the subject is the question.
      for (const late of eagerIn(search, after))
        if (isNew(late, after)) yield scheduleOf(scope, search, [...pathTo(search, index).steps, step, late]);
    }
  }
}

/** Deliveries that are taken at once in a state, as steps. */
function eagerIn(search: Explored<ExhaustLocal, ExhaustMessage>, state: Int32Array): readonly PathStep[] {
  const { compiled, composition, layout, reductions } = search;
  if (reductions.eager !== true) return [];
  return inFlight(layout, state).flatMap((message): readonly PathStep[] => {
    const content = compiled.messageOf(message);
    const node = at(compiled.receivers, message);
    const local = compiled.localOf(node, localIn(state, 0, node));
    const isEager = content.kind === 'frame' && composition.eager?.(node, local, content) === true;
    return isEager ? [{ kind: 'deliver', node, message }] : [];
  });
}

function keyOf(step: PathStep, state: Int32Array): string {
  if (step.kind === 'lose') return `lose ${String(step.message)}`;
  const event = step.kind === 'act' ? step.name : String(step.message);
  return `${String(step.node)} ${String(localIn(state, 0, step.node))} ${event}`;
}
