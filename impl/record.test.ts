import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeBody, LIVES_PER_KEY, MAX_VALUE_BYTES } from './codec.ts';
import { Client } from './client.ts';
import { DEFAULT_PARAMETERS, MemoryStorage, type Output } from './node.ts';
import { headOf, isHeadAuthentic, isRecordAuthentic, makeRecord, NO_HASH, openRecord } from './record.ts';
import { enrolment, keysOf, react, World } from './world.test-helper.ts';
import type { CapsuleRecord, Credential } from './messages.ts';

const { anchor, groupKey } = enrolment;
const keys = keysOf('c1');
const place = { capsule: 'c1/1', seq: 1, prevHash: NO_HASH, timestamp: 7 };
const writes = [{ key: 'k', value: 'v' }];
const record = makeRecord(place, writes, keys, groupKey);

describe('records', () => {
  it('verify and open', () => {
    expect(isRecordAuthentic(record, keys.credential, anchor)).toBe(true);
    expect(isHeadAuthentic(headOf(record), keys.credential, anchor)).toBe(true);
    expect(openRecord(record, groupKey)).toEqual(writes);
    expect(openRecord(record, new Uint8Array(32))).toBeUndefined();
    expect(makeRecord(place, writes, keys, groupKey)).toEqual(record);
  });

  it('verify no more once anything is changed', () => {
    const flip = (data: Uint8Array): Uint8Array => data.map((byte, i) => (i === 3 ? byte ^ 1 : byte));
    const changed: Partial<CapsuleRecord>[] = [
      { capsule: 'c1/2' },
      { capsule: 'c2/1', writer: 'c2' },
      { seq: 2 },
      { timestamp: 8 },
      { keyEpoch: 2 },
      { prevHash: flip(record.prevHash) },
      { ciphertext: flip(record.ciphertext) },
      { hash: flip(record.hash) },
      { signature: flip(record.signature) },
    ];
    for (const change of changed)
      expect(isRecordAuthentic({ ...record, ...change }, keys.credential, anchor)).toBe(false);
  });

  it('verify only under the credential of an enrolled client', () => {
    const others: Credential[] = [
      keysOf('c2').credential,
      enrolment.issue('c1', 'router').credential,
      { ...keys.credential, domain: 'other' },
      { ...keys.credential, signingKey: keysOf('c2').credential.signingKey },
    ];
    for (const credential of others) expect(isRecordAuthentic(record, credential, anchor)).toBe(false);
    const router = enrolment.issue('c1', 'router');
    expect(isRecordAuthentic(makeRecord(place, writes, router, groupKey), router.credential, anchor)).toBe(
      false,
    );
  });
});

describe('keys that were renewed', () => {
  it('sign the records of their own lives, and no others', () => {
    const renewed = enrolment.issue('c1', 'client', undefined, 1);
    const later = `c1/${LIVES_PER_KEY + 1}`;
    for (const [capsule, signing, isGood] of [
      ['c1/1', keys, true],
      [`c1/${LIVES_PER_KEY}`, keys, true],
      [later, keys, false],
      [later, renewed, true],
      ['c1/1', renewed, false],
      [`c1/${LIVES_PER_KEY * 2 + 1}`, renewed, false],
    ] as const) {
      const made = makeRecord({ ...place, capsule }, writes, signing, groupKey);
      expect(isRecordAuthentic(made, signing.credential, anchor), capsule).toBe(isGood);
      expect(isHeadAuthentic(headOf(made), signing.credential, anchor), capsule).toBe(isGood);
    }
  });
});

/** A client whose link layer takes bodies as they come, so that tests can put records before it. */
class Open extends Client {
  give(body: Parameters<Client['onLink']>[1]): void {
    this.started = true;
    this.parent = 'r1';
    this.onLink('r1', body, encodeBody(body));
  }
}

function client(parameters = {}): Open {
  return new Open({
    node: 'c2',
    keys: keysOf('c2'),
    anchor,
    groupKey,
    parameters: { ...DEFAULT_PARAMETERS, ...parameters },
    storage: new MemoryStorage(),
  });
}

function chain(length: number): CapsuleRecord[] {
  const all: CapsuleRecord[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const prevHash = all.at(-1)?.hash ?? NO_HASH;
    all.push(
      makeRecord(
        { ...place, seq, prevHash, timestamp: seq },
        [{ key: 'k', value: String(seq) }],
        keys,
        groupKey,
      ),
    );
  }
  return all;
}

