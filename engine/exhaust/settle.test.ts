import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Composition } from './composition.ts';
import { inFlight, localIn } from './layout.ts';
import { pathTo } from './path.ts';
import { Search } from './search.ts';

/** A node counts what it sends, or the greatest number that it accepted, and is in some mood. */
interface Counting {
  readonly count: number;
  readonly mood: number;
}
interface Numbered {
  readonly to: number;
  readonly number: number;
  readonly mood: number;
}

const MOODS = 4;
/** Enough rounds for whatever can be reached to be reached. */
const ROUNDS = 2 * MOODS * MOODS;

const moods = fc.array(fc.array(fc.nat(MOODS - 1), { minLength: MOODS, maxLength: MOODS }), {
  minLength: MOODS,
  maxLength: MOODS,
});

/** At rest, a sender sends two numbered messages at once; what is overtaken is stale. The answer changes its mood. */
function linkOf(
  receiver: readonly (readonly number[])[],
  sender: readonly (readonly number[])[],
  rounds: number,
) {
  const link: Composition<Counting, Numbered> = {
    nodes: ['sender', 'receiver'],
    budgets: [],
    initial: () => ({ local: { count: 0, mood: 0 }, sends: [] }),
    localKey: (_, { count, mood }) => `${String(count)} ${String(mood)}`,
    messageKey: ({ to, number, mood }) => `${String(to)} ${String(number)} ${String(mood)}`,
    receiver: ({ to }) => to,
    receive(node, local, { number, mood }) {
      if (node === 0) return { local: { ...local, mood: sender[local.mood]?.[mood] ?? 0 }, sends: [] };
      if (number <= local.count) return { local, sends: [] };
      const after = receiver[local.mood]?.[mood] ?? 0;
      return { local: { count: number, mood: after }, sends: [{ to: 0, number: 0, mood: after }] };
    },
    acts(node, { count, mood }) {
      if (node !== 0 || count >= 2 * rounds) return [];
      const sends = [1, 2].map((more) => ({ to: 1, number: count + more, mood: (mood + more) % MOODS }));
      return [{ name: 'send', atRest: 1, local: { count: count + 2, mood }, sends }];
    },
    invariants: [],
    settled: (_, { mood }) => ({ count: 0, mood }),
  };
  return link;
}

/** Moods of both nodes in states in which nothing is in flight. */
function restsOf(search: Search<Counting, Numbered>): ReadonlySet<string> {
  const rests = new Set<string>();
  for (let index = 0; index < search.states.size; index += 1) {
    const state = search.states.stateAt(index);
    if (inFlight(search.layout, state).length > 0) continue;
    rests.add([0, 1].map((node) => search.compiled.localOf(node, localIn(state, 0, node)).mood).join());
  }
  return rests;
}

describe('settling', () => {
  it('reaches at rest what is reached without it, in a finite number of states', () => {
    let most = 0;
    fc.assert(
      fc.property(moods, moods, (receiver, sender) => {
        const off = new Search(linkOf(receiver, sender, ROUNDS));
        off.run();
        const on = new Search(linkOf(receiver, sender, Infinity), { reductions: { settle: true } });
        expect(on.advance(10_000)).toBe('complete');
        expect(restsOf(on)).toEqual(restsOf(off));
        expect(on.states.size).toBeLessThan(off.states.size);
        most = Math.max(most, restsOf(on).size);
      }),
      { numRuns: 25, seed: 1 },
    );
    expect(most).toBeGreaterThan(MOODS);
  });

  it('shows when what is forgotten matters', () => {
    const next = Array.from({ length: MOODS }, (_, mood) =>
      Array.from({ length: MOODS }, () => (mood + 1) % MOODS),
    );
    const link = linkOf(next, next, ROUNDS);
    // The sender begins again, the receiver does not: it rejects everything from then on.
    const wrong: typeof link = {
      ...link,
      settled: (node, local) => (node === 0 ? { ...local, count: 0 } : local),
    };
    const off = new Search(link);
    off.run();
    const on = new Search(wrong, { reductions: { settle: true } });
    on.run();
    expect(restsOf(on)).not.toEqual(restsOf(off));
  });

  it('leaves ways as they are', () => {
    const next = Array.from({ length: MOODS }, (_, mood) =>
      Array.from({ length: MOODS }, () => (mood + 1) % MOODS),
    );
    const search = new Search(linkOf(next, next, Infinity), {
      reductions: { settle: true },
      keepsParents: true,
    });
    search.run();
    for (let index = 0; index < search.states.size; index += 1) {
      const { state } = pathTo(search, index);
      expect(search.indexOf(state)).toBe(index);
    }
  });
});
