import { expect, test } from 'vitest';
import { execute } from '../engine/index.ts';
import { harnessFor } from '../properties/index.ts';
import { longFailure, longShrink } from './long-shrink.ts';
import { shrinkLong } from './shrink-threads.ts';

test('a schedule of as many moves as are asked for fails where it says, and gets short', () => {
  const failure = longFailure('forwards-twice', 60)!;
  expect(failure.schedule).toHaveLength(60);
  const breaks = (moves: number): boolean =>
    execute(
      harnessFor('mutant:forwards-twice')!,
      failure.scenario,
      failure.schedule.slice(0, moves),
    ).violations.some(({ property }) => property === 'k-plus-one');
  expect(breaks(failure.movesUntil)).toBe(true);
  let nowMs = 0;
  const shrunk = longShrink(failure, () => (nowMs += 1_000));
  expect(shrunk).toMatchObject({ property: 'k-plus-one', moves: 60, ms: 1_000, oneMinimal: true });
  expect(shrunk.movesLeft).toBeLessThan(5);
  expect(shrunk.executions).toBeGreaterThan(shrunk.movesLeft);
});

test('in threads of their own, the same comes of it', async () => {
  const { ms: _, ...here } = longShrink(longFailure('forwards-twice', 20)!, () => 0);
  const { ms, ...there } = (await shrinkLong('forwards-twice', 20))!;
  expect(there).toEqual(here);
  expect(ms).toBeGreaterThan(0);
});

test('refuses a mutant that it does not know', () => {
  expect(() => longFailure('nobody', 20)).toThrow('no mutant "nobody"');
});
