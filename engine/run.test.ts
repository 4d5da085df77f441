import { describe, expect, test } from 'vitest';
import type { Move } from './move.ts';
import { MAX_OUTPUTS_PER_REACTION, MAX_STEPS } from './bounds.ts';
import { randomFromSeed } from './random.ts';
import { execute, walk } from './run.ts';
import { STRATEGIES } from './defaults.ts';
import { toyHarness, toyScenario, type ToyCommand } from './toy-broadcast.ts';

type ToyMove = Move<ToyCommand>;
const SAY: ToyMove = { move: 'command', node: 's', command: { kind: 'say' } };
const LONG: ToyMove = { move: 'elapse', ms: 2_000 };
const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe('walk', () => {
  test('restarts and resumes those whom the workload has something left for', () => {
    const toy = toyHarness();
    const harness = {
      ...toy,
      workload: () => ({
        next: () => undefined,
        remaining: () => Array.from({ length: 3 }, () => ({ node: 's', command: { kind: 'say' } as const })),
      }),
    };
    const runs = seeds.map((seed) => walk(harness, toyScenario(), randomFromSeed(seed)));
    expect(runs.map(({ counts }) => counts)).toEqual(runs.map(() => ({ said: 3 })));
    const rest = runs.map(({ schedule }) => schedule.at(-7));
    expect(rest).toContainEqual({ move: 'restart', node: 's', memory: 'durable' });
    expect(rest).toContainEqual({ move: 'resume', node: 's' });
  });
});

describe('execute', () => {
  test('an attack with a message of which there is none on its link takes one of another link, if it may', () => {
    const replay = (of: string): ToyMove => ({ move: 'attack', attack: { kind: 'replay', of } });
    const moves = [SAY, replay('r1>s data #1')];
    const made = (retarget: boolean | 'anywhere') =>
      execute(toyHarness(), toyScenario(), moves, { retarget });
    expect(made(true)).toMatchObject({ skipped: [1], schedule: moves });
    expect(made('anywhere')).toMatchObject({ skipped: [], schedule: [SAY, replay('s>r3 data #1')] });
  });

  test('settles, inspects and holds', () => {
    const run = execute(toyHarness(), toyScenario(), [SAY, { move: 'crash', node: 's' }], {
      keepTrace: true,
    });
    expect(run.violations).toEqual([]);
    expect(run.exercised).toEqual({ 'exactly-once': 3, genuine: 3, arrives: 1 });
    expect(run.trace).toHaveLength(run.steps);
    expect(run.trace?.map(({ index }) => index)).toEqual(run.trace?.map((_, index) => index));
    const starts = run.trace?.filter((step) => step.kind === 'reaction' && step.input.kind === 'start');
    expect(starts?.at(-1)).toMatchObject({ node: 's', memory: { kind: 'durable' }, input: { life: 2 } });
    expect(run.trace?.slice(-3)).toMatchObject([
      { node: 'r1', input: { kind: 'command', command: { kind: 'inspect' } }, gauges: [{ size: 1 }] },
      { node: 'r2' },
      { node: 'r3' },
    ]);
  });

  test('gives a life fresh entropy, and the same in each run', () => {
    const moves: ToyMove[] = [
      { move: 'crash', node: 'r1' },
      { move: 'restart', node: 'r1', memory: 'durable' },
    ];
    const entropies = (): string[] =>
      (execute(toyHarness(), toyScenario(1), moves, { keepTrace: true }).trace ?? []).flatMap((step) =>
        step.kind === 'reaction' && step.input.kind === 'start'
          ? [Buffer.from(step.input.entropy).toString('hex')]
          : [],
      );
    expect(new Set(entropies()).size).toBe(3);
    expect(entropies()).toEqual(entropies());
  });

  test('keeps what is dead dead, unless it is of the core', () => {
    const scenario = { ...toyScenario(), core: ['s'] };
    const schedule: ToyMove[] = [{ move: 'crash', node: 'r1' }, SAY];
    const run = execute(toyHarness(), scenario, schedule, { keepTrace: true });
    expect(run.violations).toEqual([]);
    expect(run.exercised['exactly-once']).toBe(2);
  });

  test('ends settling early once nothing is waited for', () => {
    const { trace } = execute(toyHarness(), toyScenario(), [SAY], { keepTrace: true });
    expect(trace?.at(-1)?.nowMs).toBe(50 + 8_000 / 32);
  });

  test('reports a stall with its reasons', () => {
    const schedule: ToyMove[] = [SAY, { move: 'drop', message: 's>r2 data #1' }];
    const { violations } = execute(toyHarness('no-retry'), toyScenario(), schedule);
    expect(violations).toMatchObject([
      { property: 'arrives', verdict: 'stalled', details: { reasons: ['r2 1 was not delivered'] } },
    ]);
    expect(violations[0]?.message).toContain('8000 ms after the faults ended: r2 1 was not delivered');
  });

  test('does not judge what comes after the moves, if it is not to settle', () => {
    const schedule: ToyMove[] = [SAY, { move: 'drop', message: 's>r2 data #1' }];
    const run = execute(toyHarness('no-retry'), toyScenario(), schedule, { settles: false, keepTrace: true });
    expect(run.violations).toEqual([]);
    expect(run.trace?.at(-1)).toMatchObject({ cause: { kind: 'move', index: 1 } });
  });

  test('reports code that throws', () => {
    const schedule: ToyMove[] = [SAY, { move: 'duplicate', message: 's>r1 data #1' }];
    const run = execute(toyHarness('throws'), toyScenario(), schedule);
    expect(run.stopped).toMatchObject({ kind: 'crash-of-the-code', node: 'r1' });
    expect(run.violations).toMatchObject([
      { property: 'crash-of-the-code', node: 'r1', message: 'r1 threw Error: 1 came twice' },
    ]);
  });

  test('bounds a run that feeds on itself in no time', () => {
    const run = execute(toyHarness('spins'), toyScenario(1), [LONG], { stepsMax: 5_000 });
    expect(run.stopped).toMatchObject({ kind: 'overload', bound: 'MAX_STEPS' });
    expect(run.violations).toMatchObject([{ property: 'overload' }]);
    expect(run.steps).toBe(5_000);
    expect(execute(toyHarness('spins'), toyScenario(1), [LONG]).steps).toBe(MAX_STEPS);
  });

  test('bounds a run by the time that it has come to, where the harness says so', () => {
    const runWith = (fromMs: number) =>
      execute(
        { ...toyHarness(), stepsMax: (_, nowMs) => (nowMs < fromMs ? MAX_STEPS : 1) },
        toyScenario(2),
        [SAY, LONG],
        { keepTrace: true },
      );
    expect(runWith(Infinity).stopped).toBeUndefined();
    const { stopped, trace, violations } = runWith(1);
    expect(stopped).toMatchObject({ kind: 'overload', bound: 'stepsMax' });
    expect(violations).toMatchObject([{ property: 'overload' }]);
    expect(trace?.filter(({ nowMs }) => nowMs > 0)).toHaveLength(1);
  });

  test('bounds messages that breed', () => {
    const { stopped } = execute(toyHarness('echoes'), toyScenario(3), [SAY]);
    expect(stopped).toMatchObject({ kind: 'overload', bound: 'MAX_IN_FLIGHT' });
  });

  test('cuts off a reaction without end, and goes on', () => {
    const run = execute(toyHarness('floods'), toyScenario(1), [SAY], { keepTrace: true });
    const cutOff = run.trace?.find((step) => step.kind === 'reaction' && step.overrun === true);
    expect(cutOff).toMatchObject({ node: 'r1' });
    expect(cutOff?.kind === 'reaction' && cutOff.outputs.length).toBe(MAX_OUTPUTS_PER_REACTION);
    expect(run.stopped).toBeUndefined();
  });

  test('stops at the property asked for', () => {
    const forge: ToyMove = { move: 'attack', attack: { kind: 'forge', to: 'r1', seq: 901 } };
    const run = execute(toyHarness('trusts'), toyScenario(), [SAY, forge, SAY], { stopAt: 'genuine' });
    expect(run).toMatchObject({ movesApplied: 2, stopped: { kind: 'found', property: 'genuine' } });
    expect(run.violations).toMatchObject([{ property: 'genuine', node: 'r1' }]);
  });

  test('compares with the run without the attacks, if asked', () => {
    const forge: ToyMove = { move: 'attack', attack: { kind: 'forge', to: 'r1', seq: 901 } };
    const bad = execute(toyHarness('trusts'), toyScenario(), [forge], { pairs: true });
    expect(bad.violations.map(({ property }) => property)).toEqual(['genuine', 'indifferent']);
    const good = execute(toyHarness(), toyScenario(), [SAY, forge], { pairs: true });
    expect(good).toMatchObject({ violations: [], exercised: { indifferent: 1 } });
    expect(good.trace).toBeUndefined();
  });

  test('lists skipped moves', () => {
    const schedule: ToyMove[] = [SAY, { move: 'heal' }, { move: 'deliver', message: 's>r1 data #9' }];
    expect(execute(toyHarness(), toyScenario(), schedule).skipped).toEqual([1, 2]);
  });
});

