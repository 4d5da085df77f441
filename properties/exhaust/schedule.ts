/** A way through a scope as a schedule: the moves that make a world go the same way. */
import type { Move, Schedule } from '../../engine/index.ts';
import type { PathStep } from '../../engine/exhaust/path.ts';
import type { Explored } from '../../engine/exhaust/explored.ts';
import { FORGED } from '../adversary/forge.ts';
import type { Command } from '../reading.ts';
import { shardOfKey } from '../shards.ts';
import { formed } from './forming.ts';
import { settledText } from './settled.ts';
import { exhaustText, unborn, type ExhaustLocal, type ExhaustMessage } from './local.ts';
import type { Scope } from './scopes.ts';
import { crash, fire, forged, put, receive, start, subscribe } from './node.ts';

/** Follows a way node by node, and names messages as a world does: by counting those of a kind on a link. */
export class Scheduler {
  readonly moves: Move<Command>[] = [];
  readonly #scope: Scope;
  readonly #locals: ExhaustLocal[];
  /** In flight, oldest first. */
  readonly #flying: { readonly message: ExhaustMessage; readonly id: string }[] = [];
  /** By text: the first identity that the message ever had. */
  readonly #seen = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  #puts = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
    const { nodes, parameters } = scope.scenario;
    this.#locals = nodes.map((node) => {
      const { local, sends } = start(unborn(node, parameters));
      this.#send(sends, false);
      return local;
    });
    for (const message of formed(scope).arrived) this.#deliver(message);
    // A world whose nodes all form a tree first does so by itself.
    if (scope.late.length === 0) this.moves.length = 0;
  }

  /** Takes a step. What is delivered at once is left out unless `withEager`: it does nothing. */
  take(step: PathStep, search: Explored<ExhaustLocal, ExhaustMessage>): void {
    const { compiled, composition } = search;
    switch (step.kind) {
      case 'deliver': {
        const message = compiled.messageOf(step.message);
        if (message.kind === 'replay') this.#replay(message);
        else if ('of' in message || step.isEager !== true) this.#deliver(message);
        break;
      }
      case 'lose':
        this.drop(compiled.messageOf(step.message));
        break;
      case 'act':
        this.#act(composition.nodes[step.node] ?? '', step.name);
        break;
    }
  }

  /** Loses a message. */
  drop(message: ExhaustMessage): void {
    const flying = this.#takeOff(message);
    if (flying !== undefined) this.moves.push({ move: 'drop', message: flying.id });
  }

  #deliver(message: ExhaustMessage): void {
    if ('of' in message) {
      this.#arrive(message, false);
      return;
    }
    const flying = this.#takeOff(message);
    if (flying === undefined) throw new Error(`${exhaustText(message)} is not in flight`);
    this.moves.push({ move: 'deliver', message: flying.id });
    this.#arrive(flying.message, false);
  }

  /** The oldest that is that message; else, where nodes settled on the way, the oldest that is but for what that forgets. */
  #takeOff(message: ExhaustMessage) {
    for (const textOf of [exhaustText, settledText]) {
      const text = textOf(message);
      const at = this.#flying.findIndex((flying) => textOf(flying.message) === text);
      if (at >= 0) return this.#flying.splice(at, 1)[0];
    }
    return undefined;
  }

  #replay(message: Extract<ExhaustMessage, { kind: 'frame' | 'replay' }>): void {
    const original = { ...message, kind: 'frame' } as const;
    const id = this.#seen.get(exhaustText(original));
    if (id === undefined) throw new Error(`${exhaustText(original)} was never sent`);
    this.moves.push({ move: 'attack', attack: { kind: 'replay', message: id } });
    this.#arrive(original, true);
  }

  #arrive(message: ExhaustMessage, isTainted: boolean): void {
    const at = this.#scope.scenario.nodes.indexOf(message.to);
    const { local, sends } = receive(this.#local(at), message);
    this.#locals[at] = local;
    this.#send(sends, isTainted);
  }

  #act(node: string, name: string): void {
    const { nodes } = this.#scope.scenario;
    const at = nodes.indexOf(node);
    const local = this.#local(at);
    const others = nodes.filter((other) => other !== node);
    const [verb = '', what = ''] = name.split(' ');
    const reactions = {
      put: () => put(local, what === '' ? undefined : Number(what)),
      subscribe: () => subscribe(local, interestIn(what)),
      crash: () => crash(local, others),
      restart: () => start(what === 'amnesiac' ? { ...local, memory: null } : local),
      fire: () => fire(local, what),
      forge: () => forged(local),
    } as const;
    if (verb === 'put') this.#put(node, Number(what));
    else if (verb === 'subscribe')
      this.moves.push({ move: 'command', node, command: { type: 'subscribe', shards: interestIn(what) } });
    else if (verb === 'forge') this.#forge(node);
    else if (verb === 'crash') this.moves.push({ move: 'crash', node });
    else if (verb === 'restart')
      this.moves.push({ move: 'restart', node, memory: what === 'amnesiac' ? 'amnesiac' : 'durable' });
    else this.moves.push({ move: 'fire', node, timer: what });
    const { local: after, sends } = reactions[verb as keyof typeof reactions]();
    this.#locals[at] = after;
    this.#send(sends, false);
  }

  /** To the statecharts all records of a shard are one: what is written makes no difference. */
  #put(node: string, shard: number): void {
    this.#puts += 1;
    const value = `value ${String(this.#puts)}`;
    const key = keyIn(shard, this.#scope.scenario.parameters.shards);
    this.moves.push({ move: 'command', node, command: { type: 'put', key, value } });
  }

  /** To the statecharts all forged messages are one: here is one of every kind. */
  #forge(to: string): void {
    const others = this.#scope.scenario.nodes.filter((other) => other !== to);
    const [as = ''] = others;
    for (const [salt, message] of FORGED.entries())
      this.moves.push({ move: 'attack', attack: { kind: 'forge', message, as, to, salt } });
  }

  #local(at: number): ExhaustLocal {
    const local = this.#locals[at];
    if (local === undefined) throw new RangeError(`there is no node ${String(at)}`);
    return local;
  }

  #send(sends: readonly ExhaustMessage[], isTainted: boolean): void {
    for (const message of sends) {
      if (message.kind !== 'frame') continue;
      const { from, to } = message;
      const stream = `${from}>${to} ${message.message.type} ${isTainted ? '~' : '#'}`;
      const number = (this.#counts.get(stream) ?? 0) + 1;
      this.#counts.set(stream, number);
      const id = `${stream}${String(number)}`;
      const text = exhaustText(message);
      this.#flying.push({ message, id });
      if (!this.#seen.has(text)) this.#seen.set(text, id);
    }
  }
}

/** A key that belongs to the shard. */
function keyIn(shard: number, shards: number): string {
  let key = 'k';
  for (let number = 1; shardOfKey(key, shards) !== shard; number += 1) key = `k${String(number)}`;
  return key;
}

/** Shards as the name of an act says them. */
function interestIn(text: string): readonly number[] {
  return text === '' ? [] : text.split(',').map(Number);
}

/** The schedule of a way through a storm. */
export function scheduleOf(
  scope: Scope,
  search: Explored<ExhaustLocal, ExhaustMessage>,
  steps: readonly PathStep[],
): Schedule<Command> {
  const scheduler = new Scheduler(scope);
  for (const step of steps) scheduler.take(step, search);
  return scheduler.moves;
}
