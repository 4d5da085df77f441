import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesToPlain, decodeFrame, FrameError, plainToBytes } from './codec.ts';
import { kindOfFrame } from './frames.test-helper.ts';
import { MemoryStorage } from './node.ts';
import { isChoice, shardOfKey, unionOf } from './shards.ts';
import { World } from './world.test-helper.ts';

const SHARDS = 3;
/** A key of each shard. */
const KEYS = [...Array(SHARDS).keys()].map((shard) =>
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].find((key) => shardOfKey(key, SHARDS) === shard),
) as readonly string[];

/** `C` with r1 and r2; r3 below r1 with c1 and c2; c3 below r1, c4 below r2. */
function formed(): World {
  const world = new World({ k: 2, shards: SHARDS });
  for (const node of ['C', 'r1', 'r2', 'r3', 'c1', 'c2', 'c3', 'c4']) world.start(node);
  world.run(1000);
  return world;
}

const edgesOf = (world: World) =>
  Object.fromEntries(
    (world.reportsOf('committed').at(-1)?.edges ?? []).map(({ child, interest }) => [
      child,
      interest?.join(' '),
    ]),
  );

function subscribe(world: World, client: string, ...shards: readonly number[]): void {
  world.command(client, { type: 'subscribe', shards });
}

const readBy = (world: World, client: string): readonly string[] =>
  world.reportsOf('delivered', client).map(({ capsule, seq }) => `${capsule}#${seq}`);

describe('shards of keys', () => {
  it('come from the first two bytes of the SHA-256', () => {
    for (const key of ['', 'a', 'Grüße', 'user7'])
      for (const shards of [1, 2, 3, 64])
        expect(shardOfKey(key, shards)).toBe(
          createHash('sha256').update(key).digest().readUInt16BE(0) % shards,
        );
  });

  it('are chosen among several, in order, each once', () => {
    const choices = [[], [0], [0, 2], [1, 2]];
    expect(choices.every((interest) => isChoice(interest, 3))).toBe(true);
    const none = [[3], [-1], [0.5], [1, 0], [1, 1]];
    expect(none.some((interest) => isChoice(interest, 3))).toBe(false);
    expect(isChoice([0], 1)).toBe(false);
    expect(unionOf([[2], [], [0, 2]])).toEqual([0, 2]);
  });
});

