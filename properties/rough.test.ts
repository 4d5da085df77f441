import { expect, test } from 'vitest';
import { randomFromSeed, walk } from '../engine/index.ts';
import { Client } from '../impl/index.ts';
import { granting, harnessOf } from './harness.ts';
import { roughAmongShards, ROUGH_GENERATOR } from './rough.ts';
import { scenarioOf, type TreeScenario } from './scenario.ts';
import {
  castSubject,
  REFERENCE_CAST,
  referenceSubject,
  type ReferenceSubject,
} from './subjects/reference.ts';
import { generatedWorkload } from './workload.ts';

const PAIR = scenarioOf({ k: 2, routers: 0, clients: 2 });

const SHARDED = scenarioOf({ topology: 'sharded', shards: 2, k: 2, routers: 0, clients: 2 });

/** What a run of rough puts on a subject violates, and what clients said to them; among shards, of rough subscriptions, too. */
function put(subject: ReferenceSubject, scenario: TreeScenario = PAIR) {
  const { shards } = scenario.parameters;
  const harness = granting(harnessOf(subject), []);
  const generator = shards === 1 ? ROUGH_GENERATOR : roughAmongShards(shards);
  const rough = { ...harness, workload: () => generatedWorkload(generator) };
  const run = walk(
    rough,
    scenario,
    randomFromSeed(1),
    { strategy: 'uniform', moves: 40 },
    { keepTrace: true },
  );
  const rejected = (run.trace ?? []).filter(
    (step) =>
      step.kind === 'reaction' &&
      step.input.kind === 'command' &&
      step.outputs.some(({ kind }) => kind === 'reject'),
  );
  return { violations: run.violations.map(({ property }) => property), rejected: rejected.length };
}

test('the reference rejects puts beyond the limits, and takes those at them', () => {
  const { violations, rejected } = put(referenceSubject);
  expect(violations).toEqual([]);
  expect(rejected).toBeGreaterThan(2);
});

test.each(['takes everything', 'takes too little'])('a client that %s is found', (what) => {
  class Wrong extends Client {
    protected override isPutSane(write: { readonly key: string; readonly value: string }): boolean {
      return what === 'takes everything' || (super.isPutSane(write) && write.value.length < 2048);
    }
  }
  const subject = castSubject('mutant:wrong', what, { ...REFERENCE_CAST, client: Wrong });
  expect(put(subject).violations).toContain('conformance');
});

test('the reference takes no choice of shards that is none', () => {
  expect(put(referenceSubject, SHARDED).violations).toEqual([]);
});

test('a client that takes any choice of shards is found', () => {
  class Wrong extends Client {
    protected override subscribe(interest: readonly number[]): void {
      this.interest = interest;
      this.compareInterests();
    }
  }
  const subject = castSubject('mutant:wrong', 'any choice', { ...REFERENCE_CAST, client: Wrong });
  expect(put(subject, SHARDED).violations).toContain('conformance');
});
