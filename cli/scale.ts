/** `psl-verify scale`: a multicast and an epoch over up to a million clients, counted, timed and held against the bounds. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../properties/input-error.ts';
import {
  MAX_CLIENTS,
  MAX_K,
  simulate,
  TOPOLOGIES,
  type Bound,
  type Load,
  type Scaled,
  type Topology,
} from '../scale/index.ts';
import { EXIT, knownName, printJson, wholeNumber, type Context } from './call.ts';
import { SCALE_PAGE, SCALE_PLOT, scaleFigures, withScale, type ScaleRow } from './scale-page.ts';
import { scaleSvg } from './scale-svg.ts';
import { count, paint, progress, table } from './terminal.ts';
import { boundValue, latencyText, mebibytes } from './units.ts';

const DEFAULT_K = 16;
const DEFAULT_CLIENTS = 1_000_000;
const SMALLEST_SWEPT = 10;

export interface ScaleOptions {
  readonly topology?: string;
  readonly k?: string;
  readonly clients?: string;
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function addScale(program: Command, run: (options: ScaleOptions) => Promise<void>): void {
  program
    .command('scale')
    .summary('simulate a multicast with up to a million clients')
    .description(
      'Places clients and routers as the reference does, and simulates one multicast and one epoch over a network whose\n' +
        'bandwidth grows towards the root, without cryptography: load per level, the fullest node, hops, latency, and the\n' +
        'bounds of the protocol. With --from, --to or --out: sizes in steps of ten, for each topology.',
    )
    .option(
      '--topology <name>',
      `${TOPOLOGIES.map(({ id }) => id).join(' or ')} (default: tree; in steps: all)`,
    )
    .option(
      '--k <number>',
      `children of a node, at most; flat has as many as clients (default: ${DEFAULT_K})`,
    )
    .option('--clients <number>', `so many, at most ${count(MAX_CLIENTS)} (default: that many)`)
    .option('--from <number>', `smallest size of the steps (default: ${SMALLEST_SWEPT})`)
    .option('--to <number>', `greatest size of the steps (default: ${count(MAX_CLIENTS)})`)
    .option('--out <dir>', `write the figures of the steps into ${SCALE_PAGE} and ${SCALE_PLOT} there`)
    .option('--json', 'print one JSON object on stdout and nothing else')
    .addHelpText(
      'after',
      `
Examples:
  psl-verify scale --topology tree --k 16 --clients 1000000
  psl-verify scale --topology flat --clients 100000 --json
  psl-verify scale --from 10 --to 10000         all topologies, four sizes each
  psl-verify scale --out docs                   the tables and plots of docs/scale.md; about a minute

Exit status: 0 all bounds hold · 1 one does not · 2 wrong call · 130 interrupted`,
    )
    .action(run);
}

/** What does the work; a test hands in its own. */
export interface ScaleWork {
  readonly simulate: typeof simulate;
  /** Processor time of this process so far, milliseconds. */
  readonly cpuMs: () => number;
  /** The most memory that this process has had so far, MiB. */
  readonly peakMiB: () => number;
}

const WORK: ScaleWork = {
  simulate,
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  peakMiB: () => process.resourceUsage().maxRSS / 1024,
};

/** Does it. Returns the exit status. */
export async function scale(context: Context, options: ScaleOptions, work = WORK): Promise<number> {
  const { terminal, nowMs, signal } = context;
  const startedMs = nowMs();
  const { topologies, sizes, k, isSweep } = callOf(options);
  const rows: ScaleRow[] = [];
  for (const clients of sizes)
    for (const topology of topologies) {
      const row = await rowOf(context, { topology, clients, k }, work);
      if (row === undefined) break;
      rows.push(row);
    }
  const { out } = options;
  if (out !== undefined && !signal.aborted) write(out, rows);
  const interrupted = signal.aborted ? { interrupted: true } : {};
  const [only] = rows;
  if (options.json === true)
    printJson(context, 'scale', startedMs, {
      ...(isSweep
        ? { k, rows: rows.map(jsonOf) }
        : only === undefined
          ? { topology: topologies[0]?.id, k, clients: sizes[0] }
          : jsonOf(only)),
      ...interrupted,
    });
  else if (isSweep) {
    terminal.out(sweepText(rows));
    terminal.out(brokenText(rows, terminal.outColour));
    if (out !== undefined && !signal.aborted)
      terminal.out(`wrote ${join(out, SCALE_PAGE)} and ${join(out, SCALE_PLOT)}\n`);
  } else if (only !== undefined) terminal.out(rowText(only, terminal.outColour));
  if (signal.aborted) return EXIT.interrupted;
  return rows.every(({ bounds }) => bounds.every(({ holds }) => holds)) ? EXIT.ok : EXIT.violated;
}

