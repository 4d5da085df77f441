/** What worker threads import: harness, scenarios and workload of a campaign, made from plain JSON. */
import { readFileSync } from 'node:fs';
import {
  DEFAULT_STRATEGY,
  type CampaignSetup,
  type Capability,
  type Random,
  type Strategy,
  type StrategyOptions,
  type Workload,
} from '../engine/index.ts';
import {
  granting,
  harnessFor,
  isGivenToBreak,
  ON_REQUEST,
  scenarioFor,
  type TreeHarness,
} from './harness.ts';
import { InputError } from './input-error.ts';
import { KINDS_ALONE } from './prototype/causes.ts';
import type { Command, Report } from './reading.ts';
import { drawScenario, settleMs, type TreeScenario } from './scenario.ts';
import { parseTrace } from './trace-file.ts';
import { referenceSubject } from './subjects/reference.ts';
import { fixedWorkload, sliceFor } from './workload.ts';

/** A campaign, as JSON. */
export interface CheckConfig {
  readonly subject: string;
  readonly capabilities?: readonly Capability[];
  /** @default DEFAULT_STRATEGY */
  readonly strategy?: Strategy;
  /** Moves per schedule, at most. @default DEFAULT_MOVES */
  readonly moves?: number;
  /** One scenario for all runs. Default: a size drawn for each run. */
  readonly scenario?: TreeScenario;
  /** A trace to take the operations from, all of it over `runs` runs. Default: YCSB-A, generated. */
  readonly workload?: { readonly file: string; readonly runs: number };
}

/** Of a search that nobody told what to grant, one in so many runs has insiders; the others are what they are without. */
const INSIDERS_EVERY = 16;

/** The harness that can judge runs with insiders, too. What such runs alone can reach is no goal: they are too few to be sure of it. */
function withInsiders(whole: TreeHarness): TreeHarness {
  const harness = harnessFor(whole.subject.id, ON_REQUEST) ?? whole;
  const { coverage } = harness;
  if (coverage === undefined || whole.coverage === undefined) return harness;
  return { ...harness, coverage: { ...coverage, goals: whole.coverage.goals } };
}

/** Called by the engine in each worker. */
export function campaignHarness(config: unknown): CampaignSetup<unknown, Command, Report, TreeScenario> {
  const {
    subject,
    capabilities,
    strategy = DEFAULT_STRATEGY,
    moves,
    scenario,
    workload,
  } = config as CheckConfig;
  const whole = harnessFor(subject, capabilities);
  if (whole === undefined) throw new InputError('subject', `there is no ${subject}`);
  // A trace is to be used up, and an excluded client takes nothing of it.
  const isPlain = capabilities === undefined && workload === undefined && subject === referenceSubject.id;
  const insiders = isPlain ? withInsiders(whole) : undefined;
  const harness = insiders ?? (capabilities === undefined ? whole : granting(whole, capabilities));
  const options = {
    strategy,
    ...(moves === undefined ? {} : { moves }),
    ...(isGivenToBreak(subject) ? { stopOnViolation: false } : {}),
  };
  const traced = workload === undefined ? undefined : traceWorkloads(harness, workload);
  return {
    harness: traced?.harness ?? harness,
    guided: strategy === 'guided',
    scenarioFor(index, random, parent) {
      const drawn = scenarioFor(subject, scenario ?? parent ?? drawnFor(subject, index, random));
      const hasInsiders = insiders !== undefined && index % INSIDERS_EVERY === INSIDERS_EVERY - 1;
      const granted = hasInsiders ? [...whole.capabilities, ...ON_REQUEST] : whole.capabilities;
      return {
        scenario: traced === undefined ? drawn : traced.assign(drawn, index),
        strategy: {
          ...options,
          ...(insiders === undefined ? {} : { capabilities: granted }),
          ...(isGivenToBreak(subject) ? kindsFor(index) : {}),
        },
      };
    },
  };
}

/** What a run of a subject whose causes are told apart may do: every other one makes moves of one kind only, all kinds in turn. */
function kindsFor(index: number): Pick<StrategyOptions, 'choices'> {
  const kind = index % 2 === 0 ? undefined : KINDS_ALONE[((index - 1) / 2) % KINDS_ALONE.length];
  return kind === undefined ? {} : { choices: ['command', 'elapse', ...kind] };
}

/**
 * One in so many runs has shards, and one domains: told by its index, so that the others are the same whatever the share. Coprime to the
 * shares of runs that are paired and that are executed twice, so that some of these have shards or domains, too.
 */
const TOPOLOGIES_EVERY = 9;
const SHARDED_AT = 8;
const DOMAINS_AT = 3;

/** The scenario of a run by chance. Subjects of 2021 know nothing of shards and domains. */
function drawnFor(subject: string, index: number, random: Random): TreeScenario {
  const turn = isGivenToBreak(subject) ? undefined : index % TOPOLOGIES_EVERY;
  return drawScenario(random, turn === SHARDED_AT ? 'sharded' : turn === DOMAINS_AT ? 'domains' : undefined);
}

/** Gives each run its slice of a trace. A run is known by its scenario, of which each gets an object of its own. */
function traceWorkloads(
  harness: TreeHarness,
  { file, runs }: { readonly file: string; readonly runs: number },
) {
  const operations = parseTrace(readFileSync(file, 'utf8'), file);
  const slices = new WeakMap<TreeScenario, readonly [number, number]>();
  return {
    harness: {
      ...harness,
      workload(scenario: TreeScenario) {
        const [from, to] = slices.get(scenario) ?? [0, 0];
        return fixedWorkload(operations.slice(from, to)) as Workload<unknown, Command, TreeScenario>;
      },
    },
    assign(scenario: TreeScenario, index: number): TreeScenario {
      const slice = sliceFor(index, runs, operations.length);
      const records = slice[1] - slice[0];
      const own = { ...scenario, settleMs: settleMs(scenario.nodes.length, scenario.parameters, records) };
      slices.set(own, slice);
      return own;
    },
  };
}
