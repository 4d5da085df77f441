/** `psl-verify explain`: tells what happens in a counterexample, as text, as a page or as data. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Certificate } from '../engine/index.ts';
import type { Counterexample } from '../properties/counterexample.ts';
import { InputError } from '../properties/input-error.ts';
import type { Command as NodeCommand } from '../properties/reading.ts';
import { EXIT, knownSubject, printJson, type Context } from './call.ts';
import type { Material, Story, ToldRun } from './explain/story.ts';
import { readCounterexample } from './replay.ts';
import { paint } from './terminal.ts';

export interface ExplainOptions {
  readonly subject?: string;
  readonly all?: boolean;
  readonly html?: string;
  readonly json?: boolean;
}

/** Time that is spent on a certificate that the file does not have, milliseconds. */
const CERTIFY_MS = 10_000;
/** Width where the output is no terminal, and the widest that is easy to read. */
const [PLAIN_COLUMNS, WIDEST_COLUMNS] = [80, 100];

/** Properties of which nothing can be told without the contents of records. */
const ABOUT_WRITES: ReadonlySet<string> = new Set([
  'authentic-delivery',
  'rejection-is-inert',
  'confidentiality',
  'convergence',
  'non-interference',
]);

/** Adds the command to the program. */
export function addExplain(
  program: Command,
  run: (file: string, options: ExplainOptions) => Promise<void>,
): void {
  program
    .command('explain')
    .summary('tell what happens in a counterexample')
    .argument('<file>', 'counterexample file')
    .description(
      'Runs the moves of the file and tells the story: who did what, where the property broke and why,\n' +
        'what each move is needed for, and the nearest schedule in which nothing breaks.',
    )
    .option('--subject <id>', 'tell it of this subject instead')
    .option('--all', 'every step, not only those that matter')
    .option('--html <file>', 'write a page that shows it step by step, to be opened in any browser')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify explain counterexamples/NAME.json                        the story, and a picture of it
  psl-verify explain counterexamples/NAME.json --html story.html      step by step, in a browser
  psl-verify explain counterexamples/NAME.json --subject reference    what a correct implementation does there

Exit status: 0 told · 1 the property does not break any more where the file says that it does · 2 wrong call or file`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function explain(context: Context, file: string, options: ExplainOptions): Promise<number> {
  const { kit, terminal, nowMs } = context;
  const startedMs = nowMs();
  const subject = options.subject === undefined ? undefined : knownSubject(kit, '--subject', options.subject);
  const counterexample = readCounterexample(context, file);
  const story = await tell(
    context,
    file,
    counterexample,
    subject ?? counterexample.subject,
    options.all === true,
  );
  const isAsFound =
    story.subject.id !== counterexample.subject || story.verdict === counterexample.violation.verdict;
  if (options.html !== undefined) {
    const { pageOf } = await import('./explain/page.ts');
    write(options.html, await pageOf(story));
    if (options.json !== true) terminal.out(`wrote ${options.html}\n`);
  }
  if (options.json === true) {
    const { plainStory } = await import('./explain/plain-story.ts');
    printJson(context, 'explain', startedMs, plainStory(story));
  } else if (options.html === undefined) {
    const { textOf } = await import('./explain/text.ts');
    const columns = Number.isFinite(terminal.outColumns)
      ? Math.min(terminal.outColumns, WIDEST_COLUMNS)
      : PLAIN_COLUMNS;
    const style = {
      columns,
      isUnicode: terminal.outUnicode,
      paint: (text: string, colour: Parameters<typeof paint>[1]) => paint(text, colour, terminal.outColour),
    };
    terminal.out(textOf(story, style));
  }
  if (!isAsFound)
    terminal.err(
      `psl-verify: ${file} says ${counterexample.violation.verdict}; here it ${story.verdict === 'holds' ? 'holds' : `is ${story.verdict}`}\n`,
    );
  return isAsFound ? EXIT.ok : EXIT.violated;
}

/** Executes what has to be executed and tells the story. */
export async function tell(
  context: Context,
  file: string,
  counterexample: Counterexample,
  subject: string,
  isAll: boolean,
): Promise<Story> {
  const { kit } = context;
  const { storyOf } = await import('./explain/story.ts');
  const { factsFor } = await import('../properties/facts.ts');
  const { property, scenario, moves } = counterexample;
  const isElsewhere = subject !== counterexample.subject;
  // In another protocol's words, the same situation has moves of its own.
  const there = counterexample.reference ?? counterexample;
  const certificate =
    counterexample.certificate ?? (isElsewhere ? undefined : certify(context, counterexample));
  const nearest = isElsewhere ? undefined : certificate?.nearest;
  const mutant = kit.mutants.find(({ id }) => subject === `mutant:${id}`);
  const statement = kit.properties.find(({ id }) => id === property)?.statement ?? '';
  const material: Material = {
    file,
    counterexample: certificate === undefined ? counterexample : { ...counterexample, certificate },
    subject: {
      id: subject,
      title: mutant?.title ?? kit.subjects.find(({ id }) => id === subject)?.title ?? '',
      isMutant: mutant !== undefined,
      limitsClients: factsFor(subject)?.tree !== 'entries',
    },
    property: { id: property, statement },
    failing: await toldRun(context, counterexample.subject, property, scenario, moves),
    ...(isElsewhere
      ? { elsewhere: await toldRun(context, subject, property, there.scenario, there.moves) }
      : {}),
    ...(nearest === undefined
      ? {}
      : { passing: await toldRun(context, subject, property, scenario, nearest.moves) }),
    isAll,
  };
  return storyOf(material);
}

async function toldRun(
  { kit }: Context,
  subject: string,
  property: string,
  scenario: Counterexample['scenario'],
  moves: Counterexample['moves'],
): Promise<ToldRun> {
  const { observe } = await import('./explain/observe.ts');
  const { factsFor } = await import('../properties/facts.ts');
  const { Watch } = await import('../properties/monitors/judge.ts');
  const facts = factsFor(subject);
  if (facts === undefined) throw new RangeError(`subject: there is no ${subject}`);
  const run = kit.driver(subject).execute(scenario, moves, { pairs: true, keepTrace: true });
  const why = run.notApplicable[property];
  if (why !== undefined) throw new InputError(subject, `${property} does not apply to it: ${why}`);
  return {
    // The trace is of a subject of this kit, so its commands and reports are the kit's.
    run: observe((run.trace ?? []) as never, new Watch(facts, scenario), ABOUT_WRITES.has(property)),
    violation: run.violations.find((one) => one.property === property),
  };
}

/** The certificate that the file does not have, if it can be had in a few seconds. */
function certify(
  { kit, nowMs, signal }: Context,
  { subject, scenario, moves, property }: Counterexample,
): Certificate<NodeCommand> | undefined {
  const endMs = nowMs() + CERTIFY_MS;
  const isOver = (): boolean => signal.aborted || nowMs() > endMs;
  // Its moves are changed moves of the schedule that it is asked of.
  return kit.driver(subject).certify(scenario, moves, property, isOver) as
    Certificate<NodeCommand> | undefined;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError('--html', `${file} cannot be written: ${why}`);
  }
}
