import { describe, expect, test } from 'vitest';
import { MUTANTS, PROPERTIES } from './index.ts';

describe('every property is broken by a mutant', () => {
  const broken = new Set(MUTANTS.flatMap(({ breaks }) => breaks));
  test.each(PROPERTIES.map(({ id }) => id))('%s', (id) => {
    expect([...broken]).toContain(id);
  });

  test('and mutants name only properties that exist', () => {
    expect([...broken].filter((id) => !PROPERTIES.some((property) => property.id === id))).toEqual([]);
  });
});

test('mutants have names of their own', () => {
  expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length);
});
