/**
 * Judges mutants, one after the other, in a process that stays warm. The suite with all that it is made of is loaded
 * anew for each mutant: no cache is left of another mutant's, and what is computed when modules load is computed by
 * this mutant. Only packages stay loaded. Speaks with its parent over IPC.
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { PACKAGES_FILE, SUITE_FILE } from './files.ts';
import { rememberedPackage } from './remembered.ts';
import type { Finding } from './suite.ts';

/** What the killer is asked. */
export interface Question {
  /** Undefined: none is active, and what is reached is told. */
  readonly mutant: string | undefined;
  /** Ids, in the order in which they are made. */
  readonly schedules: readonly string[];
}

/** What the killer says. The last of an answer is `killed`, `threw` or `done`. */
export type Line =
  | { readonly kind: 'held'; readonly schedule: string }
  | ({ readonly kind: 'killed'; readonly schedule: string } & Finding)
  /** The suite itself gave up over what the mutant did. */
  | { readonly kind: 'threw'; readonly schedule: string | undefined; readonly message: string }
  | { readonly kind: 'done'; readonly reached: readonly string[] };

/** What instrumented code reads and keeps. */
interface Stryker {
  readonly activeMutant: string | undefined;
  readonly mutantCoverage?: { readonly static: Readonly<Record<string, number>> };
}

interface Suite {
  judge(id: string): Finding | undefined;
}

type Loader = () => Suite;

/** Compiles the suite once and imports its packages. */
async function prepare(): Promise<Loader> {
  const packages = new Map<string, unknown>();
  for (const name of JSON.parse(readFileSync(PACKAGES_FILE, 'utf8')) as string[])
    packages.set(name, rememberedPackage(name, await import(name)));
  const source = readFileSync(SUITE_FILE, 'utf8');
  const script = new Script(`(function (require, module) {${source}\n})`, { filename: SUITE_FILE });
  return () => {
    const module: { exports: unknown } = { exports: {} };
    const load = script.runInThisContext() as (require: unknown, module: unknown) => void;
    load((name: string) => packages.get(name), module);
    return module.exports as Suite;
  };
}

function answer(load: Loader, { mutant, schedules }: Question, tell: (line: Line) => void): void {
  const stryker: Stryker = { activeMutant: mutant };
  Object.assign(globalThis, { __stryker__: stryker });
  let schedule: string | undefined;
  try {
    const suite = load();
    for (schedule of schedules) {
      const found = suite.judge(schedule);
      if (found !== undefined) {
        tell({ kind: 'killed', schedule, ...found });
        return;
      }
      tell({ kind: 'held', schedule });
    }
  } catch (error) {
    tell({ kind: 'threw', schedule, message: String(error) });
    return;
  }
  tell({ kind: 'done', reached: Object.keys(stryker.mutantCoverage?.static ?? {}) });
}

const isChild = process.send !== undefined;
if (isChild) {
  const load = await prepare();
  process.on('message', (question) => {
    answer(load, question as Question, (line) => process.send?.(line));
  });
  process.send?.('ready');
}
