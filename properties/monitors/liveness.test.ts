import { describe, expect, test } from 'vitest';
import { scenarioOf } from '../scenario.ts';
import {
  asked,
  committed,
  crashes,
  data,
  delivers,
  fires,
  FORMED,
  gets,
  installed,
  judge,
  linked,
  put,
  report,
  restarts,
  send,
  SETTLING,
  type Part,
} from './story.test-helper.ts';

const PUT = { type: 'put', key: 'k', value: 'v' } as const;
const GARBAGE = { type: 'garbage', reason: '' } as const;
const DURABLE = { kind: 'durable', asOfIndex: 99 } as const;
const AMNESIAC = { kind: 'amnesiac', asOfIndex: -1 } as const;
const hears = (seq: number): Part => gets('c2', data('r1', 'c2', 'c1/1', seq), delivers('c1/1', seq));
const says = (node: string, type: 'pending' | 'left'): Part => gets(node, GARBAGE, report({ type }));
const without = (parts: readonly Part[], node: string, input: string) =>
  parts.filter((part) => 'event' in part || part.node !== node || part.input.kind !== input);

describe('delivery-to-every-subscriber', () => {
  const put2 = [asked('c1', PUT, put('c1/1', 1)), asked('c1', PUT, put('c1/1', 2))];
  const verdict = (parts: readonly Part[], up?: readonly string[]) =>
    judge('delivery-to-every-subscriber', [...FORMED, ...put2, ...parts], up === undefined ? {} : { up });
  const late = 'c2 has not delivered c1/1#2, which c1 put and holds';

  test.each<[string, readonly Part[], (readonly string[])?]>([
    ['all is delivered', [hears(1), hears(2)]],
    ['the subscriber is down', [], ['C', 'r1', 'c1']],
    ['the subscriber has left', [says('c2', 'left')]],
    ['the writer is down', [], ['C', 'r1', 'c2']],
    ['the writer has left', [says('c1', 'left')]],
    ['the writer has forgotten', [crashes('c1'), restarts('c1', AMNESIAC)]],
    [
      'the subscriber is pending',
      [says('c2', 'pending'), fires('C', 'x', committed(2, [['c1', 'C']], ['c2']))],
    ],
  ])('waits for nothing when %s', (_, parts, up) => {
    expect(verdict(parts, up).waiting).toEqual([]);
  });

  test.each<[string, readonly Part[]]>([
    [late, [hears(1)]],
    [late.replace('#2', '#1'), []],
    [
      late,
      [hears(1), hears(2), crashes('c2'), restarts('c2', { kind: 'stale', asOfIndex: FORMED.length + 2 })],
    ],
    [late.replace('#2', '#1'), [hears(1), hears(2), crashes('c2'), restarts('c2', AMNESIAC)]],
    [late, [hears(1), crashes('c1'), restarts('c1', DURABLE)]],
    [late, [hears(1), says('c2', 'pending')]],
  ])('waits: %s (%#)', (reason, parts) => {
    expect(verdict(parts).waiting).toEqual([reason]);
  });

  test('counts each record at each other subscriber', () => {
    expect(verdict([hears(1), hears(2)]).exercised).toBe(2);
    expect(verdict([], ['C', 'r1', 'c1']).exercised).toBe(0);
    expect(judge('delivery-to-every-subscriber', FORMED).exercised).toBe(0);
  });
});

describe('reattachment', () => {
  const verdict = (parts: readonly Part[], up?: readonly string[]) =>
    judge('reattachment', parts, up === undefined ? {} : { up });
  const commit = (...edges: (readonly [string, string])[]) => fires('C', 'x', committed(2, edges));

  test('waits for nothing where all are placed', () => {
    expect(verdict(FORMED)).toMatchObject({ waiting: [], violation: undefined, exercised: 3 });
    expect(verdict([]).exercised).toBe(0);
  });

  test.each<[string, readonly Part[], (readonly string[])?]>([
    ['those that are down', [...FORMED, commit(['r1', 'C'], ['c1', 'r1'])], ['C', 'r1', 'c1']],
    ['those that have left', [...FORMED, says('c2', 'left'), commit(['r1', 'C'], ['c1', 'r1'])]],
  ])('does not wait for %s', (_, parts, up) => {
    expect(verdict(parts, up).waiting).toEqual([]);
  });

  test.each<[string, readonly Part[], (readonly string[])?]>([
    ['r1 has no place in the tree, though it fits', [commit(['c1', 'C'], ['c2', 'C']), ...placed('C')]],
    ['c2 has no place in the tree, though it fits', [...FORMED, commit(['r1', 'C'], ['c1', 'r1'])]],
    ['c1 is placed under r1, which is down', FORMED, ['C', 'c1']],
    ['c2 has not installed its parent r1', without(FORMED, 'c2', 'frame')],
    ['c2 has not installed its parent r1', [...FORMED, crashes('c2'), restarts('c2', DURABLE)]],
    ['c2 has not installed its parent C', [...FORMED, commit(['r1', 'C'], ['c1', 'r1'], ['c2', 'C'])]],
    ['r1 has not installed its child c2', [...FORMED, gets('r1', GARBAGE, installed(2, 'C', ['c1']))]],
  ])('waits: %s (%#)', (reason, parts, up) => {
    expect(verdict(parts, up).waiting).toEqual([reason]);
  });

  test('waits until those that do not fit say so', () => {
    const scenario = scenarioOf({ k: 2, routers: 0, clients: 3 });
    const parts = [fires('C', 'x', committed(1, [['c1', 'C'], ['c2', 'C']], ['c3'])), ...placed('C')]; // prettier-ignore
    expect(judge('reattachment', parts, { scenario }).waiting).toEqual([
      'c3 does not fit and has not been told so',
    ]);
    expect(judge('reattachment', [...parts, says('c3', 'pending')], { scenario }).waiting).toEqual([]);
    expect(
      judge('reattachment', [...parts, says('c3', 'pending'), crashes('c3'), restarts('c3', DURABLE)], {
        scenario,
      }).waiting,
    ).toHaveLength(1);
  });
});