describe('a sharded world', () => {
  it('begins with everybody wanting everything, and routers without clients nothing', () => {
    const world = new World({ k: 2, shards: SHARDS });
    for (const node of ['C', 'r1', 'r2', 'c1']) world.start(node);
    world.run(1000);
    expect(edgesOf(world)).toEqual({ r1: '0 1 2', r2: '', c1: '0 1 2' });
  });

  it('collects what is wanted further down', () => {
    const world = formed();
    subscribe(world, 'c1', 0);
    subscribe(world, 'c2', 2);
    subscribe(world, 'c3');
    subscribe(world, 'c4', 1);
    world.run(1000);
    const { c1, c2, c3, c4, r1, r2, r3 } = edgesOf(world);
    expect([c1, c2, c3, c4]).toEqual(['0', '2', '', '1']);
    const parents = Object.fromEntries(
      (world.reportsOf('committed').at(-1)?.edges ?? []).map(({ child, parent }) => [child, parent]),
    );
    const below = (node: string) =>
      ['c1', 'c2', 'c3', 'c4'].filter(
        (client) => parents[client] === node || parents[parents[client] ?? ''] === node,
      );
    const wanted = { c1: [0], c2: [2], c3: [], c4: [1] } as Record<string, readonly number[]>;
    for (const [router, interest] of [
      ['r1', r1],
      ['r2', r2],
      ['r3', r3],
    ] as const)
      // prettier-ignore
      expect(interest).toBe(unionOf(below(router).map((client) => wanted[client] ?? [])).join(' '));
  });

  it('delivers to those that want it, and to nobody else', () => {
    const world = formed();
    subscribe(world, 'c2', 0);
    subscribe(world, 'c4', 1, 2);
    world.run(1000);
    for (const key of KEYS) world.put('c1', key, 'v');
    world.run(1000);
    expect(readBy(world, 'c2')).toEqual(['c1/1/s0#1']);
    expect(readBy(world, 'c3')).toEqual(['c1/1/s0#1', 'c1/1/s1#1', 'c1/1/s2#1']);
    expect(readBy(world, 'c4')).toEqual(['c1/1/s1#1', 'c1/1/s2#1']);
  });

  it('lets a late subscriber catch up, and who comes back go on', () => {
    const world = formed();
    subscribe(world, 'c2', 0);
    world.run(1000);
    world.put('c1', KEYS[1] ?? '', 'v');
    world.run(7000);
    expect(readBy(world, 'c2')).toEqual([]);
    subscribe(world, 'c2', 1);
    world.run(7000);
    expect(readBy(world, 'c2')).toEqual(['c1/1/s1#1']);
    subscribe(world, 'c2');
    world.run(1000);
    world.put('c1', KEYS[1] ?? '', 'w');
    world.run(7000);
    subscribe(world, 'c2', 1, 2);
    world.run(7000);
    expect(readBy(world, 'c2')).toEqual(['c1/1/s1#1', 'c1/1/s1#2']);
  });

  it('repeats a Subscription until a placement shows it, and remembers it over a restart', () => {
    const world = formed();
    world.isLost = (from) => from === 'c2';
    subscribe(world, 'c2', 0);
    world.run(1600);
    expect(edgesOf(world)['c2']).toBe('0 1 2');
    world.isLost = () => false;
    world.run(1500);
    expect(edgesOf(world)['c2']).toBe('0');
    const before = world.sent.length;
    world.run(5000);
    expect(world.sent.slice(before).filter(({ frame }) => kindOfFrame(frame) === 'subscription')).toEqual([]);
    world.crash('c2');
    world.start('c2');
    world.run(1000);
    expect(edgesOf(world)['c2']).toBe('0');
    world.crash('c2');
    world.start('c2', new MemoryStorage());
    world.run(2000);
    expect(edgesOf(world)['c2']).toBe('0 1 2');
  });

  it('keeps the interests of a coordinator that restarts', () => {
    const world = formed();
    subscribe(world, 'c2', 0);
    world.run(1000);
    const before = edgesOf(world);
    world.crash('C');
    world.start('C');
    world.run(1000);
    expect(edgesOf(world)).toEqual(before);
  });

  it('writes what waited as a record for each shard', () => {
    const world = new World({ k: 2, shards: SHARDS });
    for (const node of ['C', 'c1', 'c2']) world.start(node);
    for (const key of KEYS.toReversed()) world.put('c1', key, 'v');
    world.run(1000);
    expect(world.reportsOf('put', 'c1').map(({ capsule, seq }) => `${capsule}#${seq}`)).toEqual([
      'c1/1/s0#1',
      'c1/1/s1#1',
      'c1/1/s2#1',
    ]);
    expect(readBy(world, 'c2')).toHaveLength(SHARDS);
  });
});

describe('interests on the wire', () => {
  const joins = (shards: number) => {
    const world = new World({ k: 2, shards });
    for (const node of ['C', 'c1']) world.start(node);
    return world.sent.map(({ frame }) => frame).find((frame) => kindOfFrame(frame) === 'join') as Uint8Array;
  };
  const withInterest = (interest: unknown): Uint8Array => {
    const plain = bytesToPlain(joins(1)) as [string, unknown[], ...unknown[]];
    return plainToBytes([plain[0], [...plain[1], interest], ...plain.slice(2)]);
  };

  it('are not said where there is one shard', () => {
    const frame = decodeFrame(joins(1));
    expect(frame.kind === 'join' && 'interest' in frame.body).toBe(false);
    expect(decodeFrame(joins(2))).toMatchObject({ kind: 'join', body: { interest: [0, 1] } });
  });

  it('have one encoding each', () => {
    expect(decodeFrame(withInterest([0, 63]))).toMatchObject({ body: { interest: [0, 63] } });
    for (const wrong of [[1, 0], [1, 1], [64], [-1], [0.5], 'all', null, [[0]]])
      expect(() => decodeFrame(withInterest(wrong)), JSON.stringify(wrong)).toThrow(FrameError);
  });
});

it('does nothing about subscriptions where there is one shard', () => {
  const world = new World({ k: 2 });
  for (const node of ['C', 'c1']) world.start(node);
  world.run(1000);
  expect(world.command('c1', { type: 'subscribe', shards: [0] })).toEqual([]);
});
