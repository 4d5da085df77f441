import { describe, expect, test } from 'vitest';
import type { Move } from './move.ts';
import { adaptedTo, nodesNamed, simplerThan, withPlainCommands } from './simpler.ts';
import { toyScenario } from './toy-broadcast.ts';

const before = toyScenario(3);
const schedule: readonly Move[] = [
  { move: 'deliver', message: 'r3>s ack #2' },
  { move: 'fire', node: 's', timer: 'retry:r3' },
  { move: 'partition', from: ['r2'], to: ['s', 'r3'], way: 'both' },
  { move: 'attack', attack: { kind: 'replay', of: 's>r2 data #1' } },
  { move: 'command', node: 's', command: { text: 'r2' } },
  { move: 'pause', node: 'r2' },
];

describe('moves for a scenario with fewer nodes', () => {
  test('name the nodes by their new names, and leave out what named the one that is gone', () => {
    const smaller = { scenario: toyScenario(2), renamed: { r3: 'r2' } };
    expect(adaptedTo(schedule, before, smaller)).toEqual([
      { move: 'deliver', message: 'r2>s ack #2' },
      { move: 'fire', node: 's', timer: 'retry:r2' },
      // What an application says is no name of a node.
      { move: 'command', node: 's', command: { text: 'r2' } },
    ]);
  });

  test('stay as they are where nobody named is gone; partitions do without', () => {
    const smaller = { scenario: { ...before, nodes: ['s', 'r1', 'r2'] } };
    expect(adaptedTo(schedule, before, smaller)).toEqual([
      { move: 'partition', from: ['r2'], to: ['s'], way: 'both' },
      ...schedule.slice(3),
    ]);
  });

  test('know which nodes are named', () => {
    expect(nodesNamed(schedule.slice(0, 2), before.nodes)).toEqual(new Set(['s', 'r3']));
    expect(nodesNamed(schedule, before.nodes)).toEqual(new Set(['s', 'r2', 'r3']));
  });
});

describe('plainer moves', () => {
  test('are shorter or rounder spans, fewer nodes, better memories', () => {
    const spans = simplerThan({ move: 'elapse', ms: 1_234 }, undefined).map((move) =>
      move.move === 'elapse' ? move.ms : Number.NaN,
    );
    expect(spans).toEqual([1, 10, 20, 50, 100, 200, 500, 1_000, 617, 2_000, 1_200, 1_300]);
    expect(simplerThan({ move: 'elapse', ms: 1 }, undefined)).toEqual([]);
    expect(simplerThan({ move: 'restart', node: 'r1', memory: { back: 2 } }, undefined)).toEqual([
      { move: 'restart', node: 'r1', memory: 'durable' },
      { move: 'restart', node: 'r1', memory: { back: 1 } },
    ]);
    const cut = { move: 'partition', from: ['r1', 'r2'], to: ['s'], way: 'one-way' } as const;
    expect(simplerThan(cut, undefined)).toEqual([
      { ...cut, from: ['r2'] },
      { ...cut, from: ['r1'] },
    ]);
    expect(simplerThan({ move: 'heal' }, undefined)).toEqual([]);
  });

  test('are commands numbered in their order, all or one', () => {
    const say = (text: string): Move<string> => ({ move: 'command', node: 's', command: text });
    const simpler = {
      scenarios: () => [],
      smallest: () => [],
      command: (_: string, at: number) => `word ${String(at)}`,
      attacks: () => [],
    };
    expect(withPlainCommands([say('a'), { move: 'heal' }, say('b')], simpler)).toEqual([
      say('word 1'),
      { move: 'heal' },
      say('word 2'),
    ]);
    expect(withPlainCommands([say('a'), say('b')], simpler, 1)).toEqual([say('a'), say('word 2')]);
    expect(withPlainCommands([{ move: 'heal' }], simpler)).toBeUndefined();
    expect(withPlainCommands([say('a')], undefined)).toBeUndefined();
  });
});
