/** Moves that are possible at some point of a run, those first that are most likely to do what a given schedule does. */
import type { BaseScenario } from './subject.ts';
import type { Attack, Move, Schedule } from './move.ts';
import type { Harness, Random } from './harness.ts';
import type { Step } from './trace.ts';
import { causalPast } from './causality.ts';
import { Proposer, type Choice } from './proposer.ts';
import { randomFromSeed, seedOf } from './random.ts';
import { retarget } from './retarget.ts';
import { alike, kindsOf } from './short-walks.ts';
import { World } from './world.ts';

/** What a run tells about which moves are likely to do the same. */
export interface Clues<C> {
  /** The kind of message that had to do with the violation, as far as one can tell. */
  readonly brokeAt: string | undefined;
  /** Timers behind the violation that went off in their time: what waiting did could be done by hand. The last first. */
  readonly fired: readonly Move<C>[];
}

/** What is to be made shorter. */
export interface Model<C, S extends BaseScenario> extends Clues<C> {
  readonly scenario: S;
  readonly schedule: Schedule<C>;
  /** Whether only the kinds of moves will do that the schedule has. */
  readonly isStrict: boolean;
}

/** Reads the clues out of a trace that ends where the property broke. */
export function cluesOf<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  trace: readonly Step<F, C, R>[],
): Clues<C> {
  const last = trace.at(-1);
  if (last === undefined) return { brokeAt: undefined, fired: [] };
  const fired = new Map<string, Move<C>>();
  const past = causalPast(trace, last.index, 'answered');
  for (const step of trace.toReversed()) {
    if (step.kind !== 'reaction' || step.input.kind !== 'timer' || !past.has(step.index)) continue;
    if (step.cause.kind !== 'fair' || step.cause.phase === 'prologue') continue;
    const {
      node,
      input: { timer },
    } = step;
    fired.set(`${node} ${timer}`, { move: 'fire', node, timer });
  }
  return { brokeAt: brokeAt(harness, trace, last), fired: Array.from(fired.values()) };
}

/** The kind of the frame at which it broke; if that was no frame, of those that the node had taken in the rarest: what is frequent is routine. */
function brokeAt<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  trace: readonly Step<F, C, R>[],
  last: Step<F, C, R>,
): string | undefined {
  if (last.kind !== 'reaction') return undefined;
  if (last.input.kind === 'frame') return harness.subject.kindOf(last.input.frame);
  const counts = new Map<string, number>();
  for (const step of trace) {
    if (step.kind !== 'reaction' || step.node !== last.node || step.input.kind !== 'frame') continue;
    const kind = harness.subject.kindOf(step.input.frame);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Array.from(counts).toSorted(([, a], [, b]) => a - b)[0]?.[0];
}

/** Seed of what is drawn: shrinking is a function of the run. */
const SEED = 2;

/** How often a move of each kind is drawn. */
const LAST_DRAWS: readonly (readonly [Choice, number])[] = [
  ['crash', 8],
  ['leave', 8],
  ['fire', 24],
  ['command', 6],
  ['drop', 12],
  ['duplicate', 12],
  ['deliver', 8],
  ['attack', 120],
];
const INNER_DRAWS: readonly (readonly [Choice, number])[] = [
  ...LAST_DRAWS,
  ['restart', 8],
  ['isolate', 6],
  ['partition', 2],
  ['clog', 6],
  ['pause', 6],
  ['skew', 2],
  ['elapse', 4],
];

/**
 * Moves that are possible in a scenario after the moves `before`, no two the same, the most likely first.
 * @param place whether others follow: what settling takes back at once changes nothing as the last move
 */
export function likelyMoves<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  model: Model<C, S>,
  scenario: S,
  before: Schedule<C>,
  place: 'last' | 'inner',
): readonly Move<C>[] {
  const draws = place === 'last' ? LAST_DRAWS : INNER_DRAWS;
  const random = randomFromSeed(seedOf(SEED, before.length));
  const world = worldAfter(harness, scenario, before);
  const drawn = possibleMoves(harness, world, random, draws).flatMap((move) => {
    const command = move.move === 'command' ? harness.simpler?.command(move.command, 1) : undefined;
    return command === undefined || move.move !== 'command' ? [move] : [{ ...move, command }, move];
  });
  return inOrder(
    harness,
    model,
    model.fired.filter((move) => world.isPossible(move)),
    drawn,
  );
}

/** Kinds of attacks, at most, that are tried with the kind of message at which the property broke. */
const AIMED_KINDS = 4;

