import { describe, expect, test } from 'vitest';
import type { Run } from './outcome.ts';
import type { BaseScenario } from './subject.ts';
import type { ToyBug, ToyCommand, ToyFrame, ToyReport } from './toy-broadcast.ts';
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
    ['throws', 'crash-of-the-code', 2],
    ['trusts', 'indifferent', 1],
  ] as const)('%s, %s: to a schedule of which each move is needed', (bug, property, movesMax) => {
    const harness = toyHarness(bug);
    const run = violating(bug, property === 'indifferent' ? 'genuine' : property);
    const progress: number[] = [];
    const { schedule, executions, oneMinimal } = shrink(
      harness,
      run,
      property,
      undefined,
      ({ moves }) => void progress.push(moves),
    );
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
    const shrunk = shrink(toyHarness('forgets'), run, 'exactly-once', 3);
    expect(shrunk).toMatchObject({ executions: 3, oneMinimal: false });
  });

  test('refuses a run that violates nothing', () => {
    expect(() => shrink(toyHarness(), { scenario, schedule: [] }, 'genuine')).toThrow(RangeError);
  });
});
