/** What the nearest passing schedule is told with, on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

const POINTER = 'the nearest schedule in which it holds (below)';
const SECTION = 'The nearest schedule in which it holds';

test.each(['mutant-never-buries-the-dead', 'mutant-shares-incarnations'])(
  '%s: where merely less happens, nothing points to it',
  async (name) => {
    const text = flatTextOf(await storyOfFile(name));
    expect(text).not.toContain(SECTION);
    expect(text).not.toContain(POINTER);
  },
);

test('what it does at the step that goes wrong is the difference, and is said once', async () => {
  const text = flatTextOf(await storyOfFile('mutant-last-arrival-wins'));
  const difference =
    'The difference: at 7.125 s, c2 is asked for its store; c2 shows its store: k = "v1". Up to 1.500 s the two runs are the same. The property holds';
  expect(text).toContain(difference);
  expect(text).toContain(POINTER);
});

test('what should have been sent, where it is sent', async () => {
  const { nearest } = await storyOfFile('mutant-strands-whoever-waits--resync');
  expect(nearest?.difference).toMatch(/^at [\d.]+ s, r2 gets .* and sends C and c2 .* again/);
  expect(nearest?.instead.length).toBeGreaterThan(0);
});

test('one in which nothing of the story happens is one sentence', async () => {
  const text = flatTextOf(await storyOfFile('mutant-writes-on-in-its-old-capsule'));
  expect(text).toMatch(
    /Without move 3 \(c1 starts again.*\), it never comes to step 13, in which c1 gets the SYNC of epoch 1 .*, and the property holds to the end\. (?:What the reference|$)/,
  );
  expect(text).not.toContain(POINTER);
  expect(text).not.toContain('Then, instead');
});
