import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import {
  chartWithIds,
  coveredChart,
  coverageFrom,
  missingOf,
  type DrawnCoverage,
} from './diagrams-coverage.ts';
import { diagrams, filesOf, ROLES, type Drawn } from './diagrams.ts';
import { allTransitions } from '../model/index.ts';
import { contextOf, fakeKit, HOLDS } from './fake-kit.test-helper.ts';
import { recordingTerminal } from './recording-terminal.test-helper.ts';

const drawn: readonly Drawn[] = [
  {
    name: 'door',
    title: 'Door',
    machine: createMachine({
      id: 'door',
      initial: 'shut',
      states: {
        shut: { on: { push: 'open', kick: 'open', lock: { actions: 'click' } } },
        open: { on: { pull: { target: 'shut', guard: 'isFree' }, melt: 'gone' } },
        gone: { on: { wait: 'shut' } },
      },
    }),
  },
];

const coverage: DrawnCoverage = {
  subject: 'reference',
  seed: 1,
  runs: 7,
  coverage: {
    runs: {
      'door shut push → open': 5,
      'door shut kick → open': 0,
      'door shut lock': 0,
      'door open pull [isFree] → shut': 3,
      'door open pull [isFree] → shut: true': 3,
      'door open pull [isFree] → shut: false': 0,
      'door open melt → gone': 0,
      'door gone wait → shut': 0,
    },
    justified: { 'door gone wait → shut': 'a door that is gone does not wait' },
  },
};

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'psl-coverage-'));
});
afterEach(() => rmSync(out, { recursive: true }));

test('what was reached and what was not differ in line, sign and colour', async () => {
  const svg = (await filesOf(drawn, coverage)).get('door.svg') ?? '';
  // push was reached, kick was not: one arrow.
  expect(svg).toContain('<path class="edge partly"');
  expect(svg).toMatch(/<text class="label reached"[^>]*>✓5 push<\/text>/);
  expect(svg).toMatch(/<rect class="gap"[^>]*\/>\n<text class="label missing"[^>]*>✗ kick<\/text>/);
  expect(svg).toMatch(/<text class="reaction missing"[^>]*>✗ lock \/ click<\/text>/);
  expect(svg).toMatch(/<text class="label reached"[^>]*>✓3 \(never false\) pull \[isFree\]<\/text>/);
  expect(svg).toContain('<path class="edge reached"');
  expect(svg).toContain('<path class="edge missing"');
  expect(svg).toContain('<path class="edge excused"');
  expect(svg).toMatch(/<text class="label excused"[^>]*>– wait<\/text>/);
  // The dashes are in the style, and the legend says what they mean.
  for (const kind of ['missing', 'partly', 'excused'])
    expect(svg).toMatch(new RegExp(`\\.edge\\.${kind} \\{[^}]*stroke-dasharray`));
  expect(svg).toContain('>✓n  reached, in n of 7 runs');
});

test('plain diagrams have nothing of it', async () => {
  const svg = (await filesOf(drawn)).get('door.svg') ?? '';
  expect(svg).not.toMatch(/reached|missing|✓|✗/);
});

test('the page names what was not reached', async () => {
  const page = (await filesOf(drawn, coverage)).get('README.md') ?? '';
  expect(page).toContain('Subject `reference`, 7 runs, seed 1.');
  expect(page).toContain('- `door shut kick → open`\n');
  expect(page).toContain('- `door shut lock`\n');
  expect(page).not.toContain('- `door gone wait');
});

test('each transition of the statecharts is found under its id', () => {
  const none: DrawnCoverage = { ...coverage, coverage: { runs: {}, justified: {} } };
  const missing = ROLES.flatMap(({ machine, title }) =>
    missingOf(coveredChart(chartWithIds(machine, title), none)),
  );
  const all = (['coordinator', 'router', 'client'] as const).flatMap(allTransitions);
  expect(missing.toSorted()).toEqual(all.toSorted());
});

test('from a file, into a folder of its own', async () => {
  const file = join(out, 'check.json');
  writeFileSync(file, JSON.stringify({ kit: '0.1.0', command: 'check', ...coverage }));
  expect(coverageFrom(file)).toMatchObject(coverage);
  const terminal = recordingTerminal();
  expect(await diagrams(terminal, drawn, { coverage: file, out: join(out, 'drawn') })).toBe(0);
  expect(readdirSync(join(out, 'drawn'))).toEqual(['README.md', 'door.mmd', 'door.svg']);
  expect(readFileSync(join(out, 'drawn', 'door.mmd'), 'utf8')).toContain('✗ kick');
});

test('without a file, it searches', async () => {
  const kit = fakeKit([HOLDS], { coverage: { transitions: { 'door shut push → open': 4 } } });
  const context = contextOf(kit);
  await diagrams(context.terminal, drawn, { coverage: true, out }, () => Promise.resolve(context));
  expect(readFileSync(join(out, 'door.mmd'), 'utf8')).toContain('✓4 push');
});

test.each([
  ['{', /not JSON/],
  ['{"command":"list"}', /command/],
  ['{"command":"check","subject":"x","seed":1,"runs":2}', /coverage/],
])('a file that says something else: %s', (text, said) => {
  const file = join(out, 'check.json');
  writeFileSync(file, text);
  expect(() => coverageFrom(file)).toThrow(said);
});

test('--check is about the machines', async () => {
  const call = diagrams(recordingTerminal(), drawn, { coverage: true, check: true, out });
  await expect(call).rejects.toThrow(/^--check: expected without --coverage/);
});
