/** The root and routers, sentence by sentence of docs/prototype-2021-behaviour.md. */
import { describe, expect, test } from 'vitest';
import { assign, cull, Driven, ENOUGH, heartbeat, join, raw } from './driven.test-helper.ts';
import { RootProcess } from './root.ts';
import { RouterProcess } from './router.ts';

const root = () => new Driven(new RootProcess('C', 2));
const router = () => new Driven(new RouterProcess('r1', 'C'));
/** A router below C. */
const placed = () => {
  const node = router();
  node.get(assign('C'));
  return node;
};

describe('at the start', () => {
  test('M3: a router sends Join to the root, the root does not', () => {
    const node = new RouterProcess('r1', 'C');
    const texts: string[] = [];
    node.handle({ kind: 'start', life: 1, entropy: new Uint8Array(16) }, (output) => {
      if (output.kind === 'send') texts.push(output.to);
    });
    expect(texts).toEqual(['C']);
    expect(root().sent).toEqual([]);
  });

  test('M1: timers go off every second, three and five; at the root an epoch every twenty', () => {
    expect([...root().timers]).toEqual([
      ['sendHeartbeat', 1000],
      ['listenHeartbeat', 3000],
      ['rebalance', 5000],
      ['epoch', 20_000],
    ]);
    const node = router();
    for (const timer of ['sendHeartbeat', 'listenHeartbeat', 'rebalance']) {
      node.timers.delete(timer);
      node.fire(timer);
      expect(node.timers.has(timer)).toBe(true);
    }
  });
});

describe.each([
  ['the root', root, 'C'],
  ['a router', placed, 'r1'],
])('Join at %s', (_, make, self) => {
  test('J2: a client becomes its child where there are no child routers; a second time nothing is added', () => {
    const node = make();
    for (const times of [1, 2]) {
      expect(node.get(join('c1', 'client')), `${times}`).toEqual([`c1: assign ${self}`]);
      expect(node.fire('sendHeartbeat').filter((text) => text.startsWith('c1'))).toHaveLength(1);
    }
  });

  test('J1: with child routers it goes on to the one with the smallest subtree, which then counts one more', () => {
    const node = make();
    node.get(join('r8', 'router'));
    node.get(join('r9', 'router'));
    const to = ['c1', 'c2', 'c3'].map((client) => node.get(join(client, 'client')));
    expect(to).toEqual([['r8: join c1 client'], ['r9: join c2 client'], ['r8: join c3 client']]);
    node.get(heartbeat('r8', 0));
    expect(node.get(join('c4', 'client'))).toEqual(['r8: join c4 client']);
  });

  test('J4: a router that joins again counts 1 again, and keeps its router count', () => {
    const node = make();
    node.get(join('r8', 'router'));
    node.get(heartbeat('r8', 5, 0, 4));
    node.get(join('r8', 'router'));
    node.get(join('r9', 'router'));
    expect(node.get(join('c1', 'client'))).toEqual(['r8: join c1 client']);
    expect(node.get(join('r7', 'router'))).toEqual(['r9: join r7 router']);
  });

  test('J4, J3: two routers become children; more go on to the one with the smallest router count', () => {
    const node = make();
    expect(node.get(join('r8', 'router'))).toEqual([`r8: assign ${self}`]);
    expect(node.get(join('r9', 'router'))).toEqual([`r9: assign ${self}`]);
    const to = ['r5', 'r6', 'r7'].map((one) => node.get(join(one, 'router')));
    expect(to).toEqual([['r8: join r5 router'], ['r9: join r6 router'], ['r8: join r7 router']]);
    // Its own children are no exception.
    expect(node.get(join('r8', 'router'))).toEqual(['r9: join r8 router']);
  });
});

describe('parents', () => {
  test('J5: a router takes whichever parent it is told, the last one for good', () => {
    const node = placed();
    expect(node.reports).toMatchObject([{ type: 'installed', parent: 'C', children: [] }]);
    node.get(assign('r7'));
    expect(node.reports).toMatchObject([{ type: 'installed', parent: 'r7' }]);
    node.get(assign('r1'));
    expect(node.reports).toMatchObject([{ parent: 'r1' }]);
  });

  test('M4: the root takes none', () => {
    const node = root();
    expect(node.get(assign('r1'))).toEqual([]);
    expect(node.rejected).toBeDefined();
  });

  test('H5: a stale parent is forgotten at the next check, and Join goes to the root again; children stay', () => {
    const node = placed();
    node.get(join('c1', 'client'));
    expect(node.timers.get('stale:parent')).toBe(3001);
    expect(node.fire('listenHeartbeat')).toEqual([]);
    node.fire('stale:parent');
    node.get(heartbeat('C'));
    expect(node.fire('listenHeartbeat')).toEqual([]);
    node.fire('stale:parent');
    expect(node.fire('listenHeartbeat')).toEqual(['C: join r1 router']);
    expect(node.reports).toMatchObject([{ type: 'installed', parent: '', children: ['c1'] }]);
    expect(node.fire('listenHeartbeat')).toEqual(['C: join r1 router']);
  });
});

