/** What is said first about what went wrong, on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import { pageData } from './page-data.ts';
import { bare } from './terms.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

/** What stands under "What happens", explanations of terms left out. */
function firstWords(text: string): string {
  return text
    .slice(text.indexOf('What happens'), text.indexOf('Who is there'))
    .replaceAll(/ \([A-Za-z]+: .*?\)(?= [A-Z]|$| )/g, '')
    .trim();
}

test('the first wrong step is named, whatever breaks in the end', async () => {
  const story = await storyOfFile('mutant-strands-whoever-waits--resync');
  const [wrong] = story.telling.departures.keys();
  const beat = story.telling.beats.find(({ steps }) => steps.includes(wrong!));
  const number = beat?.kind === 'told' ? beat.number : undefined;
  expect(firstWords(flatTextOf(story))).toContain(
    `The first wrong step is ${number} (at 6.180 s): by its statechart, r2 should also have sent c2 record c1/1#2 again (Repair): c2 asked for it before and still waits. It does not.`,
  );
  expect(bare(pageData(story).happens)).toContain(`The first wrong step is ${number} `);
});

test('nothing is said twice where conformance breaks, nor said where no statechart is left', async () => {
  for (const name of ['mutant-shares-incarnations', 'mutant-seals-nothing'])
    expect(flatTextOf(await storyOfFile(name))).not.toContain('The first wrong step');
});
