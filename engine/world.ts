/** The world: a deterministic discrete-event simulation that takes one move of its environment at a time. */
import type { BaseScenario, Subject } from './subject.ts';
import type { Attack, Capability, MessageId, Move } from './move.ts';
import type { Cause } from './trace.ts';
import type { Standing } from './monitor.ts';
import type { Adversary, WorldView } from './harness.ts';
import type { Actor } from './actor.ts';
import { Reactor, type WorldOptions } from './reactor.ts';
import type { Packet } from './wire.ts';

/** Runs a subject in a scenario under moves. Everything that happens is a function of the moves. */
export class World<F, C, R, S extends BaseScenario> implements WorldView<F, S> {
  readonly scenario: S;
  readonly #reactor: Reactor<F, C, R, S>;
  readonly #adversary: Adversary<F, S> | undefined;
  /** Attacks that go on, by their text. */
  readonly #standing = new Map<string, Attack>();

  constructor(
    subject: Subject<F, C, R, S>,
    scenario: S,
    adversary?: Adversary<F, S>,
    options: WorldOptions<F, C, R> = {},
  ) {
    this.scenario = scenario;
    this.#adversary = adversary;
    this.#reactor = new Reactor(subject, scenario, {
      ...options,
      ...(adversary?.suppresses === undefined
        ? {}
        : { suppresses: (from, to, kind, frame) => this.#isSuppressed(from, to, kind, frame) }),
    });
  }

  get nowMs(): number {
    return this.#reactor.nowMs;
  }
  /** Steps traced so far. */
  get steps(): number {
    return this.#reactor.steps;
  }
  /** Why nothing happens any more. */
  get stopped(): Reactor<F, C, R, S>['stopped'] {
    return this.#reactor.stopped;
  }
  get inFlight(): readonly Packet<F>[] {
    return this.#reactor.wire.inFlight;
  }
  get seen(): readonly Packet<F>[] {
    return this.#reactor.wire.seen;
  }
  /** When the next thing is due, if anything is; what is clogged or paused is not due. */
  get nextDueMs(): number | undefined {
    return this.#reactor.nextDueMs;
  }
  get hasPartition(): boolean {
    return this.#reactor.wire.hasCuts;
  }
  /** Clogged links, longest first. */
  get clogged(): readonly { readonly from: string; readonly to: string }[] {
    return this.#reactor.wire.clogged;
  }

