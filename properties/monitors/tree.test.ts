import { describe, expect, test } from 'vitest';
import { scenarioOf } from '../scenario.ts';
import {
  committed,
  crashes,
  fires,
  FORMED,
  gets,
  installed,
  judge,
  linked,
  placement,
  put,
  restarts,
  send,
  starts,
  type Part,
} from './story.test-helper.ts';

type Edges = Parameters<typeof committed>[1];
const WIDE = { scenario: scenarioOf({ k: 3, routers: 3, clients: 3 }) };

describe('tree-shape', () => {
  const shape = (edges: Edges, pending?: readonly string[]) =>
    judge('tree-shape', [fires('C', 'probe:x', committed(4, edges, pending))]);

  test.each<[string, Edges]>([
    ['nobody', []],
    [
      'as many children as K',
      [
        ['r1', 'C'],
        ['r2', 'C'],
        ['c1', 'r1'],
        ['c2', 'r1'],
      ],
    ],
    [
      'children before their parents',
      [
        ['c1', 'r2'],
        ['r2', 'r1'],
        ['r1', 'C'],
      ],
    ],
  ])('allows %s', (_, edges) => {
    expect(shape(edges)).toMatchObject({ violation: undefined, exercised: 1 });
  });

  test.each<[string, Edges]>([
    [
      'c1 has two parents, C and r1',
      [
        ['r1', 'C'],
        ['c1', 'C'],
        ['c1', 'r1'],
      ],
    ],
    [
      'r1 is on a cycle',
      [
        ['r1', 'r2'],
        ['r2', 'r1'],
      ],
    ],
    [
      'c1 is a client and has a child, c2',
      [
        ['c1', 'C'],
        ['c2', 'c1'],
      ],
    ],
    ['r1 is its own neighbour', [['r1', 'r1']]],
    ['the root has a parent, r1', [['C', 'r1']]],
    [
      'C has 3 children, K is 2',
      [
        ['r1', 'C'],
        ['c1', 'C'],
        ['c2', 'C'],
      ],
    ],
    [
      'c1 is not connected to the root',
      [
        ['r1', 'C'],
        ['c1', 'r2'],
      ],
    ],
  ])('forbids that %s', (fault, edges) => {
    expect(shape(edges).violation).toMatchObject({
      property: 'tree-shape',
      message: `version 4: ${fault}`,
      node: 'C',
      step: 0,
      verdict: 'violated',
    });
  });

  test('tells the fullest node', () => {
    expect(judge('tree-shape', [fires('C', 'x', committed(1, [['r1', 'C']]))], WIDE).tightest).toBe(
      '1 of K = 3 children',
    );
  });
});

describe('one-slot-per-credential', () => {
  const slots = (edges: Edges, pending?: readonly string[]) =>
    judge('one-slot-per-credential', [fires('C', 'x', committed(4, edges, pending))]);

  test('allows one place each', () => {
    expect(
      slots(
        [
          ['r1', 'C'],
          ['c1', 'r1'],
        ],
        ['c2'],
      ),
    ).toMatchObject({ violation: undefined, exercised: 1 });
  });

  test.each<[string, Edges, readonly string[]]>([
    [
      'two slots',
      [
        ['c1', 'C'],
        ['c1', 'C'],
      ],
      [],
    ],
    ['a slot and a pending place', [['c1', 'C']], ['c1']],
    ['two pending places', [], ['c1', 'c1']],
  ])('forbids %s', (_, edges, pending) => {
    expect(slots(edges, pending).violation?.message).toBe('version 4: c1 holds two places');
  });
});

