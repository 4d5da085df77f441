/** Records as the prototype makes them: R in docs/prototype-2021-behaviour.md. Real cryptography, of the noble family. */
import { p256 } from '@noble/curves/nist.js';
import { open, plainToBytes, seal, sha256 } from '../../impl/index.ts';
import { contentKey, Memo } from '../../impl/memo.ts';
import { plainOf } from './wire.ts';

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

/** The constant group key (R3), 32 bytes. */
export const GROUP_KEY: Uint8Array = sha256(utf8.encode('the group key of the prototype'));
/** The one key that all enclaves sign with (R6), 32 bytes. */
export const SIGNING_SECRET: Uint8Array = sha256(utf8.encode('the signing key of all enclaves'));
/** Its public key, uncompressed. */
export const SIGNING_PUBLIC_KEY: Uint8Array = p256.getPublicKey(SIGNING_SECRET, false);

/** `prevHash` of a writer's first record (R5). */
export const INIT: Uint8Array = utf8.encode('init');

/** What a record is, by its number on the wire. */
export const MSG_TYPES = ['data', 'rts', 'eoe', 'sync'] as const;
export type MsgType = (typeof MSG_TYPES)[number];

/** One item of a batch. */
export interface Item {
  readonly timestamp: number;
  readonly type: string;
  readonly key: string;
  readonly value: string;
}

export interface SealedRecord {
  /** Number of the enclave: 0 is the coordinator, N the client cN. */
  readonly sender: number;
  readonly timestamp: number;
  readonly msgType: MsgType;
  readonly hash: Uint8Array;
  readonly prevHash: Uint8Array;
  readonly signature: Uint8Array;
  /** Nonce, then what was sealed under it. */
  readonly ciphertext: Uint8Array;
}

/** Joins the fields of all items; not escaped (R2). */
export const SEPARATOR = '@@@';
const NONCE_BYTES = 12;
const NO_DATA = new Uint8Array(0);
const FIELDS = 4;

/** The text of a batch (R2). */
export function joinItems(items: readonly Item[]): string {
  return items
    .flatMap(({ timestamp, type, key, value }) => [String(timestamp), type, key, value])
    .join(SEPARATOR);
}

/** The items of a text. What is left over, and what begins with no number, is no item. */
export function splitItems(text: string): readonly Item[] {
  const fields = text.split(SEPARATOR);
  const items: Item[] = [];
  for (let at = 0; at + FIELDS <= fields.length; at += FIELDS) {
    const [stamp = '', type = '', key = '', value = ''] = fields.slice(at, at + FIELDS);
    if (/^\d{1,15}$/.test(stamp)) items.push({ timestamp: Number(stamp), type, key, value });
  }
  return items;
}

/** What the hash of a record covers (R4): no separators. */
export function hashOf(sender: number, timestamp: number, ciphertext: Uint8Array): Uint8Array {
  return sha256(concat(utf8.encode(`${sender}${timestamp}`), ciphertext));
}

const signatures = new Memo<Uint8Array>();
const checks = new Memo<boolean>();

/** Makes a record. `nonce`: 12 bytes, another one for each record. */
export function makeRecord(
  header: Pick<SealedRecord, 'sender' | 'timestamp' | 'msgType' | 'prevHash'>,
  items: readonly Item[],
  nonce: Uint8Array,
): SealedRecord {
  const sealed = seal(GROUP_KEY, nonce, NO_DATA, utf8.encode(joinItems(items)));
  const ciphertext = concat(nonce, sealed);
  const hash = hashOf(header.sender, header.timestamp, ciphertext);
  const signed = signedBytes(hash, header.prevHash);
  const signature = signatures.get(contentKey(signed), () => p256.sign(signed, SIGNING_SECRET));
  // What was signed with the key is right under it: that need not be found out, which costs more than all the rest.
  checks.get(checkKey(signature, signed), () => true);
  return { ...header, hash, signature, ciphertext };
}

function checkKey(signature: Uint8Array, signed: Uint8Array): string {
  return `${contentKey(signature)} ${contentKey(signed)}`;
}

/** What the signature covers (R6). */
export function signedBytes(hash: Uint8Array, prevHash: Uint8Array): Uint8Array {
  return concat(hash, prevHash);
}

/** Whether hash and signature are right (R9). */
export function isRight({ sender, timestamp, hash, prevHash, signature, ciphertext }: SealedRecord): boolean {
  if (contentKey(hash) !== contentKey(hashOf(sender, timestamp, ciphertext))) return false;
  const signed = signedBytes(hash, prevHash);
  return checks.get(checkKey(signature, signed), () => {
    try {
      return p256.verify(signature, signed, SIGNING_PUBLIC_KEY);
    } catch {
      return false; // no signature at all
    }
  });
}

/** The items of a record; undefined if decryption fails. */
export function openRecord({ ciphertext }: SealedRecord): readonly Item[] | undefined {
  if (ciphertext.length < NONCE_BYTES) return undefined;
  const nonce = ciphertext.slice(0, NONCE_BYTES);
  const text = open(GROUP_KEY, nonce, NO_DATA, ciphertext.slice(NONCE_BYTES));
  return text === undefined ? undefined : splitItems(fromUtf8.decode(text));
}

/** The payload that a record travels as. */
export function encodeRecord(record: SealedRecord): Uint8Array {
  const { sender, timestamp, msgType, hash, prevHash, signature, ciphertext } = record;
  return plainToBytes([sender, timestamp, MSG_TYPES.indexOf(msgType), hash, prevHash, signature, ciphertext]);
}

/** The record of a payload; undefined if it is none. */
export function decodeRecord(payload: Uint8Array): SealedRecord | undefined {
  const plain = plainOf(payload);
  if (!Array.isArray(plain) || plain.length !== 7) return undefined;
  const [sender, timestamp, type, hash, prevHash, signature, ciphertext] = plain as readonly unknown[];
  const msgType = typeof type === 'number' ? MSG_TYPES[type] : undefined;
  if (!isCount(sender) || !isCount(timestamp) || msgType === undefined) return undefined;
  if (!isBytes(hash) || !isBytes(prevHash) || !isBytes(signature) || !isBytes(ciphertext)) return undefined;
  return { sender, timestamp, msgType, hash, prevHash, signature, ciphertext };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
