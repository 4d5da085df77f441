/** Runs with insiders, judged by all properties; `psl-verify check --capability writer` searches more of them. */
import { existsSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { execute, holds, randomFromSeed, runs, type Capability, type Schedule } from '../engine/index.ts';
import { CAPABILITIES } from './capabilities.ts';
import { harnessFor, ON_REQUEST } from './harness.ts';
import { finalStores } from './monitors/non-interference.ts';
import { PROPERTIES } from './properties.ts';
import type { Command } from './reading.ts';
import { drawScenario, namedScenario, scenarioOf, withWaysAround } from './scenario.ts';
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

  test('a writer whose keys were stolen goes on with others, reads what was written before, and nobody takes what the thief writes', () => {
    const wait = { move: 'elapse', ms: 20_000 } as const;
    const put = (node: string, key: string) =>
      ({ move: 'command', node, command: { type: 'put', key, value: node } }) as const;
    const thief = { kind: 'write', by: 'stolen(c1)', to: 'C', serial: 1, step: 1, lead: 1, salt: 1 } as const;
    const schedule: Schedule<Command> = [
      put('c1', 'before'),
      wait,
      { move: 'command', node: 'C', command: { type: 'rotate', expel: 'c1' } },
      wait,
      { move: 'command', node: 'c1', command: { type: 'renew' } },
      { move: 'crash', node: 'c1' },
      { move: 'restart', node: 'c1', memory: 'durable' },
      wait,
      put('c1', 'after'),
      { move: 'attack', attack: { ...thief, message: 'c1>C data #2' } },
      put('c2', 'too'),
      wait,
    ];
    const scenario = scenarioOf({ k: 3, routers: 1, clients: 3, start: 'formed' });
    const run = execute(reference, scenario, schedule, { keepTrace: true });
    expect(run.violations).toEqual([]);
    expect(run.skipped).toEqual([]);
    const stolen = (run.trace ?? []).filter((step) => step.kind === 'reaction' && step.attack !== undefined);
    expect(stolen.map((step) => (step.kind === 'reaction' ? step.outputs : []))).toEqual([
      [{ kind: 'reject', reason: 'data: record not authentic' }],
    ]);
    const stores = finalStores(run);
    for (const node of ['c1', 'c2', 'c3'])
      expect(Object.fromEntries(stores.get(node)?.store ?? [])).toEqual({
        before: 'c1',
        after: 'c1',
        too: 'c2',
      });
  });

  test('a client that takes new keys without having been expelled reads what is sealed for those of before', () => {
    const wait = { move: 'elapse', ms: 20_000 } as const;
    const schedule: Schedule<Command> = [
      { move: 'command', node: 'c1', command: { type: 'leave' } },
      { move: 'command', node: 'c1', command: { type: 'renew' } },
      { move: 'crash', node: 'c1' },
      { move: 'restart', node: 'c1', memory: 'durable' },
      { move: 'command', node: 'C', command: { type: 'rotate' } },
      wait,
      { move: 'command', node: 'c2', command: { type: 'put', key: 'k', value: 'under the new group key' } },
      { move: 'command', node: 'C', command: { type: 'rotate', expel: 'c1' } },
      wait,
      { move: 'command', node: 'c1', command: { type: 'put', key: 'l', value: 'still there' } },
      wait,
    ];
    const scenario = scenarioOf({ k: 3, routers: 1, clients: 2, start: 'formed' });
    const run = execute(reference, scenario, schedule, { keepTrace: true });
    expect(run.violations).toEqual([]);
    expect(run.skipped).toEqual([]);
    for (const node of ['c1', 'c2'])
      expect(Object.fromEntries(finalStores(run).get(node)?.store ?? [])).toEqual({
        k: 'under the new group key',
        l: 'still there',
      });
  });

  test('a writer whose key was stolen goes on under another name, which reads all that was written before', () => {
    const wait = { move: 'elapse', ms: 20_000 } as const;
    const put = (node: string, key: string) =>
      ({ move: 'command', node, command: { type: 'put', key, value: node } }) as const;
    const schedule: Schedule<Command> = [
      // The other name is enrolled and not there yet.
      { move: 'crash', node: 'c3' },
      put('c1', 'before'),
      wait,
      { move: 'command', node: 'C', command: { type: 'rotate', expel: 'c1' } },
      wait,
      { move: 'restart', node: 'c3', memory: 'amnesiac' },
      wait,
      put('c3', 'after'),
      // What the thief writes.
      put('c1', 'stolen'),
    ];
    const scenario = scenarioOf({ k: 3, routers: 1, clients: 3, start: 'formed' });
    const run = execute(reference, scenario, schedule, { keepTrace: true });
    expect(run.violations).toEqual([]);
    expect(run.skipped).toEqual([]);
    const stores = finalStores(run);
    for (const node of ['c2', 'c3'])
      expect(Object.fromEntries(stores.get(node)?.store ?? [])).toEqual({ before: 'c1', after: 'c3' });
  });
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
