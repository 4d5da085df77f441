/** Records of DataCapsules: making, verifying, opening (docs/protocol.md §2; SCL §4). */
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeWrites, decodeWrites, FrameError, headSigningInput, plainToBytes } from './codec.ts';
import {
  equalBytes,
  incarnationOf,
  isOfLife,
  keyEpochOf,
  recordHashInput,
  recordHeader,
  writerOf,
} from './codec.ts';
import { isEnrolled, type NodeKeys } from './credentials.ts';
import { open, seal, sha256, sign, verify } from './crypto.ts';
import { IdentityMemo } from './memo.ts';
import type { CapsuleRecord, Credential, Head, Write } from './messages.ts';
import type { RecordReport } from './node.ts';

/** `prevHash` of the first record of a capsule. */
export const NO_HASH: Uint8Array = new Uint8Array(32);

const NONCE_BYTES = 12;

/** A capsule's writer seals each `seq` once, so this never repeats; if it does, the AEAD is misuse-resistant. */
const nonceOf = (capsule: string, seq: number): Uint8Array =>
  sha256(plainToBytes(['psl/nonce/1', capsule, seq])).subarray(0, NONCE_BYTES);

const associatedData = (record: Parameters<typeof recordHeader>[0]): Uint8Array =>
  plainToBytes(recordHeader(record));

/** Makes the record of a batch of writes. `groupKey`: that of the capsule's key epoch. */
export function makeRecord(
  place: Pick<CapsuleRecord, 'capsule' | 'seq' | 'prevHash' | 'timestamp'>,
  writes: readonly Write[],
  keys: NodeKeys,
  groupKey: Uint8Array,
): CapsuleRecord {
  const header = { ...place, writer: keys.credential.node, keyEpoch: keyEpochOf(place.capsule) };
  const nonce = nonceOf(place.capsule, place.seq);
  const ciphertext = seal(groupKey, nonce, associatedData(header), encodeWrites(writes));
  const hash = sha256(recordHashInput({ ...header, ciphertext }));
  const signature = sign(headSigningInput({ ...place, hash }), keys.signingSecret);
  return { ...header, ciphertext, hash, signature };
}

const batches = new IdentityMemo<CapsuleRecord, readonly Write[] | undefined>();

/** The writes in a record; undefined if it does not open under the group key, or to no list of writes. */
export function openRecord(record: CapsuleRecord, groupKey: Uint8Array): readonly Write[] | undefined {
  return batches.get(record, [groupKey], () => openAnew(record, groupKey));
}

function openAnew(record: CapsuleRecord, groupKey: Uint8Array): readonly Write[] | undefined {
  const nonce = nonceOf(record.capsule, record.seq);
  const plaintext = open(groupKey, nonce, associatedData(record), record.ciphertext);
  if (plaintext === undefined) return undefined;
  try {
    return decodeWrites(plaintext);
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}

/** The head that a record's signature signs. */
export function headOf(record: CapsuleRecord): Head {
  const { capsule, seq, timestamp, hash, signature } = record;
  return { capsule, seq, timestamp, hash, signature };
}

const heads = new IdentityMemo<object, boolean>();
const records = new IdentityMemo<object, boolean>();

/** Whether a head is its writer's: an enrolled client, the one that the capsule's name names, signed it by the keys of that life. */
export function isHeadAuthentic(head: Head, credential: Credential, anchor: Uint8Array): boolean {
  return heads.get(
    head,
    [credential, anchor],
    () =>
      credential.role === 'client' &&
      credential.node === writerOf(head.capsule) &&
      isOfLife(credential, incarnationOf(head.capsule)) &&
      isEnrolled(credential, anchor) &&
      verify(head.signature, headSigningInput(head), credential.signingKey),
  );
}

/** Whether a record is its writer's, whole: its head is authentic, its hash that of its fields, and its key epoch that of its capsule. */
export function isRecordAuthentic(
  record: CapsuleRecord,
  credential: Credential,
  anchor: Uint8Array,
): boolean {
  return records.get(
    record,
    [credential, anchor],
    () =>
      record.writer === credential.node &&
      record.keyEpoch === keyEpochOf(record.capsule) &&
      equalBytes(record.hash, sha256(recordHashInput(record))) &&
      isHeadAuthentic(record, credential, anchor),
  );
}

/** What put and delivered tell of a record. */
export function reportOf(record: CapsuleRecord, writes: readonly Write[]): RecordReport {
  const { capsule, seq, timestamp } = record;
  const hash = bytesToHex(record.hash);
  return { capsule, seq, hash, prevHash: bytesToHex(record.prevHash), timestamp, writes };
}
