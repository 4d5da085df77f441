/** `psl-verify bench`: how fast the kit is, beside a yardstick. */
import type { Command } from 'commander';
import type { BenchRow, BenchSuite } from '../bench/index.ts';
import { EXIT, knownName, printJson, repeated, wholeNumber, type Context } from './call.ts';
import { count, table } from './terminal.ts';

export interface BenchOptions {
  readonly suite?: readonly string[];
  readonly budget: string;
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function addBench(program: Command, run: (options: BenchOptions) => Promise<void>): Command {
  return (
    program
      .command('bench')
      // `--json` after `search` is an option of that.
      .enablePositionalOptions()
      .summary('speed, beside a yardstick')
      .description(
        'Measures steps and schedules a second, and the same work done by other means as the yardstick.',
      )
      .option('--suite <name>', 'run this suite only; repeatable', repeated)
      .option('--budget <ms>', 'about how long one measurement takes', '2000')
      .option('--json', 'print one JSON object on stdout and nothing else')
      .addHelpText(
        'after',
        `
Examples:
  psl-verify bench
  psl-verify bench --budget 500 --json
  psl-verify bench search --help                       strategies compared
  psl-verify bench shrink --help                       long schedules made short`,
      )
      .action(run)
  );
}

/** Does it. Returns the exit status. */
export async function bench(
  context: Context,
  suites: readonly BenchSuite[],
  options: BenchOptions,
): Promise<number> {
  const { terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const names = suites.map((suite) => suite.name);
  const wanted = options.suite?.map((name) => knownName('--suite', 'suite', name, names)) ?? names;
  const budgetMs = wholeNumber('--budget', options.budget, 1, 600_000);
  const rows: BenchRow[] = [];
  for (const suite of suites.filter(({ name }) => wanted.includes(name))) {
    if (signal.aborted) break;
    terminal.err(`${suite.title} …\n`);
    rows.push(...(await suite.run({ nowMs, budgetMs })));
  }
  if (options.json === true) printJson(context, 'bench', startedMs, { rows });
  else
    terminal.out(
      table(
        [
          { title: 'measurement' },
          { title: 'value', align: 'right' },
          { title: 'unit' },
          { title: 'yardstick', align: 'right' },
          { title: 'ratio', align: 'right' },
        ],
        rows.map(({ id, value, unit, yardstick, ratio }) => [
          id,
          number(value),
          unit,
          yardstick === null ? '' : number(yardstick),
          ratio === null ? '' : ratio.toPrecision(2),
        ]),
      ),
    );
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

function number(value: number): string {
  return Math.abs(value) < 100 ? value.toPrecision(3) : count(value);
}
