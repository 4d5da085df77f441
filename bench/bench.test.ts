/** The suites run, and what is compared is the same: the walks by hand end where those of the kit end. Nothing is timed. */
import { describe, expect, test } from 'vitest';
import { World, type Storage, type Subject } from '../engine/index.ts';
import { memoryOf } from '../model/index.ts';
import type { Command, Report } from '../properties/reading.ts';
import { scenarioOf, type TreeScenario } from '../properties/scenario.ts';
import { modelSubject } from '../properties/subjects/model.ts';
import { referenceSubject } from '../properties/subjects/reference.ts';
import { HandMemo, walkModelByHand } from './by-hand-model.ts';
import { walkReferenceByHand } from './by-hand-reference.ts';
import { walkByKit } from './by-kit.ts';
import { SUITES } from './index.ts';
import { plans, type WalkPlan } from './walk.ts';

const SIZES = [
  { k: 2, routers: 1, clients: 2 },
  { k: 2, routers: 3, clients: 4 },
];

/** A subject that lets its storages and reports be seen. */
function watched<Frame>(subject: Subject<Frame, Command, Report, TreeScenario>) {
  const storages = new Map<string, Storage>();
  const seen = { deliveries: 0, stores: new Map<string, string>() };
  const watching: Subject<Frame, Command, Report, TreeScenario> = {
    ...subject,
    spawn(scenario, node, storage) {
      storages.set(node, storage);
      const inner = subject.spawn(scenario, node, storage);
      return {
        handle(input, emit) {
          inner.handle(input, (output) => {
            if (output.kind === 'report' && output.report.type === 'delivered') seen.deliveries += 1;
            if (output.kind === 'report' && output.report.type === 'store')
              seen.stores.set(node, JSON.stringify(output.report.entries));
            emit(output);
          });
        },
      };
    },
  };
  return { subject: watching, storages, seen };
}

const PLANS: readonly WalkPlan[] = plans(7, 3, 120, 'test');

describe.each(SIZES)('walks of $routers routers and $clients clients', (size) => {
  const scenario = scenarioOf(size);

  test.each(PLANS)('the model, seed $seed', (plan) => {
    const { subject, storages, seen } = watched(modelSubject);
    const kit = walkByKit(subject, scenario, plan);
    const hand = walkModelByHand(new HandMemo(scenario.parameters), scenario, plan);
    expect(hand.steps).toBe(kit.steps);
    expect(hand.deliveries).toBe(seen.deliveries);
    expect(hand.deliveries).toBeGreaterThan(0);
    for (const [node, state] of hand.states)
      expect(storages.get(node)?.entries().at(-1), node).toEqual(memoryOf(state));
  });

  test.each(PLANS)('the reference, seed $seed', (plan) => {
    const { subject, seen } = watched(referenceSubject);
    const kit = walkByKit(subject, scenario, plan);
    const hand = walkReferenceByHand(scenario, plan);
    expect(hand.steps).toBe(kit.steps);
    expect(hand.deliveries).toBe(seen.deliveries);
    expect(hand.deliveries).toBeGreaterThan(0);
    for (const node of scenario.nodes)
      kit.world.command(node, { type: 'dump' }, { kind: 'fair', phase: 'schedule' });
    expect(Object.fromEntries(hand.stores())).toEqual(Object.fromEntries(seen.stores));
  });
});

test('the model and the reference take the same walk', () => {
  const scenario = scenarioOf(SIZES[0]!);
  const [plan] = PLANS;
  expect(walkByKit(modelSubject, scenario, plan!).steps).toBe(
    walkByKit(referenceSubject, scenario, plan!).steps,
  );
});

test('a schedule that was walked is one that a world can be given', () => {
  const scenario = scenarioOf(SIZES[0]!);
  const { schedule, steps } = walkByKit(modelSubject, scenario, PLANS[0]!);
  const world = new World(modelSubject, scenario);
  const cause = { kind: 'fair', phase: 'schedule' } as const;
  world.startAll(cause);
  world.elapse(scenario.prologueMs, cause);
  for (const move of schedule) expect(world.apply(move, cause)).toBe(true);
  expect(world.steps).toBeLessThanOrEqual(steps);
});

test.each(SUITES)('suite $name at its smallest', async (suite) => {
  const { name } = suite;
  let clockMs = 0;
  const rows = await suite.run({ nowMs: () => (clockMs += 1), budgetMs: 1 });
  expect(rows.length).toBeGreaterThan(0);
  for (const { id, value, unit, yardstick, ratio } of rows) {
    expect(id.startsWith(`${name}/`)).toBe(true);
    expect(value).toBeGreaterThanOrEqual(0);
    expect(['steps/s', 'schedules/s', 'percent', 'seconds', 'states', 'steps', 'MB']).toContain(unit);
    if (yardstick === null || yardstick === 0) expect(ratio).toBeNull();
    else expect(ratio).toBeCloseTo(value / yardstick);
  }
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});
