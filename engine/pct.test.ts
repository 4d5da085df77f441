import { describe, expect, test } from 'vitest';
import type { BaseScenario, Node } from './subject.ts';
import type { Harness } from './harness.ts';
import type { Property } from './monitor.ts';
import { randomFromSeed } from './random.ts';
import { walk } from './run.ts';
import type { StrategyOptions } from './strategy.ts';

/**
 * `a` and `b` throw a ball to and fro; `c` sends two letters to `b`. Three links carry messages: a>b, b>a and c>b. The world is to
 * bring one about that is rare: the first letter comes before or after all balls, the second after all of them.
 */
const BALLS = 10;
const LINKS = 3;
const MOVES = 30;

type Letter = { readonly kind: 'ball' | 'letter'; readonly number: number };
type Saw = { readonly balls: number; readonly letter: number };

const scenario: BaseScenario = {
  name: 'letters',
  nodes: ['a', 'b', 'c'],
  core: [],
  latencyMs: 10,
  prologueMs: 0,
  settleMs: 1_000,
};

function spawn(node: string): Node<Letter, never, Saw> {
  let balls = 0;
  return {
    handle(input, emit) {
      const send = (to: string, kind: Letter['kind'], number: number): void => {
        emit({ kind: 'send', to, frame: { kind, number } });
      };
      if (input.kind === 'start' && node === 'a') send('b', 'ball', 1);
      if (input.kind === 'start' && node === 'c') for (const number of [1, 2]) send('b', 'letter', number);
      if (input.kind !== 'frame') return;
      const { kind, number } = input.frame;
      if (kind === 'ball' && number < BALLS) send(node === 'a' ? 'b' : 'a', 'ball', number + 1);
      if (kind === 'ball') balls = number;
      else emit({ kind: 'report', report: { balls, letter: number } });
    },
  };
}

/** Breaks when the letters come after so many balls; the last ball that `b` gets is one before the last. */
function rare(
  id: string,
  isRare: (balls: readonly number[]) => boolean,
): Property<Letter, never, Saw, BaseScenario> {
  return {
    id,
    kind: 'safety',
    statement: id,
    source: 'toy',
    monitor: () => {
      const balls: number[] = [];
      return {
        property: id,
        exercised: 1,
        observe(step) {
          if (step.kind === 'event') return undefined;
          for (const output of step.outputs)
            if (output.kind === 'report') balls[output.report.letter - 1] = output.report.balls;
          if (balls.length < 2 || !isRare(balls)) return undefined;
          return { property: id, message: id, step: step.index, verdict: 'violated' };
        },
      };
    },
  };
}

const harness: Harness<Letter, never, Saw, BaseScenario> = {
  subject: {
    id: 'letters',
    title: 'letters',
    spawn: (_, node) => spawn(node),
    kindOf: ({ kind }) => kind,
    bytesOf: ({ kind, number }) => Buffer.from(`${kind} ${String(number)}`),
  },
  properties: [
    rare('both are late', ([first = 0, second = 0]) => first >= BALLS - 1 && second >= BALLS - 1),
    rare('one is early and one is late', ([first = 0, second = 0]) => first === 0 && second >= BALLS - 1),
  ],
  capabilities: ['network'],
  workload: () => ({ next: () => undefined }),
  mayCrash: () => false,
  mayLeave: () => false,
};

const SEEDS = Array.from({ length: 1_500 }, (_, seed) => seed);

/** Share of the runs that bring it about before the faults end, or with what was held until then. */
function share(property: string, strategy: StrategyOptions): number {
  const found = SEEDS.filter((seed) => {
    const { violations } = walk(harness, scenario, randomFromSeed(seed), strategy, {
      properties: [property],
    });
    return violations.length > 0;
  });
  return found.length / SEEDS.length;
}

describe('pct', () => {
  test.each([
    ['both are late', 1],
    ['one is early and one is late', 2],
  ] as const)(
    '%s (depth %i): as often as it promises, and much more often than uniform',
    (property, depth) => {
      const promised = 1 / (LINKS * MOVES ** (depth - 1));
      // What it promises, it promises of order; drops and duplicates are beside it.
      const pct = share(property, { strategy: 'pct', depth, faults: 0, moves: MOVES });
      const uniform = share(property, { strategy: 'uniform', moves: MOVES });
      expect(pct).toBeGreaterThan(0.9 * promised);
      expect(uniform).toBeLessThan(pct / 2);
    },
  );
});