/** The call, checked. */
function callOf(options: ScaleOptions) {
  const { topology, clients, from, to, out } = options;
  const isSweep = from !== undefined || to !== undefined || out !== undefined;
  if (isSweep && clients !== undefined)
    throw new InputError('--clients', 'does not go together with --from, --to and --out');
  const known = TOPOLOGIES.map(({ id }) => id);
  if (topology !== undefined) knownName('--topology', 'topology', topology, known);
  const wanted = topology ?? (isSweep ? undefined : 'tree');
  if (out !== undefined && existsSync(out) && !statSync(out).isDirectory())
    throw new InputError('--out', `expected a folder, ${out} is a file`);
  const number = (option: string, text: string | undefined, otherwise: number, min: number, max: number) =>
    text === undefined ? otherwise : wholeNumber(option, text, min, max);
  const least = number(
    '--from',
    from,
    Math.min(SMALLEST_SWEPT, Number(to ?? SMALLEST_SWEPT)),
    2,
    MAX_CLIENTS,
  );
  const most = number('--to', to, MAX_CLIENTS, 2, MAX_CLIENTS);
  if (least > most) throw new InputError('--to', `expected at least --from, ${least}, got ${most}`);
  return {
    isSweep,
    topologies: TOPOLOGIES.filter(({ id }) => wanted === undefined || id === wanted),
    sizes: isSweep ? steps(least, most) : [number('--clients', clients, DEFAULT_CLIENTS, 2, MAX_CLIENTS)],
    k: number('--k', options.k, DEFAULT_K, 2, MAX_K),
  };
}

/** From one size to the other, ten times as many each; the last step may be shorter. */
function steps(least: number, most: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = least; size < most; size *= 10) sizes.push(size);
  return [...sizes, most];
}

/** Simulates one size; undefined if it was interrupted. */
async function rowOf(
  { terminal, nowMs, signal }: Context,
  size: { readonly topology: Topology; readonly clients: number; readonly k: number },
  { simulate: simulation, cpuMs, peakMiB }: ScaleWork,
): Promise<ScaleRow | undefined> {
  const [startedMs, startedCpuMs] = [nowMs(), cpuMs()];
  const running = simulation(size);
  const bar = progress(terminal, nowMs);
  for (;;) {
    // Lets Ctrl-C be seen between two turns.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) {
      bar.end();
      return undefined;
    }
    const turn = running.next();
    if (turn.done === true) {
      bar.end();
      return {
        ...turn.value,
        durationMs: Math.round(nowMs() - startedMs),
        cpuMs: Math.round(cpuMs() - startedCpuMs),
        memoryMiB: Math.round(peakMiB()),
      };
    }
    const { phase, done, total } = turn.value;
    bar.update(done, total, 'steps', `${size.topology.id}, ${count(size.clients)} clients, ${phase}`);
  }
}

/** A row as `--json` has it: messages, bytes, milliseconds, MiB. */
function jsonOf(row: ScaleRow): object {
  const { multicast, epoch, durationMs: _, cpuMs, memoryMiB, ...rest } = row;
  const { fullest, totalSends } = multicast;
  const loadOf = ({ latencyNs, ...load }: Load) => ({ ...load, latencyMs: latencyNs / 1e6 });
  const { closedNs, ...closed } = epoch;
  return {
    ...rest,
    fullestNode: fullest.sends + fullest.receives,
    totalSends,
    memoryMiB,
    cpuMs,
    multicast: loadOf(multicast),
    epoch: { ...loadOf(closed), answers: epoch.answers, closedMs: closedNs / 1e6 },
    holds: row.bounds.every(({ holds }) => holds),
  };
}

