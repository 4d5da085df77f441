import { describe, expect, test } from 'vitest';
import type { BaseScenario } from './subject.ts';
import type { Move } from './move.ts';
import type { Run } from './outcome.ts';
import { certify } from './certificate.ts';
import {
  causeTest,
  causeText,
  distinctCauses,
  kindsOf,
  type BrokenRun,
  type CauseRules,
  placeText,
  type DistinctCause,
  type FoundCause,
} from './causes.ts';
import { findCauses, type FindCausesOptions } from './cause-search.ts';
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
  kinds: [
    { id: 'network', choices: ['drop', 'duplicate', 'clog', 'partition'] },
    { id: 'timing', choices: ['pause', 'fire', 'skew'] },
    { id: 'churn', choices: ['crash', 'restart'] },
    { id: 'outsider', choices: ['attack'] },
  ],
  where: ({ node }) =>
    node === undefined ? 'somewhere' : node.startsWith('r') ? 'a receiver' : 'the sender',
  kindOf: (move) => (move.move === 'heal' || move.move === 'release' ? undefined : capabilityOf(move)),
  effortOf: (kind) => (kind === 'outsider' ? 2 : 1),
};

function harnessWith(bug: ToyBug, own: Partial<CauseRules<ToyCommand>> = {}): ToyHarness {
  return { ...toyHarness(bug), causes: { ...rules, ...own } };
}

/** Runs that broke something, of the first seeds: with moves of all kinds, and of each kind alone. */
function brokenRuns(harness: ToyHarness, seeds = 60): readonly BrokenRun[] {
  const granted = [harness.capabilities, ...harness.capabilities.map((one) => [one])];
  return Array.from({ length: seeds }, (_, index) => {
    const capabilities = granted[index % granted.length] ?? [];
    const how = { moves: 30, stopOnViolation: false, capabilities };
    const run = walk(harness, scenario, randomFromSeed(index), how);
    return { index, scenario, schedule: run.schedule, violations: run.violations };
  }).filter(({ violations }) => violations.length > 0);
}

type Found = readonly DistinctCause<ToyCommand, BaseScenario>[];
type ToyRun = Run<ToyFrame, ToyCommand, ToyReport, BaseScenario>;

function causesOf(
  harness: ToyHarness,
  runs: readonly BrokenRun[],
  options: FindCausesOptions<ToyCommand, BaseScenario> = {},
): Found {
  const steps = findCauses(harness, runs, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return distinctCauses(harness.causes ?? rules, value);
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
    // Of each kind alone, and those that take more come first.
    const runs = brokenRuns(dear)
      .toSorted((a, b) => (a.index % 5) - (b.index % 5))
      .filter(({ index }) => index % 5 > 0);
    const arrives = causesOf(dear, runs).filter(({ cause }) => cause.property === 'arrives');
    expect(arrives.map(({ cause }) => cause.kinds)).not.toContainEqual(['network']);
    expect(arrives[0]?.alsoBy).toContainEqual(['network']);
    const even = causesOf(harnessWith('no-retry'), runs).filter(({ cause }) => cause.property === 'arrives');
    expect(even.flatMap(({ alsoBy }) => alsoBy)).toEqual([]);
  });

  test('ends when it is told to, with what it has', () => {
    const harness = harnessWith('no-retry');
    const ended = findCauses(harness, brokenRuns(harness), { isOver: () => true }).next();
    expect(ended).toEqual({ done: true, value: [] });
  });

  test('what is known is not found again, and neither is what takes more', () => {
    const harness = harnessWith('no-retry', { effortOf: (kind) => (kind === 'churn' ? 2 : 1) });
    const runs = brokenRuns(harness);
    const [first] = causesOf(harness, runs).filter(({ cause }) => cause.kinds.join() === 'network');
    if (first === undefined) throw new Error('nothing was found');
    const there = causesOf(harness, runs, { known: [first] }).filter(
      ({ cause }) => placeText(cause) === placeText(first.cause),
    );
    expect(there.map(({ cause }) => cause.kinds)).not.toContainEqual(['network']);
    expect(there.map(({ cause }) => cause.kinds)).not.toContainEqual(['churn']);
  });

  test('several kinds do not count where one of them does', () => {
    const of = (...kinds: readonly string[]): FoundCause<ToyCommand, BaseScenario> => ({
      cause: { property: 'arrives', where: 'there', kinds },
      run: 0,
      scenario,
      schedule: [],
      violation: { property: 'arrives', message: '', step: 0, verdict: 'stalled' },
    });
    const kindsLeft = (...found: readonly FoundCause<ToyCommand, BaseScenario>[]) =>
      distinctCauses(rules, found).map(({ cause }) => cause.kinds.join('+'));
    expect(kindsLeft(of('churn', 'network'), of('network'))).toEqual(['network']);
    expect(kindsLeft(of('churn', 'network'), of('timing'))).toEqual(['churn+network', 'timing']);
    expect(kindsLeft(of('churn', 'network'), of())).toEqual(['']);
    expect(kindsLeft(of('network'), of())).toEqual(['network', '']);
  });

  test('a harness that does not tell causes apart is refused', () => {
    expect(() => findCauses(toyHarness(), []).next()).toThrow(RangeError);
  });
});
