import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { execute, type Schedule } from '../../engine/index.ts';
import { harnessFor } from '../harness.ts';
import type { Command } from '../reading.ts';
import { scenarioOf, type Size } from '../scenario.ts';
import type { Parameters } from '../../model/index.ts';
import { SITUATIONS } from './situations.ts';

/** A schedule of the reference that comes into a situation. */
interface Witness {
  readonly situation: string;
  readonly size: Size;
  readonly parameters: Partial<Parameters>;
  readonly latencyMs: number;
  readonly moves: Schedule<Command>;
}

const witnesses = JSON.parse(
  readFileSync(new URL('./witnesses.json', import.meta.url), 'utf8'),
) as readonly Witness[];

const harness = harnessFor('reference')!;

function comesAbout({ situation, size, parameters, latencyMs }: Witness, moves: Schedule<Command>): boolean {
  const scenario = { ...scenarioOf(size, situation, parameters), latencyMs };
  const { covered } = execute(harness, scenario, moves, { properties: [], digest: false, coverage: true });
  return covered['situations']?.includes(situation) ?? false;
}

test('every situation has a witness', () => {
  expect(witnesses.map(({ situation }) => situation)).toEqual(SITUATIONS.map(({ id }) => id));
});

test.each(witnesses)('$situation: each move is needed', (witness) => {
  const { moves } = witness;
  expect(comesAbout(witness, moves)).toBe(true);
  for (const at of moves.keys())
    expect(comesAbout(witness, moves.toSpliced(at, 1)), `without ${at}`).toBe(false);
});
