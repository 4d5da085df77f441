/** `psl-verify shrink`: makes a counterexample smaller, and says of each move that is left why it is there. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { printCounterexample } from '../properties/counterexample.ts';
import { InputError } from '../properties/input-error.ts';
import { EXIT, printJson, wholeNumber, type Context } from './call.ts';
import { necessityLines } from './necessity.ts';
import { readCounterexample } from './replay.ts';
import { smallerOf } from './shrinking.ts';
import { duration, plural } from './terminal.ts';

const MAX_EXECUTIONS = 1_000_000;
const MAX_SECONDS = 86_400;

/** Options as commander hands them over: text. */
export interface ShrinkOptions {
  readonly executions: string;
  readonly seconds: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function addShrink(
  program: Command,
  run: (file: string, options: ShrinkOptions) => Promise<void>,
): void {
  program
    .command('shrink')
    .summary('make a counterexample smaller')
    .argument('<file>', 'a counterexample')
    .description(
      'Looks for a shorter schedule in a smaller system that breaks the same property: cuts to what could have influenced the\n' +
        'violation, leaves out moves until none can be, then nodes, then plainer values. The file gets a certificate: what\n' +
        'happens without each of the moves, and the nearest schedule in which the property holds.',
    )
    .option('--executions <n>', 'runs to spend at most', '5000')
    .option('--seconds <n>', 'time to spend at most; the best so far is kept', '60')
    .option('--out <file>', 'write here (default: over the file itself)')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify shrink found.json
  psl-verify shrink found.json --out smaller.json --seconds 10

Ctrl-C keeps the best so far.
Exit status: 0 it breaks the property, shrunk or not · 1 it does not break it · 2 wrong call or file`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function shrink(context: Context, file: string, options: ShrinkOptions): Promise<number> {
  const { terminal, nowMs, signal, kit } = context;
  const startedMs = nowMs();
  const executionsMax = wholeNumber('--executions', options.executions, 1, MAX_EXECUTIONS);
  const msMax = wholeNumber('--seconds', options.seconds, 1, MAX_SECONDS) * 1_000;
  const before = await readCounterexample(context, file);
  const { scenario, moves, property, subject, seed, run, violation } = before;
  const cause = before.cause && { property, ...before.cause };
  const again = kit.driver(subject).execute(scenario, moves, { pairs: true });
  if (!again.violations.some((one) => one.property === property)) {
    terminal.err(`psl-verify: ${file}: ${property} holds on ${subject}: nothing to shrink\n`);
    return EXIT.violated;
  }
  const { counterexample, executions, oneMinimal } = await smallerOf(
    context,
    {
      subject,
      property,
      seed,
      run,
      scenario,
      schedule: moves,
      violation: { ...violation, property },
      ...(cause === undefined ? {} : { cause }),
    },
    { executionsMax, msMax },
  );
  const out = options.out ?? file;
  write(out, printCounterexample(counterexample));

  const after = counterexample.moves.length;
  if (options.json === true)
    printJson(context, 'shrink', startedMs, {
      file: out,
      moves: { before: moves.length, after },
      nodes: { before: scenario.nodes.length, after: counterexample.scenario.nodes.length },
      executions,
      oneMinimal,
      ...(signal.aborted ? { interrupted: true } : {}),
    });
  else {
    const nodes = `${scenario.nodes.length} → ${counterexample.scenario.nodes.length} nodes`;
    terminal.out(
      `${out}: ${moves.length} → ${plural(after, 'move')}, ${nodes}, ${plural(executions, 'execution')} in ${duration(nowMs() - startedMs)}\n`,
    );
    terminal.out(`\n${property}: ${counterexample.violation.message}\n\n`);
    for (const line of necessityLines(counterexample)) terminal.out(`${line}\n`);
    if (!oneMinimal)
      terminal.out('\nNot finished: a move that is left may not be needed. Once more goes on from here.\n');
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(
      '--out',
      `${file} can't be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
