/** Harness, scenarios and workload of a campaign, made from plain JSON. */
import { readFileSync } from 'node:fs';
import {
  DEFAULT_STRATEGY,
  probeOf,
  probeOfKind,
  type CampaignSetup,
  type Capability,
  type Probing,
  type Random,
  type Strategy,
  type Workload,
} from '../engine/index.ts';
import {
  applicationOf,
  granting,
  harnessFor,
  isGivenToBreak,
  ON_REQUEST,
  scenarioFor,
  type TreeHarness,
} from './harness.ts';
import { InputError } from './input-error.ts';
import type { Command, Report } from './reading.ts';
import { drawScenario, settleMs, withWaysAround, type TreeScenario } from './scenario.ts';
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
  /** What every run is asked, of a subject whose causes are told apart. Default: nothing, runs are made by chance. */
  readonly probing?: Probing;
}

/**
 * Of a search that nobody told what to grant, one in so many runs has insiders, and one in twice as many somebody with the coordinator's keys: apart,
 * since of service nothing is promised against that. The others are what they are without.
 */
const INSIDERS_EVERY = 16;
const COORDINATOR_EVERY = 2 * INSIDERS_EVERY;
const COORDINATOR_AT = 6;

/** What the run is granted beside what all are. */
function insidersOf(index: number): readonly Capability[] {
  if (index % INSIDERS_EVERY === INSIDERS_EVERY - 1) return ON_REQUEST.filter((one) => one !== 'coordinator');
  return index % COORDINATOR_EVERY === COORDINATOR_AT ? ['coordinator'] : [];
}

/** The harness that can judge runs with insiders, too. What such runs alone can reach is no goal: they are too few to be sure of it. */
function withInsiders(whole: TreeHarness): TreeHarness {
  const harness = harnessFor(whole.subject.id, ON_REQUEST) ?? whole;
  const { coverage } = harness;
  if (coverage === undefined || whole.coverage === undefined) return harness;
  return { ...harness, coverage: { ...coverage, goals: whole.coverage.goals } };
}

/** The campaign that a CheckConfig asks for. The subject is one that `harnessFor` knows. */
export function campaignHarness(config: unknown): CampaignSetup<unknown, Command, Report, TreeScenario> {
  const {
    subject,
    capabilities,
    strategy = DEFAULT_STRATEGY,
    moves,
    scenario,
    workload,
    probing,
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
  if (probing !== undefined) return probingSetup(harness, probing, scenario);
  // With insiders come rotations; the other runs are what they are without.
  const rotating = new WeakSet<TreeScenario>();
  const traced = workload === undefined ? undefined : traceWorkloads(harness, workload);
  return {
    harness:
      traced?.harness ??
      (insiders === undefined
        ? harness
        : {
            ...harness,
            workload: (given) => (rotating.has(given) ? harness.workload(given) : applicationOf(given)),
          }),
    guided: strategy === 'guided',
    scenarioFor(index, random, parent) {
      const drawn = scenarioFor(subject, scenario ?? parent ?? drawnFor(whole, index, random));
      const added = insiders === undefined ? [] : insidersOf(index);
      const granted = [...whole.capabilities, ...added];
      const { strategy: kinds, ...paired } = traced === undefined ? kindsFor(harness, index) : {};
      const assigned = traced === undefined ? drawn : traced.assign(drawn, index);
      const hasRouter = added.includes('router') || capabilities?.includes('router') === true;
      const own = { ...(hasRouter ? withWaysAround(assigned) : assigned) };
      if (added.includes('stolen')) rotating.add(own);
      return {
        scenario: traced === undefined ? own : assigned,
        ...paired,
        strategy: {
          ...options,
          ...(insiders === undefined ? {} : { capabilities: granted }),
          ...kinds,
        },
      };
    },
  };
}

/** What is said of one run. */
type RunSetup = ReturnType<CampaignSetup<unknown, Command, Report, TreeScenario>['scenarioFor']>;

/** Attacks of an answer to a probe: most are of another kind than is asked about, and not made. */
const PROBE_ATTACKS_MAX = 100_000;

/** Runs that answer probes, all in turn. */
function probingSetup(
  harness: TreeHarness,
  probing: Probing,
  only: TreeScenario | undefined,
): CampaignSetup<unknown, Command, Report, TreeScenario> {
  const { causes, capabilities, subject, pairs } = harness;
  if (causes === undefined) throw new InputError('subject', `causes of ${subject.id} are not told apart`);
  return {
    harness,
    scenarioFor(index, random) {
      const probe = probeOf(causes, probing, index, random);
      return {
        // Scenarios of probes are those of runs of the same harness.
        scenario: only ?? (probe.scenario as TreeScenario),
        isPaired: probe.property === pairs?.property,
        strategy: {
          capabilities,
          probe: probe.options,
          stopOnViolation: false,
          attacksMax: PROBE_ATTACKS_MAX,
        },
      };
    },
  };
}

/** Of a subject whose causes are told apart, one in so many runs by chance makes moves of all kinds. The others ask for one kind. */
const ALL_KINDS_EVERY = 4;
/** Every how many times a kind is asked for, its runs are paired. */
const PAIRED_EVERY = 2;

/** What a run of a subject whose causes are told apart may do: no fault at all and all kinds in turn, in short schedules, now and then everything. */
function kindsFor({ causes }: TreeHarness, index: number): Pick<RunSetup, 'isPaired' | 'strategy'> {
  if (causes === undefined || index % ALL_KINDS_EVERY === 0) return {};
  const turn = index - Math.ceil(index / ALL_KINDS_EVERY);
  const kinds = [undefined, ...causes.kinds];
  const round = Math.floor(turn / kinds.length);
  return {
    isPaired: round % PAIRED_EVERY === 0,
    strategy: { probe: probeOfKind(causes, kinds[turn % kinds.length]?.id), attacksMax: PROBE_ATTACKS_MAX },
  };
}

/**
 * One in so many runs has shards, and one domains: told by its index, so that the others are the same whatever the share. Coprime to the
 * shares of runs that are paired and that are executed twice, so that some of these have shards or domains, too.
 */
const TOPOLOGIES_EVERY = 9;
const SHARDED_AT = 8;
const DOMAINS_AT = 3;

/** Who does not claim these has neither shards nor domains. */
const CLAIMED_WITH = { sharded: 'shard-containment', domains: 'domain-crossing' } as const;

/** The scenario of a run by chance. Subjects of 2021 know nothing of shards and domains. */
function drawnFor({ subject, properties }: TreeHarness, index: number, random: Random): TreeScenario {
  const turn = isGivenToBreak(subject.id) ? undefined : index % TOPOLOGIES_EVERY;
  const topology = turn === SHARDED_AT ? 'sharded' : turn === DOMAINS_AT ? 'domains' : undefined;
  const isClaimed = properties.some(({ id }) => topology !== undefined && id === CLAIMED_WITH[topology]);
  return drawScenario(random, isClaimed ? topology : undefined);
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
