/**
 * Taking frames apart and changing single fields. A frame is seen as a tree of plain CBOR data; the body of a link frame, which is
 * bytes on the wire, is opened too, so that its fields can be changed like all others.
 */
import { bytesToPlain, FrameError, plainToBytes } from '../../impl/index.ts';

/** Position of a field: indices from the outside in. */
export type Path = readonly number[];

/** Position of the body in a link frame: `['link', from, to, link, counter, body, mac]`. */
const BODY = 5;

type Plain = unknown;

/** The plain data of a frame, its body opened; undefined if the bytes are no frame. */
export function openFrame(bytes: Uint8Array): Plain {
  try {
    const plain = bytesToPlain(bytes);
    if (isLinkFrame(plain) && plain[BODY] instanceof Uint8Array)
      return plain.with(BODY, bytesToPlain(plain[BODY]));
    return plain;
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}

/** The frame of plain data, its body closed again. */
export function closeFrame(plain: Plain): Uint8Array {
  if (isLinkFrame(plain) && Array.isArray(plain[BODY]))
    return plainToBytes(plain.with(BODY, plainToBytes(plain[BODY])));
  return plainToBytes(plain);
}

function isLinkFrame(plain: Plain): plain is unknown[] {
  return Array.isArray(plain) && plain[0] === 'link';
}

/** Paths of all leaves: numbers, strings, byte strings. */
export function leaves(plain: Plain, at: Path = []): readonly Path[] {
  if (!Array.isArray(plain)) return [at];
  return plain.flatMap((part, index) => leaves(part, [...at, index]));
}

/** The part at a path; undefined if there is none. */
export function get(plain: Plain, path: Path): unknown {
  let part = plain;
  for (const index of path) {
    if (!Array.isArray(part)) return undefined;
    part = part[index] as unknown;
  }
  return part;
}

/** The plain data with the part at a path replaced. */
export function set(plain: Plain, path: Path, value: unknown): Plain {
  const [index, ...rest] = path;
  if (index === undefined) return value;
  if (!Array.isArray(plain) || index >= plain.length) return plain;
  return plain.with(index, set(plain[index], rest, value));
}

/** Another value of the same type, near the one that is there. `salt` chooses how it differs. */
export function perturb(value: unknown, salt: number): unknown {
  if (typeof value === 'number') return [value + 1, Math.max(0, value - 1), value + 1_000_000, 0][salt % 4];
  if (typeof value === 'string')
    return value === '' ? 'x' : [`${value}x`, value.slice(1), 'C', 'c1'][salt % 4];
  if (value instanceof Uint8Array) {
    if (value.length === 0) return new Uint8Array([1]);
    const bytes = Uint8Array.from(value);
    const index = salt % bytes.length;
    // By what is left of the salt, so that every byte comes with every bit.
    bytes[index] = (bytes[index] ?? 0) ^ (1 << (Math.floor(salt / bytes.length) % 8));
    return bytes;
  }
  return salt;
}

/** Beyond the integers that a number can tell apart. */
const HUGE = 2 ** 53;

/** Names, roles and capsules that a field may have, and seldom in that place. */
const NAMES = ['C', 'r1', 'c1', 'c2'];
const ROLES = ['coordinator', 'router', 'client'];
const CAPSULES = ['c1/1', 'c2/1'];

function othersLike(text: string): readonly string[] {
  if (text.includes('/')) return CAPSULES;
  return ROLES.includes(text) ? ROLES : NAMES;
}

/**
 * A value that such a field may not have, or not there: of another type, out of range, too long or short, in another order, or somebody
 * else’s.
 */
export function misshapen(value: unknown, salt: number): unknown {
  const variants = variantsOf(value);
  return variants[salt % variants.length];
}

function variantsOf(value: unknown): readonly unknown[] {
  if (typeof value === 'number')
    return [0, -value - 1, value + 0.5, value + 1, value - 1, HUGE, String(value), [value], null];
  if (typeof value === 'string')
    return [
      '',
      `!${value}`,
      `${value}!`,
      `${value}${'x'.repeat(40)}`,
      ...othersLike(value),
      Buffer.from(value),
      [value],
      0,
      null,
    ];
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString('hex');
    const none = new Uint8Array(0);
    return [none, value.slice(1), Uint8Array.from([...value, 0]), perturb(value, 0), hex, [value], null];
  }
  if (!Array.isArray(value)) return [0, '', null];
  const [first, last] = [value[0], value.at(-1)] as unknown[];
  const changed = [
    value.slice(0, -1),
    [...value, last],
    [first, ...value],
    value.toReversed(),
    [...value, 0],
  ];
  return [[], ...changed, [value], 'x', null];
}
