/** What nodes write to their stable storage: plain values, each made before anything that depends on it is sent. */
import type { NodeKeys } from './credentials.ts';
import type { PolicySnapshot } from './placement.ts';
import type {
  Capsule,
  CapsuleRecord,
  Credential,
  Evidence,
  Interest,
  NodeName,
  Role,
  Rotation,
  SplitView,
} from './messages.ts';

/** What the coordinator knows of a node. */
export interface Known {
  readonly node: NodeName;
  readonly role: Exclude<Role, 'coordinator'>;
  readonly incarnation: number;
  /** 16 bytes; none: it left. */
  readonly birth: Uint8Array;
  /** Greatest attempt of that birth. */
  readonly attempt: number;
  readonly credential: Credential;
  /** Of a client: what it last said that it wants. */
  readonly interest?: Interest;
}

/** The coordinator's tree: who sits where, when each edge was made and each node last placed. */
export interface StoredTree {
  readonly version: number;
  readonly heap: PolicySnapshot;
  readonly links: readonly (readonly [child: NodeName, link: number])[];
  readonly placedAt: readonly (readonly [node: NodeName, version: number])[];
  /** What is wanted by each node and below it. None where there is one shard. */
  readonly interests: readonly (readonly [node: NodeName, interest: Interest])[];
}

/** One entry of a node's storage. Later ones supersede earlier ones of their kind; records add up. */
export type Entry =
  | { readonly type: 'incarnation'; readonly incarnation: number }
  /** Given to it when it had left: those of its lives from then on. */
  | { readonly type: 'keys'; readonly keys: NodeKeys }
  | { readonly type: 'interest'; readonly interest: Interest }
  | { readonly type: 'record'; readonly record: CapsuleRecord; readonly credential: Credential }
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  | { readonly type: 'split-view'; readonly view: SplitView }
  | {
      readonly type: 'rotation';
      readonly rotation: Rotation;
      /** The last record of use of each capsule that void keys signed. */
      readonly cuts: readonly (readonly [capsule: Capsule, seq: number])[];
    }
  | { readonly type: 'known'; readonly known: Known }
  | { readonly type: 'tree'; readonly tree: StoredTree }
  | { readonly type: 'epoch'; readonly epoch: number }
  | { readonly type: 'serial'; readonly serial: number };
