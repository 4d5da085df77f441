import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  parseCounterexample,
  printCounterexample,
  type Counterexample,
} from '../properties/counterexample.ts';
import { contextOf, fakeKit, SCENARIO, VIOLATION } from './fake-kit.test-helper.ts';
import { necessityLines } from './necessity.ts';
import { shrink } from './shrink.ts';

const { property, ...violation } = VIOLATION;
const EXAMPLE: Counterexample = {
  format: 'psl-verify/counterexample',
  version: 2,
  kit: '0.1.0',
  subject: 'mutant:forwards-twice',
  property,
  title: 'accepted twice',
  seed: 1,
  run: 0,
  capabilities: ['network', 'churn'],
  violation,
  digest: 'ab',
  scenario: SCENARIO,
  moves: [{ move: 'heal' }, { move: 'duplicate', message: 'c1>r1 data #1' }],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-shrink-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(more: Partial<Counterexample> = {}): string {
  const file = join(folder, 'found.json');
  writeFileSync(file, printCounterexample({ ...EXAMPLE, ...more }));
  return file;
}

const BUDGET = { executions: '100', seconds: '5' };

describe('shrink', () => {
  test('writes the smaller counterexample over the file, with its certificate, and says why each move is there', async () => {
    const file = save();
    const context = contextOf(fakeKit([]));
    expect(await shrink(context, file, BUDGET)).toBe(0);
    const smaller = parseCounterexample(readFileSync(file, 'utf8'), file);
    expect(smaller).toMatchObject({
      moves: [{ move: 'duplicate', message: 'c1>r1 data #1' }],
      capabilities: ['network'],
      certificate: { without: [{ outcome: 'holds' }] },
    });
    expect(context.terminal.stdout()).toContain(`${file}: 2 → 1 move, 4 → 4 nodes, 2 executions`);
    expect(context.terminal.stdout()).toContain(
      ' 1. the network makes a second copy of the 1st data message from c1 to r1  without it: edge-once holds',
    );
  });

  test('leaves the file alone with --out, and tells all as JSON', async () => {
    const file = save();
    const out = join(folder, 'smaller.json');
    const context = contextOf(fakeKit([]));
    expect(await shrink(context, file, { ...BUDGET, out, json: true })).toBe(0);
    expect(JSON.parse(context.terminal.stdout())).toMatchObject({
      command: 'shrink',
      file: out,
      moves: { before: 2, after: 1 },
      nodes: { before: 4, after: 4 },
      executions: 2,
      oneMinimal: true,
    });
    expect(parseCounterexample(readFileSync(file, 'utf8'), file)).toEqual(EXAMPLE);
  });

  test('after Ctrl-C the file is as it was, without a certificate: exit 130', async () => {
    const file = save();
    const interrupt = new AbortController();
    interrupt.abort();
    const context = { ...contextOf(fakeKit([])), signal: interrupt.signal };
    expect(await shrink(context, file, BUDGET)).toBe(130);
    const kept = parseCounterexample(readFileSync(file, 'utf8'), file);
    expect(kept.moves).toEqual(EXAMPLE.moves);
    expect(kept.certificate).toBeUndefined();
  });

  test('has nothing to do with what holds: exit 1, the file stays', async () => {
    const file = save({ moves: [{ move: 'heal' }] });
    const before = readFileSync(file, 'utf8');
    const context = contextOf(fakeKit([]));
    expect(await shrink(context, file, BUDGET)).toBe(1);
    expect(context.terminal.stderr()).toContain(
      'edge-once holds on mutant:forwards-twice: nothing to shrink',
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each<[string, object, string]>([
    ['no number', { executions: 'many' }, '--executions: expected a whole number'],
    ['no time', { seconds: '0' }, '--seconds: expected a whole number from 1'],
    ['a folder as --out', { out: '/' }, "--out: / can't be written"],
  ])('a wrong call is said in one line: %s', async (_, options, message) => {
    await expect(shrink(contextOf(fakeKit([])), save(), { ...BUDGET, ...options })).rejects.toThrow(message);
  });
});

describe('a certificate in words', () => {
  test('says what happens without each move, and how near it is to holding', () => {
    const moves = [
      { move: 'crash', node: 'r1' },
      { move: 'elapse', ms: 50 },
    ] as const;
    const without = [
      { outcome: 'other-violation', property: 'tree-shape', message: 'r1 has two parents' },
      { outcome: 'untested' },
    ] as const;
    const nearest = {
      changes: [{ change: 'inserted', index: 1, move: { move: 'restart', node: 'r1', memory: 'durable' } }],
      moves: [],
    } as const;
    expect(necessityLines({ ...EXAMPLE, moves, certificate: { without, nearest } })).toEqual([
      ' 1. r1 crashes                  without it: tree-shape breaks instead: r1 has two parents',
      ' 2. 50 ms pass without a fault  without it: nothing puts edge-once to the test',
      '',
      'The property holds if before move 2, r1 starts again, with its storage.',
    ]);
    expect(necessityLines({ ...EXAMPLE, moves: [] })).toEqual([
      'No move is needed: it breaks as soon as the nodes are started.',
    ]);
  });
});
