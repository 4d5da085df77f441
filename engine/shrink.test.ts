import { describe, expect, test } from 'vitest';
import type { Run } from './outcome.ts';
import type { BaseScenario } from './subject.ts';
import type { Move } from './move.ts';
import type { ToyBug, ToyCommand, ToyFrame, ToyHarness, ToyReport } from './toy-broadcast.ts';
import { randomFromSeed } from './random.ts';
import { execute, walk } from './run.ts';
import { shrink } from './shrink.ts';
import { toyHarness, toyScenario } from './toy-broadcast.ts';

const scenario = toyScenario(3);

type ToyRun = Run<ToyFrame, ToyCommand, ToyReport, BaseScenario>;

function violating(bug: ToyBug, property: string): ToyRun {
  for (let seed = 0; seed < 500; seed += 1) {
    const run = walk(toyHarness(bug), scenario, randomFromSeed(seed), { moves: 80, stopOnViolation: false });
    if (run.violations.some((violation) => violation.property === property)) return run;
  }
  throw new Error(`no run of ${bug} violates ${property}`);
}

describe('shrink', () => {
  test.each([
    ['forgets', 'exactly-once', 5],
    ['trusts', 'genuine', 1],
    ['no-retry', 'arrives', 3],
    ['throws', 'crash-of-the-code', 4],
    ['trusts', 'indifferent', 1],
  ] as const)('%s, %s: to a schedule of which each move is needed', (bug, property, movesMax) => {
    const harness = toyHarness(bug);
    const run = violating(bug, property === 'indifferent' ? 'genuine' : property);
    const progress: number[] = [];
    const { schedule, executions, oneMinimal } = shrink(harness, run, property, {
      onProgress: ({ moves }) => void progress.push(moves),
    });
    const breaks = (moves: typeof schedule): boolean =>
      execute(harness, scenario, moves, { pairs: true }).violations.some(
        (violation) => violation.property === property,
      );
    expect(oneMinimal).toBe(true);
    expect(breaks(schedule)).toBe(true);
    expect(schedule.length).toBeLessThanOrEqual(movesMax);
    expect(executions).toBeGreaterThanOrEqual(progress.length);
    for (const at of schedule.keys()) expect(breaks(schedule.toSpliced(at, 1))).toBe(false);
  });

  test('stops at its budget and says that it has not finished', () => {
    const run = violating('forgets', 'exactly-once');
    const shrunk = shrink(toyHarness('forgets'), run, 'exactly-once', { executionsMax: 3 });
    expect(shrunk).toMatchObject({ executions: 3, oneMinimal: false });
  });

  test('refuses a run that violates nothing', () => {
    expect(() => shrink(toyHarness(), { scenario, schedule: [] }, 'genuine')).toThrow(RangeError);
  });

  test('what could not have influenced the violation goes first, in one execution', () => {
    const harness = toyHarness('trusts');
    const idle: Move<ToyCommand>[] = Array.from({ length: 100 }, (_, at) =>
      at % 2 === 0 ? { move: 'crash', node: 'r2' } : { move: 'restart', node: 'r2', memory: 'durable' },
    );
    const forge: Move<ToyCommand> = { move: 'attack', attack: { kind: 'forge', to: 'r1', seq: 900 } };
    const { schedule, executions } = shrink(harness, { scenario, schedule: [...idle, forge] }, 'genuine');
    expect(schedule).toEqual([forge]);
    expect(executions).toBeLessThan(8);
  });

  test('no move stays that only brings forward what would break while settling', () => {
    const harness = toyHarness('forgets');
    const least: Move<ToyCommand>[] = [
      { move: 'command', node: 's', command: { kind: 'say' } },
      { move: 'elapse', ms: 10 },
      { move: 'crash', node: 'r1' },
      { move: 'fire', node: 's', timer: 'retry' },
    ];
    const moves: Move<ToyCommand>[] = [
      ...least,
      { move: 'restart', node: 'r1', memory: 'durable' },
      { move: 'elapse', ms: 5_000 },
    ];
    expect(execute(harness, scenario, least, { settles: false }).violations).toEqual([]);
    const early = execute(harness, scenario, moves, { settles: false }).violations;
    expect(early).toMatchObject([{ property: 'exactly-once' }]);
    const { schedule, oneMinimal } = shrink(harness, { scenario, schedule: moves }, 'exactly-once');
    expect(oneMinimal).toBe(true);
    expect(schedule).toEqual(least);
  });

  test('a move whose message has another number without the others still means it', () => {
    const harness = toyHarness('no-retry');
    const say: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };
    const wait: Move<ToyCommand> = { move: 'elapse', ms: 100 };
    // Without the first text, the second is the first; with it, losing the first would do as well.
    const schedule = [say, wait, say, { move: 'drop', message: 's>r1 data #2' } as const];
    const shrunk = shrink(harness, { scenario, schedule }, 'arrives');
    expect(shrunk.schedule).toEqual([say, { move: 'drop', message: 's>r1 data #1' }]);
  });

  test('the scenario gets smaller, and nodes and commands plainer, where the harness says how', () => {
    const harness: ToyHarness = {
      ...toyHarness('no-retry'),
      simpler: {
        *scenarios({ nodes }) {
          // The last receiver takes the place of one that goes.
          for (const gone of nodes.slice(1))
            if (nodes.length > 2) {
              const last = nodes.at(-1) ?? '';
              const scenario = toyScenario(nodes.length - 2);
              yield last === gone ? { scenario } : { scenario, renamed: { [last]: gone } };
            }
        },
        smallest: () => [],
        command: () => undefined,
        attacks: () => [],
      },
    };
    const say: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };
    const schedule = [say, { move: 'drop', message: 's>r3 data #1' } as const];
    const shrunk = shrink(harness, { scenario, schedule }, 'arrives');
    expect(shrunk.scenario.nodes).toEqual(['s', 'r1']);
    expect(shrunk.schedule).toEqual([say, { move: 'drop', message: 's>r1 data #1' }]);
    expect(shrunk.oneMinimal).toBe(true);
  });

  test('ends with the best so far when it is told to', () => {
    const run = violating('forgets', 'exactly-once');
    let asked = 0;
    const shrunk = shrink(toyHarness('forgets'), run, 'exactly-once', { isOver: () => (asked += 1) > 4 });
    expect(shrunk.oneMinimal).toBe(false);
    expect(shrunk.executions).toBeLessThanOrEqual(5);
    expect(shrunk.schedule.length).toBeLessThan(run.schedule.length);
    const { violations } = execute(toyHarness('forgets'), scenario, shrunk.schedule);
    expect(violations.map(({ property }) => property)).toContain('exactly-once');
  });
});
