/**
 * The model as a pure function: a state and an event give the next state and the outputs. Everything else in the kit
 * uses the statecharts through this. Nothing is kept between calls but the machines, which never change.
 */

import { getNextTransitions, transition } from 'xstate';
import type { AnyMachineSnapshot, AnyStateMachine, StateValue } from 'xstate';
import { wrongChoice } from './admission.ts';
import { canonicalJson, compareNames } from './canonical.ts';
import { clientMachine } from './client.ts';
import { coordinatorMachine, lifelessCoordinator } from './coordinator.ts';
import { roleOf } from './events.ts';
import type { Memory, ModelEvent, ModelOutput, Role } from './events.ts';
import { knowledgeOf } from './forks.ts';
import { lifelessClient, storedMarks } from './holdings.ts';
import { policyChoice } from './policy.ts';
import type { ClientContext } from './holdings.ts';
import { saying } from './interest.ts';
import type { NodeName, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import type { CoordinatorContext } from './placement.ts';
import { lifelessRouter, routerMachine } from './router.ts';
import type { RouterContext } from './router.ts';

interface Common {
  readonly node: NodeName;
  readonly parameters: Parameters;
  /** Where the statechart is. */
  readonly value: StateValue;
}

/** A node as its statechart sees it: plain data. Read it through the functions of this module. */
export type ModelState = Common &
  (
    | { readonly role: 'coordinator'; readonly context: CoordinatorContext }
    | { readonly role: 'router'; readonly context: RouterContext }
    | { readonly role: 'client'; readonly context: ClientContext }
  );

/** A step that was taken, or why the event is impossible: nothing in the protocol allows it. */
export type StepResult =
  { readonly state: ModelState; readonly outputs: readonly ModelOutput[] } | { readonly notAllowed: string };

// One machine serves all nodes of a role: which node it is, the context says.
const machines = new WeakMap<Parameters, Partial<Record<Role, AnyStateMachine>>>();

function makeMachine(role: Role, parameters: Parameters): AnyStateMachine {
  switch (role) {
    case 'coordinator':
      return coordinatorMachine(parameters);
    case 'router':
      return routerMachine(parameters);
    case 'client':
      return clientMachine(parameters);
  }
}

/** The machine that serves the nodes of a role. For this folder's own use: outside, `step` is how a statechart moves. */
export function machineOf({ role, parameters }: Pick<ModelState, 'role' | 'parameters'>): AnyStateMachine {
  let ofParameters = machines.get(parameters);
  if (!ofParameters) machines.set(parameters, (ofParameters = {}));
  return (ofParameters[role] ??= makeMachine(role, parameters));
}

/** A state as XState has it. */
function snapshotOf(state: ModelState, machine = machineOf(state)): AnyMachineSnapshot {
  return machine.resolveState({ value: state.value, context: state.context });
}

/** The step that a machine of the role takes for an event that is possible. For this folder's own use. */
export function advance(machine: AnyStateMachine, state: ModelState, event: ModelEvent): StepResult {
  const [next, actions] = transition(machine, snapshotOf(state, machine), event);
  const outputs = actions.map((action) => action.params as unknown as ModelOutput);
  const { role, node, parameters } = state;
  // The machine was made for the role, so its context is the role's.
  const after = { role, node, parameters, value: next.value, context: next.context } as ModelState;
  return { state: after, outputs };
}

/**
 * A node that never lived.
 * @throws RangeError if the name is not one of this role: it would be taken for something else.
 */
export function initialState(role: Role, node: NodeName, parameters: Parameters): ModelState {
  if (roleOf(node) !== role) throw new RangeError(`node: ${node} is not the name of a ${role}`);
  const common = { node, parameters, value: 'off' };
  switch (role) {
    case 'coordinator':
      return { ...common, role, context: lifelessCoordinator() };
    case 'router':
      return { ...common, role, context: lifelessRouter(node) };
    case 'client':
      return { ...common, role, context: lifelessClient(node) };
  }
}

/** Whether a process of the node is there. (One that left is there, and rejects.) */
function isRunning(state: ModelState): boolean {
  return state.value !== 'off';
}

/** Why nothing in the protocol allows the event in this state; undefined if it is possible. */
export function whyNotAllowed(state: ModelState, event: ModelEvent): string | undefined {
  if (event.type === 'start') {
    if (isRunning(state)) return `start: ${state.node} runs already`;
    if (!Number.isSafeInteger(event.birth) || event.birth < 1)
      return `start: birth ${event.birth} is not positive`;
    if (event.memory && event.memory.kind !== state.role)
      return `start: the memory is a ${event.memory.kind}'s`;
    return undefined;
  }
  if (event.type === 'crash') return isRunning(state) ? undefined : `crash: ${state.node} does not run`;
  if (state.role !== 'coordinator' || !isRunning(state)) return undefined;
  const wrong = wrongChoice(state.context, event, state.parameters);
  return wrong && `${event.type}: ${wrong}`;
}

/**
 * One step. The statechart reacts, rejects (an output), or does nothing (a timer or a command that it has no use for;
 * anything at a node that does not run). `notAllowed`: this event cannot happen in this state at all, because its
 * tree is not admissible, or a life starts or ends that cannot.
 */
export function step(state: ModelState, event: ModelEvent): StepResult {
  const notAllowed = whyNotAllowed(state, event);
  if (notAllowed !== undefined) return { notAllowed };
  return advance(machineOf(state), state, event);
}

/** Equal for equal states of equal nodes, whatever led to them. Parameters are no part of it. */
export function stateKey(state: ModelState): string {
  return canonicalJson([state.value, state.context]);
}

/**
 * What the node's storage holds; null if it never lived. After a crash the statechart knows nothing: ask before.
 */
export function memoryOf(state: ModelState): Memory | null {
  if (state.context.incarnation === 0) return null;
  switch (state.role) {
    case 'coordinator': {
      const { incarnation, version, epoch, serial, known, places, pending, log } = state.context;
      return {
        kind: state.role,
        incarnation,
        version,
        epoch,
        serial,
        known,
        places,
        pending,
        log,
        ...knowledgeOf(state.context),
      };
    }
    case 'router': {
      const { incarnation, log, splitView } = state.context;
      return {
        kind: state.role,
        incarnation,
        log,
        ...knowledgeOf(state.context),
        ...(splitView ? { splitView } : {}),
      };
    }
    case 'client': {
      const { incarnation, positions, interest, forks, keys, splitView } = state.context;
      const marks = storedMarks(state.context);
      const kept = { ...saying(interest), ...(splitView ? { splitView } : {}) };
      return { kind: state.role, incarnation, positions, ...kept, forks, marks, keys };
    }
  }
}

/** The types of events that the present state reacts to (guards not asked), sorted. For explanations. */
export function enabled(state: ModelState): readonly string[] {
  const types = getNextTransitions(snapshotOf(state)).map((one) => one.eventType);
  return [...new Set(types)].filter((type) => type !== '' && type !== '*').toSorted(compareNames);
}

function leaves(value: StateValue): readonly string[] {
  return typeof value === 'string'
    ? [value]
    : Object.values(value).flatMap((one) => (one ? leaves(one) : []));
}

/** Goes without saying: there is a Subscription to tell of only where there are several shards, and then not for long. */
const UNSAID = 'told';

/** Where the statechart is, for people: `attached·ready·serving·current`. */
export function describe(state: ModelState): string {
  return leaves(state.value)
    .filter((leaf) => leaf !== UNSAID)
    .join('·');
}

/** The tree that the heap policy takes, where the event makes the coordinator commit another one. */
export function choiceFor(state: ModelState, event: ModelEvent): Tree | undefined {
  if (state.role !== 'coordinator' || !isRunning(state)) return undefined;
  return policyChoice(state.context, event, state.parameters);
}
