/** Single runs of a campaign: each a function of the campaign's seed and its index, whoever makes it. */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Violation } from './monitor.ts';
import type { Harness, Random } from './harness.ts';
import type { Run, Stopped, Tightest } from './outcome.ts';
import { RECHECK_EVERY } from './bounds.ts';
import { randomFromSeed, seedOf } from './random.ts';
import { execute, walk, type ExecuteOptions } from './run.ts';
import type { StrategyOptions } from './strategy.ts';

/** What a harness module makes of its configuration. */
export interface CampaignSetup<F, C, R, S extends BaseScenario> {
  readonly harness: Harness<F, C, R, S>;
  /** Scenario and strategy of run `index`: a function of the index and the choices alone. */
  scenarioFor(index: number, random: Random): { readonly scenario: S; readonly strategy?: StrategyOptions };
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
  readonly #setup: CampaignSetup<unknown, unknown, unknown, BaseScenario>;
  readonly #seed: number;
  readonly #options: ExecuteOptions;

  /**
   * Imports the harness module and configures it.
   * @throws TypeError if the module exports no `campaignHarness`
   */
  static async load({ harnessModule, harnessConfig, seed, properties }: BatchOptions): Promise<Batch> {
    const module: unknown = await import(harnessModule);
    if (!isHarnessModule(module)) throw new TypeError(`${harnessModule} exports no function campaignHarness`);
    return new Batch(await module.campaignHarness(harnessConfig), seed, properties);
  }

  constructor(
    setup: CampaignSetup<unknown, unknown, unknown, BaseScenario>,
    seed: number,
    properties: readonly string[] | undefined,
  ) {
    const { harness } = setup;
    this.#setup = setup;
    this.#seed = seed;
    this.#options = { coverage: true, ...(properties === undefined ? {} : { properties }) };
    this.subject = harness.subject.id;
    this.goals = harness.coverage?.goals ?? {};
    const all = harness.properties.map(({ id }) => id);
    if (harness.pairs !== undefined && !all.includes(harness.pairs.property))
      all.push(harness.pairs.property);
    this.properties = all.filter((id) => properties === undefined || properties.includes(id));
  }

  /** Makes run `index`. */
  make(index: number): RunSummary {
    const { harness } = this.#setup;
    const seed = seedOf(this.#seed, index);
    const random = randomFromSeed(seed);
    const { scenario, strategy } = this.#setup.scenarioFor(index, random);
    const walked = walk(harness, scenario, random, strategy, this.#options);
    const isPaired = this.#isPaired(harness, index);
    if (!isPaired && index % RECHECK_EVERY !== 0) return summary(index, seed, walked, undefined);
    const again = execute(harness, scenario, walked.schedule, { ...this.#options, pairs: isPaired });
    return summary(index, seed, again, differenceOf(index, walked, again));
  }

  #isPaired({ pairs }: Harness<unknown, unknown, unknown, BaseScenario>, index: number): boolean {
    return pairs !== undefined && index % pairs.every === 0 && this.properties.includes(pairs.property);
  }
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
