/** Mutants of how records are made, moved, checked and stored. */
import {
  Client,
  Coordinator,
  decodeBody,
  decodeFrame,
  decodeWrites,
  encodeWrites,
  headSigningInput,
  LinkTable,
  recordHashInput,
  type Relay,
  Router,
  sha256,
  sign,
  Store,
  type CapsuleRecord,
  type Write,
} from '../../impl/index.ts';
import { REFERENCE_CAST, type Cast } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

const withClient = (client: Cast['client']): Cast => ({ ...REFERENCE_CAST, client });
const withRelays = (change: RelayChange): Cast => ({
  ...REFERENCE_CAST,
  coordinator: class extends Coordinator {
    protected override makeRelay() {
      return change(super.makeRelay());
    }
  },
  router: class extends Router {
    protected override makeRelay() {
      return change(super.makeRelay());
    }
  },
});

/** What a mutant changes of a relay that its node has made. */
type RelayChange = (relay: Relay) => Relay;

/** A relay with one of its protected decisions replaced. */
function withDecision<Name extends string, Decision>(
  name: Name,
  decide: (own: Decision) => Decision,
): RelayChange {
  return (relay) => {
    const open = relay as unknown as Record<Name, Decision>;
    const own = (open[name] as (...args: never[]) => unknown).bind(relay) as Decision;
    open[name] = decide(own);
    return relay;
  };
}

type Targets = (from: string) => readonly string[];
type Judgement = (...args: unknown[]) => boolean;

/** Records in the clear: the batch as it is, filled up to the least length of a ciphertext. */
const PADDING: Write = { key: '', value: ' '.repeat(24) };

