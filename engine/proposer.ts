/** Proposals: for each kind of move, one that is possible now, and the limits per run. */
import type { BaseScenario } from './subject.ts';
import type { Strategy } from './defaults.ts';
import type { Capability, Memory, Move, Schedule } from './move.ts';
import type { Asked, Harness, Random, Workload, WorldView } from './harness.ts';
import type { ProbeOptions } from './probe-moves.ts';
import { retarget } from './retarget.ts';
import type { World } from './world.ts';

/** How schedules are generated. */
export interface StrategyOptions {
  /** @default DEFAULT_STRATEGY */
  readonly strategy?: Strategy;
  /** `pct`: how many ordering constraints the bug that is looked for has. @default drawn for each run, from 1 to MAX_PCT_DEPTH */
  readonly depth?: number;
  /** `pct`: how many faults come, remedies not counted. @default drawn for each run, up to MAX_PCT_FAULTS_PERCENT of its moves */
  readonly faults?: number;
  /**
   * `guided`: the schedule that this one is derived from, and another one to take moves from. A campaign sets them.
   * @default none: the run is as with `swarm`
   */
  readonly parents?: readonly Schedule[];
  /** What the adversary was given. @default all of the harness */
  readonly capabilities?: readonly Capability[];
  /** Kinds of moves to choose from, as far as capabilities allow them; time always passes. @default all */
  readonly choices?: readonly Choice[];
  /** Moves per schedule, at most. @default DEFAULT_MOVES */
  readonly moves?: number;
  /** Longest single `elapse`, milliseconds. @default a tenth of the scenario's settleMs */
  readonly elapseMsMax?: number;
  /** Crashes per run. @default 4 */
  readonly crashesMax?: number;
  /** Nodes that leave in good order, per run. @default 3 */
  readonly leavesMax?: number;
  /** Attacks per run. @default 16 */
  readonly attacksMax?: number;
  /** Partitions per run. @default 4 */
  readonly partitionsMax?: number;
  /** How many writing reactions a stale storage lags, at most. @default 4 */
  readonly backMax?: number;
  /** The schedule is an answer to a probe: strategy, kinds of moves and their number are not asked for. @default it is not */
  readonly probe?: ProbeOptions;
  /** Ends the schedule (and settles) at the first violation. @default true */
  readonly stopOnViolation?: boolean;
}

/** What a generator may do: kinds of moves, and two that share theirs with others. */
export type Choice = Move['move'] | 'isolate' | 'leave';

/** Kinds of moves that are limited per run, and what limits them. */
const LIMITED: Readonly<Partial<Record<Choice, 'crash' | 'leave' | 'attack' | 'partition'>>> = {
  crash: 'crash',
  leave: 'leave',
  attack: 'attack',
  partition: 'partition',
};

/** Finds a move of a given kind that is possible now, and counts what is limited per run. */
export class Proposer<F, C, R, S extends BaseScenario> {
  readonly #harness: Harness<F, C, R, S>;
  readonly #world: World<F, C, R, S>;
  readonly #random: Random;
  readonly #workload: Workload<F, C, S>;
  /** The world as a workload sees it: paused nodes take no commands, so they are not up. */
  readonly #ready: WorldView<F, S>;
  readonly #capabilities: readonly Capability[];
  readonly #elapseMsMax: number;
  readonly #backMax: number;
  readonly #left: { crash: number; leave: number; attack: number; partition: number };
  readonly #gone = new Set<string>();
  /** Told to leave and not restarted since. */
  readonly #departed = new Set<string>();
  /** What goes with the move before, and comes next whatever is asked for. */
  readonly #following: Move<C>[] = [];

  constructor(
    harness: Harness<F, C, R, S>,
    world: World<F, C, R, S>,
    random: Random,
    options: StrategyOptions,
  ) {
    const { crashesMax = 4, leavesMax = 3, attacksMax = 16, partitionsMax = 4, backMax = 4 } = options;
    this.#harness = harness;
    this.#world = world;
    this.#random = random;
    this.#capabilities = options.capabilities ?? harness.capabilities;
    this.#workload = harness.workload(world.scenario);
    this.#ready = viewOf(world, (node) => world.isUp(node) && !world.isPaused(node));
    this.#elapseMsMax = Math.max(1, Math.floor(options.elapseMsMax ?? world.scenario.settleMs / 10));
    this.#backMax = backMax;
    this.#left = { crash: crashesMax, leave: leavesMax, attack: attacksMax, partition: partitionsMax };
  }

