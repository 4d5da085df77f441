/** What a schedule of a strategy costs. */
import { firstFind } from '../engine/index.ts';
import { campaignHarness } from '../properties/campaign-harness.ts';
import { referenceSubject } from '../properties/subjects/reference.ts';
import type { Variant } from './search.ts';

/** Schedules that warm up, and that are measured, for each variant. */
const WARM_UP_RUNS = 10;
export const COST_RUNS = 40;
/** Far from the seeds of searches. A schedule that was run before costs less: what it signs is remembered. */
const FIRST_COST_SEED = 1_000_001;

/** A property that the reference keeps, so that each schedule goes to its end. */
const PROPERTY = 'conformance';

/**
 * Milliseconds that a schedule takes on the reference, for each variant: judged by all properties, by one thread, no schedule run before.
 * @param cpuMs time that this process has computed so far: unlike a clock, the same on a machine that has other work
 */
export function costsOf(variants: readonly Variant[], cpuMs: () => number): readonly number[] {
  const make = (variant: Variant, seed: number, runs: number): number => {
    const setup = campaignHarness({ subject: referenceSubject.id, ...variant });
    const startedMs = cpuMs();
    let made = 0;
    for (const one of firstFind(setup, { seed, runs, property: PROPERTY })) made = one.runs;
    return (cpuMs() - startedMs) / Math.max(1, made);
  };
  for (const [at, variant] of variants.entries()) make(variant, FIRST_COST_SEED - 1 - at, WARM_UP_RUNS);
  return variants.map((variant, at) => make(variant, FIRST_COST_SEED + at, COST_RUNS));
}
