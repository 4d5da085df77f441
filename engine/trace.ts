/** What is observed of a run: one step per reaction of a node, one per event of the environment. */
import type { Input, Output, Gauge } from './subject.ts';
import type { Attack, Memory, MessageId, Move } from './move.ts';

/** Why a node got an input. */
export type Cause<Command> =
  /** A move of the schedule; `index` is its position. */
  | { readonly kind: 'move'; readonly index: number; readonly move: Move<Command> }
  /** Fair running: before the schedule, inside an `elapse`, or while settling. */
  | { readonly kind: 'fair'; readonly phase: 'prologue' | 'schedule' | 'settle' };

/** What memory a starting node found; `asOfIndex` is the last reaction whose writes it still has (-1: none). */
export interface FoundMemory {
  readonly kind: 'fresh' | 'durable' | 'amnesiac' | 'stale';
  readonly asOfIndex: number;
}

/** One reaction of one node to one input. */
export interface Reaction<Frame, Command, Report> {
  readonly kind: 'reaction';
  /** Position in the trace, from 0. */
  readonly index: number;
  /** Virtual time, milliseconds since the start of the run. */
  readonly nowMs: number;
  readonly node: string;
  readonly cause: Cause<Command>;
  readonly input: Input<Frame, Command>;
  /** Identity of the message taken in, where the input is a frame that was in flight. */
  readonly message?: MessageId | undefined;
  /** Set when the frame was injected by an attack. */
  readonly attack?: Attack | undefined;
  readonly outputs: readonly Output<Frame, Report>[];
  /** Identities of the messages sent, in the order of the `send` outputs. */
  readonly sent: readonly MessageId[];
  readonly gauges: readonly Gauge[];
  /** Set when the reaction was cut off because it emitted more outputs than a reaction may. */
  readonly overrun?: true | undefined;
  /** Set on a start. */
  readonly memory?: FoundMemory | undefined;
}

/** Something that happened to the environment, not to a node. */
export interface Event<Command> {
  readonly kind: 'event';
  readonly index: number;
  readonly nowMs: number;
  readonly cause: Cause<Command>;
  readonly event:
    | { readonly type: 'crashed' | 'paused' | 'resumed'; readonly node: string }
    | { readonly type: 'restarting'; readonly node: string; readonly memory: Memory }
    | { readonly type: 'lost' | 'duplicated'; readonly message: MessageId }
    | { readonly type: 'network'; readonly text: string }
    /** A move that named nothing any more. */
    | { readonly type: 'skipped'; readonly move: Move<Command> }
    /** The schedule has ended; the faults stop here. */
    | { readonly type: 'settling' };
}

export type Step<Frame, Command, Report> = Reaction<Frame, Command, Report> | Event<Command>;
