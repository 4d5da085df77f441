/**
 * The judge's cryptography: Node's own (OpenSSL), as a second opinion on what the reference does with the noble
 * libraries. Public functions are remembered by content.
 */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  hkdfSync,
  verify as verifySignature,
  type KeyObject,
} from 'node:crypto';

/** Remembered results per function, at most; when full, all are forgotten. */
const MAX_REMEMBERED = 50_000;

function remembered<T>(memo: Map<string, T>, key: string, compute: () => T): T {
  let value = memo.get(key);
  if (value === undefined) {
    if (memo.size >= MAX_REMEMBERED) memo.clear();
    memo.set(key, (value = compute()));
  }
  return value;
}

const latin1 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

const publicKeys = new Map<string, KeyObject | null>();
const verdicts = new Map<string, boolean>();
const linkKeys = new Map<string, Uint8Array>();

/** Whether an Ed25519 signature is right; false for keys that are none. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return remembered(verdicts, latin1(signature) + latin1(publicKey) + latin1(message), () => {
    const key = remembered(publicKeys, latin1(publicKey), () => {
      try {
        return createPublicKey({
          key: { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey) },
          format: 'jwk',
        });
      } catch {
        return null;
      }
    });
    return key !== null && verifySignature(null, message, key, signature);
  });
}

/** SHA-256, 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  return hash('sha256', message, 'buffer');
}

/** Block length of SHA-256, in bytes. */
const BLOCK_BYTES = 64;

const DIGEST_BYTES = 32;
/** Room for the messages of nearly all frames; longer ones get more. */
const SCRATCH_BYTES = 1024;

/**
 * HMAC-SHA-256 under one key (RFC 2104), from Node's one-shot hash over buffers that are kept: several times faster for
 * short messages than an Hmac object each.
 */
export function hmacUnder(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key);
  const innerPad = block.map((byte) => byte ^ 0x36);
  const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);
  outer.set(block.map((byte) => byte ^ 0x5c));
  let inner = new Uint8Array(SCRATCH_BYTES);
  inner.set(innerPad);
  return (message) => {
    const length = BLOCK_BYTES + message.length;
    if (inner.length < length) {
      inner = new Uint8Array(2 * length);
      inner.set(innerPad);
    }
    inner.set(message, BLOCK_BYTES);
    outer.set(sha256(inner.subarray(0, length)), BLOCK_BYTES);
    return sha256(outer);
  };
}

/** The key of a link: HKDF-SHA-256 of the X25519 secret of both ends, bound to `info`. */
export function linkKey(
  own: { readonly secret: Uint8Array; readonly publicKey: Uint8Array },
  peer: Uint8Array,
  info: Uint8Array,
): Uint8Array {
  return remembered(linkKeys, latin1(own.publicKey) + latin1(peer) + latin1(info), () => {
    const privateKey = createPrivateKey({
      key: { kty: 'OKP', crv: 'X25519', d: base64url(own.secret), x: base64url(own.publicKey) },
      format: 'jwk',
    });
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: base64url(peer) },
      format: 'jwk',
    });
    const shared = diffieHellman({ privateKey, publicKey });
    return new Uint8Array(hkdfSync('sha256', shared, new Uint8Array(0), info, 32));
  });
}
