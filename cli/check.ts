/** `psl-verify check`: searches for violations, and says in one table what holds. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { CampaignOptions, CampaignResult, Capability, PropertyResult } from '../engine/index.ts';
import type { CheckConfig } from '../properties/campaign-harness.ts';
import { scenarioOf, type TreeScenario } from '../properties/scenario.ts';
import { InputError } from '../properties/input-error.ts';
import { parseTrace } from '../properties/trace-file.ts';
import {
  anySubject,
  type Context,
  EXIT,
  knownName,
  printJson,
  readInput,
  repeated,
  scenarioFrom,
  wholeNumber,
} from './call.ts';
import { runsByChance, searchCauses, seedOfRound } from './cause-search.ts';
import { causeJson, printCauses, saveCauses } from './causes.ts';
import { coverageJson, printCoverage } from './coverage.ts';
import { DEFAULT_MOVES, DEFAULT_STRATEGY } from '../engine/defaults.ts';
import { DEFAULT_RUNS, DEFAULT_RUNS_GIVEN_TO_BREAK, DEFAULT_SEED } from '../properties/defaults.ts';
import { saveCounterexamples, type Saved } from './save.ts';
import { count, duration, paint, plural, progress, table, type Colour } from './terminal.ts';

const MAX_RUNS = 100_000_000;
const MAX_WORKERS = 64;
/** The steps of a run have a bound of their own. */
const MAX_MOVES = 100_000;

/** Options as commander hands them over: text. */
export interface CheckOptions {
  readonly subject: string;
  readonly property?: readonly string[];
  readonly capability?: readonly string[];
  readonly scenario?: string;
  readonly k?: string;
  readonly routers?: string;
  readonly clients?: string;
  readonly strategy?: string;
  readonly moves?: string;
  readonly runs?: string;
  readonly seed: string;
  readonly workload?: string;
  readonly workers?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly out: string;
}

