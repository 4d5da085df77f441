/** `psl-verify list`: what there is to choose from. */
import type { Command } from 'commander';
import { STRATEGY_TITLES, type Strategy } from '../engine/defaults.ts';
import { SCOPES } from '../properties/exhaust/scopes.ts';
import { EXIT, printJson, type Context } from './call.ts';
import { mutantSubject } from './kit.ts';
import { paint, table } from './terminal.ts';

export interface ListOptions {
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function addList(program: Command, run: (options: ListOptions) => Promise<void>): void {
  program
    .command('list')
    .summary('subjects, properties, situations, scenarios, scopes, capabilities, strategies, mutants')
    .description('Lists everything that the other commands take a name of.')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify list
  psl-verify list --json | jq -r '.mutants[].id'`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export function list(context: Context, options: ListOptions): number {
  const { kit, terminal, nowMs } = context;
  const { subjects, properties, situations, scenarios, capabilities, strategies, mutants } = kit;
  const scopes = SCOPES.map(({ name, title }) => ({ name, title }));
  if (options.json === true) {
    printJson(context, 'list', nowMs(), {
      subjects,
      properties,
      situations,
      scenarios,
      scopes,
      capabilities,
      strategies,
      mutants,
    });
    return EXIT.ok;
  }
  const section = (title: string, columns: readonly string[], rows: readonly (readonly string[])[]): void =>
    terminal.out(
      `${paint(title, 'bold', terminal.outColour)}\n${table(
        columns.map((column) => ({ title: column })),
        rows,
        terminal.outColumns,
      )}\n`,
    );
  section(
    'Subjects',
    ['id', 'what it is'],
    subjects.map((one) => [one.id, one.title]),
  );
  section(
    'Properties',
    ['id', 'kind', 'statement'],
    properties.map((one) => [one.id, one.kind, one.statement]),
  );
  section(
    'Situations',
    ['id', 'what a search is to come into'],
    situations.map((one) => [one.id, one.title]),
  );
  section(
    'Scenarios',
    ['name', 'what it is'],
    scenarios.map((one) => [one.name, one.title]),
  );
  section(
    'Scopes of exhaust',
    ['name', 'what it is'],
    scopes.map((one) => [one.name, one.title]),
  );
  section(
    'Capabilities',
    ['id', 'moves'],
    capabilities.map((one) => [one.id, one.moves.join(', ')]),
  );
  section(
    'Strategies',
    ['id', 'how moves are chosen'],
    strategies.map((one) => [one, STRATEGY_TITLES[one as Strategy]]),
  );
  section(
    'Mutants',
    ['subject', 'what is wrong', 'breaks'],
    mutants.map((one) => [mutantSubject(one.id), one.title, one.breaks.join(', ')]),
  );
  return EXIT.ok;
}
