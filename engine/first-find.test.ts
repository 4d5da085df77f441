import { describe, expect, test } from 'vitest';
import { GENERATION_RUNS } from './bounds.ts';
import { campaign } from './campaign.ts';
import { firstFind } from './first-find.ts';
import { STRATEGIES } from './defaults.ts';
import { campaignHarness, type ToyBug } from './toy-broadcast.ts';

const harnessModule = new URL('./toy-broadcast.ts', import.meta.url);
const RUNS = GENERATION_RUNS + 8;

describe.each(STRATEGIES)('the first find by %s', (strategy) => {
  test.each<[ToyBug, string]>([
    ['forgets', 'exactly-once'],
    ['trusts', 'genuine'],
    ['trusts', 'indifferent'],
    ['no-retry', 'arrives'],
    ['throws', 'crash-of-the-code'],
    // Never found: all runs are made.
    ['none', 'genuine'],
  ])('of the bug %s, by %s, is the first violating run of the campaign', async (bug, property) => {
    const config = { bug, strategy, moves: 6 };
    for (const seed of [1, 2]) {
      const whole = await campaign({ harnessModule, harnessConfig: config, runs: RUNS, seed });
      const first = whole.properties.find(({ id }) => id === property)?.kept[0]?.index;
      const all = Array.from(firstFind(campaignHarness(config), { seed, runs: RUNS, property }));
      expect(all.map(({ runs }) => runs)).toEqual(all.map((_, index) => index + 1));
      expect(all.at(-1)).toMatchObject({
        runs: first === undefined ? RUNS : first + 1,
        found: first !== undefined,
      });
      // The same runs, those of a later generation included.
      if (first === undefined) expect(all.at(-1)?.steps).toBe(whole.steps);
      expect(all.slice(0, -1).filter(({ found }) => found)).toEqual([]);
    }
  });
});
