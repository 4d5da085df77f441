import { describe, expect, it } from 'vitest';
import { MemoryStorage } from './node.ts';
import { World } from './world.test-helper.ts';

const NAMES = ['C', 'r1', 'r2', 'c1', 'c2', 'c3', 'c4'];
const CLIENTS = ['c1', 'c2', 'c3', 'c4'];

function formed(): World {
  const world = new World({ k: 2 });
  for (const node of NAMES) world.start(node);
  world.run(1000);
  return world;
}

/** The tree as the coordinator last committed it: child → parent. */
function treeOf(world: World): Record<string, string> {
  const last = world.reportsOf('committed').at(-1);
  return Object.fromEntries((last?.edges ?? []).map(({ child, parent }) => [child, parent]));
}

describe('a closed world', () => {
  it('forms the heap', () => {
    const world = formed();
    expect(treeOf(world)).toEqual({ r1: 'C', r2: 'C', c1: 'r1', c2: 'r1', c3: 'r2', c4: 'r2' });
    const installed = new Map(
      world.reports.flatMap(({ node, report }) =>
        report.type === 'installed' ? [[node, report.parent]] : [],
      ),
    );
    expect(Object.fromEntries(installed)).toEqual(treeOf(world));
  });

  it('delivers puts everywhere, once, and stores become equal', () => {
    const world = formed();
    world.put('c1', 'a', '1');
    world.put('c3', 'a', '2');
    world.put('c3', 'b', '3');
    world.run(1000);
    for (const client of CLIENTS) {
      const delivered = world.reportsOf('delivered', client).map(({ capsule, seq }) => `${capsule}#${seq}`);
      const expected = ['c1/1#1', 'c3/1#1', 'c3/1#2'].filter((name) => !name.startsWith(client));
      expect(delivered.sort()).toEqual(expected);
      expect(world.dump(client)).toEqual([
        ['a', '2'],
        ['b', '3'],
      ]);
    }
  });

  it('closes epochs that every client answers', () => {
    const world = formed();
    world.run(7000);
    expect(world.reportsOf('epoch-closed')).toEqual([{ type: 'epoch-closed', epoch: 1, answered: CLIENTS }]);
    expect(world.rejects.filter(({ reason }) => !/^(link|placement-ack):/.test(reason))).toEqual([]);
  });

  it('heals when a router crashes, and repairs what was missed', () => {
    const world = formed();
    world.put('c1', 'a', '1');
    world.crash('r1');
    world.put('c2', 'b', '2');
    world.put('c3', 'c', '3');
    world.run(30_000);
    expect(Object.keys(treeOf(world)).sort()).toEqual(['c1', 'c2', 'c3', 'r2']);
    expect(world.reportsOf('committed').at(-1)?.pending).toEqual(['c4']);
    world.start('r1');
    world.run(30_000);
    expect(Object.keys(treeOf(world)).sort()).toEqual(['c1', 'c2', 'c3', 'c4', 'r1', 'r2']);
    for (const client of CLIENTS)
      expect(world.dump(client)).toEqual([
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ]);
  });

  it('gives an amnesiac client a new incarnation, and it catches up', () => {
    const world = formed();
    world.put('c1', 'a', '1');
    world.put('c2', 'b', '2');
    world.run(1000);
    world.crash('c1');
    world.start('c1', new MemoryStorage());
    world.put('c1', 'c', 'queued');
    world.run(20_000);
    const delivered = world.reportsOf('delivered', 'c1').map(({ capsule, seq }) => `${capsule}#${seq}`);
    expect(delivered.filter((name) => name === 'c1/1#1')).toHaveLength(1);
    expect(world.reportsOf('put', 'c1').map(({ capsule, seq }) => `${capsule}#${seq}`)).toEqual([
      'c1/1#1',
      'c1/2#1',
    ]);
    for (const client of CLIENTS)
      expect(world.dump(client)).toEqual([
        ['a', '1'],
        ['b', '2'],
        ['c', 'queued'],
      ]);
  });

  it('survives restarts of everybody with their storage, and of a client with an old one', () => {
    const world = formed();
    world.put('c1', 'a', '1');
    world.run(1000);
    const old = new MemoryStorage(world.storages.get('c1')?.entries());
    world.put('c1', 'a', '2');
    world.run(100);
    for (const node of NAMES) world.crash(node);
    for (const node of NAMES) world.start(node, node === 'c1' ? old : world.storages.get(node));
    world.run(30_000);
    world.put('c1', 'b', '3');
    world.run(1000);
    for (const client of CLIENTS)
      expect(world.dump(client)).toEqual([
        ['a', '2'],
        ['b', '3'],
      ]);
    expect(Object.keys(treeOf(world))).toHaveLength(6);
  });

  it('lets nodes leave', () => {
    const world = formed();
    world.command('c4', { type: 'leave' });
    world.command('r1', { type: 'leave' });
    world.run(1000);
    expect(treeOf(world)).toEqual({ r2: 'C', c1: 'r2', c2: 'r2', c3: 'C' });
    expect(world.put('c4', 'x', 'y')).toEqual([
      { kind: 'report', report: { type: 'refused', why: 'leaving' } },
    ]);
    world.put('c1', 'a', '1');
    world.run(1000);
    expect(world.reportsOf('delivered').length).toBe(2);
  });
});
