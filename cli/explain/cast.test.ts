/** What is said of who takes part, on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

/** What stands under "Who is there". */
async function castOf(prefix: string): Promise<string> {
  const text = flatTextOf(await storyOfFile(prefix));
  return text.slice(text.indexOf('Who is there'), text.indexOf('The story'));
}

test('domains and gateways', async () => {
  const text = await castOf('mutant-crosses-twice');
  expect(text).toContain('There are 2 administrative domains: r1 and c1 are of d1; C is of none.');
  expect(text).toContain('r1 is the gateway of its domain.');
  expect(await castOf('mutant-forwards-twice')).not.toContain('domain');
});

test('shards, who wants them, of which the keys are, and what the parts of a name are', async () => {
  const text = await castOf('mutant-reads-on');
  expect(text).toContain('There are 3 shards; before the first move every client wants all of them.');
  expect(text).toContain('Key k is of shard 1.');
  expect(text).toContain(
    'c1/1/s1#1 is the 1st record in the capsule that c1 began in incarnation 1, for shard 1 (/s1).',
  );
  expect(await castOf('mutant-seals-with-the-old-key')).toContain(
    'c1/1/k2#1 is the 1st record in the capsule that c1 began in incarnation 1, in key epoch 2 (/k2).',
  );
});

test('whose keys an insider has, and who counts as honest', async () => {
  expect(await castOf('mutant-overlooks-the-second-placement')).toContain(
    'An insider has the keys of C: what is signed as C may be the insider’s. The software of C itself runs on beside the insider, but C does not count as honest.',
  );
  expect(await castOf('mutant-forgets-the-cut')).not.toContain('insider');
});
