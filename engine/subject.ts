/**
 * What the engine knows of a system under test: nodes that take one input at a time and emit outputs.
 * Nothing here knows a protocol; `Frame`, `Command` and `Report` are the subject's own types.
 */

/** One input of a node. Nodes have no clock, socket or randomness of their own: everything comes in here. */
export type Input<Frame, Command> =
  /**
   * The node's process begins. `life` counts the starts of this node in this run from 1; `entropy` is 16 fresh
   * bytes, a function of node and life. What an earlier life left is in the node's storage.
   */
  | { readonly kind: 'start'; readonly life: number; readonly entropy: Uint8Array }
  /** A frame arrives. `from` is the transport's claim, which anyone can spoof: never evidence. */
  | { readonly kind: 'frame'; readonly from: string; readonly frame: Frame }
  /** A timer that the node had set is due. It is no longer set. */
  | { readonly kind: 'timer'; readonly timer: string }
  /** The application or the operator of this node asks for something. */
  | { readonly kind: 'command'; readonly command: Command };

/** One output of a node. */
export type Output<Frame, Report> =
  | { readonly kind: 'send'; readonly to: string; readonly frame: Frame }
  /** Asks for a timer `ms` milliseconds from now; one that is set already is replaced. */
  | { readonly kind: 'set-timer'; readonly timer: string; readonly ms: number }
  | { readonly kind: 'cancel-timer'; readonly timer: string }
  /** Something that the node did and that monitors may judge: a delivery, a put, a committed tree. */
  | { readonly kind: 'report'; readonly report: Report }
  /** The input was refused. Must be the only output of its reaction. */
  | { readonly kind: 'reject'; readonly reason: string };

/** How full a bounded buffer of a node is. */
export interface Gauge {
  readonly buffer: string;
  readonly size: number;
  readonly bound: number;
}

/** A sans-IO node: one life of one process. A crash throws it away; a restart spawns another on the same storage. */
export interface Node<Frame, Command, Report> {
  /** Reacts to one input, emitting outputs in order. Must be deterministic. */
  handle(input: Input<Frame, Command>, emit: (output: Output<Frame, Report>) => void): void;
  /** Occupancy of the node's bounded buffers, for `bounded-reaction`. */
  gauges?(): readonly Gauge[];
}

/** Stable storage of one node: an append-only log that survives crashes. */
export interface Storage<Entry = unknown> {
  append(entry: Entry): void;
  entries(): readonly Entry[];
}

/** The part of a scenario that the engine itself reads; a protocol's scenario extends it. */
export interface BaseScenario {
  readonly name: string;
  /** All node ids, in a fixed order. All are started at time 0. */
  readonly nodes: readonly string[];
  /** Nodes without which the protocol promises no liveness: settling restarts them (durable) if they are down. */
  readonly core: readonly string[];
  /** Link delay of a fair network, milliseconds. */
  readonly latencyMs: number;
  /** Virtual time that the world runs fairly before the first move of a schedule, milliseconds. */
  readonly prologueMs: number;
  /** Virtual time that the liveness properties have after the faults stopped, milliseconds. */
  readonly settleMs: number;
}

/** Makes nodes. Two spawns with equal arguments behave equally. */
export interface Subject<Frame, Command, Report, Scenario extends BaseScenario> {
  readonly id: string;
  readonly title: string;
  spawn(scenario: Scenario, node: string, storage: Storage): Node<Frame, Command, Report>;
  /** Short kebab-case name of a frame's message kind, for message identities: `data`, `placement`, `junk`. */
  kindOf(frame: Frame): string;
  /** Bytes that stand for the frame in trace digests (the frame itself, where frames are bytes). */
  bytesOf(frame: Frame): Uint8Array;
  /** Text that stands for a report in trace digests; equal reports give equal texts. Default: `JSON.stringify`. */
  reportText?(report: Report): string;
}
