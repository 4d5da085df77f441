/**
 * What there is to reach in the statecharts, by name: their transitions, what their guards can say, and what they reject. Every
 * guarded branch is a transition of its own, and so are those that follow without an event of their own (`always`).
 * `examine` tells which of them an event reaches.
 */

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { compareNames } from './canonical.ts';
import type { Role } from './events.ts';
import type { Message } from './messages.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { machineOf } from './step.ts';

/** Stands in ids for the event that eventless transitions have not. */
const ALWAYS = 'always';

/**
 * The transitions of a role's statechart, sorted. An id says where it starts, on what, under which guard, and where it leads:
 * `client up.membership.joining placement [isNewPlacement] → attached`. Without an arrow it stays where it is.
 * Ids do not depend on parameters.
 */
export function allTransitions(role: Role): readonly string[] {
  return sorted(definitionsBelow(rootOf(role)).map(transitionId));
}

/**
 * Both outcomes of the guard of each transition that has one, sorted: the transition's id, then `: true` or `: false`. False
 * means that the event came in that state, no transition before it was taken, and the guard said no.
 */
export function allGuardOutcomes(role: Role): readonly string[] {
  const guarded = definitionsBelow(rootOf(role)).filter(({ guard }) => guard !== undefined);
  return sorted(guarded.map(transitionId).flatMap((id) => [guardOutcome(id, true), guardOutcome(id, false)]));
}

/** Why a statechart rejects a message: no state that it is in listens to that kind, or their guards all say no. */
export type RejectionCause = 'not listed' | 'no guard holds';

/**
 * What a role's statechart rejects while it is `up`, and why, as far as its states tell: each kind of message with each cause that
 * is possible for it, sorted. (A node that left rejects all messages alike, which is a transition.)
 */
export function allRejections(role: Role): readonly string[] {
  const root = rootOf(role);
  const up = root.states['up'];
  if (up === undefined) throw new TypeError(`the statechart of the ${role} has no state up`);
  const below = definitionsBelow(up);
  return sorted(
    MESSAGE_TYPES.flatMap((type) => {
      const own = below.filter(({ eventType }) => eventType === type);
      return [
        ...(isAlwaysListed(up, type) ? [] : [rejectionId(role, type, 'not listed')]),
        ...(own.length === 0 ? [] : [rejectionId(role, type, 'no guard holds')]),
      ];
    }),
  );
}

/** Id of a transition of one of the statecharts. */
export function transitionId(definition: AnyTransitionDefinition): string {
  let id = ids.get(definition);
  if (id === undefined) ids.set(definition, (id = textOf(definition)));
  return id;
}

/** Id of a guard's outcome. For this folder's own use. */
export function guardOutcome(transition: string, outcome: boolean): string {
  return `${transition}: ${String(outcome)}`;
}

/** Id of a rejection. For this folder's own use. */
export function rejectionId(role: Role, type: Message['type'], cause: RejectionCause): string {
  return `${role} up ${type}: ${cause}`;
}

/** The transitions that start at a state, without those of its children: each event's in the order of the chart. */
export function definitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

const MESSAGES: Readonly<Record<Message['type'], true>> = {
  join: true,
  'join-refused': true,
  placement: true,
  'placement-ack': true,
  leave: true,
  subscription: true,
  suspect: true,
  probe: true,
  'probe-ack': true,
  heartbeat: true,
  data: true,
  rts: true,
  eoe: true,
  sync: true,
  nak: true,
  repair: true,
  evidence: true,
  'split-view': true,
  garbage: true,
};

/** All kinds of messages. */
export const MESSAGE_TYPES = Object.keys(MESSAGES) as readonly Message['type'][];

const ids = new WeakMap<AnyTransitionDefinition, string>();

function rootOf(role: Role): AnyStateNode {
  return machineOf({ role, parameters: DEFAULT_PARAMETERS }).root;
}

function sorted(names: readonly string[]): readonly string[] {
  return names.toSorted(compareNames);
}

function definitionsBelow(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...definitionsOf(node), ...Object.values(node.states).flatMap(definitionsBelow)];
}

/** Whether some transition for the event is there wherever inside of the state the chart is. */
function isAlwaysListed(node: AnyStateNode, type: string): boolean {
  if (node.transitions.has(type)) return true;
  const children = Object.values(node.states);
  if (node.type === 'parallel') return children.some((child) => isAlwaysListed(child, type));
  return children.length > 0 && children.every((child) => isAlwaysListed(child, type));
}

function textOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const parts = [source.machine.id, source.path.join('.'), eventType === '' ? ALWAYS : eventType];
  // The charts name their guards.
  if (typeof guard === 'string') parts.push(`[${guard}]`);
  const [to] = target ?? [];
  if (to !== undefined) parts.push(`→ ${to.parent === source.parent ? to.key : to.path.join('.')}`);
  return parts.join(' ');
}
