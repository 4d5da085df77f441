/** Every file in counterexamples/ replays in both directions: it fails where it was found, and holds on the reference. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { applyChanges, certify, execute } from '../engine/index.ts';
import { counterexampleName, harnessFor, parseCounterexample } from './index.ts';

const folder = fileURLToPath(new URL('../counterexamples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

function violatedBy(subject: string, file: string): readonly string[] {
  const { scenario, moves } = parseCounterexample(readFileSync(join(folder, file), 'utf8'), file);
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
  test('has a certificate that tells what happens without each move', () => {
    const { subject, scenario, moves, property, certificate } = counterexample;
    const harness = harnessFor(subject);
    if (harness === undefined) throw new Error(`${file}: there is no subject ${subject}`);
    expect(certificate).toBeDefined();
    expect(certificate).toEqual(certify(harness, scenario, moves, property));
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
