/** Seeded choices on top of fast-check's generator: the engine has no generator of its own. */
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { Random } from './harness.ts';

/** Choices drawn from a generator of fast-check (which they advance). */
export function randomFrom(mrng: fc.Random): Random {
  return {
    int: (min, max) => mrng.nextInt(min, max),
    chance: (percent) => mrng.nextInt(1, 10_000) <= percent * 100,
    pick: (list) => {
      const picked = list[mrng.nextInt(0, list.length - 1)];
      if (picked === undefined) throw new RangeError('pick: the list is empty');
      return picked;
    },
  };
}

/** Hands out the very generator that fast-check made from a seed. */
class GeneratorArbitrary extends fc.Arbitrary<fc.Random> {
  override generate(mrng: fc.Random): fc.Value<fc.Random> {
    return new fc.Value(mrng.clone(), undefined);
  }
  override canShrinkWithoutContext(_value: unknown): _value is fc.Random {
    return false;
  }
  override shrink(): fc.Stream<fc.Value<fc.Random>> {
    return fc.Stream.nil();
  }
}

const generators = new GeneratorArbitrary();

/** fast-check's generator for a 32-bit seed. */
export function generatorFromSeed(seed: number): fc.Random {
  const [mrng] = fc.sample(generators, { seed: seed | 0, numRuns: 1 });
  if (mrng === undefined) throw new Error('fast-check sampled nothing');
  return mrng;
}

/** Choices from a 32-bit seed: equal seeds, equal choices. */
export function randomFromSeed(seed: number): Random {
  return randomFrom(generatorFromSeed(seed));
}

/** The seed of run `index` of a campaign: a function of the two alone, so that any worker can make any run. */
export function seedOf(seed: number, index: number): number {
  return createHash('sha256')
    .update(`${String(seed)}/${String(index)}`)
    .digest()
    .readInt32LE(0);
}
