/** Puts at the limits of what a client takes, and beyond them. */
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../impl/index.ts';
import type { Generator } from './workload.ts';
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
