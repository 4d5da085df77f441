import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { diagrams, filesOf, ROLES, type Drawn } from './diagrams.ts';
import { recordingTerminal } from './recording-terminal.test-helper.ts';

const drawn: readonly Drawn[] = [
  {
    name: 'door',
    title: 'Door',
    machine: createMachine({
      id: 'door',
      initial: 'shut',
      states: { shut: { on: { push: 'open' } }, open: {} },
    }),
  },
];

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'psl-diagrams-'));
});
afterEach(() => rmSync(out, { recursive: true }));

test('writes what --check then finds right, and names what is stale', async () => {
  const terminal = recordingTerminal();
  expect(await diagrams(terminal, drawn, { out, check: true })).toBe(1);
  expect(terminal.stderr()).toContain(`${join(out, 'door.svg')}: stale`);
  expect(await diagrams(terminal, drawn, { out })).toBe(0);
  expect(await diagrams(terminal, drawn, { out, check: true })).toBe(0);
  writeFileSync(join(out, 'door.mmd'), 'something else');
  const second = recordingTerminal();
  expect(await diagrams(second, drawn, { out, check: true })).toBe(1);
  expect(second.stderr()).toBe(`${join(out, 'door.mmd')}: stale; psl-verify diagrams writes it anew\n`);
});

test('every role is drawn with every state of its machine', async () => {
  const files = await filesOf(ROLES);
  expect([...files.keys()]).toEqual([
    'coordinator.mmd',
    'coordinator.svg',
    'router.mmd',
    'router.svg',
    'client.mmd',
    'client.svg',
    'README.md',
  ]);
  for (const state of ['joining', 'attached', 'orphaned', 'collecting', 'off', 'left'])
    for (const kind of ['mmd', 'svg']) expect(files.get(`router.${kind}`)).toContain(state);
});
