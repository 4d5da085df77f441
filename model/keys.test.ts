/** What the statecharts do when the group key is rotated and nodes are expelled (docs/protocol.md §5.8). */
import { describe, expect, test } from 'vitest';
import { keyEpochOf, MAX_KEY_EPOCH } from './keys.ts';
import { capsuleOf, shardOf } from './interest.ts';
import { describe as describeState, memoryOf } from './step.ts';
import { TestWorld } from './test-world.ts';

/** `C` above r1, which has the clients c1 and c2; c1 wrote two records that all have. */
function formed(): TestWorld {
  const world = new TestWorld({ k: 2 });
  world.start('C', 'r1', 'c1', 'c2', 'c3');
  world.run();
  world.give('c1', { type: 'put' });
  world.give('c1', { type: 'put' });
  world.run();
  world.reports.length = 0;
  return world;
}

function epoch(world: TestWorld): void {
  world.fire('C', 'epoch');
  world.run();
}

const reportsOf = (world: TestWorld, type: string) =>
  world.reports.filter(({ report }) => report.type === type).map(({ node }) => node);

describe('a rotation', () => {
  test('is told by the next SYNC, and from then on clients write into capsules of the new key epoch', () => {
    const world = formed();
    world.give('C', { type: 'rotate' });
    expect(reportsOf(world, 'rotated')).toEqual(['C']);
    epoch(world);
    expect(reportsOf(world, 'rotated').toSorted()).toEqual(['C', 'c1', 'c2', 'c3', 'r1']);
    world.give('c2', { type: 'put' });
    world.run();
    expect(memoryOf(world.state('c1'))).toMatchObject({ positions: { 'c1/1': 2, 'c2/1/k2': 1 } });
  });

  test('reaches who missed it with a later one', () => {
    const world = formed();
    world.give('C', { type: 'rotate' });
    world.give('C', { type: 'rotate' });
    epoch(world);
    expect(memoryOf(world.state('c2'))).toMatchObject({ keys: { keyEpoch: 3, expelled: [] } });
  });

  test('outlives a crash, and ends with the last key epoch', () => {
    const world = formed();
    for (let i = 0; i < MAX_KEY_EPOCH + 3; i += 1) world.give('C', { type: 'rotate' });
    const memory = memoryOf(world.state('C'));
    expect(memory).toMatchObject({ keys: { keyEpoch: MAX_KEY_EPOCH } });
    world.give('C', { type: 'crash' });
    world.give('C', { type: 'start', birth: 99, memory });
    expect(memoryOf(world.state('C'))).toMatchObject({ keys: { keyEpoch: MAX_KEY_EPOCH } });
  });
});

describe('who is expelled', () => {
  test('leaves the tree, and its records end where the coordinator had them', () => {
    const world = formed();
    world.give('C', { type: 'rotate', expel: 'c1' });
    expect(memoryOf(world.state('C'))).toMatchObject({
      keys: { keyEpoch: 2, expelled: ['c1'], cuts: { 'c1/1': 2 } },
    });
    expect(Object.keys((memoryOf(world.state('C')) as { places: object }).places)).not.toContain('c1');
    epoch(world);
    for (const node of ['C', 'r1', 'c2', 'c3']) {
      const state = world.state(node);
      expect(state.context.keys?.cuts).toEqual({ 'c1/1': 2 });
    }
  });

  test('is not let in again', () => {
    const world = formed();
    world.give('C', { type: 'rotate', expel: 'c1' });
    world.run();
    world.give('c1', { type: 'crash' });
    world.start('c1');
    world.run();
    expect(reportsOf(world, 'excluded')).toEqual(['c1']);
    expect(describeState(world.state('c1'))).toBe('left');
  });
});

test('names say shard and key epoch of a capsule', () => {
  expect(capsuleOf('c1', 2, 0, 1)).toBe('c1/2');
  expect(capsuleOf('c1', 2, 0, 1, 3)).toBe('c1/2/k3');
  for (const [capsule, keyEpoch, shard] of [
    ['c1/2', 1, 0],
    ['c1/2/k3', 3, 0],
    ['c1/2/s4', 1, 4],
    [capsuleOf('c1', 2, 4, 5, 3), 3, 4],
  ] as const)
    expect([keyEpochOf(capsule), shardOf(capsule)]).toEqual([keyEpoch, shard]);
});
