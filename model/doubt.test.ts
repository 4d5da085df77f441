import { describe, expect, test } from 'vitest';
import type { ModelEvent, ModelOutput } from './events.ts';
import { heapTree } from './heap.ts';
import type { Linked, RecordName } from './messages.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { describe as describeState, initialState } from './step.ts';
import { take } from './take.test-helper.ts';

const parameters = { ...DEFAULT_PARAMETERS, maxRepair: 3, logWindow: 4, maxCapsules: 3 };
const { doubtEpochs, epochMs, eoeMs } = parameters;
const SET_DOUBT = `set doubt ${doubtEpochs * epochMs + eoeMs}`;

/** What is asked for, and what becomes of timers. */
function brief(outputs: readonly ModelOutput[]): readonly string[] {
  return outputs.flatMap((output) => {
    if (output.kind === 'set-timer') return [`set ${output.timer} ${output.ms}`];
    if (output.kind === 'cancel-timer') return [`cancel ${output.timer}`];
    if (output.kind !== 'send') return [output.kind];
    const { message } = output;
    if (message.type === 'join') return [`join ${message.reason} ${message.suspect} ${message.link}`];
    return message.type === 'nak' ? [`nak ${message.first}-${message.last}`] : [message.type];
  });
}

function placement(version: number, parent: string, link = version): ModelEvent {
  const neighbour = { node: parent, incarnation: 1, link };
  return {
    type: 'placement',
    node: 'c1',
    incarnation: 1,
    birth: 7,
    version,
    level: parent === 'C' ? 1 : 2,
    parent: neighbour,
    children: [],
  };
}

const from = (body: object): ModelEvent => ({ from: 'r1', to: 'c1', link: 1, ...body }) as Linked;
const sync = (
  epoch: number,
  frontier: readonly RecordName[] = [],
  held?: Readonly<Record<string, number>>,
): ModelEvent => {
  const lacks = Object.entries(held ?? {}).map(([capsule, upTo]) => ({ capsule, held: upTo }));
  return from({ type: 'sync', epoch, frontier, ...(held === undefined ? {} : { lacks }) });
};
const heartbeat = from({ type: 'heartbeat' });
const DOUBT: ModelEvent = { type: 'timer.doubt' };
const PUT: ModelEvent = { type: 'put' };

const started = take(initialState('client', 'c1', parameters), { type: 'start', birth: 7, memory: null });
const below = take(started.state, placement(1, 'r1')).state;
const doubting = take(below, DOUBT).state;

describe('a client doubts its parent', () => {
  test('when its path has served nothing for long enough, and goes on as before', () => {
    const { outputs } = take(below, DOUBT);
    expect(brief(outputs)).toEqual(['join orphaned r1 1', 'placement', 'set join 1500']);
    expect(describeState(doubting)).toBe('doubting·ready·serving·current');
    expect(describeState(take(doubting, heartbeat).state)).toBe('doubting·ready·serving·current');
    expect(brief(take(doubting, PUT).outputs)).toEqual(['report', 'data']);
    expect(brief(take(doubting, { type: 'timer.join' }).outputs)).toEqual([
      'join orphaned r1 1',
      'placement',
      'set join 1500',
    ]);
  });

  test('until it has another place, or the path serves', () => {
    const placed = take(doubting, placement(2, 'r2'));
    expect(describeState(placed.state)).toBe('attached·ready·serving·current');
    expect(brief(placed.outputs)).toContain(SET_DOUBT);
    const served = take(doubting, sync(1));
    expect(describeState(served.state)).toBe('attached·ready·serving·current');
    expect(brief(served.outputs)).toEqual(['cancel join', SET_DOUBT]);
  });

  test('and never the coordinator', () => {
    const top = take(started.state, placement(1, 'C'));
    expect(brief(top.outputs).join()).not.toContain('doubt');
    expect(brief(take(below, placement(2, 'C')).outputs)).toContain('cancel doubt');
    const again = { ...sync(1), from: 'C' } as ModelEvent;
    expect(brief(take(top.state, again).outputs).join()).not.toContain('doubt');
  });

  test('whose placements do not begin its patience anew as long as it stays', () => {
    expect(brief(take(below, placement(2, 'r1', 1)).outputs)).not.toContain(SET_DOUBT);
    expect(brief(take(doubting, placement(2, 'r1')).outputs)).toContain(SET_DOUBT);
    const orphan = take(below, { type: 'timer.suspect', node: 'r1' }).state;
    expect(brief(take(orphan, heartbeat).outputs)).toContain(SET_DOUBT);
  });
});

