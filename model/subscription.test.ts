import { describe, expect, test } from 'vitest';
import type { ModelEvent } from './events.ts';
import { capsuleOf, isInterest, shardOf, union } from './interest.ts';
import type { Message, NodeName } from './messages.ts';
import { describe as describeState } from './step.ts';
import { TestWorld } from './test-world.ts';

/** r1 with c1 and r2 below it, c2 and c3 below r2. */
function formed(): TestWorld {
  const world = new TestWorld({ k: 2, shards: 3 });
  world.start('C', 'r1', 'r2', 'r3', 'c1', 'c2', 'c3');
  return world;
}

const subscribe = (...shards: readonly number[]): ModelEvent => ({ type: 'subscribe', shards });

const told = (world: TestWorld, child: NodeName) =>
  world
    .reported('committed')
    .at(-1)
    ?.edges.find((edge) => edge.child === child)?.interest;

function sent<T extends Message['type']>(
  world: TestWorld,
  type: T,
): readonly Extract<Message, { type: T }>[] {
  return world.queue
    .map(({ message }) => message)
    .filter((message): message is Extract<Message, { type: T }> => message.type === type);
}

describe('interests', () => {
  test('are sets of shards, where there are several', () => {
    expect([[], [0], [0, 2]].every((interest) => isInterest(interest, 3))).toBe(true);
    expect([[3], [1, 0], [0, 0], [-1], [0.5]].some((interest) => isInterest(interest, 3))).toBe(false);
    expect(isInterest([0], 1)).toBe(false);
    expect(union([[2], [0], []])).toEqual([0, 2]);
  });

  test('are about shards that capsules name', () => {
    expect([capsuleOf('c1', 2, 0, 1), capsuleOf('c1', 2, 1, 3)]).toEqual(['c1/2', 'c1/2/s1']);
    expect(['c1/2', 'c1/2/s1'].map(shardOf)).toEqual([0, 1]);
  });
});

describe('a client', () => {
  test('tells what it wants until its placement shows it', () => {
    const world = formed();
    world.give('c1', subscribe(1));
    expect(describeState(world.state('c1'))).toBe('attached·ready·telling·serving·current');
    const [first] = sent(world, 'subscription');
    expect(first).toMatchObject({ node: 'c1', incarnation: 1, attempt: 2, interest: [1] });
    world.run(() => true);
    world.fire('c1', 'subscription');
    expect(sent(world, 'subscription')).toMatchObject([{ attempt: 3, interest: [1] }]);
    world.run();
    expect(describeState(world.state('c1'))).toBe('attached·ready·serving·current');
    expect(world.timers.get('c1')?.has('subscription')).toBe(false);
    expect(told(world, 'c1')).toEqual([1]);
  });

  test('has nothing to tell if it takes its wish back in time', () => {
    const world = formed();
    world.give('c1', subscribe(1));
    world.give('c1', subscribe(0, 1, 2));
    expect(world.timers.get('c1')?.has('subscription')).toBe(false);
    world.run();
    // What was said meanwhile comes first, and is corrected.
    expect(told(world, 'c1')).toEqual([0, 1, 2]);
  });

  test('without a place says it with its next Join', () => {
    const world = new TestWorld({ k: 2, shards: 3 });
    world.start('C');
    world.startWith('c1', null);
    world.give('c1', subscribe(2));
    expect(sent(world, 'subscription')).toEqual([]);
    world.run(() => true);
    world.fire('c1', 'join');
    world.run();
    expect(told(world, 'c1')).toEqual([2]);
  });

  test('is told otherwise by an older placement, and says it then', () => {
    const world = new TestWorld({ k: 2, shards: 3 });
    world.start('C');
    world.startWith('c1', null);
    world.give('c1', subscribe(2));
    world.run();
    expect(told(world, 'c1')).toEqual([2]);
    expect(world.reported('committed')).toHaveLength(2);
  });

  test('takes no records that it does not want, and asks for none', () => {
    const world = formed();
    world.give('c1', subscribe(1));
    world.run();
    const before = world.rejections.length;
    for (const shard of [0, 1, 2]) world.give('c2', { type: 'put', shard });
    world.run();
    expect(world.reported('delivered', 'c1').map(({ capsule }) => capsule)).toEqual(['c2/1/s1']);
    expect(world.rejections.slice(before)).toEqual([]);
    world.fire('C', 'epoch');
    world.run();
    expect(describeState(world.state('c1'))).toBe('attached·ready·serving·current');
  });

  test('catches up with what it subscribes to late', () => {
    const world = formed();
    world.give('c1', subscribe(1));
    world.run();
    world.give('c2', { type: 'put', shard: 0 });
    world.run();
    world.give('c1', subscribe(0));
    world.run();
    world.fire('C', 'epoch');
    world.run();
    expect(world.reported('delivered', 'c1').map(({ capsule }) => capsule)).toEqual(['c2/1/s0']);
  });
});

describe('the coordinator', () => {
  test('tells each parent what is wanted below, and only those for whom that changes', () => {
    const world = formed();
    for (const client of ['c1', 'c2', 'c3'] as const) {
      world.give(client, subscribe(0));
      world.run();
    }
    for (const router of ['r1', 'r2', 'r3'])
      expect(told(world, router)?.every((shard) => shard === 0)).toBe(true);
    world.give('c2', subscribe(0, 1));
    const subscription = world.queue.shift();
    world.give('C', subscription!.message);
    const placed = sent(world, 'placement').map(({ node }) => node);
    const parents = Object.fromEntries(
      (world.reported('committed').at(-1)?.edges ?? []).map(({ child, parent }) => [child, parent]),
    );
    const path = ['c2'];
    for (let at = parents['c2']; at !== undefined && at !== 'C'; at = parents[at]) path.push(at);
    expect(placed.toSorted()).toEqual(path.toSorted());
  });

  test('takes the last word only', () => {
    const world = formed();
    world.give('c1', subscribe(1));
    const [first] = sent(world, 'subscription');
    world.run();
    world.give('c1', subscribe(2));
    world.run();
    expect(world.give('C', first!)).toMatchObject([{ kind: 'reject' }]);
    expect(told(world, 'c1')).toEqual([2]);
  });

  test('has nothing to choose where there is one shard', () => {
    const world = new TestWorld({ k: 2 });
    world.start('C', 'c1');
    const message: ModelEvent = {
      type: 'subscription',
      node: 'c1',
      incarnation: 1,
      attempt: 9,
      interest: [],
    };
    expect(world.give('C', message)).toMatchObject([{ kind: 'reject' }]);
  });
});
