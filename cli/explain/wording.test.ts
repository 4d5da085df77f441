/** Words that a newcomer stumbled over, on the counterexamples of this checkout and by themselves. */
import { describe, expect, test } from 'vitest';
import { pageData } from './page-data.ts';
import { whyWithoutEffect } from './skipped.ts';
import { bare, withTerms } from './terms.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';
import { briefly } from './verdict.ts';

test('a request that is refused is answered, and one that is dropped is not', async () => {
  const text = flatTextOf(await storyOfFile('mutant-shares-incarnations'));
  expect(text).toMatch(/should have refused c1 .* Instead it drops it without an answer\./);
  expect(text).not.toContain('rejects');
});

test('what is forgotten with an old storage is said where the run tells it, in one wording', async () => {
  const text = flatTextOf(await storyOfFile('mutant-shares-incarnations'));
  expect(text).toContain('(the last write to it is lost: that it had taken incarnation 1)');
  expect(text).toContain('with an old storage: the last write to it is lost.');
});

test('what a node that is down does not get is not lost on the way', async () => {
  const { telling } = await storyOfFile('mutant-never-buries-the-dead');
  const ends = telling.beats.filter(({ text }) => bare(text).includes('never gets a Probe'));
  expect(ends.map(({ text }) => bare(text))).toEqual(['r1 never gets a Probe, which C sent it: r1 is down.']);
});

test('a move without effect says what is missing', async () => {
  const { nearest } = await storyOfFile('mutant-writes-on-in-its-old-capsule');
  expect(nearest?.telling.beats.map(({ text }) => text)).toContain(
    'The application at c1 puts k = "v2", without effect: c1 is down.',
  );
});

test('why moves have no effect', () => {
  const up = new Set(['c1']);
  expect(whyWithoutEffect({ move: 'crash', node: 'c2' }, up)).toBe('c2 is down already');
  expect(whyWithoutEffect({ move: 'pause', node: 'c1' }, up)).toBe('c1 is frozen');
  expect(whyWithoutEffect({ move: 'resume', node: 'c1' }, up)).toBe('c1 is not frozen');
  expect(whyWithoutEffect({ move: 'fire', node: 'c1', timer: 'join' }, up)).toBe(
    'that timer of c1 is not set',
  );
});

describe('the name of a record', () => {
  test.each([
    [
      'mutant-writes-on-in-its-old-capsule',
      'c1/2#1 is the 1st record in the capsule that c1 began in incarnation 2.',
    ],
    [
      'mutant-strands-whoever-waits--resync',
      'c1/1#2 is the 2nd record in the capsule that c1 began in incarnation 1.',
    ],
  ])('%s: is explained with one of the story', async (name, sentence) => {
    const story = await storyOfFile(name);
    expect(flatTextOf(story)).toContain(sentence);
    expect(bare(pageData(story).cast.at(-1) ?? '')).toBe(sentence);
  });

  test('is not explained where none is named', async () => {
    expect(flatTextOf(await storyOfFile('mutant-never-buries-the-dead'))).not.toContain(
      'in the capsule that',
    );
  });
});

test('words made of terms are terms', () => {
  expect(withTerms('every credentialed node')).toContain('a signed proof of who a node is');
});

test('states and texts of statecharts are not in the midst of sentences', async () => {
  const text = flatTextOf(await storyOfFile('mutant-keeps-syncs-to-itself--resync'));
  expect(text).toContain(
    'Without it another property breaks (conformance: r1 does something else than its statechart when it gets a SYNC).',
  );
  expect(text).not.toMatch(/attached·|reacted to/);
  expect(
    bare(briefly('C in waiting·calm reacted to timer.eoe otherwise than its statechart: missing x')),
  ).toBe('C does something else than its statechart when its timer eoe goes off');
  expect(bare(briefly('C in waiting·calm: no transition allows its reaction to join-refused: rule 1'))).toBe(
    'C does something else than its statechart when it gets a JoinRefused',
  );
  expect(briefly('c2 has no place')).toBe('c2 has no place');
});

test('moves without a step in the story are listed', async () => {
  const story = await storyOfFile('mutant-strands-whoever-waits--resync');
  expect(flatTextOf(story)).toContain('Move 2 only lets time pass, and is no step of the story.');
  for (const name of ['mutant-strands-whoever-waits--resync', 'mutant-waits-for-the-silent']) {
    const { moves, telling } = await storyOfFile(name);
    const tagged = new Set(telling.beats.map((beat) => (beat.kind === 'told' ? beat.move : undefined)));
    moves.forEach(({ isTold }, index) => expect(isTold).toBe(tagged.has(index)));
  }
});
