/** `psl-verify bench shortest`: how few moves break what each mutant breaks, and how near shrinking comes to that. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import {
  coverings,
  OUT_OF_SCOPE,
  shortestIn,
  SHORTEST_SCHEDULES,
  SHORTEST_SCOPES,
  withMeasured,
  type ShortestRow,
} from '../bench/index.ts';
import { parseCounterexample } from '../properties/counterexample.ts';
import { statementOf } from '../properties/exhaust/statement.ts';
import { ratioOf } from '../properties/mutants/shortest.ts';
import { type Context, EXIT, knownName, printJson, readInput, repeated, wholeNumber } from './call.ts';
import { mutantSubject } from './kit.ts';
import { markdownTable } from './markdown.ts';
import { duration, progress, table } from './terminal.ts';

const MAX_SCHEDULES = 100_000;

export interface BenchShortestOptions {
  readonly mutant?: readonly string[];
  readonly schedules: string;
  readonly counterexamples: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** What does the work; a test hands in its own. */
export interface ShortestWork {
  readonly coverings: typeof coverings;
  readonly shortestIn: typeof shortestIn;
}

/** A row with what is known from elsewhere. */
interface Compared extends ShortestRow {
  /** Of the shortest schedule known (properties/mutants/shortest.ts). */
  readonly known: number | null;
  /** Of the shrunk counterexample of a random search. */
  readonly shrunk: number | null;
}

/** Adds the command below `bench`. */
export function addBenchShortest(
  bench: Command,
  run: (options: BenchShortestOptions) => Promise<void>,
): void {
  bench
    .command('shortest')
    .summary('the fewest moves that break each mutant, beside shrunk ones')
    .description(
      'Goes through the schedules of several scopes in the order of their length, each step of a node by a shortest way to it, until one\n' +
        'breaks the property that a mutant was made for; and compares with the counterexamples that shrinking left of random search.',
    )
    .option('--mutant <name>', 'look at this mutant only; repeatable', repeated)
    .option('--schedules <number>', 'schedules of each scope, at most', String(SHORTEST_SCHEDULES))
    .option('--counterexamples <dir>', 'where shrunk counterexamples are', 'counterexamples')
    .option('--out <file>', 'write the table into this Markdown file')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify bench shortest --mutant forwards-twice --schedules 50
  psl-verify bench shortest --out docs/exhaust.md     about a quarter of an hour of one core`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function benchShortest(
  context: Context,
  options: BenchShortestOptions,
  work: ShortestWork = { coverings, shortestIn },
): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const ids = kit.mutants.map(({ id }) => id);
  const chosen = options.mutant?.map((id) => knownName('--mutant', 'mutant', id, ids)) ?? ids;
  const schedules = wholeNumber('--schedules', options.schedules, 1, MAX_SCHEDULES);
  const shrunk = shrunkIn(options.counterexamples);
  terminal.err('making the schedules …\n');
  const all = work.coverings(schedules);
  const bar = progress(terminal, nowMs);
  const rows: Compared[] = [];
  for (const id of chosen) {
    if (signal.aborted) break;
    const property = kit.mutants.find((mutant) => mutant.id === id)?.breaks[0] ?? '';
    rows.push({
      ...work.shortestIn(all, id, property),
      known: kit.shortest[id]?.moves ?? null,
      shrunk: shrunk.get(`${mutantSubject(id)} ${property}`) ?? null,
    });
    bar.update(rows.length, chosen.length, 'mutants', id);
    await setImmediate();
  }
  bar.end();
  if (options.out !== undefined) {
    const page = existsSync(options.out) ? readFileSync(options.out, 'utf8') : '';
    writeFileSync(options.out, withMeasured(page, measured(rows, schedules), 'bench shortest'));
  }
  if (options.json === true)
    printJson(context, 'bench shortest', startedMs, {
      schedules,
      scopes: SHORTEST_SCOPES.map((scope) => ({ name: scope.name, statement: statementOf(scope) })),
      rows,
      ...(signal.aborted ? { interrupted: true } : {}),
    });
  else
    terminal.out(
      `${table(
        HEAD.map((title) => ({ title })),
        rows.map((row) => cellsOf(row, '')),
        terminal.outColumns,
      )}\n${summary(rows)} In ${duration(nowMs() - startedMs)}.\n`,
    );
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

const HEAD = ['mutant', 'property', 'fewest moves', 'shortest known', 'shrunk', 'times as long'];

function cellsOf({ mutant, property, find, executed, known, shrunk }: Compared, quote: string): string[] {
  const length = find?.moves.length;
  return [
    `${quote}${mutant}${quote}`,
    `${quote}${property}${quote}`,
    find === undefined ? noneOf(mutant, executed) : `${String(length)} (${find.scope})`,
    known === null ? '' : String(known),
    shrunk === null ? '' : String(shrunk),
    shrunk === null || length === undefined ? '' : ratioOf(shrunk, length).toFixed(2),
  ];
}

/** What is said of a mutant that shows in no scope. */
function noneOf(mutant: string, executed: number): string {
  const why = OUT_OF_SCOPE[mutant];
  return `none in ${String(executed)}${why === undefined ? '' : `: ${why}`}`;
}

function summary(rows: readonly Compared[]): string {
  const found = rows.filter(({ find }) => find !== undefined);
  const ratios = found.flatMap(({ find, shrunk }) =>
    find === undefined || shrunk === null ? [] : [ratioOf(shrunk, find.moves.length)],
  );
  const shorter = found.filter(({ find, known }) => known !== null && (find?.moves.length ?? 0) < known);
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return [
    `${String(found.length)} of ${String(rows.length)} mutants break the property that they were made for.`,
    ...(ratios.length === 0
      ? []
      : [`What shrinking left of random search is ${mean.toFixed(2)} times as long, on average.`]),
    ...(shorter.length === 0
      ? []
      : [`Shorter than the shortest known: ${shorter.map(({ mutant }) => mutant).join(', ')}.`]),
  ].join(' ');
}

function measured(rows: readonly Compared[], schedules: number): string {
  return [
    `At most ${String(schedules)} schedules of each scope, shortest first. ${summary(rows)}`,
    '',
    ...SHORTEST_SCOPES.map((scope) => {
      const { beyond, needs } = scope;
      const more = beyond === undefined ? '' : ` Beyond it: ${beyond}.`;
      const only = needs === undefined ? '' : ` For mutants that only show with the keys of a ${needs}.`;
      return `- \`${scope.name}\`: ${statementOf(scope)}${more}${only}`;
    }),
    '',
    markdownTable(
      HEAD,
      rows.map((row) => cellsOf(row, '`')),
    ),
    '',
  ].join('\n');
}

/** Moves of the shortest counterexample of each subject and property. */
function shrunkIn(directory: string): ReadonlyMap<string, number> {
  const moves = new Map<string, number>();
  if (!existsSync(directory)) return moves;
  for (const name of readdirSync(directory)) {
    if (!name.startsWith('mutant-') || !name.endsWith('.json')) continue;
    const file = join(directory, name);
    const found = parseCounterexample(readInput(file), file);
    const key = `${found.subject} ${found.property}`;
    moves.set(key, Math.min(found.moves.length, moves.get(key) ?? Infinity));
  }
  return moves;
}
