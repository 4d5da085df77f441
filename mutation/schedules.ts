/** The runs that judge a mutant: fixed seeds, drawn as `check` draws them, counted and never timed. */
import type { Capability, StrategyOptions } from '../engine/index.ts';
import type { Parameters } from '../model/index.ts';
import type { Aim } from '../properties/adversary/aimed.ts';
import { LATENCY_MS, SLOW_LATENCY_MS, TIGHT_BOUNDS, type Size } from '../properties/scenario.ts';

/** One run. */
export interface Schedule {
  /** `subject-moves-run`, with the capabilities if they are not all. */
  readonly id: string;
  readonly subject: 'reference' | 'model';
  /** Index of the run in a campaign with DEFAULT_SEED: fixes scenario and moves. */
  readonly run: number;
  readonly strategy: 'swarm' | 'uniform';
  /** Moves at most. */
  readonly moves: number;
  /** What the environment may do. Default: everything. */
  readonly capabilities?: readonly Capability[];
  /** Whether it goes on until the system has settled: without, liveness is not judged, and it takes a part of the time. */
  readonly settles: boolean;
  /** Which system, with an insider that aims and puts at the limits of what a client takes. Default: drawn as `check` does, as are attacks and puts. */
  readonly system?: System;
  /** Executed again from its schedule, with and without the outsider's moves (`non-interference`). */
  readonly isPaired: boolean;
}

/** A system that is not drawn. */
export interface System {
  readonly size: Size;
  readonly parameters: Partial<Parameters>;
  readonly latencyMs: number;
  readonly aims: readonly Aim[];
  /** Kinds of moves to choose from. Default: all that the capabilities allow. */
  readonly choices?: NonNullable<StrategyOptions['choices']>;
}

/** Moves of short runs: what breaks at once breaks here. */
const SHORT_MOVES = 10;
/** Moves of long runs: as many as `check` makes. */
const LONG_MOVES = 50;

/** Moves of runs in which the insider has the word: nothing else disturbs, so that it meets nodes that wait for something. */
const INSIDER_MOVES = 60;

/** Which runs: small systems first, and of the long ones those in which bounds are tight or scarce, and links slow, before others. */
const SHORT_RUNS = [0, 1, 2, 3];
const INSIDER_RUNS = [1, 2, 6, 8, 9, 10, 12];
const LONG_RUNS = [5, 8, 20, 32, 21, 3, 0, 1];
/** The statecharts are judged by the conformance of the reference, too; of themselves, these are enough. */
const MODEL_RUNS = [0, 5, 8];

/** Every how many runs of the reference one is paired. */
const PAIRED_EVERY = 3;

/**
 * Runs that kill what those above let live; chosen among some dozens like them by the mutants that each comes across (docs/mutation.md).
 * Faults without attacks, faults of membership with an insider, and long runs of lost messages with an insider, which need not settle.
 */
const CHOSEN: readonly Pool[] = [
  { strategy: 'swarm', moves: LONG_MOVES, runs: [2, 4] },
  {
    capabilities: ['network', 'insider'],
    strategy: 'uniform',
    moves: 200,
    runs: [6, 11, 20, 30, 31, 32, 34],
    settles: false,
  },
  { capabilities: ['network', 'timing', 'churn'], strategy: 'swarm', moves: 80, runs: [3, 4, 5] },
  { capabilities: ['churn', 'insider'], strategy: 'uniform', moves: 80, runs: [1, 3, 4, 6] },
  { capabilities: ['network', 'insider'], strategy: 'uniform', moves: 80, runs: [2, 3, 6] },
  // Rotations, keys of those expelled, and two stories of the coordinator's; by which nothing was chosen.
  { capabilities: ['stolen'], strategy: 'swarm', moves: 40, runs: [0, 1, 3, 5] },
  { capabilities: ['stolen', 'network', 'churn'], strategy: 'uniform', moves: 60, runs: [0, 3] },
  { capabilities: ['coordinator'], strategy: 'swarm', moves: 40, runs: [0, 2, 5] },
  { capabilities: ['coordinator', 'network', 'churn'], strategy: 'uniform', moves: 60, runs: [0, 3, 5] },
  { capabilities: ['router', 'timing'], strategy: 'swarm', moves: 40, runs: [0, 3] },
  {
    capabilities: ['stolen', 'writer', 'coordinator', 'network'],
    strategy: 'uniform',
    moves: 80,
    runs: [0, 3],
  },
];

/** Runs of a kind. */
interface Pool extends Partial<Pick<Schedule, 'capabilities' | 'settles'>> {
  readonly strategy: Schedule['strategy'];
  readonly moves: number;
  readonly runs: readonly number[];
}

function schedules(
  subject: Schedule['subject'],
  { strategy, moves, runs, capabilities, settles = true }: Pool,
  pairedEvery?: number,
): readonly Schedule[] {
  return runs.map((run, at) => ({
    id: [subject, ...(capabilities ?? []), moves, run].join('-'),
    subject,
    run,
    strategy,
    moves,
    settles,
    isPaired: pairedEvery !== undefined && at % pairedEvery === pairedEvery - 1,
    ...(capabilities === undefined ? {} : { capabilities }),
  }));
}

