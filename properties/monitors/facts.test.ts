/** Facts that make monitors fit subjects of other protocols, and that none of them is weaker for it. */
import { describe, expect, test } from 'vitest';
import { PROPERTIES } from '../properties.ts';
import type { Report } from '../reading.ts';
import { scenarioOf } from '../scenario.ts';
import type { SubjectFacts } from './judge.ts';
import {
  asked,
  data,
  delivers,
  gets,
  judge,
  judgeWith,
  put,
  REJECT,
  report,
  restarts,
  SETTLING,
  starts,
  STORY,
  type Part,
  type StoryFrame,
} from './story.test-helper.ts';

const ENTRIES: SubjectFacts<StoryFrame> = { ...STORY, tree: 'entries' };
const entries = (node: string, version: number, parent: string, children: readonly string[] = []): Part =>
  gets(node, { type: 'garbage', reason: '' }, report({ type: 'installed', version, parent, children }));

const scenario = scenarioOf({ k: 2, routers: 2, clients: 3 });
const ofEntries = (id: string, parts: readonly Part[], up?: readonly string[]) =>
  judgeWith(id, parts, ENTRIES, up === undefined ? { scenario } : { scenario, up });

const FORMED: readonly Part[] = [
  ...scenario.nodes.map((node) => starts(node)),
  entries('C', 1, '', ['r1', 'r2']),
  entries('r1', 1, 'C', ['c1', 'c2']),
  entries('r2', 1, 'C', ['c3']),
  entries('c1', 1, 'r1'),
  entries('c2', 1, 'r1'),
  entries('c3', 1, 'r2'),
];

describe('a tree of entries', () => {
  test('holds where it is one', () => {
    expect(ofEntries('tree-shape', FORMED)).toMatchObject({ violation: undefined, exercised: 6 });
    expect(ofEntries('reattachment', FORMED)).toMatchObject({ waiting: [], exercised: 6 });
  });

  test.each<[string, Part]>([
    ['r1 is its own neighbour', entries('r1', 2, 'r1', [])],
    ['r1 is its own neighbour', entries('r1', 2, 'C', ['c1', 'r1'])],
    ['the root has a parent, r1', entries('C', 2, 'r1', [])],
    ['c1 is a client and has a child, r2', entries('r2', 2, 'c1', [])],
    ['C has 3 child routers, K is 2', entries('C', 2, '', ['r1', 'r2', 'r3', 'c1'])],
  ])('is none: %s', (message, part) => {
    expect(ofEntries('tree-shape', [...FORMED, part]).violation?.message).toBe(message);
  });

  test('is none where parents are on a cycle; whoever hangs below it is not to blame', () => {
    const cycle = [entries('r1', 2, 'r2', ['r2']), entries('r2', 2, 'r1', ['r1'])];
    expect(ofEntries('tree-shape', [...FORMED, ...cycle]).violation?.message).toBe('r2 is on a cycle');
    expect(ofEntries('tree-shape', cycle.slice(0, 1)).violation).toBeUndefined();
  });

  test.each<[string, Part]>([
    ['c1 has no parent', entries('c1', 2, '')],
    ['r2, the parent of c1, does not know it as its child', entries('c1', 2, 'r2')],
    ['the parent of c1 is c9, which is not up', entries('c1', 2, 'c9')],
    ['c3 is not connected to the root: r2 has no parent', entries('r2', 2, '', ['c3'])],
  ])('leaves somebody unattached: %s', (message, part) => {
    expect(ofEntries('reattachment', [...FORMED, part]).waiting).toContain(message);
  });

  test('leaves those unattached that are below a cycle, and forgets those that crashed', () => {
    const cycle = [entries('r1', 2, 'r2', ['r2', 'c1', 'c2']), entries('r2', 2, 'r1', ['r1', 'c3'])];
    expect(ofEntries('reattachment', [...FORMED, ...cycle]).waiting).toContain(
      'c1 is below a cycle of parents',
    );
    const crashed: Part = { event: { type: 'crashed', node: 'r2' } };
    const up = scenario.nodes.filter((node) => node !== 'r2');
    expect(ofEntries('reattachment', [...FORMED, crashed], up).waiting).toEqual([
      'the parent of c3 is r2, which is not up',
    ]);
    // Its next life knows nothing of the entries of the last.
    expect(ofEntries('reattachment', [...FORMED, crashed, starts('r2')]).waiting).toEqual([
      'r2 has no parent',
      'r2, the parent of c3, does not know it as its child',
    ]);
  });

  test('bounds hops only where every parent knows its child', () => {
    const hops = [
      asked('c1', { type: 'put', key: 'a', value: 'b' }, put('c1/1', 1)),
      gets('r1', data('c1', 'r1', 'c1/1', 1)),
      gets('C', data('r1', 'C', 'c1/1', 1)),
      gets('r2', data('C', 'r2', 'c1/1', 1)),
      gets('c3', data('r2', 'c3', 'c1/1', 1)),
    ];
    expect(ofEntries('latency-bound', [...FORMED, ...hops])).toMatchObject({
      violation: undefined,
      exercised: 1,
      tightest: '4 of 4 hops',
    });
    const back = gets('c1', data('r1', 'c1', 'c1/1', 1));
    expect(ofEntries('latency-bound', [...FORMED, ...hops, back]).exercised).toBe(1);
    const half = FORMED.filter((_, index) => index !== FORMED.length - 5);
    expect(ofEntries('latency-bound', [...half, ...hops]).exercised).toBe(0);
  });
});