describe('placement-authority', () => {
  /** C tells r1 where it is, r1 installs it. */
  const told = (version: number, children: readonly string[] = []): Part[] => [
    fires('C', 'placement', send('r1', placement('r1', version, 'C', children))),
    gets('r1', placement('r1', version, 'C', children), installed(version, 'C', children)),
  ];
  const authority = (...parts: Part[]) => judge('placement-authority', [starts('C'), starts('r1'), ...parts]);
  const heartbeat = { type: 'heartbeat' } as const;

  test('allows what the coordinator told', () => {
    const growing = authority(
      fires('C', 'x', committed(1, [['r1', 'C']])),
      ...told(1),
      fires('C', 'x', committed(2, [['r1', 'C']])),
      ...told(2, ['c1']),
      fires(
        'r1',
        'heartbeat',
        send('C', linked('r1', 'C', heartbeat)),
        send('c1', linked('r1', 'c1', heartbeat)),
      ),
      fires('C', 'heartbeat', send('r1', linked('C', 'r1', heartbeat))),
      crashes('r1'),
      restarts('r1', { kind: 'durable', asOfIndex: 0 }),
      ...told(1),
    );
    expect(growing).toMatchObject({ violation: undefined, exercised: 5 });
  });

  const foreign = placement('r1', 2, 'r9');
  test.each<[string, Part[]]>([
    ['r1 installed version 2 over version 2', [...told(2), ...told(2)]],
    ['r1 installed version 1 over version 2', [...told(2), ...told(1)]],
    [
      'r1 changed its neighbours without a placement from the coordinator',
      [fires('r1', 'join', installed(1, 'C'))],
    ],
    [
      'r1 changed its neighbours without a placement from the coordinator',
      [gets('r1', linked('C', 'r1', heartbeat), installed(1, 'C'))],
    ],
    ['r1 installed a placement that the coordinator never sent', [gets('r1', foreign, installed(2, 'r9'))]],
    [
      'r1 installed a placement that the coordinator never sent',
      [fires('c1', 'x', send('r1', foreign)), gets('r1', foreign, installed(2, 'r9'))],
    ],
    ...[
      installed(3, 'C', ['c1']),
      installed(2, 'c1', ['c1']),
      installed(2, 'C'),
      installed(2, 'C', ['c1', 'c2']),
    ].map((other): [string, Part[]] => [
      'r1 installed other neighbours than it was told',
      [
        fires('C', 'placement', send('r1', placement('r1', 2, 'C', ['c1']))),
        gets('r1', placement('r1', 2, 'C', ['c1']), other),
      ],
    ]),
    [
      'r1 installed other neighbours than it was told',
      [
        fires('C', 'placement', send('c1', placement('c1', 2, 'C'))),
        gets('r1', placement('c1', 2, 'C'), installed(2, 'C')),
      ],
    ],
    [
      'r1 sent a heartbeat to c9, which is not its neighbour',
      [...told(1, ['c1']), fires('r1', 'heartbeat', send('c9', linked('r1', 'c9', heartbeat)))],
    ],
    [
      'r1 sent a heartbeat to C, which is not its neighbour',
      [
        ...told(1),
        crashes('r1'),
        restarts('r1', { kind: 'durable', asOfIndex: 3 }),
        fires('r1', 'heartbeat', send('C', linked('r1', 'C', heartbeat))),
      ],
    ],
    [
      'C sent a heartbeat to c1, which is not its neighbour',
      [
        fires(
          'C',
          'x',
          committed(1, [
            ['r1', 'C'],
            ['c1', 'r1'],
          ]),
        ),
        fires('C', 'heartbeat', send('c1', linked('C', 'c1', heartbeat))),
      ],
    ],
    ['r1 committed a tree; only the coordinator may', [fires('r1', 'x', committed(1, []))]],
    [
      'the coordinator committed version 2 after version 2',
      [fires('C', 'x', committed(2, [])), fires('C', 'x', committed(2, []))],
    ],
  ])('forbids that %s', (fault, parts) => {
    expect(authority(...parts).violation?.message).toBe(fault);
  });

  test('is not exercised by what is no placing', () => {
    expect(authority(fires('r1', 'join', put('c1/1', 1))).exercised).toBe(0);
    expect(judge('tree-shape', FORMED).exercised).toBe(1);
  });
});
