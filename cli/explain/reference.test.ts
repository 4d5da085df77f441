/** What the reference does on the moves that break a mutant, on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import { bare } from './terms.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

const SECTION = 'What the reference does on the same moves';

test('from the first wrong step to where what was waited for happens', async () => {
  const story = await storyOfFile('mutant-never-doubts-its-parent');
  const texts = story.reference!.beats.map(({ text }) => bare(text));
  expect(texts[0]).toMatch(/^The timer doubt of c1 goes off: it asks C for a place/);
  expect(texts.at(-1)).toMatch(/^c2 gets record c1\/1#1 .* and delivers record c1\/1#1 to its enclave\.$/);
  expect(story.reference!.isMet).toBe(true);
  expect(flatTextOf(story)).toMatch(
    new RegExp(`${SECTION} Up to 20\\.040 s it does the same\\. Then: .* That is what was waited for\\.`),
  );
});

test('of what breaks at a step, that step', async () => {
  const story = await storyOfFile('mutant-forgets-the-cut');
  expect(story.reference!.beats.map(({ text }) => bare(text))).toEqual([
    'C gets record c2/1#1 from r1, and drops it (it is of no use any more: its writer has forked its capsule, or was expelled).',
  ]);
});

test('not where the nearest passing schedule does more than leave moves out, nor of what is no mutant', async () => {
  expect(flatTextOf(await storyOfFile('prototype-2021--edge-once--duplicate'))).not.toContain(SECTION);
});
