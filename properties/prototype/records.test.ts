/** Records and enclaves, sentence by sentence of docs/prototype-2021-behaviour.md. */
import { describe, expect, test } from 'vitest';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '../../impl/index.ts';
import { raw, recordOf } from './driven.test-helper.ts';
import { CoordinatorEnclave, WorkerEnclave } from './enclave.ts';
import {
  concat,
  decodeRecord,
  encodeRecord,
  hashOf,
  hex,
  INIT,
  isRight,
  joinItems,
  openRecord,
  SIGNING_PUBLIC_KEY,
  signedBytes,
  splitItems,
  type SealedRecord,
} from './records.ts';
import { PrototypeReader } from './reader.ts';
import { encode } from './wire.ts';

const worker = (id = 1) => new WorkerEnclave(id, new Uint8Array(16).fill(id));
const bytes = (text: string) => new TextEncoder().encode(text);
const get = (enclave: WorkerEnclave | CoordinatorEnclave, record: SealedRecord) =>
  enclave.receive(encodeRecord(record));
/** The record of an answer; throws if there is none. */
const answerOf = (received: ReturnType<typeof get>): SealedRecord => {
  const payload = received.kind === 'epoch' ? received.answer : undefined;
  const record = payload && decodeRecord(payload);
  if (record === undefined) throw new Error('no answer');
  return record;
};

describe('records', () => {
  test('R2: items are joined by a separator that is not escaped', () => {
    const item = { timestamp: 3, type: 'data', key: 'k', value: 'v' };
    expect(joinItems([item, item])).toBe('3@@@data@@@k@@@v@@@3@@@data@@@k@@@v');
    expect(splitItems(joinItems([item, item]))).toEqual([item, item]);
    expect(splitItems(joinItems([{ ...item, value: 'a@@@b' }]))).toEqual([{ ...item, value: 'a' }]);
    expect(splitItems('no@@@number@@@at@@@all')).toEqual([]);
  });

  test('R4: the hash covers sender, timestamp and ciphertext without separators', () => {
    const text = new Uint8Array([1, 2]);
    expect(hashOf(1, 12, text)).toEqual(sha256(concat(bytes('112'), text)));
    expect(hashOf(11, 2, text)).toEqual(hashOf(1, 12, text));
  });

  test('R3, R6: what was made opens and is right; with anything signed or hashed changed it is not', () => {
    const record = recordOf(1, 5, [['k', 'v']]);
    expect(isRight(record)).toBe(true);
    expect(openRecord(record)).toEqual([{ timestamp: 5, type: 'data', key: 'k', value: 'v' }]);
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
    for (const wrong of [
      { ...record, timestamp: 6 },
      { ...record, prevHash: record.hash },
      { ...record, signature: new Uint8Array(64) },
      { ...record, hash: record.hash.map((byte) => byte ^ 1) },
    ])
      expect(isRight(wrong)).toBe(false);
    // By its own library, too, and by another one.
    const signed = signedBytes(record.hash, record.prevHash);
    expect(p256.verify(record.signature, signed, SIGNING_PUBLIC_KEY)).toBe(true);
    const reading = new PrototypeReader().read(encode(raw('r1', 'down', encodeRecord(record))));
    expect(reading.message).toEqual({ type: 'garbage', reason: 'never put' });
    // What is beside, and not hashed, nobody signs.
    expect(isRight({ ...record, msgType: 'sync' })).toBe(true);
    expect(openRecord({ ...record, ciphertext: record.ciphertext.with(20, 0) })).toBeUndefined();
  });
});

