/** Exhaustive search: the engine over the small protocol's statecharts, beside a search of it written by hand. */
import { Search, type Progress, type Reductions } from '../engine/exhaust/search.ts';
import { ThreadedSearch } from '../engine/exhaust/threaded.ts';
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

/** Threads of the searches that have more than one, and states of the rows that are worth them. */
const WORKERS = 2;
const THREADS_FROM_STATES = 1_000_000;

async function onThreads(context: BenchContext, { size }: InstanceRow, reductions: Reductions) {
  const all = new ThreadedSearch(instanceOf(size), { reductions, workers: WORKERS });
  // Threads take their time to start, whatever they do then.
  await all.advance();
  const startedMs = context.nowMs();
  if ((await all.run()) !== 'complete') throw new Error('the instance does not hold');
  const s = (context.nowMs() - startedMs) / 1_000;
  await all.close();
  return { result: all.progress, s };
}

async function measure(context: BenchContext, instance: InstanceRow): Promise<BenchRow[]> {
  const id = idOf(instance);
  const { states, transitions } = instance;
  const hand = seconds(context, () => searchByHand(instance.size));
  const off = seconds(context, () => search(instance, {}));
  const on = seconds(context, () => search(instance, INSTANCE_REDUCTIONS));
  const threads =
    states < THREADS_FROM_STATES
      ? []
      : [await onThreads(context, instance, {}), await onThreads(context, instance, INSTANCE_REDUCTIONS)];
  // A search that counts something else is not worth a time.
  for (const { result } of [hand, off, ...threads.slice(0, 1)])
    if (result.states !== states || result.transitions !== transitions)
      throw new Error(`${id}: ${result.states} states and ${result.transitions} transitions`);
  for (const { result } of threads.slice(1))
    if (result.states !== on.result.states)
      throw new Error(`${id}: ${result.states} states instead of ${on.result.states}`);
  return [
    row(`${id}/off`, off.s, 'seconds', hand.s),
    row(`${id}/on`, on.s, 'seconds', hand.s),
    ...threads.map(({ s }, index) => {
      const [what, one] = index === 0 ? (['off', off] as const) : (['on', on] as const);
      return row(`${id}/${what}-${String(WORKERS)}-threads`, s, 'seconds', one.s);
    }),
    row(`${id}/states-on`, on.result.states, 'states', states),
    row(`${id}/memory-off`, off.result.bytes / 1e6, 'MB'),
    row(`${id}/asked`, off.result.asked, 'steps', transitions),
  ];
}

/**
 * Searches of rows of the table with reductions off and on; the yardstick is the search by hand (of the states, all of them; of the steps that the
 * statecharts were asked for, all transitions), and for searches on two threads those on one. Searches that end with other counts than the table's are an error.
 */
export const exhaustSuite: BenchSuite = {
  name: 'exhaust',
  title: 'exhaustive search of statecharts, beside one written by hand',
  async run(context) {
    // Warm: the first search of a process pays for the compiler.
    const warm = INSTANCE_ROWS.find(({ states }) => states > 20_000);
    if (warm !== undefined) await measure(context, warm);
    const largest = context.budgetMs < WHOLE_BUDGET_MS ? 400_000 : Infinity;
    const rows: BenchRow[] = [];
    for (const one of INSTANCE_ROWS)
      if (one.states > 300_000 && one.states < largest) rows.push(...(await measure(context, one)));
    return rows;
  },
};
