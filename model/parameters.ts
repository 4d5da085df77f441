/** Numbers of the protocol: tree width, timers and bounds. */

export interface Parameters {
  /** Greatest number of children of any node. At least 2. */
  readonly k: number;
  /** How many administrative domains there are; 1: none that matter (`domains.ts`). */
  readonly domains: number;
  /** A node greets its neighbours this often. */
  readonly heartbeatMs: number;
  /** A neighbour unheard for this long is suspected. */
  readonly suspectMs: number;
  /** A join is repeated this often. */
  readonly joinMs: number;
  /** Placements that were not acknowledged are repeated this often. */
  readonly placementMs: number;
  /** A probed node that has not answered by then is dead. */
  readonly probeMs: number;
  /** The coordinator opens an epoch this often. */
  readonly epochMs: number;
  /** The coordinator closes an epoch at the latest after this long; a router at level L waits `eoeMs / 2^L`, floored. */
  readonly eoeMs: number;
  /** Records kept per capsule by routers and the coordinator: those with `seq > newest - logWindow`. */
  readonly logWindow: number;
  /** Capsules that a node keeps anything of. */
  readonly maxCapsules: number;
  /** Early records that a client holds back per capsule. */
  readonly maxEarly: number;
  /** Puts that a client queues while it cannot write. */
  readonly maxQueue: number;
  /** Records that a client writes in one capsule. */
  readonly maxOwnRecords: number;
  /** Records asked for in one nak. */
  readonly maxRepair: number;
  /** Ranges that a node has asked for and not got. */
  readonly maxPendingNaks: number;
  /** Shards that records belong to: `0 … shards − 1`. One: everybody has all there is. */
  readonly shards: number;
  /** A client doubts its parent once its path has served nothing for so many epochs. */
  readonly doubtEpochs: number;
}

/** The numbers used unless a scenario says otherwise. */
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
