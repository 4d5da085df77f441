import fc from 'fast-check';
import { expect, test } from 'vitest';
import { execute, holds, runs, shrink } from 'psl-verify/engine';
import {
  counterexampleName,
  parseCounterexample,
  printCounterexample,
  scenarioOf,
  titleOf,
} from 'psl-verify/properties';
import { hubHarness } from './hub-harness.ts';

const scenario = scenarioOf({ topology: 'flat', k: 3, routers: 0, clients: 3 });

test('clients that deliver only what is next keep every chain', () => {
  fc.assert(fc.property(runs(hubHarness({ careful: true }), { scenario }), holds), { numRuns: 200 });
});

test('clients that are not careful break chains', () => {
  const runsOfHub = runs(hubHarness({ careful: false }), { scenario });
  expect(() => fc.assert(fc.property(runsOfHub, holds), { seed: 1, numRuns: 200 })).toThrow(
    /Counterexample: \[run of hub in flat-3c/,
  );
});

test('a counterexample is shrunk, saved as a file, read and replayed', () => {
  const harness = hubHarness({ careful: false });
  const found = fc.check(fc.property(runs(harness, { scenario }), holds), { seed: 1, numRuns: 200 });
  const run = found.counterexample?.[0];
  const property = run?.violations[0]?.property;
  if (run === undefined || property === undefined) throw new Error('nothing found');
  const { schedule, oneMinimal } = shrink(harness, run, property);
  expect(oneMinimal).toBe(true);

  const { violations, digest } = execute(harness, scenario, schedule);
  const violation = violations.find((one) => one.property === property);
  if (violation === undefined) throw new Error('shrinking lost it');
  const { property: _, ...broken } = violation;
  const counterexample = {
    format: 'psl-verify/counterexample',
    version: 2,
    kit: '0.1.0',
    subject: harness.subject.id,
    property,
    title: titleOf(violation.message),
    seed: 1,
    run: 0,
    capabilities: harness.capabilities,
    violation: broken,
    digest,
    scenario,
    moves: schedule,
  } as const;
  const name = counterexampleName(counterexample);
  const text = printCounterexample(counterexample);
  // writeFileSync(name, text), and in a test of its own, for ever after:
  const file = parseCounterexample(text, name);
  const again = execute(harness, file.scenario, file.moves);
  expect(again.violations.map((one) => one.property)).toContain(file.property);
  expect(again.digest).toBe(file.digest);
  const careful = execute(hubHarness({ careful: true }), file.scenario, file.moves);
  expect(careful.violations).toEqual([]);
});
