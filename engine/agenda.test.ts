import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { Agenda, type Due } from './agenda.ts';

test('gives what is due in order of time, then of creation, whatever dies in between', () => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kill: fc.nat(1_000) }) },
    { weight: 1, arbitrary: fc.constant('take' as const) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 600, size: 'max' }), (actions) => {
      const agenda = new Agenda<Due>();
      let expected: Due[] = [];
      let order = 0;
      for (const step of actions) {
        if (step === 'take') {
          const [first] = expected.toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order);
          expect(agenda.peek()).toBe(first);
          if (first !== undefined) agenda.pop();
          expected = expected.filter((item) => item !== first);
        } else if ('add' in step) {
          const item: Due = { dueMs: step.add, order: (order += 1), live: true };
          agenda.push(item);
          expected.push(item);
        } else {
          const item = expected[step.kill % Math.max(1, expected.length)];
          if (item === undefined) continue;
          item.live = false;
          agenda.died();
          expected = expected.filter((other) => other !== item);
        }
      }
    }),
    { numRuns: 200 },
  );
});
