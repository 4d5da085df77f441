/** Runs with insiders, judged by all properties; `psl-verify check --capability writer` searches more of them. */
import { existsSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { holds, randomFromSeed, runs, type Capability } from '../engine/index.ts';
import { CAPABILITIES } from './capabilities.ts';
import { harnessFor, ON_REQUEST } from './harness.ts';
import { PROPERTIES } from './properties.ts';
import { drawScenario, namedScenario, withWaysAround } from './scenario.ts';
import { THREATS } from './threat-model.ts';

const reference = harnessFor('reference', ON_REQUEST)!;
const small = namedScenario('small')!;
const drawn = fc.integer().map((seed) => withWaysAround(drawScenario(randomFromSeed(seed))));
const strategy = (...capabilities: Capability[]) => ({ moves: 30, capabilities });

describe('the reference', () => {
  test.prop([runs(reference, { scenario: small, strategy: strategy('writer') })], { seed: 1, numRuns: 5 })(
    'holds against the keys of a client',
    holds,
  );

  test.prop([runs(reference, { scenario: drawn, strategy: strategy('router') })], { seed: 2, numRuns: 4 })(
    'holds against the keys of a router',
    holds,
  );

  test.prop(
    [runs(reference, { scenario: drawn, strategy: strategy('network', 'churn', 'writer', 'router') })],
    {
      seed: 3,
      numRuns: 4,
    },
  )('holds against both, while nodes and messages come and go', holds);

  test.prop([runs(reference, { scenario: drawn, strategy: strategy('network', 'churn', 'coordinator') })], {
    seed: 4,
    numRuns: 5,
  })('holds against the keys of the coordinator, as far as anything is promised', holds);
});

describe('the reference, while keys are rotated', () => {
  test.prop([runs(reference, { scenario: small, strategy: strategy('network', 'churn', 'stolen') })], {
    seed: 4,
    numRuns: 6,
  })('holds against the keys of those expelled', holds);
});

describe('the threat model', () => {
  test('tells of each capability, by files that there are and properties that there are', () => {
    expect(THREATS.map(({ capability }) => capability)).toEqual(CAPABILITIES.map(({ id }) => id));
    const ids = PROPERTIES.map(({ id }) => id);
    for (const { suite, except } of THREATS) {
      expect(existsSync(suite), suite).toBe(true);
      for (const property of Object.keys(except)) expect(ids).toContain(property);
    }
  });
});