/** Adds the command to the program. */
export function addCheck(program: Command, run: (options: CheckOptions) => Promise<void>): void {
  program
    .command('check')
    .summary('search for violations')
    .description(
      'Runs many schedules of faults and attacks against a subject and judges each by every property.\n' +
        'What breaks one is shrunk and written as a counterexample that `psl-verify replay` runs again.',
    )
    .option('--subject <id|path>', 'what to check: see `psl-verify list`, or a module of yours', 'reference')
    .option('--property <id>', 'judge by this property only; repeatable', repeated)
    .option(
      '--capability <id>',
      'grant the adversary this only; repeatable (default: what the subject is to withstand; to the reference also a writer, a router, ' +
        'the coordinator and stolen keys, in one run of sixteen)',
      repeated,
    )
    .option('--scenario <name|file>', 'one system for all runs (default: drawn anew for each run)')
    .option('--k <number>', 'greatest number of children of a node, 2 or more')
    .option('--routers <number>', 'number of routers')
    .option('--clients <number>', 'number of clients, 1 or more')
    .option('--strategy <id>', 'how moves are chosen: see `psl-verify list`', DEFAULT_STRATEGY)
    .option('--moves <number>', 'moves per schedule, at most', String(DEFAULT_MOVES))
    .option(
      '--runs <number>',
      `number of runs (default: ${DEFAULT_RUNS}; ${DEFAULT_RUNS_GIVEN_TO_BREAK} where most of them break something)`,
    )
    .option('--seed <number>', 'seed of the whole search', String(DEFAULT_SEED))
    .option('--workload <file>', 'trace of SET and GET lines, used up over the runs (default: YCSB A)')
    .option('--workers <number>', 'worker threads; 0: none (default: one a core)')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .option('--verbose', 'name everything that was not reached of statecharts and situations')
    .option('--out <dir>', 'where counterexamples go', 'counterexamples')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify check                                     the reference, everything, about a minute
  psl-verify check --seed 7 --runs 50000               longer, elsewhere
  psl-verify check --subject mutant:forwards-twice     see it fail
  psl-verify check --subject ./my-subject.js           your own: docs/your-own-subject.md
  psl-verify check --property edge-once --capability network --capability churn
  psl-verify check --k 3 --routers 4 --clients 7 --json
  psl-verify check --workload trace.txt

Exit status: 0 all that apply hold · 1 something is violated, stalled or was never exercised, or nothing applies · 2 wrong call · 130 interrupted`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function check(context: Context, options: CheckOptions): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const { config, properties, runs, seed, workers, operations: given } = await callOf(context, options);
  await refuseSizes(config.subject, options);
  if (existsSync(options.out) && !statSync(options.out).isDirectory())
    throw new InputError('--out', `expected a folder, ${options.out} is a file`);
  const driver = kit.driver(config.subject);
  const search = async (own: Pick<CampaignOptions, 'harnessConfig' | 'runs' | 'seed'>) => {
    const bar = progress(terminal, nowMs);
    const made = await kit.campaign({
      harnessModule: kit.harnessModule,
      workers,
      signal,
      keepsBroken: driver.causes !== undefined,
      ...(properties === undefined ? {} : { properties }),
      ...own,
      onProgress: ({ runsDone, violated }) =>
        bar.update(
          runsDone,
          own.runs,
          'runs',
          violated.length === 0 ? 'nothing found' : `found: ${violated.join(', ')}`,
        ),
    });
    bar.end();
    return made;
  };
  // A trace is to be used up by chance.
  const goesOn = driver.causes !== undefined && config.workload === undefined;
  const byChance = goesOn ? runsByChance(runs) : runs;
  const result = await search({ harnessConfig: config, runs: byChance, seed });
  const causes =
    driver.causes &&
    (await searchCauses(context, result, driver, driver.causes, {
      runs: runs - byChance,
      properties,
      campaign: (probing, round, share) =>
        search({ harnessConfig: { ...config, probing }, runs: share, seed: seedOfRound(seed, round) }),
    }));
  const saved =
    causes === undefined
      ? await saveCounterexamples(context, result, options.out)
      : await saveCauses(context, result, causes.causes, options.out);

  const coverage = coverageJson(kit, result);
  const operations = given === undefined ? undefined : usedOf(given, result);

  if (options.json === true)
    printJson(context, 'check', startedMs, {
      subject: result.subject,
      seed: result.seed,
      runs: result.runs + (causes?.probes ?? 0),
      ...(causes === undefined ? {} : { probes: causes.probes }),
      steps: result.steps,
      properties: result.properties.map((property) => ({
        id: property.id,
        verdict: property.verdict,
        runs: property.runs,
        exercised: property.exercised,
        counterexamples: saved.filter((one) => one.property === property.id).map((one) => one.file),
      })),
      ...(driver.causes === undefined ? {} : { causes: saved.map(causeJson) }),
      ...(coverage === undefined ? {} : { coverage }),
      ...(operations === undefined ? {} : { operations }),
      digest: result.digest,
      ...(result.aborted ? { interrupted: true } : {}),
    });
  else {
    printResult(context, result, nowMs() - startedMs);
    if (operations !== undefined) printOperations(context, operations);
    printCoverage(terminal, kit, result, options.verbose === true);
    printFindings(context, result, driver.causes === undefined ? saved : []);
    if (causes !== undefined) printCauses(context, saved, { byChance: result.runs, ...causes }, options.out);
  }

  for (const { index, text } of result.nondeterminism)
    terminal.err(
      `psl-verify: run ${index} came out differently when repeated, which is a bug of the kit, or of a subject of your own: ${text}\n`,
    );
  if (result.aborted) return EXIT.interrupted;
  if (result.nondeterminism.length > 0) return EXIT.broken;
  const applicable = result.properties.filter(({ verdict }) => verdict !== 'not-applicable');
  if (applicable.length === 0) terminal.err('psl-verify: nothing was judged: no property applies\n');
  return applicable.length > 0 && applicable.every(({ verdict }) => verdict === 'holds')
    ? EXIT.ok
    : EXIT.violated;
}

/** The call, checked. */
async function callOf({ kit }: Context, options: CheckOptions) {
  const subject = await anySubject(kit, '--subject', options.subject);
  const driver = kit.driver(subject);
  const properties = options.property?.map((id) =>
    knownName(
      '--property',
      'property',
      id,
      driver.properties.map((one) => one.id),
    ),
  );
  const capabilities = options.capability?.map((id) =>
    knownName(
      '--capability',
      'capability',
      id,
      kit.capabilities.map((one) => one.id),
    ),
  );
  const missing = capabilities?.find((id) => !driver.capabilities.includes(id));
  if (missing !== undefined)
    throw new InputError(
      '--capability',
      `${subject} grants no ${missing}; expected ${driver.capabilities.join(', ')}`,
    );
  const strategy =
    options.strategy === undefined
      ? undefined
      : knownName('--strategy', 'strategy', options.strategy, kit.strategies);
  const moves = options.moves === undefined ? undefined : wholeNumber('--moves', options.moves, 0, MAX_MOVES);
  const isGivenToBreak = driver.causes !== undefined;
  const runs =
    options.runs === undefined
      ? isGivenToBreak
        ? DEFAULT_RUNS_GIVEN_TO_BREAK
        : DEFAULT_RUNS
      : wholeNumber('--runs', options.runs, 1, MAX_RUNS);
  const seed = wholeNumber('--seed', options.seed, -(2 ** 31), 2 ** 31 - 1);
  const workers =
    options.workers === undefined
      ? Math.min(MAX_WORKERS, availableParallelism())
      : wholeNumber('--workers', options.workers, 0, MAX_WORKERS);
  const scenario = sizedScenario(kit, options);
  // Read here once for the errors; the workers read it again.
  const operations =
    options.workload === undefined
      ? undefined
      : parseTrace(readInput(options.workload), options.workload).length;
  const config: CheckConfig = {
    subject,
    ...(capabilities === undefined ? {} : { capabilities: capabilities as Capability[] }),
    ...(strategy === undefined ? {} : { strategy: strategy as NonNullable<CheckConfig['strategy']> }),
    ...(moves === undefined ? {} : { moves }),
    ...(scenario === undefined ? {} : { scenario }),
    ...(options.workload === undefined ? {} : { workload: { file: options.workload, runs } }),
  };
  return { config, properties, runs, seed, workers, operations };
}

/** A subject that has numbers of its own takes no others: rather said than done as if. */
async function refuseSizes(subject: string, { k, routers, clients = '2' }: CheckOptions): Promise<void> {
  if (k === undefined && routers === undefined) return;
  const { scenarioFor } = await import('../properties/harness.ts');
  const asked = scenarioOf({ k: Number(k ?? 2), routers: Number(routers ?? 0), clients: Number(clients) });
  const taken = scenarioFor(subject, asked);
  if (k !== undefined && taken.parameters.k !== asked.parameters.k)
    throw new InputError(
      '--k',
      `${subject} has a K of its own, ${taken.topology === 'flat' ? 'the number of clients' : taken.parameters.k}; leave the option out`,
    );
  if (routers !== undefined && taken.nodes.length !== asked.nodes.length)
    throw new InputError('--routers', `${subject} has no routers; leave the option out`);
}

/** The scenario that was asked for, with the sizes that were asked for; undefined if neither was. */
function sizedScenario(kit: Context['kit'], options: CheckOptions): TreeScenario | undefined {
  const sizeOf = (option: string, text: string | undefined, min: number): number | undefined =>
    text === undefined ? undefined : wholeNumber(option, text, min, 1000);
  const k = sizeOf('--k', options.k, 2);
  const routers = sizeOf('--routers', options.routers, 0);
  const clients = sizeOf('--clients', options.clients, 1);
  const base = options.scenario === undefined ? undefined : scenarioFrom(kit, options.scenario);
  if (k === undefined && routers === undefined && clients === undefined) return base;
  const nodesOf = (letter: string): number | undefined =>
    base?.nodes.filter((node) => node.startsWith(letter)).length;
  try {
    return scenarioOf(
      {
        topology: base?.topology ?? 'tree',
        k: k ?? base?.parameters.k ?? 2,
        routers: routers ?? nodesOf('r') ?? 3,
        clients: clients ?? nodesOf('c') ?? 4,
        start: base?.prologueMs === 0 ? 'empty' : 'formed',
      },
      undefined,
      base?.parameters,
    );
  } catch (error) {
    if (error instanceof RangeError) throw new InputError('--k, --routers, --clients', error.message);
    throw error;
  }
}

const COLOURS: Readonly<Record<PropertyResult['verdict'], Colour>> = {
  holds: 'green',
  violated: 'red',
  stalled: 'red',
  vacuous: 'yellow',
  'not-applicable': 'dim',
};

/** What became of the operations of a trace. */
interface Operations {
  /** Taken by a client. */
  readonly used: number;
  readonly total: number;
  /** Taken, and refused: the queue was full, or the client was leaving. */
  readonly refused: number;
}

function usedOf(total: number, { counts }: CampaignResult): Operations {
  return { used: counts['operations'] ?? 0, total, refused: counts['refused'] ?? 0 };
}

function printOperations({ terminal }: Context, { used, total, refused }: Operations): void {
  const not = used < total ? `; ${count(total - used)} were not come to: a run ended before` : '';
  const no = refused === 0 ? '' : `, ${count(refused)} of them refused by a client that was leaving or full`;
  terminal.out(`operations of the trace used: ${count(used)} of ${count(total)}${no}${not}\n`);
}

function printResult({ terminal }: Context, result: CampaignResult, elapsedMs: number): void {
  const colour = terminal.outColour;
  const rows = result.properties.map((property) => [
    property.id,
    paint(property.verdict, COLOURS[property.verdict], colour),
    count(property.runs),
    count(property.exercised),
    (property.verdict === 'not-applicable' ? property.reason : property.tightest?.text) ?? '',
  ]);
  terminal.out(
    table(
      [
        { title: 'property' },
        { title: 'verdict' },
        { title: 'runs', align: 'right' },
        { title: 'exercised', align: 'right' },
        { title: 'tightest case' },
      ],
      rows,
    ),
  );
  const { subject, runs, steps, seed } = result;
  const rate = steps / Math.max(0.001, elapsedMs / 1000);
  terminal.out(
    `\n${subject}: ${plural(runs, 'run')}, ${plural(steps, 'step')} in ${duration(elapsedMs)} (${count(rate)} steps/s), seed ${seed}\n`,
  );
}

function printFindings({ terminal }: Context, result: CampaignResult, saved: readonly Saved[]): void {
  const colour = terminal.outColour;
  if (result.aborted) terminal.out('Interrupted: this is what was found until then.\n');
  for (const { id, verdict } of result.properties)
    if (verdict === 'vacuous')
      terminal.out(`${id} was never exercised: try more runs, another scenario or more capabilities.\n`);
  for (const { property, file, moves, message } of saved)
    terminal.out(
      `\n${paint(property, 'red', colour)}: ${message}\n  ${file} (${plural(moves, 'move')})\n  psl-verify replay ${file}\n`,
    );
}
