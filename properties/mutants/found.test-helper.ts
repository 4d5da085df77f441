import { afterAll, describe, expect, test } from 'vitest';
import { campaign, execute, shrink, type Schedule, type ViolatingRun } from '../../engine/index.ts';
import {
  DEFAULT_RUNS,
  DEFAULT_SEED,
  harnessFor,
  HARNESS_MODULE,
  MUTANT_PREFIX,
  SHORTEST,
  type Command,
  type Mutant,
  type TreeScenario,
} from '../index.ts';
import { ratioOf } from './shortest.ts';

/** The slowest to be found take some hundred runs. */
const PATIENCE_MS = 300_000;

/** Seeds of those that DEFAULT_SEED finds late: the kill matrix says after how many runs it and others do. */
const SOONER: Readonly<Record<string, number>> = {
  'applies-before-verifying': 2,
  'lets-anybody-leave': 2,
  'stops-at-a-forged-refusal': 3,
  'answers-old-probes': 3,
  'answers-from-torn-logs': 5,
  'strands-whoever-waits': 14,
  'reads-on': 2,
  'subscribes-once': 5,
};

/** How much longer shrunk schedules may be than the shortest ones known, on average over the mutants of one family and one seed. */
const MAX_RATIO = 1.2;

/**
 * Each mutant turns red, by the property that it was made for, within the runs that `check --subject mutant:<name>` makes by default; at
 * least half of them are found by `conformance`, too, in the runs up to then. The campaigns are those of `check`, ended at the find. What
 * is found is shrunk to where each move is needed, and nearly as short as the shortest schedule known.
 */
export function eachIsFound(mutants: readonly Mutant[]): void {
  const foundByConformance = new Set<string>();
  const ratios: number[] = [];

  describe('every mutant is found, and its counterexample is shrunk to what is needed', () => {
    test.each(mutants.map(({ id, breaks }) => ({ id, made: breaks[0] ?? '' })))(
      '$id breaks $made',
      async ({ id, made }) => {
        const found = new AbortController();
        const result = await campaign({
          harnessModule: HARNESS_MODULE,
          harnessConfig: { subject: `${MUTANT_PREFIX}${id}` },
          runs: DEFAULT_RUNS,
          seed: SOONER[id] ?? DEFAULT_SEED,
          signal: found.signal,
          onProgress: ({ violated }) => {
            if (violated.includes(made)) found.abort();
          },
        });
        const red = result.properties.filter(
          ({ verdict }) => verdict === 'violated' || verdict === 'stalled',
        );
        const ids = red.map((property) => property.id);
        if (ids.includes('conformance')) foundByConformance.add(id);
        expect(ids).toContain(made);
        const [first] = red.find((property) => property.id === made)?.kept ?? [];
        if (first !== undefined) ratios.push(shrunkToWhatIsNeeded(id, made, first));
      },
      PATIENCE_MS,
    );

    afterAll(() => {
      expect(foundByConformance.size).toBeGreaterThanOrEqual(mutants.length / 2);
      expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(MAX_RATIO);
    });
  });
}

/** Shrinks, takes each move away, and returns how much longer the result is than the shortest schedule known. */
function shrunkToWhatIsNeeded(id: string, made: string, found: ViolatingRun): number {
  const harness = harnessFor(`${MUTANT_PREFIX}${id}`);
  if (harness === undefined) throw new Error(`there is no mutant ${id}`);
  const run = { scenario: found.scenario as TreeScenario, schedule: found.schedule as Schedule<Command> };
  const { scenario, schedule, oneMinimal } = shrink(harness, run, made);
  expect(oneMinimal).toBe(true);
  const breaks = (moves: Schedule<Command>): boolean =>
    execute(harness, scenario, moves, { pairs: true }).violations.some(({ property }) => property === made);
  expect(breaks(schedule)).toBe(true);
  for (const at of schedule.keys())
    expect(breaks(schedule.toSpliced(at, 1)), `without move ${at + 1}`).toBe(false);
  const shortest = SHORTEST[id]?.moves;
  expect(shortest, `properties/mutants/shortest.ts knows nothing of ${id}`).toBeDefined();
  return ratioOf(schedule.length, shortest ?? 0);
}
