import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFromSeed as randomOf, type WorldView } from '../engine/index.ts';
import type { TreeScenario } from './scenario.ts';
import { clientsOf, fixedWorkload, generatedWorkload, sliceFor, type Operation } from './workload.ts';
import { DEFAULT_GENERATOR, MIXES, ycsb, zipfian, type Mix } from './ycsb.ts';

function viewOf(nodes: readonly string[], down: readonly string[] = []): WorldView<unknown, TreeScenario> {
  return {
    scenario: { nodes } as unknown as TreeScenario,
    nowMs: 0,
    isUp: (node) => !down.includes(node),
    inFlight: [],
    seen: [],
    find: () => undefined,
  };
}

describe('ycsb', () => {
  test.each(Object.keys(MIXES) as Mix[])('mix %s has its share of reads', (mix) => {
    const random = randomOf(1);
    const generate = ycsb({ mix });
    let reads = 0;
    for (let i = 0; i < 10_000; i += 1) if (generate(random).type === 'get') reads += 1;
    expect(reads / 100).toBeGreaterThan(MIXES[mix] - 2);
    expect(reads / 100).toBeLessThan(MIXES[mix] + 2);
  });

  test('same seed, same operations; another seed, others', () => {
    const run = (seed: number): Operation[] => {
      const random = randomOf(seed);
      return Array.from({ length: 50 }, () => DEFAULT_GENERATOR(random));
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  test('zipfian ranks are as frequent as the law says', () => {
    const random = randomOf(3);
    const n = 100;
    const rank = zipfian(n);
    const draws = 100_000;
    const counts = Array.from({ length: n }, () => 0);
    for (let i = 0; i < draws; i += 1) {
      const drawn = rank(random);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    let zeta = 0;
    for (let i = 1; i <= n; i += 1) zeta += 1 / i ** 0.99;
    // The first two ranks are exact in Gray's method, the others an approximation.
    expect((counts[0] ?? 0) / draws).toBeCloseTo(1 / zeta, 2);
    expect((counts[1] ?? 0) / draws).toBeCloseTo(1 / 2 ** 0.99 / zeta, 2);
    expect(counts[0]).toBeGreaterThan(counts[9] ?? 0);
    expect(counts[9]).toBeGreaterThan(counts[90] ?? 0);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test('scrambling moves the popular key away from the first, and a plain one keeps it', () => {
    const most = (scrambled: boolean): string => {
      const random = randomOf(5);
      const generate = ycsb({ keys: 1000, scrambled, mix: 'C' });
      const counts = new Map<string, number>();
      for (let i = 0; i < 5000; i += 1) {
        const { key } = generate(random);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? '';
    };
    expect(most(false)).toBe('user0');
    expect(most(true)).not.toBe('user0');
  });

  test('few keys work, down to one', () => {
    const random = randomOf(2);
    for (const keys of [1, 2, 3]) {
      const rank = zipfian(keys);
      for (let i = 0; i < 200; i += 1) expect(rank(random)).toBeLessThan(keys);
    }
  });

  test.each([{ keys: 0 }, { keys: 1.5 }, { theta: 1 }, { theta: Number.NaN }, { valueLength: 0 }])(
    'refuses %j, by name',
    (options) => expect(() => ycsb(options)).toThrow(new RegExp(`^${Object.keys(options)[0]}: expected`)),
  );
});

describe('workloads', () => {
  test('commands go to clients that are up', () => {
    const workload = generatedWorkload(DEFAULT_GENERATOR);
    const view = viewOf(['C', 'r1', 'c1', 'c2', 'c3'], ['c2']);
    const random = randomOf(1);
    const nodes = new Set(Array.from({ length: 100 }, () => workload.next(view, random)?.node));
    expect(nodes).toEqual(new Set(['c1', 'c3']));
    expect(workload.next(viewOf(['C', 'c1'], ['c1']), random)).toBeUndefined();
    expect(workload.remaining(view)).toEqual([]);
  });

  test('fixed operations are issued once each, in order, and the rest is spread', () => {
    const operations: Operation[] = ['a', 'b', 'c', 'd', 'e'].map((key) => ({ type: 'get', key }));
    const workload = fixedWorkload(operations);
    const view = viewOf(['C', 'c1', 'c2', 'c3'], ['c1']);
    const random = randomOf(1);
    // Nobody is up: nothing is taken.
    expect(workload.next(viewOf(['C', 'c1'], ['c1']), random)).toBeUndefined();
    const first = [workload.next(view, random), workload.next(view, random)];
    const rest = workload.remaining(view);
    expect([...first, ...rest].map((one) => one?.command)).toEqual(operations);
    expect(rest.map((one) => one.node)).toEqual(['c2', 'c3', 'c2']);
    expect(workload.next(view, random)).toBeUndefined();
    expect(workload.remaining(view)).toEqual([]);
  });

  test('the slices of all runs make the whole, whatever the numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 20_000 }), (runs, total) => {
        let at = 0;
        for (let i = 0; i < runs; i += 1) {
          const [from, to] = sliceFor(i, runs, total);
          expect(from).toBe(at);
          expect(to - from).toBeGreaterThanOrEqual(Math.floor(total / runs));
          expect(to - from).toBeLessThanOrEqual(Math.ceil(total / runs));
          at = to;
        }
        expect(at).toBe(total);
      }),
    );
    expect(() => sliceFor(3, 3, 10)).toThrow('index: expected 0 to 2, got 3');
    expect(() => sliceFor(0, 0, 10)).toThrow('runs: expected at least 1, got 0');
  });

  test('clients are told by their name', () => {
    expect(clientsOf({ nodes: ['C', 'r1', 'c1', 'c12'] })).toEqual(['c1', 'c12']);
  });
});
