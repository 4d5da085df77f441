import { expect, test } from 'vitest';
import { randomFromSeed, seedOf } from './random.ts';

test('equal seeds give equal choices, within their bounds', () => {
  const draw = (seed: number): number[] => {
    const random = randomFromSeed(seed);
    return Array.from({ length: 200 }, () => random.int(-3, 5));
  };
  expect(draw(-1)).toEqual(draw(-1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(new Set(draw(3))).toEqual(new Set([-3, -2, -1, 0, 1, 2, 3, 4, 5]));
});

test('chance is a percentage', () => {
  const random = randomFromSeed(1);
  const count = (percent: number): number =>
    Array.from({ length: 10_000 }, () => random.chance(percent)).filter(Boolean).length;
  expect([count(0), count(100)]).toEqual([0, 10_000]);
  expect(Math.abs(count(25) - 2_500)).toBeLessThan(200);
});

test('picking from nothing is an error', () => {
  expect(() => randomFromSeed(1).pick([])).toThrow(RangeError);
});

test('seeds of runs are 32-bit and differ', () => {
  const seeds = Array.from({ length: 1_000 }, (_, index) => seedOf(7, index));
  expect(new Set(seeds).size).toBe(1_000);
  expect(seeds.every((seed) => seed === (seed | 0))).toBe(true);
});
