#!/usr/bin/env node
/** The `psl-verify` command: parses the call, runs the command, says errors in one line, exits with a status. */
import { performance } from 'node:perf_hooks';
import { Command, CommanderError } from 'commander';
import { InputError } from '../properties/input-error.ts';
import { addBench, bench } from './bench.ts';
import { addBenchShortest, benchShortest } from './bench-shortest.ts';
import { addBenchExhaust } from './bench-exhaust.ts';
import { addBenchSearch, benchSearch } from './bench-search.ts';
import { addBenchShrink, benchShrink } from './bench-shrink.ts';
import { EXIT, type Context } from './call.ts';
import { addCheck, check } from './check.ts';
import { addClaims, claims } from './claims.ts';
import { addDiagrams, diagrams, ROLES } from './diagrams.ts';
import { addEvidence, evidence } from './evidence.ts';
import { addExhaust, exhaust } from './exhaust.ts';
import { addExplain, explain } from './explain.ts';
import { kitVersion, loadKit } from './kit.ts';
import { addList, list } from './list.ts';
import { addMutants, mutants } from './mutants.ts';
import { addReplay, replay } from './replay.ts';
import { addScale, scale } from './scale.ts';
import { addShrink, shrink } from './shrink.ts';
import { processTerminal } from './terminal.ts';

const terminal = processTerminal();

/** Runs the call and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    // The first Ctrl-C asks for what was found so far, the second does not wait for it.
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
    terminal.err('\npsl-verify: interrupted, finishing with what was found so far (again: stop at once)\n');
  });
  const context = async (): Promise<Context> => ({
    kit: await loadKit(),
    terminal,
    nowMs: () => performance.now(),
    signal: interrupt.signal,
  });

  let status: number = EXIT.ok;
  const program = new Command('psl-verify')
    .description(
      'Verification kit for Paranoid Stateful Lambdas: searches for violations, replays what it found.',
    )
    .version(kitVersion())
    .showSuggestionAfterError()
    // What comes after `bench search` is of that, and not of `bench`.
    .enablePositionalOptions()
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  psl-verify check                      does the reference hold? about a minute
  psl-verify check --workload trace.txt --json
  psl-verify replay counterexamples/
  psl-verify explain found.json         what happens there, and why
  psl-verify shrink found.json
  psl-verify list`,
    );
  addCheck(program, async (options) => {
    status = await check(await context(), options);
  });
  addReplay(program, async (files, options) => {
    status = await replay(await context(), files, options);
  });
  addEvidence(program, async (file, options) => {
    const { ENROLMENT } = await import('../properties/index.ts');
    status = evidence(await context(), file, options, ENROLMENT.anchor);
  });
  addExplain(program, async (file, options) => {
    status = await explain(await context(), file, options);
  });
  addShrink(program, async (file, options) => {
    status = await shrink(await context(), file, options);
  });
  addExhaust(program, async (options) => {
    status = await exhaust(await context(), options);
  });
  addMutants(program, async (options) => {
    status = await mutants(await context(), options);
  });
  addClaims(program, async (options) => {
    status = await claims(await context(), options);
  });
  addScale(program, async (options) => {
    status = await scale(await context(), options);
  });
  addDiagrams(program, async (options) => {
    status = await diagrams(terminal, ROLES, options, context);
  });
  addList(program, async (options) => {
    status = list(await context(), options);
  });
  const benchCommand = addBench(program, async (options) => {
    const { SUITES } = await import('../bench/index.ts');
    status = await bench(await context(), SUITES, options);
  });
  addBenchSearch(benchCommand, async (options) => {
    status = await benchSearch(await context(), options);
  });
  addBenchShrink(benchCommand, async (options) => {
    status = await benchShrink(await context(), options);
  });

  addBenchShortest(benchCommand, async (options) => {
    status = await benchShortest(await context(), options);
  });
  addBenchExhaust(benchCommand, async (options) => {
    const { exhaustSuite } = await import('../bench/index.ts');
    status = await bench(await context(), [exhaustSuite], { budget: '2000', ...options });
  });

  try {
    await program.parseAsync(argv.slice(2), { from: 'user' });
    return status;
  } catch (error) {
    return failure(error);
  }
}

/** Says what went wrong, in one line where it is the caller's mistake. Returns the exit status. */
function failure(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version were asked for, or there was no command.
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code === 'commander.help') {
      terminal.err('psl-verify: which command? psl-verify --help lists them\n');
      return EXIT.wrongCall;
    }
    terminal.err(`psl-verify: ${error.message.replace(/^error: /, '').replaceAll(/\s+/g, ' ')}\n`);
    return EXIT.wrongCall;
  }
  if (error instanceof InputError) {
    terminal.err(`psl-verify: ${error.message}\n`);
    return EXIT.wrongCall;
  }
  terminal.err(
    `psl-verify: the kit failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.broken;
}

// A reader that went away (`psl-verify list | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

process.exitCode = await main(process.argv);
