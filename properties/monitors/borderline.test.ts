/** Schedules of insiders on which the reference does what it must, though at first sight a property is broken. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { execute, type Schedule } from '../../engine/index.ts';
import { harnessFor, ON_REQUEST } from '../harness.ts';
import type { Command } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';

interface Borderline {
  readonly title: string;
  readonly property: string;
  readonly scenario: TreeScenario;
  readonly moves: Schedule<Command>;
}

const all = JSON.parse(
  readFileSync(new URL('./borderline.json', import.meta.url), 'utf8'),
) as readonly Borderline[];
const reference = harnessFor('reference', ON_REQUEST)!;

test.each(all)('$property: $title', ({ scenario, moves }) => {
  const run = execute(reference, scenario, moves);
  expect(run.skipped).toEqual([]);
  expect(run.violations).toEqual([]);
});
