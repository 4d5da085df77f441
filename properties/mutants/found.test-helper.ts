import { afterAll, describe, expect, test } from 'vitest';
import { campaign } from '../../engine/index.ts';
import { DEFAULT_RUNS, DEFAULT_SEED, HARNESS_MODULE, MUTANT_PREFIX, type Mutant } from '../index.ts';

/** The slowest to be found take some hundred runs. */
const PATIENCE_MS = 300_000;

/**
 * Each mutant turns red, by the property that it was made for, within the runs that `check --subject mutant:<name>` makes by default; at
 * least half of them are found by `conformance`, too, in the runs up to then. The campaigns are those of `check`, ended at the find.
 */
export function eachIsFound(mutants: readonly Mutant[]): void {
  const foundByConformance = new Set<string>();

  describe('every mutant is found', () => {
    test.each(mutants.map(({ id, breaks }) => ({ id, made: breaks[0] })))(
      '$id breaks $made',
      async ({ id, made }) => {
        const found = new AbortController();
        const result = await campaign({
          harnessModule: HARNESS_MODULE,
          harnessConfig: { subject: `${MUTANT_PREFIX}${id}` },
          runs: DEFAULT_RUNS,
          seed: DEFAULT_SEED,
          signal: found.signal,
          onProgress: ({ violated }) => {
            if (made !== undefined && violated.includes(made)) found.abort();
          },
        });
        const red = result.properties.filter(
          ({ verdict }) => verdict === 'violated' || verdict === 'stalled',
        );
        const ids = red.map((property) => property.id);
        if (ids.includes('conformance')) foundByConformance.add(id);
        expect(ids).toContain(made);
      },
      PATIENCE_MS,
    );

    afterAll(() => {
      expect(foundByConformance.size).toBeGreaterThanOrEqual(mutants.length / 2);
    });
  });
}
