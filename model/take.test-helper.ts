/** Takes a node through events, all of which its statechart allows. */
import type { ModelEvent, ModelOutput } from './events.ts';
import { step, type ModelState } from './step.ts';

/**
 * The state after these events, and the outputs of the last one.
 * @throws Error for an event that the statechart does not allow
 */
export function take(state: ModelState, ...events: readonly ModelEvent[]) {
  let outputs: readonly ModelOutput[] = [];
  for (const event of events) {
    const result = step(state, event);
    if ('notAllowed' in result) throw new Error(result.notAllowed);
    ({ state, outputs } = result);
  }
  return { state, outputs };
}
