/** Every file in counterexamples/ replays in both directions: it fails where it was found, and holds on the reference. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { applyChanges, causeTest, certify, execute } from '../engine/index.ts';
import { counterexampleName, harnessFor, parseCounterexample } from './index.ts';
import { translationFor } from './harness.ts';

const folder = fileURLToPath(new URL('../counterexamples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** Ids of the properties that it breaks: of its own moves, or of the same situation in the reference's words. */
function violatedBy(subject: string, file: string): readonly string[] {
  const counterexample = parseCounterexample(readFileSync(join(folder, file), 'utf8'), file);
  const isTranslated = subject !== counterexample.subject && counterexample.reference !== undefined;
  const { scenario, moves } = isTranslated ? counterexample.reference : counterexample;
  const harness = harnessFor(subject);
  if (harness === undefined) throw new Error(`${file}: there is no subject ${subject}`);
  return execute(harness, scenario, moves, { pairs: true }).violations.map(({ property }) => property);
}

test('there are counterexamples', () => {
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files)('%s', (file) => {
  const counterexample = parseCounterexample(readFileSync(join(folder, file), 'utf8'), file);
  test(`violates ${counterexample.property} on ${counterexample.subject}`, () => {
    expect(violatedBy(counterexample.subject, file)).toContain(counterexample.property);
  });
  test('holds on the reference', () => {
    expect(violatedBy('reference', file)).toEqual([]);
  });
  test('is the same situation on the reference, as its moves mean it', () => {
    const { subject, scenario, moves, reference } = counterexample;
    expect(reference).toEqual(translationFor(subject)?.(scenario, moves));
  });
  test('breaks for its cause', () => {
    const { subject, scenario, moves, property, cause } = counterexample;
    const harness = harnessFor(subject);
    expect(cause !== undefined).toBe(harness?.causes !== undefined);
    if (harness === undefined || cause === undefined) return;
    const run = execute(harness, scenario, moves, { pairs: true });
    expect(causeTest(harness, { property, ...cause })(run)).toBe(true);
  });
  test('has a certificate that tells what happens without each move', () => {
    const { subject, scenario, moves, property, cause, certificate } = counterexample;
    const harness = harnessFor(subject);
    if (harness === undefined) throw new Error(`${file}: there is no subject ${subject}`);
    expect(certificate).toBeDefined();
    const isSame = cause === undefined ? undefined : causeTest(harness, { property, ...cause });
    expect(certificate).toEqual(certify(harness, scenario, moves, property, undefined, isSame));
    expect(certificate?.without.filter(({ outcome }) => outcome === 'same')).toEqual([]);
    if (certificate?.nearest === undefined) return;
    const { changes, moves: nearest } = certificate.nearest;
    expect(applyChanges(moves, changes)).toEqual(nearest);
    expect(execute(harness, scenario, nearest, { pairs: true }).violations).toEqual([]);
  });
  test('is named for what it says', () => {
    expect(file).toBe(counterexampleName(counterexample));
  });
});
