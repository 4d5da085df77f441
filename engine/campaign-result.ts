/** What a campaign reports, and how the outcomes of its runs are summed up, in the order of their index. */
import { createHash } from 'node:crypto';
import type { Schedule } from './move.ts';
import type { Violation } from './monitor.ts';
import type { Stopped, Tightest } from './outcome.ts';
import type { RunSummary } from './batch.ts';
import type { BrokenRun } from './causes.ts';
import { CoverageSum, type CoverageResult } from './coverage.ts';
import { MAX_KEPT_PER_PROPERTY, MAX_KEPT_RUNS } from './bounds.ts';

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
  /** What the harness's meter counted, over all runs. */
  readonly counts: Readonly<Record<string, number>>;
  readonly coverage: CoverageResult;
  readonly nondeterminism: readonly Nondeterminism[];
  /** The runs that broke anything, the first MAX_KEPT_RUNS by index; only if it was asked for. */
  readonly broken?: readonly BrokenRun[];
  /** Hash of the digests of all runs, in order; the same whatever the number of workers. */
  readonly digest: string;
  readonly aborted: boolean;
}

interface Sum {
  runs: number;
  exercised: number;
  tightest: Tightest | undefined;
  reason: string | undefined;
  violatingRuns: number;
  hasViolated: boolean;
  readonly kept: ViolatingRun[];
}

/** Sums up runs that are added in the order of their index. */
export class Aggregate {
  readonly #sums = new Map<string, Sum>();
  readonly #nondeterminism: Nondeterminism[] = [];
  readonly #hash = createHash('sha256');
  readonly #counts = new Map<string, number>();
  readonly #coverage: CoverageSum;
  readonly #broken: BrokenRun[] | undefined;
  #runs = 0;
  #steps = 0;

  /**
   * @param properties ids in the order of the report; what else is violated follows
   * @param goals what is to be reached, by group
   * @param keepsBroken whether runs that broke anything are kept
   */
  constructor(
    properties: readonly string[],
    goals: Readonly<Record<string, readonly string[]>> = {},
    keepsBroken = false,
  ) {
    this.#broken = keepsBroken ? [] : undefined;
    this.#coverage = new CoverageSum(goals);
    for (const id of properties) this.#sum(id);
  }

  add(run: RunSummary): void {
    this.#runs += 1;
    this.#steps += run.steps;
    this.#hash.update(run.digest);
    for (const [id, count] of Object.entries(run.exercised)) {
      const sum = this.#sum(id);
      sum.runs += 1;
      sum.exercised += count;
    }
    for (const [id, tightest] of Object.entries(run.tightest)) {
      const sum = this.#sum(id);
      if (sum.tightest === undefined || isTighter(tightest, sum.tightest)) sum.tightest = tightest;
    }
    this.#coverage.add(run.covered);
    for (const [name, count] of Object.entries(run.counts))
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
    for (const [id, reason] of Object.entries(run.notApplicable)) this.#sum(id).reason ??= reason;
    for (const violation of run.violations) this.#violated(run, violation);
    const { index, seed, scenario, schedule, violations, nondeterminism: text } = run;
    if (violations.length > 0 && this.#broken !== undefined && this.#broken.length < MAX_KEPT_RUNS)
      this.#broken.push({ index, scenario, schedule, violations });
    if (text !== undefined && this.#nondeterminism.length < MAX_KEPT_PER_PROPERTY)
      this.#nondeterminism.push({ index, seed, scenario, schedule, text });
  }

  /** Ends the aggregate. */
  end(subject: string, seed: number, aborted: boolean): CampaignResult {
    return {
      subject,
      seed,
      runs: this.#runs,
      steps: this.#steps,
      properties: Array.from(this.#sums, ([id, sum]) => resultOf(id, sum)),
      counts: Object.fromEntries(this.#counts),
      coverage: this.#coverage.end(),
      nondeterminism: this.#nondeterminism,
      ...(this.#broken === undefined ? {} : { broken: this.#broken }),
      digest: this.#hash.digest('hex'),
      aborted,
    };
  }

  #violated({ index, seed, scenario, schedule, stopped }: RunSummary, violation: Violation): void {
    const sum = this.#sum(violation.property);
    sum.violatingRuns += 1;
    sum.hasViolated ||= violation.verdict === 'violated';
    if (sum.kept.length >= MAX_KEPT_PER_PROPERTY) return;
    const kept = { index, seed, scenario, schedule, violation };
    sum.kept.push(stopped === undefined ? kept : { ...kept, stopped });
  }

  #sum(id: string): Sum {
    let sum = this.#sums.get(id);
    if (sum === undefined) {
      sum = {
        runs: 0,
        exercised: 0,
        tightest: undefined,
        reason: undefined,
        violatingRuns: 0,
        hasViolated: false,
        kept: [],
      };
      this.#sums.set(id, sum);
    }
    return sum;
  }
}

/** Where slack is not told, the first one stays. */
function isTighter(a: Tightest, b: Tightest): boolean {
  return a.slack !== undefined && (b.slack === undefined || a.slack < b.slack);
}

function resultOf(id: string, sum: Sum): PropertyResult {
  const { runs, exercised, tightest, reason, violatingRuns, kept } = sum;
  return {
    id,
    verdict: verdictOf(sum),
    runs,
    exercised,
    ...(tightest === undefined ? {} : { tightest }),
    ...(reason === undefined ? {} : { reason }),
    violatingRuns,
    kept,
  };
}

function verdictOf({ runs, exercised, reason, violatingRuns, hasViolated }: Sum): PropertyResult['verdict'] {
  if (violatingRuns > 0) return hasViolated ? 'violated' : 'stalled';
  if (runs === 0 && reason !== undefined) return 'not-applicable';
  return exercised === 0 ? 'vacuous' : 'holds';
}
