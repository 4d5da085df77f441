import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { describe as describeState, stateKey } from './step.ts';
import { TestWorld } from './test-world.ts';

/** C — r1, r2; r1 — c1, c2; r2 — c3. */
function formedWorld(): TestWorld {
  const world = new TestWorld({ k: 2 });
  world.start('C', 'r1', 'r2', 'c1', 'c2', 'c3');
  return world;
}

test('a tree forms', () => {
  const world = formedWorld();
  for (const node of ['c1', 'c2', 'c3']) {
    expect(describeState(world.state(node))).toBe('attached·ready·serving·current');
  }
  expect(describeState(world.state('r1'))).toBe('attached·idle');
  expect(describeState(world.state('C'))).toBe('waiting·settled·calm');
  expect(
    world
      .reported('committed')
      .at(-1)
      ?.edges.map(({ child, parent }) => `${child}<${parent}`),
  ).toEqual(['c1<r1', 'c2<r1', 'c3<r2', 'r1<C', 'r2<C']);
  expect(world.rejections).toEqual([]);
});

test('one put reaches everybody once, with one send per edge', () => {
  const world = formedWorld();
  world.give('c1', { type: 'put' });
  let sends = 0;
  world.run(({ message }) => {
    if (message.type === 'data') sends++;
    return false;
  });
  expect(sends).toBe(5);
  for (const node of ['c2', 'c3']) {
    expect(world.reported('delivered', node)).toEqual([{ type: 'delivered', capsule: 'c1/1', seq: 1 }]);
  }
  expect(world.reported('delivered', 'c1')).toEqual([]);
});

test('an epoch closes with everybody heard', () => {
  const world = formedWorld();
  world.give('c1', { type: 'put' });
  world.run();
  world.fire('C', 'epoch');
  world.run();
  expect(world.reported('epoch-closed')).toEqual([
    { type: 'epoch-closed', epoch: 1, answered: ['c1', 'c2', 'c3'] },
  ]);
  expect(world.timers.get('C')?.has('eoe')).toBe(false);
  expect(world.rejections).toEqual([]);
});

test('what is lost on the way is repaired after the next epoch', () => {
  const world = formedWorld();
  world.give('c1', { type: 'put' });
  world.run(({ message, to }) => message.type === 'data' && to === 'C');
  expect(world.reported('delivered', 'c3')).toEqual([]);
  world.fire('C', 'epoch');
  world.run();
  // c3 asks r2, r2 asks C, C asks r1, which has it in its log.
  expect(world.reported('delivered', 'c3')).toEqual([{ type: 'delivered', capsule: 'c1/1', seq: 1 }]);
  expect(describeState(world.state('c3'))).toBe('attached·ready·serving·current');
});

test('what only the writer has is repaired from there', () => {
  const world = formedWorld();
  world.give('c1', { type: 'put' });
  world.run(({ message }) => message.type === 'data');
  world.fire('C', 'epoch');
  world.run();
  for (const node of ['c2', 'c3']) expect(world.reported('delivered', node)).toHaveLength(1);
  expect(world.rejections).toEqual([]);
  // Nobody remembers a Nak that was answered.
  for (const state of world.states.values()) {
    if (state.role !== 'client') expect(state.context.naks).toEqual([]);
  }
});

test('a durable client recovers before it writes, in a new capsule', () => {
  const world = formedWorld();
  world.give('c1', { type: 'put' });
  world.run();
  world.startWith('c1', world.crash('c1'));
  world.run();
  expect(describeState(world.state('c1'))).toBe('attached·recovering·serving·current');
  world.give('c1', { type: 'put' });
  world.give('c1', { type: 'put' });
  expect(world.reported('queued')).toHaveLength(2);
  world.fire('C', 'epoch');
  world.run();
  expect(world.reported('put', 'c1')).toEqual([
    { type: 'put', capsule: 'c1/1', seq: 1 },
    { type: 'put', capsule: 'c1/2', seq: 1 },
  ]);
  expect(world.reported('delivered', 'c3').map(({ capsule }) => capsule)).toEqual(['c1/1', 'c1/2']);
});

