/** Subjects of others: a module that exports a `harness`, known by its path. */
import { statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Capability } from '../engine/index.ts';
import { addSubject, type TreeHarness } from './harness.ts';
import { InputError, inputErrorOf } from './input-error.ts';

/** Where it is told what such a module has to have. */
const TOLD = 'docs/your-own-subject.md';

/** Paths that were loaded, with the ids that their subjects have by themselves. */
const ids = new Map<string, string>();

/** Whether a subject is named by the path of a module: no id begins with a dot or a slash, or ends like a module. */
export function isSubjectPath(subject: string): boolean {
  return /^\.{0,2}[/\\]/.test(subject) || isAbsolute(subject) || /\.[cm]?[jt]s$/.test(subject);
}

/** The path as files and tables name it: absolute if it is, or else from the working directory, with a dot before it. */
export function subjectPathOf(path: string): string {
  if (isAbsolute(path)) return path;
  const normal = relative('.', path).replaceAll('\\', '/');
  return normal.startsWith('../') ? normal : `./${normal}`;
}

/** The id that a loaded subject has by itself; undefined if it was not loaded. */
export function ownIdOf(path: string): string | undefined {
  return ids.get(path);
}

const aFunction = z.custom<unknown>((value) => typeof value === 'function', 'expected a function');

/** What is asked of a harness before it is driven: the mistakes that are made. What its functions do shows in runs. */
const harnessSchema = z.looseObject(
  {
    subject: z.looseObject({
      id: z.string().min(1),
      title: z.string(),
      spawn: aFunction,
      kindOf: aFunction,
      bytesOf: aFunction,
    }),
    properties: z.array(z.looseObject({ id: z.string().min(1), monitor: aFunction })),
    capabilities: z.array(z.string()),
    workload: aFunction,
    mayCrash: aFunction,
    mayLeave: aFunction,
  },
  'expected what treeHarness makes',
);

/**
 * Loads the subject of a module, unless it was loaded before: `harnessFor(path)` knows it from then on.
 * @param path as `subjectPathOf` has it
 * @param where names the option or the file that asked for it, in errors
 * @throws InputError if there is no such file, it cannot be loaded, or it exports no harness
 */
export async function loadSubject(path: string, where: string): Promise<void> {
  if (ids.has(path)) return;
  const file = resolve(path);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new InputError(where, `${path}: no such file`);
  if (!found.isFile()) throw new InputError(where, `${path}: expected a module, this is no file`);
  let module: unknown;
  try {
    module = await imported(file);
  } catch (error) {
    throw new InputError(where, `${path} cannot be loaded: ${placeOf(error)}`);
  }
  const exported: unknown =
    typeof module === 'object' && module !== null && 'harness' in module ? module.harness : undefined;
  if (exported === undefined)
    throw new InputError(
      where,
      `${path} exports no harness; expected \`export const harness = treeHarness({ … })\`, see ${TOLD}`,
    );
  const harnessOf = (asked: readonly Capability[]): TreeHarness =>
    checked(typeof exported === 'function' ? exported(asked) : exported, `${where}: ${path}`);
  try {
    ids.set(path, harnessOf([]).subject.id);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(where, `${path}: harness([]) throws: ${placeOf(error)}`);
  }
  addSubject(path, (asked) => named(path, harnessOf(asked)));
}

function checked(value: unknown, where: string): TreeHarness {
  const parsed = harnessSchema.safeParse(value);
  if (!parsed.success) throw inputErrorOf(`${where}: harness`, parsed.error.issues);
  return value as TreeHarness;
}

/** The harness with its subject under the name by which it is found again. */
function named(path: string, harness: TreeHarness): TreeHarness {
  const { subject } = harness;
  return {
    ...harness,
    subject: {
      id: path,
      title: subject.title,
      // Not spread: it may be an instance of a class.
      spawn: (scenario, node, storage) => subject.spawn(scenario, node, storage),
      kindOf: (frame) => subject.kindOf(frame),
      bytesOf: (frame) => subject.bytesOf(frame),
      ...(subject.reportText === undefined
        ? {}
        : { reportText: (report) => subject.reportText?.(report) ?? '' }),
    },
  };
}

/** Imports a module. TypeScript, where Node does not take it, is imported by tsx, if that is installed. */
async function imported(file: string): Promise<unknown> {
  if (/\.[cm]?ts$/.test(file) && !takesTypeScript()) await bringTsx();
  return import(pathToFileURL(file).href);
}

/** Whether Node takes types away by itself, or somebody does it already: then this file, too, may have some. */
function takesTypeScript(): boolean {
  const features: { readonly typescript?: unknown; readonly inspector: boolean } = process.features;
  return Boolean(features.typescript) || import.meta.url.endsWith('.ts');
}

async function bringTsx(): Promise<void> {
  let tsx: string;
  try {
    tsx = import.meta.resolve('tsx/esm/api');
  } catch {
    throw new Error(
      `this Node (${process.version}) does not import TypeScript: compile it, use Node 22.18 or later, or install tsx beside psl-verify`,
    );
  }
  const { register } = (await import(tsx)) as { readonly register: () => void };
  register();
}

/** The message of an error and where it comes from, as far as its stack says so. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = '' } = error;
  const place = /file:\/\/([^\s():]+:\d+)/.exec(stack)?.[1];
  return `${name}: ${message}${place === undefined ? '' : ` (${place})`}`;
}
