import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { memoise, type Memoised } from './memo.ts';

interface State {
  readonly value: number;
}
interface Add {
  readonly add: number;
}

function counter(maxEntries?: number): { memo: Memoised<State, Add, Add>; calls: () => number } {
  let calls = 0;
  const memo = memoise<State, Add, Add>({
    step: ({ value }, { add }) => {
      calls += 1;
      return { state: { value: (value + add) % 7 }, outputs: [{ add: add % 2 }] };
    },
    stateKey: ({ value }) => String(value),
    eventKey: ({ add }) => String(add),
    outputKey: ({ add }) => String(add),
    ...(maxEntries === undefined ? {} : { maxEntries }),
  });
  return { memo, calls: () => calls };
}

describe('memoise', () => {
  test('asks once per state and event, whatever objects they are', () => {
    const { memo, calls } = counter();
    const first = memo({ value: 1 }, { add: 3 });
    expect(memo({ value: 1 }, { add: 3 })).toBe(first);
    expect(first).toEqual({ state: { value: 4 }, outputs: [{ add: 1 }] });
    expect([calls(), memo.entries]).toEqual([1, 1]);
  });

  test('hands out the same object for the same state, event and output', () => {
    const { memo } = counter();
    expect(memo({ value: 1 }, { add: 3 }).state).toBe(memo({ value: 3 }, { add: 1 }).state);
    expect(memo({ value: 1 }, { add: 3 }).outputs[0]).toBe(memo({ value: 3 }, { add: 1 }).outputs[0]);
    expect(memo.internEvent({ add: 3 })).toBe(memo.internEvent({ add: 3 }));
    expect(memo.internState({ value: 3 })).toBe(memo.internState({ value: 3 }));
  });

  test('is bounded, and right when it forgets', () => {
    const { memo } = counter(5);
    fc.assert(
      fc.property(fc.nat(6), fc.nat(20), (value, add) => {
        expect(memo({ value }, { add }).state.value).toBe((value + add) % 7);
        expect(memo.entries).toBeLessThanOrEqual(5);
      }),
    );
    expect(() => counter(0)).toThrow(RangeError);
  });
});
