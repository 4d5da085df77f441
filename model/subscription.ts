/**
 * How a client gets the shards that it wants (docs/protocol.md §5.1, §7): it says what it subscribes to until its placement shows
 * that the coordinator knows.
 */

import { COORDINATOR } from './events.ts';
import type { ClientContext } from './holdings.ts';
import { isSameInterest } from './interest.ts';
import { isNewPlacement } from './membership.ts';
import type { Parameters } from './parameters.ts';
import { act, cancelTimer, send, setTimer, when } from './reaction.ts';
import type { Reaction } from './reaction.ts';

/** Guards of subscriptions, by name. */
export const subscriptionGuards = (parameters: Parameters) => ({
  isInterestNotShown: when<ClientContext, 'subscribe'>(
    'subscribe',
    (context, event) => context.version > 0 && !isSameInterest(context.shown, event.shards),
  ),
  showsOtherInterest: when<ClientContext, 'placement'>(
    'placement',
    (context, event) =>
      context.interest !== null &&
      isNewPlacement(context, event, parameters) &&
      !isSameInterest(context.interest, event.interest),
  ),
});

function tell(context: ClientContext, { joinMs }: Parameters): Reaction<ClientContext> {
  const { self: node, incarnation, interest } = context;
  if (!interest) throw new TypeError(`${node} has nothing to choose from`);
  const attempt = context.attempt + 1;
  return {
    patch: { attempt },
    outputs: [
      send(COORDINATOR, { type: 'subscription', node, incarnation, attempt, interest }),
      setTimer('subscription', joinMs),
    ],
  };
}

/** Actions of subscriptions, by name. */
export function subscriptionActions(parameters: Parameters) {
  return {
    takeInterest: act<ClientContext, 'subscribe'>((_, event) => ({ patch: { interest: event.shards } })),
    tellInterest: act<ClientContext, 'subscribe' | 'placement' | 'timer.subscription'>((context) =>
      tell(context, parameters),
    ),
    cancelSubscription: act<ClientContext, 'subscribe' | 'placement'>(() => ({
      outputs: [cancelTimer('subscription')],
    })),
  };
}

/** Whether the coordinator knows what the client wants, as far as its placement shows. */
export const subscription = {
  initial: 'told',
  states: {
    told: {
      on: {
        subscribe: [
          { guard: 'isInterestNotShown', target: 'telling', actions: ['takeInterest', 'tellInterest'] },
          { actions: 'takeInterest' },
        ],
        placement: { guard: 'showsOtherInterest', target: 'telling', actions: 'tellInterest' },
      },
    },
    telling: {
      on: {
        subscribe: [
          { guard: 'isInterestNotShown', actions: ['takeInterest', 'tellInterest'] },
          { target: 'told', actions: ['takeInterest', 'cancelSubscription'] },
        ],
        placement: [
          { guard: 'showsOtherInterest', actions: 'tellInterest' },
          { guard: 'isNewPlacement', target: 'told', actions: 'cancelSubscription' },
        ],
        'timer.subscription': { actions: 'tellInterest' },
      },
    },
  },
} as const;
