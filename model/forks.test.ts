/** What the statecharts do when a writer makes two records of one name (docs/protocol.md §5.5). */
import { describe, expect, test } from 'vitest';
import type { ModelEvent, ModelOutput } from './events.ts';
import type { Linked, NodeName } from './messages.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { choiceFor, describe as describeState, initialState, memoryOf, step } from './step.ts';
import type { ModelState } from './step.ts';

const EVIDENCE = { type: 'evidence', capsule: 'c2/1', seq: 2, branches: ['', 'b'] } as const;

/** Takes events; the coordinator chooses trees as the heap policy does. */
function take(state: ModelState, ...events: readonly ModelEvent[]) {
  let outputs: readonly ModelOutput[] = [];
  for (const event of events) {
    const choice = choiceFor(state, event);
    const result = step(state, choice === undefined ? event : ({ ...event, choice } as ModelEvent));
    if ('notAllowed' in result) throw new Error(result.notAllowed);
    ({ state, outputs } = result);
  }
  return { state, outputs };
}

/** Outputs in short, timers left out. */
function brief(outputs: readonly ModelOutput[]): readonly string[] {
  return outputs.flatMap((output) => {
    switch (output.kind) {
      case 'send':
        return [`${output.message.type} to ${output.to}`];
      case 'report':
        return [`report ${output.report.type}`];
      case 'reject':
        return ['reject'];
      default:
        return [];
    }
  });
}

function member(node: NodeName, children: readonly NodeName[]): ModelState {
  const role = node.startsWith('r') ? 'router' : 'client';
  return take(
    initialState(role, node, DEFAULT_PARAMETERS),
    { type: 'start', birth: 7, memory: null },
    {
      type: 'placement',
      node,
      incarnation: 1,
      birth: 7,
      version: 1,
      level: 1,
      parent: { node: 'C', incarnation: 1, link: 1 },
      children: children.map((child) => ({ node: child, incarnation: 1, link: 1 })),
    },
  ).state;
}

/** A frame from C, or from the writer's side; over the link of the first version. */
function frame(from: NodeName, to: NodeName, body: object, link = 1): ModelEvent {
  return { from, to, link, ...body } as Linked;
}
const data = (seq: number, more: object = {}) => ({
  type: 'data',
  record: { capsule: 'c2/1', seq, ...more },
});

