/** What never ends on the prototype ends here: it is cut off, reported as what it is, and shrunk within a bound. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { execute, MAX_OUTPUTS_PER_REACTION, shrink, type Move } from '../../engine/index.ts';
import { parseCounterexample } from '../counterexample.ts';
import { harnessFor, scenarioFor } from '../harness.ts';
import type { Command } from '../reading.ts';
import { scenarioOf } from '../scenario.ts';
import { prototypeStepsMax } from './subject.ts';

const folder = fileURLToPath(new URL('../../counterexamples/', import.meta.url));
const harness = harnessFor('prototype-2021')!;
const IDLE: readonly Move<Command>[] = Array.from({ length: 6 }, (_, at) => ({
  move: 'elapse',
  ms: 10 + at,
}));

describe('a reaction that never ends', () => {
  const scenario = scenarioFor('prototype-2021', scenarioOf({ k: 2, routers: 3, clients: 2 }));
  const cull: Move<Command> = {
    move: 'attack',
    attack: { kind: 'forge', message: 'cull', as: 'C', to: 'r1', salt: 11 },
  };

  test('is cut off, and the run goes on to its end', () => {
    const run = execute(harness, scenario, [cull]);
    expect(run.stopped).toBeUndefined();
    expect(run.violations.find(({ property }) => property === 'bounded-reaction')?.message).toMatch(
      new RegExp(`^r1 emitted ${MAX_OUTPUTS_PER_REACTION} outputs in one reaction and was cut off`),
    );
  });

  test('is shrunk within its budget', { timeout: 120_000 }, () => {
    const run = { scenario, schedule: [...IDLE, cull, ...IDLE] };
    const shrunk = shrink(harness, run, 'bounded-reaction', { executionsMax: 60 });
    expect(shrunk.executions).toBeLessThanOrEqual(60);
    expect(shrunk.schedule).toEqual([expect.objectContaining({ move: 'attack' })]);
  });
});

describe('messages that go round for ever', () => {
  const files = readdirSync(folder).filter((name) => name.startsWith('prototype-2021--overload--'));

  test('are found', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  test.each(files)(
    '%s: ends as what it is, and is shrunk within its budget',
    { timeout: 240_000 },
    (file) => {
      const { scenario, moves } = parseCounterexample(readFileSync(join(folder, file), 'utf8'), file);
      const run = execute(harness, scenario, moves);
      expect(run.stopped).toMatchObject({ kind: 'overload', bound: 'stepsMax' });
      expect(run.steps).toBeLessThan(2 * prototypeStepsMax(scenario, scenario.settleMs));
      const padded = { scenario, schedule: [...moves, { move: 'elapse', ms: 1 } as const] };
      const shrunk = shrink(harness, padded, 'overload', { executionsMax: 20 });
      expect(shrunk.executions).toBeLessThanOrEqual(20);
      expect(shrunk.schedule.length).toBeLessThanOrEqual(moves.length);
    },
  );
});