export const DATA_MUTANTS: readonly Mutant[] = [
  {
    id: 'delivers-first-write-only',
    title: 'of a batch of writes only the first is handed to the enclave',
    breaks: ['authentic-delivery', 'convergence'],
    cast: withClient(
      class extends Client {
        protected override open(record: CapsuleRecord) {
          return super.open(record)?.slice(0, 1);
        }
      },
    ),
  },
  {
    id: 'delivers-past-a-hole',
    title: 'a client delivers what comes, whether or not it is next',
    breaks: ['chain-integrity'],
    cast: withClient(
      class extends Client {
        protected override isNext(record: CapsuleRecord) {
          return !this.isDuplicate(record);
        }
        protected override continues() {
          return true;
        }
      },
    ),
  },
  {
    id: 'writes-on-in-its-old-capsule',
    title: 'a client that restarted goes on in the capsule of its first life',
    breaks: ['chain-integrity'],
    cast: withClient(
      class extends Client {
        protected override ownCapsule() {
          return `${this.node}/1`;
        }
      },
    ),
  },
  {
    id: 'applies-before-verifying',
    title: 'a client raises its clock to the timestamp of whatever arrives, before it verifies it',
    breaks: ['rejection-is-inert'],
    cast: withClient(
      class extends Client {
        protected override receive(data: Uint8Array) {
          try {
            const frame = decodeFrame(data);
            const body = frame.kind === 'link' ? decodeBody(frame.body) : undefined;
            if (body?.kind === 'data') this.raiseClock(body.record.timestamp);
          } catch {
            // The reference rejects it below.
          }
          super.receive(data);
        }
      },
    ),
  },
  {
    id: 'enters-enclave-after-restart',
    title: 'a client that restarts hands every stored record to its enclave again',
    breaks: ['enclave-economy'],
    cast: withClient(
      class extends Client {
        protected override start(entropy: Uint8Array) {
          super.start(entropy);
          for (const entry of this.stored()) {
            if (entry.type !== 'record') continue;
            const { capsule, seq, timestamp, hash, prevHash } = entry.record;
            const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
            this.report({
              type: 'delivered',
              capsule,
              seq,
              timestamp,
              hash: hex(hash),
              prevHash: hex(prevHash),
              writes: this.open(entry.record) ?? [],
            });
          }
        }
      },
    ),
  },
  {
    id: 'seals-nothing',
    title: 'records carry their writes in the clear',
    breaks: ['confidentiality'],
    cast: withClient(
      class extends Client {
        protected override makeRecord(
          place: Pick<CapsuleRecord, 'capsule' | 'seq' | 'prevHash' | 'timestamp'>,
          writes: readonly Write[],
        ) {
          const header = {
            ...place,
            writer: this.node,
            keyEpoch: 1,
            ciphertext: encodeWrites([...writes, PADDING]),
          };
          const hash = sha256(recordHashInput(header));
          return {
            ...header,
            hash,
            signature: sign(headSigningInput({ ...place, hash }), this.keys.signingSecret),
          };
        }
        protected override open(record: CapsuleRecord) {
          return decodeWrites(record.ciphertext).slice(0, -1);
        }
      },
    ),
  },
  {
    id: 'last-arrival-wins',
    title: 'the store keeps what arrived last, not what was written last',
    breaks: ['convergence'],
    cast: withClient(
      class extends Client {
        protected override makeStore() {
          return new (class extends Store {
            protected override wins() {
              return true;
            }
          })();
        }
      },
    ),
  },
  {
    id: 'ties-go-to-the-first',
    title: 'of two writes with equal timestamps the store keeps the one that came first',
    breaks: ['convergence'],
    cast: withClient(
      class extends Client {
        protected override makeStore() {
          return new (class extends Store {
            protected override wins(a: { readonly timestamp: number }, b: { readonly timestamp: number }) {
              return a.timestamp > b.timestamp;
            }
          })();
        }
      },
    ),
  },
  {
    id: 'queues-without-bound',
    title: 'a client that cannot write queues every put',
    breaks: ['bounded-reaction'],
    cast: withClient(
      class extends Client {
        protected override isQueueFull() {
          return false;
        }
      },
    ),
  },
  {
    id: 'forwards-twice',
    title: 'a router sends each record twice over each link',
    breaks: ['k-plus-one'],
    cast: withRelays(
      withDecision<'forwardTargets', Targets>('forwardTargets', (own) => (from) => [
        ...own(from),
        ...own(from),
      ]),
    ),
  },
  {
    id: 'sends-back-to-sender',
    title: 'a router sends each record to all neighbours, the one that it came from included',
    breaks: ['k-plus-one'],
    cast: withRelays(
      withDecision<'forwardTargets', Targets>('forwardTargets', (own) => (from) => [...own(from), from]),
    ),
  },
  {
    id: 'forgets-one-child',
    title: 'a router never sends to the last of its neighbours',
    breaks: ['conformance'],
    cast: withRelays(
      withDecision<'forwardTargets', Targets>('forwardTargets', (own) => (from) => own(from).slice(0, -1)),
    ),
  },
  {
    id: 'remembers-nothing-seen',
    title: 'routers keep neither link counters nor a duplicate filter',
    breaks: ['edge-once'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override makeLinks() {
          return freshnessBlind(this.node, this.keys.linkSecret);
        }
        protected override makeRelay() {
          return withDecision<'isDuplicate', Judgement>('isDuplicate', () => () => false)(super.makeRelay());
        }
      },
    },
  },
  {
    id: 'takes-replayed-frames',
    title: 'a client does not look at link counters',
    breaks: ['conformance'],
    cast: withClient(
      class extends Client {
        protected override makeLinks() {
          return freshnessBlind(this.node, this.keys.linkSecret);
        }
      },
    ),
  },
  {
    id: 'skips-link-macs',
    title: 'a client takes frames over a link under any key',
    breaks: ['conformance'],
    cast: withClient(
      class extends Client {
        protected override makeLinks() {
          return new (class extends LinkTable {
            protected override isMacRight() {
              return true;
            }
          })(this.node, this.keys.linkSecret);
        }
      },
    ),
  },
];

function freshnessBlind(node: string, secret: Uint8Array): LinkTable {
  return new (class extends LinkTable {
    protected override isFresh() {
      return true;
    }
  })(node, secret);
}