describe('a router that gets another record than the one that it has logged', () => {
  const before = take(
    member('r1', ['c2', 'c3']),
    ...[1, 2, 3].map((seq) => frame('c2', 'r1', data(seq))),
  ).state;
  const { state, outputs } = take(before, frame('C', 'r1', data(2, { branch: 'b' })));

  test('tells everybody but the writer, and logs nothing from there on any more', () => {
    expect(brief(outputs)).toEqual(['report forked', 'evidence to C', 'evidence to c3']);
    expect(memoryOf(state)).toMatchObject({
      log: { 'c2/1': [1] },
      forks: { 'c2/1': { seq: 2, branches: ['', 'b'] } },
    });
    for (const seq of [2, 3, 4])
      expect(brief(take(state, frame('c2', 'r1', data(seq))).outputs)).toEqual(['reject']);
    const nak = { type: 'nak', capsule: 'c2/1', first: 1, path: [] };
    expect(brief(take(state, frame('c3', 'r1', { ...nak, last: 2 })).outputs)).toEqual(['reject']);
    expect(brief(take(state, frame('c3', 'r1', { ...nak, last: 1 })).outputs)).toEqual(['repair to c3']);
  });

  test('sends evidence once more when a SYNC shows that the coordinator has none', () => {
    const sync = (seq: number) =>
      frame('C', 'r1', { type: 'sync', epoch: 1, frontier: [{ capsule: 'c2/1', seq }], forks: [] });
    expect(brief(take(state, sync(2)).outputs)).toEqual(['evidence to C', 'sync to c2', 'sync to c3']);
    expect(brief(take(state, sync(1)).outputs)).toEqual(['sync to c2', 'sync to c3']);
  });

  test('answers no Nak for what is torn in its log, but passes it on', () => {
    const torn = take(
      member('r1', ['c2', 'c3']),
      frame('c2', 'r1', data(1, { branch: 'b' })),
      frame('c2', 'r1', data(2)),
      frame('c2', 'r1', data(3)),
    ).state;
    const nak = { type: 'nak', capsule: 'c2/1', path: [] };
    const asked = (first: number, last: number) =>
      brief(take(torn, frame('c3', 'r1', { ...nak, first, last })).outputs);
    expect(asked(1, 1)).toEqual(['nak to C']);
    expect(asked(1, 3)).toEqual(['nak to C']);
    expect(asked(2, 3)).toEqual(['repair to c3']);
  });

  test('takes evidence once, unless it is of an earlier record', () => {
    expect(brief(take(state, frame('C', 'r1', EVIDENCE)).outputs)).toEqual(['reject']);
    expect(brief(take(state, frame('C', 'r1', { ...EVIDENCE, seq: 3 })).outputs)).toEqual(['reject']);
    expect(brief(take(state, frame('C', 'r1', { ...EVIDENCE, seq: 1 })).outputs)).toEqual([
      'report forked',
      'evidence to c3',
    ]);
  });

  test('keeps it over a crash', () => {
    const memory = memoryOf(state);
    const again = take(state, { type: 'crash' }, { type: 'start', birth: 8, memory }).state;
    expect(memoryOf(again)).toMatchObject({ forks: { 'c2/1': { seq: 2 } } });
  });

  test('learns of it from a SYNC, which it passes on', () => {
    const sync = {
      type: 'sync',
      epoch: 1,
      frontier: [],
      forks: [{ capsule: 'c2/1', seq: 2, branches: ['', 'b'] }],
    };
    expect(brief(take(before, frame('C', 'r1', sync)).outputs)).toEqual([
      'report forked',
      'sync to c2',
      'sync to c3',
    ]);
  });
});

describe('a client', () => {
  const other = { branch: 'b' };

  test('that has delivered another record has evidence, and delivers no more', () => {
    const held = take(member('c1', []), frame('C', 'c1', data(1)), frame('C', 'c1', data(2))).state;
    const { state, outputs } = take(held, frame('C', 'c1', data(2, other)));
    expect(brief(outputs)).toEqual(['report forked', 'evidence to C']);
    expect(brief(take(state, frame('C', 'c1', data(3))).outputs)).toEqual(['reject']);
  });

  test('delivers what continues its branch, and nothing else', () => {
    const held = take(member('c1', []), frame('C', 'c1', data(1, other))).state;
    expect(brief(take(held, frame('C', 'c1', data(2))).outputs)).toEqual(['reject']);
    expect(brief(take(held, frame('C', 'c1', data(2, { branch: 'd', after: 'b' }))).outputs)).toEqual([
      'report delivered',
    ]);
  });

  test('asks for the other record of its own position when a Repair does not continue it', () => {
    const sync = { type: 'sync', epoch: 1, frontier: [{ capsule: 'c2/1', seq: 2 }] };
    const held = take(member('c1', []), frame('C', 'c1', data(1, other)), frame('C', 'c1', sync)).state;
    const repair = { type: 'repair', capsule: 'c2/1', first: 2, last: 2, seqs: [2] };
    const { state, outputs } = take(held, frame('C', 'c1', repair));
    expect(outputs).toMatchObject([{ kind: 'send', message: { type: 'nak', first: 1, last: 1 } }]);
    const found = take(state, frame('C', 'c1', { ...repair, first: 1, last: 1, seqs: [1] }));
    expect(brief(found.outputs)).toEqual(['report forked', 'evidence to C']);
  });

  test('that is excluded gives up', () => {
    const seeking = take(initialState('client', 'c1', DEFAULT_PARAMETERS), {
      type: 'start',
      birth: 7,
      memory: null,
    });
    const { state, outputs } = take(seeking.state, {
      type: 'join-refused',
      node: 'c1',
      birth: 7,
      attempt: 1,
      why: 'excluded',
      known: 1,
    });
    expect(brief(outputs)).toEqual(['report excluded']);
    expect(describeState(state)).toBe('left');
  });
});

