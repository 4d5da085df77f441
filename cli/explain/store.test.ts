/** What is told of a store that is not what its records give. */
import { expect, test } from 'vitest';
import type { ObservedRun } from './observe.ts';
import { wrongValueOf } from './store.ts';
import { bare } from './terms.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

/** A run in which clients report these things, one a step. */
function runOf(...reports: readonly [string, object][]): ObservedRun {
  const steps = reports.map(([node, report], index) => ({
    index,
    node,
    effects: [{ kind: 'report', report }],
  })) as unknown as ObservedRun['steps'];
  return { steps, fates: new Map(), sentAt: new Map(), messages: new Map() };
}

const record = (capsule: string, timestamp: number, value: string, hash = '') => ({
  type: 'delivered',
  capsule,
  seq: 1,
  hash,
  timestamp,
  writes: [{ key: 'k', value }],
});
const claim = (is: string, expected: string): string =>
  `the store of c2 is not what its records give: "k" is ${is}, expected ${expected}`;
const said = (run: ObservedRun, message: string): string =>
  bare(wrongValueOf(run, message)?.departure.text ?? '');

test('the greater timestamp wins', () => {
  const run = runOf(['c2', record('c1/1', 2, 'new')], ['c2', record('c3/1', 1, 'old')]);
  expect(wrongValueOf(run, claim('"old"', '"new"'))?.at).toBe(1);
  expect(said(run, claim('"old"', '"new"'))).toBe(
    'Here the store of c2 goes wrong: k must stay "new". Of two writes of one key there wins the one with the greater timestamp: c1/1#1 (timestamp 2, k = "new") over c3/1#1 (timestamp 1, k = "old"), for 2 is greater than 1.',
  );
});

test('of equal timestamps the greater writer wins, and of one writer the greater hash', () => {
  const tie = runOf(['c2', record('c1/1', 1, 'a')], ['c2', record('c3/1', 1, 'b')]);
  expect(said(tie, claim('"a"', '"b"'))).toMatch(/k must become "b"\. .* for c3 is greater than c1\.$/);
  const own = runOf(['c2', record('c1/1', 1, 'a', 'aa')], ['c2', record('c1/2', 1, 'b', '99')]);
  expect(said(own, claim('"b"', '"a"'))).toMatch(/for aa… is greater than 99…\.$/);
});

test('nothing is made up where the records do not tell, or something else is claimed', () => {
  const run = runOf(['c2', record('c1/1', 1, 'a')]);
  expect(wrongValueOf(run, claim('"b"', 'null'))).toBeUndefined();
  expect(wrongValueOf(run, claim('"a"', '"b"'))).toBeUndefined();
  expect(wrongValueOf(run, 'c2 has no place')).toBeUndefined();
  expect(said(run, 'c2 answered null for "k"; the records that it holds say "a"')).toMatch(
    /only write of it/,
  );
});

test('the step is marked as the wrong one, and the other client’s store is shown', async () => {
  const story = await storyOfFile('mutant-last-arrival-wins');
  const text = flatTextOf(story);
  expect(text).toMatch(
    /"k" is "v2", expected "v1"\. c1 shows "v1"\. The first wrong step is 6 \(at 1\.540 s\): the store/,
  );
  expect(text).toMatch(
    / 6 1\.540 s ◆ c2 gets record c1\/1#1 from C.* Here the store of c2 goes wrong: k must stay "v1"/,
  );
  expect(text).toContain('◆ a wrong step');
});
