import { expect, test } from 'vitest';
import { initialState, step, type ModelEvent, type ModelState } from '../../model/index.ts';
import { DEFAULT_PARAMETERS } from '../../properties/index.ts';
import type { Followed } from '../../properties/monitors/twins.ts';
import { departureOf, effectOf } from './departure.ts';
import { bare } from './terms.ts';

test.each([
  [
    'send c2 r1>c2 over link 3: {"record":{"capsule":"c1/1","seq":2},"type":"data"}',
    {
      kind: 'send',
      to: 'c2',
      message: { type: 'data', record: { capsule: 'c1/1', seq: 2 }, from: 'r1', to: 'c2', link: 3 },
    },
  ],
  [
    'send C {"incarnation":1,"node":"r1","type":"leave"}',
    { kind: 'send', to: 'C', message: { type: 'leave' } },
  ],
  ['set suspect:C 3500', { kind: 'set-timer', timer: 'suspect:C', ms: 3500 }],
  ['cancel join', { kind: 'cancel-timer', timer: 'join' }],
  ['report {"type":"queued"}', { kind: 'report', report: { type: 'queued' } }],
  ['reject', { kind: 'reject' }],
])('reads %s', (text, effect) => expect(effectOf(text)).toMatchObject(effect));

test.each(['', 'send c2 nothing', 'report {', 'shout'])('does not read %j', (text) =>
  expect(effectOf(text)).toBeUndefined(),
);

/** A client that has its place: child of C, first life. */
function attached(): ModelState {
  let state: ModelState = initialState('client', 'c1', DEFAULT_PARAMETERS);
  const parent = { node: 'C', incarnation: 1, link: 2 };
  const events: ModelEvent[] = [
    { type: 'start', birth: 7, memory: null },
    { type: 'placement', node: 'c1', incarnation: 1, birth: 7, version: 2, level: 1, parent, children: [] },
  ];
  for (const event of events) {
    const result = step(state, event);
    if ('notAllowed' in result) throw new Error(result.notAllowed);
    ({ state } = result);
  }
  return state;
}

/** What is said of a client that puts out `got` where its statechart puts out `expected`. */
function saidOf(event: ModelEvent, expected: readonly string[], got: readonly string[]) {
  const before = attached();
  const reached = { taken: [], guards: [], rejection: undefined };
  const expectation = { kind: 'outputs', texts: expected, rejects: false, reached } as const;
  const followed: Followed = { node: 'c1', event, before, after: before, expectation, got, agrees: false };
  const tookIn = 'from' in event ? event : undefined;
  const departure = departureOf(followed, { parents: new Map(), tookIn });
  return { text: bare(departure?.text ?? ''), whole: bare(departure?.wholeText ?? '') };
}

const LINKED = { from: 'C', to: 'c1', link: 2 };
const DATA: ModelEvent = { type: 'data', record: { capsule: 'c2/1', seq: 2 }, ...LINKED };
const DELIVERED = 'report {"capsule":"c2/1","seq":2,"type":"delivered"}';
const ASKS = 'send C c1>C over link 2: {"capsule":"c2/1","first":1,"last":1,"path":[],"type":"nak"}';
const HEARD = 'set suspect:C 3500';

test('what is missing', () => {
  const { text, whole } = saidOf(DATA, [ASKS], []);
  expect(text).toBe('By its statechart, c1 should have asked C to repeat record c2/1#1 (Nak). It does not.');
  expect(whole).toBe(text);
});

test('what is too much: said as what a correct node does that does nothing', () => {
  expect(saidOf(DATA, [], [DELIVERED])).toEqual({
    text: 'By its statechart, c1 should instead have kept it until the records before it have come.',
    whole:
      'By its statechart, c1 should have kept it until the records before it have come. Instead it delivers it to its enclave.',
  });
});

test('the same more than once', () => {
  expect(saidOf(DATA, [DELIVERED], [DELIVERED, DELIVERED]).text).toBe(
    'By its statechart, c1 should not have delivered it to its enclave more than once.',
  );
});

test('what is not authentic, and why', () => {
  expect(saidOf({ type: 'garbage', reason: 'counter' }, ['reject'], [HEARD])).toEqual({
    text: 'By its statechart, c1 should have rejected it: it is a copy of one that was accepted before. Instead it trusts that C is alive for another 3.5 s.',
    whole:
      'By its statechart, c1 should have rejected it: it is a copy of one that was accepted before. Instead it trusts that C is alive for another 3.5 s.',
  });
});

test('timers count where there is nothing else', () => {
  expect(saidOf(DATA, [HEARD, DELIVERED], ['set suspect:C 1750', DELIVERED]).text).toBe(
    'By its statechart, c1 should have trusted that C is alive for another 3.5 s. Instead it trusts that C is alive for another 1.75 s.',
  );
});

test('what agrees is no departure', () => {
  const before = attached();
  const reached = { taken: [], guards: [], rejection: undefined };
  const expectation = { kind: 'outputs', texts: [], rejects: false, reached } as const;
  const followed: Followed = {
    node: 'c1',
    event: DATA,
    before,
    after: before,
    expectation,
    got: [],
    agrees: true,
  };
  expect(departureOf(followed, { parents: new Map() })).toBeUndefined();
});
