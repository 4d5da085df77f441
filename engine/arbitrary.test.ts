import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { holds, runs } from './arbitrary.ts';
import { toyHarness, toyScenario } from './toy-broadcast.ts';

const scenario = toyScenario(2);

describe('runs', () => {
  test('hold under fc.assert', () => {
    fc.assert(fc.property(runs(toyHarness(), { scenario }), holds), { numRuns: 50 });
  });

  test('take their scenario from an arbitrary', () => {
    const scenarios = fc.integer({ min: 1, max: 4 }).map(toyScenario);
    const sizes = fc.sample(runs(toyHarness(), { scenario: scenarios, strategy: { moves: 5 } }), 40);
    expect(new Set(sizes.map((run) => run.scenario.nodes.length)).size).toBe(4);
  });

  test('shrink to where no single move can be left out', () => {
    const details = fc.check(fc.property(runs(toyHarness('trusts'), { scenario }), holds), { seed: 7 });
    expect(details.failed).toBe(true);
    expect(details.counterexample?.[0].schedule.map(({ move }) => move)).toEqual(['attack']);
  });

  test('replay from seed and path', () => {
    const property = fc.property(runs(toyHarness('forgets'), { scenario }), holds);
    const first = fc.check(property, { seed: 11, numRuns: 500 });
    expect(first.failed).toBe(true);
    const replayed = fc.check(property, {
      seed: first.seed,
      path: first.counterexamplePath ?? '',
      endOnFailure: true,
    });
    expect(replayed.counterexample?.[0]).toEqual(first.counterexample?.[0]);
    expect(replayed.numShrinks).toBe(0);
  });

  test('fail with a readable message', () => {
    const property = fc.property(runs(toyHarness('trusts'), { scenario }), holds);
    expect(() => {
      fc.assert(property, { seed: 7 });
    }).toThrow(/run of toy-trusts in toy, 1 moves:\n {2}\{"move":"attack"/);
    const details = fc.check(property, { seed: 7 });
    expect(String(details.errorInstance)).toMatch(
      /genuine violated at step \d+: r1 delivered 9\d\d, which nobody said/,
    );
  });
});
