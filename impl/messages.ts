/**
 * What travels and is stored, as decoded values: credentials, records, heads, control bodies, link bodies and
 * frames. The bytes of each are made in `codec.ts`. All values are immutable once made: they are shared by memos.
 */

/** Name of a node: a letter, then at most 31 letters, digits or hyphens. The coordinator is `C`. */
export type NodeName = string;

/**
 * One writer life's log of one shard (docs/protocol.md §2): `WRITER/INCARNATION`, as `c1/2`, and `/sSHARD` where there are several
 * shards: `c1/2/s0`; with `/kEPOCH` after the incarnation where it is sealed under a later group key than the first: `c1/2/k3`.
 */
export type Capsule = string;

/** Shards that are wanted, ascending. Nobody says it where there is one shard. */
export type Interest = readonly number[];

export type Role = 'coordinator' | 'router' | 'client';

/** Who a key belongs to, vouched for by the enrolment key (docs/protocol.md §1). */
export interface Credential {
  readonly node: NodeName;
  readonly role: Role;
  /** Administrative domain; `default` where there is only one. */
  readonly domain: string;
  /** Ed25519 public key, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly linkKey: Uint8Array;
  /** The enrolment key's Ed25519 signature over all of the above, 64 bytes; and over the generation, where there is one. */
  readonly signature: Uint8Array;
  /** How often the node's keys were renewed (§5.8); absent: never. */
  readonly generation?: number;
}

/** One entry of a DataCapsule: a sealed batch of writes, chained by hash and signed by its writer (§2). */
export interface CapsuleRecord {
  readonly capsule: Capsule;
  readonly writer: NodeName;
  /** Counts from 1. */
  readonly seq: number;
  /** 32 bytes; zeros at `seq` 1. */
  readonly prevHash: Uint8Array;
  /** Lamport clock of the writer. */
  readonly timestamp: number;
  /** Which group key sealed it. */
  readonly keyEpoch: number;
  readonly ciphertext: Uint8Array;
  /** SHA-256 of the canonical encoding of every field above. */
  readonly hash: Uint8Array;
  /** Ed25519 over the canonical encoding of the head `[capsule, seq, timestamp, hash]`. */
  readonly signature: Uint8Array;
}

/** The provable end of a capsule: what a record's signature signs, and that signature. */
export interface Head {
  readonly capsule: Capsule;
  readonly seq: number;
  readonly timestamp: number;
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
}

/** A head beside the credential of its capsule's writer, as a frontier carries it. */
export interface ProvenHead {
  readonly head: Head;
  readonly credential: Credential;
}

/** What tells one record of a name from another: what its head says beside the name. */
export interface Branch {
  readonly timestamp: number;
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
}

/** Two records of one name, by their heads: evidence against the writer (§2). */
export interface Evidence {
  readonly capsule: Capsule;
  readonly seq: number;
  /** Two, sorted by hash. */
  readonly branches: readonly Branch[];
  /** The writer's. */
  readonly credential: Credential;
}

/** A placement with the signature of the coordinator. */
export interface SignedPlacement {
  readonly body: PlacementBody;
  readonly signature: Uint8Array;
}

/** Two placements of one version that are of no one tree: evidence against the coordinator (§5.7). */
export interface SplitView {
  /** Two, sorted by signature. */
  readonly placements: readonly SignedPlacement[];
  /** Of the key that signed both. */
  readonly credential: Credential;
}

/** A group key, sealed for the enclave of one client. */
export interface Grant {
  readonly node: NodeName;
  /** The group key under the AEAD, with a key that only the holder of the client's link secret can derive. */
  readonly sealed: Uint8Array;
}

/** The next group key, and who has it no more (docs/protocol.md §5.8). */
export interface RotationBody {
  /** At least 2: the first group key comes with enrolment. */
  readonly keyEpoch: number;
  /** All that ever were expelled, sorted; each as often as it was: how many generations of its keys are void. */
  readonly expelled: readonly NodeName[];
  /** X25519 public key that this rotation's grants were sealed with, 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** Sorted by node. */
  readonly grants: readonly Grant[];
  /** The group keys of the key epochs from 2 to the one before, one after the other, sealed under the new one. */
  readonly earlier: Uint8Array;
}

/** A rotation, signed with the enrolment key. */
export interface Rotation {
  readonly body: RotationBody;
  readonly signature: Uint8Array;
}

/** A record beside the credential of its writer, as Data carries it and logs keep it. */
export interface ProvenRecord {
  readonly record: CapsuleRecord;
  readonly credential: Credential;
}

/** One write of a record's batch: what is sealed. */
export interface Write {
  readonly key: string;
  readonly value: string;
}

/** One end of a link, as a placement tells it to the other end. */
export interface Neighbour {
  readonly node: NodeName;
  readonly incarnation: number;
  /** The version at which the link was made: names the link. */
  readonly link: number;
  readonly credential: Credential;
  /** Of a child: what is wanted by it and below it. Never of a parent. */
  readonly interest?: Interest;
}

export interface JoinBody {
  readonly node: NodeName;
  readonly role: 'router' | 'client';
  readonly incarnation: number;
  /** 16 bytes, fresh in every life. */
  readonly birth: Uint8Array;
  readonly attempt: number;
  readonly reason: 'new' | 'restarted' | 'orphaned';
  /** With `orphaned`: the silent parent and the link to it; otherwise '' and 0. */
  readonly suspect: NodeName;
  readonly link: number;
  /** Of a client. */
  readonly interest?: Interest;
}

