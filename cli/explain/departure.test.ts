import { describe, expect, test } from 'vitest';
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
function saidOf(event: ModelEvent, expected: readonly string[], got: readonly string[], before = attached()) {
  const reached = { taken: [], guards: [], rejection: undefined };
  const expectation = {
    kind: 'outputs',
    texts: expected,
    rejects: expected.includes('reject'),
    reached,
  } as const;
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
    text: 'By its statechart, c1 should have dropped it: it is a copy of one that was accepted before. Instead it trusts that C is alive for another 3.5 s.',
    whole:
      'By its statechart, c1 should have dropped it: it is a copy of one that was accepted before. Instead it trusts that C is alive for another 3.5 s.',
  });
});

test('why a message is to be rejected', () => {
  const parent = { node: 'C', incarnation: 1, link: 2 };
  const place = { incarnation: 1, version: 1, level: 1, parent, children: [] };
  const installs = 'report {"type":"installed","version":1,"parent":"C","children":[]}';
  const reject = (event: ModelEvent): string => saidOf(event, ['reject'], [installs]).text;
  expect(reject({ type: 'placement', node: 'c1', birth: 7, ...place })).toMatch(
    /should instead have dropped it: version 1 is older than the 2 that it has\.$/,
  );
  expect(reject({ type: 'placement', node: 'c1', birth: 7, ...place, version: 2 })).toMatch(
    /: it has version 2 already\.$/,
  );
  expect(reject({ type: 'placement', node: 'c1', birth: 6, ...place })).toMatch(
    /: it is for another life of c1\.$/,
  );
  expect(reject({ ...DATA, from: 'r1' })).toMatch(/: r1 is no neighbour of c1\.$/);
  expect(reject({ ...DATA, link: 1 })).toMatch(/: it came over a link that has been replaced\.$/);
  // Nothing simple says why.
  expect(reject(DATA)).toMatch(/should instead have dropped it\.$/);
});

test('what is missing beside what is right', () => {
  const { text, whole } = saidOf(DATA, [ASKS, DELIVERED], [DELIVERED]);
  expect(text).toBe('By its statechart, c1 should also have asked C to repeat record c2/1#1 (Nak).');
  expect(whole).toBe(`${text} It does not.`);
});

test('whose answer a timer has run out for', () => {
  const c: ModelState = initialState('coordinator', 'C', DEFAULT_PARAMETERS);
  if (c.role !== 'coordinator') throw new TypeError('expected a coordinator');
  const before: ModelState = { ...c, context: { ...c.context, epoch: 1, awaited: ['c1', 'r1'] } };
  const closes = 'report {"type":"epoch-closed","epoch":1,"answered":["c2"]}';
  const { text } = saidOf({ type: 'timer.eoe' }, [closes], [], before);
  expect(text).toMatch(
    /epoch 1 \(c2 answered\): c1 and r1 have not answered, and it must not wait any longer\. It does not\.$/,
  );
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

describe('a message that reads like the one that should have been sent', () => {
  const sync = (more: object): string =>
    `send c2 c1>c2 over link 2: ${JSON.stringify({ epoch: 1, frontier: [], type: 'sync', ...more })}`;
  const forks = [{ capsule: 'c2/1', seq: 1, branches: ['', 'a'] }];

  test('a SYNC that leaves something out', () => {
    const { text, whole } = saidOf(DATA, [sync({ forks })], [sync({})]);
    expect(text).toBe(
      'By its statechart, c1 should have added to this SYNC to c2 that c2 forked its capsule: there are two records c2/1#1. It leaves it out.',
    );
    expect(whole).toBe(text);
  });

  test('a SYNC that says too much', () => {
    const rotation = { keyEpoch: 2, expelled: [] };
    expect(saidOf(DATA, [sync({})], [sync({ rotation })]).text).toBe(
      'By its statechart, c1 should have left out of this SYNC to c2 that key epoch 2 has begun. It says it.',
    );
  });

  test('fields that no sentence tells are named', () => {
    const nak = (path: readonly string[]): string =>
      `send C c1>C over link 2: ${JSON.stringify({ capsule: 'c2/1', first: 1, last: 1, path, type: 'nak' })}`;
    expect(saidOf(DATA, [nak(['c2'])], [nak([])]).text).toBe(
      'By its statechart, c1 should have sent C the nak with path c2 (not empty). It sends it with another path.',
    );
  });
});
