/** Bytes that are no frames: truncated, oversized, not canonical, of wrong types, random. */
import { MAX_FRAME_BYTES, plainToBytes } from '../../impl/index.ts';
import { closeFrame, leaves, openFrame, set } from './fields.ts';

export const MALFORMED = [
  'truncated',
  'oversized',
  'trailing',
  'non-canonical',
  'wrong-types',
  'random',
] as const;
export type Malformed = (typeof MALFORMED)[number];

/** A small deterministic stream of bytes, so that an attack is a function of its salt. (Knuth's MMIX generator.) */
export function noise(salt: number, length: number): Uint8Array {
  let state = BigInt(salt) * 2n + 1n;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    bytes[i] = Number(state >> 56n);
  }
  return bytes;
}

/** Values that no field of any frame has. */
const WRONG_VALUES: readonly unknown[] = [[1], true, null, -1, 1.5, 'x'.repeat(300)];

/** Spoils a frame. `salt` chooses where. */
export function spoil(frame: Uint8Array, how: Malformed, salt: number): Uint8Array {
  switch (how) {
    case 'truncated':
      return frame.slice(0, salt % frame.length);
    case 'oversized': {
      const bytes = new Uint8Array(MAX_FRAME_BYTES + 1 + (salt % 64));
      bytes.set(frame);
      return bytes;
    }
    case 'trailing': {
      const bytes = new Uint8Array(frame.length + 1);
      bytes.set(frame);
      return bytes;
    }
    case 'non-canonical':
      return nonCanonical(frame, salt);
    case 'wrong-types': {
      const plain = openFrame(frame);
      const paths = leaves(plain);
      const path = paths[salt % paths.length] ?? [];
      // By what is left of the salt, so that every field comes with every value.
      const value = WRONG_VALUES[Math.floor(salt / paths.length) % WRONG_VALUES.length];
      return closeFrame(set(plain, path, value));
    }
    case 'random':
      return noise(salt, salt % 300);
  }
}

/** The same data, encoded otherwise: the outermost array of definite length is given an over-long head. */
function nonCanonical(frame: Uint8Array, salt: number): Uint8Array {
  const head = frame[0] ?? 0;
  const items = head & 0x1f;
  if (head >> 5 !== 4 || items > 23) return plainToBytes([frame, salt]);
  const indefinite = salt % 2 === 0;
  const front = indefinite ? [0x9f] : [0x98, items];
  const bytes = new Uint8Array(front.length + frame.length - 1 + (indefinite ? 1 : 0));
  bytes.set(front);
  bytes.set(frame.subarray(1), front.length);
  if (indefinite) bytes[bytes.length - 1] = 0xff;
  return bytes;
}
