/** `psl-verify bench search`: how long each strategy takes to find each mutant. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import {
  costsOf,
  impliedRow,
  measuredPart,
  medianText,
  nameOf,
  searchAll,
  SearchLog,
  SearchTable,
  SEARCH_RUNS,
  SEARCH_SEEDS,
  SEARCH_VARIANTS,
  totalRows,
  withMeasured,
  type SearchCell,
  type SearchRow,
  type Variant,
} from '../bench/index.ts';
import { InputError } from '../properties/input-error.ts';
import { type Context, EXIT, knownName, printJson, repeated, wholeNumber } from './call.ts';
import { machine } from './machine.ts';
import { duration, plural, progress, table } from './terminal.ts';

const MAX_SEEDS = 10_000;
const MAX_RUNS = 1_000_000;
const MAX_MOVES = 10_000;
const MAX_WORKERS = 64;

export interface BenchSearchOptions {
  readonly variant?: readonly string[];
  readonly mutant?: readonly string[];
  readonly seeds: string;
  readonly runs: string;
  readonly workers?: string;
  readonly log?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** What does the work; a test hands in its own. */
export interface SearchWork {
  readonly searchAll: typeof searchAll;
  readonly costsOf: (variants: readonly Variant[]) => readonly number[];
}

const WORK: SearchWork = {
  searchAll,
  costsOf: (variants) =>
    costsOf(variants, () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    }),
};

