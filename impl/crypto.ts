/**
 * The cryptography: SHA-256 and HMAC (FIPS 180-4, RFC 2104), HKDF (RFC 5869), Ed25519 (RFC 8032), X25519
 * (RFC 7748), AES-256-GCM-SIV (RFC 8452: a repeated nonce reveals only equal plaintexts). All real.
 *
 * Every one of these is a pure function of its arguments, and all nodes of a simulation live in one process; so
 * the expensive ones remember results by content, in bounded maps shared by all nodes. An Ed25519 verification
 * costs about a millisecond here, a remembered one about a microsecond.
 */
import { gcmsiv } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import * as ed from '@noble/ed25519';
import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js';
import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';
import { contentKey, Memo } from './memo.ts';

ed.hashes.sha512 = sha512;

let clock: (() => number) | undefined;
let spent = 0;

/** Injects a clock (any unit) that crypto is timed with, or none: then nothing is measured. Resets the sum. */
export function setCryptoClock(now: (() => number) | undefined): void {
  clock = now;
  spent = 0;
}

/** Time spent in crypto since {@link setCryptoClock}, in its unit. */
export const cryptoTime = (): number => spent;

function timed<T>(work: () => T): T {
  if (clock === undefined) return work();
  const begin = clock();
  try {
    return work();
  } finally {
    spent += clock() - begin;
  }
}

/** Content longer than this is told apart by its SHA-256, so that the keys of memos stay small. */
const LONG = 512;

/** A key of variable length, for memos: the content, or its hash if it is long. */
const shortKey = (data: Uint8Array): string =>
  data.length <= LONG ? contentKey(data) : `#${data.length},${contentKey(nobleSha256(data))}`;

const hashes = new Memo<Uint8Array>();
const signatures = new Memo<Uint8Array>();
const verifications = new Memo<boolean>();
const publicKeys = new Memo<Uint8Array>();
const derived = new Memo<Uint8Array>();
const sealed = new Memo<Uint8Array>();
const opened = new Memo<Uint8Array | 'forged'>();

/** SHA-256, 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return timed(() =>
    data.length > LONG ? nobleSha256(data) : hashes.get(contentKey(data), () => nobleSha256(data)),
  );
}

/** Public key of an Ed25519 secret (32 bytes both). */
export function signingPublicKey(secret: Uint8Array): Uint8Array {
  return timed(() => publicKeys.get(`e${contentKey(secret)}`, () => ed.getPublicKey(secret)));
}

/** Public key of an X25519 secret (32 bytes both). */
export function linkPublicKey(secret: Uint8Array): Uint8Array {
  return timed(() => publicKeys.get(`x${contentKey(secret)}`, () => x25519.getPublicKey(secret)));
}

/** Ed25519 signature, 64 bytes; deterministic. */
export function sign(message: Uint8Array, secret: Uint8Array): Uint8Array {
  return timed(() => signatures.get(contentKey(secret) + shortKey(message), () => ed.sign(message, secret)));
}

/** Whether an Ed25519 signature is right, by the strict rules of RFC 8032. Never throws. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return timed(() =>
    // Signature and key have fixed lengths, so the concatenation is unambiguous.
    verifications.get(contentKey(signature) + contentKey(publicKey) + shortKey(message), () => {
      try {
        return ed.verify(signature, message, publicKey, { zip215: false });
      } catch {
        return false; // a key or a signature that is no point or scalar
      }
    }),
  );
}

/** HKDF-SHA-256 of a seed, without salt; `length` bytes. */
export function hkdf(seed: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const key = `h${seed.length},${length},${contentKey(seed)}${contentKey(info)}`;
  return timed(() => derived.get(key, () => nobleHkdf(nobleSha256, seed, undefined, info, length)));
}

/**
 * The key of a link, 32 bytes: HKDF of the X25519 secret that both ends share, bound to `info`.
 * @returns undefined if the peer's key is a point of small order
 */
export function linkKey(ownSecret: Uint8Array, peer: Uint8Array, info: Uint8Array): Uint8Array | undefined {
  const key = `l${contentKey(ownSecret)}${contentKey(peer)}${contentKey(info)}`;
  try {
    return timed(() =>
      derived.get(key, () =>
        nobleHkdf(nobleSha256, x25519.getSharedSecret(ownSecret, peer), undefined, info, 32),
      ),
    );
  } catch {
    return undefined;
  }
}

/**
 * HMAC-SHA-256 under one key. The key's two blocks are hashed once, when it is made; a MAC then costs only the
 * message. Not remembered: every frame has its own counter.
 */
export function macUnder(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const state = nobleHmac.create(nobleSha256, key);
  const work = state.clone();
  return (message) =>
    timed(() => {
      // Into the same object each time: a fresh clone costs more than the hashing.
      state._cloneInto(work);
      return work.update(message).digest();
    });
}

/** Whether two MACs are equal, in constant time. */
export function equalMacs(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

const aeadKey = (key: Uint8Array, nonce: Uint8Array, data: Uint8Array, text: Uint8Array): string =>
  `${data.length},${contentKey(key)}${contentKey(nonce)}${contentKey(data)}${shortKey(text)}`;

/** AES-256-GCM-SIV. `key` 32 bytes, `nonce` 12 bytes; the result is 16 bytes longer than `plaintext`. */
export function seal(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  return timed(() =>
    sealed.get(aeadKey(key, nonce, data, plaintext), () => gcmsiv(key, nonce, data).encrypt(plaintext)),
  );
}

/** Undoes {@link seal}; undefined if the ciphertext is not authentic. */
export function open(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const result = timed(() =>
    opened.get(aeadKey(key, nonce, data, ciphertext), () => {
      try {
        return gcmsiv(key, nonce, data).decrypt(ciphertext);
      } catch {
        return 'forged';
      }
    }),
  );
  return result === 'forged' ? undefined : result;
}
