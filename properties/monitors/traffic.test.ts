import { describe, expect, test } from 'vitest';
import { scenarioOf } from '../scenario.ts';
import {
  asked,
  committed,
  crashes,
  data,
  fires,
  FORMED,
  gets,
  installed,
  judge,
  put,
  REJECT,
  restarts,
  send,
  SMALL,
  type Part,
  type Told,
} from './story.test-helper.ts';

const PUT = { type: 'put', key: 'k', value: 'v' } as const;
const DURABLE = { kind: 'durable', asOfIndex: 99 } as const;
const record = (from: string, to: string) => data(from, to, 'c1/1', 1);
/** c1 puts; the record is on its way up. */
const story = (...parts: Part[]): Part[] => [...FORMED, asked('c1', PUT, put('c1/1', 1)), ...parts];
const crosses = (from: string, to: string, ...outputs: Told[]): Part =>
  gets(to, record(from, to), ...outputs);
const forwards = (from: string, ...to: string[]): Told[] => to.map((one) => send(one, record(from, one)));
/** Something is placed anew. */
const MOVED = fires('C', 'probe:c9', committed(2, [['r1', 'C'], ['c1', 'r1'], ['c2', 'r1']])); // prettier-ignore

describe('edge-once', () => {
  const verdict = (...parts: Part[]) => judge('edge-once', story(...parts));

  test.each<[string, Part[], number]>([
    ['a record once over each link', [crosses('c1', 'r1'), crosses('r1', 'c2'), crosses('r1', 'C')], 3],
    ['a copy that is rejected', [crosses('c1', 'r1'), crosses('c1', 'r1', REJECT)], 1],
    ['the way back, once something was placed anew', [crosses('c1', 'r1'), MOVED, crosses('r1', 'c1')], 2],
    [
      'the same again in a new life',
      [crosses('c1', 'r1'), crashes('r1'), restarts('r1', DURABLE), crosses('c1', 'r1')],
      2,
    ],
  ])('allows %s', (_, parts, exercised) => {
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised });
  });

  test.each<[string, Part[]]>([
    ['r1 accepted c1/1#1 from c1 a second time', [crosses('c1', 'r1'), crosses('c1', 'r1')]],
    ['r1 accepted c1/1#1 from c1 a second time', [crosses('c1', 'r1'), MOVED, crosses('c1', 'r1')]],
    ['c1/1#1 was accepted in both directions between r1 and c1', [crosses('c1', 'r1'), crosses('r1', 'c1')]],
  ])('forbids that %s (%#)', (fault, parts) => {
    expect(verdict(...parts).violation?.message).toBe(fault);
  });
});

describe('k-plus-one', () => {
  const verdict = (...parts: Part[]) => judge('k-plus-one', story(...parts));
  const { k } = SMALL.parameters;

  test('allows K + 1 at a router, K at the root, 1 at a client', () => {
    const once = verdict(
      fires('c1', 'x', ...forwards('c1', 'r1')),
      crosses('c1', 'r1', ...forwards('r1', 'C', 'c2')),
      crosses('r1', 'C', ...forwards('C', 'c8')),
      crosses('r1', 'c2'),
      crosses('r1', 'c2', REJECT),
    );
    expect(once).toMatchObject({
      violation: undefined,
      exercised: 7,
      tightest: `3 of ${k + 1} copies at a router on level 1, K = ${k}`,
    });
  });

  test('counts anew in another version and in another life', () => {
    const twice = verdict(
      crosses('r1', 'c2'),
      gets('c2', { type: 'garbage', reason: '' }, installed(2, 'r1')),
      crosses('r1', 'c2'),
      crashes('c2'),
      restarts('c2', DURABLE),
      crosses('r1', 'c2'),
    );
    expect(twice.violation).toBeUndefined();
  });

  test('counts what is taken in and what is sent apart while something is placed anew', () => {
    expect(
      verdict(crosses('c1', 'r1'), MOVED, fires('r1', 'x', ...forwards('r1', 'C', 'c1', 'c2'))),
    ).toMatchObject({
      violation: undefined,
    });
  });

  test.each<[string, Part[]]>([
    ['c1 sends 2 copies of c1/1#1, more than 1', [MOVED, fires('c1', 'x', ...forwards('c1', 'r1', 'r1'))]],
    ['c2 receives 2 copies of c1/1#1, more than 1', [MOVED, crosses('r1', 'c2'), crosses('r1', 'c2')]],
    ['C sends 3 copies of c1/1#1, more than 2', [MOVED, fires('C', 'x', ...forwards('C', 'r1', 'r2', 'r3'))]],
    [
      'C receives 3 copies of c1/1#1, more than 2',
      [MOVED, ...['r1', 'r2', 'r3'].map((from) => crosses(from, 'C'))],
    ],
    [
      'r1 sends 4 copies of c1/1#1, more than 3',
      [MOVED, fires('r1', 'x', ...forwards('r1', 'C', 'c1', 'c2', 'c1'))],
    ],
    [
      'r1 receives 4 copies of c1/1#1, more than 3',
      [MOVED, ...['C', 'c1', 'c2', 'c3'].map((from) => crosses(from, 'r1'))],
    ],
    [
      'r1 sends and receives 4 copies of c1/1#1 together, more than 3, while nothing was placed anew',
      [crosses('c1', 'r1', ...forwards('r1', 'C', 'c1', 'c2'))],
    ],
    [
      'c2 sends and receives 2 copies of c1/1#1 together, more than 1, while nothing was placed anew',
      [crosses('r1', 'c2', ...forwards('c2', 'r1'))],
    ],
  ])('forbids that %s', (fault, parts) => {
    expect(verdict(...parts).violation?.message).toBe(fault);
  });
});

