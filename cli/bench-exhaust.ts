/** `psl-verify bench exhaust`: exhaustive search of statecharts, reductions off and on, beside a search written by hand. */
import type { Command } from 'commander';

export interface BenchExhaustOptions {
  readonly json?: boolean;
}

/** Adds the command to `bench`. */
export function addBenchExhaust(bench: Command, run: (options: BenchExhaustOptions) => Promise<void>): void {
  bench
    .command('exhaust')
    .summary('exhaustive search beside one by hand')
    .description(
      'Searches all states of a small protocol whose counts are known (the largest has 12.4 million) by code that knows the protocol, and its statecharts without reductions and with them, the large ones on two threads, too. About two minutes and 800 MB.',
    )
    .option('--json', 'print one JSON object on stdout and nothing else')
    .action(run);
}