test('a record that is missing is missed, though a later one was delivered', () => {
  const writes = { type: 'put', key: 'a', value: 'b' } as const;
  const story: readonly Part[] = [
    asked('c1', writes, put('c1/1', 1)),
    asked('c1', writes, put('c1/1', 2)),
    gets('c2', data('r1', 'c2', 'c1/1', 2), delivers('c1/1', 2)),
  ];
  const late = gets('c2', data('r1', 'c2', 'c1/1', 1), delivers('c1/1', 1));
  const id = 'delivery-to-every-subscriber';
  expect(judge(id, story).waiting).toEqual(['c2 has not delivered c1/1#1, which c1 put and holds']);
  expect(judge(id, [...story, late]).waiting).toEqual([]);
});

describe('facts', () => {
  test('say what does not apply', () => {
    const facts = { ...STORY, notApplicable: { 'edge-once': 'there are no edges' } };
    expect(() => judgeWith('edge-once', [], facts)).toThrow('does not apply');
    expect(() => judgeWith('k-plus-one', [], facts)).not.toThrow();
    expect(PROPERTIES.length).toBeGreaterThan(0);
  });

  test('say where chains begin', () => {
    const story = [put('c1/1', 1, { hash: 'aa', prevHash: '11' })].map((one) =>
      asked<StoryFrame>('c1', { type: 'put', key: 'a', value: 'b' }, one),
    );
    expect(judgeWith('chain-integrity', story, { ...STORY, genesis: '11' }).violation).toBeUndefined();
    expect(judgeWith('chain-integrity', story, { ...STORY, genesis: '22' }).violation).toBeDefined();
    expect(judge('chain-integrity', story).violation).toBeDefined();
  });

  test('say whether clocks count what comes in; what was rejected never counts', () => {
    const sync = (): Part =>
      gets('c1', {
        message: { type: 'rts', epoch: 1, from: 'r1', to: 'c1', link: 1 },
        counter: 1,
        timestamp: 5,
      });
    const stamped = (timestamp: number) =>
      asked<StoryFrame>('c1', { type: 'put', key: 'a', value: 'b' }, put('c1/1', 1, { timestamp }));
    const counting = { ...STORY, countsReceipts: true };
    const twice = [sync(), sync()];
    expect(judgeWith('rejection-is-inert', [...twice, stamped(8)], counting).violation).toBeUndefined();
    expect(judgeWith('rejection-is-inert', [...twice, stamped(9)], counting).violation).toBeDefined();
    expect(judge('rejection-is-inert', [...twice, stamped(6)]).violation).toBeUndefined();
    expect(judge('rejection-is-inert', [...twice, stamped(7)]).violation).toBeDefined();
    const refused = gets(
      'c1',
      { message: { type: 'garbage', reason: '' }, counter: 1, timestamp: 50 },
      REJECT,
    );
    expect(judgeWith('rejection-is-inert', [refused, stamped(2)], counting).violation).toBeDefined();
  });

  test('say that nothing is stored: then every restart is one without memory', () => {
    const again = restarts<StoryFrame>('c2', { kind: 'durable', asOfIndex: 9 });
    const story: readonly Part[] = [
      asked('c1', { type: 'put', key: 'a', value: 'b' }, put('c1/1', 1)),
      gets('c2', data('r1', 'c2', 'c1/1', 1), delivers('c1/1', 1)),
      SETTLING,
      again,
    ];
    const id = 'delivery-to-every-subscriber';
    expect(judge(id, story).waiting).toEqual([]);
    expect(judgeWith(id, story, { ...STORY, storesNothing: true }).waiting).toHaveLength(1);
  });
});

