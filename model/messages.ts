/**
 * The symbolic vocabulary of the protocol: messages without bytes, keys or payload. The statecharts speak it, and
 * monitors see every subject's traffic through it. docs/protocol.md explains each message.
 */

/** Name of a node: `C` is the coordinator, `r1`, `r2`, … routers, `c1`, `c2`, … clients. */
export type NodeName = string;

/**
 * One writer life's log of one shard: `WRITER/INCARNATION`, as `c1/2`, and `/sSHARD` where there are several: `c1/2/s0`. What is sealed under
 * a later group key than the first is in a capsule of its own, whose name says it: `c1/2/k3`, `c1/2/k3/s0`.
 */
export type Capsule = string;

/** Shards that are wanted, ascending. Nobody says it where there is one shard. */
export type Interest = readonly number[];

/** A record, by its place in its capsule. `seq` counts from 1. An honest writer never makes two with one name. */
export interface RecordName {
  readonly capsule: Capsule;
  readonly seq: number;
  /** Which of the records of this name it is: absent where it is the one that its writer put. */
  readonly branch?: string;
}

/** A whole record, of which one can tell what it continues. */
export interface SealedRecord extends RecordName {
  /** The branch of the record before it to which its `prevHash` points; absent where that is the one that was put, or the beginning. */
  readonly after?: string;
}

/** Two records of one name, each signed by the writer: transferable evidence against it. */
export interface Evidence {
  readonly capsule: Capsule;
  readonly seq: number;
  /** Sorted; `''` is the one that the writer put. */
  readonly branches: readonly [string, string];
}

/** How far a node holds a capsule without a gap, where it is known to go further. */
export interface Lack {
  readonly capsule: Capsule;
  readonly held: number;
}

/** What the enrolment authority says of keys: which group key is the present one, and who has it no more. */
export interface Rotation {
  /** Counts from 1, which nobody has to say. */
  readonly keyEpoch: number;
  /** All that ever were, sorted; as often as they were: each time it is about the keys that a node had after the time before. */
  readonly expelled: readonly NodeName[];
}

/** One end of a link, as a placement tells it to the other end. `link` is the version at which the link was made. */
export interface Neighbour {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly link: number;
  /** Of a child: what is wanted by it and below it. Never of a parent. */
  readonly interest?: Interest;
}

/** The neighbourhood of one node in the tree of one version. */
export interface Placement {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly birth: number;
  readonly version: number;
  readonly level: number;
  readonly parent: Neighbour;
  /** Sorted by node. */
  readonly children: readonly Neighbour[];
  /** Of a client: what the coordinator takes it to want. */
  readonly interest?: Interest;
}

/** Two placements of one version that are of no one tree, each signed by the coordinator: transferable evidence against it. */
export interface SplitView {
  /** Sorted by their canonical texts. */
  readonly placements: readonly [Placement, Placement];
}

/** Control messages: signed by their sender, sent directly between a node and the coordinator. */
export type Control =
  | {
      readonly type: 'join';
      readonly node: NodeName;
      readonly role: 'router' | 'client';
      readonly incarnation: number;
      /** Fresh in every life: tells two lives apart that claim one incarnation. */
      readonly birth: number;
      /** Grows with every repetition in one life. */
      readonly attempt: number;
      readonly reason: 'new' | 'restarted' | 'orphaned';
      /** With `orphaned`: the silent parent and the link to it; otherwise '' and 0. */
      readonly suspect: NodeName;
      readonly link: number;
      /** Of a client. */
      readonly interest?: Interest;
    }
  | {
      readonly type: 'join-refused';
      readonly node: NodeName;
      readonly birth: number;
      readonly attempt: number;
      readonly why: 'incarnation' | 'pending' | 'excluded';
      /** The greatest incarnation that the coordinator knows of the node. */
      readonly known: number;
    }
  /** Sent by the coordinator to the node; and by the node to a neighbour that is silent, to whom it shows it. */
  | ({ readonly type: 'placement' } & Placement)
  /** What a client wants from now on. */
  | {
      readonly type: 'subscription';
      readonly node: NodeName;
      readonly incarnation: number;
      /** Counts on with the attempts to join, so that the newest of both is the last word. */
      readonly attempt: number;
      readonly interest: Interest;
    }
  | {
      readonly type: 'placement-ack';
      readonly node: NodeName;
      readonly incarnation: number;
      readonly version: number;
    }
  | { readonly type: 'leave'; readonly node: NodeName; readonly incarnation: number }
  | {
      readonly type: 'suspect';
      readonly node: NodeName;
      readonly incarnation: number;
      readonly child: NodeName;
      readonly link: number;
    }
  | { readonly type: 'probe'; readonly node: NodeName; readonly incarnation: number; readonly nonce: number }
  | {
      readonly type: 'probe-ack';
      readonly node: NodeName;
      readonly incarnation: number;
      readonly nonce: number;
    };

