import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Store } from './store.ts';

const record = fc.record({
  timestamp: fc.integer({ min: 1, max: 4 }),
  writer: fc.constantFrom('c1', 'c2'),
  hash: fc.uint8Array({ minLength: 2, maxLength: 2 }),
  writes: fc.array(fc.record({ key: fc.constantFrom('a', 'b'), value: fc.string({ maxLength: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});
/** Records with different names: real ones never share a hash. */
const records = fc.uniqueArray(record, { selector: ({ hash }) => hash.join(), maxLength: 12 });

function filled(
  list: readonly {
    timestamp: number;
    writer: string;
    hash: Uint8Array;
    writes: { key: string; value: string }[];
  }[],
): Store {
  const store = new Store();
  for (const one of list) store.apply(one, one.writes);
  return store;
}

describe('Store', () => {
  it('does not care for order or duplicates', () => {
    fc.assert(
      fc.property(
        records.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
        ),
        ([all, shuffled]) => {
          expect(filled(shuffled).entries()).toEqual(filled(all).entries());
        },
      ),
    );
  });

  it('does not care for batching: a batch equals its writes one by one', () => {
    fc.assert(
      fc.property(records, (all) => {
        const single = new Store();
        for (const one of all) {
          const last = new Map(one.writes.map(({ key, value }) => [key, value]));
          for (const [key, value] of last) single.apply(one, [{ key, value }]);
        }
        expect(single.entries()).toEqual(filled(all).entries());
      }),
    );
  });

  it('keeps the value of the greatest record', () => {
    fc.assert(
      fc.property(records, (all) => {
        const greatest = all
          .filter(({ writes }) => writes.some(({ key }) => key === 'a'))
          .sort(
            (x, y) =>
              x.timestamp - y.timestamp || x.writer.localeCompare(y.writer) || Buffer.compare(x.hash, y.hash),
          )
          .at(-1);
        expect(filled(all).get('a')).toBe(greatest?.writes.findLast(({ key }) => key === 'a')?.value);
      }),
    );
  });
});
