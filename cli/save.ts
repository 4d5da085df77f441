/** Makes counterexample files of what a campaign found: runs it again, shrinks it, names it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CampaignResult, Schedule, ViolatingRun } from '../engine/index.ts';
import {
  counterexampleName,
  COUNTEREXAMPLE_FORMAT,
  COUNTEREXAMPLE_VERSION,
  parseCounterexample,
  printCounterexample,
  titleOf,
  type Counterexample,
} from '../properties/counterexample.ts';
import type { Command } from '../properties/reading.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import type { Context } from './call.ts';
import { progress } from './terminal.ts';

/** Executions that shrinking may take within a `check`: seconds, so that the table is not kept waiting. */
const SHRINK_EXECUTIONS_MAX = 1000;

/** A counterexample that was written. */
export interface Saved {
  readonly property: string;
  readonly file: string;
  readonly moves: number;
  readonly message: string;
}

/** Writes one counterexample per property that was broken, the first by run. */
export function saveCounterexamples(
  context: Context,
  result: CampaignResult,
  { directory, capabilities }: { readonly directory: string; readonly capabilities: readonly string[] },
): readonly Saved[] {
  const saved: Saved[] = [];
  for (const { id, kept } of result.properties) {
    const [first] = kept;
    if (first === undefined) continue;
    const counterexample = counterexampleOf(context, result, id, first, capabilities);
    saved.push({
      property: id,
      file: writeCounterexample(directory, counterexample),
      moves: counterexample.moves.length,
      message: counterexample.violation.message,
    });
  }
  return saved;
}

function counterexampleOf(
  { kit, terminal, nowMs, signal }: Context,
  result: CampaignResult,
  property: string,
  found: ViolatingRun,
  capabilities: readonly string[],
): Counterexample {
  const driver = kit.driver(result.subject);
  // The campaign hands scenarios through without looking into them; it got them from this kit.
  const scenario = found.scenario as TreeScenario;
  let schedule: Schedule = found.schedule;
  let run = driver.execute(scenario, schedule, { pairs: true });
  const broken = (): boolean => run.violations.some((violation) => violation.property === property);
  // After Ctrl-C the schedule is kept as it was found: whoever wants it smaller can shrink it later.
  if (broken() && !signal.aborted) {
    const bar = progress(terminal, nowMs);
    const shrunk = driver.shrink(run, property, SHRINK_EXECUTIONS_MAX, ({ executions, moves }) =>
      bar.update(
        executions,
        SHRINK_EXECUTIONS_MAX,
        'executions',
        `shrinking ${property}: ${moves} moves left`,
      ),
    );
    bar.end();
    const smaller = driver.execute(scenario, shrunk.schedule, { pairs: true });
    if (smaller.violations.some((violation) => violation.property === property))
      [run, schedule] = [smaller, shrunk.schedule];
  }
  const { property: _, ...violation } =
    run.violations.find((one) => one.property === property) ?? found.violation;
  return {
    format: COUNTEREXAMPLE_FORMAT,
    version: COUNTEREXAMPLE_VERSION,
    kit: kit.version,
    subject: result.subject,
    property,
    title: titleOf(violation.message),
    seed: result.seed,
    run: found.index,
    capabilities,
    violation,
    digest: run.digest,
    scenario,
    moves: schedule as Schedule<Command>,
  };
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
