/** The judge of the prototype: which put a record is, and what of it was changed. */
import { describe, expect, test } from 'vitest';
import type { Output, Reaction } from '../../engine/index.ts';
import type { Command, RecordReport, Report } from '../reading.ts';
import { assign, cull, heartbeat, join, raw, recordOf } from './driven.test-helper.ts';
import { PrototypeReader } from './reader.ts';
import { encodeRecord, hex, INIT, makeRecord, type SealedRecord } from './records.ts';
import { encode, type WireMessage } from './wire.ts';

type Step = Reaction<Uint8Array, Command, Report>;

const reaction = (
  node: string,
  outputs: readonly Output<Uint8Array, Report>[],
  message?: WireMessage,
): Step => ({
  kind: 'reaction',
  index: 0,
  nowMs: 0,
  node,
  cause: { kind: 'fair', phase: 'schedule' },
  input:
    message === undefined
      ? { kind: 'timer', timer: 't' }
      : { kind: 'frame', from: 'x', frame: encode(message) },
  outputs,
  sent: [],
  gauges: [],
});

const putOf = (record: SealedRecord, seq: number): RecordReport => ({
  type: 'put',
  capsule: `c${record.sender}/1`,
  seq,
  hash: hex(record.hash),
  prevHash: hex(record.prevHash),
  timestamp: record.timestamp,
  writes: [{ key: 'k', value: 'v' }],
});

/** A reader that knows the puts of c1. */
function readerOf(...records: readonly SealedRecord[]) {
  const reader = new PrototypeReader();
  records.forEach((record, index) => {
    reader.learn(reaction('c1', [{ kind: 'report', report: putOf(record, index + 1) }]));
  });
  return reader;
}

/** How the delivery of a record is told. */
function delivered(reader: PrototypeReader, record: SealedRecord): Report | undefined {
  const report: RecordReport = {
    type: 'delivered',
    capsule: '?',
    seq: 0,
    timestamp: record.timestamp,
    writes: [],
  };
  const step = reaction('c2', [{ kind: 'report', report }], raw('r1', 'down', encodeRecord(record)));
  return reader.reportsOf(step)[0];
}

/** A second record of c1 that points back to something. */
const after = (prevHash: Uint8Array) =>
  makeRecord({ sender: 1, timestamp: 2, msgType: 'data', prevHash }, [], new Uint8Array(12).fill(9));

const FIRST = recordOf(1, 1, [['k', 'v']]);

describe('a record that was put', () => {
  test('is named by its capsule and place, with its own hashes', () => {
    const reader = readerOf(FIRST);
    const hashes = { hash: hex(FIRST.hash), prevHash: hex(INIT) };
    expect(delivered(reader, FIRST)).toMatchObject({ capsule: 'c1/1', seq: 1, ...hashes });
    expect(reader.read(encode(raw('r1', 'down', encodeRecord(FIRST)))).message).toEqual({
      type: 'data',
      record: { capsule: 'c1/1', seq: 1 },
      from: 'r1',
      to: '',
      link: 0,
    });
  });

  test.each<[string, Partial<SealedRecord>]>([
    ['its timestamp', { timestamp: 7 }],
    ['its hash', { hash: new Uint8Array(32) }],
  ])('is told from one with %s changed', (_, change) => {
    const reader = readerOf(FIRST);
    const told = delivered(reader, { ...FIRST, ...change });
    expect(told).toMatchObject({ capsule: 'c1/1', seq: 1 });
    expect(told).not.toMatchObject({ hash: hex(FIRST.hash) });
    expect(reader.read(encode(raw('r1', 'down', encodeRecord({ ...FIRST, ...change })))).message.type).toBe(
      'garbage',
    );
  });

  test('keeps its name with another prevHash, which is told as it is', () => {
    const told = delivered(readerOf(FIRST), { ...FIRST, prevHash: FIRST.hash });
    expect(told).toMatchObject({ capsule: 'c1/1', seq: 1, prevHash: hex(FIRST.hash) });
  });

  test('is nobody’s in another’s name, even where the hash is right for both', () => {
    const record = makeRecord(
      { sender: 1, timestamp: 12, msgType: 'data', prevHash: INIT },
      [],
      new Uint8Array(12),
    );
    const reader = readerOf(record);
    // 1 and 12 in decimal are 11 and 2 in decimal.
    const other = delivered(reader, { ...record, sender: 11, timestamp: 2 });
    expect(other).toMatchObject({ capsule: 'c11/0', seq: 1 });
    expect(delivered(reader, { ...record, sender: 3 })).toMatchObject({ capsule: 'c3/0', seq: 1 });
    expect(delivered(reader, { ...record, sender: 3 })).toMatchObject({ capsule: 'c3/0', seq: 1 });
    expect(delivered(reader, recordOf(3, 9, []))).toMatchObject({ capsule: 'c3/0', seq: 2 });
  });
});

