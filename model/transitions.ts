/**
 * Transitions of the statecharts by name: which there are, and which an event takes. Every guarded branch is a transition of its
 * own, and so are those that follow without an event of their own (`always`).
 */

import { createActor } from 'xstate';
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { compareNames } from './canonical.ts';
import type { ModelEvent, Role } from './events.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { machineOf, snapshotOf, whyNotAllowed } from './step.ts';
import type { ModelState } from './step.ts';

/** Stands in ids for the event that eventless transitions have not. */
const ALWAYS = 'always';

/**
 * The transitions of a role's statechart, sorted. An id says where it starts, on what, under which guard, and where it leads:
 * `client up.membership.joining placement [isNewPlacement] → attached`. Without an arrow it stays where it is.
 * Ids do not depend on parameters.
 */
export function allTransitions(role: Role): readonly string[] {
  const { root } = machineOf({ role, parameters: DEFAULT_PARAMETERS });
  const ids = definitionsOf(root).map(idOf);
  return ids.toSorted(compareNames);
}

/**
 * The transitions that the statechart takes for this event in this state, in the order in which it takes them; none
 * if it does nothing or if the event is impossible. It costs about as much as `step`, so remember what it says.
 */
export function transitionsTaken(state: ModelState, event: ModelEvent): readonly string[] {
  if (whyNotAllowed(state, event) !== undefined) return [];
  const machine = machineOf(state);
  const snapshot = snapshotOf(state);
  const taken = machine.getTransitionData(snapshot, event);
  // Where nothing or only a rejection is taken, nothing changes, and so nothing follows without an event; in some charts, it never does.
  const isAll = taken.every(({ eventType }) => eventType === '*') || !hasEventless(state.role);
  return isAll ? taken.map(idOf) : takenByActor(state, event);
}

/**
 * XState's pure functions do not tell which eventless transitions were taken; its inspection does. Actions are outputs, which
 * do nothing when they are executed, so the actor is as pure as `transition()`.
 */
function takenByActor(state: ModelState, event: ModelEvent): readonly string[] {
  const ids: string[] = [];
  const actor = createActor(machineOf(state), {
    snapshot: snapshotOf(state),
    inspect(inspected) {
      if (inspected.type === '@xstate.microstep') ids.push(...inspected._transitions.map(idOf));
    },
  });
  actor.start();
  actor.send(event);
  actor.stop();
  return ids;
}

const eventless = new Map<Role, boolean>();

function hasEventless(role: Role): boolean {
  let has = eventless.get(role);
  if (has === undefined)
    eventless.set(role, (has = allTransitions(role).some((id) => id.split(' ')[2] === ALWAYS)));
  return has;
}

function definitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return [...own, ...Object.values(node.states).flatMap(definitionsOf)];
}

const ids = new WeakMap<AnyTransitionDefinition, string>();

function idOf(definition: AnyTransitionDefinition): string {
  let id = ids.get(definition);
  if (id === undefined) ids.set(definition, (id = textOf(definition)));
  return id;
}

function textOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const parts = [source.machine.id, source.path.join('.'), eventType === '' ? ALWAYS : eventType];
  // The charts name their guards.
  if (typeof guard === 'string') parts.push(`[${guard}]`);
  const [to] = target ?? [];
  if (to !== undefined) parts.push(`→ ${to.parent === source.parent ? to.key : to.path.join('.')}`);
  return parts.join(' ');
}
