/** The property suite as a mutant meets it: bundled, and loaded anew for each mutant. */
import {
  execute,
  randomFromSeed,
  seedOf,
  walk,
  type StrategyOptions,
  type Workload,
} from '../engine/index.ts';
import { aiming } from '../properties/adversary/aimed.ts';
import { campaignHarness } from '../properties/campaign-harness.ts';
import { DEFAULT_SEED } from '../properties/defaults.ts';
import type { TreeHarness } from '../properties/harness.ts';
import type { Command } from '../properties/reading.ts';
import { roughAmongShards, ROUGH_GENERATOR } from '../properties/rough.ts';
import { scenarioOf, type TreeScenario } from '../properties/scenario.ts';
import { generatedWorkload, rotatingWorkload } from '../properties/workload.ts';
import { SCHEDULES, type Schedule, type System } from './schedules.ts';

/** What a run found. */
export interface Finding {
  /** The property, or NOT_REPEATABLE. */
  readonly by: string;
  readonly message: string;
}

/** What a run that came out differently when it was executed again is found by. */
export const NOT_REPEATABLE = 'not-repeatable';

function scenarioIn({ size, parameters, latencyMs }: System): TreeScenario {
  return { ...scenarioOf(size, undefined, parameters), latencyMs };
}

/** Aims, and puts and subscribes at the limits. Nobody leaves it without the word: attacks are limited by the number of moves alone. */
function hostile(harness: TreeHarness, { aims, size }: System, rotates: boolean): TreeHarness {
  const workload = ({ parameters }: TreeScenario): Workload<unknown, Command, TreeScenario> => {
    const rough = size.topology === 'sharded' ? roughAmongShards(parameters.shards) : ROUGH_GENERATOR;
    const asked = generatedWorkload<unknown, Exclude<Command, { readonly type: 'rotate' }>>(rough);
    return rotates ? rotatingWorkload(asked) : asked;
  };
  return { ...harness, ...(aims.length === 0 ? {} : { adversary: aiming(aims) }), workload };
}

function limitsOf({ choices }: System, moves: number): StrategyOptions {
  return {
    attacksMax: moves,
    crashesMax: moves,
    leavesMax: moves,
    ...(choices === undefined ? {} : { choices }),
  };
}

/**
 * Makes a run and says what it found first, if anything.
 * @throws RangeError if there is no such schedule; whatever the kit throws over what a mutant does
 */
export function judge(id: string): Finding | undefined {
  const schedule = SCHEDULES.find((one) => one.id === id);
  if (schedule === undefined) throw new RangeError(`there is no schedule ${id}`);
  return judgeBy(schedule);
}

/** {@link judge}, by any schedule. */
export function judgeBy(schedule: Schedule): Finding | undefined {
  const { subject, run, strategy, moves, settles, isPaired, capabilities, system } = schedule;
  const setup = campaignHarness({
    subject,
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(system === undefined ? {} : { scenario: scenarioIn(system) }),
  });
  const harness =
    system === undefined
      ? setup.harness
      : hostile(setup.harness, system, capabilities?.includes('stolen') === true);
  const random = randomFromSeed(seedOf(DEFAULT_SEED, run));
  const { scenario } = setup.scenarioFor(run, random);
  const options = {
    strategy,
    moves,
    ...(system === undefined ? {} : limitsOf(system, moves)),
  };
  const walked = walk(harness, scenario, random, options, { digest: isPaired, settles });
  const [violation] = walked.violations;
  if (violation !== undefined) return { by: violation.property, message: violation.message };
  if (!isPaired) return undefined;
  const again = execute(harness, scenario, walked.schedule, { pairs: true });
  const [found] = again.violations;
  if (found !== undefined) return { by: found.property, message: found.message };
  return again.digest === walked.digest
    ? undefined
    : { by: NOT_REPEATABLE, message: 'it came out differently when it was executed again' };
}
