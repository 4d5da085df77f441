/**
 * Moves: the choices of the environment and of the adversary, as plain JSON.
 *
 * A move names its message by identity, never by queue position: `r1>c3 data #2` is the second data message that
 * r1 sent to c3 in this run, `r1>c3 data ~1` the first one that r1 sent in reaction to an attack. So
 * taking other moves out of a schedule does not change what this one means. A move that names nothing any more is
 * skipped.
 */

/** `FROM>TO KIND #N`, or `~N` for messages that a node sent in reaction to an injected frame. */
export type MessageId = string;

/** What an adversary was given: power over the network, over time, over who is up; none of the keys; some of the keys. */
export type Capability =
  'network' | 'timing' | 'churn' | 'outsider' | 'insider' | 'writer' | 'router' | 'coordinator' | 'stolen';

/** How much of its storage a restarted node finds. */
export type Memory =
  | 'durable'
  | 'amnesiac'
  /** The storage as it was before the last `back` reactions that wrote to it. */
  | { readonly back: number };

/** An attack in the protocol's own terms; the harness turns it into a frame. Plain JSON. */
export interface Attack {
  readonly kind: string;
  /** Whose attack it is: that of somebody with keys, all of them or those of one node. @default 'outsider' */
  readonly by?:
    'insider' | `writer(${string})` | `router(${string})` | `coordinator(${string})` | `stolen(${string})`;
  /** Whether it begins or ends something that goes on, settling included, instead of putting frames in front of nodes. */
  readonly standing?: 'begins' | 'ends';
  readonly [argument: string]: unknown;
}

export type Move<Command = unknown> =
  // nobody's: the run of things
  | { readonly move: 'deliver'; readonly message: MessageId }
  | { readonly move: 'fire'; readonly node: string; readonly timer: string }
  | { readonly move: 'elapse'; readonly ms: number }
  | { readonly move: 'command'; readonly node: string; readonly command: Command }
  // network (delivering out of order is `deliver` of a message that is not the oldest of its link)
  | { readonly move: 'drop'; readonly message: MessageId }
  | { readonly move: 'duplicate'; readonly message: MessageId }
  | { readonly move: 'clog'; readonly from: string; readonly to: string }
  | { readonly move: 'release'; readonly from: string; readonly to: string }
  /** Nothing passes from a node of `from` to one of `to` (one way), or both ways. What is in flight is lost. */
  | {
      readonly move: 'partition';
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly way: 'one-way' | 'both';
    }
  | { readonly move: 'heal' }
  // timing (`fire` before its time is timing, too)
  | { readonly move: 'pause'; readonly node: string }
  | { readonly move: 'resume'; readonly node: string }
  /** Timers of the node take `percent` of their time from now on. */
  | { readonly move: 'skew'; readonly node: string; readonly percent: number }
  // churn (`command` of a leave is churn, too)
  | { readonly move: 'crash'; readonly node: string }
  | { readonly move: 'restart'; readonly node: string; readonly memory: Memory }
  // outsider, insider
  | { readonly move: 'attack'; readonly attack: Attack };

/** A schedule: what happens to a subject, move by move. After the last move the world settles. */
export type Schedule<Command = unknown> = readonly Move<Command>[];
