import { describe, expect, test } from 'vitest';
import { scenarioOf } from '../scenario.ts';
import {
  asked,
  data,
  FORMED,
  gets,
  installed,
  judge,
  placement,
  put,
  REJECT,
  report,
  send,
  type Part,
} from './story.test-helper.ts';

/** r1, r3 and c1 are of one domain, r2 and c2 of the other. */
const scenario = scenarioOf({ topology: 'domains', domains: 2, k: 2, routers: 3, clients: 2 });

const commits = (...edges: readonly (readonly [child: string, parent: string])[]): Part =>
  gets(
    'C',
    { type: 'garbage', reason: '' },
    report({
      type: 'committed',
      version: 2,
      edges: edges.map(([child, parent]) => ({ child, parent, link: 2 })),
      pending: [],
    }),
  );
const installs = (node: string, parent: string, children: readonly string[] = []): Part =>
  gets(node, placement(node, 2, parent, children), installed(2, parent, children));

/** Both gateways below C, a client below each. */
const PLACED = [
  commits(['c1', 'r1'], ['c2', 'r2'], ['r1', 'C'], ['r2', 'C']),
  installs('r1', 'C', ['c1']),
  installs('r2', 'C', ['c2']),
  installs('c1', 'r1'),
  installs('c2', 'r2'),
];
const PUT = asked('c1', { type: 'put', key: 'k', value: 'v' }, put('c1/1', 1));
const record = (from: string, to: string) => data(from, to, 'c1/1', 1);
const passes = (from: string, node: string, ...to: readonly string[]): Part =>
  gets(node, record(from, node), ...to.map((one) => send(one, record(node, one))));
const WAY = [
  passes('c1', 'r1', 'C'),
  passes('r1', 'C', 'r2'),
  passes('C', 'r2', 'c2'),
  gets('c2', record('r2', 'c2')),
];

describe('domain-crossing', () => {
  const verdict = (...parts: readonly Part[]) => judge('domain-crossing', parts, { scenario });

  test.each<[string, readonly Part[], number]>([
    ['a record from gateway to gateway', [...PLACED, PUT, ...WAY], 2],
    ['copies within a domain', [...PLACED, PUT, passes('c1', 'r1'), passes('c1', 'r1')], 0],
    ['a second copy that is rejected', [...PLACED, PUT, ...WAY, gets('C', record('r1', 'C'), REJECT)], 2],
    ['a second way once something was placed anew', [...PLACED, PUT, ...WAY, installs('c2', 'r2'), passes('r1', 'C', 'r2')], 2], // prettier-ignore
  ])('allows %s', (_, parts, exercised) => {
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised });
  });

  test.each<[string, readonly Part[]]>([
    ['version 2: c2 is below r1, of another domain', [commits(['c2', 'r1'], ['r1', 'C'])]],
    ['version 2: c1 is below C, of another domain', [commits(['c1', 'C'])]],
    ['version 2: d1 has two gateways, r1 and r3', [commits(['r1', 'C'], ['r3', 'C'])]],
    [
      'r1 sends c1/1#1 to C, of another domain, a second time',
      [...PLACED, PUT, passes('c1', 'r1', 'C', 'C')],
    ],
    ['c1/1#1 crossed a second time between C and r1', [...PLACED, PUT, ...WAY, gets('C', record('r1', 'C'))]],
    [
      'c1/1#1 crossed a second time between C and r1',
      [...PLACED, PUT, ...WAY, gets('r1', record('C', 'r1'))],
    ],
    [
      'c1/1#1 crossed from r2 to c1: a client is no gateway',
      [...PLACED, PUT, gets('c1', record('r2', 'c1'))],
    ],
    ['c1/1#1 crossed from r3 to r2, and r3 is no gateway', [commits(['c1', 'r1'], ['r1', 'C'], ['r3', 'r1'], ['r2', 'r1']), installs('r1', 'C', ['c1']), installs('c1', 'r1'), installs('r3', 'r1'), installs('r2', 'r1'), PUT, gets('r2', record('r3', 'r2'))]], // prettier-ignore
  ])('forbids that %s (%#)', (fault, parts) => {
    expect(verdict(...parts).violation?.message).toBe(fault);
  });

  test('does not apply where there is one domain', () => {
    expect(() => judge('domain-crossing', FORMED)).toThrow('does not apply');
  });
});
