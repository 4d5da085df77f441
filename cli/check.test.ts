import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DistinctCause } from '../engine/index.ts';
import { parseCounterexample } from '../properties/counterexample.ts';
import { DEFAULT_RUNS_GIVEN_TO_BREAK } from '../properties/defaults.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import { runsByChance } from './cause-search.ts';
import { check, type CheckOptions } from './check.ts';
import { contextOf, fakeKit, HOLDS, SCENARIO, VIOLATED, VIOLATION } from './fake-kit.test-helper.ts';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'psl-check-'));
});
afterEach(() => rmSync(out, { recursive: true }));

const callWith = (more: Partial<CheckOptions> = {}): CheckOptions => ({
  subject: 'reference',
  runs: '5',
  seed: '7',
  workers: '0',
  out,
  ...more,
});

describe('check', () => {
  test('all holds: exit 0, a table, no file', async () => {
    const context = contextOf(fakeKit([HOLDS]));
    expect(await check(context, callWith())).toBe(0);
    expect(context.terminal.stdout()).toMatch(/^property +verdict +runs +exercised +tightest case\n/);
    expect(context.terminal.stdout()).toMatch(/edge-once +holds +5 +1,234 +one copy/);
    expect(readdirSync(out)).toEqual([]);
  });

  test('a violation: exit 1, a shrunk counterexample, and the command that replays it', async () => {
    const context = contextOf(fakeKit([VIOLATED]));
    expect(await check(context, callWith({ subject: 'mutant:forwards-twice' }))).toBe(1);
    const name = 'mutant-forwards-twice--edge-once--router-accepted-capsule-twice.json';
    expect(readdirSync(out)).toEqual([name]);
    const file = join(out, name);
    const counterexample = parseCounterexample(readFileSync(file, 'utf8'), file);
    expect(counterexample).toMatchObject({
      seed: 7,
      run: 3,
      moves: [{ move: 'duplicate', message: 'c1>r1 data #1' }],
      capabilities: ['network'],
    });
    expect(context.terminal.stdout()).toContain(`psl-verify replay ${file}`);
  });

  test('the same finding again is the same file; another one gets a number', async () => {
    const again = callWith({ subject: 'mutant:forwards-twice' });
    await check(contextOf(fakeKit([VIOLATED])), again);
    await check(contextOf(fakeKit([VIOLATED])), again);
    expect(readdirSync(out)).toHaveLength(1);
    writeFileSync(join(out, readdirSync(out)[0]!), 'a note of mine');
    await check(contextOf(fakeKit([VIOLATED])), again);
    expect(readdirSync(out).toSorted()).toEqual([
      'mutant-forwards-twice--edge-once--router-accepted-capsule-twice-2.json',
      'mutant-forwards-twice--edge-once--router-accepted-capsule-twice.json',
    ]);
    expect(
      readFileSync(join(out, 'mutant-forwards-twice--edge-once--router-accepted-capsule-twice.json'), 'utf8'),
    ).toBe('a note of mine');
  });

  test('--json is one object and nothing else', async () => {
    const context = contextOf(fakeKit([VIOLATED]));
    expect(await check(context, callWith({ subject: 'mutant:forwards-twice', json: true }))).toBe(1);
    expect(JSON.parse(context.terminal.stdout())).toEqual({
      kit: '0.1.0',
      command: 'check',
      durationMs: 0,
      subject: 'mutant:forwards-twice',
      seed: 7,
      runs: 5,
      steps: 50,
      properties: [
        {
          id: 'edge-once',
          verdict: 'violated',
          runs: 5,
          exercised: 1234,
          counterexamples: [
            join(out, 'mutant-forwards-twice--edge-once--router-accepted-capsule-twice.json'),
          ],
        },
      ],
      digest: 'cd',
    });
  });

  const REACHED = {
    transitions: { 'client off start → up': 5, 'client up crash → crashed': 0, 'client up timer.suspect': 0 },
    situations: { 'tree-full': 0 },
  };

  test('tells what was reached, and names what was not', async () => {
    const kit = fakeKit([HOLDS], { coverage: REACHED });
    const json = contextOf(kit);
    await check(json, callWith({ json: true }));
    expect(JSON.parse(json.terminal.stdout())).toMatchObject({
      coverage: {
        transitions: { covered: 1, total: 2 },
        situations: { covered: 0, total: 1 },
        missing: ['client up crash → crashed', 'tree-full'],
        justified: { 'client up timer.suspect': 'clients have no children' },
        runs: { 'client off start → up': 5, 'client up crash → crashed': 0 },
      },
    });
    const plain = contextOf(kit);
    await check(plain, callWith());
    expect(plain.terminal.stdout()).toMatch(/^reached: transitions 1 of 2 · situations 0 of 1\n/m);
    expect(plain.terminal.stdout()).toContain('  not reached: client up crash → crashed\n');
    expect(plain.terminal.stdout()).toContain('  not reached: tree-full (No room is left.)\n');
    expect(plain.terminal.stdout()).not.toContain('timer.suspect');
  });

  test('names gaps when they are few, or when told to', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`way ${index}`, 0]));
    const kit = fakeKit([HOLDS], { coverage: { transitions: many } });
    const plain = contextOf(kit);
    await check(plain, callWith());
    expect(plain.terminal.stdout()).toContain('  and 4 others (--verbose names all)\n');
    expect(plain.terminal.stdout()).not.toContain('way 11');
    const verbose = contextOf(kit);
    await check(verbose, callWith({ verbose: true }));
    expect(verbose.terminal.stdout()).toContain('  not reached: way 11\n');
  });

  test('says so when something is reached that should not be possible', async () => {
    const coverage = { transitions: { ...REACHED.transitions, 'client up timer.suspect': 2 } };
    const context = contextOf(fakeKit([HOLDS], { coverage }));
    await check(context, callWith());
    expect(context.terminal.stdout()).toContain(
      'reached, though it should not be possible (clients have no children): client up timer.suspect\n',
    );
    expect(context.terminal.stdout()).toContain('transitions 2 of 3');
  });

  test('tells what became of the operations of a trace', async () => {
    const workload = join(out, 't.txt');
    writeFileSync(workload, 'GET a\nSET a 1\nGET a\n');
    const kit = fakeKit([HOLDS], { counts: { operations: 2, refused: 1 } });
    const json = contextOf(kit);
    await check(json, callWith({ workload, json: true }));
    expect(JSON.parse(json.terminal.stdout())).toMatchObject({
      operations: { used: 2, total: 3, refused: 1 },
    });
    const plain = contextOf(kit);
    await check(plain, callWith({ workload }));
    expect(plain.terminal.stdout()).toMatch(/^operations of the trace used: 2 of 3, 1 of them refused/m);
  });

  test('vacuous is not green, not-applicable is beside what holds', async () => {
    expect(await check(contextOf(fakeKit([{ ...HOLDS, verdict: 'vacuous' }])), callWith())).toBe(1);
    const none = { ...HOLDS, verdict: 'not-applicable' } as const;
    expect(await check(contextOf(fakeKit([HOLDS, none])), callWith())).toBe(0);
    const alone = contextOf(fakeKit([none]));
    expect(await check(alone, callWith())).toBe(1);
    expect(alone.terminal.stderr()).toContain('nothing was judged');
  });

  test('interrupted: 130, with the table; a run that does not repeat: 3', async () => {
    const interrupted = contextOf(fakeKit([HOLDS], { aborted: true }));
    expect(await check(interrupted, callWith())).toBe(130);
    expect(interrupted.terminal.stdout()).toContain('Interrupted');
    const text = 'digests differ';
    const nondeterminism = [{ index: 2, seed: 1, scenario: {}, schedule: [], text }];
    const broken = contextOf(fakeKit([HOLDS], { nondeterminism }));
    expect(await check(broken, callWith())).toBe(3);
    expect(broken.terminal.stderr()).toContain('run 2 came out differently when repeated');
  });

  test.each<[Partial<CheckOptions>, string]>([
    [{ subject: 'refrence' }, '--subject: unknown subject "refrence" (did you mean reference?)'],
    [{ subject: 'mutant:forwards-twce' }, '(did you mean mutant:forwards-twice?)'],
    [{ property: ['edge-onec'] }, '--property: unknown property "edge-onec" (did you mean edge-once?)'],
    [{ capability: ['netwrk'] }, '--capability: unknown capability "netwrk" (did you mean network?)'],
    [{ strategy: 'best' }, '--strategy: unknown strategy "best"; expected swarm, uniform'],
    [{ moves: '-1' }, '--moves: expected a whole number from 0 to 100000, got "-1"'],
    [{ scenario: 'smal' }, '--scenario: unknown scenario "smal" (did you mean small?)'],
    [{ scenario: './none.json' }, './none.json: no such file'],
    [{ workload: 'none.txt' }, 'none.txt: no such file'],
    [{ k: '1' }, '--k: expected a whole number from 2 to 1000, got "1"'],
    [{ clients: '0' }, '--clients: expected a whole number from 1 to 1000, got "0"'],
    [{ clients: '900' }, 'nodes: expected at most'],
    [{ runs: 'many' }, '--runs: expected a whole number from 1 to 100000000, got "many"'],
    [{ runs: '0' }, '--runs: expected'],
    [{ seed: '1e3' }, '--seed: expected'],
    [{ workers: '-1' }, '--workers: expected'],
  ])('a wrong call says so in one line: %j', async (more, message) => {
    const thrown: unknown = await check(contextOf(fakeKit([HOLDS])), callWith(more)).catch(
      (error: unknown) => error,
    );
    expect(thrown).toMatchObject({ name: expect.stringMatching(/InputError/) });
    expect(String((thrown as Error).message)).toContain(message);
    expect((thrown as Error).message).not.toContain('\n');
  });

  test('a subject that has sizes of its own takes no others', async () => {
    const kit = fakeKit([HOLDS]);
    const own = { ...kit, subjects: ['prototype-2021', 'flat-2021'].map((id) => ({ id, title: id })) };
    const call = (more: Partial<CheckOptions>) => check(contextOf(own), callWith(more));
    await expect(call({ subject: 'prototype-2021', k: '3' })).rejects.toThrow(
      '--k: prototype-2021 has a K of its own, 2',
    );
    await expect(call({ subject: 'flat-2021', routers: '2' })).rejects.toThrow(
      '--routers: flat-2021 has no routers',
    );
    expect(await call({ subject: 'prototype-2021', k: '2', clients: '3' })).toBe(0);
  });

  test('where causes are told apart: a line and a file for each, and the default number of runs is smaller', async () => {
    const kit = fakeKit([VIOLATED], { broken: [] });
    const found = (kinds: readonly string[], run: number): DistinctCause<unknown, TreeScenario> => ({
      cause: { property: 'edge-once', where: 'router', kinds },
      run,
      scenario: SCENARIO,
      schedule: [{ move: 'heal' }, { move: 'duplicate', message: 'c1>r1 data #1' }],
      violation: VIOLATION,
      alsoBy: [['forged join']],
    });
    let asked: Parameters<typeof kit.campaign>[0] | undefined;
    const telling = {
      ...kit,
      campaign: (options: Parameters<typeof kit.campaign>[0]) => ((asked = options), kit.campaign(options)),
      driver: (subject: string) => ({
        ...kit.driver(subject),
        causes: {
          *find() {
            yield { runsDone: 1, runs: 1, found: 2, executions: 3 };
            return [found(['duplicate'], 3), found([], 7)];
          },
          probing: () => ({ schedules: [], probes: [] }),
          distinct: () => [found(['duplicate'], 3), found([], 7)],
        },
      }),
    };
    const context = contextOf(telling);
    const { runs: _, ...call } = callWith({ subject: 'mutant:forwards-twice' });
    expect(await check(context, call)).toBe(1);
    expect(asked).toMatchObject({ runs: runsByChance(DEFAULT_RUNS_GIVEN_TO_BREAK), keepsBroken: true });
    expect(readdirSync(out).toSorted()).toEqual([
      'mutant-forwards-twice--edge-once--duplicate-router.json',
      'mutant-forwards-twice--edge-once--no-fault-router.json',
    ]);
    expect(context.terminal.stdout()).toMatch(
      /edge-once +router +duplicate +forged join +1 +4 +mutant-forwards-twice--edge-once--duplicate-router\.json/,
    );
    expect(context.terminal.stdout()).toContain('2 distinct causes, each shrunk');
    const json = contextOf(telling);
    await check(json, { ...call, json: true });
    expect(JSON.parse(json.terminal.stdout())).toMatchObject({
      causes: [
        { property: 'edge-once', where: 'router', kinds: ['duplicate'], run: 3, moves: 1 },
        { kinds: [], run: 7 },
      ],
    });
  });

  test.each<[string, string, RegExp]>([
    ['s.json', '{', /s\.json: not JSON/],
    ['s.json', '{"k":1,"routers":0,"clients":1}', /s\.json: k: /],
    ['s.json', '{"k":2,"routers":0,"clients":0}', /s\.json: clients: /],
    ['s.json', '{"k":2,"routers":0,"clients":1,"what":1}', /s\.json: .*what/],
    ['s.json', '{"nodes":[]}', /s\.json: name: /],
  ])('a wrong scenario file is named with its field: %s %s', async (name, text, message) => {
    const scenario = join(out, name);
    writeFileSync(scenario, text);
    await expect(check(contextOf(fakeKit([HOLDS])), callWith({ scenario }))).rejects.toThrow(message);
  });

  test('a wrong trace line is named', async () => {
    const workload = join(out, 't.txt');
    writeFileSync(workload, 'GET a\nPUT b\n');
    await expect(check(contextOf(fakeKit([HOLDS])), callWith({ workload }))).rejects.toThrow(
      /t\.txt:2: expected/,
    );
  });

  test('sizes, capabilities and the trace reach the campaign', async () => {
    const workload = join(out, 't.txt');
    writeFileSync(workload, 'GET a\n');
    const kit = fakeKit([HOLDS]);
    let config: unknown;
    const seen = {
      ...kit,
      campaign: (options: Parameters<typeof kit.campaign>[0]) => (
        (config = options.harnessConfig),
        kit.campaign(options)
      ),
    };
    await check(
      contextOf(seen),
      callWith({ k: '3', clients: '5', capability: ['churn'], strategy: 'uniform', moves: '20', workload }),
    );
    expect(config).toMatchObject({
      subject: 'reference',
      capabilities: ['churn'],
      strategy: 'uniform',
      moves: 20,
      scenario: { nodes: ['C', 'r1', 'r2', 'r3', 'c1', 'c2', 'c3', 'c4', 'c5'], parameters: { k: 3 } },
      workload: { file: workload, runs: 5 },
    });
  });
});
