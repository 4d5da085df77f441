/**
 * A step of a statechart, looked at closely: which transitions it took, what their guards said, what was rejected and why. The
 * machine that takes it is the role's with notes: its guards say the same and write down what they said.
 */

import { and, createMachine, or } from 'xstate';
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { isFrame } from './events.ts';
import type { ModelEvent } from './events.ts';
import { advance, machineOf, whyNotAllowed } from './step.ts';
import type { ModelState, StepResult } from './step.ts';
import { definitionsOf, guardOutcome, rejectionId, transitionId } from './transitions.ts';

/** What a step reached. */
export interface Examined {
  /** As `step` has it. */
  readonly result: StepResult;
  /** Ids of the transitions taken, in the order in which they were; none if the event did nothing or is impossible. */
  readonly taken: readonly string[];
  /** What guards that were asked said (`allGuardOutcomes`), each once. */
  readonly guards: readonly string[];
  /** What was rejected while `up`, and why (`allRejections`); undefined if nothing was. */
  readonly rejection: string | undefined;
}

/** Takes a step, as `step` does and at little more cost, and tells what it reached of the statechart. */
export function examine(state: ModelState, event: ModelEvent): Examined {
  const notAllowed = whyNotAllowed(state, event);
  if (notAllowed !== undefined)
    return { result: { notAllowed }, taken: [], guards: [], rejection: undefined };
  // Steps are taken one at a time, so one notebook does for all machines.
  taken = new Set();
  guards = new Set();
  asked = new Set();
  const result = advance(notingMachineOf(state), state, event);
  return { result, taken: [...taken], guards: [...guards], rejection: rejectionOf(state, event, result) };
}

let taken = new Set<string>();
let guards = new Set<string>();
/** Types of the events of the transitions whose guards were asked. */
let asked = new Set<string>();

function rejectionOf(state: ModelState, event: ModelEvent, result: StepResult): string | undefined {
  if (!('outputs' in result) || !result.outputs.some(({ kind }) => kind === 'reject')) return undefined;
  if (!isFrame(event) || state.value === 'left') return undefined;
  return rejectionId(state.role, event.type, asked.has(event.type) ? 'no guard holds' : 'not listed');
}

const notingMachines = new WeakMap<AnyStateMachine, AnyStateMachine>();

function notingMachineOf(state: ModelState): AnyStateMachine {
  const machine = machineOf(state);
  let noting = notingMachines.get(machine);
  if (noting === undefined) {
    const { guards: guardsByName, actions } = machine.implementations;
    // What the configuration is made of is the machine's own, which was checked when that was made.
    const config = notingConfig(machine.root) as Parameters<typeof createMachine>[0];
    noting = createMachine(config, { guards: guardsByName, actions }) as AnyStateMachine;
    notingMachines.set(machine, noting);
  }
  return noting;
}

/** A state's configuration with guards that take notes. */
function notingConfig(node: AnyStateNode): object {
  const { config } = node;
  const { on, always } = config as { readonly on?: Record<string, unknown>; readonly always?: unknown };
  const notes = definitionsOf(node);
  const byEvent = Object.entries(on ?? {}).map(([type, given]) => {
    const own = notes.filter(({ eventType }) => eventType === type);
    return [type, notingTransitions(given, own)] as const;
  });
  const eventless = notes.filter(({ eventType }) => eventType === '');
  const count = byEvent.reduce((sum, [, list]) => sum + list.length, eventless.length);
  if (count !== notes.length)
    throw new TypeError(`${node.id}: has transitions that are neither under "on" nor "always"`);
  return {
    ...config,
    ...(on === undefined ? {} : { on: Object.fromEntries(byEvent) }),
    ...(always === undefined ? {} : { always: notingTransitions(always, eventless) }),
    states: Object.fromEntries(
      Object.entries(node.states).map(([name, child]) => [name, notingConfig(child)]),
    ),
  };
}

/** Transitions as written, which are in the order of their definitions, with guards that take notes. */
function notingTransitions(
  given: unknown,
  definitions: readonly AnyTransitionDefinition[],
): readonly object[] {
  const written = (Array.isArray(given) ? given : [given]) as readonly { readonly guard?: string }[];
  if (written.length !== definitions.length)
    throw new TypeError(`expected ${definitions.length} transitions, got ${written.length}`);
  return definitions.map((definition, index) => {
    const id = transitionId(definition);
    const { eventType } = definition;
    const { guard, ...rest } = written[index] ?? {};
    if (guard === undefined) return { ...rest, guard: noteTaken(id) };
    return { ...rest, guard: or([and([guard, noteTrue(id)]), noteFalse(id, eventType)]) };
  });
}

function noteTaken(id: string) {
  return (): boolean => {
    taken.add(id);
    return true;
  };
}

function noteTrue(id: string) {
  const outcome = guardOutcome(id, true);
  return (): boolean => {
    taken.add(id);
    guards.add(outcome);
    return true;
  };
}

function noteFalse(id: string, eventType: string) {
  const outcome = guardOutcome(id, false);
  return (): boolean => {
    guards.add(outcome);
    asked.add(eventType);
    return false;
  };
}
