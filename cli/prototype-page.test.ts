/** The page about the prototype says what the counterexamples and the searches say, and every cause is in one of its sections. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { causeText } from '../engine/index.ts';
import { findingOf, FINDINGS } from './findings.ts';
import { flatPart, flatSentencesOf } from './flat-part.ts';
import { PROTOTYPE_PAGE, storyPart, withFindings } from './prototype-page.ts';
import {
  filedCauses,
  FLAT,
  medianSchedules,
  PROTOTYPE,
  readSearches,
  searchesOf,
  shortestOfEach,
  type Filed,
} from './prototype-searches.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, 'counterexamples');
const filed = filedCauses(folder, PROTOTYPE);
const docs = join(root, 'docs');
const page = readFileSync(join(docs, PROTOTYPE_PAGE), 'utf8');
const searches = readSearches(docs, PROTOTYPE);

describe('docs/prototype-2021.md', () => {
  // The words of stories are `explain`'s: `npm run docs:check` compares them, too.
  const withoutWords = (text: string): string => text.replaceAll(/```text\n[\s\S]*?```/g, '');

  test('its tables are up to date, and every section tells a story', { timeout: 180_000 }, async () => {
    expect(withoutWords(await withFindings(page, filed, searches))).toBe(withoutWords(page));
    expect(page.match(/^The same in a picture$/gm)).toHaveLength(FINDINGS.length);
  });

  test('every cause has a file of its own and a section, every section has a cause', () => {
    expect(filed.length).toBeGreaterThan(0);
    expect(new Set(filed.map(({ cause }) => causeText(cause))).size).toBe(filed.length);
    const sections = filed.map(({ cause }) => findingOf(cause)?.id);
    expect(sections).not.toContain(undefined);
    for (const { id } of FINDINGS) {
      expect(sections).toContain(id);
      expect(page).toContain(`<!-- finding: ${id} -->`);
    }
    for (const { file } of filed) expect(page).toContain(`](../counterexamples/${file})`);
  });

  test('every sentence that a section follows from is in the description', () => {
    const description = readFileSync(join(root, 'docs', 'prototype-2021-behaviour.md'), 'utf8');
    const flat = readSearches(docs, FLAT).causes.map(flatSentencesOf);
    expect(flat).not.toContainEqual([]);
    for (const sentences of [...FINDINGS.map((finding) => finding.sentences), ...flat])
      for (const sentence of sentences) expect(description).toContain(`- **${sentence}** `);
  });

  test('every cause of the flat protocol that is not the prototype’s has a file of its own', () => {
    const causes = filedCauses(folder, FLAT);
    const known = new Set(filed.map(({ cause }) => causeText(cause)));
    for (const { cause } of causes) expect(known).not.toContain(causeText(cause));
    const { causes: found } = readSearches(docs, FLAT);
    const own = found.map(causeText).filter((text) => !known.has(text));
    expect(causes.map(({ cause }) => causeText(cause))).toEqual(expect.arrayContaining(own));
  });

  test('what is linked to is there', () => {
    const protocol = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8');
    const anchors = [...protocol.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...page.matchAll(/\(protocol\.md#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(anchors).toContain(link);
  });
});

describe('what searches found', () => {
  const cause = { property: 'edge-once', where: 'root', kinds: ['loss'] };
  test('is summed up by cause; what a search did not find counts as longer than all', () => {
    const all = searchesOf([
      { subject: PROTOTYPE, seed: 1, runs: 9, causes: [{ ...cause, run: 4, file: 'a' }] },
      {
        subject: PROTOTYPE,
        seed: 2,
        runs: 9,
        // What an outsider can do where loss suffices is no cause of its own: this search just did not meet the loss.
        causes: [{ ...cause, kinds: ['forged join'], run: 1, file: 'b' }],
      },
      {
        subject: PROTOTYPE,
        seed: 3,
        runs: 9,
        causes: [
          { ...cause, run: 0, file: 'c' },
          { ...cause, kinds: [], run: 2, file: 'd' },
        ],
      },
    ]);
    expect(all).toEqual({
      runs: 9,
      seeds: [1, 2, 3],
      causes: [
        { ...cause, kinds: [], found: [null, null, 2] },
        { ...cause, found: [4, null, 0] },
      ],
    });
    expect(all.causes.map(({ found }) => medianSchedules(found))).toEqual(['more than all', '5']);
    expect(medianSchedules([1, 4])).toBe('3.5');
    expect(medianSchedules([])).toBe('');
  });
});

describe('counterexamples of several searches', () => {
  const [one] = filed;
  if (one === undefined) throw new Error('there are no counterexamples');
  const { certificate: _, ...uncertified } = one.counterexample;
  const longer: Filed = {
    ...one,
    file: 'longer',
    counterexample: { ...one.counterexample, moves: [{ move: 'heal' }, ...one.counterexample.moves] },
  };

  test('the shortest of each cause is kept, if it was shrunk to its end', () => {
    expect(shortestOfEach([longer, one]).map(({ file }) => file)).toEqual([one.file]);
    expect(shortestOfEach([one, longer, one]).map(({ file }) => file)).toEqual([one.file]);
    const cut: Filed = { ...one, file: 'cut', counterexample: uncertified };
    expect(shortestOfEach([cut, longer]).map(({ file }) => file)).toEqual(['longer']);
  });

  test('of a cause that has one elsewhere there is none', () => {
    expect(shortestOfEach([one], [one.cause])).toEqual([]);
  });

  test('a row for each cause of the flat protocol, and the sentences that it follows from', () => {
    const known = { property: 'convergence', where: 'client', kinds: [] };
    const table = flatPart([one], [known], {
      runs: 9,
      seeds: [1, 2],
      causes: [
        { ...one.cause, found: [3, null] },
        { ...known, found: [0, 0] },
      ],
    });
    expect(table).toContain('9 schedules of each search, seeds 1, 2: 2 causes, 1 of them found from all.');
    expect(table).toContain(`](../counterexamples/${one.file})`);
    expect(table).toMatch(/`convergence` +\| client +\| no fault +\| R13 +\| as above +\| 1 +\| 2 of 2/);
  });
});

test('of what explain prints, the story is kept', () => {
  const text =
    'p is broken\n\nWhat must hold\n  That.\n\nWhat happens\n  This.\n\nThe story\n  1  One.\n\n     2  Two.\n\nThe moves, and why\n  1  x';
  expect(storyPart(text)).toBe('What happens\n  This.\n\nThe story\n  1  One.\n\n     2  Two.');
});
