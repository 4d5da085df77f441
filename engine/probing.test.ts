import { describe, expect, test } from 'vitest';
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import { causeTest, kindsOf, type CauseRules, type FoundCause } from './causes.ts';
import { probeOf, probeOfKind, probingOf } from './probing.ts';
import { randomFromSeed } from './random.ts';
import { walk } from './run.ts';
import { toyHarness, toyScenario, type ToyCommand } from './toy-broadcast.ts';
import { capabilityOf } from './world.ts';

const scenario = toyScenario(3);
const rules: CauseRules<ToyCommand> = {
  kinds: [
    { id: 'network', choices: ['drop', 'duplicate', 'clog', 'partition'] },
    { id: 'churn', choices: ['crash', 'restart'] },
    { id: 'outsider', choices: ['attack'] },
  ],
  where: () => 'somewhere',
  kindOf: (move) => (move.move === 'heal' || move.move === 'release' ? undefined : capabilityOf(move)),
  effortOf: (kind) => (kind === 'outsider' ? 2 : 1),
};
const harness = { ...toyHarness('no-retry'), causes: rules };

const LOST: Schedule<ToyCommand> = [
  { move: 'command', node: 's', command: { kind: 'say' } },
  { move: 'drop', message: 's>r1 data #1' },
];

function found(
  property: string,
  kinds: readonly string[],
  schedule = LOST,
): FoundCause<ToyCommand, BaseScenario> {
  const violation = { property, message: '', step: 0, verdict: 'violated' } as const;
  return { cause: { property, where: 'somewhere', kinds }, run: 0, scenario, schedule, violation };
}

function asked(...causes: readonly FoundCause<ToyCommand, BaseScenario>[]): readonly string[] {
  return probingOf(rules, causes).probes.map(({ property, kind = 'none' }) => `${property}: ${kind}`);
}

describe('what is asked', () => {
  test('of each place, whatever breaks something elsewhere and takes no more than what does it there; the easy kinds first', () => {
    expect(asked(found('arrives', ['network']), found('order', ['outsider']))).toEqual([
      'arrives: none',
      'order: none',
      'order: network',
    ]);
    const all = [found('arrives', []), found('other', ['churn']), found('order', ['outsider'])];
    expect(asked(...all).filter((one) => one.startsWith('arrives'))).toEqual([
      'arrives: churn',
      'arrives: outsider',
    ]);
    expect(asked()).toEqual([]);
  });

  test('from schedules with faults that break it there, the shortest ones, and from others with moves of the kind', () => {
    const { probes, schedules } = probingOf(rules, [
      found('arrives', ['network'], [...LOST, ...LOST]),
      found('arrives', []),
      found('order', ['churn']),
      found('arrives', ['network', 'outsider']),
    ]);
    const probe = probes.find(({ property, kind }) => property === 'arrives' && kind === 'churn');
    expect(probe).toMatchObject({ bases: [3, 0], donors: [2] });
    expect(schedules).toHaveLength(4);
  });
});

describe('answers', () => {
  const crashed: Schedule<ToyCommand> = [{ move: 'crash', node: 'r1' }];
  const probing = probingOf(rules, [found('arrives', ['network']), found('order', ['churn'], crashed)]);
  const at = probing.probes.findIndex(({ property, kind }) => property === 'arrives' && kind === 'churn');
  const answer = (index: number) => {
    const random = randomFromSeed(index);
    const { scenario: own, options } = probeOf(rules, probing, at + index * probing.probes.length, random);
    return walk(harness, own as BaseScenario, random, { probe: options, stopOnViolation: false });
  };

  test('have moves of the kind that is asked about and of no other, and some of them break it by that kind', () => {
    const runs = Array.from({ length: 40 }, (_, index) => answer(index));
    const kinds = new Set(runs.flatMap(({ schedule }) => kindsOf(rules, schedule)));
    expect([...kinds]).toEqual(['churn']);
    const isSame = causeTest(harness, { property: 'arrives', where: 'somewhere', kinds: ['churn'] });
    expect(runs.filter(isSame).length).toBeGreaterThan(0);
  });

  test('are the same for the same choices', () => {
    expect(answer(7).schedule).toEqual(answer(7).schedule);
    expect(answer(7).digest).toBe(answer(7).digest);
  });

  test('without a known schedule, and without any fault', () => {
    const made = (kind: string | undefined) =>
      Array.from({ length: 20 }, (_, index) =>
        walk(harness, scenario, randomFromSeed(index), { probe: probeOfKind(rules, kind) }),
      ).flatMap(({ schedule }) => schedule);
    expect(kindsOf(rules, made('network'))).toEqual(['network']);
    expect(kindsOf(rules, made(undefined))).toEqual([]);
    expect(made(undefined).length).toBeGreaterThan(20);
  });

  test('of a kind that is not granted there are none', () => {
    const run = walk(harness, scenario, randomFromSeed(1), {
      probe: probeOfKind(rules, 'churn'),
      capabilities: ['network'],
    });
    expect(kindsOf(rules, run.schedule)).toEqual([]);
  });

  test('begin where they are told to', () => {
    const first = (from: number) => probeOf(rules, { ...probing, from }, 0, randomFromSeed(1));
    expect(first(at)).toMatchObject({ property: 'arrives', options: { kind: 'churn' } });
    expect(first(at + probing.probes.length).options.kind).toBe('churn');
    expect(first(at + 1).options.kind).not.toBe('churn');
  });

  test('where nothing is asked there are none', () => {
    expect(() => probeOf(rules, { schedules: [], probes: [] }, 0, randomFromSeed(1))).toThrow(RangeError);
  });
});
