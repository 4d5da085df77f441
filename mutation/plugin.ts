/** What StrykerJS is given beside the runner: what is left out, and results as they come. */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckStatus, type Checker, type CheckResult } from '@stryker-mutator/api/check';
import type { Mutant, MutantResult, Position } from '@stryker-mutator/api/core';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';
import { fileOf, isUnselected, placeOf, readLines, survived } from './lines.ts';
import { nameOf } from './results.ts';
import { ScheduleRunner } from './runner.ts';

/** Set by the command: a file that gets a line of JSON for each mutant tested. */
export const RESULTS_VARIABLE = 'PSL_MUTATION_RESULTS';

/** Set by the command: a Selection as JSON. */
export const SELECTION_VARIABLE = 'PSL_MUTATION_SELECTION';

/** Which mutants are judged. */
export interface Selection {
  /** Of so many slices, which: a sample, drawn by hash, always the same. */
  readonly slice: number;
  readonly slices: number;
  /** Files of results: who is there is not judged a second time. */
  readonly skip: readonly string[];
  /** Files of results: if any, only who survived there is judged. */
  readonly again: readonly string[];
  /** Names of mutants (`nameOf`): if any, only these are judged. */
  readonly names: readonly string[];
  /** The folder of the project: where the sources are that nobody mutated. */
  readonly root: string;
}

/** Why a mutant was left out that the selection does not have. */
export const NOT_SELECTED = 'not selected';

/** Lets the mutants of a selection through. */
class Selected implements Checker {
  readonly #selection = JSON.parse(process.env[SELECTION_VARIABLE] ?? '{}') as Selection;
  readonly #skipped = new Set<string>();
  readonly #wanted = new Set<string>();
  readonly #names = new Set(this.#selection.names);
  readonly #sources = new Map<string, readonly string[]>();

  init(): Promise<void> {
    const { skip, again } = this.#selection;
    for (const mutant of readLines(skip)) if (!isUnselected(mutant)) this.#skipped.add(placeOf(mutant));
    for (const mutant of readLines(again)) if (survived(mutant)) this.#wanted.add(placeOf(mutant));
    return Promise.resolve();
  }

  check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    const checked = mutants.map((mutant): [string, CheckResult] => [
      mutant.id,
      this.#isIn(mutant)
        ? { status: CheckStatus.Passed }
        : { status: CheckStatus.CompileError, reason: NOT_SELECTED },
    ]);
    return Promise.resolve(Object.fromEntries(checked));
  }

  group(mutants: Mutant[]): Promise<string[][]> {
    return Promise.resolve([mutants.map(({ id }) => id)]);
  }

  #isIn(mutant: Mutant): boolean {
    const { slice, slices, again } = this.#selection;
    const { start, end } = mutant.location;
    // Results count lines and columns from 1, mutants from 0.
    const one = ({ line, column }: Position): Position => ({ line: line + 1, column: column + 1 });
    const placed = { ...mutant, location: { start: one(start), end: one(end) } };
    if (this.#names.size > 0 && !this.#names.has(this.#nameOf(placed))) return false;
    const place = placeOf(placed);
    if (this.#skipped.has(place) || (again.length > 0 && !this.#wanted.has(place))) return false;
    return createHash('sha256').update(place).digest().readUInt32BE() % slices === slice;
  }

  #nameOf(mutant: Mutant): string {
    const file = join(this.#selection.root, fileOf(mutant.fileName));
    const source = this.#sources.get(file) ?? readFileSync(file, 'utf8').split('\n');
    this.#sources.set(file, source);
    return nameOf(mutant as MutantResult, source);
  }
}

/** As much of Babel's paths as is asked here. */
interface Path {
  readonly node: {
    readonly type: string;
    /** Of a method or property of a class. */
    readonly key?: { readonly name?: string };
    readonly callee?: {
      readonly type: string;
      readonly name?: string;
      readonly property?: { readonly name?: string };
    };
  };
  readonly parentPath: Path | null;
  readonly key: string | number;
}

const TEXTS: ReadonlySet<string> = new Set(['StringLiteral', 'TemplateLiteral']);

/** Where texts for people are arguments, by the function's name: its position. */
const SAID_IN: ReadonlyMap<string, number> = new Map([
  // `fromWire(wire, at)`: the name of the place, for the error.
  ['fromWire', 1],
  // `where(shape, holds, wrong)`
  ['where', 2],
]);

/** Methods that say why not in words, or nothing: callers ask only whether there are words. */
const SAY_WHY_NOT: ReadonlySet<string> = new Set(['objectionTo', 'open']);

/** The name of the method around. */
function methodAround(path: Path): string | undefined {
  let at: Path | null = path;
  while (at !== null && at.node.type !== 'ClassMethod') at = at.parentPath;
  return at?.node.key?.name;
}

/** Whether a text is what an error or a rejection says to people: no decision depends on it. */
export function isMessage(path: Path): boolean {
  if (!TEXTS.has(path.node.type)) return false;
  for (let at: Path | null = path; at !== null && at.parentPath !== null; at = at.parentPath) {
    // A condition decides.
    if (at.key === 'test') return false;
    const { type, callee, key } = at.parentPath.node;
    const name = callee?.name ?? callee?.property?.name ?? '';
    if (type === 'NewExpression') return name.endsWith('Error');
    if (type === 'CallExpression') return name === 'reject' || SAID_IN.get(name) === at.key;
    if (type === 'ReturnStatement') return SAY_WHY_NOT.has(methodAround(at) ?? '');
    // The name of a kind of error.
    if (type === 'ClassProperty') return key?.name === 'name';
    if (!TEXTS.has(type) && !/^(ConditionalExpression|BinaryExpression)$/.test(type)) return false;
  }
  return false;
}

const ignorer: Ignorer = {
  shouldIgnore: (path) => (isMessage(path as Path) ? 'says something to people' : undefined),
};

/** Appends each result as it comes: what was measured is kept if the rest is not. */
class Lines implements Reporter {
  onMutantTested(result: Readonly<MutantResult>): void {
    const file = process.env[RESULTS_VARIABLE];
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`);
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'schedules', ScheduleRunner),
  declareClassPlugin(PluginKind.Checker, 'selected', Selected),
  declareClassPlugin(PluginKind.Reporter, 'lines', Lines),
  declareValuePlugin(PluginKind.Ignore, 'messages', ignorer),
];
