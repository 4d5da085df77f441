import { describe, expect, test } from 'vitest';
import type { ModelEvent } from './events.ts';
import { describe as describeState, memoryOf, stateKey, step } from './step.ts';
import { TestWorld } from './test-world.ts';

/** C with r1 and r2, c1 and c2 below r1, c3 below r2: everybody settled. */
function formed(): TestWorld {
  const world = new TestWorld({ k: 2 });
  world.start('C', 'r1', 'r2', 'c1', 'c2', 'c3');
  return world;
}

function join(node: string, fields: object = {}): ModelEvent {
  const role = node.startsWith('r') ? 'router' : 'client';
  const first = { incarnation: 1, birth: 99, attempt: 1, reason: 'new', suspect: '', link: 0 };
  return { type: 'join', node, role, ...first, ...fields } as ModelEvent;
}

function kinds(outputs: ReturnType<TestWorld['give']>): string[] {
  return outputs.map((one) => {
    switch (one.kind) {
      case 'send':
        return `${one.message.type} to ${one.to}`;
      case 'report':
        return `report ${one.report.type}`;
      case 'reject':
        return 'reject';
      default:
        return `${one.kind} ${one.timer}`;
    }
  });
}

describe('joins', () => {
  test('a choice is needed, and an admissible one', () => {
    const world = new TestWorld({ k: 2 });
    world.start('C');
    const c = world.state('C');
    expect(step(c, join('c1'))).toEqual({ notAllowed: 'join: join needs the choice of a tree' });
    const choice = { parents: { c1: 'r7' }, pending: [] };
    expect(step(c, { ...join('c1'), choice } as ModelEvent)).toEqual({
      notAllowed: 'join: rule 1: c1 is not connected to C',
    });
  });

  test('everybody whose neighbourhood changes is told, and nobody else', () => {
    const world = formed();
    expect(kinds(world.give('C', join('c4')))).toEqual([
      'placement to c4',
      'placement to r2',
      'report committed',
      'set-timer placement',
    ]);
  });

  test('of used incarnations, repeated ones and liars', () => {
    const world = formed();
    // The fourth life of this world.
    const birth = 4;
    expect(world.give('C', join('c1', { birth: birth + 40 }))).toMatchObject([
      {
        to: 'c1',
        message: { type: 'join-refused', why: 'incarnation', known: 1, birth: birth + 40, attempt: 1 },
      },
    ]);
    expect(kinds(world.give('C', join('c1', { birth })))).toEqual(['reject']);
    expect(kinds(world.give('C', join('c1', { birth, attempt: 2 })))).toEqual(['placement to c1']);
    expect(kinds(world.give('C', join('c1', { birth, attempt: 2 })))).toEqual(['reject']);
    expect(kinds(world.give('C', join('c9', { role: 'router' })))).toEqual(['reject']);
  });

  test('a new incarnation gets its place with new links', () => {
    const world = formed();
    const outputs = world.give('C', join('r1', { incarnation: 2 }));
    expect(kinds(outputs)).toEqual([
      'placement to c1',
      'placement to c2',
      'placement to r1',
      'report committed',
      'set-timer placement',
      'set-timer suspect:r1',
      'set-timer suspect:r2',
    ]);
    const version = world.reported('committed').at(-1)?.version;
    const links = world
      .reported('committed')
      .at(-1)
      ?.edges.map(({ child, link }) => [child, link === version]);
    expect(links).toEqual([
      ['c1', true],
      ['c2', true],
      ['c3', false],
      ['r1', true],
      ['r2', false],
    ]);
  });

  test('without a slot a client is pending until there is one', () => {
    const world = new TestWorld({ k: 2 });
    world.start('C', 'c1', 'c2');
    world.start('c3');
    expect(describeState(world.state('c3'))).toBe('pending·ready·serving·current');
    expect(memoryOf(world.state('C'))).toMatchObject({ pending: ['c3'] });
    world.give('c1', { type: 'leave' });
    world.run();
    expect(describeState(world.state('c3'))).toBe('attached·ready·serving·current');
  });

  test('a pending client that leaves is forgotten without a commit', () => {
    const world = new TestWorld({ k: 2 });
    world.start('C', 'c1', 'c2', 'c3');
    const leave: ModelEvent = { type: 'leave', node: 'c3', incarnation: 1 };
    expect(world.give('C', leave)).toEqual([]);
    expect(memoryOf(world.state('C'))).toMatchObject({ pending: [], known: { c3: { birth: 0 } } });
    expect(kinds(world.give('C', leave))).toEqual(['reject']);
    // The incarnation of one that left is used up.
    expect(kinds(world.give('C', join('c3', { attempt: 9 })))).toEqual(['join-refused to c3']);
  });
});

