import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchShortest, type BenchShortestOptions, type ShortestWork } from './bench-shortest.ts';
import { EXIT } from './call.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';

const CALL: BenchShortestOptions = {
  schedules: '10',
  mutant: ['forwards-twice'],
  counterexamples: 'counterexamples',
};

/** Every mutant breaks its property by a put. */
const WORK: ShortestWork = {
  coverings: () => [],
  shortestIn: (_, mutant, property) => ({
    mutant,
    property,
    executed: 3,
    find: {
      scope: 'loss',
      moves: [{ move: 'command', node: 'c1', command: { type: 'put', key: 'k', value: 'v' } }],
    },
  }),
};
const NOTHING: ShortestWork = {
  ...WORK,
  shortestIn: (_, mutant, property) => ({ mutant, property, executed: 3 }),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-bench-shortest-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bench shortest', () => {
  test('prints the fewest moves', async () => {
    const context = contextOf(fakeKit([]));
    expect(await benchShortest(context, CALL, WORK)).toBe(EXIT.ok);
    const out = context.terminal.stdout();
    expect(out).toMatch(/^forwards-twice .*1 \(loss\)/m);
    expect(out).toContain('1 of 1 mutants break');
  });

  test('says how far it looked where nothing was found', async () => {
    const context = contextOf(fakeKit([]));
    await benchShortest(context, CALL, NOTHING);
    expect(context.terminal.stdout()).toContain('none in 3');
    expect(context.terminal.stdout()).toContain('0 of 1 mutants break');
  });

  test('writes its part of a page, and one JSON object', async () => {
    const out = join(folder, 'page.md');
    const context = contextOf(fakeKit([]));
    await benchShortest(context, { ...CALL, out, json: true }, WORK);
    expect(readFileSync(out, 'utf8')).toContain('| `forwards-twice`');
    const { rows } = JSON.parse(context.terminal.stdout()) as { rows: readonly { mutant: string }[] };
    expect(rows.map(({ mutant }) => mutant)).toEqual(['forwards-twice']);
  });

  test('knows mutants and numbers', async () => {
    const context = contextOf(fakeKit([]));
    await expect(benchShortest(context, { ...CALL, mutant: ['nobody'] }, WORK)).rejects.toThrow('--mutant');
    await expect(benchShortest(context, { ...CALL, schedules: 'few' }, WORK)).rejects.toThrow('--schedules');
  });
});
