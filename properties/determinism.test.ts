/** A campaign is a function of its seed: not of the time, nor of the number of workers, nor of what ran before. */
import { describe, expect, test } from 'vitest';
import {
  campaign,
  execute,
  randomFromSeed,
  RUNS_PER_CHUNK,
  walk,
  type CampaignOptions,
} from '../engine/index.ts';
import type { CheckConfig } from './campaign-harness.ts';
import { harnessFor } from './harness.ts';
import { HARNESS_MODULE } from './index.ts';
import { drawScenario } from './scenario.ts';

const CONFIG: CheckConfig = { subject: 'reference', moves: 12 };

/** Two chunks, so that two workers both have something to do. */
const RUNS = 2 * RUNS_PER_CHUNK;

const search = (options: Partial<CampaignOptions> = {}) =>
  campaign({ harnessModule: HARNESS_MODULE, harnessConfig: CONFIG, runs: RUNS, seed: 3, ...options });

describe('a campaign on the reference', () => {
  test('has one digest for one seed, with 0, 1 and 2 workers', async () => {
    const first = await search();
    expect(first.runs).toBe(RUNS);
    expect(first.nondeterminism).toEqual([]);
    expect(first.properties.flatMap(({ kept }) => kept)).toEqual([]);
    // Once more in this thread, now that everything is remembered that can be; and in threads that remember nothing.
    expect(await search()).toEqual(first);
    expect(await search({ workers: 1 })).toEqual(first);
    expect(await search({ workers: 2 })).toEqual(first);
  });

  test('has another digest for another seed, and for other moves', async () => {
    const runs = 4;
    const digests = [
      await search({ runs }),
      await search({ runs, seed: 4 }),
      await search({ runs, harnessConfig: { ...CONFIG, moves: 11 } }),
      await search({ runs, harnessConfig: { ...CONFIG, strategy: 'uniform' } }),
      await search({ runs, harnessConfig: { ...CONFIG, subject: 'mutant:forwards-twice' } }),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe.each(['reference', 'model'])('a run of the %s', (subject) => {
  test('is the same when its schedule is executed, straight or through JSON', () => {
    const harness = harnessFor(subject);
    if (harness === undefined) throw new Error(subject);
    for (let seed = 0; seed < 4; seed += 1) {
      const random = randomFromSeed(seed);
      const scenario = drawScenario(random);
      const run = walk(harness, scenario, random, { moves: 25 });
      const again = execute(
        harness,
        scenario,
        JSON.parse(JSON.stringify(run.schedule)) as typeof run.schedule,
      );
      expect(again.digest).toBe(run.digest);
      expect(again).toEqual(run);
    }
  });
});
