/**
 * How someone who knows fast-check writes it: runs are an arbitrary, properties are judged along the way. Seeds are fixed, since a
 * test should not fail by chance; `psl-verify check` is what searches.
 */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { execute, holds, randomFromSeed, runs, type Move } from '../engine/index.ts';
import { harnessFor } from './harness.ts';
import type { Command } from './reading.ts';
import { drawScenario, namedScenario, SCARCE_BOUNDS, scenarioOf } from './scenario.ts';

const small = namedScenario('small')!;
const reference = harnessFor('reference')!;
const mutant = harnessFor('mutant:forwards-twice')!;
const drawn = fc.integer().map((seed) => drawScenario(randomFromSeed(seed)));

describe('the reference', () => {
  test.prop([runs(reference, { scenario: small })], { seed: 1, numRuns: 10 })('holds', holds);

  test.prop([runs(reference, { scenario: drawn, strategy: { moves: 30 } })], { seed: 2, numRuns: 8 })(
    'holds whatever the scenario',
    holds,
  );

  test.prop([runs(reference, { scenario: small, strategy: { capabilities: [], moves: 20 } })], {
    seed: 3,
    numRuns: 5,
  })('loses nothing where nobody disturbs it', ({ violations, exercised }) => {
    expect(violations).toEqual([]);
    expect(exercised['delivery-to-every-subscriber']).toBeGreaterThan(0);
  });
});

test('capsules of its own earlier lives take no room at a client', () => {
  const scenario = scenarioOf({ k: 3, routers: 1, clients: 4 }, 'scarce', SCARCE_BOUNDS);
  const put = (node: string): Move<Command> => ({
    move: 'command',
    node,
    command: { type: 'put', key: 'k', value: node },
  });
  const { violations } = execute(reference, scenario, [
    ...['c1', 'c2', 'c3', 'c4'].map(put),
    { move: 'elapse', ms: 200 },
    { move: 'crash', node: 'c1' },
    { move: 'restart', node: 'c1', memory: 'durable' },
    { move: 'elapse', ms: 8000 },
    put('c1'),
  ]);
  expect(violations).toEqual([]);
});

describe('a mutant', () => {
  const run = runs(mutant, {
    scenario: small,
    strategy: { capabilities: [], moves: 20 },
    execute: { properties: ['k-plus-one'] },
  });

  test.fails.prop([run], { seed: 1, numRuns: 20 })('does not hold', holds);

  test('is shrunk to where no move can be left out', () => {
    const details = fc.check(fc.property(run, holds), { seed: 1, numRuns: 20 });
    expect(details.failed).toBe(true);
    expect(details.counterexample?.[0].schedule).toMatchObject([
      { move: 'command', command: { type: 'put' } },
    ]);
    expect(String(details.errorInstance)).toMatch(
      /^Error: k-plus-one violated at step \d+: \S+ sends.* copies of c/,
    );
  });
});
