import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { printCounterexample, type Counterexample } from '../properties/counterexample.ts';
import { contextOf, fakeKit, SCENARIO, VIOLATION } from './fake-kit.test-helper.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';

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
  capabilities: ['network'],
  violation,
  digest: 'ab',
  scenario: SCENARIO,
  moves: [{ move: 'duplicate', message: 'c1>r1 data #1' }],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-replay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function save(name: string, more: Partial<Counterexample> = {}): string {
  const file = join(folder, name);
  writeFileSync(file, printCounterexample({ ...EXAMPLE, ...more }));
  return file;
}

describe('replay', () => {
  test('breaks where it was found and holds elsewhere', async () => {
    const file = save('a.json');
    const context = contextOf(fakeKit([]));
    expect(await replay(context, [file], {})).toBe(0);
    expect(context.terminal.stdout()).toMatch(
      /a\.json +mutant:forwards-twice +edge-once +violated +violated +ok/,
    );
    const elsewhere = contextOf(fakeKit([]));
    expect(await replay(elsewhere, [folder], { subject: 'reference', json: true })).toBe(0);
    expect(JSON.parse(elsewhere.terminal.stdout())).toEqual({
      kit: '0.1.0',
      command: 'replay',
      durationMs: 0,
      files: [{ file, subject: 'reference', property, expected: 'holds', got: 'holds', ok: true }],
    });
  });

  test('exit 1 when a file does not do what it says', async () => {
    const file = save('a.json', { moves: [] });
    const context = contextOf(fakeKit([]));
    expect(await replay(context, [file], {})).toBe(1);
    expect(context.terminal.stdout()).toMatch(/violated +holds +NOT OK/);
    expect(context.terminal.stdout()).toContain('edge-once holds; the file says: r1 accepted c1/1 #1 twice');
  });

  test.each<[string, () => readonly [string, { subject?: string }], RegExp]>([
    ['a missing file', () => [join(folder, 'none.json'), {}], /none\.json: no such file/],
    ['an empty folder', () => [folder, {}], /no counterexample/],
    [
      'an unknown subject',
      () => [save('a.json'), { subject: 'other' }],
      /--subject: unknown subject "other"/,
    ],
    [
      'a mutant that is gone',
      () => [save('a.json', { subject: 'mutant:gone' }), {}],
      /a\.json: subject: unknown mutant/,
    ],
    [
      'a property that is gone',
      () => [save('a.json', { property: 'gone' }), {}],
      /a\.json: property: unknown property/,
    ],
  ])('says in one line what is wrong: %s', async (_, call, message) => {
    const [file, options] = call();
    await expect(replay(contextOf(fakeKit([])), [file], options)).rejects.toThrow(message);
  });
});

test('list shows all there is, and --json in its shape', () => {
  const context = contextOf(fakeKit([]));
  expect(list(context, {})).toBe(0);
  expect(context.terminal.stdout()).toMatch(/mutant:forwards-twice +sends each record twice +edge-once/);
  const json = contextOf(fakeKit([]));
  expect(list(json, { json: true })).toBe(0);
  expect(JSON.parse(json.terminal.stdout())).toMatchObject({
    command: 'list',
    subjects: [{ id: 'reference' }],
    properties: [{ id: 'edge-once', kind: 'safety', statement: 'Once.', source: 'poster' }],
    mutants: [{ id: 'forwards-twice', breaks: ['edge-once'] }],
    capabilities: [{ id: 'network' }, { id: 'churn' }],
    strategies: ['swarm', 'uniform'],
    scenarios: [{ name: 'small' }],
  });
});
