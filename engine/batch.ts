/** Single runs of a campaign: each a function of the campaign's seed and its index, whoever makes it. */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Violation } from './monitor.ts';
import type { Harness, Random } from './harness.ts';
import type { Run, Stopped, Tightest } from './outcome.ts';
import { RECHECK_EVERY } from './bounds.ts';
import { Corpus, type CorpusEntry } from './corpus.ts';
import { randomFromSeed, seedOf } from './random.ts';
import { execute, walk, type ExecuteOptions } from './run.ts';
import type { StrategyOptions } from './strategy.ts';

/** Percent of the runs of a guided campaign that are derived from earlier ones, once there are any. */
const DERIVED_PERCENT = 60;

/** What a harness module makes of its configuration. */
export interface CampaignSetup<F, C, R, S extends BaseScenario> {
  readonly harness: Harness<F, C, R, S>;
  /** Scenario and strategy of run `index`: a function of the index and the choices alone. */
  scenarioFor(
    index: number,
    random: Random,
    /** The scenario of the run that this one is derived from: it must be in an equal one. Undefined otherwise. */
    parent?: S,
  ): {
    readonly scenario: S;
    readonly strategy?: StrategyOptions;
    /** Whether `harness.pairs` is asked, too. @default of every so many runs */
    readonly isPaired?: boolean;
  };
  /** Whether the strategy is `guided`: runs are then derived from earlier ones. @default false */
  readonly guided?: boolean;
}

/** What a harness module exports as `campaignHarness`. `config` is plain JSON. */
export type CampaignHarness<F, C, R, S extends BaseScenario> = (
  config: unknown,
) => CampaignSetup<F, C, R, S> | Promise<CampaignSetup<F, C, R, S>>;

/** What is kept of a run: can be posted between threads. */
export interface RunSummary {
  readonly index: number;
  readonly seed: number;
  readonly steps: number;
  readonly digest: string;
  readonly exercised: Readonly<Record<string, number>>;
  readonly tightest: Readonly<Record<string, Tightest>>;
  readonly covered: Readonly<Record<string, readonly string[]>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly notApplicable: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];
  readonly scenario: unknown;
  /** Empty if nothing was found. */
  readonly schedule: Schedule;
  /** Of a guided campaign: what may go into the corpus. */
  readonly candidate?: CorpusEntry;
  readonly stopped?: Stopped;
  /** What differed when the run was executed again from its schedule. */
  readonly nondeterminism?: string;
}

/** Makes the runs of one campaign. */
export class Batch {
  /** `Subject.id`. */
  readonly subject: string;
  /** Ids of the monitored properties, in the order of the harness. */
  readonly properties: readonly string[];
  /** `Coverage.goals` of the harness. */
  readonly goals: Readonly<Record<string, readonly string[]>>;
  /** Whether runs are derived from earlier ones, which `learn` tells. */
  readonly guided: boolean;
  readonly #corpus = new Corpus();
  readonly #setup: CampaignSetup<unknown, unknown, unknown, BaseScenario>;
  readonly #seed: number;
  readonly #options: ExecuteOptions;
  readonly #until: string | undefined;

  /**
   * Imports the harness module and configures it.
   * @throws TypeError if the module exports no `campaignHarness`
   */
  static async load({ harnessModule, harnessConfig, seed, properties }: BatchOptions): Promise<Batch> {
    const module: unknown = await import(harnessModule);
    if (!isHarnessModule(module)) throw new TypeError(`${harnessModule} exports no function campaignHarness`);
    return new Batch(await module.campaignHarness(harnessConfig), seed, properties);
  }

