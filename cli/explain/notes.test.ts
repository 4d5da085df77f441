/** What is said of steps that look like others, on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import type { Story } from './story.ts';
import { bare } from './terms.ts';
import { storyOfFile } from './told.test-helper.ts';

/** The sentences of a story that have these words. */
function sentencesWith({ telling }: Story, words: string): readonly string[] {
  return telling.beats.map(({ text }) => bare(text)).filter((text) => text.includes(words));
}

test('a request of another range is another request, and nobody is served who has not asked', async () => {
  const story = await storyOfFile('mutant-strands-whoever-waits--resync');
  expect(sentencesWith(story, 'another request')).toEqual([
    'r2 gets records c1/1#1 to #2 again from c1 (Repair), and sends C records c1/1#1 to #2 again (Repair). c2 asked for record c1/1#2, which is another request: it is answered by a Repair of just that.',
  ]);
  expect(sentencesWith(story, 'Nobody but r2 had asked C for that.')).toHaveLength(2);
});

test('an orphan waits until its parent has been asked', async () => {
  const story = await storyOfFile('mutant-never-buries-the-dead');
  expect(sentencesWith(story, 'It has asked r1 already whether it is alive')).toHaveLength(1);
});

test('what tells two lives apart is shown where they claim one incarnation', async () => {
  const story = await storyOfFile('mutant-shares-incarnations');
  const [text, ...more] = sentencesWith(story, 'has the birth');
  expect(more).toEqual([]);
  const [, known, claimed] =
    /the life with the birth …(\d{4}); this Join has the birth …(\d{4})\./.exec(text!) ?? [];
  expect(known).toMatch(/^\d{4}$/);
  expect(claimed).not.toBe(known);
});
