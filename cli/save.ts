/** Writes counterexample files of what a campaign found. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokenRun, CampaignResult, FoundCause, ViolatingRun, ViolationCause } from '../engine/index.ts';
import {
  counterexampleName,
  parseCounterexample,
  printCounterexample,
  type Counterexample,
} from '../properties/counterexample.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import type { Context } from './call.ts';
import type { Driver } from './kit.ts';
import { smallerOf, type Finding } from './shrinking.ts';
import { plural, progress } from './terminal.ts';

/** Executions that shrinking may take within a `check`: seconds, so that the table is not kept waiting. */
const SHRINK_EXECUTIONS_MAX = 1_500;

/** A counterexample that was written. */
export interface Saved {
  readonly property: string;
  readonly file: string;
  readonly moves: number;
  readonly message: string;
  /** Where causes are told apart: which one it is, and the run of the campaign that it was found in. */
  readonly cause?: ViolationCause & Pick<FoundCause<unknown, TreeScenario>, 'run' | 'alsoBy'>;
}

/** Executions that shrinking one of many causes may take: what is not done then, `psl-verify shrink` goes on with. */
const CAUSE_EXECUTIONS_MAX = 600;

/** Writes one counterexample per property that was broken, the first by run. */
export async function saveCounterexamples(
  context: Context,
  result: CampaignResult,
  directory: string,
): Promise<readonly Saved[]> {
  const saved: Saved[] = [];
  for (const { id, kept } of result.properties) {
    const [first] = kept;
    if (first === undefined) continue;
    const { counterexample } = await smallerOf(context, findingOf(result, id, first), {
      executionsMax: SHRINK_EXECUTIONS_MAX,
    });
    saved.push({
      property: id,
      file: writeCounterexample(directory, counterexample),
      moves: counterexample.moves.length,
      message: counterexample.violation.message,
    });
  }
  return saved;
}

/** Writes one counterexample per distinct cause of what the runs of a campaign broke, by property in the order of its table. */
export async function saveCauses(
  context: Context,
  result: CampaignResult,
  driver: Driver,
  directory: string,
): Promise<readonly Saved[]> {
  const found = await causesOf(context, result.broken ?? [], driver);
  const order = result.properties.map(({ id }) => id);
  const placeOf = (property: string): number =>
    order.includes(property) ? order.indexOf(property) : order.length;
  const sorted = found.toSorted((a, b) => placeOf(a.cause.property) - placeOf(b.cause.property));
  const saved: Saved[] = [];
  for (const { cause, run, scenario, schedule, violation, alsoBy } of sorted) {
    const { property } = cause;
    const { subject, seed } = result;
    const { counterexample } = await smallerOf(
      context,
      { subject, property, seed, run, scenario, schedule, violation, cause },
      { executionsMax: CAUSE_EXECUTIONS_MAX },
    );
    saved.push({
      property,
      file: writeCounterexample(directory, counterexample),
      moves: counterexample.moves.length,
      message: counterexample.violation.message,
      cause: { ...cause, run, alsoBy },
    });
  }
  return saved;
}

/** Finds the causes, with progress, and interruptible. */
async function causesOf(
  { terminal, nowMs, signal }: Context,
  runs: readonly BrokenRun[],
  driver: Driver,
): Promise<readonly FoundCause<unknown, TreeScenario>[]> {
  const bar = progress(terminal, nowMs);
  const steps = driver.causes?.(runs, () => signal.aborted);
  if (steps === undefined) return [];
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      bar.end();
      return value;
    }
    bar.update(
      value.runsDone,
      value.runs,
      'runs',
      `telling causes apart: ${plural(value.found, 'cause')} so far`,
    );
    // Lets Ctrl-C be seen between two runs.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a campaign kept of a run that broke a property. */
export function findingOf({ subject, seed }: CampaignResult, property: string, found: ViolatingRun): Finding {
  const { index: run, schedule, violation } = found;
  // The campaign hands scenarios through without looking into them; it got them from this kit.
  return { subject, property, seed, run, scenario: found.scenario as TreeScenario, schedule, violation };
}

/**
 * Writes a counterexample under its name and returns the path. A file of that name with the same scenario and moves is
 * the same finding and is left alone; any other keeps its name and the new one gets a number.
 */
export function writeCounterexample(directory: string, counterexample: Counterexample): string {
  mkdirSync(directory, { recursive: true });
  const name = counterexampleName(counterexample);
  for (let number = 1; ; number += 1) {
    const file = join(directory, number === 1 ? name : name.replace(/\.json$/, `-${number}.json`));
    if (!existsSync(file)) {
      writeFileSync(file, printCounterexample(counterexample));
      return file;
    }
    if (isSame(readFileSync(file, 'utf8'), file, counterexample)) return file;
  }
}

function isSame(json: string, file: string, counterexample: Counterexample): boolean {
  try {
    const { scenario, moves } = parseCounterexample(json, file);
    return (
      JSON.stringify([scenario, moves]) ===
      JSON.stringify(
        // What is written is what would be read: key order and all.
        ((other) => [other.scenario, other.moves])(
          parseCounterexample(printCounterexample(counterexample), file),
        ),
      )
    );
  } catch {
    return false;
  }
}
