/** The fair half of the world: nodes, their storage and timers, messages, and virtual time. */
import type { BaseScenario, Input, Output, Subject } from './subject.ts';
import type { Memory } from './move.ts';
import type { Cause, Event, FoundMemory } from './trace.ts';
import type { Stopped } from './outcome.ts';
import { entropyOf, newActor, type Actor, type Timer } from './actor.ts';
import { Agenda } from './agenda.ts';
import { MAX_IN_FLIGHT, MAX_OUTPUTS_PER_REACTION, MAX_STEPS } from './bounds.ts';
import { TracedReaction, type Occasion, type TracedStep } from './reaction.ts';
import { Wire, type Packet } from './wire.ts';

/** How a world is watched and bounded. */
export interface WorldOptions<F, C, R> {
  /** Called with each step as it happens; it must not keep a reaction without reading its gauges first. */
  readonly observe?: (step: TracedStep<F, C, R>) => void;
  /** @default MAX_STEPS */
  readonly stepsMax?: number;
  /** Whether a message does not leave its sender. @default none does */
  readonly suppresses?: (from: string, to: string, kind: string, frame: F) => boolean;
  /** Steps that the run may have taken by a time. @default stepsMax, at all times */
  readonly stepsMaxAt?: (nowMs: number) => number;
}

const NO_PACKETS: readonly never[] = [];
const NO_OCCASION = {};

/** Runs nodes fairly; the faults are in `World`. */
export class Reactor<F, C, R, S extends BaseScenario> {
  readonly scenario: S;
  readonly actors = new Map<string, Actor<F, C, R>>();
  readonly wire = new Wire<F>();
  nowMs = 0;
  /** Why nothing happens any more. */
  stopped: Stopped | undefined;
  /** Steps traced so far. */
  steps = 0;
  readonly #subject: Subject<F, C, R, S>;
  readonly #agenda = new Agenda<Packet<F> | Timer<F, C, R>>();
  readonly #observe: ((step: TracedStep<F, C, R>) => void) | undefined;
  readonly #stepsMax: number;
  readonly #stepsMaxAt: ((nowMs: number) => number) | undefined;
  readonly #suppresses: WorldOptions<F, C, R>['suppresses'];
  #order = 0;
  #outputs: Output<F, R>[] | undefined;
  #overrun = false;

  constructor(subject: Subject<F, C, R, S>, scenario: S, options: WorldOptions<F, C, R> = {}) {
    this.#subject = subject;
    this.scenario = scenario;
    this.#observe = options.observe;
    this.#stepsMax = options.stepsMax ?? MAX_STEPS;
    this.#stepsMaxAt = options.stepsMaxAt;
    this.#suppresses = options.suppresses;
    for (const name of scenario.nodes) {
      if (!/^[^\s>]+$/.test(name))
        throw new RangeError(`scenario.nodes: "${name}" must not contain blanks or ">"`);
      if (this.actors.has(name)) throw new RangeError(`scenario.nodes: "${name}" is listed twice`);
      this.actors.set(name, newActor(name));
    }
  }

  /** When the next thing is due, if anything is. What is held is not due. */
  get nextDueMs(): number | undefined {
    return this.#agenda.peek()?.dueMs;
  }

  /** Lets time pass, always doing what is due first. */
  elapse(ms: number, cause: Cause<C>): void {
    const endMs = this.nowMs + ms;
    while (this.stopped === undefined) {
      const due = this.#agenda.peek();
      if (due === undefined || due.dueMs > endMs) {
        this.nowMs = endMs;
        return;
      }
      this.#agenda.pop();
      if (due.dueMs > this.nowMs) this.nowMs = due.dueMs;
      if (due.isPacket) this.#arrive(due, cause);
      else this.#goOff(due, cause);
    }
  }

  /** Begins a life of a node that is down. */
  start(actor: Actor<F, C, R>, memory: FoundMemory, cause: Cause<C>): void {
    actor.life += 1;
    try {
      actor.node = this.#subject.spawn(this.scenario, actor.name, actor.disk.open());
    } catch (error) {
      this.#crashOfTheCode(actor.name, error);
      return;
    }
    const input = { kind: 'start', life: actor.life, entropy: entropyOf(actor.name, actor.life) } as const;
    this.react(actor, input, cause, { memory });
  }

  /** Ends the life of a node that is up. What was held for it is on its way again, to nobody. */
  crash(actor: Actor<F, C, R>, cause: Cause<C>): void {
    actor.node = undefined;
    for (const timer of actor.timers.values()) this.#kill(timer);
    actor.timers.clear();
    actor.skewPercent = 100;
    this.#trace({ type: 'crashed', node: actor.name }, cause);
    this.resume(actor);
  }