describe('a path serves', () => {
  const lacking = take(below, sync(1, [{ capsule: 'c2/1', seq: 2 }]));

  test('if what the coordinator holds is answered', () => {
    expect(brief(lacking.outputs)).toEqual(['nak 1-2', SET_DOUBT]);
    expect(brief(take(lacking.state, sync(2, [{ capsule: 'c2/1', seq: 2 }])).outputs)).toEqual(['nak 1-2']);
    const range = { type: 'repair', capsule: 'c2/1', first: 1, last: 2 };
    const empty = take(lacking.state, from({ ...range, seqs: [] }));
    expect(brief(take(empty.state, sync(2)).outputs)).toEqual([]);
    const answered = take(lacking.state, from({ ...range, seqs: [1] }));
    expect(brief(take(answered.state, sync(2)).outputs)).toEqual([SET_DOUBT]);
    const data = (seq: number) => from({ type: 'data', record: { capsule: 'c2/1', seq } });
    expect(brief(take(lacking.state, data(1), data(2), sync(2)).outputs)).toEqual([SET_DOUBT]);
  });

  test('whether or not it brings what the coordinator lacks itself, which is asked for apart', () => {
    const some = take(below, sync(1, [{ capsule: 'c2/1', seq: 3 }], { 'c2/1': 1 }));
    expect(brief(some.outputs)).toEqual(['nak 1-1', 'nak 2-3', SET_DOUBT]);
    const first = from({ type: 'repair', capsule: 'c2/1', first: 1, last: 1, seqs: [1] });
    expect(brief(take(some.state, first, sync(2)).outputs)).toEqual([SET_DOUBT]);
    const none = take(below, sync(1, [{ capsule: 'c2/1', seq: 3 }], { 'c2/1': 0 }));
    expect(brief(take(none.state, sync(2)).outputs)).toEqual([SET_DOUBT]);
  });

  test('whether or not it brings what logs may have dropped', () => {
    const old = take(below, sync(1, [{ capsule: 'c2/1', seq: 9 }]));
    expect(brief(take(old.state, sync(2)).outputs)).toEqual([SET_DOUBT]);
  });

  test('if what it wrote is held within an epoch, as far as one epoch brings it', () => {
    const written = take(below, PUT, PUT, PUT, PUT, sync(1)).state;
    expect(brief(take(written, sync(2)).outputs)).toEqual([]);
    expect(brief(take(written, sync(2, [{ capsule: 'c1/1', seq: 4 }], { 'c1/1': 2 })).outputs)).toEqual([]);
    const served = take(written, sync(2, [{ capsule: 'c1/1', seq: 4 }], { 'c1/1': 3 }));
    expect(brief(served.outputs)).toEqual([SET_DOUBT]);
    expect(brief(take(served.state, sync(3, [{ capsule: 'c1/1', seq: 4 }])).outputs)).toEqual([SET_DOUBT]);
  });

  test('if there is no room for what it wrote', () => {
    const full = ['c2/1', 'c3/1', 'c4/1'].map((capsule) => ({ capsule, seq: 1 }));
    const written = take(below, PUT, sync(1, full)).state;
    const repairs = full.map(({ capsule }) =>
      from({ type: 'repair', capsule, first: 1, last: 1, seqs: [1] }),
    );
    expect(brief(take(written, ...repairs, sync(2, full)).outputs)).toEqual([SET_DOUBT]);
  });
});

test('who goes on has been below every parent with a free slot before it comes to one twice', () => {
  const parents = { r1: 'C', r2: 'C', r3: 'r1', c1: 'r1', c2: 'r2', c3: 'r2', c4: 'r3' };
  let tree = { parents, pending: [] } as Parameters<typeof heapTree>[0];
  const visited = Array.from({ length: 3 }, () => {
    const other = tree.parents['c4'] ?? '';
    tree = heapTree(tree, { kind: 'break', reporter: 'c4', other }, () => 3);
    return tree.parents['c4'];
  });
  // C and the routers have positions 0 to 3, in this order.
  expect(visited).toEqual(['C', 'r1', 'r2']);
});
