import { describe, expect, test } from 'vitest';
import type { Attack, Move, Output, Reaction, Run } from '../../engine/index.ts';
import type { Command, Report } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';
import { nonInterference } from './non-interference.ts';
import { SMALL } from './story.test-helper.ts';

type Reacted = Reaction<string, Command, Report>;
type AnyRun = Run<string, Command, Report, TreeScenario>;

const pairs = nonInterference<string>();
const REJECT: Output<string, Report> = { kind: 'reject', reason: 'no' };
const attack = (kind: string): Move<Command> => ({ move: 'attack', attack: { kind } });

const reaction = (node: string, outputs: Reacted['outputs'], move = -1, by?: Attack): Reacted => ({
  kind: 'reaction',
  index: 7,
  nowMs: 0,
  node,
  cause:
    move < 0
      ? { kind: 'fair', phase: 'settle' }
      : { kind: 'move', index: move, move: { move: 'attack', attack: by ?? { kind: '' } } },
  input: { kind: 'frame', from: 'x', frame: 'bytes' },
  outputs,
  sent: [],
  gauges: [],
  attack: by,
});
const stores = (node: string, ...entries: (readonly [string, string])[]): Reacted =>
  reaction(node, [{ kind: 'report', report: { type: 'store', entries } }]);

/** What the comparison reads of a run: its trace. */
function run(...trace: Reacted[]) {
  return { subject: 'story', scenario: SMALL, steps: 10, trace } as Partial<AnyRun> as AnyRun;
}

describe('non-interference', () => {
  test('compares the stores at the end', () => {
    const one = run(stores('c1', ['x', '1']), stores('c1', ['x', '2']), stores('c2'));
    expect(pairs.compare(one, run(stores('c2'), stores('c1', ['x', '2'])))).toBeUndefined();
    expect(pairs.compare(one, run(stores('c2'), stores('c1', ['x', '1'])))).toMatchObject({
      property: 'non-interference',
      message:
        'with the outsider’s moves the store of c1 ends otherwise than without them: "x" is "2", expected "1"',
      node: 'c1',
      step: 7,
      verdict: 'violated',
    });
  });

  test('notices a store that is told of in one of the runs only', () => {
    const [both, one] = [run(stores('c1'), stores('c2')), run(stores('c1'))];
    expect(pairs.compare(one, both)?.message).toContain('c2 ends otherwise');
    expect(pairs.compare(one, both)?.message).toContain('of one only without them');
    expect(pairs.compare(both, one)?.message).toContain('of one only with them');
  });

  test('takes all attacks out but copies that were accepted', () => {
    const schedule: Move<Command>[] = [
      { move: 'heal' },
      attack('replay'),
      attack('replay'),
      attack('forge'),
      attack('tamper'),
      { move: 'heal' },
    ];
    const attacked = run(
      reaction('c1', [], 1, { kind: 'replay' }),
      reaction('c1', [REJECT], 2, { kind: 'replay' }),
      reaction('c1', [REJECT], 3, { kind: 'forge' }),
      reaction('c1', [], 4, { kind: 'tamper' }),
    );
    expect(pairs.without(schedule, attacked)).toEqual([schedule[0], schedule[1], schedule[5]]);
    expect(pairs.exercised(attacked)).toBe(2);
    expect(pairs.exercised(run(stores('c1')))).toBe(0);
  });

  test('leaves what a router withholds in both runs', () => {
    const withhold = (standing: 'begins' | 'ends'): Move<Command> => ({
      move: 'attack',
      attack: { kind: 'withhold', by: 'router(r1)', standing, what: 'records' },
    });
    const schedule = [attack('forge'), withhold('begins'), withhold('ends')];
    const attacked = run(reaction('c1', [REJECT], 0, { kind: 'forge' }));
    expect(pairs.exercised(attacked)).toBe(1);
    expect(pairs.without(schedule, attacked)).toEqual(schedule.slice(1));
  });

  test('counts attacks that were accepted, too, where they are part of the premise', () => {
    const attacked = run(
      reaction('c1', [], 1, { kind: 'replay' }),
      reaction('c1', [REJECT], 2, { kind: 'replay' }),
      reaction('c1', [], 3, { kind: 'forge' }),
    );
    expect(nonInterference<unknown>('taken-out').exercised(attacked)).toBe(2);
    expect(nonInterference<unknown>().exercised(attacked)).toBe(1);
  });
});
