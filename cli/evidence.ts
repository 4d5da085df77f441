/** `psl-verify evidence`: does this file convince anybody who knows the enrolment key that a writer, or the coordinator, has told two stories? */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Step } from '../engine/index.ts';
import { convicts, type Conviction } from '../properties/evidence.ts';
import { InputError, inputErrorOf } from '../properties/input-error.ts';
import type { Report } from '../properties/reading.ts';
import { EXIT, printJson, readInput, type Context } from './call.ts';

export interface EvidenceOptions {
  readonly anchor?: string;
  readonly json?: boolean;
}

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/, 'expected hex digits');

/** An evidence file. */
const schema = z.strictObject({
  format: z.literal('psl-verify/evidence'),
  version: z.literal(1),
  /** Of the encoded evidence (properties/evidence.ts). */
  evidence: hex,
});

/** Hex digits of an enrolment key. */
const ANCHOR = /^[0-9a-f]{64}$/;

/** Adds the command to the program. */
export function addEvidence(
  program: Command,
  run: (file: string, options: EvidenceOptions) => Promise<void>,
): void {
  program
    .command('evidence')
    .summary('judge evidence against a writer or the coordinator')
    .argument('<file>', 'an evidence file, as `replay --evidence` writes it')
    .description(
      'Checks, knowing nothing but the enrolment key, that the file proves that a writer signed two different records of one\n' +
        'capsule and sequence number, or the coordinator two placements of one version that are of no one tree. Says whose\n' +
        'key it was.',
    )
    .option(
      '--anchor <hex>',
      'the public enrolment key (default: that of the laboratory, which all runs of the kit have)',
    )
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify replay fork.json --subject reference --evidence evidence.json
  psl-verify evidence evidence.json

Exit status: 0 it convinces, and names the guilty · 1 it does not · 2 it is no evidence file`,
    )
    .action(run);
}

/** Does it. `anchor`: the laboratory's enrolment key. Returns the exit status. */
export function evidence(
  context: Context,
  file: string,
  options: EvidenceOptions,
  anchor: Uint8Array,
): number {
  const { terminal, nowMs } = context;
  const startedMs = nowMs();
  if (options.anchor !== undefined && !ANCHOR.test(options.anchor))
    throw new InputError('--anchor', 'expected 64 hex digits');
  const key = options.anchor === undefined ? anchor : Buffer.from(options.anchor, 'hex');
  const verdict = convicts(bytesIn(file), key);
  if ('malformed' in verdict && verdict.malformed) throw new InputError(file, verdict.why);
  if (options.json === true)
    printJson(context, 'evidence', startedMs, { file, convinces: 'guilty' in verdict, ...verdict });
  else if ('guilty' in verdict)
    terminal.out(`${verdict.guilty} is guilty: its key ${verdict.key} signed ${whatOf(verdict)}\n`);
  else terminal.out(`this convinces nobody: ${verdict.why}\n`);
  return 'guilty' in verdict ? EXIT.ok : EXIT.violated;
}

/** What was signed, and must not have been. */
function whatOf(verdict: Extract<Conviction, { readonly guilty: string }>): string {
  if ('capsule' in verdict) return `two records ${verdict.capsule}#${verdict.seq}`;
  const [one, other] = verdict.placed;
  const whom = one === other ? `${one} twice` : `${one} and ${other}`;
  return `placements of ${whom} under version ${verdict.version} that are of no one tree`;
}

function bytesIn(file: string): Uint8Array {
  const text = readInput(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputError(file, 'not JSON');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw inputErrorOf(file, parsed.error.issues);
  return Buffer.from(parsed.data.evidence, 'hex');
}

/** Writes the first evidence that a node keeps in a run. Returns whether there is any. */
export function writeEvidence(file: string, trace: readonly Step<unknown, unknown, unknown>[]): boolean {
  for (const step of trace) {
    if (step.kind !== 'reaction') continue;
    for (const output of step.outputs) {
      const report = output.kind === 'report' ? (output.report as Report) : undefined;
      if (report?.type !== 'forked' && report?.type !== 'split-view') continue;
      if (report.evidence === undefined) continue;
      const content = { format: 'psl-verify/evidence', version: 1, evidence: report.evidence };
      writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
      return true;
    }
  }
  return false;
}