describe('data', () => {
  const full = () => {
    const node = placed();
    for (const one of ['r8', 'r9']) node.get(join(one, 'router'));
    return node;
  };

  test('D3: from a child or the parent it goes to all others, up and down, under the router’s own name', () => {
    expect(full().get(raw('r8', 'up'))).toEqual(['C: bytes up of r1', 'r9: bytes down of r1']);
    expect(full().get(raw('C'))).toEqual(['r8: bytes down of r1', 'r9: bytes down of r1']);
    const withClients = placed();
    for (const one of ['c1', 'c2']) withClients.get(join(one, 'client'));
    expect(withClients.get(raw('c1', 'up'))).toEqual(['C: bytes up of r1', 'c2: bytes down of r1']);
  });

  test('D3: from anybody else it is ignored', () => {
    const node = full();
    expect(node.get(raw('c5', 'up'))).toEqual([]);
    expect(node.rejected).toBeDefined();
  });

  test('D4: the root sends down only', () => {
    const node = root();
    for (const one of ['c1', 'c2', 'c3']) node.get(join(one, 'client'));
    expect(node.get(raw('c2', 'up'))).toEqual(['c1: bytes down of C', 'c3: bytes down of C']);
    node.get(raw('r1', 'up'));
    expect(node.rejected).toBeDefined();
  });

  test('D6: nobody remembers what it has seen', () => {
    const node = full();
    expect(node.get(raw('r8'))).toEqual(node.get(raw('r8')));
  });
});

describe.each([
  ['the root', root],
  ['a router', placed],
])('children of %s', (_, make) => {
  test('H4: one unheard of for more than 3 s is forgotten at the next check', () => {
    const node = make();
    for (const one of ['c1', 'c2']) node.get(join(one, 'client'));
    expect(node.timers.get('stale:client:c1')).toBe(3001);
    node.fire('stale:client:c1');
    node.fire('stale:client:c2');
    node.get(heartbeat('c2'));
    expect(node.fire('listenHeartbeat')).toEqual([]);
    expect(node.reports).toMatchObject([{ type: 'installed', children: ['c2'] }]);
  });
});

describe('heartbeats', () => {
  test('H1: to each child −1, the own level and 0', () => {
    const node = root();
    node.get(join('r1', 'router'));
    expect(node.fire('sendHeartbeat')).toEqual(['r1: heartbeat C -1 0 0']);
  });

  test('H2, H3: to the parent the sums of what the children reported, at the level below it', () => {
    const node = placed();
    node.get(heartbeat('C', -1, 4, 0));
    node.get(join('c1', 'client'));
    expect(node.fire('sendHeartbeat')).toEqual(['c1: heartbeat r1 -1 5 0', 'C: heartbeat r1 1 5 1']);
    node.get(join('r8', 'router'));
    node.get(heartbeat('r8', 6, 0, 3));
    expect(node.fire('sendHeartbeat').at(-1)).toBe('C: heartbeat r1 7 5 4');
  });

  test('H3: from a stranger it is ignored', () => {
    const node = root();
    node.get(heartbeat('c1'));
    expect(node.rejected).toBeDefined();
  });
});

describe('rebalancing', () => {
  test('B1: who has child routers and child clients forgets the clients', () => {
    const node = root();
    node.get(join('c1', 'client'));
    node.get(join('r1', 'router'));
    expect(node.fire('rebalance')).toEqual([]);
    expect(node.reports).toMatchObject([{ children: ['r1'] }]);
    expect(node.timers.has('stale:client:c1')).toBe(false);
  });

  test.each([
    [7, 3, ['r1: cull 2']],
    [6, 3, []],
    [3, 8, ['r2: cull 2']],
  ])('B2: sizes %i and %i', (first, second, texts) => {
    const node = root();
    for (const one of ['r1', 'r2']) node.get(join(one, 'router'));
    node.get(heartbeat('r1', first));
    node.get(heartbeat('r2', second));
    expect(node.fire('rebalance')).toEqual(texts);
  });

  test('B3: a router forgets up to as many child clients', () => {
    const node = placed();
    for (const one of ['c1', 'c2', 'c3']) node.get(join(one, 'client'));
    expect(node.get(cull(2))).toEqual([]);
    expect(node.reports).toMatchObject([{ children: ['c3'] }]);
    node.get(cull(2));
    expect(node.reports).toMatchObject([{ children: [] }]);
  });

  test('B4: where some are left and there are child routers, it culls the first one without end, and does nothing any more', () => {
    const node = placed();
    for (const one of ['r8', 'r9']) node.get(join(one, 'router'));
    expect(() => node.get(cull(5))).toThrow('no end');
    expect(node.sent).toHaveLength(ENOUGH);
    expect(new Set(node.sent.map(({ to }) => to))).toEqual(new Set(['r8']));
    expect(node.sent[0]?.message).toEqual(cull(2));
    expect(node.fire('sendHeartbeat')).toEqual([]);
  });

  test('B3: the root and clients are not culled', () => {
    const node = root();
    node.get(join('c1', 'client'));
    node.get(cull(1));
    expect(node.rejected).toBeDefined();
  });
});
