import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from './arbitrary.ts';
import { Exercise } from './exercise.ts';
import { toyHarness, toyScenario, type ToyHarness } from './toy-broadcast.ts';

const scenario = toyScenario(2);

function exerciseOf(harness: ToyHarness, numRuns: number): Exercise {
  const exercise = new Exercise();
  fc.assert(fc.property(runs(harness, { scenario }), exercise.holds), { numRuns, seed: 1 });
  return exercise;
}

describe('exercise', () => {
  test('counts over all runs, and is content where everything was put to the test', () => {
    const exercise = exerciseOf(toyHarness(), 20);
    expect(exercise.vacuous).toEqual([]);
    expect(exercise.counts['genuine']).toBeGreaterThan(20);
    expect(() => exercise.assertAll()).not.toThrow();
  });

  test('names what a dead implementation never came to, though nothing is violated', () => {
    const harness = toyHarness();
    const dead = { ...harness, subject: { ...harness.subject, spawn: () => ({ handle: () => undefined }) } };
    const exercise = exerciseOf(dead, 5);
    expect(exercise.vacuous).toContain('genuine');
    expect(() => exercise.assertAll()).toThrow(/^never exercised in 5 runs: .*genuine/);
  });

  test('a run is enough in which the premise came true, whatever the others are', () => {
    const exercise = new Exercise();
    for (const count of [0, 2, 0]) exercise.add({ exercised: { here: count, nowhere: 0 } });
    expect(exercise.vacuous).toEqual(['nowhere']);
    expect(exercise.counts).toEqual({ here: 2, nowhere: 0 });
  });

  test('says of a run that breaks something what `holds` says', () => {
    const property = fc.property(runs(toyHarness('trusts'), { scenario }), new Exercise().holds);
    expect(String(fc.check(property, { seed: 7 }).errorInstance)).toMatch(/genuine violated at step/);
  });

  test('does not take no run for success', () => {
    expect(() => new Exercise().assertAll()).toThrow('nothing was judged in 0 runs');
  });
});
