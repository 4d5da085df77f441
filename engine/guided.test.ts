import { describe, expect, test } from 'vitest';
import { MAX_CORPUS } from './bounds.ts';
import { Corpus } from './corpus.ts';
import type { Schedule } from './move.ts';
import { randomFromSeed } from './random.ts';
import { execute, walk } from './run.ts';
import { toyHarness, toyScenario } from './toy-broadcast.ts';

const seeds = Array.from({ length: 60 }, (_, seed) => seed);
const MOVES = 40;

/** A schedule of swarm, and what comes of deriving one from it and the next one. */
function derived(seed: number) {
  const scheduleOf = (at: number): Schedule =>
    walk(toyHarness(), toyScenario(), randomFromSeed(1_000 + at), { moves: MOVES }).schedule;
  const parent = scheduleOf(seed);
  const strategy = { strategy: 'guided', moves: MOVES, parents: [parent, scheduleOf(seed + 1)] } as const;
  return { parent, child: walk(toyHarness(), toyScenario(), randomFromSeed(seed), strategy) };
}

describe('a derived schedule', () => {
  test('has moves that are possible, and executes the same again', () => {
    for (const seed of seeds) {
      const { child } = derived(seed);
      expect(child.skipped).toEqual([]);
      expect(child.violations).toEqual([]);
      expect(execute(toyHarness(), toyScenario(), child.schedule)).toEqual(child);
    }
  });

  test('has much of its parent, and something of its own', () => {
    const shares = seeds.map((seed) => {
      const { parent, child } = derived(seed);
      const texts = new Set(parent.map((move) => JSON.stringify(move)));
      return child.schedule.filter((move) => texts.has(JSON.stringify(move))).length / child.schedule.length;
    });
    const unrelated = seeds.map((seed) => {
      const texts = new Set(derived(seed + 7).parent.map((move) => JSON.stringify(move)));
      const { child } = derived(seed);
      return child.schedule.filter((move) => texts.has(JSON.stringify(move))).length / child.schedule.length;
    });
    expect(mean(shares)).toBeGreaterThan(1.5 * mean(unrelated));
    expect(shares.filter((share) => share < 1).length).toBeGreaterThan(seeds.length / 2);
  });

  test('keeps the limits of a run, whatever its parents have', () => {
    const restarts: Schedule = Array.from({ length: MOVES / 2 }, () => [
      { move: 'crash', node: 'r1' } as const,
      { move: 'restart', node: 'r1', memory: 'durable' } as const,
    ]).flat();
    const strategy = { strategy: 'guided', moves: MOVES, parents: [restarts, restarts] } as const;
    const crashes = seeds.map((seed) => {
      const { schedule } = walk(toyHarness(), toyScenario(), randomFromSeed(seed), strategy);
      return schedule.filter(({ move }) => move === 'crash').length;
    });
    expect(Math.max(...crashes)).toBe(4);
  });

  test('takes its commands from its own workload, where that has an end', () => {
    const says: Schedule = Array.from({ length: MOVES }, () => {
      return { move: 'command', node: 's', command: { kind: 'say' } } as const;
    });
    const strategy = { strategy: 'guided', moves: MOVES, parents: [says, says] } as const;
    const counts = seeds.map(
      (seed) => walk(toyHarness(), toyScenario(), randomFromSeed(seed), strategy).counts['said'],
    );
    expect(Math.max(...counts.map(Number))).toBe(12);
  });

  test('without parents is one of swarm', () => {
    for (const seed of seeds.slice(0, 10)) {
      const of = (strategy: 'swarm' | 'guided') =>
        walk(toyHarness(), toyScenario(), randomFromSeed(seed), { strategy });
      expect(of('guided')).toEqual(of('swarm'));
    }
  });
});

describe('the corpus', () => {
  const entry = (...ids: string[]) => ({ scenario: undefined, schedule: [], covered: { machine: ids } });

  test('takes in what reached something new, and nothing else', () => {
    const corpus = new Corpus();
    expect(corpus.add(entry())).toBe(false);
    expect(corpus.add(entry('a', 'b'))).toBe(true);
    expect(corpus.add(entry('b', 'a'))).toBe(false);
    expect(corpus.add(entry('a', 'c'))).toBe(true);
    expect(corpus.add({ ...entry(), covered: { other: ['a'] } })).toBe(true);
    expect(corpus.entries.map(({ covered }) => covered)).toEqual([
      { machine: ['a', 'b'] },
      { machine: ['a', 'c'] },
      { other: ['a'] },
    ]);
  });

  test('has a bound', () => {
    const corpus = new Corpus();
    for (let id = 0; id < MAX_CORPUS + 10; id += 1) corpus.add(entry(String(id)));
    expect(corpus.entries).toHaveLength(MAX_CORPUS);
    expect(corpus.isNew({ machine: ['one more'] })).toBe(false);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
