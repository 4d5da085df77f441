/** How long a search takes to find what it looks for. */
import type { BaseScenario } from './subject.ts';
import { Batch, type CampaignSetup } from './batch.ts';
import { GENERATION_RUNS } from './bounds.ts';
import type { CorpusEntry } from './corpus.ts';

/** What came of a search for one property. */
export interface FirstFind {
  /** Runs that were made, the one that broke the property included. */
  readonly runs: number;
  /** Steps of all of them; those of the last one up to the violation. */
  readonly steps: number;
  /** Whether the last run broke the property. */
  readonly found: boolean;
}

/**
 * Makes the runs of a campaign in this thread, one by one, until one breaks the property. They are those that `campaign`
 * would make: judged by all properties, since what else breaks ends a schedule, too. Yields after each run what came of it so far.
 */
export function* firstFind<F, C, R, S extends BaseScenario>(
  setup: CampaignSetup<F, C, R, S>,
  { seed, runs, property }: { readonly seed: number; readonly runs: number; readonly property: string },
): Generator<FirstFind> {
  const batch = new Batch(setup, seed, undefined, property);
  let reached: CorpusEntry[] = [];
  let steps = 0;
  for (let index = 0; index < runs; index += 1) {
    if (index % GENERATION_RUNS === 0) {
      batch.learn(reached);
      reached = [];
    }
    const run = batch.make(index);
    if (run.candidate !== undefined) reached.push(run.candidate);
    steps += run.steps;
    const found = run.violations.some((violation) => violation.property === property);
    yield { runs: index + 1, steps, found };
    if (found) return;
  }
}
