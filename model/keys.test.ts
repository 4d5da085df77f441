/** What the statecharts do when the group key is rotated and nodes are expelled (docs/protocol.md §5.8). */
import { describe, expect, test } from 'vitest';
import { keyEpochOf, LIVES_PER_KEY, MAX_KEY_EPOCH } from './keys.ts';
import { capsuleOf, shardOf } from './interest.ts';
import type { MemberContext } from './membership.ts';
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

describe('who was expelled and is given new keys', () => {
  /** c1 was expelled, was given new keys, and lives again. */
  function renewed(): TestWorld {
    const world = formed();
    world.give('C', { type: 'rotate', expel: 'c1' });
    world.run();
    // It has no link any more: when it asks again it is told.
    const { parent } = world.state('c1').context as MemberContext;
    world.fire('c1', `suspect:${parent?.node}`);
    world.run();
    expect(describeState(world.state('c1'))).toBe('left');
    world.give('c1', { type: 'renew' });
    world.startWith('c1', world.crash('c1'));
    world.run();
    return world;
  }

  const placesOf = (world: TestWorld) =>
    Object.keys((memoryOf(world.state('C')) as { places: object }).places);

  test('has a place again, in lives that are of these keys', () => {
    const world = renewed();
    expect(reportsOf(world, 'renewed')).toEqual(['c1']);
    expect(placesOf(world)).toContain('c1');
    expect(memoryOf(world.state('c1'))).toMatchObject({ incarnation: LIVES_PER_KEY + 1 });
  });

  test('writes into capsules that are not cut, and answers for these only', () => {
    const world = renewed();
    epoch(world);
    world.give('c1', { type: 'put' });
    world.run();
    const capsule = `c1/${LIVES_PER_KEY + 1}/k2`;
    for (const node of ['c2', 'c3'])
      expect(memoryOf(world.state(node))).toMatchObject({ positions: { 'c1/1': 2, [capsule]: 1 } });
    world.fire('C', 'epoch');
    const answers: unknown[] = [];
    world.run(({ from, message }) => {
      if (from === 'c1' && message.type === 'eoe') answers.push(...message.answers);
      return false;
    });
    expect(answers).toEqual([{ node: 'c1', heads: [{ capsule, seq: 1 }] }]);
  });

  test('is not mistaken for who has the keys of before, nor the other way round', () => {
    const world = renewed();
    const join = {
      type: 'join',
      node: 'c1',
      role: 'client',
      birth: 77,
      attempt: 1,
      reason: 'restarted',
      suspect: '',
      link: 0,
    } as const;
    const refused = world.give('C', { ...join, incarnation: LIVES_PER_KEY });
    expect(refused).toMatchObject([{ message: { type: 'join-refused', why: 'excluded' } }]);
    // What those keys signed says nothing against the present ones.
    const link = (world.state('r1').context as MemberContext).parent?.link ?? 0;
    world.give('C', {
      type: 'evidence',
      capsule: 'c1/1',
      seq: 1,
      branches: ['', 'b'],
      from: 'r1',
      to: 'C',
      link,
    });
    expect(placesOf(world)).toContain('c1');
  });

  test('can be expelled once more', () => {
    const world = renewed();
    world.give('C', { type: 'rotate', expel: 'c1' });
    expect(placesOf(world)).not.toContain('c1');
    expect(memoryOf(world.state('C'))).toMatchObject({ keys: { keyEpoch: 3, expelled: ['c1', 'c1'] } });
  });

  test('repeats nothing beyond the cut', () => {
    const world = renewed();
    epoch(world);
    const { parent } = world.state('c1').context as MemberContext;
    const asked = (last: number) => {
      const range = { capsule: 'c1/1', first: 1, last, path: [] };
      const outputs = world.give('c1', {
        type: 'nak',
        from: parent?.node ?? '',
        to: 'c1',
        link: parent?.link ?? 0,
        ...range,
      });
      return outputs.map((output) => (output.kind === 'send' ? output.message.type : output.kind));
    };
    expect(asked(2)).toEqual(['repair']);
    expect(asked(3)).toEqual(['reject']);
  });

  test('whoever comes back with newer keys has made the older ones void where it was seen', () => {
    const world = formed();
    world.give('c3', { type: 'leave' });
    world.run();
    world.give('c3', { type: 'renew' });
    const memory = world.crash('c3');
    world.startWith('c3', memory);
    world.run();
    expect(placesOf(world)).toContain('c3');
    world.crash('c3');
    world.startWith('c3', null);
    world.run();
    expect(describeState(world.state('c3'))).toBe('left');
  });

  test('nobody is given new keys who is still there', () => {
    const world = formed();
    expect(world.give('c1', { type: 'renew' })).toEqual([]);
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
