/** The prototype and the flat protocol as subjects: what becomes of them without faults, and that runs are functions of their moves. */
import { describe, expect, test } from 'vitest';
import { execute, randomFromSeed, walk, type Move } from '../../engine/index.ts';
import { harnessFor, scenarioFor, type TreeHarness } from '../harness.ts';
import { PROPERTIES } from '../properties.ts';
import type { Command } from '../reading.ts';
import { drawScenario, scenarioOf, scenarioSchema, type Size } from '../scenario.ts';
import { FLAT_SCOPE, PROTOTYPE_SCOPE } from './scope.ts';

type Moves = readonly Move<Command>[];

const SUBJECTS = [
  ['prototype-2021', PROTOTYPE_SCOPE],
  ['flat-2021', FLAT_SCOPE],
] as const;

const harness = (id: string): TreeHarness => {
  const made = harnessFor(id);
  if (made === undefined) throw new Error(`no subject ${id}`);
  return made;
};
const fitted = (id: string, size: Size) => scenarioFor(id, scenarioOf(size));
const put = (node: string, key: string): Move<Command> => ({
  move: 'command',
  node,
  command: { type: 'put', key, value: `of ${node}` },
});
const elapse = (ms: number): Move<Command> => ({ move: 'elapse', ms });

/** Puts, an epoch, more puts; nothing goes wrong. */
const QUIET: Moves = [
  put('c1', 'user1'),
  elapse(1000),
  put('c2', 'user1'),
  elapse(25_000),
  put('c2', 'user2'),
  elapse(1000),
  put('c1', 'user3'),
];

describe.each(SUBJECTS)('%s', (id, scope) => {
  test('is asked all properties or says why not', () => {
    expect(scope.map(({ property }) => property)).toEqual(PROPERTIES.map((property) => property.id));
    const run = execute(harness(id), fitted(id, { k: 2, routers: 1, clients: 2 }), []);
    expect(Object.keys(run.notApplicable)).toEqual(
      scope.filter(({ applies }) => !applies).map(({ property }) => property),
    );
  });

  test('a walk and its schedule give one digest, time and again', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const scenario = scenarioFor(id, drawScenario(randomFromSeed(seed)));
      const options = { moves: 10, stopOnViolation: false };
      const run = walk(harness(id), scenario, randomFromSeed(seed), options);
      expect(execute(harness(id), scenario, run.schedule).digest).toBe(run.digest);
      expect(run.stopped?.kind).not.toBe('crash-of-the-code');
    }
  });

  test('scenarios have its own numbers, are valid, and change no more when they are fitted again', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const scenario = scenarioFor(id, drawScenario(randomFromSeed(seed)));
      expect(scenarioSchema.parse(scenario)).toEqual(scenario);
      expect(scenarioFor(id, scenario)).toEqual(scenario);
      expect(scenario.name).not.toMatch(/tight|scarce/);
      expect(scenario.parameters).toMatchObject({ heartbeatMs: 1000, suspectMs: 3000, epochMs: 20_000 });
    }
  });

  test('simpler scenarios are its own, and each is another one', () => {
    const scenario = fitted(id, { k: 4, routers: 2, clients: 3, start: 'empty' });
    const simpler = [...(harness(id).simpler?.scenarios(scenario, new Set(['c1'])) ?? [])];
    expect(simpler.length).toBeGreaterThan(2);
    for (const { scenario: one } of simpler) {
      expect(scenarioFor(id, one)).toEqual(one);
      expect({ ...one, name: '' }).not.toEqual({ ...scenario, name: '' });
    }
  });
});

describe('without faults', () => {
  const SIZES: readonly Size[] = [
    { k: 2, routers: 0, clients: 2 },
    { k: 2, routers: 1, clients: 2 },
    { k: 2, routers: 2, clients: 4 },
    { k: 2, routers: 4, clients: 4 },
  ];

  test.each(SIZES)('the prototype holds, and everything that can be was put to the test: %o', (size) => {
    const run = execute(harness('prototype-2021'), scenarioFor('prototype-2021', scenarioOf(size)), QUIET);
    expect(run.violations).toEqual([]);
    const untested = Object.entries(run.exercised).filter(([, count]) => count === 0);
    expect(untested.map(([property]) => property)).toEqual(['rejection-is-inert']);
  });

  test('a clock that counts an answer to RTS is no breach of rejection-is-inert', () => {
    const scenario = fitted('prototype-2021', { k: 2, routers: 0, clients: 2 });
    const moves: Moves = [
      { move: 'fire', node: 'C', timer: 'epoch' },
      elapse(20),
      put('c1', 'user1'),
      { move: 'fire', node: 'C', timer: 'epoch' },
      elapse(100),
      put('c1', 'user2'),
    ];
    const run = execute(harness('prototype-2021'), scenario, moves);
    expect(run.violations).toEqual([]);
  });

  test('a value that holds the separator does not come through whole', () => {
    const scenario = fitted('prototype-2021', { k: 2, routers: 0, clients: 2 });
    const command = { type: 'put', key: 'k', value: 'a@@@b' } as const;
    const run = execute(harness('prototype-2021'), scenario, [{ move: 'command', node: 'c1', command }]);
    expect(run.violations.map(({ property, message }) => [property, message])).toContainEqual([
      'authentic-delivery',
      'c2 delivered c1/1#1 other than it was put',
    ]);
  });

  test('of the flat protocol the writer gets its own records back', () => {
    const run = execute(harness('flat-2021'), fitted('flat-2021', { k: 2, routers: 1, clients: 3 }), QUIET);
    expect(run.violations.map(({ property }) => property).toSorted()).toEqual([
      'chain-integrity',
      'edge-once',
      'enclave-economy',
      'k-plus-one',
    ]);
  });
});
