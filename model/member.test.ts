import { describe, expect, test } from 'vitest';
import type { Memory, ModelEvent, ModelOutput } from './events.ts';
import { NO_FORKS } from './forks.ts';
import type { Linked, NodeName } from './messages.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { describe as describeState, enabled, initialState, memoryOf, stateKey, step } from './step.ts';
import type { ModelState } from './step.ts';
import { take } from './take.test-helper.ts';

const parameters = {
  ...DEFAULT_PARAMETERS,
  maxQueue: 2,
  maxOwnRecords: 2,
  maxEarly: 2,
  maxRepair: 3,
  logWindow: 4,
};

/** Outputs in short. */
function brief(outputs: readonly ModelOutput[]): readonly string[] {
  return outputs.map((output) => {
    switch (output.kind) {
      case 'send':
        return `${output.message.type} to ${output.to}`;
      case 'set-timer':
        return `set ${output.timer} ${output.ms}`;
      case 'cancel-timer':
        return `cancel ${output.timer}`;
      case 'report':
        return `report ${output.report.type}`;
      case 'reject':
        return 'reject';
    }
  });
}

function alive(node: 'c1' | 'r1', memory: Memory | null = null): ModelState {
  const role = node === 'c1' ? 'client' : 'router';
  return take(initialState(role, node, parameters), { type: 'start', birth: 7, memory }).state;
}

function placement(
  node: NodeName,
  version: number,
  children: readonly NodeName[] = [],
  parent = 'C',
): ModelEvent {
  return {
    type: 'placement',
    node,
    incarnation: 1,
    birth: 7,
    version,
    level: parent === 'C' ? 1 : 2,
    parent: { node: parent, incarnation: 1, link: 1 },
    children: children.map((child) => ({ node: child, incarnation: 1, link: 1 })),
  };
}

function down(to: NodeName, body: object): ModelEvent {
  return { from: 'C', to, link: 1, ...body } as Linked;
}

function up(from: NodeName, body: object): ModelEvent {
  return { from, to: 'r1', link: 1, ...body } as Linked;
}

function data(capsule: string, seq: number) {
  return { type: 'data', record: { capsule, seq } };
}

const client = take(alive('c1'), placement('c1', 1)).state;
const router = take(alive('r1'), placement('r1', 1, ['c1', 'c2'])).state;