  restart(actor: Actor<F, C, R>, memory: Memory, cause: Cause<C>): void {
    this.#trace({ type: 'restarting', node: actor.name, memory }, cause);
    this.start(actor, actor.disk.restore(memory), cause);
  }

  /** Ends a pause: what was held is due at once. */
  resume(actor: Actor<F, C, R>): void {
    actor.isPaused = false;
    const held = actor.held;
    actor.held = [];
    this.#unhold(held);
  }

  release(from: string, to: string): void {
    this.#unhold(this.wire.release(this.wire.link(from, to)));
  }

  /** Puts one input to a node that is up and carries out what it emits. */
  react(
    actor: Actor<F, C, R>,
    input: Input<F, C>,
    cause: Cause<C>,
    occasion: Occasion<F> = NO_OCCASION,
  ): void {
    const { node } = actor;
    if (node === undefined || this.stopped !== undefined) return;
    const outputs: Output<F, R>[] = [];
    this.#outputs = outputs;
    this.#overrun = false;
    let thrown: { readonly error: unknown } | undefined;
    try {
      node.handle(input, this.#emit);
    } catch (error) {
      if (!this.#overrun) thrown = { error };
    }
    this.#outputs = undefined;
    const tainted = occasion.attack !== undefined || occasion.packet?.tainted === true;
    const packets = this.#carryOut(actor, outputs, tainted);
    actor.disk.mark(this.steps);
    if (this.#observe === undefined) this.#count();
    else {
      const step = new TracedReaction(
        this.steps,
        this.nowMs,
        actor.name,
        cause,
        input,
        outputs,
        packets,
        occasion,
        this.#overrun,
        node,
      );
      this.#hand(step, this.#observe);
      step.seal();
    }
    if (thrown !== undefined) this.#crashOfTheCode(actor.name, thrown.error);
    for (const packet of packets) if (!packet.live) this.event({ type: 'lost', message: packet.id }, cause);
  }

  /** Takes a message off the wire and gives it to its receiver, or loses it if that is down. */
  deliver(packet: Packet<F>, cause: Cause<C>): void {
    this.takeOff(packet);
    this.#receive(packet, cause);
  }

  /** Takes a message off the wire. */
  takeOff(packet: Packet<F>): void {
    this.wire.remove(packet);
    if (!packet.held) this.#agenda.died();
  }

  /** Loses what is on its way between two groups of nodes, and will be. */
  cut(from: ReadonlySet<string>, to: ReadonlySet<string>, cause: Cause<C>): void {
    for (const packet of this.wire.cut(from, to)) {
      if (!packet.held) this.#agenda.died();
      this.event({ type: 'lost', message: packet.id }, cause);
    }
  }

  duplicate(packet: Packet<F>, cause: Cause<C>): void {
    const copy = this.wire.copy(packet, this.nowMs + this.scenario.latencyMs, this.#nextOrder());
    this.#agenda.push(copy);
    this.#boundFlights();
    this.event({ type: 'duplicated', message: packet.id }, cause);
  }

  /** Fires a set timer now. */
  fire(timer: Timer<F, C, R>, cause: Cause<C>): void {
    this.#kill(timer);
    this.#goOff(timer, cause);
  }

  /** Traces something that happened to the environment. */
  event(event: Event<C>['event'], cause: Cause<C>): void {
    if (this.stopped === undefined) this.#trace(event, cause);
  }

  #trace(event: Event<C>['event'], cause: Cause<C>): void {
    if (this.#observe === undefined) this.#count();
    else this.#hand({ kind: 'event', index: this.steps, nowMs: this.nowMs, cause, event }, this.#observe);
  }

  readonly #emit = (output: Output<F, R>): void => {
    const outputs = this.#outputs;
    if (outputs === undefined) throw new Error('emit was called outside of a reaction');
    if (outputs.length >= MAX_OUTPUTS_PER_REACTION) {
      this.#overrun = true;
      throw new Error(`a reaction emits at most ${String(MAX_OUTPUTS_PER_REACTION)} outputs`);
    }
    if (output.kind === 'set-timer' && !Number.isFinite(output.ms))
      throw new RangeError(
        `set-timer "${output.timer}": ms must be a finite number, is ${String(output.ms)}`,
      );
    outputs.push(output);
  };

  #carryOut(actor: Actor<F, C, R>, outputs: readonly Output<F, R>[], tainted: boolean): readonly Packet<F>[] {
    let packets: Packet<F>[] | undefined;
    for (const output of outputs) {
      switch (output.kind) {
        case 'send': {
          const { to, frame } = output;
          const kind = this.#subject.kindOf(frame);
          const dueMs = this.nowMs + this.scenario.latencyMs;
          const order = this.#nextOrder();
          const packet = this.wire.send(actor.name, to, kind, frame, tainted, this.nowMs, dueMs, order);
          if (packet.live && this.#suppresses?.(actor.name, to, kind, frame) === true)
            this.wire.remove(packet);
          if (packet.live) this.#agenda.push(packet);
          if (packets === undefined) packets = [packet];
          else packets.push(packet);
          break;
        }
        case 'set-timer': {
          const { timer: name, ms } = output;
          const replaced = actor.timers.get(name);
          if (replaced !== undefined) this.#kill(replaced);
          const dueMs = this.nowMs + Math.max(0, Math.round((ms * actor.skewPercent) / 100));
          const order = this.#nextOrder();
          const timer: Timer<F, C, R> = {
            isPacket: false,
            dueMs,
            order,
            live: true,
            held: false,
            actor,
            name,
          };
          actor.timers.set(name, timer);
          this.#agenda.push(timer);
          break;
        }
        case 'cancel-timer': {
          const timer = actor.timers.get(output.timer);
          if (timer !== undefined) this.#kill(timer);
          actor.timers.delete(output.timer);
          break;
        }
        case 'report':
        case 'reject':
          break;
      }
    }
    if (packets === undefined) return NO_PACKETS;
    this.#boundFlights();
    return packets;
  }

  #arrive(packet: Packet<F>, cause: Cause<C>): void {
    const { link } = packet.stream;
    if (link.isClogged) {
      packet.held = true;
      link.held.push(packet);
      return;
    }
    const receiver = this.actors.get(link.to);
    if (receiver?.isPaused === true) {
      packet.held = true;
      receiver.held.push(packet);
      return;
    }
    this.wire.remove(packet);
    this.#receive(packet, cause);
  }

  #receive(packet: Packet<F>, cause: Cause<C>): void {
    const receiver = this.actors.get(packet.to);
    if (receiver?.node === undefined) {
      this.event({ type: 'lost', message: packet.id }, cause);
      return;
    }
    this.react(receiver, { kind: 'frame', from: packet.from, frame: packet.frame }, cause, { packet });
  }

  #goOff(timer: Timer<F, C, R>, cause: Cause<C>): void {
    const { actor } = timer;
    if (actor.isPaused) {
      timer.held = true;
      actor.held.push(timer);
      return;
    }
    timer.live = false;
    actor.timers.delete(timer.name);
    this.react(actor, { kind: 'timer', timer: timer.name }, cause);
  }

