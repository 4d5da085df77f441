import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from './call.ts';
import { conclusion, exhaust, type ExhaustOptions } from './exhaust.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-exhaust-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const CALL: ExhaustOptions = { scenario: 'pair', memory: '1M', reductions: true, out: '.', json: true };

describe('exhaust', () => {
  test('ends without a verdict when memory is used up, and goes on from a checkpoint', async () => {
    const checkpoint = join(folder, 'pair.checkpoint');
    const first = contextOf(fakeKit([]));
    expect(await exhaust(first, { ...CALL, checkpoint })).toBe(EXIT.broken);
    const { verdict, why, storm } = JSON.parse(first.terminal.stdout()) as {
      verdict: string;
      why: unknown;
      storm: { states: number };
    };
    expect(verdict).toBe('incomplete');
    expect(why).toEqual({ kind: 'memory' });
    expect(existsSync(checkpoint)).toBe(true);
    const second = contextOf(fakeKit([]));
    expect(await exhaust(second, { ...CALL, checkpoint, json: false })).toBe(EXIT.broken);
    expect(second.terminal.stdout()).toContain('Memory is used up in the storm: covered up to depth');
    const states = /^([\d,]+) states/m.exec(second.terminal.stdout())?.[1] ?? '';
    expect(Number(states.replaceAll(',', ''))).toBeGreaterThanOrEqual(storm.states);
  });

  test('says what is too large', () => {
    const why = { kind: 'tables', text: 'C has more than 65536 local states' } as const;
    expect(conclusion({ verdict: 'incomplete', phase: 'calm', depth: 7, why }, 7)).toBe(
      'The scope is too large, in the calm: C has more than 65536 local states: covered up to depth 7; not a proof.',
    );
  });

  test('knows scopes, sizes and checkpoints', async () => {
    const context = contextOf(fakeKit([]));
    await expect(exhaust(context, { ...CALL, scenario: 'all' })).rejects.toThrow('--scenario');
    await expect(exhaust(context, { ...CALL, memory: 'much' })).rejects.toThrow('--memory');
    const checkpoint = join(folder, 'text.checkpoint');
    writeFileSync(checkpoint, 'no checkpoint');
    await expect(exhaust(context, { ...CALL, checkpoint })).rejects.toThrow('not a checkpoint');
  });
});
