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

test('a placement that contradicts another one is told beside it', async () => {
  const story = await storyOfFile('mutant-overlooks-the-second-placement');
  expect(sentencesWith(story, 'What r1 holds')).toEqual([
    expect.stringContaining(
      'What r1 holds is version 4: parent r2, child c1; this one is version 4, too: parent C, child c1.',
    ),
  ]);
  expect(sentencesWith(await storyOfFile('mutant-forwards-twice'), 'What r1 holds')).toEqual([]);
});

test('what somebody with the keys of another node sends is told by what it says', async () => {
  const placed = await storyOfFile('mutant-overlooks-the-second-placement');
  expect(sentencesWith(placed, 'An insider')).toEqual([
    expect.stringContaining(
      'An insider with the keys of C sends r1 a Placement of version 4: parent r2, child c1; it is signed as C signs (C itself has committed no version beyond 3);',
    ),
  ]);
  const written = await storyOfFile('mutant-believes-any-evidence');
  expect(sentencesWith(written, 'hands r1').map((text) => text.split(';')[0])).toEqual([
    'An insider with the keys of c2 hands r1 another record c2/1#1 than c2 put, signed as c2 signs',
    'An insider with the keys of c2 hands r1 a record c2/1#2 of its own making, signed as c2 signs',
  ]);
});
