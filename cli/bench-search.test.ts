import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SearchRow } from '../bench/index.ts';
import { benchSearch, type BenchSearchOptions, type SearchWork } from './bench-search.ts';
import { EXIT } from './call.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';

const CALL: BenchSearchOptions = { seeds: '2', runs: '10', variant: ['swarm:50', 'uniform:50'] };

/** Every search finds its mutant, by swarm at once. */
function workOf(asked: number[] = []): SearchWork {
  return {
    costsOf: (variants) => variants.map(() => 100),
    searchAll: (cells, { onRow }) => {
      asked.push(cells.length);
      for (const cell of cells) {
        const schedules = cell.strategy === 'swarm' ? 1 : 4;
        const finds = Array.from({ length: cell.seeds }, () => ({ schedules, steps: 100 }));
        onRow({ ...cell, property: 'edge-once', finds, made: schedules } satisfies SearchRow);
      }
      return Promise.resolve();
    },
  };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-bench-search-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bench search', () => {
  test('prints a table of medians', async () => {
    const context = contextOf(fakeKit([]));
    expect(await benchSearch(context, CALL, workOf())).toBe(EXIT.ok);
    const out = context.terminal.stdout();
    expect(out).toMatch(/^mutant +swarm-50 +uniform-50$/m);
    expect(out).toMatch(/^forwards-twice +1 +4$/m);
    expect(out).toMatch(/^sum of medians, seconds +0\.1 +0\.4$/m);
  });

  test('prints one object with --json', async () => {
    const context = contextOf(fakeKit([]));
    await benchSearch(context, { ...CALL, json: true }, workOf());
    expect(JSON.parse(context.terminal.stdout())).toMatchObject({
      command: 'bench search',
      rows: [
        {
          id: 'search/forwards-twice/swarm-50',
          value: 1,
          unit: 'schedules',
          yardstick: 1,
          ratio: 1,
          seeds: 2,
        },
        { id: 'search/forwards-twice/uniform-50', value: 4, yardstick: 1, ratio: 4 },
      ],
      totals: [{ name: 'swarm-50', schedules: 1 }, { name: 'uniform-50' }],
    });
  });

  test('does not search again for what is in the log, and writes the page', async () => {
    const [log, out] = [join(folder, 'log.jsonl'), join(folder, 'page.md')];
    const asked: number[] = [];
    for (let time = 0; time < 2; time += 1)
      await benchSearch(contextOf(fakeKit([])), { ...CALL, log, out }, workOf(asked));
    expect(asked).toEqual([2, 0, 0, 0]);
    expect(readFileSync(out, 'utf8')).toContain(
      '`psl-verify bench search --seeds 2 --runs 10 --variant swarm:50 --variant uniform:50`',
    );
  });

  test('does not search by guided what swarm found within a generation', async () => {
    const context = contextOf({ ...fakeKit([]), strategies: ['swarm', 'guided'] });
    const asked: string[] = [];
    const { searchAll, costsOf } = workOf();
    const work: SearchWork = {
      costsOf,
      searchAll: (cells, options) => {
        asked.push(cells.map(({ strategy, moves }) => `${strategy} ${moves}`).join());
        return searchAll(cells, options);
      },
    };
    const variant = ['guided:50', 'swarm:50', 'guided:20'];
    expect(await benchSearch(context, { ...CALL, variant }, work)).toBe(EXIT.ok);
    expect(asked).toEqual(['swarm 50', 'guided 20']);
    expect(context.terminal.stdout()).toMatch(/^forwards-twice +1 +1 +4$/m);
  });

  test('says that it was interrupted, and shows bounds', async () => {
    const abort = new AbortController();
    const context = { ...contextOf(fakeKit([])), signal: abort.signal };
    const work: SearchWork = {
      ...workOf(),
      searchAll: (cells, { onUndone }) => {
        abort.abort();
        for (const cell of cells)
          onUndone?.({ ...cell, property: 'edge-once', finds: [null, null], made: 3 });
        return Promise.resolve();
      },
    };
    expect(await benchSearch(context, CALL, work)).toBe(EXIT.interrupted);
    expect(context.terminal.stdout()).toMatch(/^forwards-twice +>3 +>3$/m);
  });

  test.each<[Partial<BenchSearchOptions>, string]>([
    [{ variant: ['swarm'] }, '--variant: expected STRATEGY:MOVES, for example swarm:50, got "swarm"'],
    [{ variant: ['best:50'] }, '--variant: unknown strategy "best"; expected swarm, uniform'],
    [{ variant: ['swarm:0'] }, '--variant: expected a whole number from 1 to 10000, got "0"'],
    [{ mutant: ['none'] }, '--mutant: unknown mutant "none"; expected forwards-twice'],
    [{ seeds: '0' }, '--seeds: expected a whole number from 1 to 10000, got "0"'],
    [{ workers: '0' }, '--workers: expected a whole number from 1 to 64, got "0"'],
  ])('%j is a wrong call', async (options, message) => {
    await expect(benchSearch(contextOf(fakeKit([])), { ...CALL, ...options }, workOf())).rejects.toThrow(
      message,
    );
  });
});
