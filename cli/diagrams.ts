/** `psl-verify diagrams`: draws the machines. What is drawn is what is run, and `--check` says when it is not. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { AnyStateMachine } from 'xstate';
import { clientMachine, coordinatorMachine, DEFAULT_PARAMETERS, routerMachine } from '../model/index.ts';
import { DEFAULT_RUNS, DEFAULT_SEED } from '../properties/defaults.ts';
import { InputError } from '../properties/input-error.ts';
import { EXIT, type Context } from './call.ts';
import { chartOf } from './chart.ts';
import { svgOf } from './chart-svg.ts';
import { mermaidOf } from './chart-text.ts';
import {
  chartWithIds,
  coverageFrom,
  coverageOfSearch,
  coveredChart,
  legendOf,
  missingOf,
  type DrawnCoverage,
} from './diagrams-coverage.ts';
import { plural, type Terminal } from './terminal.ts';

export interface DiagramsOptions {
  readonly check?: boolean;
  /** A file that `check --json` wrote; true: search now. */
  readonly coverage?: string | true;
  readonly out?: string;
}

/** Where diagrams go, unless the call says otherwise. */
const PLAIN_OUT = 'docs/diagrams';
const COVERAGE_OUT = 'coverage';

/** A machine and the names that it is drawn under. */
export interface Drawn {
  readonly name: string;
  readonly title: string;
  readonly machine: AnyStateMachine;
}

/** The statecharts of the kit. Which node of a role it is makes no difference to the chart. */
export const ROLES: readonly Drawn[] = [
  { name: 'coordinator', title: 'Coordinator', machine: coordinatorMachine(DEFAULT_PARAMETERS) },
  { name: 'router', title: 'Router', machine: routerMachine(DEFAULT_PARAMETERS, 'r1') },
  { name: 'client', title: 'Client', machine: clientMachine(DEFAULT_PARAMETERS, 'c1') },
];

/** Adds the command to the program. */
export function addDiagrams(program: Command, run: (options: DiagramsOptions) => Promise<void>): void {
  program
    .command('diagrams')
    .summary('state diagrams from the machines')
    .description('Writes a Mermaid state diagram and an SVG per role, and a page that shows them.')
    .option('--check', 'write nothing; exit 1 if a diagram is not what its machine says')
    .option(
      '--coverage [file]',
      'draw on them what a search reached: one that check --json wrote down, or the default one, made now',
    )
    .option('--out <dir>', `where they go (default: ${PLAIN_OUT}; with --coverage: ${COVERAGE_OUT})`)
    .addHelpText(
      'after',
      `
Examples:
  psl-verify diagrams
  psl-verify diagrams --check
  psl-verify diagrams --coverage                       searches for about a minute
  psl-verify check --json > check.json; psl-verify diagrams --coverage check.json`,
    )
    .action(run);
}

/** Does it. Returns the exit status. `context` is asked for only if there is something to search. */
export async function diagrams(
  terminal: Terminal,
  drawn: readonly Drawn[],
  options: DiagramsOptions,
  context?: () => Promise<Context>,
): Promise<number> {
  const { coverage: asked, check = false } = options;
  if (asked !== undefined && check)
    throw new InputError(
      '--check',
      'expected without --coverage: what a search reached is not part of the machines',
    );
  const coverage = asked === undefined ? undefined : await coverageFor(asked, context);
  const out = options.out ?? (coverage === undefined ? PLAIN_OUT : COVERAGE_OUT);
  const files = await filesOf(drawn, coverage);
  const stale = [...files].filter(([name, text]) => read(join(out, name)) !== text);
  if (check) {
    for (const [name] of stale)
      terminal.err(`${join(out, name)}: stale; psl-verify diagrams writes it anew\n`);
    if (stale.length === 0) terminal.out(`${files.size} files in ${out} are what the machines say\n`);
    return stale.length === 0 ? EXIT.ok : EXIT.violated;
  }
  mkdirSync(out, { recursive: true });
  for (const [name, text] of stale) writeFileSync(join(out, name), text);
  terminal.out(`${files.size} files in ${out}, ${stale.length} of them changed\n`);
  return EXIT.ok;
}

async function coverageFor(
  asked: string | true,
  context: (() => Promise<Context>) | undefined,
): Promise<DrawnCoverage> {
  if (asked !== true) return coverageFrom(asked);
  if (context === undefined) throw new InputError('--coverage', 'expected a file');
  const workers = availableParallelism();
  return coverageOfSearch(await context(), { runs: DEFAULT_RUNS, seed: DEFAULT_SEED, workers });
}

/** The files by name: for each machine its Mermaid text and its picture, and the page. */
export async function filesOf(
  drawn: readonly Drawn[],
  coverage?: DrawnCoverage,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const page = coverage === undefined ? plainHead() : coverageHead(coverage);
  const legend = coverage === undefined ? [] : legendOf(coverage);
  for (const { name, title, machine } of drawn) {
    const chart =
      coverage === undefined ? chartOf(machine, title) : coveredChart(chartWithIds(machine, title), coverage);
    const mermaid = mermaidOf(chart);
    files.set(`${name}.mmd`, mermaid);
    files.set(`${name}.svg`, await svgOf(chart, { legend }));
    page.push(`## ${title}`, '', `[![${title}](${name}.svg)](${name}.svg)`, '');
    const missing = missingOf(chart);
    if (missing.length > 0) page.push('Not reached:', '', ...missing.map((id) => `- \`${id}\``), '');
    page.push(
      '<details><summary>As Mermaid</summary>',
      '',
      '```mermaid',
      mermaid.trimEnd(),
      '```',
      '',
      '</details>',
      '',
    );
  }
  files.set('README.md', page.join('\n'));
  return files;
}

/** How to read them. `protocol` is what the protocol's page is called there. */
const reading = (protocol: string): readonly string[] => [
  'A box is a state, a box in it a state within, and regions between dashed lines are all in force together. `event [guard] / actions` says what the role does with an event: on an arrow it goes to another state, in a box',
  'it stays. Of several lines with one event the first counts whose guard holds; a line without a guard takes what is left. An event that no state within takes goes to the state around it. `anything else` is every',
  'event that no line names, and `at once` needs none. `timer.NAME` is a timer that goes off; other events are messages that arrive, and commands of the application. Guards and actions are functions of the same name in `model/`; what',
  `they stand for is told, message by message, in ${protocol}.`,
];

function plainHead(): string[] {
  return [
    '# State diagrams',
    '',
    'Generated from the machines by `psl-verify diagrams`; do not edit.',
    '',
    ...reading('[the protocol](../protocol.md#5-reactions)'),
    '',
  ];
}

function coverageHead({ subject, runs, seed }: DrawnCoverage): string[] {
  return [
    '# State diagrams: what a search reached',
    '',
    `Subject \`${subject}\`, ${plural(runs, 'run')}, seed ${seed}. Generated by \`psl-verify diagrams --coverage\`.`,
    '',
    '✓n: reached, in n runs. ✗: not reached. –: cannot be reached.',
    '',
    ...reading('docs/protocol.md'),
    '',
  ];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
