import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordReport } from '../reading.ts';
import { difference, storeOf } from './convergence.ts';
import {
  asked,
  crashes,
  data,
  delivers,
  FORMED,
  gets,
  judge,
  put,
  report,
  restarts,
  type Part,
  type Told,
} from './story.test-helper.ts';

const writesTo = (key: string, value: string) => ({ type: 'put', key, value }) as const;
const stamped = (timestamp: number, hash: string, ...writes: (readonly [string, string])[]) => ({
  timestamp,
  hash,
  writes: writes.map(([key, value]) => ({ key, value })),
});
const holds = (node: string, ...entries: (readonly [string, string])[]): Part =>
  asked(node, { type: 'dump' }, report({ type: 'store', entries }));
const reads = (node: string, key: string, value: string | null): Part =>
  asked(node, { type: 'get', key }, report({ type: 'answered', key, value }));
const verdict = (...parts: Part[]) => judge('convergence', [...FORMED, ...parts]);

/** c1 and c2 write x at one time; each hears of the other's. */
const OURS = stamped(1, 'aa', ['x', 'ours']);
const THEIRS = stamped(1, '99', ['x', 'theirs']);
const BOTH: readonly Part[] = [
  asked('c1', writesTo('x', 'ours'), put('c1/1', 1, OURS)),
  asked('c2', writesTo('x', 'theirs'), put('c2/1', 1, THEIRS)),
  gets('c1', data('r1', 'c1', 'c2/1', 1), delivers('c2/1', 1, THEIRS)),
  gets('c2', data('r1', 'c2', 'c1/1', 1), delivers('c1/1', 1, OURS)),
];

describe('convergence', () => {
  test('allows equal stores', () => {
    expect(
      verdict(
        reads('c1', 'x', null),
        ...BOTH,
        reads('c1', 'x', 'theirs'),
        reads('c1', 'y', null),
        holds('c1', ['x', 'theirs']),
        holds('c2', ['x', 'theirs']),
      ),
    ).toMatchObject({ violation: undefined, exercised: 5 });
    expect(verdict(...BOTH).exercised).toBe(0);
  });

  test('asks that a record has what was put in it, and nothing else', () => {
    const message = 'c1 wrote c1/1#1, in which there is something else than what it was asked to put';
    for (const wrong of [stamped(1, 'aa'), stamped(1, 'aa', ['x', 'other']), stamped(1, 'aa', ['y', 'ours'])])
      expect(verdict(asked('c1', writesTo('x', 'ours'), put('c1/1', 1, wrong))).violation?.message).toBe(
        message,
      );
  });

  test.each<[string, Part]>([
    [
      'the store of c1 is not what its records give: "x" is "ours", expected "theirs"',
      holds('c1', ['x', 'ours']),
    ],
    ['the store of c1 is not what its records give: "x" is null, expected "theirs"', holds('c1')],
    [
      'the store of c2 is not what its records give: "y" is "z", expected null',
      holds('c2', ['x', 'theirs'], ['y', 'z']),
    ],
    ['c1 answered "ours" for "x"; the records that it holds say "theirs"', reads('c1', 'x', 'ours')],
    ['c1 answered null for "x"; the records that it holds say "theirs"', reads('c1', 'x', null)],
    ['c2 answered "z" for "y"; the records that it holds say null', reads('c2', 'y', 'z')],
  ])('forbids that %s', (fault, part) => {
    expect(verdict(...BOTH, part).violation?.message).toBe(fault);
  });

  const QUEUED: Part[] = [
    ...BOTH,
    asked('c1', writesTo('x', 'first'), report({ type: 'queued' })),
    asked('c1', writesTo('x', 'mine'), report({ type: 'queued' })),
  ];
  const WRITTEN = gets(
    'c1',
    data('x', 'c1', 'x', 1),
    put('c1/1', 2, stamped(2, 'bb', ['x', 'first'], ['x', 'mine'])),
  );
  const full: Told = report({ type: 'refused', why: 'queue-full' });
  test('lets a client read its own writes, and nobody else’s queue', () => {
    for (const value of ['mine', 'theirs'])
      expect(verdict(...QUEUED, reads('c1', 'x', value)).violation === undefined).toBe(value === 'mine');
    expect(
      verdict(...QUEUED, reads('c2', 'x', 'theirs'), holds('c1', ['x', 'theirs'])).violation,
    ).toBeUndefined();
    expect(
      verdict(...QUEUED, WRITTEN, reads('c1', 'x', 'mine'), holds('c1', ['x', 'mine'])).violation,
    ).toBeUndefined();
    expect(
      verdict(...QUEUED, asked('c1', writesTo('x', 'no'), full), reads('c1', 'x', 'mine')).violation,
    ).toBeUndefined();
  });

  test('follows crashes: a queue is gone, a storage may be', () => {
    const back = (kind: 'durable' | 'amnesiac') =>
      [crashes('c1'), restarts('c1', { kind, asOfIndex: 99 })] as const;
    expect(verdict(...QUEUED, ...back('durable'), reads('c1', 'x', 'theirs')).violation).toBeUndefined();
    expect(verdict(...QUEUED, ...back('amnesiac'), reads('c1', 'x', null)).violation).toBeUndefined();
    expect(verdict(...QUEUED, ...back('amnesiac'), reads('c1', 'x', 'theirs')).violation).toBeDefined();
  });
});

const record: fc.Arbitrary<RecordReport> = fc.record({
  type: fc.constant('delivered'),
  capsule: fc.constantFrom('c1/1', 'c1/2', 'c2/1'),
  seq: fc.nat(5),
  timestamp: fc.nat(3),
  hash: fc.constantFrom('aa', 'ab', 'ff'),
  writes: fc.array(fc.record({ key: fc.constantFrom('x', 'y'), value: fc.string({ maxLength: 2 }) }), {
    maxLength: 3,
  }),
});
/** Records with distinct stamps: an honest writer makes no two with one hash. */
const records = fc.uniqueArray(record, {
  selector: ({ capsule, timestamp, hash }) => `${timestamp} ${capsule.slice(0, 2)} ${hash}`,
  maxLength: 8,
});

describe('storeOf', () => {
  test('is the same for every order and every duplication', () => {
    fc.assert(
      fc.property(
        records.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.subarray(all)),
        ),
        ([all, shuffled, again]) => {
          expect(difference(storeOf([...shuffled, ...again]), storeOf(all))).toBeUndefined();
        },
      ),
    );
  });

  test('lets the latest, then the greatest writer, then the greatest hash win, and of a batch the last', () => {
    const one = (capsule: string, timestamp: number, hash: string, ...values: string[]): RecordReport => ({
      type: 'put',
      capsule,
      seq: 1,
      ...stamped(timestamp, hash, ...values.map((value) => ['x', value] as const)),
    });
    const winner = (...all: RecordReport[]) => storeOf(all).get('x');
    expect(winner(one('c1/1', 2, 'aa', 'late'), one('c2/1', 1, 'ff', 'early'))).toBe('late');
    expect(winner(one('c1/1', 1, 'ff', 'one'), one('c2/1', 1, 'aa', 'two'))).toBe('two');
    expect(winner(one('c1/1', 1, 'bb', 'more'), one('c1/2', 1, 'aa', 'less'))).toBe('more');
    expect(winner(one('c1/1', 1, 'aa', 'first', 'last'))).toBe('last');
  });
});
