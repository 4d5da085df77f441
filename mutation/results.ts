/** What is kept of a measurement: figures per file, who killed, and each mutant that nobody killed. */
import { readFileSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';
import { fileOf } from './lines.ts';

/** Mutants of one file, or of several. */
export interface Counts {
  readonly killed: number;
  /** Never came to an end. */
  readonly timeout: number;
  readonly survived: number;
  /** No schedule came there: survived, too. */
  readonly unreached: number;
  /** Not judged: what they change says something to people. */
  readonly ignored: number;
  /** Not judged: not in the sample. */
  readonly unjudged: number;
}

/** A mutant that no schedule killed. */
export interface Survivor {
  /** As reasons name it: the same when lines move. */
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  readonly isReached: boolean;
}

/** A measurement. */
export interface Results {
  /** Schedules that a mutant met, at most. */
  readonly schedules: number;
  readonly files: Readonly<Record<string, Counts>>;
  /** Mutants killed, by the property that was violated; `suite` and `process` for those that broke the judge itself. */
  readonly by: Readonly<Record<string, number>>;
  /** Mutants killed, by the number of schedules that it took. */
  readonly depth: Readonly<Record<number, number>>;
  readonly survivors: readonly Survivor[];
}

/** Characters of a piece of code that are kept. */
const CODE_LENGTH = 90;

/** Code on one line, cut if it is long. */
function oneLine(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ').trim();
  return line.length <= CODE_LENGTH ? line : `${line.slice(0, CODE_LENGTH - 1)}…`;
}

function originalOf({ location: { start, end } }: MutantResult, source: readonly string[]): string {
  const lines = source.slice(start.line - 1, end.line);
  if (lines.length === 0) return '';
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return oneLine(lines.join('\n'));
}

/** How reasons name a mutant: the same when lines move, and for those that do the same to the same code. Lines and columns count from 1. */
export function nameOf(mutant: MutantResult, source: readonly string[]): string {
  const { fileName, mutatorName, replacement } = mutant;
  return `${fileOf(fileName)}: ${mutatorName}: ${originalOf(mutant, source)} → ${oneLine(replacement)}`;
}

/** The share of mutants that were detected, in percent; those that were not judged do not count. */
export function scoreOf(counts: Counts): number {
  const all = judged(counts);
  return all === 0 ? 100 : (100 * (counts.killed + counts.timeout)) / all;
}

/** The number of mutants that were judged. */
export function judged({ killed, timeout, survived, unreached }: Counts): number {
  return killed + timeout + survived + unreached;
}

/** 95 % of a normal distribution lie within so many standard deviations. */
const Z = 1.96;

/** Wilson's interval for the share of all mutants that would be detected, in percent, from a sample of them. */
export function interval(counts: Counts): readonly [low: number, high: number] {
  const n = Math.max(1, judged(counts));
  const share = (counts.killed + counts.timeout) / n;
  const middle = share + (Z * Z) / (2 * n);
  const width = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const scale = 100 / (1 + (Z * Z) / n);
  return [scale * (middle - width), scale * (middle + width)];
}

/** The sum of counts. */
export function total(counts: readonly Counts[]): Counts {
  const sum = { killed: 0, timeout: 0, survived: 0, unreached: 0, ignored: 0, unjudged: 0 };
  for (const one of counts) for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += one[key];
  return sum;
}

const STATUS: Readonly<Partial<Record<MutantResult['status'], keyof Counts>>> = {
  Killed: 'killed',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'unreached',
  Ignored: 'ignored',
  CompileError: 'unjudged',
};

function order(a: MutantResult, b: MutantResult): number {
  const [from, to] = [a.location.start, b.location.start];
  return (
    fileOf(a.fileName).localeCompare(fileOf(b.fileName)) ||
    from.line - to.line ||
    from.column - to.column ||
    a.mutatorName.localeCompare(b.mutatorName) ||
    (a.replacement ?? '').localeCompare(b.replacement ?? '')
  );
}

/**
 * Sums up what Stryker says.
 * @throws Error for a mutant that could not be judged
 */
export function summarise(mutants: readonly MutantResult[], schedules: number): Results {
  const files = new Map<string, Counts>();
  const by: Record<string, number> = {};
  const depth: Record<number, number> = {};
  const survivors: Survivor[] = [];
  const sources = new Map<string, readonly string[]>();
  const seen = new Map<string, number>();
  for (const mutant of mutants.toSorted(order)) {
    const { fileName, status, statusReason = '', mutatorName, replacement } = mutant;
    const kind = STATUS[status];
    if (kind === undefined) throw new Error(`${fileName}: ${mutatorName}: ${status} ${statusReason}`);
    const file = fileOf(fileName);
    const before = files.get(file) ?? total([]);
    files.set(file, { ...before, [kind]: before[kind] + 1 });
    if (kind === 'killed') {
      const name = statusReason.slice(0, statusReason.indexOf(':'));
      by[name] = (by[name] ?? 0) + 1;
      const tests = mutant.testsCompleted ?? 0;
      depth[tests] = (depth[tests] ?? 0) + 1;
    }
    if (kind !== 'survived' && kind !== 'unreached') continue;
    const source = sources.get(fileName) ?? readFileSync(fileName, 'utf8').split('\n');
    sources.set(fileName, source);
    const original = originalOf(mutant, source);
    const now = oneLine(replacement);
    const name = nameOf(mutant, source);
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    survivors.push({
      id: nth === 1 ? name : `${name} (${nth})`,
      file,
      line: mutant.location.start.line,
      mutator: mutatorName,
      original,
      replacement: now,
      isReached: kind === 'survived',
    });
  }
  return { schedules, files: Object.fromEntries(files), by, depth, survivors };
}
