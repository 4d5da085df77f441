/** The reaction as the world makes it: texts and gauges are computed only if somebody reads them. */
import type { Gauge, Input, Node, Output } from './subject.ts';
import type { Attack, MessageId } from './move.ts';
import type { Cause, Event, FoundMemory, Reaction } from './trace.ts';
import type { Packet } from './wire.ts';

const NONE: readonly never[] = [];

/** What a reaction was a reaction to, besides its input. */
export interface Occasion<Frame> {
  readonly packet?: Packet<Frame>;
  readonly attack?: Attack;
  readonly memory?: FoundMemory;
}

export class TracedReaction<Frame, Command, Report> implements Reaction<Frame, Command, Report> {
  readonly kind = 'reaction';
  readonly index: number;
  readonly nowMs: number;
  readonly node: string;
  readonly cause: Cause<Command>;
  readonly input: Input<Frame, Command>;
  readonly outputs: readonly Output<Frame, Report>[];
  readonly attack: Attack | undefined;
  readonly memory: FoundMemory | undefined;
  readonly overrun: true | undefined;
  /** The message taken in. Engine-internal. */
  readonly packet: Packet<Frame> | undefined;
  /** The messages sent. Engine-internal. */
  readonly packets: readonly Packet<Frame>[];
  #source: Node<Frame, Command, Report> | undefined;
  #gauges: readonly Gauge[] | undefined;
  #sent: readonly MessageId[] | undefined;

  constructor(
    index: number,
    nowMs: number,
    node: string,
    cause: Cause<Command>,
    input: Input<Frame, Command>,
    outputs: readonly Output<Frame, Report>[],
    packets: readonly Packet<Frame>[],
    occasion: Occasion<Frame>,
    overrun: boolean,
    source: Node<Frame, Command, Report>,
  ) {
    this.index = index;
    this.nowMs = nowMs;
    this.node = node;
    this.cause = cause;
    this.input = input;
    this.outputs = outputs;
    this.packets = packets;
    this.packet = occasion.packet;
    this.attack = occasion.attack;
    this.memory = occasion.memory;
    this.overrun = overrun ? true : undefined;
    this.#source = source;
  }

  get message(): MessageId | undefined {
    return this.packet?.id;
  }

  get sent(): readonly MessageId[] {
    this.#sent ??= this.packets.length === 0 ? NONE : this.packets.map((packet) => packet.id);
    return this.#sent;
  }

  get gauges(): readonly Gauge[] {
    this.#gauges ??= this.#source?.gauges?.() ?? NONE;
    return this.#gauges;
  }

  /** The node goes on: what was not read of it by now is not known any more. */
  seal(): void {
    this.#source = undefined;
  }

  toJSON(): Reaction<Frame, Command, Report> {
    const {
      kind,
      index,
      nowMs,
      node,
      cause,
      input,
      message,
      attack,
      outputs,
      sent,
      gauges,
      overrun,
      memory,
    } = this;
    return {
      kind,
      index,
      nowMs,
      node,
      cause,
      input,
      message,
      attack,
      outputs,
      sent,
      gauges,
      overrun,
      memory,
    };
  }
}

/** A step as the world hands it out. */
export type TracedStep<Frame, Command, Report> = TracedReaction<Frame, Command, Report> | Event<Command>;
