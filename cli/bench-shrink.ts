/** `psl-verify bench shrink`: what it costs to make a long failing schedule short. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { LONG_MOVES, shrinkLong, withMeasured, type LongShrink } from '../bench/index.ts';
import { type Context, EXIT, knownName, printJson, repeated, wholeNumber } from './call.ts';
import { machine } from './machine.ts';
import { markdownTable } from './markdown.ts';
import { count, plural, progress, table } from './terminal.ts';

const MAX_MOVES = 10_000;

export interface BenchShrinkOptions {
  readonly mutant?: readonly string[];
  readonly moves: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds the command below `bench`. */
export function addBenchShrink(bench: Command, run: (options: BenchShrinkOptions) => Promise<void>): void {
  bench
    .command('shrink')
    .summary('long failing schedules of each mutant, made short: executions and time')
    .description(
      'Makes a long failing schedule of each mutant at random, shrinks it in a thread that remembers nothing of that, and prints executions and time.',
    )
    .option('--mutant <name>', 'this mutant only; repeatable', repeated)
    .option('--moves <number>', 'moves of the schedules', String(LONG_MOVES))
    .option('--out <file>', 'write the table into this Markdown file')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify bench shrink --mutant forwards-twice
  psl-verify bench shrink --out docs/shrinking.md                     some minutes`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function benchShrink(
  context: Context,
  options: BenchShrinkOptions,
  shrinkOne: typeof shrinkLong = shrinkLong,
): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const known = kit.mutants.map(({ id }) => id);
  const mutants = options.mutant?.map((id) => knownName('--mutant', 'mutant', id, known)) ?? known;
  const moves = wholeNumber('--moves', options.moves, 1, MAX_MOVES);
  const bar = progress(terminal, nowMs);
  const rows: LongShrink[] = [];
  const missed: string[] = [];
  for (const mutant of mutants) {
    if (signal.aborted) break;
    bar.update(rows.length + missed.length, mutants.length, 'mutants', mutant);
    const row = await shrinkOne(mutant, moves);
    if (row === undefined) missed.push(mutant);
    else rows.push(row);
  }
  bar.end();
  if (options.json === true)
    printJson(context, 'bench shrink', startedMs, {
      rows,
      missed,
      ...(signal.aborted ? { interrupted: true } : {}),
    });
  else {
    terminal.out(
      table(
        COLUMNS.map((title, at) => (at < 2 ? { title } : { title, align: 'right' })),
        rows.map(cells),
      ),
    );
    terminal.out(`\n${sumUp(rows, missed)}\n`);
  }
  if (options.out !== undefined && !signal.aborted) {
    const page = existsSync(options.out) ? readFileSync(options.out, 'utf8') : '';
    const named = (options.mutant ?? []).map((id) => ` --mutant ${id}`).join('');
    const part = [
      `Made by \`psl-verify bench shrink --moves ${moves}${named}\` with version ${kit.version} on ${machine()}.`,
      sumUp(rows, missed),
      '',
      markdownTable(
        COLUMNS,
        rows.map((row) => cells(row).map((cell, at) => (at < 2 ? `\`${cell}\`` : cell))),
      ),
      '',
    ].join('\n');
    writeFileSync(options.out, withMeasured(page, part, 'bench shrink'));
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

const COLUMNS = ['mutant', 'property', 'until', 'steps', 'left', 'nodes', 'executions', 'seconds'];

function cells(row: LongShrink): readonly string[] {
  const { mutant, property, movesUntil, steps, movesLeft, nodesLeft, executions, ms, oneMinimal } = row;
  return [
    mutant,
    property,
    String(movesUntil),
    count(steps),
    `${movesLeft}${oneMinimal ? '' : ' (not 1-minimal)'}`,
    String(nodesLeft),
    count(executions),
    (ms / 1000).toFixed(1),
  ];
}

function sumUp(rows: readonly LongShrink[], missed: readonly string[]): string {
  const slowestMs = Math.max(0, ...rows.map(({ ms }) => ms));
  const most = Math.max(0, ...rows.map(({ executions }) => executions));
  const sum = `${plural(rows.length, 'schedule')}: ${(slowestMs / 1000).toFixed(1)} s and ${plural(most, 'execution')} at most.`;
  return missed.length === 0 ? sum : `${sum} No schedule that was made fails on ${missed.join(', ')}.`;
}
