import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness, Random } from './harness.ts';
import type { Violation } from './monitor.ts';
import type { Stopped, Tightest } from './outcome.ts';
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

export interface CampaignOptions {
  /** A module that exports `campaignHarness: CampaignHarness`; each worker imports it. */
  readonly harnessModule: URL;
  /** Handed to `campaignHarness`. Plain JSON. @default undefined */
  readonly harnessConfig?: unknown;
  readonly runs: number;
  /** 32-bit. */
  readonly seed: number;
  /** Worker threads; 0 runs in this thread. @default 0 */
  readonly workers?: number;
  /** Ids of the properties to monitor. @default all of the harness */
  readonly properties?: readonly string[];
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Ends the campaign with what was found so far. */
  readonly signal?: AbortSignal;
}

export interface CampaignProgress {
  readonly runsDone: number;
  readonly runs: number;
  readonly steps: number;
  /** Ids of the properties found violated or stalled so far. */
  readonly violated: readonly string[];
}

/** A run of a campaign that broke a property. */
export interface ViolatingRun {
  /** Index of the run in the campaign. */
  readonly index: number;
  /** Seed of the run: `seedOf(campaign seed, index)`. */
  readonly seed: number;
  readonly scenario: unknown;
  readonly schedule: Schedule;
  readonly violation: Violation;
  readonly stopped?: Stopped;
}

export interface PropertyResult {
  readonly id: string;
  readonly verdict: 'holds' | 'violated' | 'vacuous' | 'stalled' | 'not-applicable';
  /** Runs in which the property was monitored. */
  readonly runs: number;
  readonly exercised: number;
  readonly tightest?: Tightest;
  /** Why, where the verdict is `not-applicable`. */
  readonly reason?: string;
  /** How many runs broke it. */
  readonly violatingRuns: number;
  /** The first of them, by index. */
  readonly kept: readonly ViolatingRun[];
}

/** A run that came out differently when it was executed again. */
export interface Nondeterminism {
  readonly index: number;
  readonly seed: number;
  readonly scenario: unknown;
  readonly schedule: Schedule;
  readonly text: string;
}

export interface CampaignResult {
  readonly subject: string;
  readonly seed: number;
  /** Runs that were made: all, unless aborted. */
  readonly runs: number;
  readonly steps: number;
  readonly properties: readonly PropertyResult[];
  readonly nondeterminism: readonly Nondeterminism[];
  /** Hash of the digests of all runs, in order; the same whatever the number of workers. */
  readonly digest: string;
  readonly aborted: boolean;
}

/** Makes many runs and sums them up. */
export function campaign(options: CampaignOptions): Promise<CampaignResult> {
  throw new Error('soon');
}
