import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checkpointOf, readCheckpoint, reading } from './checkpoint.ts';
import type { Composition } from './composition.ts';
import { positionsIn, type Explored } from './explored.ts';
import { inFlight, localIn } from './layout.ts';
import { pathTo, pathToBroken } from './path.ts';
import { tables, toyOf, type ToyLocal, type ToyMessage } from './random-protocol.test-helper.ts';
import { SearchThreads } from './search-threads.ts';
import { Search, type Reductions } from './search.ts';
import { ThreadedSearch } from './threaded.ts';

type Toy = Composition<ToyLocal, ToyMessage>;
type ExploredToy = Explored<ToyLocal, ToyMessage>;

/** Larger ones are passed over. */
const MAX_STATES = 400;
const RUNS = 20;

const REDUCTIONS: readonly Reductions[] = [
  {},
  { eager: true },
  { eager: true, lossIsDelay: true },
  { eager: true, lossIsDelay: true, symmetry: true },
];

const pools = [2, 3].map((count) => new SearchThreads(count));
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

/** A state as a text that does not depend on numbers. */
function textOf({ compiled, composition, layout }: ExploredToy, state: Int32Array): string {
  const locals = composition.nodes.map((_, node) =>
    composition.localKey(node, compiled.localOf(node, localIn(state, 0, node))),
  );
  const messages = inFlight({ ...layout, networkWords: state.length - layout.networkAt }, state).map(
    (message) => composition.messageKey(compiled.messageOf(message)),
  );
  return JSON.stringify([locals, messages.toSorted(), localIn(state, 0, layout.nodes)]);
}

/** Each level's states, and the parent of each. */
function levelsOf(search: ExploredToy): readonly (readonly string[])[] {
  const textAt = (position: number): string =>
    position < 0 ? '' : textOf(search, search.states.stateAt(position));
  return search
    .levels()
    .map((ranges) =>
      Array.from(
        positionsIn(ranges),
        (position) => `${textAt(position)} from ${textAt(search.states.parentOf(position))}`,
      ).toSorted(),
    );
}

/** What must not depend on the number of threads. */
function resultOf(search: ExploredToy) {
  const { states, transitions, depth, frontier } = search.progress;
  const { property, text, isStep } = search.found ?? {};
  const way = search.found === undefined ? [] : (pathToBroken(search)?.steps ?? []);
  const steps = way.map((step) =>
    step.kind === 'act'
      ? `${String(step.node)} ${step.name}`
      : `${step.kind} ${search.composition.messageKey(search.compiled.messageOf(step.message))}`,
  );
  return { end: search.end, states, transitions, depth, frontier, property, text, isStep, steps };
}

async function threaded(toy: Toy, reductions: Reductions, workers: SearchThreads) {
  const search = new ThreadedSearch(toy, { reductions, keepsParents: true, workers });
  await search.run();
  return search;
}

describe('a search on several threads, of random protocols', () => {
  it('has the same states, steps, levels, parents, verdict and way as on one', async () => {
    let broken = 0;
    let holding = 0;
    await fc.assert(
      fc.asyncProperty(tables, fc.constantFrom(...REDUCTIONS), async (drawn, reductions) => {
        const toy = toyOf(drawn);
        const single = new Search(toy, { reductions, keepsParents: true });
        single.advance(MAX_STATES);
        fc.pre(single.end !== undefined);
        if (single.end === 'broken') broken += 1;
        else holding += 1;
        const expected = resultOf(single);
        const levels = levelsOf(single);
        for (const pool of pools) {
          const search = await threaded(toy, reductions, pool);
          // Which of the states that only differ in names is kept goes by numbers.
          if (reductions.symmetry === true) {
            const { steps, text: _, ...same } = expected;
            expect(resultOf(search)).toMatchObject(same);
            expect(resultOf(search).steps).toHaveLength(steps.length);
          } else {
            expect(resultOf(search)).toEqual(expected);
            expect(levelsOf(search)).toEqual(levels);
          }
        }
      }),
      { numRuns: RUNS, seed: 1 },
    );
    expect(Math.min(broken, holding)).toBeGreaterThan(RUNS / 10);
  });

  it('goes on from a checkpoint with another number of threads, and ways to all states are found', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 12 }), async (drawn, passes) => {
        const toy = { ...toyOf(drawn), invariants: [] };
        const whole = new Search(toy, { keepsParents: true });
        whole.advance(MAX_STATES);
        fc.pre(whole.end !== undefined && whole.states.size > 20);
        const [two, three] = pools as [SearchThreads, SearchThreads];
        const begun = new ThreadedSearch(toy, { keepsParents: true, workers: two });
        for (let pass = 0; pass < passes; pass += 1) await begun.advance();
        if (begun.progress.frontier > 0) seen += 1;
        const bytes = Buffer.concat([...checkpointOf(begun, 'toy')]);
        const kept = (search: ExploredToy) => readCheckpoint(reading(bytes), 'toy', search.compiled);
        const single = new Search(toy, { keepsParents: true });
        single.resume(kept(single));
        single.run();
        expect(resultOf(single)).toEqual(resultOf(whole));
        expect(levelsOf(single)).toEqual(levelsOf(whole));
        const again = new ThreadedSearch(toy, { keepsParents: true, workers: three });
        await again.resume(kept(again));
        await again.run();
        expect(resultOf(again)).toEqual(resultOf(whole));
        expect(levelsOf(again)).toEqual(levelsOf(whole));
        for (const position of positionsIn(again.levels().flat())) {
          const { state } = pathTo(again, position);
          expect(again.indexOf(state)).toBe(position);
        }
      }),
      { numRuns: 12, seed: 2 },
    );
    expect(seen).toBeGreaterThan(3);
  });
});

describe('bounds of a search on several threads', () => {
  it('memory ends it without a verdict, the tables and the number of threads are bounded', async () => {
    const [toy] = fc.sample(tables, { numRuns: 1, seed: 3 }).map(toyOf) as [Toy];
    const [workers] = pools as [SearchThreads];
    const small = new ThreadedSearch(toy, { maxBytes: 2, workers });
    expect(await small.run()).toBe('memory');
    expect(small.found).toBeUndefined();
    const few = new ThreadedSearch(toy, { maxLocals: 1, workers });
    await expect(few.run()).rejects.toThrow('more than 1 local states');
    expect(() => new SearchThreads(0)).toThrow('workers');
  });
});
