import { describe, expect, test } from 'vitest';
import {
  asked,
  cancel,
  crashes,
  data,
  delivers,
  fires,
  gets,
  judge,
  linked,
  put,
  REJECT,
  report,
  restarts,
  send,
  sets,
  SMALL,
  starts,
  type Part,
  type Told,
} from './story.test-helper.ts';

const GARBAGE = { type: 'garbage', reason: '' } as const;
const PUT = { type: 'put', key: 'k', value: 'v' } as const;

describe('rejection-is-inert', () => {
  const verdict = (...parts: Part[]) => judge('rejection-is-inert', [starts('c1'), ...parts]);

  test('allows a rejection and nothing else', () => {
    expect(verdict(gets('c1', GARBAGE, REJECT), gets('c1', GARBAGE, REJECT))).toMatchObject({
      violation: undefined,
      exercised: 2,
    });
    expect(verdict(gets('c1', GARBAGE)).exercised).toBe(0);
  });

  test.each<[string, Told]>([
    ['a send', send('C', GARBAGE)],
    ['a timer', sets('join', 1)],
    ['a cancelled timer', cancel('join')],
    ['a report', report({ type: 'pending' })],
    ['a second rejection', REJECT],
  ])('forbids %s beside it', (_, more) => {
    for (const outputs of [
      [REJECT, more],
      [more, REJECT],
    ])
      expect(verdict(gets('c1', GARBAGE, ...outputs)).violation?.message).toBe(
        'c1 rejected a message (no) and yet reacted with 1 more outputs',
      );
  });

  const sync = (timestamp: number) => ({
    message: linked('r1', 'c1', { type: 'sync', epoch: 1, frontier: [] }),
    counter: 1,
    timestamp,
  });
  const stamps = (timestamp: number, seq = 1): Part => asked('c1', PUT, put('c1/1', seq, { timestamp }));
  const hears = (timestamp: number): Part =>
    gets('c1', data('r1', 'c1', 'c2/1', timestamp), delivers('c2/1', timestamp, { timestamp }));
  const back = (kind: 'durable' | 'amnesiac' | 'stale', asOfIndex = 99): Part[] => [
    crashes('c1'),
    restarts('c1', { kind, asOfIndex }),
  ];

  test.each<[string, Part[]]>([
    ['one more than nothing', [stamps(1), stamps(2, 2)]],
    ['one more than what was delivered', [hears(7), stamps(8)]],
    ['one more than the heads of an accepted SYNC', [gets('c1', sync(7)), stamps(8)]],
    ['what a durable storage knows', [hears(7), ...back('durable'), stamps(8)]],
    ['what an older storage knows', [hears(7), hears(9), ...back('stale', 1), stamps(8)]],
  ])('lets a clock be %s', (_, parts) => {
    expect(verdict(...parts).violation).toBeUndefined();
  });

  test.each<[string, Part[], number]>([
    ['nothing', [stamps(2)], 0],
    ['what was rejected', [gets('c1', sync(7), REJECT), stamps(8)], 0],
    ['what was taken in and not delivered', [gets('c1', data('r1', 'c1', 'c2/1', 7)), stamps(8)], 0],
    ['what an amnesiac life has forgotten', [hears(7), ...back('amnesiac'), stamps(8)], 0],
    ['what an older storage does not know', [hears(3), hears(9), ...back('stale', 1), stamps(10)], 3],
  ])('forbids a clock that was raised by %s', (_, parts, known) => {
    expect(verdict(...parts).violation?.message).toMatch(
      new RegExp(`^c1 stamped c1/1#1 with \\d+, though all that it accepted is stamped up to ${known}$`),
    );
  });
});

describe('bounded-reaction', () => {
  const verdict = (...parts: Part[]) => judge('bounded-reaction', parts);
  const { maxEarly, maxRepair, k } = SMALL.parameters;
  const bound = 16 + 6 * SMALL.nodes.length + 4 * k + maxRepair + maxEarly;
  const many = (count: number) => Array.from({ length: count }, () => sets('heartbeat', 1));
  const queue = (size: number): Part => ({
    ...(fires('c1', 'heartbeat') as Exclude<Part, { event: unknown }>),
    gauges: [
      { buffer: 'log', size: 3, bound: 9 },
      { buffer: 'queue', size, bound: 16 },
    ],
  });

  test('allows as many outputs, and as full buffers, as there may be', () => {
    expect(verdict(fires('c1', 'x', ...many(bound)), queue(16))).toMatchObject({
      violation: undefined,
      exercised: 2,
      tightest: `${bound} of ${bound} outputs`,
    });
  });

  test('forbids more outputs', () => {
    expect(verdict(fires('c1', 'x', ...many(bound + 1))).violation?.message).toBe(
      `c1 emitted ${bound + 1} outputs in one reaction; the bound is ${bound}`,
    );
  });

  test('forbids what had to be cut off', () => {
    const overrun: Part = { ...(fires('c1', 'x') as Exclude<Part, { event: unknown }>), overrun: true };
    expect(verdict(overrun).violation?.message).toContain('and was cut off');
  });

  test('forbids a buffer beyond its bound', () => {
    expect(verdict(queue(17)).violation?.message).toBe('c1 holds 17 in its queue, whose bound is 16');
  });
});
