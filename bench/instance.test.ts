import { afterAll, describe, expect, it } from 'vitest';
import { eagerFlaws, symmetryFlaws } from '../engine/exhaust/flaws.ts';
import { SearchThreads } from '../engine/exhaust/search-threads.ts';
import { Search, type Reductions } from '../engine/exhaust/search.ts';
import { ThreadedSearch } from '../engine/exhaust/threaded.ts';
import { brokenInstances } from './broken-instance.test-helper.ts';
import { searchByHand } from './by-hand-instance.ts';
import { INSTANCE_REDUCTIONS, INSTANCE_ROWS, instanceOf, type InstanceRow } from './instance.ts';

/** The largest rows take longer: `psl-verify bench exhaust` counts them. */
const ROWS = INSTANCE_ROWS.filter(({ states }) => states < 1_050_000);
const SMALL = ROWS.filter(({ states }) => states < 30_000);

const workers = new SearchThreads(2);
afterAll(() => workers.close());

const nameOf = ({ size }: InstanceRow) => Object.entries(size).join(' ').replaceAll(',', ' ');

describe.each(ROWS.map((row) => [nameOf(row), row] as const))('%s', (_, { size, states, transitions }) => {
  it('has the known states and transitions, and all invariants hold', () => {
    const search = new Search(instanceOf(size));
    expect(search.run()).toBe('complete');
    expect([search.progress.states, search.progress.transitions]).toEqual([states, transitions]);
  });

  it.runIf(states < 1_000_000)('has them counted by hand, too', () => {
    expect(searchByHand(size)).toEqual({ states, transitions, holds: true });
  });

  it('holds with reductions on, in fewer states', () => {
    const search = new Search(instanceOf(size), { reductions: INSTANCE_REDUCTIONS });
    expect(search.run()).toBe('complete');
    expect(search.progress.states).toBeLessThan(states);
  });
});

describe('two threads', () => {
  it.each(SMALL.map((row) => [nameOf(row), row] as const))('%s: the same', async (_, row) => {
    const { size, states, transitions } = row;
    const off = new ThreadedSearch(instanceOf(size), { workers });
    expect(await off.run()).toBe('complete');
    expect([off.progress.states, off.progress.transitions]).toEqual([states, transitions]);
    const on = new ThreadedSearch(instanceOf(size), { workers, reductions: INSTANCE_REDUCTIONS });
    expect(await on.run()).toBe('complete');
    const single = new Search(instanceOf(size), { reductions: INSTANCE_REDUCTIONS });
    single.run();
    expect(on.progress.states).toBe(single.progress.states);
    expect(on.progress.transitions).toBe(single.progress.transitions);
  });
});

describe('what the instance declares for reductions', () => {
  it('is so, on small rows', () => {
    for (const { size } of SMALL) {
      const off = new Search(instanceOf(size));
      off.run();
      expect(eagerFlaws(off)).toEqual([]);
      const symmetric = new Search(instanceOf(size), { reductions: { symmetry: true } });
      symmetric.run();
      expect(symmetryFlaws(symmetric.compiled)).toEqual([]);
    }
  });
});

describe('an instance with one thing wrong', () => {
  const variants: readonly Reductions[] = [
    {},
    { eager: true },
    { lossIsDelay: true },
    { symmetry: true },
    INSTANCE_REDUCTIONS,
  ];
  const cases = SMALL.flatMap((row) =>
    [...brokenInstances(row.size)].map(
      ([invariant, instance]) => [invariant, nameOf(row), instance] as const,
    ),
  );

  it.each(cases)('breaks %s, whatever the reductions (%s)', async (invariant, _, instance) => {
    for (const reductions of variants) {
      const search = new Search(instance, { reductions });
      expect(search.run(), JSON.stringify(reductions)).toBe('broken');
      expect(search.found?.property, JSON.stringify(reductions)).toBe(invariant);
      const threaded = new ThreadedSearch(instance, { reductions, workers });
      expect(await threaded.run(), JSON.stringify(reductions)).toBe('broken');
      const { states, transitions, depth } = search.progress;
      expect(threaded.progress).toMatchObject({ states, transitions, depth });
      const { property, isStep } = search.found ?? {};
      expect(threaded.found).toMatchObject({ property, isStep });
    }
  });
});
