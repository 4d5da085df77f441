import { afterAll, describe, expect, it } from 'vitest';
import type { Invariant } from '../../engine/exhaust/composition.ts';
import { pathToBroken } from '../../engine/exhaust/path.ts';
import { SearchThreads } from '../../engine/exhaust/search-threads.ts';
import { Search } from '../../engine/exhaust/search.ts';
import { ThreadedSearch } from '../../engine/exhaust/threaded.ts';
import { compose } from './compose.ts';
import { storageOf, type ExhaustLocal } from './local.ts';
import { ScopeSearch } from './run.ts';
import { scheduleOf } from './schedule.ts';
import { findScope, type Scope } from './scopes.ts';

function scopeNamed(name: string, less: Partial<Scope>): Scope {
  const scope = findScope(name);
  if (scope === undefined) throw new Error(`there is no scope ${name}`);
  return { ...scope, ...less };
}

const SMALL = scopeNamed('pair', { repeats: 0, epochs: 0 });

const workers = new SearchThreads(2);
afterAll(() => workers.close());

async function ended(search: ScopeSearch): Promise<ScopeSearch> {
  while (await search.advance(5));
  return search;
}

describe('a scope on two threads', () => {
  it('has the same states, steps and verdict, and the calm has the same beginnings', async () => {
    const one = await ended(new ScopeSearch(SMALL));
    const two = await ended(new ScopeSearch(SMALL, { workers: 2, threadsFrom: 10 }));
    expect(two.storm).toBeInstanceOf(ThreadedSearch);
    expect(two.verdict).toEqual(one.verdict);
    for (const phase of ['storm', 'calm'] as const) {
      const { states, transitions, depth } = one[phase]?.progress ?? {};
      expect(two[phase]?.progress).toMatchObject({ states, transitions, depth });
    }
    expect(two.movesToCalmState(0)).toEqual(one.movesToCalmState(0));
  });
});

const positions = (local: ExhaustLocal): Readonly<Record<string, number>> => {
  const memory = storageOf(local);
  return memory?.kind === 'client' ? memory.positions : {};
};

/** Flaws: what they say is broken is not wrong, but it is where it is. */
const FLAWS: readonly Invariant<ExhaustLocal>[] = [
  {
    id: 'nobody-delivers',
    kind: 'local',
    broken: (_, local) => {
      const got = Object.keys(positions(local)).find((capsule) => !capsule.startsWith(local.state.node));
      return got === undefined ? undefined : `${local.state.node} has ${got}`;
    },
  },
  {
    id: 'not-both',
    kind: 'joint',
    view: (_, local) => String(Object.keys(positions(local)).length > 0),
    broken: (views) =>
      views.filter((view) => view === 'true').length > 1 ? 'both have something' : undefined,
  },
];

describe.each(FLAWS.map((flaw) => [flaw.id, flaw] as const))('a planted flaw, %s', (_, flaw) => {
  it('is found by the same schedule on one thread and on two', async () => {
    const composition = { ...compose(SMALL, 'storm'), invariants: [flaw] };
    const reductions = { eager: true, lossIsDelay: true };
    const one = new Search(composition, { reductions, keepsParents: true });
    expect(one.run()).toBe('broken');
    const two = new ThreadedSearch(composition, { reductions, keepsParents: true, workers });
    expect(await two.run()).toBe('broken');
    expect(two.progress.states).toBe(one.progress.states);
    expect(two.found?.text).toBe(one.found?.text);
    const [first, second] = [one, two].map((search) =>
      scheduleOf(SMALL, search, pathToBroken(search)?.steps ?? []),
    );
    expect(first?.length).toBeGreaterThan(4);
    expect(second).toEqual(first);
  });
});
