/** `npm run mutation`: how many mutants of impl/ and model/ the property suite kills. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { InputError } from '../properties/input-error.ts';
import type { Selection } from './plugin.ts';
import { readReasons, unaccounted } from './reasons.ts';
import { summarise, type Results, type Survivor } from './results.ts';
import { SCHEDULES } from './schedules.ts';
import { runStryker } from './stryker.ts';

const ROOT = dirname(import.meta.dirname);

/** What is mutated unless files are named. */
const SOURCES = ['impl/**/*.ts', 'model/**/*.ts'];
const TESTS = ['!**/*.test.ts', '!**/*.test-helper.ts', '!model/test-world.ts'];

/** One mutant in so many is judged by default: some minutes. */
const DEFAULT_SLICES = 40;

interface Options {
  readonly all?: true;
  readonly slice: string;
  readonly skip: readonly string[];
  readonly again: readonly string[];
  readonly survivors?: true;
  readonly concurrency: string;
  readonly out: string;
}

/** Those that survived when it was last measured. */
function survivorsKept(): readonly Survivor[] {
  return (JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8')) as Results).survivors;
}

function selectionOf({ all, slice, skip, again, survivors }: Options): Selection {
  const match = /^(\d+)\/(\d+)$/.exec(all ? '0/1' : slice);
  const [part, slices] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || part >= slices)
    throw new InputError('--slice', `expected SLICE/SLICES, the first from 0, got ${JSON.stringify(slice)}`);
  const files = (names: readonly string[]): readonly string[] => names.map((name) => resolve(name));
  // Of equal ones at several places, results count the later ones: `NAME (2)`.
  const names = survivors === true ? survivorsKept().map(({ id }) => id.replace(/ \(\d+\)$/, '')) : [];
  return { slice: part, slices, skip: files(skip), again: files(again), names, root: ROOT };
}

function concurrencyOf({ concurrency }: Options): number {
  const value = Number(concurrency);
  if (!Number.isInteger(value) || value < 1)
    throw new InputError(
      '--concurrency',
      `expected a whole number from 1, got ${JSON.stringify(concurrency)}`,
    );
  return value;
}

async function run(files: readonly string[], options: Options): Promise<void> {
  const selection = selectionOf(options);
  const concurrency = concurrencyOf(options);
  const resultsFile = resolve(options.out);
  mkdirSync(dirname(resultsFile), { recursive: true });
  process.chdir(ROOT);
  const sources =
    options.survivors === true ? [...new Set(survivorsKept().map(({ file }) => file))] : SOURCES;
  const mutate = [...(files.length === 0 ? sources : files), ...TESTS];
  const mutants = await runStryker({ mutate, concurrency, selection, resultsFile });
  const { survivors } = summarise(mutants, SCHEDULES.length);
  const { unexplained } = unaccounted(survivors, readReasons(join(import.meta.dirname, 'reasons.json')));
  console.log(
    `\n${survivors.length} survived, ${unexplained.length} of them without a reason in mutation/reasons.json`,
  );
  for (const { file, line, mutator, original, replacement } of unexplained)
    console.log(`  ${file}:${line} ${mutator}: ${original} → ${replacement}`);
  if (unexplained.length > 0) process.exitCode = 1;
}

const program = new Command('npm run mutation --')
  .description(
    'Mutates impl/ and model/ with StrykerJS; the schedules of mutation/schedules.ts are the tests.',
  )
  .argument(
    '[files...]',
    'files or globs, each optionally with :FIRSTLINE-LASTLINE; with files, all their mutants',
  )
  .option('--all', 'all mutants: hours')
  .option('--slice <slice>', 'a sample, always the same: SLICE/SLICES', `0/${DEFAULT_SLICES}`)
  .option('--skip <files...>', 'results: who is there is not judged a second time', [])
  .option('--again <files...>', 'results: only who survived there is judged', [])
  .option('--survivors', 'only who survived in mutation/results.json is judged; with files, of these')
  .option('--concurrency <processes>', 'mutants judged at a time', '2')
  .option('--out <file>', 'gets a line of JSON per mutant, as they come', 'coverage/mutation.jsonl')
  .exitOverride()
  .action(async (files: readonly string[], options: Options) => {
    await run(
      files,
      (files.length > 0 || options.survivors === true) && program.getOptionValueSource('slice') === 'default'
        ? { ...options, all: true }
        : options,
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof InputError) {
    console.error(error.message);
    process.exitCode = 2;
  } else throw error;
}
