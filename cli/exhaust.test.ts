import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Progress } from '../engine/exhaust/search.ts';
import { SCOPES } from '../properties/exhaust/scopes.ts';
import { EXIT, type Context } from './call.ts';
import { conclusion, exhaust, type ExhaustOptions, type ExhaustWork } from './exhaust.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';
import { recordingTerminal, type RecordingTerminal } from './recording-terminal.test-helper.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-exhaust-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Two clients that join, one of which writes; and several threads as soon as there is something to do. */
const WORK: ExhaustWork = {
  scopes: SCOPES.filter(({ name }) => name === 'pair').map((scope) => ({ ...scope, repeats: 0, epochs: 0 })),
  threadsFrom: 30,
  slice: 20,
};

/** What a call with --json says of the storm. */
function storm({ terminal }: Context) {
  const { storm: progress } = JSON.parse((terminal as RecordingTerminal).stdout()) as { storm: Progress };
  return progress;
}

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

  test('ends as if it had never been interrupted, on one thread or more', async () => {
    const checkpoint = join(folder, 'interrupted.checkpoint');
    const call = { ...CALL, memory: '1G', workers: '2', checkpoint };
    // Each look at the clock is seconds after the one before, so each part is followed by a line; the sixth one interrupts.
    const interrupting = new AbortController();
    let lines = 0;
    const err = (text: string): void => {
      if (text.startsWith('storm') && (lines += 1) === 6) interrupting.abort();
    };
    let clockMs = 0;
    const first: Context = {
      ...contextOf(fakeKit([])),
      terminal: recordingTerminal({ err }),
      nowMs: () => (clockMs += 10_000),
      signal: interrupting.signal,
    };
    expect(await exhaust(first, call, WORK)).toBe(EXIT.interrupted);
    const begun = storm(first);
    expect(begun.frontier).toBeGreaterThan(0);
    expect(begun.states).toBeGreaterThan(WORK.threadsFrom ?? Infinity);
    const second = contextOf(fakeKit([]));
    expect(await exhaust(second, { ...call, workers: '1' }, WORK)).toBe(EXIT.ok);
    const third = contextOf(fakeKit([]));
    expect(await exhaust(third, { ...call, workers: '1', checkpoint: join(folder, 'none') }, WORK)).toBe(
      EXIT.ok,
    );
    const { asked: _, bytes: __, ...whole } = storm(third);
    expect(begun.states).toBeLessThan(whole.states);
    expect(storm(second)).toMatchObject(whole);
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
