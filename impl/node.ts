/**
 * The shape of a node: one input at a time, outputs emitted. Structurally what an engine drives, with frames as
 * bytes; nothing here is imported from one.
 */
import { MAX_SHARDS } from './codec.ts';
import type { NodeKeys } from './credentials.ts';
import type { Capsule, Interest, NodeName, Rotation, Write } from './messages.ts';

/** What the application or the operator of a node may ask. */
export type Command =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'get'; readonly key: string }
  /** Asks a client to want records of these shards from now on: ascending. Where there is one shard, nothing happens. */
  | { readonly type: 'subscribe'; readonly shards: Interest }
  | { readonly type: 'leave' }
  /** Hands a router or client that has left its next keys: it comes back with them in its next life. */
  | { readonly type: 'renew'; readonly keys: NodeKeys }
  /** Hands the coordinator the enrolment authority's newest rotation. */
  | { readonly type: 'rotate'; readonly rotation: Rotation }
  /** Reports the whole store of a client. */
  | { readonly type: 'dump' };

/** What put and delivered tell of a record. `hash` and `prevHash` in hex. */
export interface RecordReport {
  readonly capsule: Capsule;
  readonly seq: number;
  readonly hash: string;
  readonly prevHash: string;
  readonly timestamp: number;
  readonly writes: readonly Write[];
}

/** What a node reports beside its messages. */
export type Report =
  | {
      readonly type: 'committed';
      readonly version: number;
      /** Sorted by child. */
      readonly edges: readonly {
        readonly child: NodeName;
        readonly parent: NodeName;
        readonly link: number;
        /** What goes down this edge. */
        readonly interest?: Interest;
      }[];
      readonly pending: readonly NodeName[];
    }
  | {
      readonly type: 'installed';
      readonly version: number;
      readonly parent: NodeName;
      readonly children: readonly NodeName[];
    }
  | ({ readonly type: 'put' } & RecordReport)
  | { readonly type: 'queued' }
  | { readonly type: 'refused'; readonly why: 'queue-full' | 'log-full' | 'leaving' }
  | ({ readonly type: 'delivered' } & RecordReport)
  | { readonly type: 'pending' }
  | { readonly type: 'left' }
  | { readonly type: 'excluded' }
  | { readonly type: 'rotated'; readonly keyEpoch: number }
  | { readonly type: 'renewed'; readonly generation: number }
  /** `evidence`: the bytes of `encodeEvidence`, in hex. */
  | {
      readonly type: 'forked';
      readonly capsule: Capsule;
      readonly seq: number;
      readonly evidence: string;
    }
  /** `evidence`: the bytes of `encodeSplitView`, in hex. */
  | { readonly type: 'split-view'; readonly version: number; readonly evidence: string }
  | { readonly type: 'epoch-opened'; readonly epoch: number }
  | { readonly type: 'epoch-closed'; readonly epoch: number; readonly answered: readonly NodeName[] }
  | { readonly type: 'answered'; readonly key: string; readonly value: string | null }
  /** Sorted by key. */
  | { readonly type: 'store'; readonly entries: readonly (readonly [key: string, value: string])[] };

/** One input of a node. */
export type Input =
  /** The process begins; `entropy` is 16 fresh bytes: the birth of this life. */
  | { readonly kind: 'start'; readonly life: number; readonly entropy: Uint8Array }
  /** A frame arrives. `from` is the transport's claim: never evidence. */
  | { readonly kind: 'frame'; readonly from: string; readonly frame: Uint8Array }
  | { readonly kind: 'timer'; readonly timer: string }
  | { readonly kind: 'command'; readonly command: Command };

/** One output of a node. */
export type Output =
  | { readonly kind: 'send'; readonly to: string; readonly frame: Uint8Array }
  | { readonly kind: 'set-timer'; readonly timer: string; readonly ms: number }
  | { readonly kind: 'cancel-timer'; readonly timer: string }
  | { readonly kind: 'report'; readonly report: Report }
  /** The input was refused: the only output of its reaction, and nothing has changed. */
  | { readonly kind: 'reject'; readonly reason: string };

/** How full a bounded buffer is. */
export interface Gauge {
  readonly buffer: string;
  readonly size: number;
  readonly bound: number;
}

/** A sans-IO node: one life of one process. */
export interface Node {
  handle(input: Input, emit: (output: Output) => void): void;
  gauges(): readonly Gauge[];
}

/** Stable storage of one node: append-only, survives crashes. */
export interface Storage<Entry = unknown> {
  append(entry: Entry): void;
  entries(): readonly Entry[];
}

/** Storage in memory, for tests and simulations. */
export class MemoryStorage implements Storage {
  readonly #entries: unknown[];

  /** @param entries what an earlier life left; copied */
  constructor(entries: readonly unknown[] = []) {
    this.#entries = [...entries];
  }

  append(entry: unknown): void {
    this.#entries.push(entry);
  }

  entries(): readonly unknown[] {
    return this.#entries;
  }
}

/** Numbers of the protocol (docs/protocol.md). Times in milliseconds of the timers that nodes ask for. */
export interface Parameters {
  /** Greatest number of children of any node. At least 2. */
  readonly k: number;
  /** How many administrative domains there are. More than 1: everybody sits in that which its credential names. */
  readonly domains: number;
  readonly heartbeatMs: number;
  /** A neighbour unheard for this long is suspected. */
  readonly suspectMs: number;
  readonly joinMs: number;
  readonly placementMs: number;
  readonly probeMs: number;
  readonly epochMs: number;
  /** The coordinator's patience with an epoch; a router at level L waits `⌊eoeMs / 2^L⌋`. */
  readonly eoeMs: number;
  /** Records kept per capsule by routers and the coordinator. */
  readonly logWindow: number;
  readonly maxCapsules: number;
  /** Early records that a client holds back per capsule. */
  readonly maxEarly: number;
  /** Puts that a client queues while it cannot write. */
  readonly maxQueue: number;
  readonly maxOwnRecords: number;
  /** Records asked for in one nak. */
  readonly maxRepair: number;
  readonly maxPendingNaks: number;
  /** Shards that records belong to. One: everybody has all there is. At most MAX_SHARDS. */
  readonly shards: number;
  /** A client doubts its parent once its path has served nothing for so many epochs. */
  readonly doubtEpochs: number;
}

/** The numbers used where nothing else is said. */
export const DEFAULT_PARAMETERS: Parameters = {
  k: 2,
  domains: 1,
  heartbeatMs: 1000,
  suspectMs: 3500,
  joinMs: 1500,
  placementMs: 1000,
  probeMs: 1000,
  epochMs: 6000,
  eoeMs: 2000,
  logWindow: 256,
  maxCapsules: 128,
  maxEarly: 64,
  maxQueue: 16,
  maxOwnRecords: 4096,
  maxRepair: 64,
  maxPendingNaks: 64,
  shards: 1,
  doubtEpochs: 3,
};

/**
 * Checks parameters.
 * @throws RangeError if one is no positive safe integer, `k` is below 2, or `shards` above MAX_SHARDS
 */
export function checkParameters(parameters: Parameters): void {
  for (const name of Object.keys(DEFAULT_PARAMETERS) as (keyof Parameters)[]) {
    const value = parameters[name];
    const least = name === 'k' ? 2 : 1;
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`parameters.${name} must be an integer of at least ${least}, not ${value}`);
  }
  if (parameters.shards > MAX_SHARDS)
    throw new RangeError(`parameters.shards must be at most ${MAX_SHARDS}, not ${parameters.shards}`);
}