describe('placements', () => {
  test('are repeated until acknowledged', () => {
    const world = new TestWorld({ k: 2 });
    world.start('C');
    world.give('C', join('c1'));
    expect(describeState(world.state('C'))).toBe('waiting·unacknowledged·calm');
    expect(kinds(world.fire('C', 'placement'))).toEqual(['placement to c1', 'set-timer placement']);
    const ack: ModelEvent = { type: 'placement-ack', node: 'c1', incarnation: 1, version: 1 };
    expect(kinds(world.give('C', { ...ack, version: 2 }))).toEqual(['reject']);
    expect(kinds(world.give('C', ack))).toEqual(['cancel-timer placement']);
    expect(describeState(world.state('C'))).toBe('waiting·settled·calm');
    expect(kinds(world.give('C', ack))).toEqual(['reject']);
    expect(world.fire('C', 'placement')).toEqual([]);
  });

  test('after a restart go to everybody, and the links of C are new', () => {
    const world = formed();
    const outputs = world.startWith('C', world.crash('C'));
    expect(kinds(outputs)).toEqual([
      'placement to c1',
      'placement to c2',
      'placement to c3',
      'placement to r1',
      'placement to r2',
      'report committed',
      'set-timer placement',
      'set-timer suspect:r1',
      'set-timer suspect:r2',
      'set-timer heartbeat',
      'set-timer epoch',
    ]);
    world.run();
    expect(describeState(world.state('C'))).toBe('waiting·settled·calm');
  });
});

describe('probes', () => {
  test('one at a time; an answer breaks the edge if it still stands', () => {
    const world = formed();
    const suspect: ModelEvent = { type: 'suspect', node: 'r1', incarnation: 1, child: 'c1', link: 0 };
    expect(kinds(world.give('C', suspect))).toEqual(['reject']);
    expect(kinds(world.fire('r1', 'suspect:c1'))).toEqual([
      'suspect to C',
      'placement to c1',
      'set-timer suspect:c1',
    ]);
    world.run(({ to }) => to === 'c1');
    expect(describeState(world.state('C'))).toBe('waiting·settled·probing');
    world.fire('r1', 'suspect:c1');
    world.run();
    expect(world.state('C').context).toMatchObject({ serial: 1 });
    const ack: ModelEvent = { type: 'probe-ack', node: 'c1', incarnation: 1, nonce: 1 };
    expect(kinds(world.give('C', { ...ack, nonce: 2 }))).toEqual(['reject']);
    expect(kinds(world.give('C', ack))[0]).toBe('cancel-timer probe:c1');
    expect(kinds(world.give('C', ack))).toEqual(['reject']);
    expect(describeState(world.state('C'))).toBe('waiting·unacknowledged·calm');
  });

  test('of a node that comes back in a new life are forgotten', () => {
    const world = formed();
    world.fire('C', 'suspect:r2');
    expect(kinds(world.give('C', join('r2', { incarnation: 2 }))).at(-1)).toBe('cancel-timer probe:r2');
    expect(world.fire('C', 'probe:r2')).toEqual([]);
    expect(describeState(world.state('C'))).toBe('waiting·unacknowledged·calm');
  });

  test('a child of C that lost it gets a new link at least', () => {
    const world = new TestWorld({ k: 2 });
    world.start('C', 'c1');
    world.fire('c1', 'suspect:C');
    world.run();
    expect(world.reported('committed').at(-1)).toMatchObject({
      version: 2,
      edges: [{ child: 'c1', link: 2 }],
    });
    expect(describeState(world.state('c1'))).toBe('attached·ready·serving·current');
  });

  test('a timer.probe needs a choice too', () => {
    const world = formed();
    world.fire('C', 'suspect:r2');
    expect(step(world.state('C'), { type: 'timer.probe', node: 'r2' })).toHaveProperty('notAllowed');
  });
});