/** Sorted into kinds, the most likely first; and then one of each in turn. */
function inOrder<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  { schedule, scenario, brokeAt, isStrict }: Model<C, S>,
  fired: readonly Move<C>[],
  drawn: readonly Move<C>[],
): readonly Move<C>[] {
  const own = kindsOf(harness, schedule);
  const ownAttacks = new Set(schedule.map((move) => (move.move === 'attack' ? shapeOf(move.attack) : '')));
  const like = alike(own);
  const kinds = new Map<string, { readonly rank: number; readonly moves: Move<C>[] }>();
  const put = (kind: string, rank: number, move: Move<C>): void => {
    const entry = kinds.get(kind);
    if (entry === undefined) kinds.set(kind, { rank, moves: [move] });
    else entry.moves.push(move);
  };
  for (const move of drawn) {
    const [choice = move.move] = kindsOf(harness, [move]);
    const rank = own.includes(choice) ? 2 : like.includes(choice) ? 3 : 4;
    const isOther = move.move === 'attack' && !ownAttacks.has(shapeOf(move.attack));
    if (isStrict && (rank > 2 || isOther)) continue;
    if (move.move !== 'attack') put(choice, rank, move);
    else {
      const shape = shapeOf(move.attack);
      const isAimed = brokeAt !== undefined && messageKinds(move.attack, scenario.nodes).includes(brokeAt);
      const isOwn = ownAttacks.has(shape);
      if (isAimed) put(`aimed ${shape}`, isOwn ? 0 : 1, move);
      else if (isOwn) put(shape, rank, move);
      else put('attack', rank + 1, move);
    }
  }
  const sorted = Array.from(kinds.values()).toSorted(
    (a, b) => a.rank - b.rank || lengthOf(a.moves) - lengthOf(b.moves),
  );
  const aimed = sorted.filter(({ rank }) => rank < 2).slice(0, AIMED_KINDS);
  const rest = sorted.filter(({ rank }) => rank >= 2);
  const byHand = isStrict && !own.includes('fire') ? [] : fired;
  return inTurn([byHand, ...[...aimed, ...rest].map(({ moves }) => moves)]);
}

/** Attacks with the same arguments. */
function shapeOf(attack: Attack): string {
  return Object.keys(attack).toSorted().join() + attack.kind;
}

/** The plainest attack says least. */
function lengthOf(moves: readonly Move[]): number {
  return Math.min(...moves.map((move) => JSON.stringify(move).length));
}

const MESSAGE = /^\S+>\S+ (\S+) [#~]\d+$/;

/** What says which attack it is and whose, not what it is about. */
const NOT_ABOUT: ReadonlySet<string> = new Set(['kind', 'by', 'standing']);

/** Kinds of messages that an attack names: as messages that it is about, or by name. */
function messageKinds(attack: Attack, nodes: readonly string[]): readonly string[] {
  const about = Object.entries(attack).flatMap(([name, value]) =>
    NOT_ABOUT.has(name) ? [] : leavesOf(value),
  );
  return about.map((text) => MESSAGE.exec(text)?.[1] ?? text).filter((text) => !nodes.includes(text));
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

const PROLOGUE = { kind: 'fair', phase: 'prologue' } as const;

/** Here every move is the first of its kind: no kind has run out. */
const NO_LIMITS = {
  crashesMax: Infinity,
  leavesMax: Infinity,
  attacksMax: Infinity,
  partitionsMax: Infinity,
};

/** The world after the prologue and these moves, retargeted. Nothing watches it: this costs a fraction of a run. */
function worldAfter<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  schedule: Schedule<C>,
): World<F, C, R, S> {
  const world = new World(harness.subject, scenario, harness.adversary);
  world.startAll(PROLOGUE);
  world.elapse(scenario.prologueMs, PROLOGUE);
  for (const [index, given] of schedule.entries()) {
    const move = retarget(given, world);
    world.apply(move, { kind: 'move', index, move });
  }
  return world;
}

/** Moves that are possible now, no two the same: what drawing so often finds, for each of these kinds. */
function possibleMoves<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  world: World<F, C, R, S>,
  random: Random,
  draws: readonly (readonly [choice: Choice, draws: number])[],
): readonly Move<C>[] {
  const proposer = new Proposer(harness, world, random, NO_LIMITS);
  const moves = new Map<string, Move<C>>();
  for (const [choice, count] of draws)
    for (let at = 0; at < count; at += 1) {
      const move = proposer.propose(choice);
      if (move !== undefined) moves.set(JSON.stringify(move), move);
    }
  return Array.from(moves.values());
}

/** The first of each list, then the second of each, and so on. */
export function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
