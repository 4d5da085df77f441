import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomFromSeed } from '../engine/index.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../model/index.ts';
import {
  drawScenario,
  MAX_DRAWN_NODES,
  MAX_NODES,
  namedScenario,
  NAMED_SCENARIOS,
  scenarioOf,
  scenarioSchema,
  settleMs,
  sizeSchema,
  SCARCE_BOUNDS,
  TIGHT_BOUNDS,
  type Size,
} from './scenario.ts';

const SMALL: Size = { k: 2, routers: 1, clients: 2 };

describe('scenarioOf', () => {
  test('names nodes and makes the coordinator the core', () => {
    expect(scenarioOf(SMALL)).toMatchObject({
      name: 'tree-k2-1r-2c',
      topology: 'tree',
      nodes: ['C', 'r1', 'c1', 'c2'],
      core: ['C'],
      parameters: { ...DEFAULT_PARAMETERS, k: 2 },
    });
    expect(scenarioOf(SMALL, 'mine', { k: 9, epochMs: 1 })).toMatchObject({
      name: 'mine',
      parameters: { k: 2, epochMs: 1 },
    });
  });

  test('gives the tree time to form, or not', () => {
    expect(scenarioOf(SMALL).prologueMs).toBeGreaterThan(DEFAULT_PARAMETERS.heartbeatMs);
    expect(scenarioOf({ ...SMALL, start: 'empty' }).prologueMs).toBe(0);
  });

  test('makes flat ones without routers, as wide as there are clients', () => {
    const flat = scenarioOf({ topology: 'flat', k: 2, routers: 9, clients: 5 });
    expect(flat).toMatchObject({
      name: 'flat-5c',
      nodes: ['C', 'c1', 'c2', 'c3', 'c4', 'c5'],
      parameters: { k: 5 },
    });
    expect(scenarioOf({ topology: 'flat', k: 2, routers: 0, clients: 1 }).parameters.k).toBe(2);
  });

  test.each<[Partial<Size>, string]>([
    [{ k: 1 }, 'k: expected at least 2, got 1'],
    [{ k: 1, topology: 'flat' }, 'k: expected at least 2, got 1'],
    [{ k: 2.5 }, 'k: expected at least 2, got 2.5'],
    [{ k: Number.NaN }, 'k: expected at least 2, got NaN'],
    [{ clients: 0 }, 'clients: expected at least 1, got 0'],
    [{ clients: 1.5 }, 'clients: expected at least 1, got 1.5'],
    [{ clients: 0, topology: 'flat' }, 'clients: expected at least 1, got 0'],
    [{ routers: -1 }, 'routers: expected at least 0, got -1'],
    [{ routers: 0.5 }, 'routers: expected at least 0, got 0.5'],
    [{ clients: MAX_NODES - 1 }, `nodes: expected at most ${MAX_NODES}, got ${MAX_NODES + 1}`],
    [{ clients: Infinity }, 'clients: expected at least 1, got Infinity'],
  ])('refuses %o', (wrong, message) => {
    expect(() => scenarioOf({ ...SMALL, ...wrong })).toThrow(new RangeError(message));
  });

  test('makes the largest there may be', () => {
    expect(scenarioOf({ ...SMALL, clients: MAX_NODES - 2 }).nodes).toHaveLength(MAX_NODES);
  });
});

describe('settleMs', () => {
  const parameters: fc.Arbitrary<Parameters> = fc.record(
    Object.fromEntries(
      Object.keys(DEFAULT_PARAMETERS).map((name) => [name, fc.integer({ min: 1, max: 10_000 })]),
    ) as Record<keyof Parameters, fc.Arbitrary<number>>,
  );
  const timers = ['suspectMs', 'joinMs', 'probeMs', 'placementMs', 'epochMs', 'eoeMs'] as const;

  test('grows with nodes, records and every timer that recovery waits for', () => {
    fc.assert(
      fc.property(
        parameters,
        fc.integer({ min: 2, max: 64 }),
        fc.nat(1000),
        fc.constantFrom(...timers),
        fc.nat(1000),
        (numbers, nodes, records, timer, more) => {
          const least = settleMs(nodes, numbers, records);
          expect(settleMs(nodes + 1, numbers, records)).toBeGreaterThan(least);
          expect(settleMs(nodes, numbers, records + more)).toBeGreaterThanOrEqual(least);
          expect(settleMs(nodes, { ...numbers, [timer]: numbers[timer] + 1 }, records)).toBeGreaterThan(
            least,
          );
          expect(
            settleMs(nodes, { ...numbers, maxRepair: numbers.maxRepair + more }, records),
          ).toBeLessThanOrEqual(least);
        },
      ),
    );
  });

  test('has room for a silence, a join, a probe and a placement for each node, and for three epochs', () => {
    const { suspectMs, joinMs, probeMs, placementMs, epochMs, eoeMs } = DEFAULT_PARAMETERS;
    for (const nodes of [2, 4, 12])
      expect(settleMs(nodes, DEFAULT_PARAMETERS)).toBeGreaterThanOrEqual(
        nodes * (suspectMs + joinMs + probeMs + placementMs) + 3 * (epochMs + eoeMs),
      );
  });
});