/** Both clients install this parent. */
function placed(parent: string): Part[] {
  return ['c1', 'c2'].map((node) => gets(node, GARBAGE, installed(1, parent)));
}

describe('resync-completes', () => {
  const opens = (epoch: number): Part => fires('C', 'epoch', report({ type: 'epoch-opened', epoch }));
  const closes = (epoch: number, seq = 0): Part =>
    fires(
      'C',
      'eoe',
      report({ type: 'epoch-closed', epoch, answered: ['c1'] }),
      send(
        'r1',
        linked('C', 'r1', { type: 'sync', epoch, frontier: seq === 0 ? [] : [{ capsule: 'c1/1', seq }] }),
      ),
    );
  const puts = (count: number): Part[] =>
    Array.from({ length: count }, (_, index) => asked('c1', PUT, put('c1/1', index + 1)));
  const verdict = (...parts: Part[]) => judge('resync-completes', [...FORMED, ...parts]);

  test('waits for an epoch that closes once the faults have stopped', () => {
    expect(verdict(SETTLING).waiting).toEqual(['no epoch was opened since the faults stopped']);
    expect(verdict(opens(1), closes(1), SETTLING).waiting).toHaveLength(1);
    expect(verdict(opens(1), SETTLING, closes(1)).waiting).toHaveLength(1);
    expect(verdict(SETTLING, opens(2)).waiting).toEqual(['epoch 2 is open and does not close']);
    expect(verdict(SETTLING, opens(2), closes(3)).waiting).toHaveLength(1);
    expect(verdict(SETTLING, opens(2), closes(2))).toMatchObject({ waiting: [], exercised: 1 });
    expect(verdict(opens(1), closes(1)).exercised).toBe(0);
  });

  const behind = [...puts(2), SETTLING, opens(1), closes(1, 2)];
  test('finds who is still behind when the next epoch closes', () => {
    expect(verdict(...behind, hears(1), opens(2), closes(2)).violation).toMatchObject({
      property: 'resync-completes',
      message: 'c2 was behind at SYNC 1 and still lacks c1/1#2 when epoch 2 closes',
      node: 'c2',
      verdict: 'stalled',
    });
  });

  test.each<[string, Part[]]>([
    ['caught up', [hears(1), hears(2)]],
    ['something was placed anew', [fires('C', 'x', committed(2, [['r1', 'C'], ['c1', 'r1'], ['c2', 'r1']]))]], // prettier-ignore
    ['the coordinator began anew', [crashes('C'), restarts('C', DURABLE)]],
  ])('finds nobody when %s', (_, parts) => {
    expect(verdict(...behind, ...parts, opens(2), closes(2)).violation).toBeUndefined();
  });

  test('finds nobody behind a frontier whose writer does not hold it, or is gone', () => {
    const again = [SETTLING, opens(1), closes(1, 2), opens(2), closes(2)];
    expect(verdict(...puts(2), ...again).violation).toBeDefined();
    expect(verdict(...puts(1), ...again).violation).toBeUndefined();
    expect(verdict(...puts(2), says('c1', 'left'), ...again).violation).toBeUndefined();
  });

  test('asks for one Nak’s worth only', () => {
    const { maxRepair } = scenarioOf({ k: 2, routers: 1, clients: 2 }).parameters;
    const story = [...puts(maxRepair + 1), SETTLING, opens(1), closes(1, maxRepair + 1)];
    const heard = Array.from({ length: maxRepair }, (_, index) => hears(index + 1));
    expect(verdict(...story, ...heard, opens(2), closes(2)).violation).toBeUndefined();
    expect(verdict(...story, ...heard.slice(0, -1), opens(2), closes(2)).violation).toBeDefined();
  });
});