describe('membership', () => {
  test('a placement attaches', () => {
    const { state, outputs } = take(alive('c1'), placement('c1', 4));
    expect(brief(outputs)).toEqual([
      'placement-ack to C',
      'report installed',
      'cancel join',
      'set heartbeat 1000',
      'set suspect:C 3500',
    ]);
    expect(describeState(state)).toBe('attached·ready·serving·current');
  });

  test('a newer one replaces it, the same is acknowledged again, an older one is rejected', () => {
    const attached = take(alive('c1'), placement('c1', 4)).state;
    const newer = take(attached, placement('c1', 5, [], 'r1'));
    expect(brief(newer.outputs)).toEqual([
      'placement-ack to C',
      'report installed',
      'set suspect:r1 3500',
      'cancel suspect:C',
      'set doubt 20000',
    ]);
    expect(brief(take(attached, placement('c1', 4)).outputs)).toEqual(['placement-ack to C']);
    const older = take(attached, placement('c1', 3));
    expect(brief(older.outputs)).toEqual(['reject']);
    expect(stateKey(older.state)).toBe(stateKey(attached));
  });

  test.each([{ birth: 8 }, { incarnation: 2 }, { node: 'c2' }])(
    'a placement of another life: %o',
    (other) => {
      const event = { ...placement('c1', 1), ...other } as ModelEvent;
      expect(brief(take(alive('c1'), event).outputs)).toEqual(['reject']);
    },
  );

  test('a used incarnation is replaced, and a client recovers then', () => {
    const refused: ModelEvent = {
      type: 'join-refused',
      node: 'c1',
      birth: 7,
      attempt: 1,
      why: 'incarnation',
      known: 4,
    };
    const { state, outputs } = take(alive('c1'), refused);
    expect(outputs[0]).toMatchObject({ message: { incarnation: 5, attempt: 2, reason: 'restarted' } });
    expect(describeState(state)).toBe('joining·recovering·serving·current');
    for (const wrong of [{ attempt: 2 }, { birth: 8 }, { known: 0 }]) {
      expect(brief(take(alive('c1'), { ...refused, ...wrong }).outputs)).toEqual(['reject']);
    }
    // Attached or orphaned, a node does not give its incarnation up.
    expect(brief(take(client, refused).outputs)).toEqual(['reject']);
    const orphan = take(client, { type: 'timer.suspect', node: 'C' }).state;
    expect(describeState(take(orphan, { ...refused, attempt: 2 }).state)).toBe(
      'orphaned·ready·serving·current',
    );
  });

  test('an orphan joins, and returns when it hears its parent', () => {
    const { state: orphan, outputs } = take(client, { type: 'timer.suspect', node: 'C' });
    expect(brief(outputs)).toEqual(['join to C', 'set join 1500']);
    expect(outputs[0]).toMatchObject({ message: { reason: 'orphaned', suspect: 'C', link: 1, attempt: 2 } });
    const back = take(orphan, down('c1', { type: 'heartbeat' }));
    expect(brief(back.outputs)).toEqual(['set suspect:C 3500', 'cancel join']);
    expect(describeState(back.state)).toBe('attached·ready·serving·current');
    expect(brief(take(orphan, { type: 'timer.suspect', node: 'C' }).outputs)).toEqual([]);
  });

  test('a client goes pending and keeps asking', () => {
    const why = { type: 'join-refused', node: 'c1', birth: 7, attempt: 1, why: 'pending', known: 1 } as const;
    const { state, outputs } = take(alive('c1'), why);
    expect(brief(outputs)).toEqual(['report pending']);
    expect(describeState(state)).toBe('pending·ready·serving·current');
    expect(brief(take(state, { type: 'timer.join' }).outputs)).toEqual(['join to C', 'set join 1500']);
  });

  test('a router reports a silent child, and says nothing of strangers', () => {
    expect(brief(take(router, { type: 'timer.suspect', node: 'c2' }).outputs)).toEqual([
      'suspect to C',
      'placement to c2',
      'set suspect:c2 3500',
    ]);
    expect(brief(take(router, { type: 'timer.suspect', node: 'c9' }).outputs)).toEqual([]);
  });

  test('a probe is answered once', () => {
    const probe: ModelEvent = { type: 'probe', node: 'c1', incarnation: 1, nonce: 3 };
    const { state, outputs } = take(client, probe);
    expect(brief(outputs)).toEqual(['probe-ack to C']);
    expect(brief(take(state, probe).outputs)).toEqual(['reject']);
  });

  test.each<ModelEvent>([
    { type: 'garbage', reason: 'wrong key' },
    down('c2', { type: 'heartbeat' }),
    { ...down('c1', { type: 'heartbeat' }), link: 2 } as ModelEvent,
    { ...down('c1', { type: 'heartbeat' }), from: 'r1' } as ModelEvent,
    down('c1', { type: 'eoe', epoch: 1, answers: [] }),
    { type: 'leave', node: 'c1', incarnation: 1 },
    { type: 'probe-ack', node: 'c1', incarnation: 1, nonce: 1 },
    down('c1', { type: 'repair', capsule: 'c2/1', first: 1, last: 1, seqs: [1] }),
  ])('rejects, inertly: %o', (event) => {
    const { state, outputs } = take(client, event);
    expect(brief(outputs)).toEqual(['reject']);
    expect(stateKey(state)).toBe(stateKey(client));
  });

  test('one that left rejects frames and ignores the rest', () => {
    const { state, outputs } = take(client, { type: 'leave' });
    expect(brief(outputs)).toEqual(['leave to C', 'report left']);
    expect(brief(take(state, down('c1', { type: 'heartbeat' })).outputs)).toEqual(['reject']);
    expect(take(state, { type: 'timer.heartbeat' }).outputs).toEqual([]);
    expect(take(state, { type: 'leave' }).outputs).toEqual([]);
    expect(brief(take(state, { type: 'put' }).outputs)).toEqual(['report refused']);
    expect(memoryOf(state)).toEqual({
      kind: 'client',
      incarnation: 1,
      ...NO_FORKS,
      positions: {},
    });
    expect(take(take(router, { type: 'leave' }).state, { type: 'put' }).outputs).toEqual([]);
  });

  test('a crash leaves nothing', () => {
    const { state } = take(client, { type: 'crash' });
    expect(describeState(state)).toBe('off');
    expect(memoryOf(state)).toBeNull();
    expect(take(state, down('c1', { type: 'heartbeat' })).outputs).toEqual([]);
    expect(step(state, { type: 'crash' })).toHaveProperty('notAllowed');
    expect(step(client, { type: 'start', birth: 9, memory: null })).toHaveProperty('notAllowed');
    expect(enabled(state)).toEqual(['start']);
  });
});

