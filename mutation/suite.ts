/** The property suite as a mutant meets it: bundled, and loaded anew for each mutant. */
import { execute, randomFromSeed, seedOf, walk } from '../engine/index.ts';
import { campaignHarness } from '../properties/campaign-harness.ts';
import { DEFAULT_SEED } from '../properties/defaults.ts';
import { SCHEDULES } from './schedules.ts';

/** What a run found. */
export interface Finding {
  /** The property, or NOT_REPEATABLE. */
  readonly by: string;
  readonly message: string;
}

/** What a run that came out differently when it was executed again is found by. */
export const NOT_REPEATABLE = 'not-repeatable';

/**
 * Makes a run and says what it found first, if anything.
 * @throws RangeError if there is no such schedule; whatever the kit throws over what a mutant does
 */
export function judge(id: string): Finding | undefined {
  const schedule = SCHEDULES.find((one) => one.id === id);
  if (schedule === undefined) throw new RangeError(`there is no schedule ${id}`);
  const { subject, run, strategy, moves, settles, isPaired, capabilities } = schedule;
  const setup = campaignHarness({ subject, ...(capabilities === undefined ? {} : { capabilities }) });
  const { harness } = setup;
  const random = randomFromSeed(seedOf(DEFAULT_SEED, run));
  const { scenario } = setup.scenarioFor(run, random);
  const walked = walk(harness, scenario, random, { strategy, moves }, { digest: isPaired, settles });
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