function rowText(row: ScaleRow, colour: boolean): string {
  const { topology, k, clients, routers, depth, multicast, epoch, hops, writer } = row;
  const levels = multicast.levels.map((load, level) => {
    const other = epoch.levels[level];
    return [
      level,
      load.nodes,
      load.sends,
      load.receives,
      mebibytes(load.bytes),
      load.fullest,
      other?.sends ?? 0,
      other?.receives ?? 0,
      mebibytes(other?.bytes ?? 0),
      other?.fullest ?? 0,
    ].map((cell) => (typeof cell === 'number' ? count(cell) : cell));
  });
  const right = (title: string) => ({ title, align: 'right' as const });
  const { fullest } = multicast;
  return [
    `${topology}, K = ${count(k)}: ${count(clients)} clients, ${count(routers)} routers, depth ${depth}\n\n`,
    table(
      [
        'level',
        'nodes',
        'sends',
        'receives',
        'MiB',
        'a node',
        'epoch: sends',
        'receives',
        'MiB',
        'a node',
      ].map(right),
      levels,
    ),
    '\n',
    table(
      [{ title: 'bound' }, right('value'), right(''), right('bound'), { title: 'holds' }, { title: 'what' }],
      row.bounds.map((bound) => [
        bound.id,
        boundValue(bound.id, bound.value),
        bound.must,
        boundValue(bound.id, bound.bound),
        bound.holds ? paint('yes', 'green', colour) : paint('NO', 'red', colour),
        bound.statement,
      ]),
    ),
    `
fullest node    ${fullest.node}: ${count(fullest.sends)} sends, ${count(fullest.receives)} receives for one multicast
hops            from ${writer}, the farthest client: median ${hops.p50}, 99th percentile ${hops.p99}, most ${hops.max}
total sends     ${count(multicast.totalSends)}, ${mebibytes(multicast.bytes)} MiB; the epoch ${count(epoch.totalSends)}, ${mebibytes(epoch.bytes)} MiB
latency         ${latencyText(multicast.latencyNs)}; the epoch ${latencyText(epoch.latencyNs)}, closed after ${latencyText(epoch.closedNs)}
epoch           ${answersText(row)}
simulated in    ${(row.durationMs / 1000).toFixed(1)} s, ${(row.cpuMs / 1000).toFixed(1)} s of them processor time, ${count(row.memoryMiB)} MiB
`,
  ].join('');
}

function answersText({ epoch, clients }: Scaled): string {
  const late = epoch.late === 0 ? '' : `, ${count(epoch.late)} EOEs came too late`;
  return `${count(epoch.answers)} of ${count(clients)} answers reached the coordinator${late}`;
}

function sweepText(rows: readonly ScaleRow[]): string {
  const { head, cells } = scaleFigures(rows);
  return table(
    head.map((title, index) => (index === 1 ? { title } : { title, align: 'right' as const })),
    cells,
  );
}

/** Says which bounds do not hold where, or that all do. */
function brokenText(rows: readonly ScaleRow[], colour: boolean): string {
  const lines = rows.flatMap(({ topology, clients, bounds }) =>
    bounds
      .filter(({ holds }) => !holds)
      .map((bound: Bound) => {
        const values = `${boundValue(bound.id, bound.value)} ${bound.must} ${boundValue(bound.id, bound.bound)}`;
        return paint(
          `${topology}, ${count(clients)} clients: ${bound.id} does not hold: ${values}`,
          'red',
          colour,
        );
      }),
  );
  return `\n${lines.length === 0 ? 'All bounds hold in every row.' : lines.join('\n')}\n`;
}

function write(out: string, rows: readonly ScaleRow[]): void {
  mkdirSync(out, { recursive: true });
  const page = join(out, SCALE_PAGE);
  writeFileSync(page, withScale(existsSync(page) ? readFileSync(page, 'utf8') : '', rows));
  writeFileSync(join(out, SCALE_PLOT), scaleSvg(rows));
}