/** What a link frame carries. */
export type LinkBody =
  | { readonly type: 'heartbeat' }
  | { readonly type: 'data'; readonly record: SealedRecord }
  /** Signed by the coordinator. */
  | { readonly type: 'rts'; readonly epoch: number }
  /** Each answer is signed by its client. Sorted by node; heads sorted by capsule. */
  | { readonly type: 'eoe'; readonly epoch: number; readonly answers: readonly Answer[] }
  /** Signed by the coordinator; each head carries its writer's signature. Both lists sorted by capsule. */
  | {
      readonly type: 'sync';
      readonly epoch: number;
      readonly frontier: readonly RecordName[];
      /** Evidence that the coordinator keeps; absent where it has none. */
      readonly forks?: readonly Evidence[];
      /** Capsules of the frontier of which the coordinator itself lacks something; absent where it lacks nothing. Sorted by capsule. */
      readonly lacks?: readonly Lack[];
      /** The newest rotation; absent before the first one. The heads of capsules of expelled writers are where these are cut. */
      readonly rotation?: Rotation;
    }
  /** `path` leads on from the receiver towards the writer; empty on the way up. */
  | {
      readonly type: 'nak';
      readonly capsule: Capsule;
      readonly first: number;
      readonly last: number;
      readonly path: readonly NodeName[];
    }
  /** Answers the nak of that range with records of it: ascending sequence numbers. */
  | {
      readonly type: 'repair';
      readonly capsule: Capsule;
      readonly first: number;
      readonly last: number;
      readonly seqs: readonly number[];
      /** By `seq`, of those that are not the records that the writer put; absent where there is none. */
      readonly marks?: Readonly<Record<string, Pick<SealedRecord, 'branch' | 'after'>>>;
    }
  | ({ readonly type: 'evidence' } & Evidence)
  | ({ readonly type: 'split-view' } & SplitView);

/** One client's answer to an RTS: the heads of the capsules that it wrote. */
export interface Answer {
  readonly node: NodeName;
  readonly heads: readonly RecordName[];
}

/** A body on a link: from a neighbour, under the key of the link made at version `link`, with a fresh counter. */
export type Linked = LinkBody & {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly link: number;
};

/**
 * What is not authentic: undecodable, under a wrong key, with a wrong signature or a stale counter, or addressed to
 * someone else. The layer below the statecharts says so (in the model: the symbolic link; beside a subject: an
 * independent judge with real keys).
 */
export interface Garbage {
  readonly type: 'garbage';
  readonly reason: string;
}

export type Message = Control | Linked | Garbage;

/** A tree as the coordinator commits it. Keys and lists sorted. */
export interface Tree {
  /** Parent of every node that is in the tree, the coordinator excepted. */
  readonly parents: Readonly<Record<NodeName, NodeName>>;
  /** Clients that found no free slot. */
  readonly pending: readonly NodeName[];
}

/** What a node reports beside its messages. Payloads, hashes and timestamps are added by subjects that have them. */
export type Report =
  /** The coordinator committed a tree. Edges as a list, so that a child that is placed twice shows. */
  | {
      readonly type: 'committed';
      readonly version: number;
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
  /** A client made a record of its own. */
  | { readonly type: 'put'; readonly capsule: Capsule; readonly seq: number }
  /** A put waits in the queue, or was refused. */
  | { readonly type: 'queued' }
  | { readonly type: 'refused'; readonly why: 'queue-full' | 'log-full' | 'leaving' }
  /** A record entered the enclave. */
  | { readonly type: 'delivered'; readonly capsule: Capsule; readonly seq: number }
  | { readonly type: 'pending' }
  | { readonly type: 'left' }
  /** It was told that it is not let in any more. */
  | { readonly type: 'excluded' }
  /** It knows of a newer group key. */
  | { readonly type: 'rotated'; readonly keyEpoch: number }
  /** It was given its next keys; `generation` counts how often that was. */
  | { readonly type: 'renewed'; readonly generation: number }
  /** It keeps evidence that it had not. */
  | { readonly type: 'forked'; readonly capsule: Capsule; readonly seq: number }
  /** It keeps evidence against the coordinator, of which it had none. */
  | { readonly type: 'split-view'; readonly version: number }
  | { readonly type: 'epoch-opened'; readonly epoch: number }
  | { readonly type: 'epoch-closed'; readonly epoch: number; readonly answered: readonly NodeName[] };
