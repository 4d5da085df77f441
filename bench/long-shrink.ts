/** What shrinking costs: a long failing schedule of each mutant, made at random, and how it gets short. */
import { execute, randomFromSeed, seedOf, shrink, walk, type Schedule } from '../engine/index.ts';
import { harnessFor, MUTANTS, namedScenario, type Command, type TreeScenario } from '../properties/index.ts';

/** Moves of a long schedule. */
export const LONG_MOVES = 500;

/** Where: mutants of shards and of domains do nothing wrong elsewhere. */
const SCENARIOS = ['two-levels', 'sharded', 'domains'];
/** Schedules that are made in a scenario to find one whose failure comes late. */
const LONG_TRIES = 2;
/** Seed of them. */
const LONG_SEED = 7;
/** All kinds of faults, as many as a schedule of `LONG_MOVES` has room for. */
const LIMITS = { crashesMax: 40, attacksMax: 160, leavesMax: 2, partitionsMax: 20 };

/** A schedule that fails, and where. */
export interface LongFailure {
  readonly mutant: string;
  readonly property: string;
  readonly scenario: TreeScenario;
  readonly schedule: Schedule<Command>;
  /** Moves up to the violation: the rest is cut at once. */
  readonly movesUntil: number;
  /** Reactions and events up to it. */
  readonly steps: number;
}

/** What shrinking made of one. */
export interface LongShrink {
  readonly mutant: string;
  readonly property: string;
  readonly moves: number;
  readonly movesUntil: number;
  readonly steps: number;
  /** Moves and nodes that are left. */
  readonly movesLeft: number;
  readonly nodesLeft: number;
  readonly executions: number;
  readonly ms: number;
  readonly oneMinimal: boolean;
}

/**
 * Makes schedules of `moves` moves; the one that fails last, of those in the first scenario in which any does. Undefined if none breaks the
 * property that the mutant is for.
 */
export function longFailure(mutant: string, moves: number): LongFailure | undefined {
  for (const name of SCENARIOS) {
    const failure = longFailureIn(name, mutant, moves);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function longFailureIn(name: string, mutant: string, moves: number): LongFailure | undefined {
  const property = MUTANTS.find(({ id }) => id === mutant)?.breaks[0];
  const harness = harnessFor(`mutant:${mutant}`);
  const scenario = namedScenario(name);
  if (property === undefined || harness === undefined || scenario === undefined)
    throw new RangeError(`no mutant "${mutant}"`);
  let latest: LongFailure | undefined;
  for (let attempt = 0; attempt < LONG_TRIES; attempt += 1) {
    const strategy = attempt % 2 === 0 ? 'uniform' : 'swarm';
    const options = { ...LIMITS, moves, strategy, stopOnViolation: false } as const;
    const random = randomFromSeed(seedOf(LONG_SEED, attempt));
    const { schedule, violations } = walk(harness, scenario, random, options, { digest: false });
    if (!violations.some((violation) => violation.property === property)) continue;
    const stopped = execute(harness, scenario, schedule, { digest: false, stopAt: property });
    const { movesApplied: movesUntil, steps } = stopped;
    if (latest !== undefined && movesUntil <= latest.movesUntil) continue;
    latest = { mutant, property, scenario, schedule, movesUntil, steps };
  }
  return latest;
}

/** Shrinks it. `nowMs` is a clock. */
export function longShrink(failure: LongFailure, nowMs: () => number): LongShrink {
  const { mutant, property, schedule, movesUntil, steps } = failure;
  const harness = harnessFor(`mutant:${mutant}`);
  if (harness === undefined) throw new RangeError(`no mutant "${mutant}"`);
  const beganMs = nowMs();
  const { schedule: left, scenario, executions, oneMinimal } = shrink(harness, failure, property);
  return {
    mutant,
    property,
    moves: schedule.length,
    movesUntil,
    steps,
    movesLeft: left.length,
    nodesLeft: scenario.nodes.length,
    executions,
    ms: nowMs() - beganMs,
    oneMinimal,
  };
}
