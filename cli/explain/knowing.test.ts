/** What is never left out: who knew what and when, on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import { bare } from './terms.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

test('what a node learned that it goes against is told, and said with the wrong step', async () => {
  const text = flatTextOf(await storyOfFile('mutant-forgets-the-cut'));
  expect(text).toContain(
    'By its statechart, C should instead have dropped it: it has known since 1.500 s that c2 is expelled.',
  );
  expect(flatTextOf(await storyOfFile('mutant-reads-on'))).toContain(
    'it has not wanted shard 1 since 1.500 s.',
  );
});

test('who did the same and knew less is cleared', async () => {
  const text = flatTextOf(await storyOfFile('mutant-forgets-the-cut'));
  expect(text).toContain('passes it on to C. r1 does not know yet that c2 is expelled.');
  expect(text).toMatch(/r1 gets its Placement of version 4 from C.*It had passed c2\/1#1 on before\./);
  expect(flatTextOf(await storyOfFile('mutant-reads-on'))).toMatch(
    /C gets c2’s wish for shard 0 .* It had passed c1\/1\/s1#1 on before\./,
  );
});

test('the sending of what goes wrong where it is taken in is told', async () => {
  const { telling } = await storyOfFile('mutant-overlooks-the-second-placement');
  const [wrong] = telling.departures.keys();
  const { step } = telling.run.steps[wrong!]!;
  const sentAt = step.kind === 'reaction' ? telling.run.sentAt.get(step.message ?? '') : undefined;
  expect(telling.told).toContain(sentAt);
});

test('where no step is off its statechart, the property says what should have been', async () => {
  const { telling } = await storyOfFile('mutant-seals-with-the-old-key');
  expect(telling.beats.map(({ text }) => bare(text)).join(' ')).toContain(
    'key epoch 2 has begun, and learns of key epoch 2.',
  );
  expect(flatTextOf(await storyOfFile('mutant-seals-with-the-old-key'))).toMatch(
    /sealed under the group key of key epoch 1, .* No step is off its statechart, .* What should have been: .* the newest group key/,
  );
});
