import { describe, expect, test } from 'vitest';
import {
  asked,
  committed,
  crashes,
  delivers,
  fires,
  FORMED,
  installed,
  put,
  report,
  restarts,
  SMALL,
  starts,
  stepsOf,
  STORY,
  type Part,
} from '../monitors/story.test-helper.ts';
import { Watch } from '../monitors/judge.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { Scene } from './scene.ts';
import { SITUATIONS } from './situations.ts';

/** Whether the situation comes about in a story, which is a trace made by hand. */
function comesAbout(id: string, parts: readonly Part[], scenario: TreeScenario = SMALL): boolean {
  const situation = SITUATIONS.find((one) => one.id === id);
  if (situation === undefined) throw new Error(`there is no ${id}`);
  const watch = new Watch(STORY, scenario);
  const scene = new Scene(watch);
  const lookout = situation.lookout(scene);
  return stepsOf(parts).some((step) => {
    const seen = watch.see(step);
    const came = lookout(scene.momentOf(seen));
    scene.pass(seen);
    return came;
  });
}

const TALL = scenarioOf({ k: 2, routers: 3, clients: 4 });
const commit = (...given: Parameters<typeof committed>): Part => fires('C', 'probe:x', committed(...given));
const closed = (...answered: readonly string[]): Part =>
  fires('C', 'eoe', report({ type: 'epoch-closed', epoch: 1, answered }));
const delivered = (node: string, ...names: readonly string[]): Part =>
  fires(
    node,
    'x',
    ...names.map((name) => {
      const [capsule = '', seq] = name.split('#');
      return delivers(capsule, Number(seq));
    }),
  );
const refused = (why: 'queue-full' | 'log-full' | 'leaving'): Part =>
  asked('c1', { type: 'put', key: 'a', value: 'b' }, report({ type: 'refused', why }));

describe.each<{
  id: string;
  yes: readonly Part[];
  no: readonly (readonly Part[])[];
  scenario?: TreeScenario;
}>([
  {
    id: 'tree-full',
    yes: [fires('c1', 'x', report({ type: 'pending' }))],
    no: [FORMED, [commit(1, [['c1', 'C']], ['c2'])]],
  },
  {
    id: 'pending-client-placed',
    yes: [
      commit(1, [['c1', 'C']], ['c2']),
      commit(2, [
        ['c1', 'C'],
        ['c2', 'C'],
      ]),
    ],
    no: [
      // It was placed from the start; it is still pending; it went.
      [commit(1, [['c1', 'C']]), commit(2, [['c1', 'C']], ['c2'])],
      [commit(1, [['c1', 'C']], ['c2']), commit(2, [['c1', 'C']], ['c2'])],
      [commit(1, [['c1', 'C']], ['c2']), commit(2, [['c1', 'C']])],
    ],
  },
  {
    id: 'client-makes-room',
    yes: [
      commit(1, [['c1', 'C']]),
      commit(2, [
        ['r1', 'C'],
        ['c1', 'r1'],
      ]),
    ],
    no: [
      // No client moves; a client moves since a router went; a client is new.
      [
        commit(1, [['c1', 'C']]),
        commit(2, [
          ['r1', 'C'],
          ['c1', 'C'],
        ]),
      ],
      [
        commit(1, [
          ['r1', 'C'],
          ['c1', 'r1'],
        ]),
        commit(2, [['c1', 'C']]),
      ],
      [
        commit(1, [['r1', 'C']]),
        commit(2, [
          ['r1', 'C'],
          ['c1', 'r1'],
        ]),
      ],
    ],
  },
  {
    id: 'two-routers-down',
    scenario: TALL,
    yes: [
      ...['r1', 'r2'].map((node) => starts(node)),
      commit(1, [
        ['r1', 'C'],
        ['r2', 'C'],
      ]),
      crashes('r1'),
      crashes('r2'),
    ],
    no: [
      // The first is back; the first is not in the tree any more; it is a client.
      [
        ...['r1', 'r2'].map((node) => starts(node)),
        commit(1, [
          ['r1', 'C'],
          ['r2', 'C'],
        ]),
        crashes('r1'),
        restarts('r1', { kind: 'durable', asOfIndex: 0 }),
        crashes('r2'),
      ],
      [
        ...['r1', 'r2'].map((node) => starts(node)),
        commit(1, [
          ['r1', 'C'],
          ['r2', 'C'],
        ]),
        crashes('r1'),
        commit(2, [['r2', 'C']]),
        crashes('r2'),
      ],
      [
        ...['r1', 'c1'].map((node) => starts(node)),
        commit(1, [
          ['r1', 'C'],
          ['c1', 'C'],
        ]),
        crashes('r1'),
        crashes('c1'),
      ],
    ],
  },
  {
    id: 'all-but-one-silent',
    scenario: TALL,
    yes: [
      commit(1, [
        ['c1', 'C'],
        ['c2', 'C'],
        ['c3', 'C'],
      ]),
      closed('c2'),
    ],
    no: [
      [
        commit(1, [
          ['c1', 'C'],
          ['c2', 'C'],
        ]),
        closed('c2'),
      ],
      [
        commit(1, [
          ['c1', 'C'],
          ['c2', 'C'],
          ['c3', 'C'],
        ]),
        closed('c2', 'c3'),
        closed(),
      ],
    ],
  },
  {
    id: 'nobody-answers',
    yes: [...FORMED, closed()],
    no: [
      [...FORMED, closed('c1')],
      [commit(1, [['r1', 'C']]), closed()],
    ],
  },
  { id: 'queue-full', yes: [refused('queue-full')], no: [[refused('log-full'), refused('leaving')]] },
  { id: 'capsule-full', yes: [refused('log-full')], no: [[refused('queue-full'), refused('leaving')]] },
  {
    id: 'leaves-with-a-queue',
    yes: [fires('c1', 'x', put('c1/1', 1), report({ type: 'left' }))],
    no: [[fires('c1', 'x', put('c1/1', 1)), fires('c1', 'x', report({ type: 'left' }))]],
  },
  {
    id: 'old-life-after-new',
    yes: [delivered('c1', 'c2/2#1', 'c2/1#1')],
    no: [
      // In order; of two writers; at two clients.
      [delivered('c1', 'c2/1#1', 'c2/2#1')],
      [delivered('c1', 'c2/2#1', 'c3/1#1')],
      [delivered('c1', 'c2/2#1'), delivered('c3', 'c2/1#1')],
    ],
  },
  {
    id: 'forgotten-delivered-again',
    yes: [delivered('c1', 'c2/1#1'), crashes('c1'), starts('c1'), delivered('c1', 'c2/1#1')],
    no: [[delivered('c1', 'c2/1#1'), delivered('c2', 'c2/1#1'), delivered('c1', 'c2/1#2', 'c3/1#1')]],
  },
  {
    id: 'own-record-comes-back',
    yes: [delivered('c1', 'c1/1#1')],
    no: [[delivered('c1', 'c2/1#1'), fires('c1', 'x', put('c1/2', 1))]],
  },
])('$id', ({ id, yes, no, scenario }) => {
  test('comes about', () => {
    expect(comesAbout(id, yes, scenario)).toBe(true);
  });
  test.each(no.map((parts, index) => ({ parts, index })))('does not: $index', ({ parts }) => {
    expect(comesAbout(id, parts, scenario)).toBe(false);
  });
});

test('nothing comes about where a tree forms', () => {
  const told = [...FORMED, fires('r1', 'x', installed(1, 'C', ['c1', 'c2']))];
  expect(SITUATIONS.map(({ id }) => id).filter((id) => comesAbout(id, told))).toEqual([]);
});
