/** Clients, and the flat protocol, sentence by sentence of docs/prototype-2021-behaviour.md. */
import { describe, expect, test } from 'vitest';
import { ClientProcess } from './client.ts';
import { assign, Driven, heartbeat, join, payloadOf, raw, recordIn, recordOf } from './driven.test-helper.ts';
import { FlatClientProcess, FlatRootProcess } from './flat.ts';
import { RootProcess } from './root.ts';

const client = () => new Driven(new ClientProcess('c1', 'C'));
/** A client below r1. */
const placed = () => {
  const node = client();
  node.get(assign('r1'));
  return node;
};
const PUT = { type: 'put', key: 'a', value: '1' } as const;

describe('a client', () => {
  test('M3, H2: joins, then greets its parent with 1 and 0', () => {
    const node = client();
    expect(node.sent).toEqual([{ to: 'C', message: join('c1', 'client') }]);
    expect(node.fire('sendHeartbeat')).toEqual([]);
    node.get(assign('r1'));
    expect(node.fire('sendHeartbeat')).toEqual(['r1: heartbeat c1 1 0 0']);
  });

  test('H5: joins again at each check while it has no parent, and after it forgot a stale one', () => {
    const node = client();
    expect(node.fire('listenHeartbeat')).toEqual(['C: join c1 client']);
    node.get(assign('r1'));
    expect(node.fire('listenHeartbeat')).toEqual([]);
    node.fire('stale:parent');
    expect(node.fire('listenHeartbeat')).toEqual(['C: join c1 client']);
  });

  test('H3: listens to nobody but its parent', () => {
    const node = placed();
    node.fire('stale:parent');
    node.get(heartbeat('r2'));
    expect(node.rejected).toBeDefined();
    node.get(heartbeat('r1'));
    expect(node.rejected).toBeUndefined();
    expect(node.fire('listenHeartbeat')).toEqual([]);
  });

  test('D1: what it writes goes to its parent; without one it is gone', () => {
    expect(client().obey(PUT)).toEqual([]);
    const node = placed();
    expect(node.obey(PUT)).toEqual(['r1: data up of c1']);
    expect(node.reports).toMatchObject([{ type: 'put', capsule: 'c1/1', seq: 1, timestamp: 1 }]);
  });

  test('D2: whatever comes to be routed up goes up in its own name', () => {
    expect(placed().get(raw('anybody', 'up'))).toEqual(['r1: bytes up of c1']);
    expect(client().get(raw('anybody', 'up'))).toEqual([]);
  });

  test('D5: what comes down from its parent enters the enclave, else it is ignored', () => {
    const node = placed();
    const payload = payloadOf(recordOf(2, 3, [['k', 'v']]));
    node.get(raw('r2', 'down', payload));
    expect(node.rejected).toBeDefined();
    expect(node.reports).toEqual([]);
    node.get(raw('r1', 'down', payload));
    expect(node.reports).toMatchObject([{ type: 'delivered', writes: [{ key: 'k', value: 'v' }] }]);
    node.get(raw('r1', 'down', payload));
    expect(node.reports).toHaveLength(1);
  });

  test('R10, O8: what does not decrypt and what is no record is dropped', () => {
    const node = placed();
    node.get(raw('r1'));
    expect(node.rejected).toBe('no record');
    node.get(raw('r1', 'down', payloadOf({ ...recordOf(2, 3, []), ciphertext: new Uint8Array(40) })));
    expect(node.rejected).toBe('decryption failed');
  });

  test('E2: answers RTS over its parent', () => {
    const rts = payloadOf(recordOf(0, 1, [], 'rts'));
    expect(placed().get(raw('r1', 'down', rts))).toEqual(['r1: eoe up of c1']);
  });

  test('answers questions from its store', () => {
    const node = placed();
    node.obey(PUT);
    node.obey({ type: 'get', key: 'a' });
    expect(node.reports).toEqual([{ type: 'answered', key: 'a', value: '1' }]);
    node.obey({ type: 'get', key: 'b' });
    expect(node.reports).toEqual([{ type: 'answered', key: 'b', value: null }]);
    node.obey({ type: 'dump' });
    expect(node.reports).toEqual([{ type: 'store', entries: [['a', '1']] }]);
  });

  test('O1: a second life knows nothing and has a capsule of its own', () => {
    const node = new Driven(new ClientProcess('c1', 'C'), 2);
    expect(node.sent).toEqual([{ to: 'C', message: join('c1', 'client') }]);
    node.obey(PUT);
    expect(node.reports).toMatchObject([{ capsule: 'c1/2', seq: 1, prevHash: '696e6974' }]);
  });
});

describe('the root', () => {
  test('E1: multicasts RTS every 20 s; E4: SYNC once all workers were heard of', () => {
    const node = new Driven(new RootProcess('C', 2));
    node.get(join('c1', 'client'));
    node.get(join('c2', 'client'));
    expect(node.fire('epoch')).toEqual(['c1: rts down of C', 'c2: rts down of C']);
    expect(node.timers.get('epoch')).toBe(20_000);
    expect(node.reports).toEqual([{ type: 'epoch-opened', epoch: 1 }]);
    const eoe = (sender: number) => payloadOf(recordOf(sender, 3, [['EOE', 'ab']], 'eoe'));
    expect(node.get(raw('c1', 'up', eoe(1)))).toEqual(['c2: eoe down of C']);
    expect(node.get(raw('c2', 'up', eoe(2)))).toEqual([
      'c1: eoe down of C',
      'c1: sync down of C',
      'c2: sync down of C',
    ]);
    expect(node.reports).toEqual([{ type: 'epoch-closed', epoch: 1, answered: ['c1', 'c2'] }]);
    expect(recordIn(node.sent[1]).sender).toBe(0);
  });
});

describe('flat', () => {
  test('F1, F2: the root sends what comes to every member, the sender included, once each', () => {
    const node = new Driven(new FlatRootProcess('C', 2));
    for (const address of ['c1', 'c2', 'c1']) node.get(join(address, 'client'));
    const payload = payloadOf(recordOf(1, 1, [['a', '1']]));
    expect(node.get(raw('c1', 'up', payload))).toEqual(['c1: data down of C', 'c2: data down of C']);
  });

  test('F1, F3: a client joins, sends to the root, takes what comes, and has no timers', () => {
    const node = new Driven(new FlatClientProcess('c1', 'C'));
    expect(node.sent).toEqual([{ to: 'C', message: join('c1', 'client') }]);
    expect(node.timers.size).toBe(0);
    expect(node.obey(PUT)).toEqual(['C: data up of c1']);
    node.get(raw('C', 'down', payloadOf(recordOf(2, 1, [['a', '1']]))));
    expect(node.reports).toMatchObject([{ type: 'delivered' }]);
  });
});