describe('the coordinator', () => {
  const join = (node: NodeName, attempt = 1): ModelEvent => ({
    type: 'join',
    node,
    role: 'client',
    incarnation: 1,
    birth: 7,
    attempt,
    reason: 'new',
    suspect: '',
    link: 0,
  });
  const before = take(
    initialState('coordinator', 'C', DEFAULT_PARAMETERS),
    { type: 'start', birth: 1, memory: null },
    join('c1'),
    join('c2'),
    join('c3'),
  ).state;
  const { state, outputs } = take(before, frame('c1', 'C', EVIDENCE));

  test('takes the writer out of the tree, and who waited in', () => {
    expect(brief(outputs)).toEqual(['report forked', 'placement to c3', 'report committed']);
    expect(memoryOf(state)).toMatchObject({ places: { c1: {}, c3: {} }, pending: [] });
    expect(memoryOf(state)).not.toHaveProperty('places.c2');
  });

  test('tells of no record beyond one that the next in its log does not continue', () => {
    const frontierAfter = (...records: readonly object[]) => {
      const logged = take(before, ...records.map((record) => frame('c2', 'C', record, 2)));
      return take(logged.state, { type: 'timer.epoch' }, { type: 'timer.eoe' }).outputs;
    };
    const other = data(2, { branch: 'b', after: 'a' });
    expect(frontierAfter(data(1), other)[0]).toMatchObject({
      message: { type: 'sync', frontier: [{ capsule: 'c2/1', seq: 1 }] },
    });
    // Whatever comes between the two may be of either chain.
    expect(frontierAfter(data(1), data(3, { branch: 'b', after: 'a' }))[0]).toMatchObject({
      message: { type: 'sync', frontier: [{ capsule: 'c2/1', seq: 3, branch: 'b' }] },
    });
    expect(frontierAfter(data(1), data(2))[0]).toMatchObject({
      message: { type: 'sync', frontier: [{ capsule: 'c2/1', seq: 2 }] },
    });
  });

  describe('whose log is torn at 3, and lacks what is before', () => {
    const torn = [data(3, { branch: 'b', after: 'a' }), data(4)];
    const logged = take(before, ...torn.map((record) => frame('c2', 'C', record, 2))).state;

    test('asks for no more than it tells of', () => {
      const closed = take(logged, { type: 'timer.epoch' }, { type: 'timer.eoe' }).outputs;
      expect(closed).toMatchObject([
        { message: { type: 'sync', frontier: [{ seq: 3 }], lacks: [{ held: 0 }] } },
        { message: { type: 'sync' } },
        { message: { type: 'nak', first: 1, last: 3 } },
        { kind: 'report' },
      ]);
    });

    test('cuts it there when it is expelled', () => {
      const { state: cut } = take(logged, { type: 'rotate', expel: 'c2' });
      expect(cut.context).toMatchObject({
        keys: { cuts: { 'c2/1': 3 } },
        log: { 'c2/1': [3] },
        heads: { 'c2/1': 3 },
        headBranches: { 'c2/1': 'b' },
      });
    });
  });

  test('refuses it for good, and tells in each SYNC', () => {
    expect(take(state, join('c2', 9)).outputs).toMatchObject([
      { message: { type: 'join-refused', why: 'excluded' } },
    ]);
    const closed = take(state, { type: 'timer.epoch' }, { type: 'timer.eoe' }).outputs;
    expect(closed[0]).toMatchObject({
      message: { type: 'sync', frontier: [], forks: [{ capsule: 'c2/1', seq: 2, branches: ['', 'b'] }] },
    });
  });
});
