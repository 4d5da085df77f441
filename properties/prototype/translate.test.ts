/** Translations to the reference: each move by what it means, in messages that are there; what means nothing is named. */
import { describe, expect, test } from 'vitest';
import { execute, type Attack, type Move } from '../../engine/index.ts';
import { harnessFor, scenarioFor } from '../harness.ts';
import type { Command } from '../reading.ts';
import { scenarioOf, type Size } from '../scenario.ts';
import { translate, translatedScenario } from './translate.ts';

const of = (size: Size) => scenarioFor('prototype-2021', scenarioOf(size));
const SMALL = of({ k: 2, routers: 1, clients: 2 });
const put: Move<Command> = { move: 'command', node: 'c1', command: { type: 'put', key: 'k', value: 'v' } };
const attack = (one: Attack): Move<Command> => ({ move: 'attack', attack: one });

describe('a translation', () => {
  test('has the numbers of the reference, the same nodes, and room for all', () => {
    const scenario = translatedScenario(of({ k: 2, routers: 0, clients: 5, start: 'empty' }));
    expect(scenario.nodes).toEqual(['C', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(scenario.parameters).toMatchObject({ k: 5, suspectMs: 3500, epochMs: 6000 });
    expect(scenario.prologueMs).toBe(0);
    expect(translatedScenario(SMALL)).toEqual(scenarioOf({ k: 2, routers: 1, clients: 2 }));
  });

  test('leaves commands, time and faults of nodes as they are', () => {
    const moves: Move<Command>[] = [
      put,
      { move: 'elapse', ms: 70 },
      { move: 'crash', node: 'r1' },
      { move: 'restart', node: 'r1', memory: 'durable' },
      { move: 'pause', node: 'c2' },
    ];
    expect(translate(SMALL, moves)).toMatchObject({ moves, missing: [] });
  });

  test('names messages that are there, whatever the tree is', () => {
    // On the prototype c1 is below r1; wherever it is on the reference, its record goes to its parent.
    const { moves, missing } = translate(SMALL, [put, { move: 'drop', message: 'c1>r1 data #1' }]);
    expect(missing).toEqual([]);
    expect(moves[1]).toMatchObject({ move: 'drop', message: expect.stringMatching(/^c1>\S+ data #1$/) });
    const harness = harnessFor('reference')!;
    const { skipped } = execute(harness, translatedScenario(SMALL), moves);
    expect(skipped).toEqual([]);
  });

  test('forges the same kind of message, and tries every field where one was changed', () => {
    const made = translate(SMALL, [
      attack({ kind: 'forge', message: 'assign-parent', as: 'c2', to: 'c1', salt: 7 }),
      attack({ kind: 'forge', message: 'raw-bytes', as: 'c2', to: 'C', salt: 2 }),
      attack({ kind: 'replay', message: 'r1>c1 assign-parent #1', to: 'c2' }),
      put,
      attack({ kind: 'tamper', message: 'c1>r1 data #1', field: [1, 0], salt: 3 }),
    ]);
    const attacks = made.moves.flatMap((move) => (move.move === 'attack' ? [move.attack] : []));
    expect(attacks[0]).toEqual({ kind: 'forge', message: 'placement', as: 'c2', to: 'c1', salt: 7 });
    expect(attacks[1]).toEqual({ kind: 'forge', message: 'eoe', as: 'c2', to: 'C', salt: 2 });
    expect(attacks[2]).toMatchObject({ kind: 'replay', to: 'c2' });
    expect(attacks[2]?.['message']).toMatch(/>c1 placement #\d+$/);
    const tampered = attacks.slice(3);
    expect(tampered.length).toBeGreaterThan(5);
    expect(new Set(tampered.map((one) => JSON.stringify(one['field']))).size).toBe(tampered.length);
  });

  test('says what has no counterpart', () => {
    const { moves, missing } = translate(SMALL, [
      { move: 'fire', node: 'C', timer: 'rebalance' },
      { move: 'duplicate', message: 'C>r1 cull #1' },
      { move: 'fire', node: 'C', timer: 'epoch' },
    ]);
    expect(moves).toEqual([{ move: 'fire', node: 'C', timer: 'epoch' }]);
    expect(missing).toEqual([
      { move: 0, why: 'nothing on the reference goes off like rebalance' },
      { move: 1, why: 'no cull is on its way on the reference' },
    ]);
  });
});