test('an amnesiac client is told its incarnation, recovers and gets its old records back', () => {
  const world = formedWorld();
  world.give('c1', { type: 'put' });
  world.run();
  world.crash('c1');
  world.startWith('c1', null);
  world.run();
  expect(world.state('c1').context.incarnation).toBe(2);
  expect(describeState(world.state('c1'))).toBe('attached·recovering·serving·current');
  world.fire('C', 'epoch');
  world.run();
  expect(world.reported('delivered', 'c1')).toEqual([{ type: 'delivered', capsule: 'c1/1', seq: 1 }]);
});

test('a stale client is told its incarnation', () => {
  const world = formedWorld();
  const stale = world.crash('c1');
  world.startWith('c1', stale);
  world.run();
  world.crash('c1');
  world.startWith('c1', stale);
  world.run();
  expect(world.state('c1').context.incarnation).toBe(3);
});

test('a router that restarts gets its place back, and the coordinator too', () => {
  const world = formedWorld();
  world.startWith('r1', world.crash('r1'));
  world.run();
  expect(describeState(world.state('r1'))).toBe('attached·idle');
  world.startWith('C', world.crash('C'));
  world.run();
  expect(describeState(world.state('C'))).toBe('waiting·settled·calm');
  world.give('c1', { type: 'put' });
  world.run();
  for (const node of ['c2', 'c3']) expect(world.reported('delivered', node)).toHaveLength(1);
  expect(world.rejections).toEqual([]);
});

test('a client that leaves while it recovers writes first', () => {
  const world = formedWorld();
  world.startWith('c1', world.crash('c1'));
  world.run();
  world.give('c1', { type: 'put' });
  world.give('c1', { type: 'leave' });
  expect(describeState(world.state('c1'))).toBe('attached·recovering·leaving·current');
  expect(world.give('c1', { type: 'put' })).toEqual([
    { kind: 'report', report: { type: 'refused', why: 'leaving' } },
  ]);
  world.fire('C', 'epoch');
  world.run();
  expect(describeState(world.state('c1'))).toBe('left');
  expect(world.reported('put', 'c1')).toHaveLength(1);
  expect(world.reported('left', 'c1')).toHaveLength(1);
  expect(
    world
      .reported('committed')
      .at(-1)
      ?.edges.map(({ child }) => child),
  ).not.toContain('c1');
});

test('a router that leaves is replaced, its clients stay served', () => {
  const world = formedWorld();
  world.give('r1', { type: 'leave' });
  world.run();
  // One router has two slots, C one more: nobody is pending.
  expect(world.reported('committed').at(-1)?.pending).toEqual([]);
  world.give('c1', { type: 'put' });
  world.run();
  for (const node of ['c2', 'c3']) expect(world.reported('delivered', node)).toHaveLength(1);
});

test('a dead router is probed, buried and its clients are placed anew', () => {
  const world = formedWorld();
  world.crash('r1');
  world.fire('c1', 'suspect:r1');
  expect(describeState(world.state('c1'))).toBe('orphaned·ready·serving·current');
  world.run(({ to }) => to === 'r1');
  expect(describeState(world.state('C'))).toBe('waiting·settled·probing');
  world.fire('C', 'probe:r1');
  world.run();
  expect(describeState(world.state('c1'))).toBe('attached·ready·serving·current');
  expect(describeState(world.state('C'))).toBe('waiting·settled·calm');
});

test('a broken edge to a live parent moves the client to another parent', () => {
  const world = formedWorld();
  world.fire('c1', 'suspect:r1');
  world.run();
  const edges = world.reported('committed').at(-1)?.edges ?? [];
  expect(edges.find(({ child }) => child === 'c1')?.parent).toBe('r2');
  expect(describeState(world.state('c1'))).toBe('attached·ready·serving·current');
});

test('the same state has the same key, whichever way it came about', () => {
  const first = formedWorld();
  const second = formedWorld();
  for (const node of ['c1', 'c3']) first.give(node, { type: 'put' });
  for (const node of ['c3', 'c1']) second.give(node, { type: 'put' });
  first.run();
  second.run();
  for (const [node, state] of first.states) {
    expect(stateKey(second.state(node))).toBe(stateKey(state));
    // Not only the key, which sorts: the contexts are canonical themselves.
    expect(canonicalJson(state.context)).toBe(canonicalJson(second.state(node).context));
    expect(JSON.stringify(second.state(node).context)).toBe(JSON.stringify(state.context));
  }
});
