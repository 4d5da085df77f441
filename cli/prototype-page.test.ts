/** The page about the prototype says what the counterexamples and the searches say, and every cause is in one of its sections. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { causeText } from '../engine/index.ts';
import { findingOf, FINDINGS } from './findings.ts';
import {
  filedCauses,
  medianSchedules,
  PROTOTYPE_PAGE,
  PROTOTYPE_SEARCHES,
  searchesOf,
  storyPart,
  withFindings,
  type Searches,
} from './prototype-page.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const filed = filedCauses(join(root, 'counterexamples'));
const page = readFileSync(join(root, 'docs', PROTOTYPE_PAGE), 'utf8');
const searches = JSON.parse(readFileSync(join(root, 'docs', PROTOTYPE_SEARCHES), 'utf8')) as Searches;

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
    for (const { sentences } of FINDINGS)
      for (const sentence of sentences) expect(description).toContain(`- **${sentence}** `);
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
      { seed: 1, runs: 9, causes: [{ ...cause, run: 4 }] },
      { seed: 2, runs: 9, causes: [] },
      {
        seed: 3,
        runs: 9,
        causes: [
          { ...cause, run: 0 },
          { ...cause, kinds: [], run: 2 },
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

test('of what explain prints, the story is kept', () => {
  const text =
    'p is broken\n\nWhat must hold\n  That.\n\nWhat happens\n  This.\n\nThe story\n  1  One.\n\n     2  Two.\n\nThe moves, and why\n  1  x';
  expect(storyPart(text)).toBe('What happens\n  This.\n\nThe story\n  1  One.\n\n     2  Two.');
});