describe('data at a client', () => {
  test('is delivered in order, once', () => {
    const early = take(client, down('c1', data('c2/1', 2)));
    expect(early.outputs).toEqual([]);
    const { state, outputs } = take(early.state, down('c1', data('c2/1', 1)));
    expect(outputs).toEqual([
      { kind: 'report', report: { type: 'delivered', capsule: 'c2/1', seq: 1 } },
      { kind: 'report', report: { type: 'delivered', capsule: 'c2/1', seq: 2 } },
    ]);
    expect(memoryOf(state)).toEqual({
      kind: 'client',
      incarnation: 1,
      ...NO_FORKS,
      positions: { 'c2/1': 2 },
    });
    expect(brief(take(state, down('c1', data('c2/1', 2))).outputs)).toEqual(['reject']);
    expect(brief(take(early.state, down('c1', data('c2/1', 2))).outputs)).toEqual(['reject']);
  });

  test('waits within bounds only, and is never of its own capsule', () => {
    const full = take(client, down('c1', data('c2/1', 3)), down('c1', data('c2/1', 5))).state;
    expect(brief(take(full, down('c1', data('c2/1', 7))).outputs)).toEqual(['reject']);
    expect(brief(take(full, down('c1', data('c2/1', 1))).outputs)).toEqual(['report delivered']);
    expect(brief(take(client, down('c1', data('c1/1', 1))).outputs)).toEqual(['reject']);
  });

  test('puts are written, queued as one record, refused when there is no room', () => {
    const joining = alive('c1');
    const put: ModelEvent = { type: 'put' };
    expect(brief(take(joining, put, put, put).outputs)).toEqual(['report refused']);
    const { state, outputs } = take(joining, put, put, placement('c1', 1));
    expect(brief(outputs).slice(-2)).toEqual(['report put', 'data to C']);
    expect(outputs.filter((one) => one.kind === 'report' && one.report.type === 'put')).toHaveLength(1);
    expect(brief(take(state, put).outputs)).toEqual(['report put', 'data to C']);
    expect(take(state, put, put).outputs).toEqual([
      { kind: 'report', report: { type: 'refused', why: 'log-full' } },
    ]);
  });
});

describe('epochs at a client', () => {
  const frontier = [
    { capsule: 'c1/1', seq: 9 },
    { capsule: 'c2/1', seq: 5 },
    { capsule: 'c3/1', seq: 1 },
  ];

  test('a SYNC shows what is missing, but for its own capsule; a Repair fills it', () => {
    const sync = down('c1', { type: 'sync', epoch: 3, frontier });
    const { state, outputs } = take(client, sync);
    expect(describeState(state)).toBe('attached·ready·serving·resyncing');
    expect(outputs.map((one) => (one.kind === 'send' ? one.message : one))).toMatchObject([
      { type: 'nak', capsule: 'c2/1', first: 1, last: 3, path: [] },
      { type: 'nak', capsule: 'c3/1', first: 1, last: 1, path: [] },
    ]);
    const repair = down('c1', { type: 'repair', capsule: 'c2/1', first: 1, last: 3, seqs: [1, 2, 3] });
    const repaired = take(state, down('c1', data('c2/1', 2)), repair);
    expect(brief(repaired.outputs)).toEqual(['report delivered', 'report delivered', 'report delivered']);
    expect(brief(take(repaired.state, repair).outputs)).toEqual(['reject']);
    const last = down('c1', { type: 'repair', capsule: 'c3/1', first: 1, last: 1, seqs: [] });
    expect(describeState(take(repaired.state, last).state)).toBe('attached·ready·serving·current');
    expect(brief(take(state, sync).outputs)).toEqual(['reject']);
  });

  test('a writer answers for all of its capsules', () => {
    const memory: Memory = {
      kind: 'client',
      incarnation: 0,
      ...NO_FORKS,
      positions: { 'c1/0': 2, 'c2/1': 1 },
    };
    const state = take(
      alive('c1', memory),
      placement('c1', 1),
      down('c1', { type: 'sync', epoch: 1, frontier: [] }),
      {
        type: 'put',
      },
    ).state;
    expect(take(state, down('c1', { type: 'rts', epoch: 2 })).outputs).toMatchObject([
      {
        message: {
          type: 'eoe',
          answers: [
            {
              node: 'c1',
              heads: [
                { capsule: 'c1/0', seq: 2 },
                { capsule: 'c1/1', seq: 1 },
              ],
            },
          ],
        },
      },
    ]);
    const nak = { type: 'nak', capsule: 'c1/0', first: 2, last: 4, path: [] };
    // For more than may be asked for at a time, nobody looks.
    expect(brief(take(state, down('c1', { ...nak, last: 5 })).outputs)).toEqual(['reject']);
    expect(take(state, down('c1', nak)).outputs).toMatchObject([{ message: { type: 'repair', seqs: [2] } }]);
    expect(brief(take(state, down('c1', { ...nak, first: 3 })).outputs)).toEqual(['reject']);
    expect(brief(take(state, down('c1', { ...nak, capsule: 'c2/1', first: 1 })).outputs)).toEqual(['reject']);
  });
});

