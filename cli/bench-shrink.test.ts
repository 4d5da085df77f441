import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LongShrink } from '../bench/index.ts';
import { benchShrink } from './bench-shrink.ts';
import { EXIT } from './call.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';

const shrinkOne = (mutant: string, moves: number): Promise<LongShrink> =>
  Promise.resolve({
    mutant,
    property: 'k-plus-one',
    moves,
    movesUntil: 40,
    steps: 1_234,
    movesLeft: 1,
    nodesLeft: 3,
    executions: 43,
    ms: 1_240,
    oneMinimal: true,
  });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-bench-shrink-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bench shrink', () => {
  test('prints a row per mutant, and the slowest', async () => {
    const context = contextOf(fakeKit([]));
    expect(await benchShrink(context, { moves: '500' }, shrinkOne)).toBe(EXIT.ok);
    const out = context.terminal.stdout();
    expect(out).toMatch(/^forwards-twice +k-plus-one +40 +1,234 +1 +3 +43 +1\.2$/m);
    expect(out).toMatch(/^\d+ schedules?: 1\.2 s and 43 executions at most\.$/m);
  });

  test('says on which mutants nothing failed', async () => {
    const context = contextOf(fakeKit([]));
    await benchShrink(context, { moves: '5' }, () => Promise.resolve(undefined));
    expect(context.terminal.stdout()).toContain('No schedule that was made fails on forwards-twice');
  });

  test('prints one object with --json', async () => {
    const context = contextOf(fakeKit([]));
    await benchShrink(context, { moves: '500', mutant: ['forwards-twice'], json: true }, shrinkOne);
    expect(JSON.parse(context.terminal.stdout())).toMatchObject({
      command: 'bench shrink',
      rows: [{ mutant: 'forwards-twice', moves: 500, executions: 43 }],
      missed: [],
    });
  });

  test('writes the table into a page, and leaves the rest of it', async () => {
    const file = join(folder, 'shrinking.md');
    writeFileSync(file, '# Shrinking\n\nWords.\n');
    for (let again = 0; again < 2; again += 1)
      await benchShrink(
        contextOf(fakeKit([])),
        { moves: '300', mutant: ['forwards-twice'], out: file },
        shrinkOne,
      );
    const page = readFileSync(file, 'utf8');
    expect(page).toMatch(/^# Shrinking\n\nWords\.\n/);
    expect(page).toContain('`psl-verify bench shrink --moves 300 --mutant forwards-twice`');
    expect(page.match(/\| `forwards-twice` \|/g)).toHaveLength(1);
  });

  test.each([
    [{ moves: '0' }, '--moves'],
    [{ moves: '500', mutant: ['nobody'] }, '--mutant'],
  ])('refuses %j', async (options, named) => {
    await expect(benchShrink(contextOf(fakeKit([])), options, shrinkOne)).rejects.toThrow(named);
  });
});
