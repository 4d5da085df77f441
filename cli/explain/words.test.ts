import { describe, expect, test } from 'vitest';
import type { Message } from '../../model/index.ts';
import type { Attack, Move } from '../../engine/index.ts';
import type { Command } from '../../properties/reading.ts';
import { participle, phrasesOf, present, type Effect } from './effects.ts';
import { attackWords } from './attacks.ts';
import { identityOf, identityWords } from './identities.ts';
import { moveWords } from './moves.ts';
import type { ObservedRun } from './observe.ts';
import { receivedWords } from './received.ts';
import { namingOf } from './sentences.ts';
import { bare, FirstTime, partsOf, term, withTerms } from './terms.ts';
import { clauses, gap, listed, moment, ordinal, span } from './words.ts';

describe('lists and numbers', () => {
  test('lists', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((names) => listed(names))).toEqual([
      'nobody',
      'a',
      'a and b',
      'a, b and c',
    ]);
    expect(clauses(['r1 stops', 'goes'])).toBe('r1 stops and goes');
    expect(clauses(['r1 greets a and b', 'goes'])).toBe('r1 greets a and b, and goes');
    expect(clauses(['a', 'b', 'c'])).toBe('a, b, and c');
  });

  test('times and positions', () => {
    expect([7133, 0].map(moment)).toEqual(['7.133 s', '0.000 s']);
    expect([20, 1026, 3060, 81_000].map(gap)).toEqual(['(+0.02 s)', '(+1.026 s)', '(+3.06 s)', '(+81 s)']);
    expect([20, 3500, 81_000, 120_000].map(span)).toEqual(['20 ms', '3.5 s', '1 min 21 s', '2 min']);
    expect([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal)).toEqual([
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '112th',
    ]);
  });
});

describe('terms', () => {
  test('are explained where they come up first, under their own names', () => {
    const terms = new FirstTime();
    const asks = `asks (${term('Nak')}), and asks again (${term('Nak', 'Naks')})`;
    expect(terms.say(asks)).toEqual({
      text: 'asks (Nak), and asks again (Naks)',
      news: ['Nak: a request to repeat records that are missing'],
    });
    expect(terms.say(asks).news).toEqual([]);
    expect(terms.say(term('router', 'routers')).news[0]).toMatch(/^router: /);
  });

  test('are found in texts from elsewhere, and nothing else is', () => {
    const marked = withTerms('c1 was behind at SYNC 1; two placements, a misplacement');
    expect(bare(marked)).toBe('c1 was behind at SYNC 1; two placements, a misplacement');
    expect(partsOf(marked).filter(({ meaning }) => meaning !== undefined)).toMatchObject([
      { text: 'SYNC' },
      { text: 'placements' },
    ]);
  });
});

describe('moves', () => {
  test.each<[Move<Command>, string]>([
    [{ move: 'elapse', ms: 4166 }, '4.17 s pass without a fault'],
    [{ move: 'drop', message: 'c2>r1 data #2' }, 'the network loses the 2nd data message from c2 to r1'],
    [
      { move: 'partition', from: ['c7'], to: ['r2'], way: 'one-way' },
      'nothing gets from c7 to r2 any more; the other way stays open',
    ],
    [
      { move: 'partition', from: ['c1', 'c2'], to: ['C'], way: 'both' },
      'the network cuts c1 and c2 off from C, both ways',
    ],
    [
      { move: 'restart', node: 'c1', memory: { back: 2 } },
      'c1 starts again, with an old storage: the last 2 writes to it are lost',
    ],
    [
      { move: 'fire', node: 'C', timer: 'suspect:r1' },
      'a timer of C goes off before its time, as if C has heard nothing from r1 for too long',
    ],
    [
      { move: 'command', node: 'c1', command: { type: 'put', key: 'k', value: '"' } },
      'the application at c1 puts k = "\\""',
    ],
  ])('%j', (move, words) => expect(bare(moveWords(move))).toBe(words));

  test.each<[Attack, RegExp]>([
    [
      { kind: 'forge', message: 'leave', as: 'c2', to: 'C', salt: 1 },
      /^hands C a leave that it made up in the name of c2/,
    ],
    [
      { kind: 'replay', message: 'C>r1 probe #1' },
      /^replays the 1st probe message from C to r1: a true copy/,
    ],
    [
      { kind: 'tamper', message: 'C>r1 probe #1', field: [1], salt: 1 },
      /^hands r1 the 1st probe .* one field changed/,
    ],
    [{ kind: 'flood', joins: 5, salt: 1 }, /^floods the coordinator with 5 made-up joins/],
    [{ kind: 'theirs', what: 'else' }, /^does \{"kind":"theirs","what":"else"\}$/],
  ])('%j', (attack, words) => expect(attackWords(attack)).toMatch(words));

  test('identities', () => {
    expect(identityOf('r1>C probe-ack ~1')).toEqual({
      from: 'r1',
      to: 'C',
      kind: 'probe-ack',
      number: 1,
      isAnswer: true,
    });
    expect(identityOf('nothing')).toBeUndefined();
    expect(identityWords('nothing')).toBe('nothing');
  });
});

