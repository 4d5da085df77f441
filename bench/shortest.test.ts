import { describe, expect, test } from 'vitest';
import { MUTANTS } from '../properties/mutants.ts';
import { coverings, shortestIn } from './shortest.ts';
import { OUT_OF_SCOPE, SHORTEST_SCOPES } from './shortest-scopes.ts';

const LIMIT = 12;
const all = coverings(LIMIT);

describe('the schedules of the fewest moves', () => {
  test('come shortest first, from every scope, each with one forged message at most', () => {
    expect(all).toHaveLength(LIMIT * SHORTEST_SCOPES.length);
    const lengths = all.map(({ moves }) => moves.length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    for (const { moves } of all)
      expect(moves.filter((move) => move.move === 'attack').length).toBeLessThanOrEqual(1);
  });

  test('break what a mutant was made to break, or do not', () => {
    const { find, executed } = shortestIn(all, 'forwards-twice', 'k-plus-one');
    expect(find?.moves.map(({ move }) => move)).toEqual(['command']);
    expect(executed).toBeLessThan(all.length);
    // It takes a crash.
    const few = all.slice(0, 4);
    expect(shortestIn(few, 'enters-enclave-after-restart', 'enclave-economy')).toEqual({
      mutant: 'enters-enclave-after-restart',
      property: 'enclave-economy',
      executed: few.length,
    });
    expect(() => shortestIn(all, 'nobody', 'k-plus-one')).toThrow('there is no nobody');
  });
});