  /**
   * @param until the property that is searched for, if nothing else counts: runs end when it breaks, have no digests, and
   * are executed again only if it is the property of a pair of runs
   */
  constructor(
    setup: CampaignSetup<unknown, unknown, unknown, BaseScenario>,
    seed: number,
    properties: readonly string[] | undefined,
    until?: string,
  ) {
    const { harness } = setup;
    this.#until = until;
    this.#setup = setup;
    this.#seed = seed;
    this.#options = {
      coverage: until === undefined || setup.guided === true,
      ...(properties === undefined ? {} : { properties }),
      ...(until === undefined ? {} : { stopAt: until, digest: false }),
    };
    this.subject = harness.subject.id;
    this.goals = harness.coverage?.goals ?? {};
    this.guided = setup.guided === true;
    const all = harness.properties.map(({ id }) => id);
    if (harness.pairs !== undefined && !all.includes(harness.pairs.property))
      all.push(harness.pairs.property);
    this.properties = all.filter((id) => properties === undefined || properties.includes(id));
  }

  /** Takes in what earlier generations of a guided campaign reached first, in the order of their index. */
  learn(entries: readonly CorpusEntry[]): void {
    for (const entry of entries) this.#corpus.add(entry);
  }

  /** Makes run `index`. Of a guided campaign, it is a function of what was learnt, too. */
  make(index: number): RunSummary {
    const { harness } = this.#setup;
    const seed = seedOf(this.#seed, index);
    const random = randomFromSeed(seed);
    const parents = this.#parents(random);
    // Whatever is in the corpus came from this campaign, so its scenarios are those of its harness.
    const parent = parents[0]?.scenario as BaseScenario | undefined;
    const made = this.#setup.scenarioFor(index, random, parent);
    const { scenario, strategy } = made;
    const derived = { ...strategy, parents: parents.map(({ schedule }) => schedule) };
    const how = parents.length === 0 ? strategy : derived;
    const walked = walk(harness, scenario, random, how, this.#options);
    const isPaired = made.isPaired ?? this.#isPaired(harness, index);
    const isChecked = this.#until === undefined && index % RECHECK_EVERY === 0;
    if (!isPaired && !isChecked) return this.#summary(index, seed, walked, undefined);
    const again = execute(harness, scenario, walked.schedule, { ...this.#options, pairs: isPaired });
    return this.#summary(index, seed, again, differenceOf(index, walked, again));
  }

  /** The schedules that a run is derived from: two of the corpus, or none. */
  #parents(random: Random): readonly CorpusEntry[] {
    const { entries } = this.#corpus;
    if (!this.guided || entries.length === 0 || !random.chance(DERIVED_PERCENT)) return [];
    return [random.pick(entries), random.pick(entries)];
  }

  #summary(index: number, seed: number, run: AnyRun, nondeterminism: string | undefined): RunSummary {
    const { scenario, schedule, covered } = run;
    const whole = summary(index, seed, run, nondeterminism);
    // What broke something ends there: nothing goes on from it.
    const isCandidate = this.guided && run.violations.length === 0 && this.#corpus.isNew(covered);
    return isCandidate ? { ...whole, candidate: { scenario, schedule, covered } } : whole;
  }

  #isPaired({ pairs }: Harness<unknown, unknown, unknown, BaseScenario>, index: number): boolean {
    if (pairs === undefined || !this.properties.includes(pairs.property)) return false;
    return index % pairs.every === 0 && (this.#until === undefined || this.#until === pairs.property);
  }
}

/** What is known of a campaign once its harness is loaded. Can be posted between threads. */
export type About = Pick<Batch, 'subject' | 'properties' | 'goals' | 'guided'>;

export function aboutOf({ subject, properties, goals, guided }: Batch): About {
  return { subject, properties, goals, guided };
}

/** What a worker needs to know of a campaign. Can be posted between threads. */
export interface BatchOptions {
  /** `href` of the module. */
  readonly harnessModule: string;
  readonly harnessConfig: unknown;
  readonly seed: number;
  readonly properties: readonly string[] | undefined;
}

function isHarnessModule(
  module: unknown,
): module is { campaignHarness: CampaignHarness<unknown, unknown, unknown, BaseScenario> } {
  return (
    typeof module === 'object' &&
    module !== null &&
    'campaignHarness' in module &&
    typeof module.campaignHarness === 'function'
  );
}

type AnyRun = Run<unknown, unknown, unknown, BaseScenario>;

function differenceOf(index: number, first: AnyRun, again: AnyRun): string | undefined {
  if (first.digest === again.digest) return undefined;
  const counts = `${String(first.steps)} and ${String(again.steps)} steps`;
  const digests = `${first.digest.slice(0, 12)} and ${again.digest.slice(0, 12)}`;
  return (
    `run ${String(index)} came out differently when it was executed again from its schedule ` +
    `(${counts}, digests ${digests}): is something non-deterministic?`
  );
}

function summary(index: number, seed: number, run: AnyRun, nondeterminism: string | undefined): RunSummary {
  const { steps, digest, exercised, tightest, covered, counts, notApplicable } = run;
  const { violations, scenario, stopped } = run;
  const isFinding = violations.length > 0 || nondeterminism !== undefined;
  return {
    index,
    seed,
    steps,
    digest,
    exercised,
    tightest,
    covered,
    counts,
    notApplicable,
    violations,
    scenario: isFinding ? scenario : undefined,
    schedule: isFinding ? run.schedule : [],
    ...(stopped === undefined ? {} : { stopped }),
    ...(nondeterminism === undefined ? {} : { nondeterminism }),
  };
}
