/** Writes counterexample files of what a campaign found. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CampaignResult, DistinctCause, ViolatingRun, ViolationCause } from '../engine/index.ts';
import {
  counterexampleName,
  parseCounterexample,
  printCounterexample,
  type Counterexample,
} from '../properties/counterexample.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import type { Context } from './call.ts';
import { smallerOf, type Finding } from './shrinking.ts';

/** Executions that shrinking may take within a `check`: seconds, so that the table is not kept waiting. */
const SHRINK_EXECUTIONS_MAX = 1_500;

/** A counterexample that was written. */
export interface Saved {
  readonly property: string;
  readonly file: string;
  readonly moves: number;
  readonly message: string;
  /** Where causes are told apart: which one it is, and the run of the campaign that it was found in. */
  readonly cause?: ViolationCause & Pick<DistinctCause<unknown, TreeScenario>, 'run' | 'alsoBy'>;
}

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