describe('epochs', () => {
  test('a silent child does not stall one: the timer closes it, so does the next', () => {
    const world = formed();
    world.fire('C', 'epoch');
    expect(describeState(world.state('C'))).toBe('collecting·settled·calm');
    const open = world.state('C');
    world.queue = [];
    expect(kinds(world.fire('C', 'eoe'))).toEqual(['sync to r1', 'sync to r2', 'report epoch-closed']);
    world.states.set('C', open);
    expect(kinds(world.fire('C', 'epoch'))).toEqual([
      'cancel-timer eoe',
      'sync to r1',
      'sync to r2',
      'report epoch-closed',
      'report epoch-opened',
      'rts to r1',
      'rts to r2',
      'set-timer eoe',
      'set-timer epoch',
    ]);
  });

  test('without children it closes at once', () => {
    const world = new TestWorld();
    world.start('C');
    expect(kinds(world.fire('C', 'epoch'))).toEqual([
      'report epoch-opened',
      'cancel-timer eoe',
      'report epoch-closed',
      'set-timer epoch',
    ]);
    expect(describeState(world.state('C'))).toBe('waiting·settled·calm');
  });

  test('a silent client keeps its last known head in the frontier', () => {
    const world = formed();
    world.give('c1', { type: 'put' });
    world.run();
    world.crash('c1');
    world.fire('C', 'epoch');
    world.run(({ to }) => to === 'c1');
    world.fire('r1', 'eoe');
    const syncs: unknown[] = [];
    world.run(({ message, to }) => {
      if (message.type === 'sync') syncs.push(message.frontier);
      return to === 'c1';
    });
    expect(syncs[0]).toEqual([{ capsule: 'c1/1', seq: 1 }]);
    expect(world.reported('epoch-closed')[0]?.answered).toEqual(['c2', 'c3']);
  });
});

describe('naks at C', () => {
  const nak = { type: 'nak', capsule: 'c3/1', first: 1, last: 2, path: [], from: 'r1', to: 'C' };

  test('of an absent writer are answered with what there is, or rejected', () => {
    const world = formed();
    world.give('c3', { type: 'put' });
    world.run();
    const link =
      world
        .reported('committed')
        .at(-1)
        ?.edges.find(({ child }) => child === 'r1')?.link ?? 0;
    const event = { ...nak, link } as ModelEvent;
    expect(world.give('C', event)).toMatchObject([{ to: 'r2', message: { type: 'nak', path: ['c3'] } }]);
    world.queue = [];
    world.give('c3', { type: 'leave' });
    world.run();
    expect(world.give('C', event)).toMatchObject([{ to: 'r1', message: { type: 'repair', seqs: [1] } }]);
    expect(kinds(world.give('C', { ...event, capsule: 'c9/1' } as ModelEvent))).toEqual(['reject']);
  });
});

test('commuting events lead to one state', () => {
  const one = formed();
  const other = formed();
  const acks = ['c4', 'r2'].map((node): ModelEvent => ({
    type: 'placement-ack',
    node,
    incarnation: 1,
    version: 6,
  }));
  for (const world of [one, other]) world.give('C', join('c4'));
  for (const ack of acks) one.give('C', ack);
  for (const ack of acks.toReversed()) other.give('C', ack);
  expect(stateKey(one.state('C'))).toBe(stateKey(other.state('C')));
  expect(describeState(one.state('C'))).toBe('waiting·settled·calm');
});
