/**
 * Every mutant turns red, by the property that it was made for, within the runs that `check` makes by default; and every property
 * has a mutant. The campaigns are those of `check --subject mutant:<name>`, ended at the find.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { campaign } from '../engine/index.ts';
import { DEFAULT_RUNS, DEFAULT_SEED, HARNESS_MODULE, MUTANT_PREFIX, MUTANTS, PROPERTIES } from './index.ts';

/** Mutants that `conformance` found, in runs that ended when the property they were made for was broken. */
const foundByConformance = new Set<string>();

/** The slowest to be found take some hundred runs. */
const PATIENCE_MS = 300_000;

describe('every property has a mutant that was made for it or is known to break it', () => {
  const broken = new Set(MUTANTS.flatMap(({ breaks }) => breaks));
  test.each(PROPERTIES.map(({ id }) => id))('%s', (id) => {
    expect([...broken]).toContain(id);
  });
  test('and names only properties that exist', () => {
    expect([...broken].filter((id) => !PROPERTIES.some((property) => property.id === id))).toEqual([]);
  });
});

describe.concurrent('every mutant is found', () => {
  test.each(MUTANTS.map(({ id, breaks }) => ({ id, made: breaks[0] })))(
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
      const red = result.properties.filter(({ verdict }) => verdict === 'violated' || verdict === 'stalled');
      const ids = red.map((property) => property.id);
      if (ids.includes('conformance')) foundByConformance.add(id);
      expect(ids).toContain(made);
    },
    PATIENCE_MS,
  );

  afterAll(() => {
    expect(foundByConformance.size).toBeGreaterThanOrEqual(MUTANTS.length / 2);
  });
});
