/** Mutants of how what was lost is found and repaired. */
import {
  Client,
  Coordinator,
  decodeBody,
  rangeKey,
  Router,
  type NakMessage,
  type ProvenRecord,
} from '../../impl/index.ts';
import { REFERENCE_CAST } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

/** What a relay keeps to itself and its subclasses. */
interface Serving {
  serve: (from: string, nak: NakMessage, found: readonly ProvenRecord[]) => void;
  readonly pending: Map<string, unknown>;
}

export const EPOCH_MUTANTS: readonly Mutant[] = [
  {
    id: 'never-asks',
    title: 'a client that is behind the frontier does not ask for what it lacks',
    breaks: ['delivery-to-every-subscriber', 'resync-completes'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override missing() {
          return [];
        }
      },
    },
  },
  {
    id: 'ignores-repairs',
    title: 'a client takes Repairs for what it did not ask for',
    breaks: ['resync-completes', 'delivery-to-every-subscriber'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override ask(...args: Parameters<Client['ask']>) {
          super.ask(...args);
          this.asked.clear();
        }
      },
    },
  },
  {
    id: 'opens-one-epoch-only',
    title: 'the coordinator does not open another epoch after the first',
    breaks: ['resync-completes'],
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override openEpoch() {
          if (this.epoch === 0) super.openEpoch();
        }
      },
    },
  },
  {
    id: 'waits-for-the-silent',
    title: 'the coordinator closes an epoch only when every child has answered',
    breaks: ['conformance'],
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override onEpochTimer(timer: string) {
          if (timer !== 'eoe') super.onEpochTimer(timer);
        }
      },
    },
  },
  {
    id: 'strands-whoever-waits',
    title:
      'a router that can serve a Nak in the meantime answers only the one who asks, not who waits for the same range',
    breaks: ['conformance', 'resync-completes'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override makeRelay() {
          const relay = super.makeRelay();
          const open = relay as unknown as Serving;
          const serve = open.serve.bind(relay);
          open.serve = (from, nak, found) => {
            open.pending.delete(rangeKey(nak));
            serve(from, nak, found);
          };
          return relay;
        }
      },
    },
  },
  {
    id: 'keeps-syncs-to-itself',
    title: 'a router does not forward SYNC',
    breaks: ['resync-completes', 'delivery-to-every-subscriber'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override sendBytes(to: string, body: Uint8Array) {
          if (decodeBody(body).kind !== 'sync') super.sendBytes(to, body);
        }
      },
    },
  },
  {
    id: 'writes-before-recovering',
    title: 'a client that restarted writes before a SYNC has told it what time it is',
    breaks: ['conformance'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override canWrite() {
          return this.state === 'attached';
        }
      },
    },
  },
];