const LINKED = { from: 'r1', to: 'c1', link: 3 };
const NEIGHBOUR = { incarnation: 1, link: 3 };

/** Each kind of message, what it is called when it is got, and what a node does that sends it to `x`. */
const MESSAGES: readonly [Message, string, string][] = [
  [
    {
      type: 'join',
      node: 'c1',
      role: 'client',
      incarnation: 2,
      birth: 7,
      attempt: 1,
      reason: 'restarted',
      suspect: '',
      link: 0,
    },
    'y’s request for a place (Join in incarnation 2; it says that it restarted)',
    'asks x for a place (Join as a restarted node in incarnation 2)',
  ],
  [
    { type: 'join-refused', node: 'c1', birth: 7, attempt: 1, why: 'pending', known: 1 },
    'the refusal of y: no slot is free (JoinRefused)',
    'refuses x for now (JoinRefused): no slot is free',
  ],
  [
    {
      type: 'placement',
      node: 'r1',
      incarnation: 1,
      birth: 7,
      version: 8,
      level: 1,
      parent: { node: 'C', ...NEIGHBOUR },
      children: [{ node: 'c3', ...NEIGHBOUR }],
    },
    'its Placement of version 8 from y',
    'shows x its own Placement of version 8',
  ],
  [
    { type: 'placement-ack', node: 'r1', incarnation: 1, version: 8 },
    'y’s confirmation of version 8 (PlacementAck)',
    'confirms that to x (PlacementAck)',
  ],
  [{ type: 'leave', node: 'r1', incarnation: 1 }, 'y’s goodbye (Leave)', 'says goodbye to x (Leave)'],
  [
    { type: 'suspect', node: 'r1', incarnation: 1, child: 'c3', link: 3 },
    'y’s report that c3 is silent (Suspect)',
    'reports to x that c3 is silent (Suspect)',
  ],
  [
    { type: 'probe', node: 'c1', incarnation: 1, nonce: 1 },
    'the question from y whether it is alive (Probe)',
    'asks x whether it is alive (Probe)',
  ],
  [
    { type: 'probe-ack', node: 'c1', incarnation: 1, nonce: 1 },
    'y’s answer that it is alive (ProbeAck)',
    'answers x that it is alive (ProbeAck)',
  ],
  [{ type: 'heartbeat', ...LINKED }, 'a Heartbeat from y', 'greets x (Heartbeat)'],
  [
    { type: 'data', record: { capsule: 'c1/1', seq: 2 }, ...LINKED },
    'record c1/1#2 from y',
    'sends record c1/1#2 to x',
  ],
  [
    { type: 'rts', epoch: 2, ...LINKED },
    'the question from y how far everybody has written (RTS of epoch 2)',
    'asks x how far everybody has written (RTS)',
  ],
  [
    {
      type: 'eoe',
      epoch: 2,
      answers: [
        { node: 'c1', heads: [{ capsule: 'c1/1', seq: 2 }] },
        { node: 'c2', heads: [] },
      ],
      ...LINKED,
    },
    'an EOE of epoch 2 (c1 wrote c1/1 up to #2; c2 wrote nothing) from y',
    'sends x an EOE of epoch 2 (c1 wrote c1/1 up to #2; c2 wrote nothing)',
  ],
  [
    { type: 'sync', epoch: 2, frontier: [{ capsule: 'c1/1', seq: 2 }], ...LINKED },
    'the SYNC of epoch 2 from y: c1/1 up to #2 is written',
    'tells x how far each writer has got: c1/1 up to #2 (SYNC)',
  ],
  [
    {
      type: 'sync',
      epoch: 2,
      frontier: [],
      forks: [{ capsule: 'c2/1', seq: 3, branches: ['', 'a'] }],
      lacks: [{ capsule: 'c1/1', held: 0 }],
      rotation: { keyEpoch: 2, expelled: ['c2', 'c3'] },
      ...LINKED,
    },
    'the SYNC of epoch 2 from y: no record is known; c2 forked its capsule: there are two records c2/1#3; the coordinator itself lacks c1/1#1; key epoch 2 has begun; c2 and c3 are expelled',
    'tells x how far each writer has got: no record is known; c2 forked its capsule: there are two records c2/1#3; the coordinator itself lacks c1/1#1; key epoch 2 has begun; c2 and c3 are expelled (SYNC)',
  ],
  [
    { type: 'data', record: { capsule: 'c1/1', seq: 2, branch: 'a' }, ...LINKED },
    'record c1/1#2 (not one that c1 put) from y',
    'sends record c1/1#2 (not one that c1 put) to x',
  ],
  [
    {
      type: 'repair',
      capsule: 'c1/1',
      first: 1,
      last: 2,
      seqs: [1, 2],
      marks: { '2': { branch: 'a' } },
      ...LINKED,
    },
    'records c1/1#1 to #2 (#2 not as c1 put it) again from y (Repair)',
    'sends x records c1/1#1 to #2 (#2 not as c1 put it) again (Repair)',
  ],
  [
    { type: 'nak', capsule: 'c1/1', first: 1, last: 2, path: ['c1'], ...LINKED },
    'y’s request to repeat records c1/1#1 to #2 (Nak) (on its way to c1, who wrote it)',
    'asks x to repeat records c1/1#1 to #2 (Nak)',
  ],
  [
    { type: 'repair', capsule: 'c1/1', first: 1, last: 2, seqs: [2], ...LINKED },
    'record c1/1#2 again from y (Repair)',
    'sends x record c1/1#2 again (Repair)',
  ],
  [
    {
      type: 'placement',
      node: 'x',
      incarnation: 1,
      birth: 7,
      version: 8,
      level: 1,
      parent: { node: 'C', ...NEIGHBOUR },
      children: [{ node: 'c3', ...NEIGHBOUR }],
    },
    'its Placement of version 8 from y',
    'sends x its Placement of version 8: parent C, child c3',
  ],
];

