/**
 * How monitors see a subject: every frame read as a symbolic message, every report in one vocabulary. A subject comes
 * with a reader; the monitors are the same for all.
 */
import type { Report as ModelReport, Message, NodeName, Capsule } from '../model/index.ts';
import type { Cause, Input, MessageId, Attack, Gauge, Output, Reaction, Step } from '../engine/index.ts';

/** A write of a record, as plaintext inside enclaves. */
export interface Write {
  readonly key: string;
  readonly value: string;
}

/** What subjects that have payloads add to `put` and `delivered`. */
export interface RecordReport {
  readonly type: 'put' | 'delivered';
  readonly capsule: Capsule;
  readonly seq: number;
  /** Hex; absent where records are symbols. */
  readonly hash?: string;
  readonly prevHash?: string;
  readonly timestamp?: number;
  readonly writes?: readonly Write[];
}

/** Evidence that a node keeps from now on. */
export interface ForkReport {
  readonly type: 'forked';
  readonly capsule: Capsule;
  readonly seq: number;
  /** What others can be convinced with, in hex; absent where records are symbols. */
  readonly evidence?: string;
}

/** Evidence against the coordinator that a node keeps from now on. */
export interface SplitViewReport {
  readonly type: 'split-view';
  readonly version: number;
  /** What others can be convinced with, in hex; absent where placements are symbols. */
  readonly evidence?: string;
}

/** Everything that a node may report. Subjects without payloads leave the payload fields out. */
export type Report =
  | Exclude<ModelReport, { readonly type: 'put' | 'delivered' | 'forked' | 'split-view' }>
  | RecordReport
  | ForkReport
  | SplitViewReport
  | { readonly type: 'answered'; readonly key: string; readonly value: string | null }
  | { readonly type: 'store'; readonly entries: readonly (readonly [string, string])[] };

/** What the operator or an application may ask of a node. */
export type Command =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'get'; readonly key: string }
  /** Asks a client to want records of these shards only: ascending. Means nothing where there is one shard. */
  | { readonly type: 'subscribe'; readonly shards: readonly number[] }
  | { readonly type: 'leave' }
  /** Gives a router or client that has left its next keys. */
  | { readonly type: 'renew' }
  /** Asks the coordinator to begin the next key epoch, and to expel a node with it: to make its keys void. */
  | { readonly type: 'rotate'; readonly expel?: string }
  | { readonly type: 'dump' };

/** One frame, read. */
export interface Reading {
  /** The message; `garbage` if anything about it is not authentic. */
  readonly message: Message;
  /** Link frames: the counter. 0 otherwise. */
  readonly counter: number;
  /** Canonical text of `message`: equal for equal messages. */
  readonly text: string;
  /** Link frames: in which incarnations of its two ends the link was made that it came over, by their names. */
  readonly lives?: Readonly<Record<string, number>>;
  /** SYNC: the greatest timestamp among the heads of the frontier. 0 otherwise. */
  readonly timestamp: number;
}

/** Reads the frames of one run. Made anew for each run. */
export interface Reader<Frame> {
  /** Learns from a step what later frames are judged by (which links exist). Called once per step, in order. */
  learn(step: Step<Frame, Command, Report>): void;
  read(frame: Frame): Reading;
  /**
   * What the node reported in a reaction, where its own words do not name records as this vocabulary does. `learn` knows the
   * reaction already. @default as it was reported
   */
  reportsOf?(step: Reaction<Frame, Command, Report>): readonly Report[];
  /** The birth, as the symbolic messages name it, of a life that was started with this input. */
  birthOf(start: Extract<Input<Frame, Command>, { kind: 'start' }>): number;
}

/** The reader of frames that nobody can read: what they say is not known, nor that they are authentic. */
const UNREAD: Reader<unknown> = {
  learn: () => undefined,
  read: () => ({
    message: { type: 'garbage', reason: 'nobody reads it' },
    counter: 0,
    text: 'garbage',
    timestamp: 0,
  }),
  birthOf: ({ life }) => life,
};

/** One message sent. */
export interface Sent {
  /** Undefined for what was never given to the network. */
  readonly id: MessageId | undefined;
  readonly to: string;
  readonly reading: Reading;
  readonly bytes: Uint8Array | undefined;
}

