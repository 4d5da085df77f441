/** What goes into the statecharts and what comes out of them, beside the messages. */

import type { Capsule, Interest, Message, NodeName, Report, SplitView, Tree } from './messages.ts';
import type { Table } from './canonical.ts';
import type { ForkContext } from './forks.ts';

/** The three kinds of nodes (docs/protocol.md §1). */
export type Role = 'coordinator' | 'router' | 'client';

/** The coordinator's name. */
export const COORDINATOR: NodeName = 'C';

/** The role of a node: its name says it. */
export function roleOf(node: NodeName): Role {
  if (node === COORDINATOR) return 'coordinator';
  return node.startsWith('r') ? 'router' : 'client';
}

/** The client that writes a capsule. */
export function writerOf(capsule: Capsule): NodeName {
  return capsule.slice(0, capsule.indexOf('/'));
}

/** Per capsule, the sequence numbers of the records kept of it, ascending. */
export type Log = Table<readonly number[]>;

/** What the coordinator knows of a node's lives. `birth` 0: it left. */
export interface Known {
  readonly incarnation: number;
  readonly birth: number;
  readonly attempt: number;
  /** Of a client: what it last said that it wants. */
  readonly interest?: Interest;
}

/**
 * A node's place in the tree: its parent, the version of the link between them, that of its last placement, and what is wanted by it
 * and below it as of the last commit.
 */
export interface Place {
  readonly parent: NodeName;
  readonly link: number;
  readonly placedAt: number;
  readonly interest?: Interest;
}

/** What a node has in its storage (docs/protocol.md §5, §6). */
export type Memory =
  | ({
      readonly kind: 'router';
      readonly incarnation: number;
      readonly log: Log;
      readonly splitView?: SplitView;
    } & ForkContext)
  /** `positions`: the last record held of each capsule, own ones included. */
  | ({
      readonly kind: 'client';
      readonly incarnation: number;
      readonly positions: Table<number>;
      readonly interest?: Interest;
      readonly splitView?: SplitView;
    } & ForkContext)
  | ({
      readonly kind: 'coordinator';
      readonly incarnation: number;
      readonly version: number;
      readonly epoch: number;
      readonly serial: number;
      readonly known: Table<Known>;
      readonly places: Table<Place>;
      readonly pending: readonly NodeName[];
      readonly log: Log;
    } & ForkContext);

/** The memory of one role. */
export type MemoryOf<R extends Role> = Extract<Memory, { kind: R }>;

/** The coordinator's tree after the event, where the event makes it commit another one. */
interface Choice {
  readonly choice?: Tree | undefined;
}

/** A timer is due. */
export type TimerEvent =
  | { readonly type: 'timer.heartbeat' }
  | { readonly type: 'timer.join' }
  | { readonly type: 'timer.epoch' }
  | { readonly type: 'timer.eoe' }
  | { readonly type: 'timer.placement' }
  | { readonly type: 'timer.subscription' }
  | { readonly type: 'timer.doubt' }
  | { readonly type: 'timer.suspect'; readonly node: NodeName }
  | ({ readonly type: 'timer.probe'; readonly node: NodeName } & Choice);

/**
 * What a node's user asks for. The message `leave` names a node, the command does not. A put is of the shard that its key belongs to, 0 if
 * it says none. A client can be asked to subscribe to what `isInterest` says: where there is one shard, to nothing.
 */
export type CommandEvent =
  | { readonly type: 'put'; readonly shard?: number }
  | { readonly type: 'subscribe'; readonly shards: Interest }
  /** The enrolment authority’s word to the coordinator: the next key epoch begins, and somebody may be expelled with it. */
  | ({ readonly type: 'rotate'; readonly expel?: NodeName } & Choice)
  /** The enrolment authority’s word to a node that has left: here are your next keys. They are those of its next life. */
  | { readonly type: 'renew' }
  | { readonly type: 'leave' };

/** A life begins (with what the storage holds, null if that is nothing) or ends without warning. */
export type LifeEvent =
  | { readonly type: 'start'; readonly birth: number; readonly memory: Memory | null }
  | { readonly type: 'crash' };

type ChangingMessage = Extract<
  Message,
  { type: 'join' | 'leave' | 'probe-ack' | 'data' | 'repair' | 'eoe' | 'evidence' }
>;

/** Everything that a statechart reacts to. */
export type ModelEvent =
  Exclude<Message, ChangingMessage> | (ChangingMessage & Choice) | TimerEvent | CommandEvent | LifeEvent;

/** The events of one or some types. */
export type EventOf<T extends ModelEvent['type']> = Extract<ModelEvent, { type: T }>;

/** Name of a timer of a node. */
export type Timer =
  | 'heartbeat'
  | 'join'
  | 'epoch'
  | 'eoe'
  | 'placement'
  | 'subscription'
  | 'doubt'
  | `suspect:${NodeName}`
  | `probe:${NodeName}`;

/** What a node does, beside changing its state. */
export type ModelOutput =
  | { readonly kind: 'send'; readonly to: NodeName; readonly message: Message }
  | { readonly kind: 'set-timer'; readonly timer: Timer; readonly ms: number }
  | { readonly kind: 'cancel-timer'; readonly timer: Timer }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'reject'; readonly reason: string };

/** Whether the event is a message, in contrast to a timer, a command, a start or a crash. */
export function isFrame(event: ModelEvent): event is Extract<ModelEvent, Message> {
  switch (event.type) {
    case 'put':
    case 'subscribe':
    case 'rotate':
    case 'renew':
    case 'start':
    case 'crash':
    case 'timer.heartbeat':
    case 'timer.join':
    case 'timer.epoch':
    case 'timer.eoe':
    case 'timer.placement':
    case 'timer.subscription':
    case 'timer.doubt':
    case 'timer.suspect':
    case 'timer.probe':
      return false;
    case 'leave':
      return 'node' in event;
    default:
      return true;
  }
}
