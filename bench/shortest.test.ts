import { describe, expect, test } from 'vitest';
import { MUTANTS } from '../properties/mutants.ts';
import { coverings, shortestIn } from './shortest.ts';
import { OUT_OF_SCOPE, SHORTEST_SCOPES } from './shortest-scopes.ts';

const LIMIT = 12;
const all = coverings(LIMIT);

describe('the schedules of the fewest moves', () => {
  test('come shortest first, from every scope, each with one forged message at most', () => {
    for (const { name } of SHORTEST_SCOPES)
      expect(all.filter(({ scope }) => scope.name === name).length, name).toBeGreaterThanOrEqual(8);
    const lengths = all.map(({ moves }) => moves.length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    for (const { scope, moves } of all)
      if (scope.needs === undefined)
        expect(moves.filter((move) => move.move === 'attack').length).toBeLessThanOrEqual(1);
  });

  test('break what a mutant was made to break, or do not', () => {
    const some = all.filter(({ scope }) => scope.name === 'loss');
    const { find, executed } = shortestIn(some, 'forwards-twice', 'k-plus-one');
    expect(find?.moves.map(({ move }) => move)).toEqual(['command']);
    expect(executed).toBeLessThan(some.length);
    // It takes a crash.
    const few = all.slice(0, 4);
    expect(shortestIn(few, 'enters-enclave-after-restart', 'enclave-economy')).toEqual({
      mutant: 'enters-enclave-after-restart',
      property: 'enclave-economy',
      executed: few.length,
    });
    expect(() => shortestIn(all, 'nobody', 'k-plus-one')).toThrow('there is no nobody');
  });

  test('use what a mutant needs, and go on from where the statecharts see nothing', () => {
    const writing = all.filter(({ scope }) => scope.name === 'writer');
    expect(shortestIn(writing, 'takes-forks-for-duplicates', 'conformance').find?.moves).toHaveLength(2);
    expect(shortestIn(writing, 'forwards-twice', 'k-plus-one').executed).toBe(0);
    const attack = SHORTEST_SCOPES.find(({ name }) => name === 'attack');
    const goOn = attack?.goOn?.(attack);
    const forgery = (to: string) =>
      [{ move: 'attack', attack: { kind: 'forge', message: 'data', as: 'C', to, salt: 1 } }] as const;
    expect(goOn?.(forgery('c1')).map((moves) => moves.map(({ move }) => move))).toEqual([
      ['attack', 'command'],
    ]);
    expect(goOn?.(forgery('r1'))).toEqual([]);
    const contradicting = all.filter(({ scope }) => scope.name === 'contradictions');
    const made = shortestIn(contradicting, 'overlooks-the-second-placement', 'coordinator-accountability');
    expect(made.find?.moves).toHaveLength(1);
    const rotating = all.filter(({ scope }) => scope.name === 'rotation');
    expect(shortestIn(rotating, 'keeps-the-old-group-key', 'key-epochs').find?.moves).toHaveLength(3);
  });

  test('are said to show nothing of mutants that there are', () => {
    const ids = MUTANTS.map(({ id }) => id);
    expect(Object.keys(OUT_OF_SCOPE).filter((id) => !ids.includes(id))).toEqual([]);
  });
});