const swarm = (moves: number, runs: readonly number[]): Pool => ({ strategy: 'swarm', moves, runs });
const insiders: Pool = {
  capabilities: ['insider'],
  strategy: 'uniform',
  moves: INSIDER_MOVES,
  runs: INSIDER_RUNS,
};

/** Epochs follow each other so closely that a short run has several. */
const SHORT_EPOCHS: Partial<Parameters> = { epochMs: 3000 };
/** Tight bounds, tighter than `check` draws them. */
const TINY: Partial<Parameters> = {
  ...TIGHT_BOUNDS,
  ...SHORT_EPOCHS,
  logWindow: 2,
  maxCapsules: 3,
  maxEarly: 1,
  maxOwnRecords: 6,
  maxRepair: 2,
  maxPendingNaks: 2,
};
const BOUNDS = {
  short: SHORT_EPOCHS,
  tiny: TINY,
  one: { ...TINY, logWindow: 1, maxCapsules: 2, maxPendingNaks: 1 },
} as const;

const SIZES = {
  pair: { k: 2, routers: 0, clients: 2 },
  small: { k: 2, routers: 1, clients: 2 },
  wide: { k: 3, routers: 1, clients: 4 },
  crowded: { k: 2, routers: 1, clients: 5 },
  two: { k: 2, routers: 3, clients: 4 },
  shards: { topology: 'sharded', shards: 2, k: 2, routers: 1, clients: 3 },
  domains: { topology: 'domains', domains: 2, k: 3, routers: 4, clients: 4 },
} as const;

/** Runs of an insider that aims, or of faults alone, in one system. */
interface AimedPool extends Pick<System, 'aims' | 'choices'> {
  readonly size: keyof typeof SIZES;
  readonly bounds: keyof typeof BOUNDS;
  /** Beside `insider`. */
  readonly faults?: readonly Capability[];
  /** Whether there is no `insider`, who has all keys and would have the word most of the time. @default false */
  readonly isWithoutInsider?: boolean;
  readonly moves: number;
  readonly runs: readonly number[];
  /** Default: so slow that attacks come while questions are open. */
  readonly latencyMs?: number;
  /** Default: no. */
  readonly settles?: boolean;
}

/** Who comes back must be asked for what it stored. */
const CRASHES = ['elapse', 'command', 'crash', 'restart', 'attack'] as const;
/** A writer that was taken over has the word more often than the network. */
const WRITES = ['elapse', 'command', 'deliver', 'attack'] as const;
const LOSSES = ['elapse', 'command', 'drop', 'duplicate', 'deliver', 'clog', 'release'] as const;

/** What runs of somebody who was taken over have in common, where there is no insider beside. */
const ALONE = { aims: [], isWithoutInsider: true, choices: WRITES, settles: true } as const;

