/** PCT: which event goes first is a matter of priorities, and at a few points something falls behind. */
import type { BaseScenario } from './subject.ts';
import type { Capability, Move } from './move.ts';
import type { Flight, Random } from './harness.ts';
import { MAX_PCT_DEPTH, MAX_PCT_FAULTS_PERCENT } from './bounds.ts';
import type { Choice, Proposer } from './proposer.ts';
import { weighted, type Entry } from './weights.ts';
import type { World } from './world.ts';

/** Chains beside the links: the commands of the application, and time. */
const WORKLOAD = 'workload';
const CLOCK = 'clock';

/** Greatest priority that a chain begins with; of equal ones, the chain goes whose message is older. */
const PRIORITY_MAX = 2 ** 30;

/** Percent of change points at which, with `timing`, it is not a link that falls behind but the node at its end. */
const NODE_PERCENT = 30;

/** Percent of chains that are behind and catch up at the next change point. */
const CATCH_UP_PERCENT = 50;

/** The course of things: no faults. */
const ORDINARY: ReadonlySet<Choice> = new Set(['elapse', 'command', 'deliver']);

/** What ends a fault. */
const REMEDY: Readonly<Partial<Record<Choice, Choice>>> = {
  crash: 'restart',
  pause: 'resume',
  partition: 'heal',
  isolate: 'heal',
  clog: 'release',
};
const REMEDIES: ReadonlySet<Choice> = new Set(Object.values(REMEDY));

/** What the schedules of PCT are made of. */
export interface PctOptions {
  /** @default drawn */
  readonly depth?: number;
  /** How many faults come, remedies not counted. @default drawn */
  readonly faults?: number;
  readonly moves: number;
  readonly capabilities: readonly Capability[];
}

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010), with chains of messages for threads (Ozkan et
 * al., OOPSLA 2018). A bug of depth d shows whenever d events come in a certain order; a run with w chains and n moves
 * has them in that order with a probability of at least 1 / (w n^(d - 1)), about.
 *
 * The **chains** are the links (each hands over its oldest message), the commands of the application, and time. Each
 * has a priority, drawn when it is first seen (that of time is the lowest), and of those that can go the highest goes:
 * one `deliver`, `command` or `elapse`. Commands and time never end; so that they do not starve the others, each falls
 * below all others when it has gone. Messages thus arrive before time passes, link by link, and not in the order in which they were sent.
 *
 * At d - 1 **change points**, drawn among the moves, the chain that would go next falls behind: it waits while all
 * others go on, until the schedule ends or a later change point lets it catch up. Time does not wait for what is
 * behind, so a link that is behind is clogged, and a node (with `timing`, all links to it and its timers at once) is
 * paused.
 *
 * **Faults** are no events of a chain. They come at points of their own: how many is drawn for each run, from none to
 * MAX_PCT_FAULTS_PERCENT of its moves, and each is of one of the run's kinds, drawn by weight. What ends one (restart,
 * heal, resume, release) comes some time later, or not before the schedule ends. Without `network` nothing is delivered out of time: what is left is
 * the order of commands, time and faults.
 *
 * @param entries the kinds of moves of this run, with their weights
 */
export function pctMoves<F, C, R, S extends BaseScenario>(
  world: World<F, C, R, S>,
  proposer: Proposer<F, C, R, S>,
  entries: readonly Entry[],
  random: Random,
  options: PctOptions,
): () => Move<C> {
  const pct = new Pct(world, proposer, entries, random, options);
  return () => pct.next();
}

class Pct<F, C, R, S extends BaseScenario> {
  readonly #world: World<F, C, R, S>;
  readonly #proposer: Proposer<F, C, R, S>;
  readonly #random: Random;
  readonly #moves: number;
  readonly #faults: readonly Entry[];
  readonly #hasNetwork: boolean;
  readonly #hasTiming: boolean;
  /** Time begins below all others. */
  readonly #priorities = new Map<string, number>([[CLOCK, 0]]);
  /** Positions at which something falls behind, at which a fault comes, and at which one ends. */
  readonly #changePoints: Set<number>;
  readonly #faultPoints: Set<number>;
  readonly #remedies = new Map<number, Choice>();
  /** Moves that let something catch up. */
  #catchUps: Move<C>[] = [];
  /** Moves that are due before anything else. */
  #due: Move<C>[] = [];
  /** Commands or time, if they are behind. */
  #starved: string | undefined;
  #lowest = 0;
  #at = 0;

