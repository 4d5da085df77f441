/**
 * YCSB's core workloads A, B and C: reads and updates whose keys follow a Zipf distribution.
 *
 * The Zipf sampler is the one of YCSB's `ZipfianGenerator` (Gray et al., "Quickly Generating Billion-Record Synthetic
 * Databases", SIGMOD 1994), scrambled as in `ScrambledZipfianGenerator` by FNV-1a, so that the popular keys are not the
 * first ones. All chance comes in as the engine's `Random`.
 */
import type { Random } from '../engine/index.ts';
import type { Generator } from './workload.ts';

/** Share of reads, percent. */
export const MIXES = { A: 50, B: 95, C: 100 } as const;
export type Mix = keyof typeof MIXES;

/** Most keys that a generator bears: the harmonic sum is computed once, over all of them. */
export const MAX_KEYS = 1_000_000;

export interface YcsbOptions {
  /** @default 'A' */
  readonly mix?: Mix;
  /** Number of keys. @default 100 */
  readonly keys?: number;
  /** Skew, between 0 (uniform) and 1, both excluded. @default 0.99, YCSB's constant */
  readonly theta?: number;
  /** Spread the popular keys over the key space. @default true */
  readonly scrambled?: boolean;
  /** Characters in a value. @default 16 */
  readonly valueLength?: number;
}

/** A generator of YCSB operations. Throws RangeError naming the option that is out of its range. */
export function ycsb(options: YcsbOptions = {}): Generator {
  const { mix = 'A', keys = 100, theta = 0.99, scrambled = true, valueLength = 16 } = options;
  if (!Number.isInteger(valueLength) || valueLength < 1 || valueLength > 1024)
    throw new RangeError(`valueLength: expected 1 to 1024, got ${valueLength}`);
  const readsPercent = MIXES[mix];
  const rank = zipfian(keys, theta);
  const keyOf = (index: number): string => `user${scrambled ? Number(fnv1a64(index) % BigInt(keys)) : index}`;
  return (random) => {
    const read = random.chance(readsPercent);
    const key = keyOf(rank(random));
    return read ? { type: 'get', key } : { type: 'put', key, value: printable(random, valueLength) };
  };
}

/** The workload of a search unless told otherwise: mix A over few keys, so that writers meet. */
export const DEFAULT_GENERATOR: Generator = ycsb({ mix: 'A', keys: 12, valueLength: 8 });

/** Samples ranks `0 … n - 1`, rank `i` with a probability in proportion to `1 / (i + 1) ** theta`. */
export function zipfian(n: number, theta = 0.99): (random: Random) => number {
  if (!Number.isInteger(n) || n < 1 || n > MAX_KEYS)
    throw new RangeError(`keys: expected 1 to ${MAX_KEYS}, got ${n}`);
  if (!(theta > 0 && theta < 1)) throw new RangeError(`theta: expected between 0 and 1, got ${theta}`);
  let zetaN = 0;
  for (let i = 1; i <= n; i += 1) zetaN += 1 / i ** theta;
  const zeta2 = 1 + 0.5 ** theta;
  const alpha = 1 / (1 - theta);
  const eta = (1 - (2 / n) ** (1 - theta)) / (1 - zeta2 / zetaN);
  return (random) => {
    const u = random.int(0, UNIT - 1) / UNIT;
    const uz = u * zetaN;
    if (uz < 1) return 0;
    if (uz < zeta2) return Math.min(1, n - 1);
    return Math.min(n - 1, Math.floor(n * (eta * u - eta + 1) ** alpha));
  };
}

/** Steps of the unit interval: well within what any source of integers bears. */
const UNIT = 2 ** 30;

/** FNV-1a over the eight bytes of an integer, least significant first, as YCSB's `fnvhash64`. */
function fnv1a64(value: number): bigint {
  let hash = 0xcbf29ce484222325n;
  let rest = BigInt(value);
  for (let i = 0; i < 8; i += 1) {
    hash = BigInt.asUintN(64, (hash ^ (rest & 0xffn)) * 0x100000001b3n);
    rest >>= 8n;
  }
  return hash;
}

/** Printable ASCII, the space included, as YCSB fills its fields. */
function printable(random: Random, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += String.fromCharCode(random.int(0x20, 0x7e));
  return text;
}
