import fc from 'fast-check';
import { expect, test } from 'vitest';
import { certify, execute, Exercise, holds, runs, shrink } from 'psl-verify/engine';
import {
  counterexampleName,
  counterexampleOf,
  parseCounterexample,
  printCounterexample,
  scenarioOf,
} from 'psl-verify/properties';
import { hubHarness } from './hub-harness.ts';

const scenario = scenarioOf({ topology: 'flat', k: 3, routers: 0, clients: 3 });

test('clients that deliver only what is next keep every chain', () => {
  const exercise = new Exercise();
  fc.assert(fc.property(runs(hubHarness({ careful: true }), { scenario }), exercise.holds), { numRuns: 200 });
  // Who delivers nothing delivers nothing wrong: this fails unless each property was put to the test.
  exercise.assertAll();
});

test('a hub that is dead breaks nothing, and is found out', () => {
  const harness = hubHarness({ careful: true });
  const dead = { ...harness, subject: { ...harness.subject, spawn: () => ({ handle() {} }) } };
  const exercise = new Exercise();
  fc.assert(fc.property(runs(dead, { scenario }), exercise.holds), { numRuns: 20 });
  expect(() => exercise.assertAll()).toThrow(
    'never exercised in 20 runs: authentic-delivery, chain-integrity, enclave-economy',
  );
});

test('clients that are not careful break chains', () => {
  const runsOfHub = runs(hubHarness({ careful: false }), { scenario });
  expect(() => fc.assert(fc.property(runsOfHub, holds), { seed: 1, numRuns: 200 })).toThrow(
    /Counterexample: \[run of hub in flat-2c, 2 moves:/,
  );
});

test('a counterexample is shrunk, saved as a file, read and replayed', () => {
  const harness = hubHarness({ careful: false });
  const found = fc.check(fc.property(runs(harness, { scenario }), holds), { seed: 1, numRuns: 200 });
  const run = found.counterexample?.[0];
  const property = run?.violations[0]?.property;
  if (run === undefined || property === undefined) throw new Error('nothing found');
  // fast-check has shrunk it already; by itself it goes like this.
  const small = shrink(harness, run, property);
  expect(small.oneMinimal).toBe(true);

  const broken = execute(harness, small.scenario, small.schedule);
  const certificate = certify(harness, small.scenario, small.schedule, property);
  const counterexample = counterexampleOf(broken, property, { kit: '0.1.0', seed: 1, run: 0, certificate });
  const name = counterexampleName(counterexample);
  const text = printCounterexample(counterexample);
  // writeFileSync(name, text), and in a test of its own, for ever after:
  const file = parseCounterexample(text, name);
  const again = execute(harness, file.scenario, file.moves);
  expect(again.violations.map((one) => one.property)).toContain(file.property);
  const careful = execute(hubHarness({ careful: true }), file.scenario, file.moves);
  expect(careful.violations).toEqual([]);
});
