/** Measures two ways to walk the same walks, in turns, so that whatever else the machine does slows both. */
import { row, type BenchContext, type BenchRow } from './suite.ts';
import type { WalkEnd, WalkPlan } from './walk.ts';

/** Budget for which the suites say how much work they do, milliseconds: the default of the command. */
const USUAL_BUDGET_MS = 2_000;

/** How many walks a budget is worth. A function of the budget alone, so equal calls do equal work. */
export function walksFor({ budgetMs }: BenchContext, usual: number): number {
  return Math.max(1, Math.round((usual * budgetMs) / USUAL_BUDGET_MS));
}

/** What one side did, and how long it took. */
export interface Measured {
  readonly walks: number;
  readonly steps: number;
  readonly ms: number;
}

/** One side of a comparison. */
export interface Side {
  readonly plans: readonly WalkPlan[];
  readonly walk: (plan: WalkPlan) => WalkEnd;
}

/** Walks all plans of both sides, one of each in turn. */
export function sideBySide(
  { nowMs }: BenchContext,
  kit: Side,
  hand: Side,
): { readonly kit: Measured; readonly hand: Measured } {
  const sum = { kit: { walks: 0, steps: 0, ms: 0 }, hand: { walks: 0, steps: 0, ms: 0 } };
  const take = (side: Side, index: number, into: { walks: number; steps: number; ms: number }): void => {
    const plan = side.plans[index];
    if (plan === undefined) return;
    const startedMs = nowMs();
    const { steps } = side.walk(plan);
    into.ms += nowMs() - startedMs;
    into.steps += steps;
    into.walks += 1;
  };
  for (let index = 0; index < Math.max(kit.plans.length, hand.plans.length); index += 1) {
    // Who comes first pays for what the other finds warm: it changes.
    if (index % 2 === 0) take(kit, index, sum.kit);
    take(hand, index, sum.hand);
    if (index % 2 === 1) take(kit, index, sum.kit);
  }
  return sum;
}

/** Steps per second, the kit's beside the yardstick's. */
export function stepsRow(id: string, kit: Measured, hand?: Measured): BenchRow {
  return row(id, perSecond(kit.steps, kit), 'steps/s', hand && perSecond(hand.steps, hand));
}

/** Whole walks per second, the kit's beside the yardstick's. */
export function schedulesRow(id: string, kit: Measured, hand?: Measured): BenchRow {
  return row(id, perSecond(kit.walks, kit), 'schedules/s', hand && perSecond(hand.walks, hand));
}

function perSecond(units: number, { ms }: Measured): number {
  return (units * 1000) / Math.max(ms, Number.EPSILON);
}