/** One reaction as monitors see it. */
export interface SeenReaction {
  readonly index: number;
  readonly nowMs: number;
  readonly node: NodeName;
  readonly settling: boolean;
  readonly input:
    | {
        readonly kind: 'start';
        readonly birth: number;
        readonly memory: NonNullable<Reaction<unknown, Command, Report>['memory']>;
      }
    | { readonly kind: 'frame'; readonly from: string; readonly reading: Reading }
    | { readonly kind: 'timer'; readonly timer: string }
    | { readonly kind: 'command'; readonly command: Command };
  readonly message: MessageId | undefined;
  readonly attack: Attack | undefined;
  readonly sends: readonly Sent[];
  readonly timers: readonly Extract<Output<unknown, Report>, { kind: 'set-timer' | 'cancel-timer' }>[];
  readonly reports: readonly Report[];
  /** Reason, if the input was rejected. */
  readonly rejected: string | undefined;
  readonly outputs: number;
  readonly gauges: readonly Gauge[];
  readonly overrun: boolean;
}

/** A step as monitors see it: a reaction, or an event of the environment. */
export type Seen =
  | { readonly kind: 'reaction'; readonly reaction: SeenReaction }
  | { readonly kind: 'event'; readonly step: Extract<Step<unknown, Command, Report>, { kind: 'event' }> };

const FRESH = { kind: 'fresh', asOfIndex: -1 } as const;
const AMNESIAC = { kind: 'amnesiac', asOfIndex: -1 } as const;

/** Reads the steps of one run, each once, for all monitors of that run. */
export class Observer<Frame> {
  readonly #reader: Reader<Frame>;
  readonly #storesNothing: boolean;
  #lastIndex = -1;
  #last: Seen | undefined;
  #settling = false;

  /**
   * @param reader undefined where nobody can read frames
   * @param storesNothing whether every restart is one without memory
   */
  constructor(reader: Reader<Frame> = UNREAD, storesNothing = false) {
    this.#reader = reader;
    this.#storesNothing = storesNothing;
  }

  /** The step, seen. Steps come in order; asking again for the last one costs nothing. */
  see(step: Step<Frame, Command, Report>): Seen {
    if (step.index === this.#lastIndex && this.#last !== undefined) return this.#last;
    this.#reader.learn(step);
    this.#lastIndex = step.index;
    if (step.kind === 'event') {
      if (step.event.type === 'settling') this.#settling = true;
      this.#last = {
        kind: 'event',
        step,
      };
    } else {
      this.#last = { kind: 'reaction', reaction: this.#seeReaction(step) };
    }
    return this.#last;
  }

  #seeReaction(step: Reaction<Frame, Command, Report>): SeenReaction {
    // First: what a placement that nobody was seen to send says of links, the answers to it are judged by.
    const input = this.#seeInput(step);
    const sends: Sent[] = [];
    const timers: Extract<Output<unknown, Report>, { kind: 'set-timer' | 'cancel-timer' }>[] = [];
    const reports: Report[] = [];
    let rejected: string | undefined;
    for (const output of step.outputs) {
      switch (output.kind) {
        case 'send':
          sends.push({
            id: step.sent[sends.length],
            to: output.to,
            reading: this.#reader.read(output.frame),
            bytes: output.frame instanceof Uint8Array ? output.frame : undefined,
          });
          break;
        case 'set-timer':
        case 'cancel-timer':
          timers.push(output);
          break;
        case 'report':
          reports.push(output.report);
          break;
        case 'reject':
          rejected = output.reason;
          break;
      }
    }
    return {
      index: step.index,
      nowMs: step.nowMs,
      node: step.node,
      settling: this.#settling || isSettling(step.cause),
      input,
      message: step.message,
      attack: step.attack,
      sends,
      timers,
      reports: this.#reader.reportsOf?.(step) ?? reports,
      rejected,
      outputs: step.outputs.length,
      gauges: step.gauges,
      overrun: step.overrun === true,
    };
  }

  #seeInput(step: Reaction<Frame, Command, Report>): SeenReaction['input'] {
    const { input } = step;
    switch (input.kind) {
      case 'start': {
        const memory = step.memory ?? FRESH;
        return {
          kind: 'start',
          birth: this.#reader.birthOf(input),
          memory: this.#storesNothing && memory.kind !== 'fresh' ? AMNESIAC : memory,
        };
      }
      case 'frame':
        return { kind: 'frame', from: input.from, reading: this.#reader.read(input.frame) };
      case 'timer':
      case 'command':
        return input;
    }
  }
}

function isSettling(cause: Cause<Command>): boolean {
  return cause.kind === 'fair' && cause.phase === 'settle';
}
