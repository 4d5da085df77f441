/** `psl-verify claims`: measures what a multicast costs, on several subjects side by side. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { withMeasured } from '../bench/measured.ts';
import { multicastCost, routersFor, type MulticastCost } from '../properties/cost.ts';
import { InputError } from '../properties/input-error.ts';
import { MAX_NODES } from '../properties/scenario.ts';
import { type Context, EXIT, knownSubject, printJson, repeated, wholeNumber } from './call.ts';
import { claimsSvg, type Panel } from './claims-svg.ts';
import { markdownTable } from './markdown.ts';
import { progress, table } from './terminal.ts';

/** Subjects that are compared unless others are named, the oldest first. */
export const CLAIMS_SUBJECTS: readonly string[] = ['flat-2021', 'prototype-2021', 'reference'];
/** Numbers of clients that are measured unless others are named. With K = 2 there is room for no more. */
export const CLAIMS_CLIENTS: readonly number[] = [2, 4, 8, 16, 32];
const DEFAULT_K = 2;

/** The page and the picture that `--out` writes. */
export const CLAIMS_PAGE = 'claims.md';
export const CLAIMS_PLOT = 'claims.svg';

export interface ClaimsOptions {
  readonly subject?: readonly string[];
  readonly clients?: readonly string[];
  readonly k?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Columns of the table, and how their figures are written. */
const FIGURES: readonly { readonly title: string; readonly textOf: (cost: MulticastCost) => string }[] = [
  { title: 'messages', textOf: ({ messages }) => messages.toFixed(1) },
  { title: 'at the coordinator', textOf: ({ atCoordinator }) => atCoordinator.toFixed(1) },
  { title: 'its share', textOf: ({ coordinatorPercent }) => `${coordinatorPercent.toFixed(1)} %` },
  { title: 'a node, at most', textOf: ({ perNodeMost }) => perNodeMost.toFixed(1) },
  { title: 'a node, mean', textOf: ({ perNodeMean }) => perNodeMean.toFixed(2) },
  { title: 'hops, at most', textOf: ({ hopsMost }) => String(hopsMost) },
  { title: 'hops, mean', textOf: ({ hopsMean }) => hopsMean.toFixed(2) },
  { title: 'enclave entries', textOf: ({ enclaveEntries }) => enclaveEntries.toFixed(3) },
  { title: 'delivered', textOf: ({ deliveredPercent }) => `${deliveredPercent.toFixed(0)} %` },
];

const PANELS: readonly Panel[] = [
  {
    title: 'messages per multicast that one node sends or receives, at most',
    valueOf: (one) => one.perNodeMost,
  },
  { title: 'messages that pass the coordinator, percent', valueOf: (one) => one.coordinatorPercent },
  { title: 'hops from writer to subscriber, at most', valueOf: (one) => one.hopsMost },
  { title: 'enclave entries per multicast and client', valueOf: (one) => one.enclaveEntries },
];

/** Adds the command to the program. */
export function addClaims(program: Command, run: (options: ClaimsOptions) => Promise<void>): void {
  program
    .command('claims')
    .summary('measure what a multicast costs')
    .description(
      'Lets clients put records, one after the other, while nothing goes wrong, and counts: messages per multicast and node,\n' +
        'the coordinator’s share, hops, and how often enclaves are entered. For several subjects and numbers of clients.',
    )
    .option(
      '--subject <id>',
      `measure this subject; repeatable (default: ${CLAIMS_SUBJECTS.join(', ')})`,
      repeated,
    )
    .option(
      '--clients <number>',
      `measure with so many; repeatable (default: ${CLAIMS_CLIENTS.join(', ')})`,
      repeated,
    )
    .option('--k <number>', 'greatest number of children of a node, 2 or more', String(DEFAULT_K))
    .option('--out <dir>', `write ${CLAIMS_PAGE} and ${CLAIMS_PLOT} there`)
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify claims                             the flat protocol, the prototype, the reference
  psl-verify claims --out docs                  the table and the plot of docs/claims.md
  psl-verify claims --clients 24 --clients 48 --k 4 --subject reference

Exit status: 0 measured · 2 wrong call · 130 interrupted`,
    )
    .action(run);
}

/** Does it. Returns the exit status. */
export async function claims(context: Context, options: ClaimsOptions): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const subjects = options.subject?.map((id) => knownSubject(kit, '--subject', id)) ?? CLAIMS_SUBJECTS;
  const k = wholeNumber('--k', options.k ?? String(DEFAULT_K), 2, MAX_NODES);
  const sizes =
    options.clients?.map((text) => wholeNumber('--clients', text, 2, MAX_NODES)) ?? CLAIMS_CLIENTS;
  for (const clients of sizes) {
    const nodes = 1 + clients + routersFor(clients, k);
    if (nodes > MAX_NODES)
      throw new InputError(
        '--clients',
        `${clients} clients with K = ${k} take ${nodes} nodes; at most ${MAX_NODES} are possible`,
      );
  }
  const { out } = options;
  if (out !== undefined && existsSync(out) && !statSync(out).isDirectory())
    throw new InputError('--out', `expected a folder, ${out} is a file`);
  const calls = sizes.flatMap((clients) => subjects.map((subject) => ({ subject, clients })));
  const bar = progress(terminal, nowMs);
  const costs: MulticastCost[] = [];
  for (const { subject, clients } of calls) {
    if (signal.aborted) break;
    costs.push(multicastCost(subject, clients, k));
    bar.update(costs.length, calls.length, 'measurements', `${subject}, ${clients} clients`);
    // Lets Ctrl-C be seen between two measurements.
    await new Promise((resolve) => setImmediate(resolve));
  }
  bar.end();
  if (out !== undefined && !signal.aborted) {
    mkdirSync(out, { recursive: true });
    const page = join(out, CLAIMS_PAGE);
    const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
    writeFileSync(page, withMeasured(before, `${claimsTable(costs)}\n`, 'claims'));
    writeFileSync(join(out, CLAIMS_PLOT), claimsSvg(costs, PANELS));
  }
  if (options.json === true)
    printJson(context, 'claims', startedMs, { k, costs, ...(signal.aborted ? { interrupted: true } : {}) });
  else {
    terminal.out(
      table(
        [
          { title: 'clients', align: 'right' },
          { title: 'subject' },
          ...FIGURES.map(({ title }) => ({ title, align: 'right' as const })),
        ],
        costs.map((cost) => [String(cost.clients), cost.subject, ...figuresOf(cost)]),
      ),
    );
    terminal.out(
      '\nPer multicast, each record put while nothing goes wrong; enclave entries: per client, the writer included.\n',
    );
    if (out !== undefined && !signal.aborted)
      terminal.out(`wrote ${join(out, CLAIMS_PAGE)} and ${join(out, CLAIMS_PLOT)}\n`);
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

function figuresOf(cost: MulticastCost): readonly string[] {
  return FIGURES.map(({ textOf }) => textOf(cost));
}

/** The figures as Markdown. */
export function claimsTable(costs: readonly MulticastCost[]): string {
  return markdownTable(
    ['clients', 'routers', 'subject', ...FIGURES.map(({ title }) => title)],
    costs.map((cost) => [
      String(cost.clients),
      String(cost.routers),
      `\`${cost.subject}\``,
      ...figuresOf(cost),
    ]),
  );
}