  constructor(
    world: World<F, C, R, S>,
    proposer: Proposer<F, C, R, S>,
    entries: readonly Entry[],
    random: Random,
    { depth, faults, moves, capabilities }: PctOptions,
  ) {
    this.#world = world;
    this.#proposer = proposer;
    this.#random = random;
    this.#moves = moves;
    this.#faults = entries.filter(({ choice }) => !ORDINARY.has(choice) && !REMEDIES.has(choice));
    this.#hasNetwork = capabilities.includes('network');
    this.#hasTiming = capabilities.includes('timing');
    this.#changePoints = this.#points((depth ?? random.int(1, MAX_PCT_DEPTH)) - 1);
    const faultsMax = this.#faults.length === 0 ? 0 : Math.ceil((moves * MAX_PCT_FAULTS_PERCENT) / 100);
    this.#faultPoints = this.#points(Math.min(faultsMax, faults ?? random.int(0, faultsMax)));
  }

  next(): Move<C> {
    const at = this.#at;
    this.#at += 1;
    if (this.#changePoints.has(at)) this.#change();
    for (let move = this.#due.shift(); move !== undefined; move = this.#due.shift())
      if (this.#world.isPossible(move)) return move;
    return this.#remedy(at) ?? this.#fault(at) ?? this.#first();
  }

  /** Different positions among the moves. */
  #points(count: number): Set<number> {
    const points = new Set<number>();
    while (points.size < Math.min(count, this.#moves)) points.add(this.#random.int(0, this.#moves - 1));
    return points;
  }

  /** The next event of the chain that goes first. */
  #first(): Move<C> {
    const packet = this.#firstPacket();
    const inOrder = [WORKLOAD, CLOCK]
      .filter((chain) => chain !== this.#starved)
      .sort((a, b) => this.#priority(b) - this.#priority(a));
    for (const chain of inOrder) {
      if (packet !== undefined && this.#priority(chainOf(packet)) >= this.#priority(chain)) break;
      const move = chain === CLOCK ? this.#proposer.elapse() : this.#proposer.propose('command');
      if (move === undefined) continue;
      this.#lowest -= 1;
      this.#priorities.set(chain, this.#lowest);
      return move;
    }
    return packet === undefined ? this.#proposer.elapse() : { move: 'deliver', message: packet.id };
  }

  /** The oldest message of the link that goes before all others, of those that can be delivered. */
  #firstPacket(): Flight<F> | undefined {
    if (!this.#hasNetwork) return undefined;
    let first: Flight<F> | undefined;
    let highest = -Infinity;
    // Oldest first: of one link, the first one seen stays.
    for (const packet of this.#world.inFlight) {
      if (!this.#world.isDeliverable(packet)) continue;
      const priority = this.#priority(chainOf(packet));
      if (priority > highest) [first, highest] = [packet, priority];
    }
    return first;
  }

  #priority(chain: string): number {
    let priority = this.#priorities.get(chain);
    if (priority === undefined) {
      priority = this.#random.int(1, PRIORITY_MAX);
      this.#priorities.set(chain, priority);
    }
    return priority;
  }

  /** Some of what is behind catches up, and what would go next falls behind. */
  #change(): void {
    const random = this.#random;
    const kept: Move<C>[] = [];
    for (const move of this.#catchUps) (random.chance(CATCH_UP_PERCENT) ? this.#due : kept).push(move);
    this.#catchUps = kept;
    this.#starved = undefined;
    const packet = this.#firstPacket();
    if (packet === undefined) {
      this.#starved = this.#priority(WORKLOAD) > this.#priority(CLOCK) ? WORKLOAD : CLOCK;
      return;
    }
    const { from, to } = packet;
    if (this.#hasTiming && this.#proposer.mayPause(to) && random.chance(NODE_PERCENT)) {
      this.#due.push({ move: 'pause', node: to });
      this.#catchUps.push({ move: 'resume', node: to });
    } else {
      this.#due.push({ move: 'clog', from, to });
      this.#catchUps.push({ move: 'release', from, to });
    }
  }

  #fault(at: number): Move<C> | undefined {
    if (!this.#faultPoints.has(at)) return undefined;
    const choice = weighted(this.#faults, this.#random);
    const move = this.#proposer.propose(choice);
    if (move === undefined) {
      // Not now: with the next move, perhaps in another way.
      this.#faultPoints.add(at + 1);
      return undefined;
    }
    const remedy = REMEDY[choice];
    // As likely as not within what is left.
    const left = Math.max(1, this.#moves - at);
    if (remedy !== undefined) this.#remedies.set(at + this.#random.int(1, 2 * left), remedy);
    return move;
  }

  #remedy(at: number): Move<C> | undefined {
    const choice = this.#remedies.get(at);
    return choice === undefined ? undefined : this.#proposer.propose(choice);
  }
}

function chainOf({ from, to }: Flight<unknown>): string {
  return `${from}>${to}`;
}
