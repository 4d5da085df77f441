import { describe, expect, test } from 'vitest';
import type { BaseScenario } from './subject.ts';
import type { Move } from './move.ts';
import type { Run } from './outcome.ts';
import { certify } from './certificate.ts';
import {
  causeTest,
  causeText,
  findCauses,
  kindsOf,
  type BrokenRun,
  type CauseRules,
  type FoundCause,
} from './causes.ts';
import { randomFromSeed } from './random.ts';
import { execute, walk } from './run.ts';
import { shrink } from './shrink.ts';
import {
  toyHarness,
  toyScenario,
  type ToyBug,
  type ToyCommand,
  type ToyFrame,
  type ToyHarness,
  type ToyReport,
} from './toy-broadcast.ts';
import { capabilityOf } from './world.ts';

const scenario = toyScenario(3);
const rules: CauseRules<ToyCommand> = {
  where: ({ node }) =>
    node === undefined ? 'somewhere' : node.startsWith('r') ? 'a receiver' : 'the sender',
  kindOf: (move) => (move.move === 'heal' || move.move === 'release' ? undefined : capabilityOf(move)),
  effortOf: (kind) => (kind === 'outsider' ? 2 : 1),
};

function harnessWith(bug: ToyBug, own: Partial<CauseRules<ToyCommand>> = {}): ToyHarness {
  return { ...toyHarness(bug), causes: { ...rules, ...own } };
}

/** Runs that broke something, of the first seeds. */
function brokenRuns(harness: ToyHarness, seeds = 60): readonly BrokenRun[] {
  return Array.from({ length: seeds }, (_, index) => {
    const run = walk(harness, scenario, randomFromSeed(index), { moves: 30, stopOnViolation: false });
    return { index, scenario, schedule: run.schedule, violations: run.violations };
  }).filter(({ violations }) => violations.length > 0);
}

type Found = readonly FoundCause<ToyCommand, BaseScenario>[];
type ToyRun = Run<ToyFrame, ToyCommand, ToyReport, BaseScenario>;

function causesOf(harness: ToyHarness, runs: readonly BrokenRun[]): Found {
  const steps = findCauses(harness, runs);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

describe('causes', () => {
  test('each is found once, and each run breaks for its cause and no other', () => {
    const harness = harnessWith('no-retry');
    const found = causesOf(harness, brokenRuns(harness));
    const arrives = found.filter(({ cause }) => cause.property === 'arrives');
    expect(arrives.map(({ cause }) => cause.kinds.join())).toEqual(
      expect.arrayContaining(['network', 'churn']),
    );
    expect(new Set(found.map(({ cause }) => causeText(cause))).size).toBe(found.length);
    for (const { cause, schedule, violation } of found) {
      expect(rules.where(violation)).toBe(cause.where);
      const run = execute(harness, scenario, schedule, { stopAt: cause.property });
      expect(found.filter((other) => causeTest(harness, other.cause)(run)).map((one) => one.cause)).toEqual([
        cause,
      ]);
    }
  });

  test('a kind that is not needed is none of the cause', () => {
    const harness = harnessWith('no-retry');
    const say: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };
    const lose: Move<ToyCommand> = { move: 'drop', message: 's>r1 data #1' };
    const fast: Move<ToyCommand> = { move: 'skew', node: 'r2', percent: 50 };
    const isOf = (kinds: readonly string[], moves: readonly Move<ToyCommand>[]): boolean =>
      causeTest(harness, { property: 'arrives', where: 'somewhere', kinds })(
        execute(harness, scenario, moves),
      );
    expect(isOf(['network'], [say, lose])).toBe(true);
    expect(isOf(['network'], [say, fast, lose])).toBe(false);
    expect(isOf(['network', 'timing'], [say, fast, lose])).toBe(false);
    expect(isOf([], [say, lose])).toBe(false);
    expect(isOf(['network'], [say])).toBe(false);
  });

  test('shrinking keeps the cause, and its certificate speaks of it', () => {
    const harness = harnessWith('no-retry');
    const found = causesOf(harness, brokenRuns(harness));
    expect(found.length).toBeGreaterThan(1);
    for (const one of found) {
      const { cause } = one;
      const { schedule, scenario: own, oneMinimal } = shrink(harness, one, cause.property, { cause });
      expect(oneMinimal).toBe(true);
      expect(kindsOf(rules, schedule)).toEqual(cause.kinds);
      const isSame = (run: ToyRun): boolean => causeTest(harness, cause)(run);
      expect(isSame(execute(harness, own, schedule))).toBe(true);
      const certificate = certify(harness, own, schedule, cause.property, undefined, isSame);
      expect(certificate?.without.map(({ outcome }) => outcome)).not.toContain('same');
    }
  });

  test('shrinking does not go over to another place that takes fewer moves', () => {
    const harness = harnessWith('no-retry', { where: ({ message }) => message });
    const schedule: readonly Move<ToyCommand>[] = [
      { move: 'command', node: 's', command: { kind: 'say' } },
      { move: 'drop', message: 's>r1 data #1' },
      { move: 'drop', message: 's>r2 data #1' },
    ];
    const [stall] = execute(harness, scenario, schedule).violations;
    const cause = { property: 'arrives', where: stall?.message ?? '', kinds: ['network'] };
    expect(shrink(harness, { scenario, schedule }, 'arrives', { cause }).schedule).toEqual(schedule);
    expect(shrink(harness, { scenario, schedule }, 'arrives').schedule).toHaveLength(2);
  });

  test('what takes more at the same place is named with what takes less', () => {
    // As if losing a message took more than a crash.
    const dear = harnessWith('no-retry', { effortOf: (kind) => (kind === 'network' ? 2 : 1) });
    const runs = brokenRuns(dear);
    const arrives = causesOf(dear, runs).filter(({ cause }) => cause.property === 'arrives');
    expect(arrives.map(({ cause }) => cause.kinds)).not.toContainEqual(['network']);
    expect(arrives[0]?.alsoBy).toContainEqual(['network']);
    const even = causesOf(harnessWith('no-retry'), runs).filter(({ cause }) => cause.property === 'arrives');
    expect(even.flatMap(({ alsoBy }) => alsoBy)).toEqual([]);
  });

  test('ends when it is told to, with what it has', () => {
    const harness = harnessWith('no-retry');
    const ended = findCauses(harness, brokenRuns(harness), () => true).next();
    expect(ended).toEqual({ done: true, value: [] });
  });

  test('a harness that does not tell causes apart is refused', () => {
    expect(() => findCauses(toyHarness(), []).next()).toThrow(RangeError);
  });
});
