import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ratioOf } from '../properties/mutants/shortest.ts';
import { contextOf, fakeKit, HOLDS, VIOLATED } from './fake-kit.test-helper.ts';
import {
  isKilled,
  killers,
  killMatrixPage,
  meanRatio,
  neverNeeded,
  type MutantTrials,
} from './kill-matrix.ts';
import { mutants } from './mutants.ts';

function mutant(id: string, ...schedules: readonly Record<string, number>[]): MutantTrials {
  return {
    id,
    title: `${id} is wrong`,
    breaks: ['once'],
    trials: schedules.map((one, at) => ({ seed: at + 1, schedules: one, runs: 30 })),
  };
}

const SEEN = mutant('seen', { once: 3, shape: 1 }, { once: 5 }, { once: 4, shape: 2 });
const ALONE = mutant('alone', { once: 1 }, { once: 1 });
const SURVIVOR = mutant('survivor', { once: 1 }, { shape: 9 });
const MAKING = { kit: '0.1.0', runs: 30, patience: 500, seeds: [1, 2, 3] };

describe('a kill matrix', () => {
  test('has the median number of schedules per property; infinite if most trials did not see it', () => {
    expect(killers(SEEN)).toEqual([
      { property: 'shape', median: 2 },
      { property: 'once', median: 4 },
    ]);
    expect(killers(mutant('m', { a: 1 }, {}, {}))).toEqual([{ property: 'a', median: Infinity }]);
    expect(killers(mutant('m', { a: 1 }, { a: 4 }))).toEqual([{ property: 'a', median: 2.5 }]);
  });

  test('knows survivors, and properties without which all would be seen', () => {
    expect([SEEN, ALONE, SURVIVOR].map(isKilled)).toEqual([true, true, false]);
    expect(isKilled(mutant('untried'))).toBe(false);
    expect(neverNeeded(['once', 'shape', 'idle'], [SEEN, ALONE])).toEqual(['shape', 'idle']);
  });

  test('compares lengths with the shortest known', () => {
    const shrunk = { property: 'once', before: 9, moves: 3, executions: 7, oneMinimal: true };
    const long = { ...SEEN, shrunk, shortest: { moves: 2, how: 'by hand' } };
    const short = { ...ALONE, shrunk: { ...shrunk, moves: 0 }, shortest: { moves: 0, how: 'none' } };
    expect(meanRatio([long, short, SURVIVOR])).toBe(1.25);
    expect(meanRatio([SURVIVOR])).toBeUndefined();
    expect(ratioOf(2, 0)).toBe(3);
  });

  test('is a page on which survivors and idle properties stand out', () => {
    const page = killMatrixPage(['once', 'shape', 'idle'], [SEEN, SURVIVOR], MAKING);
    expect(page).toContain('- **Survivors: `survivor`**');
    expect(page).toContain('**`survivor` survives**');
    expect(page).toContain('**Properties that no mutant breaks: `idle`.**');
    expect(page).toMatch(/\| `seen` +\| seen is wrong +\| `shape` 2, \*\*`once` 4\*\* +\|/);
    expect(page).toMatch(/\| `seen` +\| 4 +\| 2 +\|/);
    expect(killMatrixPage(['once'], [ALONE], MAKING)).toContain('- No mutant survives');
  });
});

describe('mutants', () => {
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), 'psl-mutants-'));
  });
  afterEach(() => rmSync(out, { recursive: true }));
  const call = (more: object = {}) => ({ seeds: '2', runs: '5', out: join(out, 'docs', 'm.md'), ...more });

  test('killed with every seed: exit 0, a page, and the counterexamples if they are asked for', async () => {
    const context = contextOf(fakeKit([VIOLATED]));
    expect(await mutants(context, call({ counterexamples: join(out, 'ce') }))).toBe(0);
    expect(context.terminal.stdout()).toMatch(/forwards-twice +killed +4 +1 +edge-once/);
    expect(context.terminal.stdout()).toContain('1.00 times as long as the shortest known');
    expect(readFileSync(join(out, 'docs', 'm.md'), 'utf8')).toContain('2 → 1');
    expect(readdirSync(join(out, 'ce'))).toHaveLength(1);
  });

  test('a survivor: exit 1', async () => {
    const context = contextOf(fakeKit([HOLDS]));
    expect(await mutants(context, call({ json: true }))).toBe(1);
    expect(JSON.parse(context.terminal.stdout())).toMatchObject({
      command: 'mutants',
      mutants: [{ id: 'forwards-twice', killed: false, killedBy: [], runs: null, moves: null, shortest: 1 }],
    });
  });

  test('Ctrl-C: exit 130, no page; single mutants: no page', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    expect(await mutants({ ...contextOf(fakeKit([VIOLATED])), signal: interrupt.signal }, call())).toBe(130);
    expect(readdirSync(out)).toEqual([]);
  });

  test('a mutant that does not exist is said in one line', async () => {
    const context = contextOf(fakeKit([VIOLATED]));
    await expect(mutants(context, call({ mutant: ['forward-twice'] }))).rejects.toThrow(
      '--mutant: unknown mutant "forward-twice" (did you mean forwards-twice?)',
    );
  });
});
