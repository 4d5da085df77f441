import { describe, expect, test } from 'vitest';
import { campaign, type CampaignOptions } from './campaign.ts';
import type { CampaignResult } from './campaign-result.ts';
import { GENERATION_RUNS, MAX_KEPT_PER_PROPERTY, RUNS_PER_CHUNK } from './bounds.ts';
import { execute } from './run.ts';
import { toyHarness, type ToyBug } from './toy-broadcast.ts';

const harnessModule = new URL('./toy-broadcast.ts', import.meta.url);

function search(bug: ToyBug, options: Partial<CampaignOptions> = {}): Promise<CampaignResult> {
  return campaign({ harnessModule, harnessConfig: { bug }, runs: 60, seed: 42, ...options });
}

describe('campaign', () => {
  test('says of each property whether it holds', async () => {
    const result = await search('none');
    expect(result).toMatchObject({
      subject: 'toy-none',
      seed: 42,
      runs: 60,
      aborted: false,
      nondeterminism: [],
    });
    expect(result.properties.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'exactly-once holds',
      'genuine holds',
      'arrives holds',
      'indifferent holds',
    ]);
    expect(result.properties[0]).toMatchObject({ runs: 60, violatingRuns: 0, kept: [] });
    expect(result.properties[3]).toMatchObject({ runs: 30 });
  });

  test('sums up what was covered and counted', async () => {
    const { coverage, counts } = await search('none');
    const { words = {} } = coverage;
    expect(Object.keys(coverage)).toEqual(['words']);
    expect(words['s said']).toBeGreaterThan(50);
    expect(words['s delivered']).toBe(0);
    expect(words['r1 delivered']).toBeGreaterThan(words['r3 delivered'] ?? 0);
    expect(words['r3 delivered']).toBeGreaterThan(0);
    // What is reached and no goal is not told.
    expect(words).not.toHaveProperty('r1 stored');
    expect(counts['said']).toBeGreaterThan(60);
    const first = await search('none', { runs: 1 });
    expect(first.counts['said']).toBeLessThanOrEqual(12);
  });

  test('keeps the first violating runs, which can be executed again', async () => {
    const result = await search('trusts');
    const genuine = result.properties.find(({ id }) => id === 'genuine');
    expect(genuine).toMatchObject({ verdict: 'violated' });
    expect(genuine?.kept).toHaveLength(MAX_KEPT_PER_PROPERTY);
    const indices = genuine?.kept.map(({ index }) => index) ?? [];
    expect(indices).toEqual(indices.toSorted((a, b) => a - b));
    for (const { scenario, schedule, violation } of genuine?.kept ?? []) {
      const again = execute(toyHarness('trusts'), scenario as never, schedule as never);
      expect(again.violations).toContainEqual(violation);
    }
  });

  test('has the same result with 0, 1 and 2 workers', async () => {
    const inline = await search('trusts');
    expect(await search('trusts', { workers: 1 })).toEqual(inline);
    expect(await search('trusts', { workers: 2 })).toEqual(inline);
  });

  describe('guided', () => {
    const guided = (options: Partial<CampaignOptions> = {}): Promise<CampaignResult> =>
      search('none', {
        runs: 2 * GENERATION_RUNS + RUNS_PER_CHUNK,
        harnessConfig: { strategy: 'guided', moves: 12 },
        ...options,
      });

    test('has the same result with 0, 1 and 2 workers, and nothing differs when it is repeated', async () => {
      const inline = await guided();
      expect(inline.nondeterminism).toEqual([]);
      expect(await guided({ workers: 1 })).toEqual(inline);
      expect(await guided({ workers: 2 })).toEqual(inline);
    });

    test('is a search by swarm until the first generation is over, and then another one', async () => {
      const swarm = (runs: number): Promise<CampaignResult> =>
        search('none', { runs, harnessConfig: { strategy: 'swarm', moves: 12 } });
      const first = GENERATION_RUNS;
      expect(await guided({ runs: first })).toEqual(await swarm(first));
      const more = first + RUNS_PER_CHUNK;
      expect((await guided({ runs: more })).digest).not.toBe((await swarm(more)).digest);
    });
  });

  test('tells stalls from violations, and reports what only the engine knows', async () => {
    const stalls = await search('no-retry');
    expect(stalls.properties.find(({ id }) => id === 'arrives')?.verdict).toBe('stalled');
    const crashes = await search('throws');
    expect(crashes.properties.at(-1)).toMatchObject({ id: 'crash-of-the-code', verdict: 'violated' });
  });

  test('is vacuous where nothing was exercised', async () => {
    const result = await search('none', { harnessConfig: { moves: 0 }, properties: ['genuine'] });
    expect(result.properties).toMatchObject([{ id: 'genuine', verdict: 'vacuous', exercised: 0 }]);
  });

  test('notices a subject that is not deterministic', async () => {
    const { nondeterminism } = await search('leaks');
    expect(nondeterminism[0]?.text).toMatch(
      /^run \d+ came out differently .* is something non-deterministic\?$/,
    );
  });

  test.each([0, 2])('ends when aborted, with what was found so far (%i workers)', async (workers) => {
    const abort = new AbortController();
    const result = await search('none', {
      runs: 100_000,
      workers,
      signal: abort.signal,
      onProgress: ({ runsDone }) => {
        if (runsDone >= 40) abort.abort();
      },
    });
    expect(result.aborted).toBe(true);
    expect(result.runs).toBeGreaterThanOrEqual(40);
    expect(result.runs).toBeLessThan(1_000);
  });

  test.each([0, 1])('says what is wrong with a harness module (%i workers)', async (workers) => {
    const wrong = new URL('./bounds.ts', import.meta.url);
    await expect(search('none', { harnessModule: wrong, workers })).rejects.toThrow(
      /bounds.ts exports no function/,
    );
    await expect(search('none', { runs: -1 })).rejects.toThrow(RangeError);
  });
});