describe('an enclave', () => {
  test('R1, R5: writing moves the clock by one, and the hash is the next one’s prevHash', () => {
    const enclave = worker();
    const [first, second] = [enclave.put('a', '1'), enclave.put('b', '2')];
    expect([first.timestamp, second.timestamp]).toEqual([1, 2]);
    expect(first.prevHash).toEqual(INIT);
    expect(second.prevHash).toEqual(first.hash);
    expect(first.ciphertext.slice(0, 12)).not.toEqual(second.ciphertext.slice(0, 12));
  });

  test('R8: the clock moves first, whatever the record is worth', () => {
    const enclave = worker();
    const noise = { ...recordOf(2, 1000, []), ciphertext: new Uint8Array(40) };
    expect(get(enclave, noise)).toMatchObject({ kind: 'dropped' });
    expect(enclave.put('a', '1').timestamp).toBe(1002);
  });

  test('R9, R11: a wrong hash, signature or prevHash is logged and taken', () => {
    const record = recordOf(2, 4, [['a', '1']]);
    for (const [wrong, failed] of [
      [{ ...record, hash: new Uint8Array(32) }, 1],
      [{ ...record, signature: new Uint8Array(64) }, 1],
      [{ ...record, sender: 3 }, 1],
      [record, 0],
    ] as const) {
      const enclave = worker();
      expect(get(enclave, wrong)).toMatchObject({ kind: 'data', items: [{ key: 'a', value: '1' }] });
      expect(enclave.failedChecks).toBe(failed);
      expect(enclave.get('a')).toBe('1');
    }
  });

  test('R10: what does not decrypt is dropped', () => {
    const enclave = worker();
    expect(get(enclave, { ...recordOf(2, 4, []), ciphertext: new Uint8Array(3) }).kind).toBe('dropped');
    expect(enclave.receive(new Uint8Array([1])).kind).toBe('dropped');
  });

  test('R13: a greater timestamp wins, at equal ones the stored item stays', () => {
    const enclave = worker();
    for (const [timestamp, value] of [
      [5, 'first'],
      [5, 'second'],
      [4, 'older'],
    ] as const)
      get(enclave, recordOf(2, timestamp, [['k', value]]));
    expect(enclave.entries()).toEqual([['k', 'first']]);
    get(enclave, recordOf(2, 6, [['k', 'newer']]));
    expect(enclave.get('k')).toBe('newer');
  });

  test('E2: it answers RTS with EOE that carries its prevHash', () => {
    const enclave = worker(2);
    const { hash } = enclave.put('a', '1');
    const eoe = answerOf(get(enclave, recordOf(0, 1, [], 'rts')));
    expect(eoe).toMatchObject({ sender: 2, msgType: 'eoe', prevHash: hash });
    expect(openRecord(eoe)).toMatchObject([{ value: hex(hash) }]);
  });

  test('E5: it takes the hash of SYNC as its own prevHash, whatever SYNC says', () => {
    const enclave = worker();
    const sync = recordOf(0, 9, [['2', 'of something else']], 'sync');
    expect(get(enclave, sync)).toEqual({ kind: 'epoch', answer: undefined });
    expect(enclave.put('a', '1').prevHash).toEqual(sync.hash);
  });
});

describe('the coordinator’s enclave', () => {
  test('E3, E4: sends SYNC with one hash per sender once it has as many as there are workers, then forgets them', () => {
    const coordinator = new CoordinatorEnclave(2, new Uint8Array(16));
    const data = recordOf(1, 1, [['a', '1']]);
    const eoe = recordOf(2, 2, [['EOE', 'abc']], 'eoe');
    expect(get(coordinator, data)).toEqual({ kind: 'epoch', answer: undefined });
    expect(get(coordinator, data)).toEqual({ kind: 'epoch', answer: undefined });
    const sync = answerOf(get(coordinator, eoe));
    expect(sync.msgType).toBe('sync');
    expect(openRecord(sync)).toMatchObject([
      { key: '1', value: hex(data.hash) },
      { key: '2', value: 'abc' },
    ]);
    expect(coordinator.synced).toEqual([1, 2]);
    expect(get(coordinator, eoe)).toEqual({ kind: 'epoch', answer: undefined });
  });
});
