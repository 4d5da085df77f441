/** What StrykerJS is given beside the runner: what is left out, and results as they come. */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CheckStatus, type Checker, type CheckResult } from '@stryker-mutator/api/check';
import type { Mutant, MutantResult } from '@stryker-mutator/api/core';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { Reporter } from '@stryker-mutator/api/report';
import { ScheduleRunner } from './runner.ts';

/** Set by the command: a file that gets a line of JSON for each mutant tested. */
export const RESULTS_VARIABLE = 'PSL_MUTATION_RESULTS';

/** Set by the command: `SLICE/SLICES`, both whole numbers, the first from 0. Mutants of other slices are left out. */
export const SLICE_VARIABLE = 'PSL_MUTATION_SLICE';
/** Why a mutant of another slice was left out. */
export const OTHER_SLICE = 'in another slice';

/** Lets the mutants of one slice through, which is drawn by hash: a uniform sample that is always the same. */
class Slice implements Checker {
  readonly #slice: number;
  readonly #slices: number;

  constructor() {
    const [slice = 0, slices = 1] = (process.env[SLICE_VARIABLE] ?? '0/1').split('/').map(Number);
    this.#slice = slice;
    this.#slices = slices;
  }

  async init(): Promise<void> {
    // Nothing to prepare.
  }

  check(mutants: Mutant[]): Promise<Record<string, CheckResult>> {
    const checked = mutants.map((mutant): [string, CheckResult] => [
      mutant.id,
      this.#isIn(mutant)
        ? { status: CheckStatus.Passed }
        : { status: CheckStatus.CompileError, reason: OTHER_SLICE },
    ]);
    return Promise.resolve(Object.fromEntries(checked));
  }

  group(mutants: Mutant[]): Promise<string[][]> {
    return Promise.resolve([mutants.map(({ id }) => id)]);
  }

  #isIn({ fileName, location, mutatorName, replacement }: Mutant): boolean {
    const { start, end } = location;
    const text = [
      basename(fileName),
      start.line,
      start.column,
      end.line,
      end.column,
      mutatorName,
      replacement,
    ];
    return createHash('sha256').update(text.join(' ')).digest().readUInt32BE() % this.#slices === this.#slice;
  }
}

/** As much of Babel's paths as is asked here. */
interface Path {
  readonly node: {
    readonly type: string;
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

/** Whether a text is what an error or a rejection says to people: no decision depends on it. */
export function isMessage(path: Path): boolean {
  if (!TEXTS.has(path.node.type)) return false;
  for (let at: Path | null = path; at !== null && at.parentPath !== null; at = at.parentPath) {
    const { type, callee } = at.parentPath.node;
    const name = callee?.name ?? callee?.property?.name ?? '';
    if (type === 'NewExpression') return name.endsWith('Error');
    if (type === 'CallExpression')
      // `fromWire(wire, at)`: the name of the place, for the error.
      return name === 'reject' || (name === 'fromWire' && at.key === 1);
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
  declareClassPlugin(PluginKind.Checker, 'slice', Slice),
  declareClassPlugin(PluginKind.Reporter, 'lines', Lines),
  declareValuePlugin(PluginKind.Ignore, 'messages', ignorer),
];
