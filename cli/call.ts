/** Arguments of a call, checked: everything that can be wrong about one is said in one line that names it. */
import { readFileSync } from 'node:fs';
import type { Parameters } from '../model/index.ts';
import { didYouMean, InputError, inputErrorOf } from '../properties/input-error.ts';
import {
  namedScenario,
  scenarioOf,
  scenarioSchema,
  sizeSchema,
  type Size,
  type TreeScenario,
} from '../properties/scenario.ts';
import { mutantSubject, subjectIds, type Kit } from './kit.ts';
import type { Terminal } from './terminal.ts';

/** A whole number between `min` and `max`. `option` is named in the error. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new InputError(
      option,
      `expected a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`,
    );
  return value;
}

/** For commander: an option that may be given several times, its values in their order. */
export function repeated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** More names than this are not listed in an error. */
const MAX_NAMES_IN_ERROR = 12;

/** One of the known names. `what` is the kind of thing: `property`. */
export function knownName(option: string, what: string, name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  const all =
    known.length <= MAX_NAMES_IN_ERROR ? `expected ${known.join(', ')}` : 'psl-verify list shows all';
  throw new InputError(option, `unknown ${what} ${JSON.stringify(name)}${didYouMean(name, known)}; ${all}`);
}

/** The id of a subject of the kit, `mutant:<name>` included. */
export function knownSubject(kit: Kit, option: string, subject: string): string {
  const what = subject.startsWith('mutant:') ? 'mutant' : 'subject';
  const ids = subjectIds(kit);
  if (ids.includes(mutantSubject(subject)))
    throw new InputError(
      option,
      `unknown subject ${JSON.stringify(subject)}; did you mean ${mutantSubject(subject)}?`,
    );
  return knownName(option, what, subject, ids);
}

/** A subject of the kit by its id, or one's own by the path of its module, which is loaded. */
export async function anySubject(kit: Kit, option: string, subject: string): Promise<string> {
  const { isSubjectPath, subjectPathOf } = await import('../properties/own-subject.ts');
  if (isSubjectPath(subject)) {
    const path = subjectPathOf(subject);
    await kit.loadSubject(path, option);
    return path;
  }
  if (subjectIds(kit).includes(subject) || subject.startsWith('mutant:'))
    return knownSubject(kit, option, subject);
  const own =
    option === '--subject'
      ? 'your own is named by the path of its module, ./my-subject.js'
      : 'if it is your own, say --subject PATH, or write the path of its module here';
  throw new InputError(
    option,
    `unknown subject ${JSON.stringify(subject)}${didYouMean(subject, subjectIds(kit))}; psl-verify list shows all, ${own} (docs/your-own-subject.md)`,
  );
}

/** Reads a file; the error names it. */
export function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'EISDIR'
          ? 'is a directory'
          : code === 'EACCES'
            ? 'may not be read'
            : String(error);
    throw new InputError(file, why);
  }
}

/** A scenario by its name, or from a file: what has a dot or a slash in it is a file. */
export function scenarioFrom(kit: Kit, text: string): TreeScenario {
  const named = namedScenario(text);
  if (named !== undefined) return named;
  const names = kit.scenarios.map((scenario) => scenario.name);
  if (!/[./\\]/.test(text)) knownName('--scenario', 'scenario', text, names);
  const json = readInput(text);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new InputError(text, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseScenario(value, text);
}

/** A scenario as a person writes it (a size, a name, numbers), or whole as counterexamples carry it. */
export function parseScenario(value: unknown, file: string): TreeScenario {
  const whole = typeof value === 'object' && value !== null && 'nodes' in value;
  if (whole) {
    const parsed = scenarioSchema.safeParse(value);
    if (!parsed.success) throw inputErrorOf(file, parsed.error.issues);
    return parsed.data;
  }
  const parsed = sizeSchema.safeParse(value);
  if (!parsed.success) throw inputErrorOf(file, parsed.error.issues);
  const { name, parameters, ...size } = parsed.data;
  try {
    // What zod calls optional may be undefined, the kit's types say absent: JSON knows only the latter.
    return scenarioOf(size as Size, name, parameters as Partial<Parameters>);
  } catch (error) {
    if (error instanceof RangeError) throw new InputError(file, error.message);
    throw error;
  }
}

/** What every command is given beside its own options. */
export interface Context {
  readonly kit: Kit;
  readonly terminal: Terminal;
  /** The clock, for durations and rates only. */
  readonly nowMs: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Exit statuses. */
export const EXIT = { ok: 0, violated: 1, wrongCall: 2, broken: 3, interrupted: 130 } as const;

/** Prints the one object of `--json`. */
export function printJson(context: Context, command: string, startedMs: number, fields: object): void {
  const { kit, terminal, nowMs } = context;
  const object = { kit: kit.version, command, durationMs: Math.round(nowMs() - startedMs), ...fields };
  terminal.out(`${JSON.stringify(object, null, 2)}\n`);
}