  #kill(timer: Timer<F, C, R>): void {
    timer.live = false;
    if (!timer.held) this.#agenda.died();
  }

  #unhold(items: readonly (Packet<F> | Timer<F, C, R>)[]): void {
    for (const item of items) {
      if (!item.live) continue;
      item.held = false;
      this.#agenda.push(item);
    }
  }

  #hand(step: TracedStep<F, C, R>, observe: (step: TracedStep<F, C, R>) => void): void {
    this.steps += 1;
    observe(step);
    this.#boundSteps();
  }

  /** A step that nobody watches. */
  #count(): void {
    this.steps += 1;
    this.#boundSteps();
  }

  #boundSteps(): void {
    if (this.steps >= this.#stepsMax)
      this.#overload('MAX_STEPS', `more than ${String(this.#stepsMax)} steps`);
    const max = this.#stepsMaxAt?.(this.nowMs);
    if (max !== undefined && this.steps >= max)
      this.#overload('stepsMax', `more than ${String(max)} steps within ${String(this.nowMs)} ms`);
  }

  #boundFlights(): void {
    if (this.wire.liveCount > MAX_IN_FLIGHT)
      this.#overload('MAX_IN_FLIGHT', `more than ${String(MAX_IN_FLIGHT)} messages in flight`);
  }

  #overload(bound: string, what: string): void {
    const text = `the run has ${what} (${bound}): something feeds on itself`;
    this.stopped ??= { kind: 'overload', bound, text, step: this.steps - 1 };
  }

  #crashOfTheCode(node: string, error: unknown): void {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const text = `${node} threw ${message}`;
    this.stopped ??= { kind: 'crash-of-the-code', node, text, stack, step: this.steps - 1 };
  }

  #nextOrder(): number {
    return (this.#order += 1);
  }
}
