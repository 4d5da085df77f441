/** Runs StrykerJS over files of impl/ and model/, with schedules for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogLevel, MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { build } from 'esbuild';
import { RESULTS_VARIABLE, SELECTION_VARIABLE, type Selection } from './plugin.ts';

/** What is no source of behaviour is not copied into the sandbox. */
const NOT_NEEDED = [
  '/bench',
  '/cli',
  '/counterexamples',
  '/coverage',
  '/dist',
  '/docs',
  '/examples',
  '**/*.test.ts',
];

export interface StrykerOptions {
  /** Files or globs, each optionally with `:FIRSTLINE-LASTLINE`. */
  readonly mutate: readonly string[];
  readonly concurrency: number;
  readonly selection: Selection;
  /** Gets a line of JSON for each mutant as it is tested. */
  readonly resultsFile: string;
}

/**
 * Mutates and judges.
 * @returns all mutants, those left out included
 * @throws Error if a schedule finds something without a mutant, or nothing is there to mutate
 */
export async function runStryker({
  mutate,
  concurrency,
  selection,
  resultsFile,
}: StrykerOptions): Promise<readonly MutantResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'psl-verify-mutation-'));
  try {
    const plugin = join(folder, 'plugin.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'plugin.ts')],
      outfile: plugin,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
    // Stryker's processes inherit it.
    process.env[RESULTS_VARIABLE] = resultsFile;
    process.env[SELECTION_VARIABLE] = JSON.stringify(selection);
    return await new Stryker({
      mutate: [...mutate],
      ignorePatterns: NOT_NEEDED,
      buildCommand: 'npx tsx mutation/build.ts',
      plugins: [plugin],
      checkers: ['selected'],
      disableTypeChecks: '{impl,model}/**/*.ts',
      testRunner: 'schedules',
      ignorers: ['messages'],
      coverageAnalysis: 'perTest',
      reporters: ['lines', 'clear-text', 'progress'],
      clearTextReporter: { logTests: false, reportTests: false, reportMutants: false },
      concurrency,
      // The runner itself stops what has gone silent; this is the net below it.
      timeoutMS: 600_000,
      dryRunTimeoutMinutes: 30,
      // Stryker would rewrite it with TypeScript's JavaScript API, which TypeScript 7 does not have. Nothing here reads it.
      tsconfigFile: 'none',
      allowEmpty: true,
      allowConsoleColors: process.stdout.isTTY,
      // An ambient enum, of which modules that are transpiled one by one cannot have the values.
      logLevel: 'warn' as LogLevel,
    }).runMutationTest();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
