/** What the commands need of the kit, in one place, so that tests can hand in a kit of their own. */
import { readFileSync } from 'node:fs';
import type * as engineModule from '../engine/index.ts';
import type {
  BrokenRun,
  CampaignOptions,
  CampaignResult,
  CauseProgress,
  CauseRules,
  Certificate,
  DistinctCause,
  ExecuteOptions,
  FoundCause,
  Probing,
  Run,
  Schedule,
  ShrinkOptions,
  ShrinkProgress,
  Shrunk,
  ViolationCause,
} from '../engine/index.ts';
import type { TreeHarness } from '../properties/harness.ts';
import type { Command } from '../properties/reading.ts';
import type { TreeScenario } from '../properties/scenario.ts';

/** One run, whatever the frames of its subject are. */
export type AnyRun = Run<unknown, unknown, unknown, TreeScenario>;

/** A subject, ready to be driven. */
export interface Driver {
  /** The id that it has by itself: that of one's own subject is none by which it is found again. */
  readonly ownId: string;
  /** What it is judged by. */
  readonly properties: readonly { readonly id: string; readonly statement: string }[];
  /** What may happen to it, to who asks for all of it. */
  readonly capabilities: readonly string[];
  execute(scenario: TreeScenario, schedule: Schedule, options?: ExecuteOptions): AnyRun;
  /** One execution at a time. */
  shrinking(
    run: Pick<AnyRun, 'scenario' | 'schedule'>,
    property: string,
    options: ShrinkOptions,
  ): Generator<ShrinkProgress, Shrunk<unknown, TreeScenario>, undefined>;
  certify(
    scenario: TreeScenario,
    schedule: Schedule,
    property: string,
    isOver?: () => boolean,
    cause?: ViolationCause,
  ): Certificate<unknown> | undefined;
  /** Undefined where causes are not told apart. */
  readonly causes?: CauseDriver;
}

export type AnyCause = FoundCause<unknown, TreeScenario>;

/** What a search for causes is made of. */
export interface CauseDriver {
  /** Finds causes among runs that broke something, other than those that are known. */
  find(
    runs: readonly BrokenRun[],
    known: readonly AnyCause[],
    isOver: () => boolean,
  ): Generator<CauseProgress, readonly AnyCause[], undefined>;
  /** What to ask next. */
  probing(found: readonly AnyCause[]): Probing;
  /** Those that count. */
  distinct(found: readonly AnyCause[]): readonly DistinctCause<unknown, TreeScenario>[];
}

export interface Kit {
  readonly version: string;
  readonly subjects: readonly { readonly id: string; readonly title: string }[];
  readonly mutants: readonly {
    readonly id: string;
    readonly title: string;
    readonly breaks: readonly string[];
  }[];
  /** The shortest schedules known that break what a mutant was made for, by its id. */
  readonly shortest: Readonly<Record<string, { readonly moves: number; readonly how: string }>>;
  readonly properties: readonly {
    readonly id: string;
    readonly kind: 'safety' | 'liveness';
    readonly statement: string;
    readonly source: string;
  }[];
  readonly scenarios: readonly { readonly name: string; readonly title: string }[];
  readonly capabilities: readonly { readonly id: string; readonly moves: readonly string[] }[];
  readonly strategies: readonly string[];
  /** Conditions that a search is to come into. */
  readonly situations: readonly { readonly id: string; readonly title: string }[];
  /** Why something of the statecharts cannot be reached, by its id. */
  readonly justified: Readonly<Record<string, string>>;
  readonly harnessModule: URL;
  /**
   * Loads one's own subject, which is known by the path of its module from then on.
   * @param where names the option or the file that asked for it, in errors
   * @throws InputError
   */
  loadSubject(path: string, where: string): Promise<void>;
  /** The subject's properties, simulator and shrinker. The id is one of `subjectIds`, or a path that was loaded. */
  driver(subject: string): Driver;
  campaign(options: CampaignOptions): Promise<CampaignResult>;
}

