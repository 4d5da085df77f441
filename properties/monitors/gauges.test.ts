import { describe, expect, test } from 'vitest';
import { execute, type Schedule } from '../../engine/index.ts';
import { Client } from '../../impl/index.ts';
import { harnessOf } from '../harness.ts';
import type { Command } from '../reading.ts';
import { scenarioOf } from '../scenario.ts';
import { castSubject, REFERENCE_CAST } from '../subjects/reference.ts';

const scenario = scenarioOf({ k: 2, routers: 1, clients: 2 });
const schedule: Schedule<Command> = [
  { move: 'command', node: 'c1', command: { type: 'put', key: 'k', value: 'v' } },
  { move: 'elapse', ms: 100 },
];

function found(client: typeof Client): string[] {
  const subject = castSubject('mutant:gauges', '', { ...REFERENCE_CAST, client });
  return execute(harnessOf(subject), scenario, schedule).violations.map(
    ({ property, message }) => `${property}: ${message}`,
  );
}

describe('gauges', () => {
  test('of the reference are what its statecharts hold', () => {
    expect(found(Client)).toEqual([]);
  });

  test('that say something else are found', () => {
    class Boaster extends Client {
      override gauges() {
        return super
          .gauges()
          .map((gauge) => (gauge.buffer === 'own-records' ? { ...gauge, size: 0 } : gauge));
      }
    }
    expect(found(Boaster)).toEqual([
      'conformance: c1 says that it holds 0 in its own-records; its statechart holds 1',
    ]);
  });

  test('are all that its statechart has, and may be others', () => {
    class Other extends Client {
      override gauges() {
        return [...super.gauges(), { buffer: 'mine', size: 1, bound: 2 }];
      }
    }
    expect(found(Other)).toEqual([]);
    class Secretive extends Client {
      override gauges() {
        return super.gauges().filter(({ buffer }) => buffer !== 'queue');
      }
    }
    expect(found(Secretive)).toEqual([
      expect.stringMatching(/^conformance: c\d does not say what it holds in its queue$/),
    ]);
  });

  test('without a name or a size are found', () => {
    class Mute extends Client {
      override gauges() {
        return [...super.gauges(), { buffer: '', size: 1, bound: 2 }];
      }
    }
    expect(found(Mute)).toEqual([
      expect.stringMatching(/^bounded-reaction: c\d shows a buffer without name, size or bound$/),
    ]);
  });
});