describe('a router', () => {
  test('sends new data to everybody else, within its window', () => {
    const { state, outputs } = take(router, up('c1', data('c1/1', 5)));
    expect(brief(outputs)).toEqual(['data to C', 'data to c2']);
    expect(brief(take(state, down('r1', data('c1/1', 5))).outputs)).toEqual(['reject']);
    expect(brief(take(state, down('r1', data('c1/1', 1))).outputs)).toEqual(['reject']);
    expect(memoryOf(take(state, down('r1', data('c1/1', 2)), down('r1', data('c1/1', 8))).state)).toEqual({
      kind: 'router',
      forks: {},
      keys: null,
      marks: {},
      incarnation: 1,
      log: { 'c1/1': [5, 8] },
    });
  });

  test('merges the answers of its children', () => {
    const rts = take(router, down('r1', { type: 'rts', epoch: 2 }));
    expect(brief(rts.outputs)).toEqual(['rts to c1', 'rts to c2', 'set eoe 1000']);
    const answer = (node: NodeName) =>
      up(node, { type: 'eoe', epoch: 2, answers: [{ node, heads: [{ capsule: `${node}/1`, seq: 1 }] }] });
    const one = take(rts.state, answer('c2'));
    expect(one.outputs).toEqual([]);
    expect(brief(take(one.state, answer('c2')).outputs)).toEqual(['reject']);
    const both = take(one.state, answer('c1'));
    expect(brief(both.outputs)).toEqual(['cancel eoe', 'eoe to C']);
    expect(both.outputs[1]).toMatchObject({ message: { answers: [{ node: 'c1' }, { node: 'c2' }] } });
    expect(describeState(both.state)).toBe('attached·idle');
    // In the other order it is the same.
    expect(stateKey(take(rts.state, answer('c1'), answer('c2')).state)).toBe(stateKey(both.state));
    expect(take(one.state, { type: 'timer.eoe' }).outputs).toMatchObject([
      { message: { type: 'eoe', answers: [{ node: 'c2' }] } },
    ]);
    expect(take(both.state, { type: 'timer.eoe' }).outputs).toEqual([]);
  });

  test('answers at once for no children', () => {
    const lonely = take(alive('r1'), placement('r1', 1)).state;
    expect(brief(take(lonely, down('r1', { type: 'rts', epoch: 1 })).outputs)).toEqual(['eoe to C']);
    const waiting = take(router, down('r1', { type: 'rts', epoch: 1 }), placement('r1', 2)).state;
    expect(brief(take(waiting, down('r1', { type: 'rts', epoch: 2 })).outputs)).toEqual([
      'eoe to C',
      'cancel eoe',
    ]);
  });

  test('asks on behalf of several and repairs them all', () => {
    const range = { capsule: 'c9/1', first: 1, last: 2 };
    const nak = { type: 'nak', ...range, path: [] };
    const first = take(router, up('c1', nak));
    expect(brief(first.outputs)).toEqual(['nak to C']);
    const second = take(first.state, up('c2', nak));
    expect(second.outputs).toEqual([]);
    expect(stateKey(take(router, up('c2', nak), up('c1', nak)).state)).toBe(stateKey(second.state));
    expect(brief(take(router, up('c1', { ...nak, last: 4 })).outputs)).toEqual(['reject']);
    const repair = { type: 'repair', ...range, seqs: [1, 2] };
    const { state, outputs } = take(second.state, down('r1', repair));
    expect(brief(outputs)).toEqual(['repair to c1', 'repair to c2']);
    expect(brief(take(state, up('c1', nak)).outputs)).toEqual(['repair to c1']);
    // Not from one who was not asked, not out of order.
    expect(brief(take(second.state, up('c1', repair)).outputs)).toEqual(['reject']);
    expect(brief(take(second.state, down('r1', { ...repair, seqs: [2, 1] })).outputs)).toEqual(['reject']);
  });

  test('leads a Nak from above down its path', () => {
    const nak = { type: 'nak', capsule: 'c2/1', first: 1, last: 1 };
    const { state, outputs } = take(router, down('r1', { ...nak, path: ['c2'] }));
    expect(outputs).toMatchObject([{ to: 'c2', message: { type: 'nak', path: [] } }]);
    expect(brief(take(state, up('c2', { ...nak, type: 'repair', seqs: [1] })).outputs)).toEqual([
      'repair to C',
    ]);
    expect(brief(take(router, down('r1', { ...nak, path: ['c9'] })).outputs)).toEqual(['reject']);
    expect(brief(take(router, down('r1', { ...nak, path: [] })).outputs)).toEqual(['reject']);
    expect(brief(take(router, up('c1', { ...nak, path: ['c2'] })).outputs)).toEqual(['reject']);
  });
});
