import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { execute, holds, runs, shrink } from 'psl-verify/engine';
import { scenarioOf } from 'psl-verify/properties';
import { hubHarness } from './hub.ts';

const scenario = scenarioOf({ topology: 'flat', k: 3, routers: 0, clients: 3 });

describe('a hub that remembers nothing', () => {
  test('delivers twice what the network duplicates, and the counterexample says so in two moves', () => {
    const harness = hubHarness({ careful: false });
    const found = fc.check(fc.property(runs(harness, { scenario }), holds), { seed: 1, numRuns: 200 });
    expect(found.failed).toBe(true);
    const run = found.counterexample?.[0];
    const property = run?.violations[0]?.property;
    if (run === undefined || property === undefined) throw new Error('no counterexample');
    const { schedule, oneMinimal } = shrink(harness, run, property);
    expect(oneMinimal).toBe(true);
    expect(schedule.length).toBeLessThanOrEqual(4);
    const again = execute(harness, scenario, schedule);
    expect(again.violations.map((violation) => violation.property)).toContain(property);
  });

  test('whose clients deliver only what is next keeps every chain', () => {
    fc.assert(fc.property(runs(hubHarness({ careful: true }), { scenario }), holds), {
      seed: 1,
      numRuns: 200,
    });
  });
});
