/** What an insider withholds is not lost, and goes on when the moves are over: on the counterexamples of this checkout. */
import { expect, test } from 'vitest';
import type { Move } from '../../engine/index.ts';
import type { ObservedRun } from './observe.ts';
import { endOfMovesWords } from './settling.ts';
import { bare } from './terms.ts';
import { textOf } from './text.ts';
import { flatTextOf, storyOfFile } from './told.test-helper.ts';

test('is told and drawn as withheld, and goes on', async () => {
  const story = await storyOfFile('mutant-never-doubts-its-parent');
  const text = flatTextOf(story);
  expect(text).toContain('C never gets record c1/1#1 from r1: the insider at r1 withholds it.');
  expect(text).toContain('The moves are over; the withholding of move 1 goes on.');
  expect(text).not.toMatch(/it is lost|nothing is lost/);
  const drawn = textOf(story, { columns: 80, isUnicode: true, paint: (one) => one });
  expect(drawn).toMatch(/│⊘─data c1\/1#1──│/);
  expect(drawn).toMatch(/● insider: withholds from now on/);
  expect(drawn).toContain('⊘ withheld');
  expect(drawn).not.toContain('× lost');
});

test('what is lost is drawn as lost', async () => {
  const text = flatTextOf(await storyOfFile('mutant-keeps-evidence-to-itself'));
  expect(text).toMatch(/C never gets a Join, which c1 sent it: it is lost\..*× lost/);
  expect(text).not.toContain('withheld');
});

test.each<[Move[], string]>([
  [[{ move: 'elapse', ms: 1 }], 'the moves are over'],
  [[{ move: 'drop', message: 'm' }], 'the faults end: nothing is lost or cut from now on'],
  [
    [{ move: 'attack', attack: { kind: 'replay', message: 'm' } }],
    'the moves are over: the attacker does nothing more',
  ],
  [
    [
      { move: 'drop', message: 'm' },
      { move: 'attack', attack: { kind: 'withhold', by: 'router(r1)', standing: 'begins', what: 'all' } },
    ],
    'the faults end: nothing else is lost or cut from now on; the withholding of move 2 goes on',
  ],
  [
    [
      { move: 'attack', attack: { kind: 'withhold', by: 'router(r1)', standing: 'begins', what: 'all' } },
      { move: 'attack', attack: { kind: 'withhold', by: 'router(r1)', standing: 'ends', what: 'all' } },
    ],
    'the moves are over: the attacker does nothing more',
  ],
])('at the end of %j', (moves, words) => {
  const steps = moves.map((move, index) => ({
    step: { kind: 'event', event: { type: 'network', text: '' }, cause: { kind: 'move', index, move } },
  }));
  const run = { steps } as unknown as ObservedRun;
  expect(bare(endOfMovesWords(moves.length, run))).toBe(words);
});
