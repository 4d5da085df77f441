import { describe, expect, test } from 'vitest';
import {
  counterexampleName,
  parseCounterexample,
  printCounterexample,
  titleOf,
  type Counterexample,
} from './counterexample.ts';
import { InputError } from './input-error.ts';
import { scenarioOf } from './scenario.ts';

const EXAMPLE: Counterexample = {
  format: 'psl-verify/counterexample',
  version: 2,
  kit: '0.1.0',
  subject: 'mutant:forwards-twice',
  property: 'edge-once',
  title: 'accepted twice over a link',
  seed: -7,
  run: 12,
  capabilities: ['network', 'churn'],
  violation: {
    verdict: 'violated',
    message: 'r1 accepted c1/1 #1 twice over the link to C',
    step: 40,
    node: 'r1',
    details: { copies: [1, 2] },
  },
  digest: 'ab'.repeat(32),
  scenario: scenarioOf({ k: 2, routers: 1, clients: 2 }),
  moves: [
    { move: 'deliver', message: 'r1>c3 data #2' },
    { move: 'fire', node: 'r1', timer: 'suspect:c1' },
    { move: 'elapse', ms: 20 },
    { move: 'command', node: 'c1', command: { type: 'put', key: 'k', value: 'v "quoted"' } },
    { move: 'command', node: 'c1', command: { type: 'leave' } },
    { move: 'drop', message: 'r1>c3 data ~1' },
    { move: 'duplicate', message: 'r1>c3 data #3' },
    { move: 'clog', from: 'C', to: 'r1' },
    { move: 'release', from: 'C', to: 'r1' },
    { move: 'partition', from: ['C'], to: ['r1', 'c1'], way: 'both' },
    { move: 'heal' },
    { move: 'pause', node: 'r1' },
    { move: 'resume', node: 'r1' },
    { move: 'skew', node: 'r1', percent: 150 },
    { move: 'crash', node: 'r1' },
    { move: 'restart', node: 'r1', memory: 'durable' },
    { move: 'restart', node: 'r1', memory: { back: 2 } },
    { move: 'attack', attack: { kind: 'forge', to: 'c1', field: 'seq' } },
  ],
};

const broken = (change: (json: Record<string, unknown>) => void): string => {
  const json = JSON.parse(printCounterexample(EXAMPLE)) as Record<string, unknown>;
  change(json);
  return JSON.stringify(json);
};

describe('counterexample files', () => {
  test('come back as they were written', () => {
    expect(parseCounterexample(printCounterexample(EXAMPLE), 'x.json')).toEqual(EXAMPLE);
    const none = { ...EXAMPLE, moves: [] };
    expect(parseCounterexample(printCounterexample(none), 'x.json')).toEqual(none);
  });

  test('carry a certificate, one entry a line', () => {
    const moves = [
      { move: 'crash', node: 'r1' },
      { move: 'elapse', ms: 5 },
    ] as const;
    const certified: Counterexample = {
      ...EXAMPLE,
      moves,
      certificate: {
        without: [
          { outcome: 'holds' },
          { outcome: 'other-violation', property: 'tree-shape', message: 'no' },
        ],
        nearest: {
          changes: [
            { change: 'left-out', index: 0 },
            { change: 'replaced', index: 1, by: { move: 'elapse', ms: 4 } },
            { change: 'inserted', index: 2, move: { move: 'heal' } },
          ],
          moves: [{ move: 'elapse', ms: 4 }, { move: 'heal' }],
        },
      },
    };
    const json = printCounterexample(certified);
    expect(parseCounterexample(json, 'x.json')).toEqual(certified);
    expect(json.split('\n')).toContain('      {"outcome":"holds"},');
    expect(() => parseCounterexample(printCounterexample({ ...certified, moves: [] }), 'x.json')).toThrow(
      'x.json: certificate.without: expected one entry per move, 0, got 2',
    );
  });

  test('have one move a line', () => {
    const lines = printCounterexample(EXAMPLE).split('\n');
    expect(lines).toContain('    {"move":"deliver","message":"r1>c3 data #2"},');
    expect(lines).toContain('    {"move":"heal"},');
    expect(lines.filter((line) => line.includes('"move":'))).toHaveLength(EXAMPLE.moves.length);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /^x\.json: not JSON: /],
    ['something else', '{"a":1}', /^x\.json: format: expected "psl-verify\/counterexample"$/],
    ['a list', '[]', /^x\.json: format: /],
    [
      'another version',
      broken((json) => (json['version'] = 3)),
      /^x\.json: version: this kit reads counterexamples of version 2, not 3$/,
    ],
    ['a missing field', broken((json) => delete json['property']), /^x\.json: property: /],
    ['a field too many', broken((json) => (json['extra'] = 1)), /^x\.json: .*extra/],
    [
      'a move of no kind',
      broken((json) => (json['moves'] = [{ move: 'jump' }])),
      /^x\.json: moves\[0\]\.move: /,
    ],
    [
      'a move without its message',
      broken((json) => (json['moves'] = [{ move: 'heal' }, { move: 'drop' }])),
      /^x\.json: moves\[1\]\.message: /,
    ],
    [
      'a K of 1',
      broken(
        (json) =>
          (json['scenario'] = { ...EXAMPLE.scenario, parameters: { ...EXAMPLE.scenario.parameters, k: 1 } }),
      ),
      /^x\.json: scenario\.parameters\.k: /,
    ],
  ])('say in one line what is wrong: %s', (_, json, message) => {
    expect(() => parseCounterexample(json, 'x.json')).toThrow(InputError);
    expect(() => parseCounterexample(json, 'x.json')).toThrow(message);
  });

  test('are named for what happens', () => {
    expect(counterexampleName(EXAMPLE)).toBe(
      'mutant-forwards-twice--edge-once--accepted-twice-over-a-link.json',
    );
    expect(titleOf(EXAMPLE.violation.message)).toBe(
      'router accepted capsule twice over the link to coordinator',
    );
    expect(titleOf('42')).toBe('violation');
  });
});

test('moves that name nodes that the scenario has not are refused, naming file and move', () => {
  const moves = [{ move: 'crash', node: 'c9' }] as const;
  const json = printCounterexample({ ...EXAMPLE, moves });
  expect(() => parseCounterexample(json, 'x.json')).toThrow('x.json: moves[0]: the scenario has no node c9');
});