describe('chains', () => {
  const told = (reader: PrototypeReader, record: SealedRecord) => {
    const step = reaction('c1', [{ kind: 'report', report: putOf(record, 2) }]);
    reader.learn(step);
    return reader.reportsOf(step)[0];
  };

  test('go on from the writer’s last record', () => {
    expect(told(readerOf(FIRST), after(FIRST.hash))).toMatchObject({ prevHash: hex(FIRST.hash) });
  });

  test('go on from a genuine record of an epoch: then nothing is said of it', () => {
    const sync = recordOf(0, 5, [['1', 'x']], 'sync');
    const reader = readerOf(FIRST);
    reader.learn(
      reaction('C', [{ kind: 'send', to: 'r1', frame: encode(raw('C', 'down', encodeRecord(sync))) }]),
    );
    expect(told(reader, after(sync.hash))).not.toHaveProperty('prevHash');
    expect(delivered(reader, after(sync.hash))).not.toHaveProperty('prevHash');
  });

  test('do not go on from anything else, a SYNC that the coordinator never made among it', () => {
    const sync = recordOf(0, 5, [['1', 'x']], 'sync');
    const reader = readerOf(FIRST);
    // r1 passes on what is said to be the coordinator's.
    reader.learn(
      reaction('r1', [{ kind: 'send', to: 'c1', frame: encode(raw('r1', 'down', encodeRecord(sync))) }]),
    );
    expect(told(reader, after(sync.hash))).toMatchObject({ prevHash: hex(sync.hash) });
  });
});

describe('frames', () => {
  const read = (message: WireMessage) => readerOf(FIRST).read(encode(message));

  test.each<[WireMessage, object]>([
    [join('c1', 'client'), { type: 'join', node: 'c1', role: 'client' }],
    [assign('r1'), { type: 'placement', parent: { node: 'r1', incarnation: 0, link: 0 } }],
    [heartbeat('r1'), { type: 'heartbeat', from: 'r1' }],
    [cull(2), { type: 'garbage' }],
    [raw('r1'), { type: 'garbage' }],
    [raw('r1', 'down', encodeRecord(recordOf(2, 1, []))), { type: 'garbage', reason: 'never put' }],
    [raw('c1', 'up', encodeRecord(recordOf(1, 3, [], 'eoe'))), { type: 'eoe' }],
  ])('%o', (message, expected) => {
    expect(read(message).message).toMatchObject(expected);
  });

  test('that are none are garbage', () => {
    expect(readerOf().read(new Uint8Array([1, 2, 3])).message.type).toBe('garbage');
  });

  test('have the stamp of what comes down into an enclave, and none on the way up', () => {
    expect(read(raw('r1', 'down', encodeRecord(FIRST))).timestamp).toBe(1);
    expect(read(raw('r1', 'up', encodeRecord(FIRST))).timestamp).toBe(0);
    const flat = new PrototypeReader(true);
    expect(flat.read(encode(raw('r1', 'up', encodeRecord(FIRST)))).timestamp).toBe(1);
  });

  test('SYNC has the puts whose hashes are in its map', () => {
    const sync = recordOf(0, 5, [['1', hex(FIRST.hash)], ['2', 'ab']], 'sync'); // prettier-ignore
    expect(read(raw('C', 'down', encodeRecord(sync))).message).toMatchObject({
      type: 'sync',
      frontier: [{ capsule: 'c1/1', seq: 1 }],
    });
  });
});
