/** `psl-verify mutants`: the reference with one thing wrong, many times over: who sees it, how soon, in how few moves. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { CampaignResult } from '../engine/index.ts';
import { DEFAULT_RUNS } from '../properties/defaults.ts';
import { type Context, EXIT, knownName, printJson, repeated, wholeNumber } from './call.ts';
import {
  isKilled,
  killers,
  killMatrixPage,
  meanRatio,
  type MutantTrials,
  type Trial,
} from './kill-matrix.ts';
import { mutantSubject } from './kit.ts';
import { findingOf, writeCounterexample } from './save.ts';
import { smallerOf } from './shrinking.ts';
import { count, paint, progress, table } from './terminal.ts';

const MAX_SEEDS = 1_000;
const MAX_RUNS = 1_000_000;
const MAX_WORKERS = 64;

/** Executions that shrinking the counterexample of one mutant may take. */
const SHRINK_EXECUTIONS_MAX = 5_000;

/** Options as commander hands them over: text. */
export interface MutantsOptions {
  readonly mutant?: readonly string[];
  readonly seeds: string;
  readonly runs: string;
  readonly workers?: string;
  readonly out: string;
  readonly counterexamples?: string;
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function addMutants(program: Command, run: (options: MutantsOptions) => Promise<void>): void {
  program
    .command('mutants')
    .summary('which property sees which mutant')
    .description(
      'Checks each mutant, the reference with one thing wrong, by all properties, with several seeds; shrinks what the first seed\n' +
        'found; and writes a page that says who saw what, how soon, in how few moves. Takes some minutes.',
    )
    .option('--mutant <id>', 'only this one; repeatable (then no page is written)', repeated)
    .option('--seeds <n>', 'campaigns per mutant, seeds 1 to n', '5')
    .option(
      '--runs <n>',
      `schedules per campaign; up to ${DEFAULT_RUNS} where the property that it was made for still holds`,
      '30',
    )
    .option('--workers <n>', 'threads (default: one per core)')
    .option('--out <file>', 'where the page goes', 'docs/kill-matrix.md')
    .option('--counterexamples <dir>', 'also write the shrunk counterexamples here')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify mutants
  psl-verify mutants --mutant forwards-twice --seeds 1

Ctrl-C ends with what was found so far, and writes no page.
Exit status: 0 every mutant was seen by the property that it was made for, with every seed · 1 one was not · 2 wrong call`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function mutants(context: Context, options: MutantsOptions): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const seedCount = wholeNumber('--seeds', options.seeds, 1, MAX_SEEDS);
  const runs = wholeNumber('--runs', options.runs, 1, MAX_RUNS);
  const workers =
    options.workers === undefined
      ? Math.min(MAX_WORKERS, availableParallelism())
      : wholeNumber('--workers', options.workers, 0, MAX_WORKERS);
  const ids = kit.mutants.map(({ id }) => id);
  const wanted = options.mutant?.map((id) => knownName('--mutant', 'mutant', id, ids)) ?? ids;
  const seeds = Array.from({ length: seedCount }, (_, at) => at + 1);

  const tried: MutantTrials[] = [];
  const bar = progress(terminal, nowMs);
  for (const mutant of kit.mutants) {
    if (!wanted.includes(mutant.id)) continue;
    const trials: Trial[] = [];
    let shrunk: MutantTrials['shrunk'];
    for (const seed of seeds) {
      if (signal.aborted) break;
      bar.update(tried.length * seedCount + trials.length, wanted.length * seedCount, 'campaigns', mutant.id);
      const result = await campaignFor(context, mutant, { runs, seed, workers });
      trials.push({ seed, schedules: schedulesOf(result), runs: result.runs });
      if (seed === seeds[0])
        shrunk = await shrunkOf(context, result, mutant.breaks[0], options.counterexamples);
    }
    if (signal.aborted) break;
    const shortest = kit.shortest[mutant.id];
    tried.push({
      ...mutant,
      trials,
      ...(shrunk === undefined ? {} : { shrunk }),
      ...(shortest === undefined ? {} : { shortest }),
    });
  }
  bar.end();

  if (options.json === true) printJson(context, 'mutants', startedMs, jsonOf(tried, signal.aborted));
  else print(context, tried);
  const isWhole = !signal.aborted && wanted.length === ids.length;
  if (isWhole) {
    const properties = kit.properties.map(({ id }) => id);
    const page = killMatrixPage(properties, tried, { kit: kit.version, runs, patience: DEFAULT_RUNS, seeds });
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(options.out, page);
    terminal.err(`wrote ${options.out}\n`);
  }
  if (signal.aborted) return EXIT.interrupted;
  return tried.every(isKilled) ? EXIT.ok : EXIT.violated;
}

/** All runs; then, if what it was made for holds still, on until it does not. */
async function campaignFor(
  { kit, signal }: Context,
  { id, breaks }: Context['kit']['mutants'][number],
  { runs, seed, workers }: { readonly runs: number; readonly seed: number; readonly workers: number },
): Promise<CampaignResult> {
  const [made] = breaks;
  const base = {
    harnessModule: kit.harnessModule,
    harnessConfig: { subject: mutantSubject(id) },
    seed,
    workers,
  };
  const result = await kit.campaign({ ...base, runs, signal });
  const isFound = (of: CampaignResult): boolean =>
    of.properties.some(({ id: property, kept }) => property === made && kept.length > 0);
  if (isFound(result) || signal.aborted || runs >= DEFAULT_RUNS) return result;
  const found = new AbortController();
  return kit.campaign({
    ...base,
    runs: DEFAULT_RUNS,
    signal: AbortSignal.any([signal, found.signal]),
    onProgress: ({ violated }) => {
      if (made !== undefined && violated.includes(made)) found.abort();
    },
  });
}

/** How many schedules it took each property that broke. */
function schedulesOf({ properties }: CampaignResult): Readonly<Record<string, number>> {
  return Object.fromEntries(
    properties.flatMap(({ id, kept: [first] }): [string, number][] =>
      first === undefined ? [] : [[id, first.index + 1]],
    ),
  );
}

async function shrunkOf(
  context: Context,
  result: CampaignResult,
  made: string | undefined,
  directory: string | undefined,
): Promise<MutantTrials['shrunk']> {
  const [first] = result.properties.find(({ id }) => id === made)?.kept ?? [];
  if (first === undefined || made === undefined) return undefined;
  const { counterexample, executions, oneMinimal } = await smallerOf(
    context,
    findingOf(result, made, first),
    {
      executionsMax: SHRINK_EXECUTIONS_MAX,
    },
  );
  if (directory !== undefined) writeCounterexample(directory, counterexample);
  const moves = counterexample.moves.length;
  return { property: made, before: first.schedule.length, moves, executions, oneMinimal };
}

function jsonOf(tried: readonly MutantTrials[], isInterrupted: boolean): object {
  return {
    mutants: tried.map((mutant) => {
      const { id, shrunk, shortest, breaks, trials } = mutant;
      const all = killers(mutant);
      return {
        id,
        killed: isKilled(mutant),
        killedBy: all.map(({ property }) => property),
        runs: finite(all.find(({ property }) => property === breaks[0])?.median),
        moves: shrunk?.moves ?? null,
        executions: shrunk?.executions ?? null,
        shortest: shortest?.moves ?? null,
        trials,
      };
    }),
    meanRatio: meanRatio(tried) ?? null,
    ...(isInterrupted ? { interrupted: true } : {}),
  };
}

/** JSON has no infinity. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function print({ terminal }: Context, tried: readonly MutantTrials[]): void {
  const colour = terminal.outColour;
  terminal.out(
    table(
      [
        { title: 'mutant' },
        { title: '' },
        { title: 'schedules', align: 'right' },
        { title: 'moves', align: 'right' },
        { title: 'seen by' },
      ],
      tried.map((mutant) => {
        const all = killers(mutant);
        const made = all.find(({ property }) => property === mutant.breaks[0]);
        return [
          mutant.id,
          isKilled(mutant) ? paint('killed', 'green', colour) : paint('survives', 'red', colour),
          made === undefined || !Number.isFinite(made.median) ? '–' : count(made.median),
          mutant.shrunk === undefined ? '–' : String(mutant.shrunk.moves),
          all.map(({ property }) => property).join(', '),
        ];
      }),
      terminal.columns,
    ),
  );
  const ratio = meanRatio(tried);
  if (ratio !== undefined)
    terminal.out(
      `\nshrunk schedules are ${ratio.toFixed(2)} times as long as the shortest known, on average\n`,
    );
}
