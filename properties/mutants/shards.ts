/** Mutants of who gets which shards. */
import { Client, Coordinator, Router, type CapsuleRecord, type Interest } from '../../impl/index.ts';
import { REFERENCE_CAST } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

/** What a relay keeps to itself and its subclasses. */
interface Choosing {
  isWanted: () => boolean;
}

export const SHARD_MUTANTS: readonly Mutant[] = [
  {
    id: 'leaks-a-shard',
    title: 'a router sends records down whether or not anybody wants them there',
    breaks: ['shard-containment'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override makeRelay() {
          const relay = super.makeRelay();
          (relay as unknown as Choosing).isWanted = () => true;
          return relay;
        }
      },
    },
  },
  {
    id: 'forgets-an-interest',
    title: 'the coordinator counts what the clients below a router want, and forgets those further down',
    breaks: ['conformance', 'delivery-to-every-subscriber'],
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override interestOf(node: string, below: ReadonlyMap<string, Interest>) {
          const clients = [...below].filter(([child]) => this.known.get(child)?.role === 'client');
          return super.interestOf(node, new Map(clients));
        }
      },
    },
  },
  {
    id: 'reads-on',
    title: 'a client goes on to deliver shards that it does not subscribe to any more',
    breaks: ['shard-containment'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override objectionTo(record: CapsuleRecord) {
          return this.misfit(record);
        }
      },
    },
  },
  {
    id: 'subscribes-once',
    title: 'a client does not repeat its Subscription',
    breaks: ['delivery-to-every-subscriber'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override onOtherTimer(timer: string) {
          if (timer !== 'subscription') super.onOtherTimer(timer);
        }
      },
    },
  },
];
