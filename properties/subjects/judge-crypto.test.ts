/** Two independent implementations of the cryptography, the judge's and the reference's, agree. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as reference from '../../impl/index.ts';
import * as judge from './judge-crypto.ts';

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
const secret = bytes(32);
const message = bytes(0, 300);

/** One bit of some bytes, flipped. */
const flipped = (given: Uint8Array, at: number) => {
  const changed = Uint8Array.from(given);
  const index = Math.floor(at / 8) % given.length;
  changed[index] = (changed[index] ?? 0) ^ (1 << (at % 8));
  return changed;
};

describe('the judge and the reference agree', () => {
  test('on hashes', () => {
    fc.assert(
      fc.property(bytes(0, 2000), (text) => {
        expect(new Uint8Array(judge.sha256(text))).toEqual(new Uint8Array(reference.sha256(text)));
      }),
    );
  });

  test('on MACs, of many messages under one key', () => {
    fc.assert(
      fc.property(secret, fc.array(bytes(0, 500), { minLength: 1, maxLength: 4 }), (key, texts) => {
        const [ours, theirs] = [judge.hmacUnder(key), reference.macUnder(key)];
        for (const text of texts) expect(new Uint8Array(ours(text))).toEqual(new Uint8Array(theirs(text)));
      }),
    );
  });

  test('on signatures that are right', () => {
    fc.assert(
      fc.property(secret, message, (key, text) => {
        const signature = reference.sign(text, key);
        const publicKey = reference.signingPublicKey(key);
        expect(judge.verify(signature, text, publicKey)).toBe(true);
        expect(reference.verify(signature, text, publicKey)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('on signatures with one bit wrong, in the signature, the message or the key', () => {
    fc.assert(
      fc.property(secret, bytes(1, 100), fc.nat(511), (key, text, at) => {
        const signature = reference.sign(text, key);
        const publicKey = reference.signingPublicKey(key);
        for (const [s, m, k] of [
          [flipped(signature, at), text, publicKey],
          [signature, flipped(text, at), publicKey],
          [signature, text, flipped(publicKey, at)],
        ] as const) {
          expect(judge.verify(s, m, k)).toBe(false);
          expect(reference.verify(s, m, k)).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('on noise, of any length', () => {
    fc.assert(
      fc.property(
        fc.oneof(bytes(64), bytes(0, 80)),
        message,
        fc.oneof(bytes(32), bytes(0, 40)),
        (s, m, k) => {
          expect(judge.verify(s, m, k)).toBe(false);
          expect(reference.verify(s, m, k)).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('that a signature has one form only: S, not S plus the order of the group', () => {
    const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
    const key = new Uint8Array(32).fill(7);
    const [text, publicKey] = [new Uint8Array([1, 2, 3]), reference.signingPublicKey(key)];
    const signature = reference.sign(text, key);
    let s = signature.subarray(32).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n) + ORDER;
    const other = Uint8Array.from(signature);
    for (let at = 32; at < 64; at += 1, s >>= 8n) other[at] = Number(s & 255n);
    expect(s).toBe(0n);
    expect(judge.verify(other, text, publicKey)).toBe(false);
    expect(reference.verify(other, text, publicKey)).toBe(false);
  });

  test('on the key of a link, from both ends', () => {
    fc.assert(
      fc.property(secret, secret, bytes(0, 60), (a, b, info) => {
        const [A, B] = [reference.linkPublicKey(a), reference.linkPublicKey(b)];
        const key = reference.linkKey(a, B, info);
        expect(key).toHaveLength(32);
        expect(reference.linkKey(b, A, info)).toEqual(key);
        expect(judge.linkKey({ secret: a, publicKey: A }, B, info)).toEqual(key);
        expect(judge.linkKey({ secret: b, publicKey: B }, A, info)).toEqual(key);
        expect(judge.linkKey({ secret: a, publicKey: A }, B, flippedOrOne(info))).not.toEqual(key);
      }),
      { numRuns: 30 },
    );
  });
});

const flippedOrOne = (info: Uint8Array) => (info.length === 0 ? new Uint8Array([1]) : flipped(info, 0));