  /** Time passes: log-uniform, so that short and long spans are equally frequent; sometimes just till the next event. */
  elapse(): Move<C> {
    const { nextDueMs, nowMs } = this.#world;
    if (nextDueMs !== undefined && this.#random.chance(30)) {
      const ms = Math.max(0, nextDueMs - nowMs);
      if (ms <= this.#elapseMsMax) return { move: 'elapse', ms };
    }
    const bits = this.#random.int(0, Math.floor(Math.log2(this.#elapseMsMax)));
    return {
      move: 'elapse',
      ms: Math.min(this.#elapseMsMax, this.#random.int(2 ** bits, 2 ** (bits + 1) - 1)),
    };
  }

  /**
   * The commands that the workload has left, with some time between them. Who is down or paused or has left and shall take one is brought
   * up again before: so does whoever wants to go on.
   */
  remaining(): Move<C>[] {
    const world = this.#world;
    const isReady = (node: string): boolean => this.#ready.isUp(node) && !this.#departed.has(node);
    const left = this.#workload.remaining?.(viewOf(world, isReady)) ?? [];
    const idle = new Set(left.map(({ node }) => node).filter((node) => !isReady(node)));
    const begin = Array.from(idle).flatMap((node): Move<C>[] => {
      const restart: Move<C> = { move: 'restart', node, memory: 'durable' };
      if (!world.isUp(node)) return [restart];
      return this.#departed.has(node) ? [{ move: 'crash', node }, restart] : [{ move: 'resume', node }];
    });
    const commands = left.flatMap(({ node, command }): Move<C>[] => [
      { move: 'command', node, command },
      { move: 'elapse', ms: world.scenario.latencyMs },
    ]);
    return [...begin, ...commands];
  }

  /**
   * A move of another schedule, if it is possible now and within the limits of the run; where commands may not be
   * repeated, one of this run's workload instead of a command.
   */
  repeat(move: Move<C>): Move<C> | undefined {
    const choice = this.#isLeave(move) ? 'leave' : move.move;
    if (choice === 'command' && this.#workload.mayRepeat !== true) return this.propose('command');
    const limit = LIMITED[choice];
    if (limit !== undefined && this.#left[limit] <= 0) return undefined;
    if (move.move === 'command' && choice === 'leave' && this.#gone.has(move.node)) return undefined;
    if (!this.#world.isPossible(move)) return undefined;
    if (limit !== undefined) this.#left[limit] -= 1;
    if (choice === 'leave' && 'node' in move) this.#leaves(move.node);
    if (move.move === 'restart') this.#departed.delete(move.node);
    return move;
  }

  /** The move as it is most likely meant here: what it names may have another name in this run. */
  meant(move: Move<C>): Move<C> {
    return retarget(move, this.#world);
  }

  /** Whether `pause` of this node is possible now. */
  mayPause(node: string): boolean {
    return this.#mayCrash(node) && !this.#world.isPaused(node);
  }

  /** A move of this kind that is possible now; undefined if none was found. What goes with the move before comes first. */
  propose(choice: Choice): Move<C> | undefined {
    const world = this.#world;
    const random = this.#random;
    for (let next = this.#following.shift(); next !== undefined; next = this.#following.shift())
      if (world.isPossible(next)) return next;
    switch (choice) {
      case 'elapse':
        return this.elapse();
      case 'command': {
        const next = this.#workload.next(this.#ready, random);
        if (next === undefined || !this.#ready.isUp(next.node)) return undefined;
        return this.#begun(next);
      }
      case 'deliver': {
        const packet = this.#someMessage();
        if (packet === undefined || !world.isDeliverable(packet)) return undefined;
        return { move: 'deliver', message: packet.id };
      }
      case 'drop':
      case 'duplicate': {
        const packet = this.#someMessage();
        return packet === undefined ? undefined : { move: choice, message: packet.id };
      }
      case 'clog': {
        // A link that is in use is worth more than any other.
        const packet = this.#someMessage() ?? this.#some(world.seen);
        if (packet === undefined) return undefined;
        const { from, to } = packet;
        if (world.clogged.some((link) => link.from === from && link.to === to)) return undefined;
        return world.scenario.nodes.includes(to) ? { move: 'clog', from, to } : undefined;
      }
      case 'release': {
        const link = this.#some(world.clogged);
        return link === undefined ? undefined : { move: 'release', from: link.from, to: link.to };
      }
      case 'partition':
        return this.#cut(this.#randomGroup());
      case 'isolate': {
        const groups = this.#harness.groups?.(world.scenario) ?? [];
        return this.#cut(this.#some(groups) ?? [random.pick(world.scenario.nodes)]);
      }
      case 'heal':
        return world.hasPartition ? { move: 'heal' } : undefined;
      case 'fire': {
        const node = this.#someNode((name) => world.isUp(name) && !world.isPaused(name));
        const timer = node === undefined ? undefined : this.#some(world.timersOf(node));
        return node === undefined || timer === undefined ? undefined : { move: 'fire', node, timer };
      }
      case 'pause': {
        const node = this.#someNode((name) => this.mayPause(name));
        return node === undefined ? undefined : { move: 'pause', node };
      }
      case 'resume': {
        const node = this.#someNode((name) => world.isPaused(name));
        return node === undefined ? undefined : { move: 'resume', node };
      }
      case 'skew': {
        const node = this.#someNode((name) => world.isUp(name));
        return node === undefined
          ? undefined
          : { move: 'skew', node, percent: random.pick([50, 80, 100, 125, 200]) };
      }
      case 'crash': {
        const node = this.#left.crash > 0 ? this.#someNode((name) => this.#mayCrash(name)) : undefined;
        if (node === undefined) return undefined;
        this.#left.crash -= 1;
        return { move: 'crash', node };
      }
      case 'restart': {
        const node = this.#someNode((name) => !world.isUp(name));
        if (node === undefined) return undefined;
        this.#departed.delete(node);
        return { move: 'restart', node, memory: this.#memory(node) };
      }
      case 'leave':
        return this.#leave();
      case 'attack': {
        const attack =
          this.#left.attack > 0
            ? this.#harness.adversary?.propose(world, random, this.#capabilities)
            : undefined;
        if (attack === undefined || !world.isPossible({ move: 'attack', attack })) return undefined;
        this.#left.attack -= 1;
        return { move: 'attack', attack };
      }
    }
  }

  /** The first move of what is asked; the others follow. */
  #begun({ node, command, waitMs, restarts = false }: Asked<C>): Move<C> {
    const asked: Move<C> = { move: 'command', node, command };
    const restart: readonly Move<C>[] =
      restarts && this.#capabilities.includes('churn')
        ? [
            { move: 'crash', node },
            { move: 'restart', node, memory: 'durable' },
          ]
        : [];
    if (waitMs === undefined) {
      this.#following.push(...restart);
      return asked;
    }
    this.#following.push(asked, ...restart);
    return { move: 'elapse', ms: waitMs };
  }

  #leave(): Move<C> | undefined {
    const { leave: command } = this.#harness;
    if (command === undefined || this.#left.leave <= 0) return undefined;
    const world = this.#world;
    const node = this.#someNode(
      (name) =>
        world.isUp(name) &&
        !world.isPaused(name) &&
        !this.#gone.has(name) &&
        this.#harness.mayLeave(world.scenario, name),
    );
    if (node === undefined) return undefined;
    this.#left.leave -= 1;
    this.#leaves(node);
    return { move: 'command', node, command };
  }

  #leaves(node: string): void {
    this.#gone.add(node);
    this.#departed.add(node);
  }

  /** Commands that came out of a file or another thread are told by what they say. */
  #isLeave(move: Move<C>): boolean {
    const { leave } = this.#harness;
    if (leave === undefined || move.move !== 'command') return false;
    return JSON.stringify(move.command) === JSON.stringify(leave);
  }

  #cut(from: readonly string[]): Move<C> | undefined {
    const to = this.#world.scenario.nodes.filter((node) => !from.includes(node));
    if (from.length === 0 || to.length === 0 || this.#left.partition <= 0) return undefined;
    this.#left.partition -= 1;
    if (this.#random.chance(60)) return { move: 'partition', from, to, way: 'both' };
    const [a, b] = this.#random.chance(50) ? [from, to] : [to, from];
    return { move: 'partition', from: a, to: b, way: 'one-way' };
  }

  #randomGroup(): readonly string[] {
    const percent = this.#random.pick([10, 25, 50]);
    return this.#world.scenario.nodes.filter(() => this.#random.chance(percent));
  }

  #memory(node: string): Memory {
    if (this.#harness.mayForget?.(this.#world.scenario, node) === false) return 'durable';
    const roll = this.#random.int(1, 10);
    if (roll <= 5) return 'durable';
    if (roll <= 7) return 'amnesiac';
    return { back: this.#random.int(1, Math.max(1, this.#backMax)) };
  }

  #mayCrash(node: string): boolean {
    return this.#world.isUp(node) && this.#harness.mayCrash(this.#world.scenario, node);
  }

  #someNode(fits: (node: string) => boolean): string | undefined {
    return this.#some(this.#world.scenario.nodes.filter(fits));
  }

  /**
   * A message in flight. Every other time, a rare kind is as likely as a frequent one: what keeps a system alive would
   * otherwise be most of it.
   */
  #someMessage() {
    const { inFlight } = this.#world;
    if (inFlight.length === 0 || this.#random.chance(50)) return this.#some(inFlight);
    const kind = this.#random.pick([...new Set(inFlight.map((flight) => flight.kind))]);
    return this.#some(inFlight.filter((flight) => flight.kind === kind));
  }

  #some<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.#random.pick(list);
  }
}

function viewOf<F, C, R, S extends BaseScenario>(
  world: World<F, C, R, S>,
  isUp: (node: string) => boolean,
): WorldView<F, S> {
  return {
    scenario: world.scenario,
    isUp,
    find: (id) => world.find(id),
    get nowMs() {
      return world.nowMs;
    },
    get inFlight() {
      return world.inFlight;
    },
    get seen() {
      return world.seen;
    },
  };
}
