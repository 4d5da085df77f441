/** Puts and subscriptions at the limits of what a client takes, and beyond them. */
import type { Random } from '../engine/index.ts';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../impl/index.ts';
import { amongShards, type Generator, type Operation, type Subscribing } from './workload.ts';
import { DEFAULT_GENERATOR } from './ycsb.ts';

/** As long as may be, too long by a byte, too long in bytes though not in characters, and what UTF-8 does not carry. */
function roughTexts(most: number): readonly string[] {
  const plain = 'k'.repeat(most);
  return [plain, `${plain}k`, 'é'.repeat(most / 2), 'é'.repeat(most / 2 + 1), '\ud800', 'k\udc00'];
}

const KEYS = roughTexts(MAX_KEY_BYTES);
const VALUES = roughTexts(MAX_VALUE_BYTES);

/** Percent of the operations that are rough, and of these the share with a rough key. */
const ROUGH_PERCENT = 40;
const KEY_PERCENT = 50;

/** The default workload with puts among it that are longer or other than most applications make. */
export const ROUGH_GENERATOR: Generator = (random) => {
  if (!random.chance(ROUGH_PERCENT)) return DEFAULT_GENERATOR(random);
  return random.chance(KEY_PERCENT)
    ? { type: 'put', key: random.pick(KEYS), value: 'v' }
    : { type: 'put', key: 'k', value: random.pick(VALUES) };
};

/** Percent of the operations that are rough subscriptions, where there are shards. */
const SUBSCRIPTION_PERCENT = 20;

/** What is no choice: twice the same, out of order, of shards that there are not; and, now and then, nothing and everything. */
function roughInterests(shards: number): readonly (readonly number[])[] {
  const all = Array.from({ length: shards }, (_, shard) => shard);
  return [[0, 0], all.toReversed(), [-1], [0.5], [shards], [0, shards + 1], [], all];
}

/** The rough workload where there are so many shards; where there is one, there is no choice at all. */
export function roughAmongShards(shards: number): (random: Random) => Operation | Subscribing {
  const interests = roughInterests(shards);
  const ordinary = amongShards(ROUGH_GENERATOR, shards);
  return (random) =>
    random.chance(SUBSCRIPTION_PERCENT)
      ? { type: 'subscribe', shards: random.pick(interests) }
      : ordinary(random);
}