/** What a client wants from now on. */
export interface SubscriptionBody {
  readonly node: NodeName;
  readonly incarnation: number;
  /** Counts on with the attempts to join, so that the newest of both is the last word. */
  readonly attempt: number;
  readonly interest: Interest;
}

export interface JoinRefusedBody {
  readonly node: NodeName;
  readonly birth: Uint8Array;
  readonly attempt: number;
  readonly why: 'incarnation' | 'pending' | 'excluded';
  readonly known: number;
}

export interface PlacementBody {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly birth: Uint8Array;
  readonly version: number;
  readonly level: number;
  readonly parent: Neighbour;
  /** Sorted by node. */
  readonly children: readonly Neighbour[];
  /** To a client: what the coordinator takes it to want. */
  readonly interest?: Interest;
}

export interface PlacementAckBody {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly version: number;
}

export interface LeaveBody {
  readonly node: NodeName;
  readonly incarnation: number;
}

export interface SuspectBody {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly child: NodeName;
  readonly link: number;
}

export interface ProbeBody {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly nonce: number;
}

/** Bodies of the control messages, by kind. */
export interface ControlBodies {
  readonly join: JoinBody;
  readonly 'join-refused': JoinRefusedBody;
  readonly placement: PlacementBody;
  readonly 'placement-ack': PlacementAckBody;
  readonly leave: LeaveBody;
  readonly subscription: SubscriptionBody;
  readonly suspect: SuspectBody;
  readonly probe: ProbeBody;
  readonly 'probe-ack': ProbeBody;
}

export type ControlKind = keyof ControlBodies;

/** A signed message between a node and the coordinator, of kind `K`. */
export interface ControlFrameOf<K extends ControlKind> {
  readonly kind: K;
  readonly body: ControlBodies[K];
  /** The signer's. */
  readonly credential: Credential;
  /** Ed25519 over `signingInput(kind, body)`. */
  readonly signature: Uint8Array;
}

export type ControlFrame = { [K in ControlKind]: ControlFrameOf<K> }[ControlKind];

/** A message between neighbours, under the key of their link. `body` is the encoding of a {@link LinkBody}. */
export interface LinkFrame {
  readonly kind: 'link';
  readonly from: NodeName;
  readonly to: NodeName;
  readonly link: number;
  /** Grows with every frame over this link in this direction, from 1. */
  readonly counter: number;
  readonly body: Uint8Array;
  /** HMAC-SHA-256 over `macInput(frame bytes)`. */
  readonly mac: Uint8Array;
}

export type Frame = ControlFrame | LinkFrame;

/** A client's answer to an RTS. Heads sorted by capsule, all of capsules that `node` writes. */
export interface AnswerBody {
  readonly node: NodeName;
  readonly epoch: number;
  readonly heads: readonly Head[];
}

/** An answer, signed by its client over `signingInput('answer', answer)`. */
export interface Answer {
  readonly answer: AnswerBody;
  readonly credential: Credential;
  readonly signature: Uint8Array;
}

export interface RtsBody {
  readonly epoch: number;
}

/** How far a node holds a capsule without a gap, where it is known to go further. */
export interface Lack {
  readonly capsule: Capsule;
  readonly held: number;
}

/** All lists sorted by capsule. */
export interface SyncBody {
  readonly epoch: number;
  readonly frontier: readonly ProvenHead[];
  readonly forks: readonly Evidence[];
  /** Capsules of the frontier of which the coordinator itself lacks something. */
  readonly lacks: readonly Lack[];
  /** The newest. None before the first. */
  readonly rotation?: Rotation;
}

/** Records of one capsule, by the first and the last `seq`. */
export interface Range {
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
}

export interface HeartbeatMessage {
  readonly kind: 'heartbeat';
}

export interface DataMessage extends ProvenRecord {
  readonly kind: 'data';
}

/** Signed by the coordinator over `signingInput('rts', body)`. */
export interface RtsMessage {
  readonly kind: 'rts';
  readonly body: RtsBody;
  readonly credential: Credential;
  readonly signature: Uint8Array;
}

/** Answers sorted by node. */
export interface EoeMessage {
  readonly kind: 'eoe';
  readonly epoch: number;
  readonly answers: readonly Answer[];
}

/** Signed by the coordinator over `signingInput('sync', body)`. */
export interface SyncMessage {
  readonly kind: 'sync';
  readonly body: SyncBody;
  readonly credential: Credential;
  readonly signature: Uint8Array;
}

export interface NakMessage {
  readonly kind: 'nak';
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
  readonly path: readonly NodeName[];
}

/** Records of one capsule, so one writer's credential serves them all. */
export interface RepairMessage {
  readonly kind: 'repair';
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
  readonly credential: Credential;
  readonly records: readonly CapsuleRecord[];
}

export interface EvidenceMessage {
  readonly kind: 'evidence';
  readonly evidence: Evidence;
}

export interface SplitViewMessage {
  readonly kind: 'split-view';
  readonly view: SplitView;
}

/** What a link frame carries. */
export type LinkBody =
  | HeartbeatMessage
  | DataMessage
  | RtsMessage
  | EoeMessage
  | SyncMessage
  | NakMessage
  | RepairMessage
  | EvidenceMessage
  | SplitViewMessage;

/** Everything that is signed with {@link ControlFrame}'s scheme, by kind. */
export interface SignedBodies extends ControlBodies {
  readonly rts: RtsBody;
  readonly sync: SyncBody;
  readonly answer: AnswerBody;
}

export type SignedKind = keyof SignedBodies;
