/** `psl-verify explain`: tells what happens in a counterexample, as text, as a page or as data. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Certificate } from '../engine/index.ts';
import type { Counterexample } from '../properties/counterexample.ts';
import { InputError } from '../properties/input-error.ts';
import type { Command as NodeCommand } from '../properties/reading.ts';
import { anySubject, EXIT, printJson, type Context } from './call.ts';
import type { Material, Story, ToldRun } from './explain/story.ts';
import type { Style } from './explain/text.ts';
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

/** The subject that mutants are mutants of. */
const REFERENCE = 'reference';

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
    .option('--subject <id|path>', 'tell it of this subject instead')
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
  const asked =
    options.subject === undefined ? undefined : await anySubject(kit, '--subject', options.subject);
  const counterexample = await readCounterexample(context, file, asked);
  const subject = asked ?? counterexample.subject;
  const style = styleOf(terminal);
  const isAll = options.all === true;
  const told = (await isReadable(subject, counterexample.subject))
    ? await storyTold(context, file, counterexample, subject, isAll)
    : await traceTold(context, file, counterexample, subject, isAll);
  const isAsFound = subject !== counterexample.subject || told.verdict === counterexample.violation.verdict;
  if (options.html !== undefined) {
    write(options.html, await told.page());
    if (options.json !== true) terminal.out(`wrote ${options.html}\n`);
  }
  if (options.json === true) printJson(context, 'explain', startedMs, told.json);
  else if (options.html === undefined) terminal.out(told.text(style));
  if (!isAsFound)
    terminal.err(
      `psl-verify: ${file} says ${counterexample.violation.verdict}; here it ${told.verdict === 'holds' ? 'holds' : `is ${told.verdict}`}\n`,
    );
  return isAsFound ? EXIT.ok : EXIT.violated;
}

/** What is shown, in all its forms. */
interface Told {
  readonly verdict: Story['verdict'];
  readonly json: object;
  text(style: Style): string;
  page(): string | Promise<string>;
}

function styleOf(terminal: Context['terminal']): Style {
  return {
    columns: Number.isFinite(terminal.outColumns)
      ? Math.min(terminal.outColumns, WIDEST_COLUMNS)
      : PLAIN_COLUMNS,
    isUnicode: terminal.outUnicode,
    paint: (text, colour) => paint(text, colour, terminal.outColour),
  };
}

/** Whether somebody says of all these subjects what their frames mean. */
async function isReadable(...subjects: readonly string[]): Promise<boolean> {
  const { factsFor } = await import('../properties/facts.ts');
  return subjects.every((subject) => factsFor(subject)?.reader !== undefined);
}

async function storyTold(...call: Parameters<typeof tell>): Promise<Told> {
  const story = await tell(...call);
  const { plainStory } = await import('./explain/plain-story.ts');
  const { textOf } = await import('./explain/text.ts');
  return {
    verdict: story.verdict,
    json: plainStory(story),
    text: (style) => textOf(story, style),
    page: async () => (await import('./explain/page.ts')).pageOf(story),
  };
}

/** Where there is nobody to say what frames mean: what happened, without a story. */
async function traceTold(
  context: Context,
  file: string,
  counterexample: Counterexample,
  subject: string,
  isAll: boolean,
): Promise<Told> {
  const { plainPage, plainText, plainTraceOf } = await import('./explain/plain-trace.ts');
  const { property, scenario, moves } = counterexample;
  const driver = context.kit.driver(subject);
  const run = driver.execute(scenario, moves, { pairs: true, keepTrace: true });
  checkApplies(subject, property, run.notApplicable);
  const certificate =
    counterexample.certificate ??
    (subject === counterexample.subject ? certify(context, counterexample) : undefined);
  const plain = plainTraceOf({
    file,
    counterexample: certificate === undefined ? counterexample : { ...counterexample, certificate },
    subject,
    statement: driver.properties.find(({ id }) => id === property)?.statement ?? '',
    run: {
      trace: run.trace ?? [],
      violation: run.violations.find((one) => one.property === property),
    },
    isAll,
  });
  return {
    verdict: plain.verdict,
    json: plain,
    text: (style) => plainText(plain, style),
    page: () => plainPage(plain),
  };
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
  const judged = [...kit.properties, ...kit.driver(subject).properties];
  const statement = judged.find(({ id }) => id === property)?.statement ?? '';
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
    ...(mutant !== undefined && nearest?.changes.every(({ change }) => change === 'left-out') === true
      ? { reference: await toldRun(context, REFERENCE, property, scenario, moves) }
      : {}),
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
  checkApplies(subject, property, run.notApplicable);
  return {
    // The trace is of a subject of this kit, so its commands and reports are the kit's.
    run: observe((run.trace ?? []) as never, new Watch(facts, scenario), ABOUT_WRITES.has(property)),
    violation: run.violations.find((one) => one.property === property),
  };
}

function checkApplies(
  subject: string,
  property: string,
  notApplicable: Readonly<Record<string, string>>,
): void {
  const why = notApplicable[property];
  if (why !== undefined) throw new InputError(subject, `${property} does not apply to it: ${why}`);
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
