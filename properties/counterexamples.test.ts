/** Every file in counterexamples/ replays in both directions: it fails where it was found, and holds on the reference. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { applyChanges, causeTest, certify, execute } from '../engine/index.ts';
import {
  counterexampleName,
  harnessFor,
  parseCounterexample,
  type Command,
  type Counterexample,
  type Report,
  type TreeHarness,
  type TreeScenario,
} from './index.ts';
import { translationFor } from './harness.ts';

const folder = fileURLToPath(new URL('../counterexamples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

type Situation = Pick<Counterexample, 'scenario' | 'moves'>;

function harnessOf(subject: string): TreeHarness {
  const harness = harnessFor(subject);
  if (harness === undefined) throw new Error(`there is no subject ${subject}`);
  return harness;
}

const executed = new Map<string, ReturnType<typeof execute<unknown, Command, Report, TreeScenario>>>();

/** The run of these moves. What several counterexamples have in common is executed once. */
function runOf(subject: string, { scenario, moves }: Situation) {
  const key = JSON.stringify([subject, scenario, moves]);
  const known = executed.get(key) ?? execute(harnessOf(subject), scenario, moves, { pairs: true });
  executed.set(key, known);
  return known;
}

/** Ids of the properties that the moves break. */
function violatedBy(subject: string, situation: Situation): readonly string[] {
  return runOf(subject, situation).violations.map(({ property }) => property);
}

test('there are counterexamples', () => {
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files)('%s', (file) => {
  const counterexample = parseCounterexample(readFileSync(join(folder, file), 'utf8'), file);
  test(`violates ${counterexample.property} on ${counterexample.subject}`, () => {
    expect(violatedBy(counterexample.subject, counterexample)).toContain(counterexample.property);
  });
  test('holds on the reference', () => {
    // What speaks another language is translated.
    expect(violatedBy('reference', counterexample.reference ?? counterexample)).toEqual([]);
  });
  test('is the same situation on the reference, as its moves mean it', () => {
    const { subject, scenario, moves, reference } = counterexample;
    expect(reference).toEqual(translationFor(subject)?.(scenario, moves));
  });
  test('breaks for its cause', () => {
    const { subject, property, cause } = counterexample;
    const harness = harnessOf(subject);
    expect(cause !== undefined).toBe(harness.causes !== undefined);
    if (cause === undefined) return;
    expect(causeTest(harness, { property, ...cause })(runOf(subject, counterexample))).toBe(true);
  });
  test('has a certificate that tells what happens without each move', () => {
    const { subject, scenario, moves, property, cause, certificate } = counterexample;
    const harness = harnessOf(subject);
    expect(certificate).toBeDefined();
    const isSame = cause === undefined ? undefined : causeTest(harness, { property, ...cause });
    expect(certificate).toEqual(certify(harness, scenario, moves, property, undefined, isSame));
    expect(certificate?.without.filter(({ outcome }) => outcome === 'same')).toEqual([]);
    if (certificate?.nearest === undefined) return;
    const { changes, moves: nearest } = certificate.nearest;
    expect(applyChanges(moves, changes)).toEqual(nearest);
    // That nothing breaks without one move was found out just now.
    if (changes.length > 1 || changes[0]?.change !== 'left-out')
      expect(violatedBy(subject, { scenario, moves: nearest })).toEqual([]);
  });
  test('is named for what it says', () => {
    expect(file).toBe(counterexampleName(counterexample));
  });
});
