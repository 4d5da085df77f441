/** `psl-verify replay`: runs counterexamples again, where they were found or elsewhere. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseCounterexample, type Counterexample } from '../properties/counterexample.ts';
import { InputError } from '../properties/input-error.ts';
import { anySubject, EXIT, knownName, printJson, readInput, type Context } from './call.ts';
import { writeEvidence } from './evidence.ts';
import { paint, table } from './terminal.ts';

export interface ReplayOptions {
  readonly subject?: string;
  /** File to write the first evidence to that a node keeps. */
  readonly evidence?: string;
  readonly json?: boolean;
}

/** What replaying one file came to. */
export interface Replayed {
  readonly file: string;
  /** The subject that it was replayed on. */
  readonly subject: string;
  readonly property: string;
  readonly expected: 'violated' | 'stalled' | 'holds';
  readonly got: 'violated' | 'stalled' | 'holds' | 'not-applicable';
  readonly ok: boolean;
  readonly message: string;
}

/** Adds the command to the program. */
export function addReplay(
  program: Command,
  run: (files: readonly string[], options: ReplayOptions) => Promise<void>,
): void {
  program
    .command('replay')
    .summary('run counterexamples again')
    .argument('<file...>', 'counterexample files, or folders of them')
    .description(
      'Runs the moves of each file and judges by its property. On the subject that it was found on the property must break\n' +
        'in the same way; on any other subject it must hold.',
    )
    .option('--subject <id|path>', 'run them on this subject instead')
    .option(
      '--evidence <file>',
      'write the first evidence that a node keeps in the run: of a fork, or of a split view; of one file only',
    )
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify replay counterexamples/                        each fails where it was found
  psl-verify replay counterexamples/ --subject reference    and passes on the reference

Exit status: 0 each did what its file says · 1 one did not · 2 wrong call or file`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function replay(
  context: Context,
  paths: readonly string[],
  options: ReplayOptions,
): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const subject =
    options.subject === undefined ? undefined : await anySubject(kit, '--subject', options.subject);
  // All files are read before any is run: a bad one is known at once.
  const files: { readonly file: string; readonly counterexample: Counterexample }[] = [];
  for (const file of paths.flatMap(filesOf))
    files.push({ file, counterexample: await readCounterexample(context, file, subject) });
  if (options.evidence !== undefined && files.length > 1)
    throw new InputError('--evidence', `expected one file to replay, got ${files.length}`);
  const replayed: Replayed[] = [];
  for (const { file, counterexample } of files) {
    if (signal.aborted) break;
    replayed.push(
      replayOne(context, file, counterexample, subject ?? counterexample.subject, options.evidence),
    );
    // Lets Ctrl-C be seen between two files.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (options.json === true)
    printJson(context, 'replay', startedMs, {
      files: replayed.map(({ file, subject: on, property, expected, got, ok }) => ({
        file,
        subject: on,
        property,
        expected,
        got,
        ok,
      })),
      ...(signal.aborted ? { interrupted: true } : {}),
    });
  else {
    const colour = terminal.outColour;
    terminal.out(
      table(
        ['file', 'subject', 'property', 'expected', 'got', ''].map((title) => ({ title })),
        replayed.map((one) => [
          one.file,
          one.subject,
          one.property,
          one.expected,
          one.got,
          one.ok ? paint('ok', 'green', colour) : paint('NOT OK', 'red', colour),
        ]),
      ),
    );
    for (const one of replayed) if (!one.ok) terminal.out(`\n${one.file}: ${one.message}\n`);
  }
  if (signal.aborted) return EXIT.interrupted;
  return replayed.every((one) => one.ok) ? EXIT.ok : EXIT.violated;
}

/** Runs one counterexample on a subject. */
export function replayOne(
  { kit }: Pick<Context, 'kit'>,
  file: string,
  counterexample: Counterexample,
  subject: string,
  evidence?: string,
): Replayed {
  const { property, violation } = counterexample;
  // Where the moves are in the words of another protocol, the file has the same situation in the reference's.
  const isElsewhere = subject !== counterexample.subject && counterexample.reference !== undefined;
  const { scenario, moves } = isElsewhere ? counterexample.reference : counterexample;
  const keepTrace = evidence !== undefined;
  const run = kit.driver(subject).execute(scenario, moves, { pairs: true, keepTrace });
  if (evidence !== undefined && !writeEvidence(evidence, run.trace ?? []))
    throw new InputError('--evidence', `no node keeps evidence in the run of ${file}`);
  const broken = run.violations.find((one) => one.property === property);
  const got = broken?.verdict ?? (property in run.notApplicable ? 'not-applicable' : 'holds');
  const expected = subject === counterexample.subject ? violation.verdict : 'holds';
  // A run that was cut short has shown nothing of what must hold; one that broke what it was to break has.
  const stopped = broken === undefined && run.stopped !== undefined ? run.stopped : undefined;
  const ok =
    stopped === undefined && (got === expected || (expected === 'holds' && got === 'not-applicable'));
  const message =
    stopped === undefined
      ? (broken?.message ?? `${property} holds; the file says: ${violation.message}`)
      : `the run was stopped: ${JSON.stringify(stopped)}`;
  return { file, subject, property, expected, got, ok, message };
}

/**
 * Reads a counterexample whose subject and property are known; a subject of one's own is loaded.
 * @param on the subject that was asked for, loaded. A file may name it as it calls itself: it was written without the command
 * @throws InputError naming file and field
 */
export async function readCounterexample(
  { kit }: Context,
  file: string,
  on?: string,
): Promise<Counterexample> {
  const read = parseCounterexample(readInput(file), file);
  const isOwn = on !== undefined && on !== read.subject && kit.driver(on).ownId === read.subject;
  const subject = isOwn ? on : await anySubject(kit, `${file}: subject`, read.subject);
  // Findings of the engine itself are no properties of the protocol, and can be replayed all the same.
  const known = [...kit.driver(subject).properties.map(({ id }) => id), 'overload', 'crash-of-the-code'];
  knownName(`${file}: property`, 'property', read.property, known);
  return { ...read, subject };
}

/** A folder stands for the JSON files in it. */
function filesOf(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .toSorted();
  if (files.length === 0) throw new InputError(path, 'no counterexample (*.json) in this folder');
  return files.map((name) => join(path, name));
}
