/** What the short schedules are made of that shrinking makes anew (`shrink.ts`). */
import type { BaseScenario } from './subject.ts';
import type { Harness, Random } from './harness.ts';
import type { Schedule } from './move.ts';
import type { Choice, StrategyOptions } from './proposer.ts';
import { randomFromSeed, seedOf } from './random.ts';

/** A schedule that is to be made at random. */
export interface WalkPlan<F, C, R, S extends BaseScenario> {
  readonly harness: Harness<F, C, R, S>;
  readonly scenario: S;
  readonly random: Random;
  readonly strategy: StrategyOptions;
}

/** Where, how many, and how long. */
export interface ShortWalksOptions<S extends BaseScenario> {
  readonly scenarios: readonly S[];
  readonly walks: number;
  readonly movesMin: number;
  readonly movesMax: number;
  /** Whether kinds of moves that the schedule has not would be of another cause. */
  readonly isStrict: boolean;
}

/** Seed of the walks: shrinking is a function of the run. */
const SEED = 1;

/** Walks in each scenario in turn, by all ways in turn; every other one with the plainest commands. */
export function* shortWalks<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  schedule: Schedule<C>,
  { scenarios, walks, movesMin, movesMax, isStrict }: ShortWalksOptions<S>,
): Iterable<WalkPlan<F, C, R, S>> {
  const ways = waysOfShortWalks(harness, schedule).slice(0, isStrict ? STRICT_WAYS : undefined);
  const plain = plainly(harness);
  for (let attempt = 0; attempt < walks; attempt += 1) {
    const scenario = scenarios[attempt % scenarios.length];
    if (scenario === undefined) return;
    const random = randomFromSeed(seedOf(SEED, attempt));
    const way = ways[Math.floor(attempt / scenarios.length) % ways.length] ?? {};
    const moves = random.int(Math.min(movesMin, movesMax), movesMax);
    const strategy: StrategyOptions = { strategy: 'uniform', ...way, moves };
    yield { harness: attempt % 2 === 0 ? plain : harness, scenario, random, strategy };
  }
}

/** Ways that have only kinds of moves that the schedule has, or some that might do the same. */
const STRICT_WAYS = 2;

/** Kinds that are known to break the property, kinds that might do the same, what one capability gives, anything. */
function waysOfShortWalks<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  schedule: Schedule<C>,
): readonly StrategyOptions[] {
  const kinds = kindsOf(harness, schedule);
  return [
    { choices: kinds },
    { choices: alike(kinds) },
    ...harness.capabilities.map((capability) => ({ capabilities: [capability] })),
    { strategy: 'swarm' },
  ];
}

/** The kinds of moves that the schedule has. */
export function kindsOf<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  schedule: Schedule<C>,
): readonly Choice[] {
  const leave = JSON.stringify(harness.leave);
  const kinds = schedule.flatMap((move): readonly Choice[] => {
    if (move.move === 'partition') return ['partition', 'isolate'];
    return move.move === 'command' && JSON.stringify(move.command) === leave ? ['leave'] : [move.move];
  });
  return Array.from(new Set(kinds));
}

/** These, and kinds of moves that may come to the same: others that the network can do to messages; firing timers instead of waiting. */
export function alike(kinds: readonly Choice[]): readonly Choice[] {
  const network: readonly Choice[] = ['deliver', 'drop', 'duplicate', 'partition', 'isolate', 'clog'];
  return [
    ...kinds,
    ...(kinds.some((kind) => network.includes(kind)) ? network : []),
    ...(kinds.includes('elapse') ? (['fire'] as const) : []),
  ];
}

/** The harness with the plainest commands: they are easier read, and what is signed and verified is remembered from walk to walk. */
function plainly<F, C, R, S extends BaseScenario>(harness: Harness<F, C, R, S>): Harness<F, C, R, S> {
  const { simpler } = harness;
  if (simpler === undefined) return harness;
  return {
    ...harness,
    workload(scenario) {
      const workload = harness.workload(scenario);
      let number = 0;
      return {
        ...workload,
        next(view, random) {
          const next = workload.next(view, random);
          if (next === undefined) return undefined;
          number += 1;
          return { ...next, command: simpler.command(next.command, number) ?? next.command };
        },
      };
    },
  };
}