/** The kit itself. Loaded when a command needs it: `--help` does not. */
export async function loadKit(): Promise<Kit> {
  const engine = await import('../engine/index.ts');
  const properties = await import('../properties/index.ts');
  return {
    version: kitVersion(),
    subjects: properties.SUBJECTS,
    mutants: properties.MUTANTS.map(({ id, title, breaks }) => ({ id, title, breaks })),
    shortest: properties.SHORTEST,
    properties: properties.PROPERTIES.map(({ id, kind, statement, source }) => ({
      id,
      kind,
      statement,
      source,
    })),
    scenarios: properties.NAMED_SCENARIOS.map(({ name, title }) => ({ name, title })),
    capabilities: properties.CAPABILITIES,
    strategies: engine.STRATEGIES,
    situations: properties.SITUATIONS.map(({ id, title }) => ({ id, title })),
    justified: properties.JUSTIFIED,
    harnessModule: properties.HARNESS_MODULE,
    loadSubject: properties.loadSubject,
    driver(subject) {
      const harness = properties.harnessFor(subject);
      if (harness === undefined) throw new RangeError(`subject: there is no ${subject}`);
      const withInsiders = properties.harnessFor(subject, properties.ON_REQUEST) ?? harness;
      /** What was found with insiders is looked at with insiders. */
      const harnessOf = (schedule: Schedule) =>
        schedule.some((move) => move.move === 'attack' && engine.takenOverBy(move.attack) !== undefined)
          ? withInsiders
          : harness;
      return {
        ownId: properties.ownIdOf(subject) ?? subject,
        properties: judgesOf(harness, properties.PROPERTIES),
        capabilities: withInsiders.capabilities,
        execute: (scenario, schedule, options) =>
          engine.execute(harnessOf(schedule), scenario, schedule as Schedule<Command>, options),
        // A run comes from `execute` above, so its commands and reports are those of the harness.
        shrinking: (run, property, options) =>
          engine.shrinking(harnessOf(run.schedule), run as never, property, options),
        certify: (scenario, schedule, property, isOver, cause) =>
          engine.certify(
            harnessOf(schedule),
            scenario,
            schedule as Schedule<Command>,
            property,
            isOver,
            cause && engine.causeTest(harness, cause),
          ),
        ...(harness.causes === undefined ? {} : { causes: causeDriver(engine, harness, harness.causes) }),
      };
    },
    campaign: engine.campaign,
  };
}

/** The properties of a harness, that of pairs of runs included, as far as it is none of the others. */
function judgesOf(
  { properties, pairs }: TreeHarness,
  known: Kit['properties'],
): readonly { readonly id: string; readonly statement: string }[] {
  if (pairs === undefined || properties.some(({ id }) => id === pairs.property)) return properties;
  const statement = known.find(({ id }) => id === pairs.property)?.statement ?? '';
  return [...properties, { id: pairs.property, statement }];
}

/** The search for causes of one subject. What it is given came from this harness. */
function causeDriver(
  {
    findCauses,
    probingOf,
    distinctCauses,
  }: Pick<typeof engineModule, 'findCauses' | 'probingOf' | 'distinctCauses'>,
  harness: TreeHarness,
  rules: CauseRules<Command>,
): CauseDriver {
  type Found = readonly FoundCause<Command, TreeScenario>[];
  return {
    find: (runs, known, isOver) => findCauses(harness, runs, { known: known as Found, isOver }),
    probing: (found) => probingOf(rules, found as Found),
    distinct: (found) => distinctCauses(rules, found as Found),
  };
}

const MUTANT_PREFIX = 'mutant:';

/** Ids that `--subject` takes: the subjects, and `mutant:<name>` for each mutant. */
export function subjectIds(kit: Kit): readonly string[] {
  return [
    ...kit.subjects.map((subject) => subject.id),
    ...kit.mutants.map((mutant) => mutantSubject(mutant.id)),
  ];
}

/** The id of a mutant as a subject. */
export function mutantSubject(mutant: string): string {
  return `${MUTANT_PREFIX}${mutant}`;
}

/** Version of the kit, from the package.json beside the sources or above the built files. */
export function kitVersion(): string {
  for (const above of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'psl-verify' && version !== undefined) return version;
    } catch {
      // One of the two is there: the other folder is outside the package.
    }
  }
  throw new Error('package.json of psl-verify not found');
}