describe('latency-bound', () => {
  const verdict = (...parts: Part[]) => judge('latency-bound', story(...parts));

  test('allows 2 · depth hops', () => {
    expect(verdict(crosses('c1', 'r1'), crosses('r1', 'c2'))).toMatchObject({
      violation: undefined,
      exercised: 1,
      tightest: '2 of 3 hops',
    });
  });

  test.each<[string, Part[]]>([
    ['a copy over a detour is rejected', [crosses('c1', 'r1'), crosses('r1', 'C'), crosses('C', 'r9'), crosses('r9', 'r8'), crosses('r8', 'c2', REJECT)]], // prettier-ignore
    ['something was placed anew', [crosses('c1', 'r1'), MOVED, crosses('r1', 'c2')]],
    ['its way is not known', [crosses('r1', 'c2')]],
  ])('is not exercised where %s', (_, parts) => {
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised: 0 });
  });

  test('is not about writers that the coordinator took for dead: they sit on links of an older tree', () => {
    const parts: Part[] = [
      ...FORMED,
      fires('C', 'probe:c1', committed(2, [['r1', 'C'], ['c2', 'C']])), // prettier-ignore
      gets('c2', { type: 'garbage', reason: '' }, installed(2, 'C')),
      asked('c1', PUT, put('c1/1', 1)),
      crosses('c1', 'r1'),
      crosses('r1', 'C'),
      crosses('C', 'c2'),
    ];
    expect(judge('latency-bound', parts)).toMatchObject({ violation: undefined, exercised: 0 });
  });

  test('forbids more hops', () => {
    const detour = [crosses('c1', 'r1'), crosses('r1', 'C'), crosses('C', 'r9'), crosses('r9', 'c2')];
    expect(verdict(...detour).violation?.message).toBe('c1/1#1 reached c2 after 4 hops, more than 3');
  });

  test('forbids more hops than n − 1, however deep the tree', () => {
    const scenario = scenarioOf({ k: 2, routers: 0, clients: 2 });
    const parts: Part[] = [
      fires('C', 'x', committed(1, [['c1', 'C'], ['c2', 'C']])), // prettier-ignore
      ...['c1', 'c2'].map((node) => gets(node, { type: 'garbage', reason: '' }, installed(1, 'C'))),
      asked('c1', PUT, put('c1/1', 1)),
      crosses('c1', 'C'),
      crosses('C', 'x'),
      crosses('x', 'c2'),
    ];
    expect(judge('latency-bound', parts, { scenario }).violation?.message).toMatch(
      /after 3 hops, more than 2$/,
    );
    expect(judge('latency-bound', [...parts.slice(0, 5), crosses('C', 'c2')], { scenario })).toMatchObject({
      violation: undefined,
      exercised: 1,
    });
  });

  test('forbids a tree that is deeper than ⌈log_K n⌉ + 1, or than n − 1', () => {
    const list = (length: number) =>
      fires('C', 'x', committed(1, Array.from({ length }, (_, i) => [`r${i + 1}`, i === 0 ? 'C' : `r${i}`] as const))); // prettier-ignore
    expect(judge('latency-bound', [list(4)]).violation).toBeUndefined();
    expect(judge('latency-bound', [list(5)]).violation?.message).toBe(
      'the tree of version 1 is 5 deep, more than 4 for 6 nodes',
    );
  });
});
