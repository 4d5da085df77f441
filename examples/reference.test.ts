import fc from 'fast-check';
import { test } from 'vitest';
import { holds, runs } from 'psl-verify/engine';
import { harnessOf, referenceSubject, scenarioOf } from 'psl-verify/properties';

const scenario = scenarioOf({ k: 2, routers: 1, clients: 2 });

test('the reference holds under loss, timing, churn and outsiders', () => {
  fc.assert(fc.property(runs(harnessOf(referenceSubject), { scenario }), holds), { numRuns: 20 });
}, 120_000);