describe('messages', () => {
  test.each(MESSAGES)('%j', (message, received, sent) => {
    expect(bare(receivedWords(message, 'y'))).toBe(received);
    const effects: Effect[] = [{ kind: 'send', to: 'x', message }];
    expect(phrasesOf(effects, { parents: new Map() }).map(present).map(bare)).toEqual([sent]);
  });

  test('a Join says which life it is of, where there were several', () => {
    expect(bare(receivedWords(MESSAGES[0]![0], 'y', 2))).toMatch(/^the request of y’s 2nd life for a place/);
  });

  test('the same to several is said once, and how often where it is more than once', () => {
    const message = MESSAGES[9]![0];
    const effects = ['a', 'b', 'a'].map((to): Effect => ({ kind: 'send', to, message }));
    expect(phrasesOf(effects, { parents: new Map() }).map(present).map(bare)).toEqual([
      'sends record c1/1#2 to a (2 times) and b',
    ]);
  });
});

test('verbs', () => {
  const verbs = ['send', 'pass', 'drop', 'do', 'have', 'commit', 'leave', 'refuse', 'write'];
  expect(verbs.map((verb) => `${present({ verb, rest: '' })}, ${participle({ verb, rest: '' })}`)).toEqual([
    'sends, sent',
    'passes, passed',
    'drops, dropped',
    'does, done',
    'has, had',
    'commits, committed',
    'leaves, left',
    'refuses, refused',
    'writes, written',
  ]);
});

test('a message that a move names by its number is told with what it says, where the run knows it', () => {
  const id = 'C>r1 placement #5';
  const parent = { node: 'C', incarnation: 1, link: 1 };
  const place = { incarnation: 1, birth: 1, version: 8, level: 1, parent, children: [] };
  const messages = new Map<string, Message>([[id, { type: 'placement', node: 'r1', ...place }]]);
  const run: ObservedRun = { steps: [], fates: new Map(), sentAt: new Map(), messages };
  const naming = namingOf(run);
  expect(bare(moveWords({ move: 'drop', message: id }, naming))).toBe(
    'the network loses the 5th placement message from C to r1 (Placement of version 8)',
  );
  const replay: Move<Command> = { move: 'attack', attack: { kind: 'replay', message: id } };
  expect(bare(moveWords(replay, naming))).toContain(
    'replays the 5th placement message from C to r1 (Placement of',
  );
  expect(naming.words('C>r1 placement #6')).toBe('the 6th placement message from C to r1');
});
