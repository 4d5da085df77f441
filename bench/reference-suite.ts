/** The reference with real keys: through the engine's world, under all monitors, and beside a loop over its nodes. */
import { execute, randomFromSeed, walk as generate } from '../engine/index.ts';
import { cryptoTime, setCryptoClock } from '../impl/index.ts';
import { harnessOf } from '../properties/harness.ts';
import { drawScenario, scenarioOf } from '../properties/scenario.ts';
import { referenceSubject } from '../properties/subjects/reference.ts';
import { walkReferenceByHand } from './by-hand-reference.ts';
import { walkByKit } from './by-kit.ts';
import { schedulesRow, sideBySide, stepsRow, walksFor, type Measured } from './side-by-side.ts';
import { row, type BenchContext, type BenchRow, type BenchSuite } from './suite.ts';
import { plans, type WalkPlan } from './walk.ts';

/** At the usual budget. */
const WARM_UP_WALKS = 20;
const WALKS = 40;
const CRYPTO_WALKS = 20;
const CHECKED_WALKS = 10;
const CHECK_RUNS = 10;
const MOVES = 200;

const SCENARIO = scenarioOf({ k: 2, routers: 1, clients: 2 }, 'small');
const harness = harnessOf(referenceSubject);

const kit = (plan: WalkPlan) => walkByKit(referenceSubject, SCENARIO, plan);
const hand = (plan: WalkPlan) => walkReferenceByHand(SCENARIO, plan);

/** Walks for both sides. Each writes its own values: whoever came second would find the other's signatures remembered. */
function compare(context: BenchContext, firstSeed: number, count: number) {
  return sideBySide(
    context,
    { plans: plans(firstSeed, count, MOVES, 'kit'), walk: kit },
    { plans: plans(firstSeed, count, MOVES, 'hand'), walk: hand },
  );
}

/** Percent of the time of some walks that is spent in cryptography. */
function cryptoShare({ nowMs }: BenchContext, walk: (plan: WalkPlan) => unknown, walks: readonly WalkPlan[]) {
  setCryptoClock(nowMs);
  const startedMs = nowMs();
  for (const plan of walks) walk(plan);
  const share = (100 * cryptoTime()) / Math.max(nowMs() - startedMs, Number.EPSILON);
  setCryptoClock(undefined);
  return share;
}

/** The schedules of the walks again, with all monitors and the digest, settling included. */
function checked({ nowMs }: BenchContext, walks: readonly WalkPlan[]): Measured {
  const schedules = walks.map((plan) => kit(plan).schedule);
  const startedMs = nowMs();
  let steps = 0;
  for (const schedule of schedules) {
    const run = execute(harness, SCENARIO, schedule);
    if (run.violations.length > 0) throw new Error(`bench: ${String(run.violations[0]?.message)}`);
    steps += run.steps;
  }
  return { walks: walks.length, steps, ms: nowMs() - startedMs };
}

/** Runs as `check` makes them: sizes drawn, all faults, all monitors, settling. */
function check({ nowMs }: BenchContext, runs: number): Measured {
  const startedMs = nowMs();
  let steps = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const random = randomFromSeed(seed);
    steps += generate(harness, drawScenario(random), random).steps;
  }
  return { walks: runs, steps, ms: nowMs() - startedMs };
}

function run(context: BenchContext): readonly BenchRow[] {
  const warmUp = walksFor(context, WARM_UP_WALKS);
  compare(context, 1, warmUp);
  const walks = walksFor(context, WALKS);
  const measured = compare(context, 1 + warmUp, walks);
  const timed = (tag: string): readonly WalkPlan[] =>
    plans(1 + warmUp + walks, walksFor(context, CRYPTO_WALKS), MOVES, tag);
  const kitShare = cryptoShare(context, kit, timed('kit'));
  const handShare = cryptoShare(context, hand, timed('hand'));
  const monitored = checked(context, plans(1 + warmUp, walksFor(context, CHECKED_WALKS), MOVES, 'checked'));
  const asCheck = check(context, walksFor(context, CHECK_RUNS));
  return [
    stepsRow('reference/small/steps', measured.kit, measured.hand),
    schedulesRow('reference/small/schedules', measured.kit, measured.hand),
    row('reference/small/cryptography', kitShare, 'percent', handShare),
    stepsRow('reference/small/steps-with-all-monitors', monitored, measured.hand),
    stepsRow('reference/check/steps', asCheck),
    schedulesRow('reference/check/schedules', asCheck),
  ];
}

/** Walks with new seeds, so that all records and signatures but those of enrolment are new. */
export const referenceSuite: BenchSuite = {
  name: 'reference',
  title: 'the reference with real keys, beside a loop over its nodes',
  run,
};