/** Adds the command below `bench`. */
export function addBenchSearch(bench: Command, run: (options: BenchSearchOptions) => Promise<void>): void {
  bench
    .command('search')
    .summary('strategies compared: schedules up to the first find of each mutant')
    .description(
      'Searches for each mutant with each strategy from several seeds, and prints how many schedules it took to break\n' +
        'the property that the mutant was made for: medians per mutant, and what they come to.',
    )
    .option(
      '--variant <strategy:moves>',
      'compare this strategy with so many moves a schedule; repeatable',
      repeated,
    )
    .option('--mutant <name>', 'search for this mutant only; repeatable', repeated)
    .option('--seeds <number>', 'searches per mutant and strategy: seeds 1, 2, …', String(SEARCH_SEEDS))
    .option('--runs <number>', 'schedules after which a search has missed', String(SEARCH_RUNS))
    .option('--workers <number>', 'worker threads (default: one a core)')
    .option('--log <file>', 'keep the medians that are known in this file, and do not search for those in it')
    .option('--out <file>', 'write the tables into this Markdown file')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify bench search --seeds 3 --runs 50 --mutant forwards-twice
  psl-verify bench search --variant swarm:25 --variant swarm:50
  psl-verify bench search --log search.jsonl --out docs/search.md     about an hour of one core`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function benchSearch(
  context: Context,
  options: BenchSearchOptions,
  work: SearchWork = WORK,
): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const { variants, mutants, seeds, budget, workers } = callOf(context, options);
  const cells = variants.flatMap((variant) =>
    mutants.map((mutant): SearchCell => ({ ...variant, mutant, seeds, budget })),
  );
  const log = new SearchLog(options.log);
  terminal.err('measuring what a schedule costs …\n');
  const costs = work.costsOf(variants);
  const costsMs = new Map(variants.map((variant, at) => [variant, costs[at] ?? Number.NaN]));
  const undone = await searched(context, log, cells, workers, work);

  const result = new SearchTable([...log.rowsOf(cells), ...undone], variants, mutants);
  if (options.out !== undefined) {
    const page = existsSync(options.out) ? readFileSync(options.out, 'utf8') : '';
    const command = commandOf(options);
    const part = measuredPart(result, {
      command,
      kit: kit.version,
      machine: machine(),
      seeds,
      budget,
      costsMs,
    });
    writeFileSync(options.out, withMeasured(page, part, 'bench search'));
  }
  if (options.json === true)
    printJson(context, 'bench search', startedMs, {
      rows: result.benchRows,
      totals: result.variants.map((variant) => ({
        name: nameOf(variant),
        ...result.total(variant),
        msPerSchedule: costsMs.get(variant),
      })),
      ...(signal.aborted ? { interrupted: true } : {}),
    });
  else {
    terminal.out(textOf(result, costsMs));
    terminal.out(
      `\nMedian schedules up to the find, ${plural(seeds, 'seed')}, at most ${plural(budget, 'schedule')} each, in ${duration(nowMs() - startedMs)}.\n`,
    );
    if (signal.aborted) terminal.out('Interrupted: medians that were not known then are lower bounds.\n');
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

/** Makes what is missing in the log. Returns what was under way when it was interrupted. */
async function searched(
  { terminal, nowMs, signal }: Context,
  log: SearchLog,
  cells: readonly SearchCell[],
  workers: number,
  work: SearchWork,
): Promise<readonly SearchRow[]> {
  const undone: SearchRow[] = [];
  const known = cells.length - log.missingOf(cells).length;
  if (known > 0) terminal.err(`${known} of ${cells.length} medians are in the log\n`);
  const bar = progress(terminal, nowMs);
  const make = async (some: readonly SearchCell[]): Promise<void> => {
    const before = cells.length - log.missingOf(cells).length;
    await work.searchAll(some, {
      workers,
      signal,
      onRow: (row) => {
        log.add(row);
      },
      onUndone: (row) => {
        if (row.made > 0) undone.push(row);
      },
      onProgress: ({ cellsDone, made }) => {
        const note = `the others are beyond ${plural(made, 'schedule')}`;
        bar.update(before + cellsDone, cells.length, 'medians', note);
      },
    });
  };
  // Much of what guided search finds is known once swarm was searched with.
  await make(log.missingOf(cells).filter(({ strategy }) => strategy !== 'guided'));
  for (const cell of log.missingOf(cells)) {
    const row = impliedRow(cell, log.rowsOf(cells));
    if (row !== undefined) log.add(row);
  }
  if (!signal.aborted) await make(log.missingOf(cells));
  bar.end();
  return undone;
}

/** The call, checked. */
function callOf({ kit }: Context, options: BenchSearchOptions) {
  const known = kit.mutants.map(({ id }) => id);
  return {
    variants: options.variant?.map((text) => variantOf(text, kit.strategies)) ?? SEARCH_VARIANTS,
    mutants: options.mutant?.map((id) => knownName('--mutant', 'mutant', id, known)) ?? known,
    seeds: wholeNumber('--seeds', options.seeds, 1, MAX_SEEDS),
    budget: wholeNumber('--runs', options.runs, 1, MAX_RUNS),
    workers:
      options.workers === undefined
        ? Math.min(MAX_WORKERS, availableParallelism())
        : wholeNumber('--workers', options.workers, 1, MAX_WORKERS),
  };
}

function variantOf(text: string, strategies: readonly string[]): Variant {
  const [strategy = '', moves, ...rest] = text.split(':');
  if (moves === undefined || rest.length > 0)
    throw new InputError(
      '--variant',
      `expected STRATEGY:MOVES, for example swarm:50, got ${JSON.stringify(text)}`,
    );
  knownName('--variant', 'strategy', strategy, strategies);
  return {
    strategy: strategy as Variant['strategy'],
    moves: wholeNumber('--variant', moves, 1, MAX_MOVES),
  };
}

/** The call again, as far as it says what is measured. */
function commandOf({ variant = [], mutant = [], seeds, runs }: BenchSearchOptions): string {
  return [
    'psl-verify bench search',
    ...(seeds === String(SEARCH_SEEDS) ? [] : [`--seeds ${seeds}`]),
    ...(runs === String(SEARCH_RUNS) ? [] : [`--runs ${runs}`]),
    ...variant.map((one) => `--variant ${one}`),
    ...mutant.map((one) => `--mutant ${one}`),
  ].join(' ');
}

function textOf(result: SearchTable, costsMs: ReadonlyMap<Variant, number>): string {
  const { variants, mutants } = result;
  const columns = [
    { title: 'mutant' },
    ...variants.map((variant) => ({ title: nameOf(variant), align: 'right' as const })),
  ];
  return table(columns, [
    ...mutants.map((mutant) => [
      mutant,
      ...variants.map((variant) => medianText(result.median(mutant, variant))),
    ]),
    columns.map(() => ''),
    ...totalRows(result, costsMs),
  ]);
}
