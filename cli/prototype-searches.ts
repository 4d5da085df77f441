/**
 * What searches of the subjects of 2021 found, from several seeds: summed up in docs/prototype-2021.json and docs/flat-2021.json, and the shortest
 * counterexample of each cause taken over into counterexamples/.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { causeText, distinctCauses, type ViolationCause } from '../engine/index.ts';
import {
  counterexampleName,
  parseCounterexample,
  type Counterexample,
} from '../properties/counterexample.ts';
import { PROTOTYPE_CAUSES } from '../properties/prototype/causes.ts';

export const PROTOTYPE = 'prototype-2021';
export const FLAT = 'flat-2021';

/** What searches from several seeds found: for each cause the index of the run, or null where a search did not find it. */
export interface Searches {
  readonly runs: number;
  readonly seeds: readonly number[];
  readonly causes: readonly (ViolationCause & { readonly found: readonly (number | null)[] })[];
}

/** A counterexample with its cause, in a file. */
export interface Filed {
  /** Its name. */
  readonly file: string;
  readonly text: string;
  readonly counterexample: Counterexample;
  readonly cause: ViolationCause;
}

/** What `check --json` printed, as far as it matters here. */
export interface Checked {
  readonly subject: string;
  readonly seed: number;
  readonly runs: number;
  readonly causes: readonly (ViolationCause & { readonly run: number; readonly file: string })[];
}

/** The counterexamples of a subject that have a cause, by name. */
export function filedCauses(folder: string, subject: string): readonly Filed[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${subject}--`) && name.endsWith('.json'))
    .toSorted()
    .flatMap((file) => filedIn(folder, file));
}

function filedIn(folder: string, file: string): readonly Filed[] {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  const counterexample = parseCounterexample(text, path);
  const { property, cause } = counterexample;
  return cause === undefined ? [] : [{ file, text, counterexample, cause: { property, ...cause } }];
}

/** The middle of the numbers of schedules until it was found; a search that did not find it counts as longer than all. */
export function medianSchedules(found: readonly (number | null)[]): string {
  const sorted = found.map((index) => (index === null ? Infinity : index + 1)).toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) return '';
  const median = (low + high) / 2;
  return Number.isFinite(median) ? String(median) : 'more than all';
}

/** Reads what searches of a subject found; nothing, if there is no such file. */
export function readSearches(docs: string, subject: string): Searches {
  const file = join(docs, `${subject}.json`);
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Searches)
    : { runs: 0, seeds: [], causes: [] };
}

/** Sums up several searches. What takes more than another search needed at the same place is no cause of its own. */
export function searchesOf(checked: readonly Checked[]): Searches {
  const causes = new Map<string, ViolationCause>();
  for (const { causes: found } of checked)
    for (const { property, where, kinds } of found)
      causes.set(causeText({ property, where, kinds }), { property, where, kinds });
  const all = Array.from(causes.values(), (cause) => ({ cause }));
  return {
    runs: checked[0]?.runs ?? 0,
    seeds: checked.map(({ seed }) => seed),
    causes: distinctCauses(PROTOTYPE_CAUSES, all)
      .map(({ cause }) => ({
        ...cause,
        found: checked.map(
          (one) => one.causes.find((other) => causeText(other) === causeText(cause))?.run ?? null,
        ),
      }))
      .toSorted((a, b) => (causeText(a) < causeText(b) ? -1 : 1)),
  };
}

/**
 * Of several counterexamples, those of distinct causes, the shortest of each, the first of several such. One without a certificate was not shrunk to its end, and is
 * left out.
 * @param known causes that have counterexamples elsewhere
 */
export function shortestOfEach(
  filed: readonly Filed[],
  known: readonly ViolationCause[] = [],
): readonly Filed[] {
  const elsewhere = new Set(known.map(causeText));
  const shortest = new Map<string, Filed>();
  for (const one of filed) {
    const key = causeText(one.cause);
    const before = shortest.get(key);
    const isShorter =
      before === undefined || one.counterexample.moves.length < before.counterexample.moves.length;
    if (one.counterexample.certificate !== undefined && !elsewhere.has(key) && isShorter)
      shortest.set(key, one);
  }
  return distinctCauses(PROTOTYPE_CAUSES, [...shortest.values()]);
}

/**
 * Takes over what searches found: sums them up, and puts the shortest counterexample of each cause, those that are there included, into
 * counterexamples/. Of the flat protocol, only causes that the prototype does not have.
 * @param files what `check --json` printed; where it names files, they are looked for
 * @returns what was done, in lines
 */
export function takeOver(root: string, files: readonly string[]): readonly string[] {
  const all = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Checked);
  const folder = join(root, 'counterexamples');
  return [PROTOTYPE, FLAT].flatMap((subject) => {
    const checked = all.filter((one) => one.subject === subject);
    if (checked.length === 0) return [];
    writeFileSync(join(root, 'docs', `${subject}.json`), `${JSON.stringify(searchesOf(checked), null, 2)}\n`);
    const before = filedCauses(folder, subject);
    const found = checked.flatMap(({ causes }) => causes.flatMap(({ file }) => filedIn('', file)));
    const known = subject === FLAT ? filedCauses(folder, PROTOTYPE).map(({ cause }) => cause) : [];
    const kept = shortestOfEach([...before, ...found], known);
    for (const { file } of before) rmSync(join(folder, file));
    for (const { text, counterexample } of kept)
      writeFileSync(join(folder, counterexampleName(counterexample)), text);
    return [`${subject}: ${String(kept.length)} counterexamples, ${String(before.length)} before`];
  });
}
