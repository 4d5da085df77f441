/** What the statecharts do when the coordinator tells two stories (docs/protocol.md §5.7). */
import { describe, expect, test } from 'vitest';
import type { ModelEvent, ModelOutput } from './events.ts';
import type { Linked, NodeName, Placement } from './messages.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import { contradict, splitViewOf } from './split-view.ts';
import { initialState, memoryOf, stateKey } from './step.ts';
import { take } from './take.test-helper.ts';

const at = (node: NodeName, link = 1, incarnation = 1) => ({ node, incarnation, link });

function placement(node: NodeName, other: Partial<Placement> = {}): Placement {
  return { node, incarnation: 1, birth: 7, version: 1, level: 1, parent: at('C'), children: [], ...other };
}

const told = (of: Placement): ModelEvent => ({ type: 'placement', ...of });

function brief(outputs: readonly ModelOutput[]): readonly string[] {
  return outputs.flatMap((output) => {
    if (output.kind === 'send') return [`${output.message.type} to ${output.to}`];
    if (output.kind === 'report') return [`report ${output.report.type}`];
    return output.kind === 'reject' ? ['reject'] : [];
  });
}

const start: ModelEvent = { type: 'start', birth: 7, memory: null };
const parent = placement('r1', { children: [at('c1'), at('c2')] });
const child = placement('c1', { level: 2, parent: at('r1') });
const router = take(initialState('router', 'r1', DEFAULT_PARAMETERS), start, told(parent)).state;
const client = take(initialState('client', 'c1', DEFAULT_PARAMETERS), start, told(child)).state;

describe('two placements of one version', () => {
  const contradicting: readonly (readonly [string, Placement, Placement])[] = [
    ['one node, other children', parent, { ...parent, children: [at('c1')] }],
    ['one node, another birth', parent, { ...parent, birth: 8 }],
    ['one node, another interest', { ...child, interest: [0] }, { ...child, interest: [1] }],
    ['a parent without that child', { ...parent, children: [at('c2')] }, child],
    ['two parents of one child', parent, placement('r2', { children: [at('c2')] })],
    ['a child under another parent', parent, placement('c1')],
    ['another link', parent, { ...child, version: 1, parent: at('r1', 2) }],
    ['another incarnation of the other', parent, { ...child, parent: at('r1', 1, 2) }],
    ['another incarnation of a third', parent, placement('r2', { parent: at('C', 1, 2) })],
    ['another level', parent, { ...child, level: 3 }],
    [
      'other interests',
      { ...parent, children: [{ ...at('c1'), interest: [0] }] },
      { ...child, interest: [1] },
    ],
  ];

  test.each(contradicting)('contradict each other: %s', (_, one, other) => {
    expect(contradict(one, other)).toBe(true);
    expect(contradict(other, one)).toBe(true);
    expect(splitViewOf(one, other)).toEqual(splitViewOf(other, one));
    expect(contradict(one, { ...other, version: 2 })).toBe(false);
  });

  test.each([
    ['the same', parent, parent],
    ['parent and child', parent, child],
    ['siblings', placement('r2'), parent],
    ['strangers', placement('c9', { level: 3, parent: at('r9') }), parent],
  ] as const)('fit: %s', (_, one, other) => {
    expect(contradict(one, other)).toBe(false);
    expect(contradict(other, one)).toBe(false);
  });
});

describe('a node', () => {
  test('keeps a second placement of its own beside the first, which stays', () => {
    const { state, outputs } = take(client, told({ ...child, parent: at('C'), level: 1 }));
    expect(brief(outputs)).toEqual(['report split-view']);
    expect(state.context).toMatchObject({ parent: { node: 'r1' }, splitView: { placements: [{}, {}] } });
    // One is enough, and outlives a crash.
    expect(brief(take(state, told({ ...child, parent: at('r2') })).outputs)).toEqual(['reject']);
    const memory = memoryOf(state);
    const back = take(state, { type: 'crash' }, { type: 'start', birth: 8, memory }).state;
    expect(back.context).toMatchObject({ splitView: { placements: [{}, {}] } });
  });

  test('keeps what another one was told, if it contradicts, and rejects it otherwise', () => {
    expect(brief(take(client, told(parent)).outputs)).toEqual(['reject']);
    expect(brief(take(client, told({ ...parent, children: [] })).outputs)).toEqual(['report split-view']);
    expect(brief(take(client, told({ ...parent, children: [], version: 2 })).outputs)).toEqual(['reject']);
    const before = take(initialState('client', 'c1', DEFAULT_PARAMETERS), start).state;
    expect(brief(take(before, told(parent)).outputs)).toEqual(['reject']);
  });

  test.each([
    ['more than K children', { children: [at('c1'), at('c2'), at('c3')] }],
    ['itself below it', { children: [at('r1')] }],
    ['somebody twice', { parent: at('r2'), level: 2, children: [at('r2')] }],
    ['a client above it', { parent: at('c3'), level: 2 }],
    ['the coordinator below it', { parent: at('r2'), level: 2, children: [at('C')] }],
    ['a level that is not its parent’s', { level: 2 }],
    ['a link of a later version', { children: [at('c1', 3)] }],
  ])('rejects a placement of no tree: %s', (_, other) => {
    for (const version of [1, 2]) {
      const { state, outputs } = take(router, told({ ...parent, ...other, version }));
      expect(brief(outputs)).toEqual(['reject']);
      expect(stateKey(state)).toBe(stateKey(router));
    }
  });

  test('shows its placement to whom it misses, but not to the coordinator', () => {
    const orphan = take(client, { type: 'timer.suspect', node: 'r1' });
    expect(brief(orphan.outputs)).toEqual(['join to C', 'placement to r1']);
    expect(orphan.outputs).toContainEqual({
      kind: 'send',
      to: 'r1',
      message: { type: 'placement', ...child },
    });
    expect(brief(take(orphan.state, { type: 'timer.join' }).outputs)).toEqual([
      'join to C',
      'placement to r1',
    ]);
    expect(brief(take(router, { type: 'timer.suspect', node: 'c2' }).outputs)).toEqual([
      'suspect to C',
      'placement to c2',
    ]);
    expect(brief(take(router, { type: 'timer.suspect', node: 'C' }).outputs)).toEqual(['join to C']);
  });

  test('tells its neighbours with each greeting, but not the coordinator; who knows already rejects it', () => {
    const split = { type: 'split-view', ...splitViewOf(child, { ...parent, children: [] }) } as const;
    const fromClient = { ...split, from: 'c1', to: 'r1', link: 1 } as Linked;
    const { state, outputs } = take(router, fromClient);
    expect(brief(outputs)).toEqual(['report split-view']);
    expect(brief(take(state, fromClient).outputs)).toEqual(['reject']);
    expect(brief(take(state, { type: 'timer.heartbeat' }).outputs).toSorted()).toEqual([
      ...['C', 'c1', 'c2'].map((to) => `heartbeat to ${to}`),
      ...['c1', 'c2'].map((to) => `split-view to ${to}`),
    ]);
    expect(brief(take(router, { ...fromClient, from: 'c9' }).outputs)).toEqual(['reject']);
    expect(brief(take(router, { ...fromClient, link: 2 }).outputs)).toEqual(['reject']);
  });
});
