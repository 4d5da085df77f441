import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { describe, expect, test } from 'vitest';
import { readReasons, unaccounted } from './reasons.ts';
import { readResults, withFigures } from './report.ts';
import { interval, judged, scoreOf, summarise, total, type Survivor } from './results.ts';

const ROOT = dirname(import.meta.dirname);
const page = readFileSync(join(ROOT, 'docs', 'mutation.md'), 'utf8');
const reasons = readReasons(join(ROOT, 'mutation', 'reasons.json'));

const survivor = (id: string): Survivor => ({
  id,
  file: 'impl/log.ts',
  line: 1,
  mutator: 'BlockStatement',
  original: '{}',
  replacement: '',
  isReached: true,
});

describe('docs/mutation.md', () => {
  test('has a reason for every survivor, and none for what does not survive', () => {
    expect(unaccounted(readResults().survivors, reasons)).toEqual({ unexplained: [], idle: [] });
  });

  test('says what the results say', async () => {
    expect(await withFigures(page, readResults(), reasons)).toBe(page);
  });
});

describe('accounts', () => {
  test('tell survivors without a reason, and reasons without a survivor', () => {
    const given = [{ kind: 'equivalent' as const, reason: 'because it is', survivors: ['a', 'b'] }];
    expect(unaccounted([survivor('a'), survivor('c')], given)).toEqual({
      unexplained: [survivor('c')],
      idle: ['b'],
    });
  });
});

describe('results', () => {
  const place = { start: { line: 1, column: 1 }, end: { line: 1, column: 3 } };
  const mutant = (id: string, status: MutantResult['status'], more: Partial<MutantResult> = {}) =>
    ({
      id,
      fileName: join(ROOT, 'impl', 'log.ts'),
      location: place,
      mutatorName: 'BlockStatement',
      replacement: id,
      status,
      ...more,
    }) as MutantResult;

  test('count, and keep what survived with an id that does not depend on lines', () => {
    const killed = mutant('1', 'Killed', { statusReason: 'conformance: no', testsCompleted: 3 });
    const all = [killed, mutant('2', 'Survived'), mutant('2', 'NoCoverage'), mutant('4', 'CompileError')];
    const results = summarise([...all, mutant('5', 'Timeout'), mutant('6', 'Ignored')], 10);
    const counts = { killed: 1, timeout: 1, survived: 1, unreached: 1, ignored: 1, unjudged: 1 };
    expect(results.files).toEqual({ 'impl/log.ts': counts });
    expect(results.by).toEqual({ conformance: 1 });
    expect(results.depth).toEqual({ 3: 1 });
    expect(results.survivors.map(({ id }) => id)).toEqual([
      'impl/log.ts: BlockStatement: /* → 2',
      'impl/log.ts: BlockStatement: /* → 2 (2)',
    ]);
    expect(scoreOf(counts)).toBe(50);
    expect(judged(total([counts, counts]))).toBe(8);
  });

  test('of a sample have an interval around the score', () => {
    const [low, high] = interval({ ...total([]), killed: 85, survived: 15 });
    expect(low).toBeCloseTo(76.7, 1);
    expect(high).toBeCloseTo(90.7, 1);
  });
});
