/**
 * The parts of docs/prototype-2021.md that are made: between `<!-- finding: ID -->` and `<!-- end -->` the causes of a section and one of
 * their stories, and a table of all. They are made from the counterexamples and from what searches from several seeds found
 * (docs/prototype-2021.json, which `node dist/cli/prototype-page.js CHECK.json …` makes of what `check --json` printed).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { causeText } from '../engine/index.ts';
import type { Context } from './call.ts';
import { tell } from './explain.ts';
import { textOf } from './explain/text.ts';
import { findingOf, FINDINGS, type Finding } from './findings.ts';
import { loadKit } from './kit.ts';
import { flatPart } from './flat-part.ts';
import { markdownTable } from './markdown.ts';
import {
  filedCauses,
  FLAT,
  medianSchedules,
  PROTOTYPE,
  readSearches,
  takeOver,
  type Filed,
  type Searches,
} from './prototype-searches.ts';
import type { Terminal } from './terminal.ts';

export const PROTOTYPE_PAGE = 'prototype-2021.md';

/** A row per cause. */
function causesTable(filed: readonly Filed[], { causes }: Searches): string {
  const known = new Map(causes.map((one) => [causeText(one), one.found]));
  return markdownTable(
    ['property', 'where it breaks', 'what it takes', 'moves', 'schedules', 'seeds'],
    filed.map(({ file, counterexample, cause }) => {
      const found = known.get(causeText(cause)) ?? [];
      return [
        `[\`${cause.property}\`](../counterexamples/${file})`,
        cause.where,
        cause.kinds.length === 0 ? 'no fault' : cause.kinds.join(' + '),
        String(counterexample.moves.length),
        medianSchedules(found),
        `${found.filter((index) => index !== null).length} of ${found.length}`,
      ];
    }),
  );
}

/** The sections of a story that tell it: what happens, step by step, and the picture. */
const TOLD = ['What happens', 'The story', 'The same in a picture'];

/** The part of what `explain` prints that tells the story. */
export function storyPart(text: string): string {
  const sections = text.split(/\n\n(?=[A-Z][^\n]*\n)/);
  return sections.filter((section) => TOLD.some((title) => section.startsWith(title))).join('\n\n');
}

const PLAIN: Terminal = {
  out: () => undefined,
  err: () => undefined,
  outColour: false,
  errColour: false,
  outUnicode: true,
  outColumns: Number.NaN,
  interactive: false,
  columns: 80,
};

async function storyOf({ file, counterexample }: Filed, context: Context): Promise<string> {
  const story = await tell(context, file, counterexample, counterexample.subject, false);
  const text = textOf(story, { columns: 100, isUnicode: true, paint: (plain) => plain });
  return storyPart(text.trimEnd());
}

async function findingPart(
  finding: Finding,
  filed: readonly Filed[],
  searches: Searches,
  context: Context,
): Promise<string> {
  const own = filed.filter(({ cause }) => findingOf(cause) === finding);
  const { property, kinds } = finding.story;
  const told =
    own.find(({ cause }) => cause.property === property && cause.kinds.join() === kinds.join()) ??
    own.find(({ cause }) => cause.property === property) ??
    own[0];
  if (told === undefined) return 'Nothing of this kind is among the counterexamples.';
  const links = finding.sentences.map((sentence) => `**${sentence}**`).join(', ');
  return [
    `Follows from ${links} of [the description](prototype-2021-behaviour.md).`,
    causesTable(own, searches),
    `\`\`\`text\n${await storyOf(told, context)}\n\`\`\``,
    `\`\`\`sh\nnpx psl-verify replay counterexamples/${told.file}\n\`\`\``,
  ].join('\n\n');
}

const MARKED = /(<!-- finding: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The text of the page with its made parts made anew. Throws for a finding that does not exist. */
export async function withFindings(
  page: string,
  filed: readonly Filed[],
  searches: Searches,
): Promise<string> {
  const context: Context = {
    kit: await loadKit(),
    terminal: PLAIN,
    nowMs: () => 0,
    signal: new AbortController().signal,
  };
  let text = page;
  for (const [whole, begin = '', id = '', end = ''] of page.matchAll(MARKED)) {
    const finding = FINDINGS.find((one) => one.id === id);
    if (id !== 'all' && finding === undefined)
      throw new Error(`${PROTOTYPE_PAGE}: there is no finding ${id}`);
    const made =
      finding === undefined ? summary(filed, searches) : await findingPart(finding, filed, searches, context);
    text = text.replace(whole, () => `${begin}\n${made}\n\n${end}`);
  }
  return text;
}

const FLAT_MARKED = /(<!-- flat -->\n)[\s\S]*?(<!-- end -->)/;

/** The text of the page with what was found on the flat protocol made anew. */
function withFlatPart(page: string, folder: string, docs: string): string {
  const prototype = filedCauses(folder, PROTOTYPE).map(({ cause }) => cause);
  const made = flatPart(filedCauses(folder, FLAT), prototype, readSearches(docs, FLAT));
  return page.replace(FLAT_MARKED, (_, begin: string, end: string) => `${begin}\n${made}\n\n${end}`);
}

/** What was found in all. */
function summary(filed: readonly Filed[], { runs, seeds, causes }: Searches): string {
  const everywhere = causes.filter(({ found }) => found.every((index) => index !== null)).length;
  const places = new Map<string, boolean[]>();
  for (const cause of causes) {
    const place = causeText({ ...cause, kinds: [] });
    const before = places.get(place);
    places.set(
      place,
      cause.found.map((index, at) => index !== null || before?.[at] === true),
    );
  }
  const placesEverywhere = [...places.values()].filter((found) => found.every(Boolean)).length;
  const lengths = filed.map(({ counterexample }) => counterexample.moves.length).toSorted((a, b) => a - b);
  const properties = new Set(filed.map(({ cause }) => cause.property));
  const middle = lengths[Math.floor(lengths.length / 2)];
  return markdownTable(
    ['what', 'how many'],
    [
      ['schedules of each search', String(runs)],
      ['seeds', seeds.join(', ')],
      ['properties that break', String(properties.size)],
      ['distinct causes, a counterexample each', String(filed.length)],
      [
        'of the places (property, and where it breaks) found from any seed, found from all',
        `${placesEverywhere} of ${places.size}`,
      ],
      [
        'of the causes (also by what it takes) found from any seed, found from all',
        `${everywhere} of ${causes.length}`,
      ],
      [
        'moves of a shrunk counterexample: fewest, median, most',
        [lengths[0], middle, lengths.at(-1)].join(', '),
      ],
    ],
  );
}

/** Brings the page up to date; returns whether it was not. With `check`, writes nothing. */
export async function updatePrototypePage(root: string, check: boolean): Promise<boolean> {
  const file = join(root, 'docs', PROTOTYPE_PAGE);
  if (!existsSync(file)) return false;
  const page = readFileSync(file, 'utf8');
  const folder = join(root, 'counterexamples');
  const searches = readSearches(join(root, 'docs'), PROTOTYPE);
  const found = await withFindings(page, filedCauses(folder, PROTOTYPE), searches);
  const fresh = withFlatPart(found, folder, join(root, 'docs'));
  if (fresh !== page && !check) writeFileSync(file, fresh);
  return fresh !== page;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const line of takeOver(root, process.argv.slice(2))) process.stdout.write(`${line}\n`);
  await updatePrototypePage(root, false);
}
