import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { campaign } from '../engine/index.ts';
import { HARNESS_MODULE } from '../properties/index.ts';
import { enoughOf, type Find, type SearchCell, type SearchRow, type Variant } from './search.ts';
import { SearchLog } from './search-log.ts';
import { withMeasured } from './measured.ts';
import { measuredPart } from './search-page.ts';
import { medianText, SearchTable } from './search-table.ts';
import { searchAll, type SearchProgress } from './search-threads.ts';

const SWARM = { strategy: 'swarm', moves: 50 } as const;
const PCT = { strategy: 'pct', moves: 50 } as const;

function rowOf(variant: Variant, mutant: string, schedules: (number | null)[]): SearchRow {
  const finds = schedules.map((count): Find | null =>
    count === null ? null : { schedules: count, steps: 100 * count },
  );
  const made = schedules.includes(null) ? 30 : Math.max(...schedules.map(Number));
  return { ...variant, mutant, seeds: schedules.length, budget: 30, property: 'edge-once', finds, made };
}

describe('a table', () => {
  const rows = [
    rowOf(SWARM, 'easy', [1, 2, 4, 1]),
    rowOf(SWARM, 'hard', [null, 9, 7, null]),
    rowOf(PCT, 'easy', [4, 4, null, 16]),
    rowOf(PCT, 'hard', [3, 27, 27, 1]),
  ];
  const table = new SearchTable(rows, [SWARM, PCT], ['easy', 'hard']);

  test('has medians, and bounds of those that are beyond the budget', () => {
    const text = (mutant: string) => [SWARM, PCT].map((variant) => medianText(table.median(mutant, variant)));
    expect(text('easy')).toEqual(['1.5', '10']);
    expect(text('hard')).toEqual(['>30', '15']);
    expect(table.median('hard', PCT)).toEqual({ schedules: 15, steps: 1500, made: 27 });
  });

  test('has totals in which what is beyond counts as the budget', () => {
    expect(table.total(SWARM)).toMatchObject({ mutants: 2, schedules: 31.5, beyond: 1, kiloSteps: 3.15 });
    expect(table.total(SWARM).schedulesGeometricMean).toBeCloseTo(Math.sqrt(1.5 * 30));
    expect(table.total(PCT)).toMatchObject({ schedules: 25, beyond: 0, kiloSteps: 2.5 });
  });

  test('has rows as other benchmarks', () => {
    expect(table.benchRows.map(({ id, value, ratio, beyond }) => ({ id, value, ratio, beyond }))).toEqual([
      { id: 'search/easy/swarm-50', value: 1.5, ratio: 1, beyond: false },
      { id: 'search/easy/pct-50', value: 10, ratio: 10 / 1.5, beyond: false },
      { id: 'search/hard/swarm-50', value: 30, ratio: 1, beyond: true },
      { id: 'search/hard/pct-50', value: 15, ratio: 0.5, beyond: false },
    ]);
  });

  test('compares only what was searched with all variants', () => {
    const less = new SearchTable(rows.slice(0, 3), [SWARM, PCT], ['easy', 'hard']);
    expect(less.mutants).toEqual(['easy']);
  });

  test('is written between its marks, and what is around them stays', () => {
    const provenance = { command: 'psl-verify bench search', kit: '1.2.3', machine: 'a machine' };
    const costsMs = new Map<Variant, number>([
      [SWARM, 200],
      [PCT, 100],
    ]);
    const part = measuredPart(table, { ...provenance, seeds: 4, budget: 30, costsMs });
    expect(part).toMatch(/^\| `hard` +\| +>30 \| +15 \|$/m);
    expect(part).toMatch(/^\| sum of medians, seconds +\| +6\.3 \| +2\.5 \|$/m);
    const page = withMeasured('# Search\n\nWords.\n', part, 'bench search');
    const again = withMeasured(`${page}\nMore words.\n`, part.replace('1.2.3', '1.2.4'), 'bench search');
    expect(again).toBe(`${page.replace('1.2.3', '1.2.4')}\nMore words.\n`);
  });
});

describe('a log', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'psl-search-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('knows what was written to it, but for a line that was cut off', () => {
    const file = join(folder, 'log.jsonl');
    const [easy, hard] = [rowOf(SWARM, 'easy', [1]), rowOf(SWARM, 'hard', [2])];
    const log = new SearchLog(file);
    log.add(easy);
    log.add(hard);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
    const again = new SearchLog(file);
    expect(again.rowsOf([easy, hard])).toEqual([easy]);
    expect(again.missingOf([easy, hard])).toEqual([hard]);
    // Other seeds, another search.
    expect(again.missingOf([{ ...easy, seeds: 2 }])).toHaveLength(1);
  });
});

describe('searching', () => {
  const SEEDS = 3;
  const BUDGET = 3;
  // One that is found soon, and one that is not found in so few runs.
  const cells = (['swarm', 'pct'] as const).flatMap((strategy) =>
    ['forwards-twice', 'strands-whoever-waits'].map((mutant): SearchCell => {
      return { strategy, moves: 8, mutant, seeds: SEEDS, budget: BUDGET };
    }),
  );

  async function rowsBy(workers: number): Promise<readonly SearchRow[]> {
    const rows: SearchRow[] = [];
    const onRow = (row: SearchRow): void => void rows.push(row);
    await searchAll(cells, { workers, onRow });
    return rows;
  }

  test(
    'finds what the campaign of check finds, up to the median, whatever the number of threads',
    { timeout: 240_000 },
    async () => {
      const rows = await rowsBy(2);
      expect(rows.map(({ mutant, strategy }) => `${mutant} ${strategy}`).toSorted()).toEqual(
        cells.map(({ mutant, strategy }) => `${mutant} ${strategy}`).toSorted(),
      );
      expect(await rowsBy(1)).toEqual(rows);
      for (const { mutant, strategy, moves, property, finds, made, budget } of rows) {
        const found = finds.filter((find) => find !== null).length;
        expect(found >= enoughOf(SEEDS) || made === budget).toBe(true);
        for (const [at, find] of finds.entries()) {
          const whole = await campaign({
            harnessModule: HARNESS_MODULE,
            harnessConfig: { subject: `mutant:${mutant}`, strategy, moves },
            runs: made,
            seed: at + 1,
          });
          const first = whole.properties.find(({ id }) => id === property)?.kept[0]?.index;
          expect(find?.schedules).toBe(first === undefined ? undefined : first + 1);
        }
      }
    },
  );

  test('ends when aborted, and hands over how far it came', async () => {
    const abort = new AbortController();
    const undone: SearchRow[] = [];
    const onProgress = ({ made }: SearchProgress): void => {
      if (made === 2) abort.abort();
    };
    const [cell] = cells.slice(1);
    await searchAll(cell === undefined ? [] : [cell], {
      workers: 1,
      onRow: () => expect.unreachable(),
      onUndone: (row) => void undone.push(row),
      onProgress,
      signal: abort.signal,
    });
    expect(undone).toMatchObject([{ made: 2, finds: [null, null, null] }]);
  });

  test('says what is wrong with a cell', async () => {
    const cell: SearchCell = { ...SWARM, mutant: 'none', seeds: 1, budget: 1 };
    await expect(searchAll([cell], { workers: 1, onRow: () => {} })).rejects.toThrow(/there is no none/);
  });
});
