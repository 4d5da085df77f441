/** The model alone: the engine's world over the statecharts, beside a loop that calls `step()`. */
import { scenarioOf, type Size } from '../properties/scenario.ts';
import { modelSubject, rememberedTransitions } from '../properties/subjects/model.ts';
import { HandMemo, walkModelByHand } from './by-hand-model.ts';
import { walkByKit } from './by-kit.ts';
import { schedulesRow, sideBySide, stepsRow, walksFor } from './side-by-side.ts';
import { row, type BenchContext, type BenchRow, type BenchSuite } from './suite.ts';
import { plans, type WalkPlan } from './walk.ts';

/** A system, how many moves a walk has, how many walks warm up and how many are measured at the usual budget. */
interface ModelCase {
  readonly name: string;
  readonly size: Size;
  readonly moves: number;
  readonly warmUp: number;
  readonly measured: number;
}

const CASES: readonly ModelCase[] = [
  {
    name: 'small',
    size: { k: 2, routers: 1, clients: 2 },
    moves: 200,
    warmUp: 1_000,
    measured: 400,
  },
  // Too many states to have met most of them in a short warm-up: says what a search pays that always sees new ones.
  {
    name: 'two-levels',
    size: { k: 2, routers: 3, clients: 4 },
    moves: 100,
    warmUp: 150,
    measured: 150,
  },
];

function measure(context: BenchContext, { name, size, moves, warmUp, measured }: ModelCase): BenchRow[] {
  const scenario = scenarioOf(size, name);
  const memo = new HandMemo(scenario.parameters);
  const kit = (plan: WalkPlan) => walkByKit(modelSubject, scenario, plan);
  const hand = (plan: WalkPlan) => walkModelByHand(memo, scenario, plan);
  const compare = (firstSeed: number, count: number) => {
    const walks = plans(firstSeed, count, moves, '');
    return sideBySide(context, { plans: walks, walk: kit }, { plans: walks, walk: hand });
  };
  const id = `model/${name}`;
  const warmUpWalks = walksFor(context, warmUp);
  const first = compare(1, warmUpWalks);
  const before = { kit: rememberedTransitions(scenario.parameters), hand: memo.misses };
  const walks = walksFor(context, measured);
  const fresh = compare(1 + warmUpWalks, walks);
  const after = { kit: rememberedTransitions(scenario.parameters), hand: memo.misses };
  const again = compare(1 + warmUpWalks, walks);
  const remembered = (steps: number, asked: number): number => 100 * (1 - asked / steps);
  return [
    stepsRow(`${id}/steps`, fresh.kit, fresh.hand),
    schedulesRow(`${id}/schedules`, fresh.kit, fresh.hand),
    row(
      `${id}/remembered`,
      remembered(fresh.kit.steps, after.kit - before.kit),
      'percent',
      remembered(fresh.hand.steps, after.hand - before.hand),
    ),
    stepsRow(`${id}/steps-of-warm-up`, first.kit, first.hand),
    stepsRow(`${id}/steps-walked-again`, again.kit, again.hand),
  ];
}

/**
 * Walks with new seeds after a warm-up of other seeds; how many of their steps had been asked for before; the warm-up itself; and the
 * same walks once more, when every step is remembered.
 */
export const modelSuite: BenchSuite = {
  name: 'model',
  title: 'the model alone, beside a loop over step()',
  run: (context) => CASES.flatMap((one) => measure(context, one)),
};