describe('scenarios', () => {
  test('that are drawn are small, valid, mixed, and a function of the seed', () => {
    const seen = { k: new Set<number>(), flat: 0, empty: 0, tight: 0, scarce: 0, crowded: 0, largest: 0 };
    for (let seed = 0; seed < 600; seed += 1) {
      const scenario = drawScenario(randomFromSeed(seed));
      const { nodes, parameters, topology, prologueMs } = scenario;
      expect(nodes.length).toBeLessThanOrEqual(MAX_DRAWN_NODES);
      expect(nodes.filter((node) => node.startsWith('c')).length).toBeGreaterThanOrEqual(2);
      expect(scenarioSchema.parse(scenario)).toEqual(scenario);
      if (seed % 50 === 0) expect(drawScenario(randomFromSeed(seed))).toEqual(scenario);
      const routers = nodes.filter((node) => node.startsWith('r')).length;
      if (topology === 'tree') seen.k.add(parameters.k);
      seen.flat += topology === 'flat' ? 1 : 0;
      seen.empty += prologueMs === 0 ? 1 : 0;
      seen.tight += parameters.maxQueue === TIGHT_BOUNDS.maxQueue ? 1 : 0;
      seen.scarce += parameters.maxCapsules === SCARCE_BOUNDS.maxCapsules ? 1 : 0;
      seen.crowded += nodes.length - 1 > (routers + 1) * parameters.k ? 1 : 0;
      seen.largest = Math.max(seen.largest, nodes.length);
    }
    expect([...seen.k].toSorted((a, b) => a - b)).toEqual([2, 3, 4]);
    expect(seen.largest).toBe(MAX_DRAWN_NODES);
    for (const many of [seen.flat, seen.empty, seen.tight, seen.scarce, seen.crowded])
      expect(many).toBeGreaterThan(10);
  });

  test.each(NAMED_SCENARIOS.map(({ name }) => name))('%s is valid', (name) => {
    const scenario = namedScenario(name);
    expect(scenario?.name).toBe(name);
    expect(scenarioSchema.parse(scenario)).toEqual(scenario);
  });

  test('with other names do not exist', () => {
    expect(namedScenario('smal')).toBeUndefined();
    expect(new Set(NAMED_SCENARIOS.map(({ name }) => name)).size).toBe(NAMED_SCENARIOS.length);
  });

  const valid = scenarioOf(SMALL);
  test.each<[string, object]>([
    ['nodes', { nodes: ['r1', 'C', 'c1'] }],
    ['nodes', { nodes: ['C', 'c1', 'c1'] }],
    ['nodes', { nodes: ['C', 'r1'] }],
    ['nodes', { nodes: ['C'] }],
    ['nodes.1', { nodes: ['C', 'x1'] }],
    ['nodes.1', { nodes: ['C', 'c01'] }],
    ['nodes', { nodes: ['C', ...Array.from({ length: MAX_NODES }, (_, index) => `c${index + 1}`)] }],
    ['name', { name: '' }],
    ['topology', { topology: 'ring' }],
    ['latencyMs', { latencyMs: 0 }],
    ['settleMs', { settleMs: 1.5 }],
    ['parameters.k', { parameters: { ...valid.parameters, k: 1 } }],
    ['parameters', { parameters: { ...valid.parameters, more: 1 } }],
    ['parameters.joinMs', { parameters: { ...valid.parameters, joinMs: undefined } }],
    ['', { more: 1 }],
  ])('of a file are refused for their field "%s" (%#)', (field, wrong) => {
    const parsed = scenarioSchema.safeParse({ ...valid, ...wrong });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.path.join('.')).toBe(field);
  });

  test('of a file may be sizes, with K of 2 and a client at least', () => {
    expect(sizeSchema.safeParse({ k: 2, routers: 0, clients: 1, parameters: { epochMs: 5 } }).success).toBe(
      true,
    );
    for (const wrong of [{ k: 1 }, { clients: 0 }, { routers: -1 }, { start: 'later' }, { width: 3 }])
      expect(sizeSchema.safeParse({ ...SMALL, ...wrong }).success).toBe(false);
  });
});
