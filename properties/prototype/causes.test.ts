/** How causes are told apart on the prototype: where it broke, in which kinds moves fall, and what an attack is about. */
import { describe, expect, test } from 'vitest';
import type { Attack, Move, Violation } from '../../engine/index.ts';
import type { Command } from '../reading.ts';
import { PROTOTYPE_CAUSES } from './causes.ts';

const where = (one: Violation): string => PROTOTYPE_CAUSES.where(one);
const kindOf = (move: Move<Command>): string | undefined => PROTOTYPE_CAUSES.kindOf(move);
const effortOf = (kind: string): number => PROTOTYPE_CAUSES.effortOf(kind);

function violation(message: string, node?: string): Violation {
  const rest = { property: 'p', step: 1, verdict: 'violated' } as const;
  return node === undefined ? { ...rest, message } : { ...rest, message, node };
}

describe('where it broke', () => {
  test.each<[string, string | undefined, string]>([
    ['c1 delivered c2/1#1 where c2/1#2 was next', 'c1', 'client delivered a record again'],
    ['c1 delivered c2/1#10 where c2/1#9 was next', 'c1', 'client delivered a record past a gap'],
    ['c3 delivered C/0#1, which C never put', 'c3', 'client delivered a record that nobody put'],
    ['c1 delivered c2/1#1 other than it was put', 'c1', 'client delivered a record other than it was put'],
    ['r2 sends 4 copies of c1/1#1, more than 3', 'r2', 'router has more copies of a record than it may'],
    [
      'C sends and receives 3 copies of c1/1#1 together, more than 2, while nothing was placed anew',
      'C',
      'root has more copies of a record than it may',
    ],
    ['C is its own neighbour', 'C', 'root is its own neighbour'],
    [
      'still waiting 112000 ms after the faults ended: r1 is below a cycle of parents; c2 has no parent',
      undefined,
      'router is below a cycle of parents',
    ],
    [
      'still waiting 112000 ms after the faults ended: c2, the parent of r1, does not know it as its child',
      undefined,
      'router has a parent that does not know it',
    ],
    [
      'still waiting 112000 ms after the faults ended: epoch 5 is open and does not close',
      undefined,
      'root waits for an epoch that does not close',
    ],
    [
      'with the outsider’s moves the store of c1 ends otherwise than without them: "is r1" is null, expected "c9"',
      'c1',
      'client ends with another store',
    ],
    [
      'the run has more than 10360 steps within 100 ms (stepsMax): something feeds on itself',
      undefined,
      'messages without end',
    ],
    ['r1 does something new 17 times to c2: "x"', 'r1', 'router does something new n times to client'],
  ])('%s', (message, node, expected) => {
    expect(where(violation(message, node))).toBe(expected);
  });
});

describe('kinds of moves', () => {
  const attack = (one: Attack): Move<Command> => ({ move: 'attack', attack: one });
  test.each<[Move<Command>, string | undefined]>([
    [{ move: 'elapse', ms: 1 }, undefined],
    [{ move: 'command', node: 'c1', command: { type: 'get', key: 'k' } }, undefined],
    [{ move: 'drop', message: 'c1>C data #1' }, 'loss'],
    [{ move: 'partition', from: ['C'], to: ['c1'], way: 'both' }, 'loss'],
    [{ move: 'duplicate', message: 'c1>C data #1' }, 'duplicate'],
    [{ move: 'deliver', message: 'c1>C data #1' }, 'delay'],
    [{ move: 'pause', node: 'c1' }, 'delay'],
    [{ move: 'fire', node: 'c1', timer: 'listenHeartbeat' }, 'clocks'],
    [{ move: 'restart', node: 'c1', memory: 'durable' }, 'crash'],
    [attack({ kind: 'forge', message: 'cull', as: 'C', to: 'r1', salt: 1 }), 'forged cull'],
    [attack({ kind: 'forge', message: 'raw-bytes', as: 'C', to: 'r1', salt: 1 }), 'forged record'],
    [attack({ kind: 'tamper', message: 'c1>C eoe #2', field: [1], salt: 1 }), 'forged record'],
    [attack({ kind: 'spoof', message: 'C>c1 assign-parent #1', as: 'c2' }), 'forged assign-parent'],
    [attack({ kind: 'replay', message: 'c1>C data ~1' }), 'replayed record'],
    [attack({ kind: 'replay', message: 'C>c1 assign-parent #1', to: 'r1' }), 'replayed assign-parent'],
    [attack({ kind: 'flood', joins: 3, salt: 0 }), 'forged join'],
    [attack({ kind: 'lie', by: 'insider', message: 'c1>C sync #1', as: 'c2', salt: 0 }), 'insider’s record'],
  ])('%j', (move, kind) => {
    expect(kindOf(move)).toBe(kind);
  });

  test('each kind that a move is is one of those that are asked for', () => {
    const asked = PROTOTYPE_CAUSES.kinds.map(({ id }) => id);
    expect(new Set(asked).size).toBe(asked.length);
    const attacks: readonly Attack[] = [
      ...['join', 'assign-parent', 'heartbeat', 'cull', 'raw-bytes'].map((message) => ({
        kind: 'forge',
        message,
      })),
      ...['join', 'assign-parent', 'heartbeat', 'cull', 'data', 'rts', 'eoe', 'sync'].flatMap((message) =>
        ['replay', 'tamper', 'splice', 'spoof', 'malformed'].map((kind) => ({
          kind,
          message: `C>r1 ${message} #1`,
        })),
      ),
      { kind: 'flood', joins: 3 },
      { kind: 'lie', by: 'insider', message: 'c1>C data #1' },
    ];
    for (const one of attacks) expect(asked).toContain(kindOf(attack(one)));
    for (const { id, choices } of PROTOTYPE_CAUSES.kinds) {
      expect(choices.length).toBeGreaterThan(0);
      expect(effortOf(id)).toBe(choices.includes('attack') ? (id.startsWith('insider') ? 3 : 2) : 1);
    }
  });

  test('an outsider takes more than the network, an insider more than an outsider', () => {
    const efforts = ['loss', 'replayed record', 'insider’s record'].map(effortOf);
    const [network = 0, outsider = 0, insider = 0] = efforts;
    expect(outsider).toBeGreaterThan(network);
    expect(insider).toBeGreaterThan(outsider);
    expect(effortOf('crash')).toBe(effortOf('loss'));
    expect(effortOf('forged join')).toBe(effortOf('replayed record'));
  });
});
