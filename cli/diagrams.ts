/** `psl-verify diagrams`: draws the machines. What is drawn is what is run, and `--check` says when it is not. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { AnyStateMachine } from 'xstate';
import { clientMachine, coordinatorMachine, DEFAULT_PARAMETERS, routerMachine } from '../model/index.ts';
import { EXIT } from './call.ts';
import { chartOf } from './chart.ts';
import { svgOf } from './chart-svg.ts';
import { mermaidOf } from './chart-text.ts';
import type { Terminal } from './terminal.ts';

export interface DiagramsOptions {
  readonly check?: boolean;
  readonly out: string;
}

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
    .option('--out <dir>', 'where they go', 'docs/diagrams')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify diagrams
  psl-verify diagrams --check`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function diagrams(
  terminal: Terminal,
  drawn: readonly Drawn[],
  options: DiagramsOptions,
): Promise<number> {
  const files = await filesOf(drawn);
  const stale = [...files].filter(([name, text]) => read(join(options.out, name)) !== text);
  if (options.check === true) {
    for (const [name] of stale)
      terminal.err(`${join(options.out, name)}: stale; psl-verify diagrams writes it anew\n`);
    if (stale.length === 0) terminal.out(`${files.size} files in ${options.out} are what the machines say\n`);
    return stale.length === 0 ? EXIT.ok : EXIT.violated;
  }
  mkdirSync(options.out, { recursive: true });
  for (const [name, text] of stale) writeFileSync(join(options.out, name), text);
  terminal.out(`${files.size} files in ${options.out}, ${stale.length} of them changed\n`);
  return EXIT.ok;
}

/** The files by name: for each machine its Mermaid text and its picture, and the page. */
export async function filesOf(drawn: readonly Drawn[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const page = [
    '# State diagrams',
    '',
    'Generated from the machines by `psl-verify diagrams`; do not edit.',
    '',
  ];
  for (const { name, title, machine } of drawn) {
    const chart = chartOf(machine, title);
    const mermaid = mermaidOf(chart);
    files.set(`${name}.mmd`, mermaid);
    files.set(`${name}.svg`, await svgOf(chart));
    page.push(`## ${title}`, '', `[![${title}](${name}.svg)](${name}.svg)`, '');
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

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
