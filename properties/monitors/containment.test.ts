import { describe, expect, test } from 'vitest';
import type { Interest } from '../../model/index.ts';
import { scenarioOf } from '../scenario.ts';
import {
  asked,
  crashes,
  data,
  delivers,
  FORMED,
  gets,
  installed,
  judge,
  linked,
  placement,
  put,
  REJECT,
  report,
  restarts,
  send,
  type Part,
  type Told,
} from './story.test-helper.ts';

const scenario = scenarioOf({ topology: 'sharded', shards: 2, k: 2, routers: 1, clients: 2 });
const ALL: Interest = [0, 1];
const NONE: Interest = [];
const DURABLE = { kind: 'durable', asOfIndex: 99 } as const;
const STALE = { kind: 'stale', asOfIndex: 0 } as const;

/** C commits what r1 and its clients want. */
const commits = (r1: Interest, c1: Interest, c2: Interest): Part =>
  gets(
    'C',
    { type: 'garbage', reason: '' },
    report({
      type: 'committed',
      version: 2,
      edges: [
        { child: 'c1', parent: 'r1', link: 1, interest: c1 },
        { child: 'c2', parent: 'r1', link: 1, interest: c2 },
        { child: 'r1', parent: 'C', link: 1, interest: r1 },
      ],
      pending: [],
    }),
  );

/** r1 installs what its clients want. */
function learns(c1: Interest, c2: Interest): Part {
  const told = placement('r1', 2, 'C', ['c1', 'c2']);
  if (told.type !== 'placement') throw new Error('no placement');
  const children = told.children.map((child) => ({ ...child, interest: child.node === 'c1' ? c1 : c2 }));
  return gets('r1', { ...told, children }, installed(2, 'C', ['c1', 'c2']));
}

const subscribes = (client: string, ...shards: readonly number[]): Part =>
  asked(client, { type: 'subscribe', shards });
const record = (from: string, to: string, shard = 1) => data(from, to, `c1/1/s${shard}`, 1);
const repair = (from: string, to: string) =>
  linked(from, to, { type: 'repair', capsule: 'c1/1/s1', first: 1, last: 1, seqs: [1] });
const PUT = asked('c1', { type: 'put', key: 'k', value: 'v' }, put('c1/1/s1', 1));
const passes = (...to: readonly string[]): Part =>
  gets('r1', record('c1', 'r1'), ...to.map((one): Told => send(one, record('r1', one))));

describe('shard-containment', () => {
  const verdict = (...parts: readonly Part[]) =>
    judge('shard-containment', [...FORMED, ...parts], { scenario });

  test.each<[string, readonly Part[], number]>([
    ['a record that everybody wants', [commits(ALL, ALL, ALL), learns(ALL, ALL), passes('C', 'c2')], 0],
    ['one that is kept from who does not want it', [learns(ALL, [0]), passes('C')], 1],
    ['one that goes down by a placement out of date', [commits(ALL, ALL, NONE), passes('C', 'c2')], 0],
    ['a Repair of what is wanted', [learns(ALL, [1]), gets('r1', repair('C', 'r1'), send('c2', repair('r1', 'c2')))], 0], // prettier-ignore
    ['delivery of what is subscribed to', [PUT, subscribes('c2', 1), gets('c2', record('r1', 'c2'), delivers('c1/1/s1', 1))], 0], // prettier-ignore
    ['rejection of what is not', [subscribes('c2', 0), gets('c2', record('r1', 'c2'), REJECT)], 0],
    ['what an old storage still wants', [PUT, subscribes('c2'), crashes('c2'), restarts('c2', STALE), gets('c2', record('r1', 'c2'), delivers('c1/1/s1', 1))], 0], // prettier-ignore
    ['what a client is told when it has left', [PUT, gets('c2', { type: 'garbage', reason: '' }, report({ type: 'left' })), subscribes('c2', 0), crashes('c2'), restarts('c2', DURABLE), gets('c2', record('r1', 'c2'), delivers('c1/1/s1', 1))], 0], // prettier-ignore
    ['a choice of shards that there are not', [subscribes('c2', 7), gets('c2', record('r1', 'c2'), delivers('c1/1/s1', 1))], 0], // prettier-ignore
  ])('allows %s', (_, parts, exercised) => {
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised });
  });

  test.each<[string, readonly Part[]]>([
    [
      'r1 sent a record of c1/1/s1 down to c2, where nobody wants shard 1',
      [learns(ALL, [0]), passes('C', 'c2')],
    ],
    ['r1 sent a record of c1/1/s1 down to c2, where nobody wants shard 1', [learns(ALL, [0]), gets('r1', repair('C', 'r1'), send('c2', repair('r1', 'c2')))]], // prettier-ignore
    ['C sent a record of c1/1/s1 down to r1, where nobody wants shard 1', [commits([0], [0], NONE), gets('C', record('r9', 'C'), send('r1', record('C', 'r1')))]], // prettier-ignore
    ['c2 took in a record of c1/1/s1, though it does not subscribe to shard 1', [subscribes('c2', 0), gets('c2', record('r1', 'c2'))]], // prettier-ignore
    ['c2 took in a record of c1/1/s1, though it does not subscribe to shard 1', [subscribes('c2'), crashes('c2'), restarts('c2', DURABLE), gets('c2', repair('r1', 'c2'))]], // prettier-ignore
    ['c2 delivered c1/1/s1#1, though it does not subscribe to shard 1', [PUT, subscribes('c2', 0), asked('c2', { type: 'get', key: 'k' }, delivers('c1/1/s1', 1))]], // prettier-ignore
    ['version 2: r1 is said to want shard 1, and nobody below it does', [commits(ALL, [0], [0])]],
  ])('forbids that %s (%#)', (fault, parts) => {
    expect(verdict(...parts).violation?.message).toBe(fault);
  });

  test('does not apply where there is one shard', () => {
    expect(() => judge('shard-containment', FORMED)).toThrow('does not apply');
  });
});

describe('the audience of a record', () => {
  const verdict = (...parts: readonly Part[]) => judge('k-plus-one', [...FORMED, ...parts], { scenario });

  test('bounds its copies', () => {
    expect(verdict(learns(ALL, ALL), PUT, passes('C', 'c2')).violation).toBeUndefined();
    expect(verdict(learns(NONE, ALL), PUT, passes('C', 'c2')).violation).toBeUndefined();
    expect(verdict(learns(ALL, [0]), PUT, passes('C', 'c2')).violation?.message).toBe(
      'r1 sends and receives 3 copies of c1/1/s1#1 together, more than 2, while nothing was placed anew',
    );
    expect(verdict(learns(NONE, NONE), passes('C', 'c2')).violation?.message).toBe(
      'r1 sends 2 copies of c1/1/s1#1, more than 1',
    );
  });
});