describe('chains at a client', () => {
  const give = (node: Open, one: CapsuleRecord): string => {
    try {
      node.give({ kind: 'data', record: one, credential: keys.credential });
      return 'taken';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('delivers in order whatever the order of arrival, each once', () => {
    const all = chain(5) as [CapsuleRecord, CapsuleRecord, CapsuleRecord, CapsuleRecord, CapsuleRecord];
    const node = client();
    for (const at of [2, 4, 1, 0, 3]) expect(give(node, all[at] as CapsuleRecord)).toBe('taken');
    const gauges = Object.fromEntries(node.gauges().map(({ buffer, size }) => [buffer, size]));
    expect(gauges).toMatchObject({ early: 0, capsules: 1 });
    for (const one of all) expect(give(node, one)).toBe('data: delivered already');
  });

  it('holds back no more than it may, and no more capsules than it may', () => {
    const node = client({ maxEarly: 2, maxCapsules: 1 });
    const all = chain(5);
    expect(give(node, all[1] as CapsuleRecord)).toBe('taken');
    expect(give(node, all[1] as CapsuleRecord)).toBe('data: waiting already');
    expect(give(node, all[2] as CapsuleRecord)).toBe('taken');
    expect(give(node, all[3] as CapsuleRecord)).toBe('data: too many wait');
    const other = makeRecord({ ...place, capsule: 'c1/2' }, writes, keys, groupKey);
    expect(give(node, other)).toBe('data: no room for its capsule');
    expect(give(node, all[0] as CapsuleRecord)).toBe('taken');
    expect(give(node, all[3] as CapsuleRecord)).toBe('taken');
  });

  it('refuses what does not continue the chain, and drops it when its turn comes', () => {
    const node = client();
    const [one, two] = chain(2) as [CapsuleRecord, CapsuleRecord];
    const stray = makeRecord(
      { ...place, seq: 2, prevHash: new Uint8Array(32).fill(9) },
      writes,
      keys,
      groupKey,
    );
    expect(give(node, stray)).toBe('taken');
    expect(give(node, one)).toBe('taken');
    expect(give(node, stray)).toBe('data: not the next in its chain');
    expect(give(node, two)).toBe('taken');
  });
});

describe('puts', () => {
  const last = (outputs: readonly Output[]): Output | undefined => outputs.at(-1);

  it('queue up while it cannot write, and become one record', () => {
    const world = new World({ maxQueue: 2 });
    world.start('C');
    world.start('c1');
    expect(last(world.put('c1', 'a', '1'))).toEqual({ kind: 'report', report: { type: 'queued' } });
    world.put('c1', 'a', '2');
    const refused = { kind: 'report', report: { type: 'refused', why: 'queue-full' } };
    expect(world.put('c1', 'a', '3')).toEqual([refused]);
    expect(world.command('c1', { type: 'get', key: 'a' })).toEqual([
      { kind: 'report', report: { type: 'answered', key: 'a', value: '2' } },
    ]);
    world.run(1000);
    const puts = world.reportsOf('put', 'c1');
    expect(puts).toHaveLength(1);
    expect(puts[0]?.writes).toEqual([
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ]);
    expect(world.dump('c1')).toEqual([['a', '2']]);
  });

  it('are refused when the capsule is full, and rejected when no store could keep them alike', () => {
    const world = new World({ maxOwnRecords: 1 });
    world.start('C');
    world.start('c1');
    world.run(1000);
    for (const value of ['\ud800', 'x'.repeat(MAX_VALUE_BYTES + 1)])
      expect(world.put('c1', 'a', value)[0]?.kind).toBe('reject');
    world.put('c1', 'a', 'x'.repeat(MAX_VALUE_BYTES));
    expect(world.put('c1', 'a', '2')).toEqual([
      { kind: 'report', report: { type: 'refused', why: 'log-full' } },
    ]);
  });

  it('say everything that they write to the parent as one data frame', () => {
    const world = new World();
    world.start('C');
    world.start('c1');
    world.run(1000);
    const sends = world.put('c1', 'a', '1').filter((output) => output.kind === 'send');
    expect(sends).toHaveLength(1);
    expect(decodeFrame(sends[0]?.frame as Uint8Array)).toMatchObject({ kind: 'link', from: 'c1', to: 'C' });
  });
});

it('a constructor names the argument that is wrong', () => {
  const options = {
    node: 'c2',
    keys: keysOf('c2'),
    anchor,
    groupKey,
    parameters: DEFAULT_PARAMETERS,
    storage: new MemoryStorage(),
  };
  expect(() => new Client({ ...options, keys: keysOf('c1') })).toThrow(/keys/);
  expect(() => new Client({ ...options, groupKey: new Uint8Array(3) })).toThrow(/groupKey/);
  expect(() => new Client({ ...options, parameters: { ...DEFAULT_PARAMETERS, k: 1 } })).toThrow(
    /parameters.k/,
  );
  expect(react(new Client(options), { kind: 'timer', timer: 'join' })).toEqual([
    { kind: 'reject', reason: 'timer: not started' },
  ]);
});
