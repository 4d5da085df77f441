import { describe, expect, test } from 'vitest';
import { adaptedTo, nodesNamed } from '../engine/simpler.ts';
import type { Move } from '../engine/index.ts';
import type { Command } from './reading.ts';
import { scenarioOf, TIGHT_BOUNDS } from './scenario.ts';
import { SIMPLER } from './simpler.ts';

const scenario = {
  ...scenarioOf({ k: 4, routers: 2, clients: 3, start: 'empty' }, 'x', TIGHT_BOUNDS),
  latencyMs: 70,
};
const moves: readonly Move<Command>[] = [
  { move: 'drop', message: 'c3>r2 data #1' },
  { move: 'command', node: 'c3', command: { type: 'put', key: 'k', value: 'v' } },
];

describe('smaller scenarios', () => {
  const all = Array.from(SIMPLER.scenarios(scenario, nodesNamed(moves, scenario.nodes)));

  test('keep what makes the scenario special, but for one thing', () => {
    const changed = all.map(({ scenario: { name, nodes, parameters, latencyMs, prologueMs } }) => [
      name,
      nodes.join(' '),
      `k=${parameters.k} queue=${parameters.maxQueue} ${latencyMs} ms ${prologueMs > 0 ? 'formed' : 'empty'}`,
    ]);
    expect(changed).toEqual([
      ['tree-k4-1r-1c-tight-slow', 'C r1 c1', 'k=4 queue=2 70 ms empty'],
      ['tree-k4-1r-3c-tight-slow', 'C r1 c1 c2 c3', 'k=4 queue=2 70 ms empty'],
      ['tree-k4-1r-3c-tight-slow', 'C r1 c1 c2 c3', 'k=4 queue=2 70 ms empty'],
      ['tree-k4-2r-2c-tight-slow', 'C r1 r2 c1 c2', 'k=4 queue=2 70 ms empty'],
      ['tree-k4-2r-2c-tight-slow', 'C r1 r2 c1 c2', 'k=4 queue=2 70 ms empty'],
      ['tree-k4-2r-2c-tight-slow', 'C r1 r2 c1 c2', 'k=4 queue=2 70 ms empty'],
      ['tree-k2-2r-3c-tight-slow', 'C r1 r2 c1 c2 c3', 'k=2 queue=2 70 ms empty'],
      ['tree-k3-2r-3c-tight-slow', 'C r1 r2 c1 c2 c3', 'k=3 queue=2 70 ms empty'],
      ['tree-k4-2r-3c-slow', 'C r1 r2 c1 c2 c3', 'k=4 queue=16 70 ms empty'],
      ['tree-k4-2r-3c-tight', 'C r1 r2 c1 c2 c3', 'k=4 queue=2 20 ms empty'],
      ['tree-k4-2r-3c-tight-slow', 'C r1 r2 c1 c2 c3', 'k=4 queue=2 70 ms formed'],
    ]);
  });

  test('rename those that stay, so that moves still mean them', () => {
    const [fewest] = all;
    if (fewest === undefined) throw new Error('none');
    expect(adaptedTo(moves, scenario, fewest)).toEqual([
      { move: 'drop', message: 'c1>r1 data #1' },
      { move: 'command', node: 'c1', command: { type: 'put', key: 'k', value: 'v' } },
    ]);
  });
});

test('plain words: one key, numbered values, no salt', () => {
  expect(SIMPLER.command({ type: 'put', key: 'user7', value: 'x' }, 2)).toEqual({
    type: 'put',
    key: 'k',
    value: 'v2',
  });
  expect(SIMPLER.command({ type: 'put', key: 'k', value: 'v2' }, 2)).toBeUndefined();
  expect(SIMPLER.command({ type: 'leave' }, 1)).toBeUndefined();
  expect(SIMPLER.attacks({ kind: 'forge', salt: 9 })).toEqual([{ kind: 'forge', salt: 0 }]);
  expect(SIMPLER.attacks({ kind: 'forge', salt: 0 })).toEqual([]);
  expect(SIMPLER.smallest(scenario).map(({ name }) => name)).toContain('tree-k2-1r-2c-tight-slow');
});
