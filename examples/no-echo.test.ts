import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Exercise, holds, runs } from 'psl-verify/engine';
import {
  bind,
  castSubject,
  harnessOf,
  MUTANTS,
  referenceFacts,
  referenceSubject,
  scenarioOf,
  type ReferenceSubject,
} from 'psl-verify/properties';
import { hubFacts, hubHarness } from './hub-harness.ts';
import { NO_ECHO } from './no-echo.ts';

const scenario = scenarioOf({ k: 2, routers: 1, clients: 2 });

function runsOf(subject: ReferenceSubject) {
  const harness = { ...harnessOf(subject), properties: bind([NO_ECHO], referenceFacts(subject.id)) };
  return runs(harness, { scenario });
}

test('holds on the reference, and was put to the test', () => {
  const exercise = new Exercise();
  fc.assert(fc.property(runsOf(referenceSubject), exercise.holds), { numRuns: 20 });
  exercise.assertAll();
}, 120_000);

test('can fail: a mutant sends back', () => {
  const mutant = MUTANTS.find(({ id }) => id === 'sends-back-to-sender');
  if (mutant === undefined) throw new Error('no such mutant');
  const sendingBack = runsOf(castSubject(mutant.id, mutant.title, mutant.cast));
  expect(() => fc.assert(fc.property(sendingBack, holds), { numRuns: 100 })).toThrow('Property failed');
}, 120_000);

test('holds on the hub: one property, any subject', () => {
  const hub = hubHarness({ careful: true });
  const harness = { ...hub, properties: [...hub.properties, ...bind([NO_ECHO], hubFacts)] };
  const flat = scenarioOf({ topology: 'flat', k: 3, routers: 0, clients: 3 });
  const exercise = new Exercise();
  fc.assert(fc.property(runs(harness, { scenario: flat }), exercise.holds), { numRuns: 100 });
  exercise.assertAll();
});
