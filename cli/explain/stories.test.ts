/** The stories of all counterexamples of this checkout: short, whole, and in words. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseCounterexample } from '../../properties/counterexample.ts';
import { tell } from '../explain.ts';
import { contextOf } from '../fake-kit.test-helper.ts';
import { loadKit, type Kit } from '../kit.ts';
import { pageData } from './page-data.ts';
import { plainStory } from './plain-story.ts';
import type { Story } from './story.ts';
import { bare } from './terms.ts';
import { textOf } from './text.ts';

const FOLDER = fileURLToPath(new URL('../../counterexamples/', import.meta.url));
/** A story that is longer than this is a log. */
const MOST_BEATS = 30;

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

let kit: Kit;
beforeAll(async () => {
  const whole = await loadKit();
  // What happens without each move has tests of its own and takes as many executions.
  kit = { ...whole, driver: (subject) => ({ ...whole.driver(subject), certify: () => undefined }) };
});

async function storyOf(name: string): Promise<Story> {
  const { certificate: _, ...counterexample } = parseCounterexample(
    readFileSync(FOLDER + name, 'utf8'),
    name,
  );
  return tell(contextOf(kit), name, counterexample, counterexample.subject, false);
}

test('answers to the epoch that is not closed are told', async () => {
  const name = files.find((file) => file.startsWith('mutant-waits-for-the-silent'))!;
  const { telling } = await storyOf(name);
  const answers = telling.run.steps.filter(
    ({ situation, index }) => situation.tookIn?.type === 'eoe' && index <= telling.until,
  );
  expect(answers.length).toBeGreaterThan(0);
  for (const { index } of answers) expect(telling.told).toContain(index);
});

test.each([
  ['mutant-never-asks', '12 .*▶◆ *│\n *│◁╌nak c2/1#1╌+│', '╌╌▷ should have been sent'],
  [
    'mutant-forwards-twice',
    '✗◀─data.*\n *│─+data c1/1#1─+▶│\n *│═+data c1/1#1═+▶│',
    '══▶ should not have been sent',
  ],
])('%s: what should have been sent, and what should not, is in the picture', async (name, rows, legend) => {
  const story = await storyOf(files.find((file) => file.startsWith(name))!);
  const text = textOf(story, { columns: 80, isUnicode: true, paint: (one: string) => one });
  const picture = text.slice(text.indexOf('The same in a picture'), text.indexOf('\nThe moves'));
  expect(picture.replaceAll(/ +\n/g, '\n')).toMatch(new RegExp(rows));
  expect(picture).toContain(legend);
});

test('of two copies the right one is drawn, too, and two placements of one version are told apart', async () => {
  const pictureOf = async (prefix: string): Promise<string> => {
    const story = await storyOf(files.find((file) => file.startsWith(prefix))!);
    return textOf(story, { columns: 80, isUnicode: true, paint: (one: string) => one });
  };
  expect(await pictureOf('mutant-crosses-twice')).toMatch(/│◀─data c1\/1#1──│.*\n *│◀═data c1\/1#1══│/);
  expect(await pictureOf('mutant-overlooks-the-second-placement')).toContain('placement v4: r1 under C');
});

test('a tree with a node in two places is drawn so', async () => {
  const story = await storyOf(files.find((file) => file.startsWith('mutant-keeps-the-old-slot'))!);
  const [doubled] = story.telling.run.steps[story.telling.brokeAt!]!.tree.doubled;
  const text = textOf(story, { columns: 80, isUnicode: true, paint: (one: string) => one });
  const tree = text.slice(text.indexOf('The tree that is committed:'), text.indexOf('The same in a picture'));
  expect(tree.split(`${doubled!.child} (more than once)`)).toHaveLength(3);
});

describe.each(files)('%s', (name) => {
  test('is told', async () => {
    const story = await storyOf(name);
    const { telling, verdict } = story;
    const told = telling.beats.filter(({ kind }) => kind === 'told');
    expect(verdict).not.toBe('holds');
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThanOrEqual(MOST_BEATS);
    // All steps are there, folded or not, once and in order.
    expect(telling.beats.flatMap(({ steps }) => steps)).toEqual(
      Array.from({ length: telling.until + 1 }, (_, index) => index),
    );
    // Where the faults end is told, and what an epoch lacked that is not closed.
    const all = telling.run.steps.slice(0, telling.until + 1);
    const settling = all.find(({ step }) => step.kind === 'event' && step.event.type === 'settling');
    if (settling !== undefined && all.some(({ move }) => move !== undefined))
      expect(told.flatMap((beat) => beat.steps)).toContain(settling.index);
    // The times add up: what is folded says how long it is from the sentence before to the one after.
    telling.beats.forEach((beat, at) => {
      const after = telling.beats[at + 1];
      if (beat.kind === 'told' || after?.kind !== 'told') return;
      const lastOfBefore = telling.beats[at - 1]?.steps.at(-1);
      const ms = after.nowMs - (lastOfBefore === undefined ? 0 : telling.run.steps[lastOfBefore]!.nowMs);
      expect(/^\(\+([\d.]+) s\) /.exec(beat.text)?.[1]).toBe(ms === 0 ? undefined : String(ms / 1000));
    });
    // What should have been done is never told in the words of what was done.
    for (const { missing, extra } of telling.departures.values()) {
      const rest = (texts: readonly string[]): string =>
        texts.map((text) => bare(text).replace(/^\S+ /, '')).join();
      expect(rest(missing), 'what should have been done, beside what was').not.toBe(
        extra.length === 0 ? undefined : rest(extra),
      );
    }
    // It leads to where the property broke, and to where a node left its statechart.
    const steps = told.flatMap((beat) => beat.steps);
    if (telling.brokeAt !== undefined) expect(steps).toContain(telling.brokeAt);
    expect(steps).toEqual(expect.arrayContaining([...telling.departures.keys()]));

    const style = { columns: 80, isUnicode: true, paint: (text: string) => text };
    const text = textOf(story, style);
    const wide = text.split('\n').filter((line) => line.length > 80);
    // Names of properties and mutants are not broken.
    expect(wide.filter((line) => line.includes(' '.repeat(4)))).toEqual([]);
    expect(text).not.toMatch(/undefined|\[object|NaN|[\uE000-\uE002]|\{"\w+":/);
    const ascii = textOf(story, { ...style, isUnicode: false });
    expect(Array.from(ascii).filter((letter) => letter > '~')).toEqual([]);
    expect(JSON.stringify(plainStory(story))).not.toMatch(/[\uE000-\uE002]/);
    expect(JSON.stringify(pageData(story)).length).toBeLessThan(1_700_000);
  });
});
