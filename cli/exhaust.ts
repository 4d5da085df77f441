/** `psl-verify exhaust`: every behaviour of a small system, not some. */
import { closeSync, existsSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import { checkpointOf, CheckpointError, type ReadBytes } from '../engine/exhaust/checkpoint.ts';
import { MAX_SHARDS } from '../engine/exhaust/outbox.ts';
import { counterexampleOf } from '../properties/counterexample.ts';
import { coveringSchedules } from '../properties/exhaust/cover.ts';
import { GIVEN_UP, statementOf } from '../properties/exhaust/statement.ts';
import { ScopeSearch, type ScopeFinding, type ScopeVerdict } from '../properties/exhaust/run.ts';
import { SCOPES, type Scope } from '../properties/exhaust/scopes.ts';
import { InputError } from '../properties/input-error.ts';
import type { Command as NodeCommand } from '../properties/reading.ts';
import { EXIT, knownName, knownSubject, printJson, wholeNumber, type Context } from './call.ts';
import { writeCounterexample } from './save.ts';
import { count, duration } from './terminal.ts';

/** Options as commander hands them over: text. */
export interface ExhaustOptions {
  readonly scenario: string;
  readonly memory: string;
  readonly workers?: string;
  readonly reductions: boolean;
  readonly subject?: string;
  readonly checkpoint?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** States looked at between two looks at the clock and at Ctrl-C. */
const SLICE_STATES = 20_000;
const LINE_EVERY_MS = 5_000;

/** Adds the command to the program. */
export function addExhaust(program: Command, run: (options: ExhaustOptions) => Promise<void>): void {
  program
    .command('exhaust')
    .summary('every behaviour of a small system')
    .description(
      'Explores every state that the statecharts of a small system can reach, whatever the order of messages and timers, with so many\n' +
        'losses, crashes and attacks: safety in all of them, and from wherever the faults end, that what must happen still can.',
    )
    .requiredOption('--scenario <name>', `one of: ${SCOPES.map(({ name }) => name).join(', ')}`)
    .option('--memory <size>', 'memory for states, at most: 500M, 4G', '4G')
    .option('--workers <number>', 'threads, once there are many states (default: one a core)')
    .option('--no-reductions', 'look at every state and order, equivalent or not')
    .option(
      '--subject <id>',
      'then run each step of the statecharts on it, by a shortest way: reference, mutant:NAME',
    )
    .option('--checkpoint <file>', 'go on from this file if it is there; Ctrl-C and a full memory write it')
    .option('--out <dir>', 'where a counterexample is written', 'counterexamples')
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Scenarios:
${SCOPES.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n')}

Examples:
  psl-verify exhaust --scenario pair
  psl-verify exhaust --scenario pair --subject mutant:forwards-twice
  psl-verify exhaust --scenario join --memory 8G --checkpoint join.checkpoint

Exit status: 0 holds · 1 broken · 2 wrong call or file · 3 too large, or memory used up: nothing is proved · 130 interrupted`,
    )
    .action(run);
}

/** What a test hands in: scopes of its own, from how many states on there are several threads, and how many are looked at before Ctrl-C counts. */
export interface ExhaustWork {
  readonly scopes: readonly Scope[];
  readonly threadsFrom?: number;
  readonly slice?: number;
}

/** Does it. Returns the exit status. */
export async function exhaust(
  context: Context,
  options: ExhaustOptions,
  { scopes, threadsFrom, slice = SLICE_STATES }: ExhaustWork = { scopes: SCOPES },
): Promise<number> {
  const { terminal, nowMs } = context;
  const startedMs = nowMs();
  const names = scopes.map(({ name }) => name);
  const name = knownName('--scenario', 'scope', options.scenario, names);
  const scope = scopes.find((one) => one.name === name);
  if (scope === undefined) throw new InputError('--scenario', `unknown scenario ${name}`);
  const maxBytes = bytesOf(options.memory);
  const workers = workersOf(options);
  const search = new ScopeSearch(scope, {
    maxBytes,
    workers,
    ...(options.reductions ? {} : { reductions: [] }),
    ...(threadsFrom === undefined ? {} : { threadsFrom }),
  });
  if (options.checkpoint !== undefined && existsSync(options.checkpoint))
    await resume(search, options.checkpoint);
  terminal.err(`${statementOf(scope)}\n`);
  const depthSeen = await advance(context, search, slice);
  await search.close();
  const { verdict } = search;
  const isInterrupted = verdict === undefined;
  const left = isInterrupted ? search.phase : verdict.verdict === 'incomplete' ? verdict.phase : 'done';
  // The calm is made from the whole storm: it begins anew.
  const cannotGoOn = verdict?.verdict === 'incomplete' && verdict.why.kind === 'tables';
  if (options.checkpoint !== undefined && left !== 'done' && !cannotGoOn) save(search, options.checkpoint);

  const finding = verdict?.verdict === 'broken' ? verdict.finding : undefined;
  const file = finding === undefined ? undefined : writeFinding(context, scope, finding, options.out);
  const text = conclusion(verdict, depthSeen);
  if (options.json === true && options.subject === undefined)
    printJson(context, 'exhaust', startedMs, {
      scenario: name,
      statement: statementOf(scope),
      givenUp: GIVEN_UP,
      verdict: verdict?.verdict ?? 'interrupted',
      ...(verdict?.verdict === 'incomplete' ? { phase: verdict.phase, why: verdict.why } : {}),
      depth: depthSeen,
      storm: search.storm.progress,
      ...(search.calm === undefined ? {} : { calm: search.calm.progress }),
      ...(finding === undefined ? {} : { finding, file: file ?? null }),
    });
  else {
    terminal.out(`${text}\n${statementOf(scope)}\n`);
    for (const line of GIVEN_UP) terminal.out(`  ${line}\n`);
    const { states, transitions, bytes, asked } = search.storm.progress;
    const calm = search.calm === undefined ? '' : `; ${count(search.calm.progress.states)} after the faults`;
    terminal.out(
      `${count(states)} states, ${count(transitions)} steps${calm}; ${count(asked)} steps asked of statecharts; ${megabytes(bytes)}; ${duration(nowMs() - startedMs)}\n`,
    );
    if (finding !== undefined)
      terminal.out(
        file === undefined
          ? 'A run of that schedule does not show it: the abstraction is to blame, or a bound.\n'
          : `${file} has the schedule: psl-verify replay, psl-verify explain\n`,
      );
  }
  if (options.subject !== undefined && verdict?.verdict === 'holds')
    return cover(context, search, knownSubject(context.kit, '--subject', options.subject), options);
  if (isInterrupted) return EXIT.interrupted;
  return verdict.verdict === 'holds' ? EXIT.ok : verdict.verdict === 'broken' ? EXIT.violated : EXIT.broken;
}

/** Goes on until there is a verdict, or Ctrl-C. @returns the depth up to which all was looked at */
async function advance(
  { terminal, nowMs, signal }: Context,
  search: ScopeSearch,
  slice: number,
): Promise<number> {
  let lineMs = nowMs();
  const startedMs = lineMs;
  let depth = 0;
  while (!signal.aborted && (await search.advance(slice))) {
    depth = search.progress.depth;
    await setImmediate();
    if (nowMs() - lineMs < LINE_EVERY_MS) continue;
    lineMs = nowMs();
    const { states, frontier, bytes } = search.progress;
    const rate = states / Math.max(0.001, (lineMs - startedMs) / 1_000);
    terminal.err(
      `${search.phase}: ${count(states)} states, ${count(Math.round(rate))}/s, depth ${String(depth)}, frontier ${count(frontier)}, ${megabytes(bytes)}\n`,
    );
  }
  return Math.max(depth, search.progress.depth);
}

/** Runs each step that the statecharts of the scope took on another subject. Returns the exit status. */
async function cover(
  context: Context,
  { scope, storm }: ScopeSearch,
  subject: string,
  options: ExhaustOptions,
): Promise<number> {
  const { kit, terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const driver = kit.driver(subject);
  let runs = 0;
  let finding: { property: string; message: string; moves: number; file: string } | undefined;
  let lineMs = startedMs;
  for (const moves of coveringSchedules(scope, storm)) {
    if (signal.aborted) break;
    runs += 1;
    const run = driver.execute(scope.scenario, moves);
    const [violation] = run.violations;
    if (violation !== undefined) {
      const { property, message } = violation;
      const origin = { kit: kit.version, seed: 0, run: 0 };
      const found = { ...run, schedule: moves };
      const file = writeCounterexample(options.out, counterexampleOf(found, property, origin));
      finding = { property, message, moves: moves.length, file };
      break;
    }
    if (nowMs() - lineMs < LINE_EVERY_MS) continue;
    lineMs = nowMs();
    terminal.err(`${subject}: ${count(runs)} steps, ${String(moves.length)} moves\n`);
    await setImmediate();
  }
  const verdict = finding !== undefined ? 'broken' : signal.aborted ? 'interrupted' : 'holds';
  if (options.json === true)
    printJson(context, 'exhaust', startedMs, {
      scenario: scope.name,
      subject,
      statement: statementOf(scope),
      verdict,
      steps: runs,
      ...(finding === undefined ? {} : { finding }),
    });
  else if (finding === undefined)
    terminal.out(
      `${subject} does what the statecharts do in ${count(runs)} steps of theirs, each after a shortest way${verdict === 'holds' ? '' : '; interrupted: not all'}.\n`,
    );
  else
    terminal.out(
      `${subject} breaks ${finding.property} after ${String(finding.moves)} moves: ${finding.message}\n${finding.file} has the schedule\n`,
    );
  return verdict === 'broken' ? EXIT.violated : verdict === 'holds' ? EXIT.ok : EXIT.interrupted;
}

/** The verdict in words. `depth`: up to which everything was looked at. */
export function conclusion(verdict: ScopeVerdict | undefined, depth: number): string {
  const covered = `covered up to depth ${String(depth)}; not a proof`;
  if (verdict === undefined) return `Interrupted: ${covered}.`;
  switch (verdict.verdict) {
    case 'holds':
      return 'Holds.';
    case 'broken':
      return `Broken: ${verdict.finding.property}: ${verdict.finding.text}.`;
    case 'incomplete':
      return verdict.why.kind === 'memory'
        ? `Memory is used up in the ${verdict.phase}: ${covered}.`
        : `The scope is too large, in the ${verdict.phase}: ${verdict.why.text}: ${covered}.`;
  }
}

/** Runs the schedule as any other, on the statecharts and on the reference, and keeps what breaks. */
function writeFinding(
  { kit }: Context,
  { scenario }: Scope,
  { moves }: ScopeFinding,
  directory: string,
): string | undefined {
  for (const subject of ['reference', 'model']) {
    const run = kit.driver(subject).execute(scenario, moves);
    const [violation] = run.violations;
    if (violation === undefined) continue;
    const origin = { kit: kit.version, seed: 0, run: 0 };
    const found = { ...run, schedule: run.schedule as typeof moves & readonly NodeCommand[] };
    return writeCounterexample(directory, counterexampleOf(found, violation.property, origin));
  }
  return undefined;
}

async function resume(search: ScopeSearch, file: string): Promise<void> {
  const handle = openSync(file, 'r');
  const read: ReadBytes = (wanted) => {
    const bytes = new Uint8Array(wanted);
    let got = 0;
    for (let more = -1; more !== 0 && got < wanted; got += more)
      more = readSync(handle, bytes, got, wanted - got, null);
    return bytes.subarray(0, got);
  };
  try {
    await search.resume(read);
  } catch (error) {
    if (error instanceof CheckpointError)
      throw new InputError(file, `not a checkpoint of this search: ${error.message}`);
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Writes beside it first: a checkpoint that is there is not lost when writing fails. */
function save(search: ScopeSearch, file: string): void {
  const handle = openSync(`${file}.part`, 'w');
  for (const part of checkpointOf(search.storm, search.subject)) writeSync(handle, part);
  closeSync(handle);
  renameSync(`${file}.part`, file);
}

function workersOf({ workers }: ExhaustOptions): number {
  return workers === undefined
    ? Math.min(availableParallelism(), MAX_SHARDS)
    : wholeNumber('--workers', workers, 1, MAX_SHARDS);
}

/** `4G`, `500M`. */
function bytesOf(text: string): number {
  const match = /^(\d+)([MG])$/.exec(text);
  const bytes = Number(match?.[1]) * (match?.[2] === 'G' ? 2 ** 30 : 2 ** 20);
  if (!(bytes > 0))
    throw new InputError('--memory', `expected a size such as 500M or 4G, got ${JSON.stringify(text)}`);
  return bytes;
}

function megabytes(bytes: number): string {
  return `${count(Math.round(bytes / 1e6))} MB`;
}
