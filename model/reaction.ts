/**
 * The bridge between plain functions and XState. A guard is a predicate of context and event; an action is a
 * function from them to a patch of the context and outputs. Outputs leave the machine as action objects, which the
 * pure `transition()` returns and nobody executes.
 */

import { enqueueActions } from 'xstate';
import { isFrame } from './events.ts';
import type { EventOf, ModelEvent, ModelOutput, Timer } from './events.ts';
import type { Message, NodeName, Report } from './messages.ts';

/** What a node does with an event: the fields of its context that change, and what it puts out. */
export interface Reaction<C> {
  readonly patch?: Partial<C>;
  readonly outputs?: readonly ModelOutput[];
}

type EventType = ModelEvent['type'];

// To the chart, an action is a function of context and event; what XState knows beside that stays hidden here.
type Act<C> = (args: { context: C; event: ModelEvent }) => void;

/** A named guard: true only for events of type `type` that satisfy `holds`. */
export function when<C, T extends EventType>(type: T, holds: (context: C, event: EventOf<T>) => boolean) {
  return ({ context, event }: { context: C; event: ModelEvent }): boolean =>
    event.type === type && holds(context, event as EventOf<T>);
}

/** A named action for the events that `react` takes. The chart uses it for those only. */
export function act<C extends object, T extends EventType>(
  react: (context: C, event: EventOf<T>) => Reaction<C>,
): Act<C> {
  return enqueueActions(({ context, event, enqueue }) => {
    const { patch, outputs } = react(context as C, event as EventOf<T>);
    if (patch) enqueue.assign(patch);
    for (const output of outputs ?? []) enqueue({ type: output.kind, params: output });
  }) as unknown as Act<C>;
}

function put<K extends ModelOutput['kind']>(_kind: K) {
  return (_args: unknown, _output: Extract<ModelOutput, { kind: K }>): void => {};
}

/** The outputs, as actions that do nothing: their parameters are the output. */
export const outputActions = {
  send: put('send'),
  'set-timer': put('set-timer'),
  'cancel-timer': put('cancel-timer'),
  report: put('report'),
  reject: put('reject'),
};

/** What `up` and `left` do with frames that nothing else reacts to (docs/protocol.md §5: "everything not listed"). */
export const rejection = {
  guard: 'isFrame',
  actions: {
    type: 'reject',
    params: ({ event }: { event: ModelEvent }) => ({
      kind: 'reject' as const,
      reason: event.type === 'garbage' ? event.reason : `no reaction to this ${event.type}`,
    }),
  },
} as const;

/** The guard that `rejection` needs. */
export const frameGuard = {
  isFrame: ({ event }: { event: ModelEvent }): boolean => isFrame(event),
};

/** Output: send. */
export function send(to: NodeName, message: Message): ModelOutput {
  return { kind: 'send', to, message };
}

/** Output: set a timer, in place of the one with this name. */
export function setTimer(timer: Timer, ms: number): ModelOutput {
  return { kind: 'set-timer', timer, ms };
}

/** Output: cancel a timer. */
export function cancelTimer(timer: Timer): ModelOutput {
  return { kind: 'cancel-timer', timer };
}

/** Output: report. */
export function report(what: Report): ModelOutput {
  return { kind: 'report', report: what };
}