test('a store with what nobody put is judged by what was delivered', () => {
  const forged = delivers('c9/0', 1, { hash: 'f', timestamp: 3, writes: [{ key: 'k', value: 'forged' }] });
  const story = (value: string): readonly Part[] => [
    gets('c1', { type: 'garbage', reason: '' }, forged),
    asked('c1', { type: 'dump' }, report({ type: 'store', entries: [['k', value]] })),
  ];
  expect(judge('convergence', story('forged')).violation).toBeUndefined();
  expect(judge('convergence', story('other')).violation).toBeDefined();
});

describe('ties that are open', () => {
  const OPEN: SubjectFacts<StoryFrame> = { ...STORY, ties: 'open' };
  const wrote = (writer: string, value: string, timestamp: number) => ({
    hash: writer,
    timestamp,
    writes: [{ key: 'k', value }],
  });
  const records = (first: number, second: number): readonly Part[] => [
    asked('c1', { type: 'put', key: 'k', value: 'one' }, put('c1/1', 1, wrote('c1', 'one', first))),
    asked('c2', { type: 'put', key: 'k', value: 'two' }, put('c2/1', 1, wrote('c2', 'two', second))),
    gets('c1', data('r1', 'c1', 'c2/1', 1), delivers('c2/1', 1, wrote('c2', 'two', second))),
    gets('c2', data('r1', 'c2', 'c1/1', 1), delivers('c1/1', 1, wrote('c1', 'one', first))),
  ];
  const stores = (node: string, value: string): Part =>
    asked(node, { type: 'dump' }, report({ type: 'store', entries: [['k', value]] } satisfies Report));

  test.each(['one', 'two'])('may be won by %s, if by the same one everywhere', (value) => {
    const story = [...records(3, 3), stores('c1', value), stores('c2', value)];
    expect(judgeWith('convergence', story, OPEN).violation).toBeUndefined();
  });

  test('are not won by one here and by the other there', () => {
    const story = [...records(3, 3), stores('c1', 'one'), stores('c2', 'two')];
    expect(judgeWith('convergence', story, OPEN).violation?.message).toContain('hold the same records');
  });

  test('are not won by what is older, or by what nobody wrote', () => {
    for (const value of ['one', 'three'])
      expect(
        judgeWith('convergence', [...records(2, 3), stores('c1', value)], OPEN).violation,
        value,
      ).toBeDefined();
    const answers = (value: string): Part =>
      asked('c1', { type: 'get', key: 'k' }, report({ type: 'answered', key: 'k', value }));
    expect(judgeWith('convergence', [...records(3, 3), answers('one')], OPEN).violation).toBeUndefined();
    expect(judgeWith('convergence', [...records(2, 3), answers('one')], OPEN).violation).toBeDefined();
  });

  test('are won by the greater writer where nothing is said', () => {
    expect(judge('convergence', [...records(3, 3), stores('c1', 'one')]).violation).toBeDefined();
    expect(judge('convergence', [...records(3, 3), stores('c1', 'two')]).violation).toBeUndefined();
  });
});