  find(id: MessageId): Packet<F> | undefined {
    return this.#reactor.wire.find(id);
  }
  /** The message in flight, or the oldest in flight of its link and kind. */
  inFlightLike(id: MessageId): Packet<F> | undefined {
    return this.#reactor.wire.findLive(id) ?? this.#reactor.wire.like(id, this.inFlight, 'oldest');
  }
  /** The message, if it is known; or the newest of its kind that is, on its link or, if there is none there, anywhere. */
  seenLike(id: MessageId, reach: 'link' | 'anywhere' = 'link'): Packet<F> | undefined {
    const { wire } = this.#reactor;
    const onLink = this.find(id) ?? wire.like(id, this.seen, 'newest');
    return onLink ?? (reach === 'anywhere' ? wire.ofKind(id, this.seen) : undefined);
  }
  isUp(node: string): boolean {
    return this.#reactor.actors.get(node)?.node !== undefined;
  }
  isPaused(node: string): boolean {
    return this.#reactor.actors.get(node)?.isPaused === true;
  }
  /** Names of the timers that a node has set. */
  timersOf(node: string): readonly string[] {
    return Array.from(this.#reactor.actors.get(node)?.timers.keys() ?? []);
  }
  /** Whether `deliver` of this message is possible now. */
  isDeliverable(packet: Packet<F>): boolean {
    return packet.live && !packet.stream.link.isClogged && !this.isPaused(packet.to);
  }
  standing(): Standing {
    return { nowMs: this.nowMs, up: new Set(this.scenario.nodes.filter((node) => this.isUp(node))) };
  }

  /** Starts all nodes, in the order of the scenario. */
  startAll(cause: Cause<C>): void {
    for (const actor of this.#reactor.actors.values()) {
      if (this.stopped !== undefined) return;
      this.#reactor.start(actor, { kind: 'fresh', asOfIndex: -1 }, cause);
    }
  }

  /** Lets time pass fairly. */
  elapse(ms: number, cause: Cause<C>): void {
    this.#reactor.elapse(ms, cause);
  }

  /** Ends the run: what was looked for was found. */
  stopAt(property: string): void {
    this.#reactor.stopped ??= { kind: 'found', property, step: this.steps - 1 };
  }

  /** Ends all faults: heals, releases, resumes, takes skews back, restarts what is down of the core. */
  endFaults(cause: Cause<C>): void {
    const { actors, wire } = this.#reactor;
    this.#reactor.event({ type: 'settling' }, cause);
    wire.heal();
    for (const link of wire.clogged) this.#reactor.release(link.from, link.to);
    for (const actor of actors.values()) {
      actor.skewPercent = 100;
      if (!actor.isPaused) continue;
      this.#reactor.event({ type: 'resumed', node: actor.name }, cause);
      this.#reactor.resume(actor);
    }
    for (const name of this.scenario.core) {
      const actor = actors.get(name);
      if (actor === undefined || actor.node !== undefined || this.stopped !== undefined) continue;
      this.#reactor.restart(actor, 'durable', cause);
    }
  }

  /** Puts a command to a node now, if it is up. */
  command(node: string, command: C, cause: Cause<C>): boolean {
    const actor = this.#reactor.actors.get(node);
    if (actor?.node === undefined || actor.isPaused) return false;
    this.#reactor.react(actor, { kind: 'command', command }, cause);
    return true;
  }

  /**
   * Applies one move. If it names nothing, or is not possible now, a `skipped` event is traced instead.
   * @returns whether it was applied
   */
  apply(move: Move<C>, cause: Cause<C>): boolean {
    if (this.stopped !== undefined) return false;
    const act = this.#plan(move);
    if (act === undefined) this.#reactor.event({ type: 'skipped', move }, cause);
    else act(cause);
    return act !== undefined;
  }

  /** Whether `apply` would apply this move now. Changes nothing. */
  isPossible(move: Move<C>): boolean {
    return this.stopped === undefined && this.#plan(move) !== undefined;
  }

  /** What the move does; undefined if it is not possible now. */
  #plan(move: Move<C>): ((cause: Cause<C>) => void) | undefined {
    const reactor = this.#reactor;
    switch (move.move) {
      case 'elapse':
        if (!Number.isFinite(move.ms) || move.ms < 0) return undefined;
        return () => {
          reactor.elapse(move.ms, FAIR_SCHEDULE);
        };
      case 'command': {
        const actor = this.#up(move.node);
        if (actor === undefined || actor.isPaused) return undefined;
        return (cause) => {
          reactor.react(actor, { kind: 'command', command: move.command }, cause);
        };
      }
      case 'deliver': {
        const packet = reactor.wire.findLive(move.message);
        if (packet === undefined || !this.isDeliverable(packet)) return undefined;
        return (cause) => {
          reactor.deliver(packet, cause);
        };
      }
      case 'drop': {
        const packet = reactor.wire.findLive(move.message);
        if (packet === undefined) return undefined;
        return (cause) => {
          reactor.takeOff(packet);
          reactor.event({ type: 'lost', message: packet.id }, cause);
        };
      }
      case 'duplicate': {
        const packet = reactor.wire.findLive(move.message);
        if (packet === undefined) return undefined;
        return (cause) => {
          reactor.duplicate(packet, cause);
        };
      }
      case 'fire': {
        const actor = reactor.actors.get(move.node);
        const timer = actor?.timers.get(move.timer);
        if (actor === undefined || timer === undefined || actor.isPaused) return undefined;
        return (cause) => {
          reactor.fire(timer, cause);
        };
      }
      case 'clog': {
        const { from, to } = move;
        if (!this.#knows(from) || !this.#knows(to)) return undefined;
        const link = reactor.wire.link(from, to);
        if (link.isClogged) return undefined;
        return (cause) => {
          reactor.wire.clog(link);
          reactor.event({ type: 'network', text: `${from}>${to} is clogged` }, cause);
        };
      }
      case 'release': {
        const { from, to } = move;
        if (!this.clogged.some((link) => link.from === from && link.to === to)) return undefined;
        return (cause) => {
          reactor.event({ type: 'network', text: `${from}>${to} is released` }, cause);
          reactor.release(from, to);
        };
      }
      case 'partition':
        return this.#partition(move);
      case 'heal':
        if (!reactor.wire.hasCuts) return undefined;
        return (cause) => {
          reactor.wire.heal();
          reactor.event({ type: 'network', text: 'healed' }, cause);
        };
      case 'pause': {
        const actor = this.#up(move.node);
        if (actor === undefined || actor.isPaused) return undefined;
        return (cause) => {
          actor.isPaused = true;
          reactor.event({ type: 'paused', node: actor.name }, cause);
        };
      }
      case 'resume': {
        const actor = this.#up(move.node);
        if (actor === undefined || !actor.isPaused) return undefined;
        return (cause) => {
          reactor.event({ type: 'resumed', node: actor.name }, cause);
          reactor.resume(actor);
        };
      }
      case 'skew': {
        const { node, percent } = move;
        const actor = this.#up(node);
        if (actor === undefined || !(percent > 0 && Number.isFinite(percent))) return undefined;
        return (cause) => {
          actor.skewPercent = percent;
          const text = `timers of ${node} take ${String(percent)} %`;
          reactor.event({ type: 'network', text }, cause);
        };
      }
      case 'crash': {
        const actor = this.#up(move.node);
        if (actor === undefined) return undefined;
        return (cause) => {
          reactor.crash(actor, cause);
        };
      }
      case 'restart': {
        const actor = reactor.actors.get(move.node);
        if (actor === undefined || actor.node !== undefined) return undefined;
        return (cause) => {
          reactor.restart(actor, move.memory, cause);
        };
      }
      case 'attack':
        return this.#attack(move.attack);
    }
  }

  #partition(move: Extract<Move<C>, { move: 'partition' }>): ((cause: Cause<C>) => void) | undefined {
    const from = new Set(move.from.filter((node) => this.#knows(node)));
    const to = new Set(move.to.filter((node) => this.#knows(node)));
    if (from.size === 0 || to.size === 0) return undefined;
    return (cause) => {
      const arrow = move.way === 'both' ? '<>' : '>';
      const text = `cut ${Array.from(from).join(',')} ${arrow} ${Array.from(to).join(',')}`;
      this.#reactor.event({ type: 'network', text }, cause);
      this.#reactor.cut(from, to, cause);
      if (move.way === 'both') this.#reactor.cut(to, from, cause);
    };
  }

  #isSuppressed(from: string, to: string, kind: string, frame: F): boolean {
    // Nearly always there is none, and then this costs nothing.
    if (this.#standing.size === 0) return false;
    for (const attack of this.#standing.values())
      if (this.#adversary?.suppresses?.(attack, { from, to, kind, frame }) === true) return true;
    return false;
  }

  /** An attack that stands begins unless it goes on already, and ends if it does. */
  #stand(attack: Attack): ((cause: Cause<C>) => void) | undefined {
    const { standing } = attack;
    const key = standingKey(attack);
    if (this.#adversary?.suppresses === undefined || this.#standing.has(key) === (standing === 'begins'))
      return undefined;
    return (cause) => {
      if (standing === 'begins') this.#standing.set(key, attack);
      else this.#standing.delete(key);
      this.#reactor.event(
        { type: 'network', text: `${attack.by ?? 'outsider'} ${standing} ${attack.kind}` },
        cause,
      );
    };
  }

  #attack(attack: Attack): ((cause: Cause<C>) => void) | undefined {
    if (attack.standing !== undefined) return this.#stand(attack);
    const arriving = (this.#adversary?.make(this, attack) ?? []).flatMap(({ to, from, frame }) => {
      const actor = this.#up(to);
      return actor === undefined || actor.isPaused ? [] : [{ actor, from, frame }];
    });
    if (arriving.length === 0) return undefined;
    return (cause) => {
      for (const { actor, from, frame } of arriving)
        this.#reactor.react(actor, { kind: 'frame', from, frame }, cause, { attack });
    };
  }

  #knows(node: string): boolean {
    return this.#reactor.actors.has(node);
  }

  #up(node: string): Actor<F, C, R> | undefined {
    const actor = this.#reactor.actors.get(node);
    return actor?.node === undefined ? undefined : actor;
  }
}

const FAIR_SCHEDULE = { kind: 'fair', phase: 'schedule' } as const;

/** The capability that a move needs; undefined for what the environment does anyway. */
export function capabilityOf(move: Move): Capability | undefined {
  switch (move.move) {
    case 'deliver':
    case 'elapse':
    case 'command':
      return undefined;
    case 'drop':
    case 'duplicate':
    case 'clog':
    case 'release':
    case 'partition':
    case 'heal':
      return 'network';
    case 'fire':
    case 'pause':
    case 'resume':
    case 'skew':
      return 'timing';
    case 'crash':
    case 'restart':
      return 'churn';
    case 'attack':
      return attackerOf(move.attack);
  }
}

/** What somebody was given who attacks like that. */
function attackerOf({ by }: Attack): Capability {
  if (by === undefined || by === 'insider') return by ?? 'outsider';
  if (by.startsWith('stolen(')) return 'stolen';
  if (by.startsWith('writer(')) return 'writer';
  return by.startsWith('router(') ? 'router' : 'coordinator';
}

/** Equal exactly for the beginning and the end of the same attack that stands. */
export function standingKey(attack: Attack): string {
  return JSON.stringify({ ...attack, standing: undefined });
}

/** The node whose keys an attack is made with; undefined for one made without, or with all keys. */
export function takenOverBy({ by }: Attack): string | undefined {
  return by === undefined ? undefined : /^(?:writer|router|coordinator|stolen)\((.+)\)$/.exec(by)?.[1];
}
