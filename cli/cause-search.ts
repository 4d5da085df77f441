/** The search for distinct causes: by chance first, then by probes from what was found. */
import type { BrokenRun, CampaignResult, DistinctCause, Probing } from '../engine/index.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import type { Context } from './call.ts';
import type { AnyCause, CauseDriver, Driver } from './kit.ts';
import { shrunkOf } from './shrinking.ts';
import { plural, progress } from './terminal.ts';

/** Percent of the runs of a search that are made by chance; the others answer probes. */
const BY_CHANCE_PERCENT = 70;
/** Into how many rounds probes are cut: what one of them finds, the next one starts from. */
const ROUNDS = 3;
/** A schedule with more moves is shortened before others are made from it, in so many executions at most. */
const LONG_MOVES = 12;
const SHORTENING_EXECUTIONS_MAX = 20;

/** How many of the runs of a search are made by chance. */
export function runsByChance(runs: number): number {
  return Math.ceil((runs * BY_CHANCE_PERCENT) / 100);
}

/** Seeds of rounds are far from each other and from those of other searches. */
const ROUND_SEED_STEP = 0x9e3779b9;

/** The seed of a round of probes: a function of that of the search. */
export function seedOfRound(seed: number, round: number): number {
  return (seed + (round + 1) * ROUND_SEED_STEP) | 0;
}

/** A campaign of probes. */
export type ProbeCampaign = (probing: Probing, round: number, runs: number) => Promise<CampaignResult>;

export interface CauseSearchResult {
  readonly causes: readonly DistinctCause<unknown, TreeScenario>[];
  /** Runs that answered probes. */
  readonly probes: number;
}

export interface CauseSearchOptions {
  /** How many runs more there are for probes. */
  readonly runs: number;
  readonly campaign: ProbeCampaign;
  /** Ids of the properties whose causes are looked for. @default all */
  readonly properties?: readonly string[] | undefined;
}

/** Finds the distinct causes of what a campaign broke, and goes on from them for so many runs more. */
export async function searchCauses(
  context: Context,
  { broken = [], runs: made }: CampaignResult,
  driver: Driver,
  causes: CauseDriver,
  { runs, campaign, properties }: CauseSearchOptions,
): Promise<CauseSearchResult> {
  const isAsked = ({ cause }: AnyCause): boolean => properties?.includes(cause.property) ?? true;
  const first = await causesOf(context, broken, [], causes);
  const found = await shortened(context, first.filter(isAsked), driver, []);
  let done = 0;
  for (let round = 0; round < ROUNDS && !context.signal.aborted; round += 1) {
    const share = Math.ceil((runs - done) / (ROUNDS - round));
    const probing = causes.probing(found);
    if (share === 0 || probing.probes.length === 0) break;
    // What one round has not come to is what the next one begins with.
    const result = await campaign({ ...probing, from: done }, round, share);
    const from = made + done;
    done += result.runs;
    const fresh = (await causesOf(context, result.broken ?? [], found, causes))
      .filter(isAsked)
      .map((one) => ({ ...one, run: from + one.run }));
    found.push(...(await shortened(context, fresh, driver, found)));
  }
  return { causes: causes.distinct(found), probes: done };
}

/** Cuts schedules short, as far as that is quickly done, until there is a short one for each place: others are made from that. */
async function shortened(
  context: Context,
  found: readonly AnyCause[],
  driver: Driver,
  before: readonly AnyCause[],
): Promise<AnyCause[]> {
  const isShort = ({ schedule }: AnyCause): boolean => schedule.length <= LONG_MOVES;
  const placeOf = ({ cause }: AnyCause): string => `${cause.property} | ${cause.where}`;
  const done = new Set([...before, ...found].filter(isShort).map(placeOf));
  const shorter: AnyCause[] = [];
  for (const one of found) {
    const { cause, scenario, schedule } = one;
    if (done.has(placeOf(one))) {
      shorter.push(one);
      continue;
    }
    done.add(placeOf(one));
    const shrunk = await shrunkOf(
      context,
      driver,
      { scenario, schedule, property: cause.property, cause },
      SHORTENING_EXECUTIONS_MAX,
      () => context.signal.aborted,
    );
    shorter.push({ ...one, scenario: shrunk.scenario, schedule: shrunk.schedule });
  }
  return shorter;
}

/** Tells the causes of runs apart, with progress, and interruptible. */
async function causesOf(
  { terminal, nowMs, signal }: Context,
  runs: readonly BrokenRun[],
  known: readonly AnyCause[],
  causes: CauseDriver,
): Promise<readonly AnyCause[]> {
  const bar = progress(terminal, nowMs);
  const steps = causes.find(runs, known, () => signal.aborted);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      bar.end();
      return value;
    }
    const found = plural(known.length + value.found, 'cause');
    bar.update(value.runsDone, value.runs, 'runs', `telling causes apart: ${found} so far`);
    // Lets Ctrl-C be seen between two runs.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
