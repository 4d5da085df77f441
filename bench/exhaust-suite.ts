/** Exhaustive search: the engine over the small protocol's statecharts, beside a search of it written by hand. */
import { Search, type Progress, type Reductions } from '../engine/exhaust/search.ts';
import { searchByHand } from './by-hand-instance.ts';
import { INSTANCE_REDUCTIONS, INSTANCE_ROWS, instanceOf, type InstanceRow } from './instance.ts';
import { row, type BenchContext, type BenchRow, type BenchSuite } from './suite.ts';

/** Budgets from which on larger rows are searched: the largest takes the better part of a minute and 600 MB, whatever the budget. */
const WHOLE_BUDGET_MS = 1_000;

function idOf({ size }: InstanceRow): string {
  const { k, routers, clients, multicasts, drops, crashes } = size;
  return `exhaust/k${k}-r${routers}-n${clients}-m${multicasts}-d${drops}-x${crashes}`;
}

function seconds<T>({ nowMs }: BenchContext, work: () => T): { readonly result: T; readonly s: number } {
  const startedMs = nowMs();
  const result = work();
  return { result, s: (nowMs() - startedMs) / 1_000 };
}

function search({ size }: InstanceRow, reductions: Reductions): Progress {
  const all = new Search(instanceOf(size), { reductions });
  if (all.run() !== 'complete') throw new Error('the instance does not hold');
  return all.progress;
}

function measure(context: BenchContext, instance: InstanceRow): BenchRow[] {
  const id = idOf(instance);
  const { states, transitions } = instance;
  const hand = seconds(context, () => searchByHand(instance.size));
  const off = seconds(context, () => search(instance, {}));
  const on = seconds(context, () => search(instance, INSTANCE_REDUCTIONS));
  // A search that counts something else is not worth a time.
  for (const { result } of [hand, off])
    if (result.states !== states || result.transitions !== transitions)
      throw new Error(`${id}: ${result.states} states and ${result.transitions} transitions`);
  return [
    row(`${id}/off`, off.s, 'seconds', hand.s),
    row(`${id}/on`, on.s, 'seconds', hand.s),
    row(`${id}/states-on`, on.result.states, 'states', states),
    row(`${id}/memory-off`, off.result.bytes / 1e6, 'MB'),
    row(`${id}/asked`, off.result.asked, 'steps', transitions),
  ];
}

/**
 * Searches of rows of the table with reductions off and on; the yardstick is the search by hand (of the states, all of them; of the steps that the
 * statecharts were asked for, all transitions). Searches that end with other counts than the table's are an error.
 */
export const exhaustSuite: BenchSuite = {
  name: 'exhaust',
  title: 'exhaustive search of statecharts, beside one written by hand',
  run(context) {
    // Warm: the first search of a process pays for the compiler.
    const warm = INSTANCE_ROWS.find(({ states }) => states > 20_000);
    if (warm !== undefined) measure(context, warm);
    const largest = context.budgetMs < WHOLE_BUDGET_MS ? 400_000 : Infinity;
    return INSTANCE_ROWS.filter(({ states }) => states > 300_000 && states < largest).flatMap((one) =>
      measure(context, one),
    );
  },
};