describe('walk', () => {
  test.each(STRATEGIES)('%s: generated moves are possible, and execute the same again', (strategy) => {
    for (const seed of seeds) {
      const walked = walk(toyHarness(), toyScenario(), randomFromSeed(seed), { strategy });
      expect(walked.violations).toEqual([]);
      expect(walked.skipped).toEqual([]);
      expect(execute(toyHarness(), toyScenario(), walked.schedule)).toEqual(walked);
    }
  });

  test('equal seeds, equal runs; other seeds, other runs', () => {
    const digestOf = (seed: number): string => walk(toyHarness(), toyScenario(), randomFromSeed(seed)).digest;
    expect(seeds.map(digestOf)).toEqual(seeds.map(digestOf));
    expect(new Set(seeds.map(digestOf)).size).toBe(seeds.length);
  });

  test.each(STRATEGIES)('%s: reaches every kind of move, and only those that are granted', (strategy) => {
    const kindsOf = (capabilities?: []): Set<string> =>
      new Set(
        seeds.flatMap((seed) =>
          walk(toyHarness(), toyScenario(), randomFromSeed(seed), {
            strategy,
            ...(capabilities === undefined ? {} : { capabilities }),
          }).schedule.map(({ move }) => move),
        ),
      );
    expect(kindsOf().size).toBe(16);
    expect(kindsOf([])).toEqual(new Set(['elapse', 'command']));
  });

  test.each([
    ['forgets', 'exactly-once'],
    ['trusts', 'genuine'],
    ['no-retry', 'arrives'],
    ['throws', 'crash-of-the-code'],
  ] as const)('finds the bug that %s', (bug, property) => {
    const found = seeds.flatMap((seed) =>
      walk(toyHarness(bug), toyScenario(), randomFromSeed(seed)).violations.map(
        (violation) => violation.property,
      ),
    );
    expect(found).toContain(property);
  });
});