/** Chosen like those above, by the mutants that survived them. */
const AIMED: readonly AimedPool[] = [
  { size: 'small', bounds: 'short', aims: ['links'], moves: 40, runs: [0, 1] },
  { size: 'small', bounds: 'short', aims: ['epochs'], moves: 60, runs: [1] },
  { size: 'pair', bounds: 'short', aims: ['epochs'], moves: 60, runs: [1] },
  { size: 'small', bounds: 'short', aims: ['membership'], moves: 60, runs: [0, 1] },
  { size: 'small', bounds: 'short', aims: ['membership'], faults: ['churn'], moves: 60, runs: [0] },
  { size: 'small', bounds: 'short', aims: ['writers'], moves: 40, runs: [0] },
  { size: 'small', bounds: 'short', aims: ['edges'], moves: 50, runs: [1] },
  { size: 'two', bounds: 'short', aims: ['edges'], faults: ['churn'], moves: 60, runs: [0] },
  { size: 'small', bounds: 'tiny', aims: ['ranges'], faults: ['network'], moves: 60, runs: [1] },
  { size: 'pair', bounds: 'tiny', aims: ['ranges'], faults: ['network'], moves: 60, runs: [0] },
  { size: 'small', bounds: 'tiny', aims: ['ranges'], faults: ['churn'], moves: 60, runs: [1] },
  { size: 'wide', bounds: 'tiny', aims: ['ranges'], faults: ['network', 'churn'], moves: 60, runs: [1] },
  { size: 'crowded', bounds: 'short', aims: ['membership'], faults: ['churn'], moves: 60, runs: [1] },
  { size: 'two', bounds: 'short', aims: ['answers', 'epochs'], moves: 60, runs: [0], latencyMs: 300 },
  {
    size: 'small',
    bounds: 'one',
    aims: ['ranges'],
    faults: ['network'],
    choices: LOSSES,
    moves: 80,
    runs: [1],
  },
  ...(['pair', 'small'] as const).map((size) => ({
    size,
    bounds: 'short' as const,
    aims: ['ranges'] as const,
    faults: ['churn'] as const,
    choices: CRASHES,
    moves: 120,
    runs: [1],
    latencyMs: LATENCY_MS,
  })),
  // Shards, domains, and writers that were taken over, of which `check` has a few.
  { size: 'shards', bounds: 'short', aims: ['membership'], moves: 60, runs: [0, 1] },
  {
    size: 'shards',
    bounds: 'short',
    aims: ['membership'],
    faults: ['network', 'churn'],
    moves: 60,
    runs: [0, 1],
    settles: true,
  },
  { size: 'shards', bounds: 'tiny', aims: ['ranges'], faults: ['network'], moves: 60, runs: [0, 1] },
  {
    size: 'shards',
    bounds: 'short',
    aims: [],
    faults: ['timing'],
    moves: 60,
    runs: [0, 1],
    settles: true,
    latencyMs: LATENCY_MS,
  },
  {
    size: 'domains',
    bounds: 'short',
    aims: ['membership'],
    faults: ['churn'],
    moves: 60,
    runs: [0, 1],
    settles: true,
  },
  {
    size: 'domains',
    bounds: 'short',
    aims: ['edges'],
    faults: ['network', 'churn'],
    moves: 60,
    runs: [0, 1],
    settles: true,
  },
  { size: 'small', bounds: 'short', aims: [], faults: ['writer'], moves: 40, runs: [0, 1], settles: true },
  {
    size: 'wide',
    bounds: 'tiny',
    aims: [],
    faults: ['writer', 'network'],
    moves: 60,
    runs: [0, 1, 2],
    settles: true,
  },
  {
    size: 'pair',
    bounds: 'one',
    aims: [],
    faults: ['writer', 'churn'],
    moves: 60,
    runs: [0, 1],
    settles: true,
  },
  ...(['small', 'two'] as const).flatMap((size) =>
    (['writer', 'stolen'] as const).map((fault) => ({
      size,
      ...ALONE,
      bounds: 'short' as const,
      faults: [fault],
      moves: 60,
      runs: [0, 2, 4],
    })),
  ),
  // Keys that were stolen and renewed: with crashes, so that lives begin under new ones. Runs in which such lives write most.
  ...(
    [
      ['pair', [2, 9]],
      ['small', [2, 6]],
      ['two', [6, 7]],
      ['shards', [4, 8]],
    ] as const
  ).map(([size, runs]) => ({
    size,
    ...ALONE,
    bounds: 'short' as const,
    faults: ['stolen', 'churn'] as const,
    moves: 80,
    runs,
    latencyMs: LATENCY_MS,
  })),
  // Forks of which messages about them are lost.
  {
    size: 'two',
    ...ALONE,
    bounds: 'short',
    faults: ['writer', 'network'],
    choices: [...WRITES, 'drop'],
    moves: 80,
    runs: [0, 1, 2, 3],
  },
  // Chosen by the mutants that survived all those above.
  {
    size: 'pair',
    ...ALONE,
    bounds: 'short',
    faults: ['stolen', 'churn'],
    choices: CRASHES,
    moves: 120,
    runs: [0, 1],
    latencyMs: LATENCY_MS,
  },
  { size: 'small', ...ALONE, bounds: 'tiny', faults: ['writer'], moves: 80, runs: [5] },
  { size: 'two', ...ALONE, bounds: 'short', faults: ['router'], moves: 60, runs: [0, 3] },
  { size: 'crowded', bounds: 'short', aims: ['membership'], faults: ['churn'], moves: 80, runs: [3] },
  {
    size: 'shards',
    bounds: 'short',
    aims: ['membership'],
    faults: ['network', 'churn'],
    moves: 80,
    runs: [2],
    settles: true,
  },
];

function aimed({
  size,
  bounds,
  aims,
  choices,
  faults = [],
  isWithoutInsider = false,
  moves,
  runs,
  latencyMs = SLOW_LATENCY_MS,
  settles = false,
}: AimedPool) {
  const capabilities: readonly Capability[] = isWithoutInsider ? faults : [...faults, 'insider'];
  const system = {
    size: SIZES[size],
    parameters: BOUNDS[bounds],
    latencyMs,
    aims,
    ...(choices === undefined ? {} : { choices }),
  };
  return runs.map((run): Schedule => ({
    id: ['aimed', size, bounds, ...aims, ...faults, ...(isWithoutInsider ? ['alone'] : []), moves, run].join(
      '-',
    ),
    subject: 'reference',
    run,
    strategy: 'uniform',
    moves,
    capabilities,
    settles,
    isPaired: false,
    system,
  }));
}

/** All runs, in the order in which a mutant meets them. */
export const SCHEDULES: readonly Schedule[] = [
  ...schedules('reference', swarm(SHORT_MOVES, SHORT_RUNS), PAIRED_EVERY),
  ...schedules('reference', insiders, PAIRED_EVERY),
  ...schedules('reference', swarm(LONG_MOVES, LONG_RUNS), PAIRED_EVERY),
  ...CHOSEN.flatMap((pool) => schedules('reference', pool)),
  ...AIMED.flatMap(aimed),
  ...schedules('model', swarm(LONG_MOVES, MODEL_RUNS)),
];
