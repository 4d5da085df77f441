import { describe, expect, test } from 'vitest';
import { loneMoves, withOneForTwo } from './anew.ts';
import { cluesOf, likelyMoves, type Model } from './likely-moves.ts';
import type { Move, Schedule } from './move.ts';
import { execute } from './run.ts';
import { shrink } from './shrink.ts';
import type { BaseScenario } from './subject.ts';
import { toyHarness, toyScenario, type ToyBug, type ToyCommand } from './toy-broadcast.ts';

const scenario = toyScenario(2);
const say: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };
const wait: Move<ToyCommand> = { move: 'elapse', ms: 15 };
const crash: Move<ToyCommand> = { move: 'crash', node: 'r1' };
const drop: Move<ToyCommand> = { move: 'drop', message: 's>r1 data #1' };

const modelOf = (schedule: Schedule<ToyCommand>): Model<ToyCommand, BaseScenario> => ({
  scenario,
  schedule,
  brokeAt: undefined,
  fired: [],
  isStrict: false,
});

function traceOf(bug: ToyBug, schedule: Schedule<ToyCommand>, property: string) {
  const { trace = [] } = execute(toyHarness(bug), scenario, schedule, { keepTrace: true, stopAt: property });
  return trace;
}

describe('short schedules made anew', () => {
  const harness = toyHarness('no-retry');

  test('one move in place of two: what is lost at a node that is down can be lost on the way', () => {
    const schedule = [say, crash, wait];
    const breaks = (moves: Schedule<ToyCommand>): boolean =>
      execute(harness, scenario, moves).violations.some(({ property }) => property === 'arrives');
    expect(breaks(schedule)).toBe(true);
    for (const at of schedule.keys()) expect(breaks(schedule.toSpliced(at, 1))).toBe(false);
    const candidates = Array.from(withOneForTwo(harness, modelOf(schedule)), (one) => one.schedule);
    expect(candidates).toContainEqual([say, drop]);
    expect(candidates.every((moves) => moves.length === 2)).toBe(true);
    expect(shrink(harness, { scenario, schedule }, 'arrives').schedule).toHaveLength(2);
  });

  test('no move at all, then single moves, each once, as many as are asked for, always the same', () => {
    const lone = (moves: number): Schedule<ToyCommand>[] =>
      Array.from(loneMoves(harness, modelOf([say, drop]), moves), ({ schedule }) => schedule);
    const all = lone(1_000);
    expect(all[0]).toEqual([]);
    expect(all).toContainEqual([say]);
    expect(all).toContainEqual([crash]);
    expect(new Set(all.map((moves) => JSON.stringify(moves))).size).toBe(all.length);
    expect(lone(3)).toEqual(all.slice(0, 4));
    expect(lone(1_000)).toEqual(all);
  });

  test('only what is shorter', () => {
    expect(Array.from(loneMoves(harness, modelOf([say]), 9), ({ schedule }) => schedule)).toEqual([[]]);
    expect(Array.from(loneMoves(harness, modelOf([]), 9))).toEqual([]);
    expect(Array.from(withOneForTwo(harness, modelOf([say, drop])))).toEqual([]);
  });
});

describe('what is likely to do the same', () => {
  test('a trace tells at which kind of message it broke, and which timers led there in their time', () => {
    const restart: Move<ToyCommand> = { move: 'restart', node: 'r1', memory: 'durable' };
    const lost: Move<ToyCommand> = { move: 'drop', message: 'r1>s ack #1' };
    const moves = [say, { move: 'elapse', ms: 10 } as const, lost, crash, restart];
    const trace = traceOf('forgets', [...moves, { move: 'elapse', ms: 5_000 }], 'exactly-once');
    const clues = cluesOf(toyHarness('forgets'), trace);
    expect(clues).toEqual({ brokeAt: 'data', fired: [{ move: 'fire', node: 's', timer: 'retry' }] });
    const byHand = likelyMoves(
      toyHarness('forgets'),
      { ...modelOf(moves), ...clues },
      scenario,
      moves,
      'last',
    );
    expect(byHand[0]).toEqual({ move: 'fire', node: 's', timer: 'retry' });
  });

  test('a trace of nothing tells nothing', () => {
    expect(cluesOf(toyHarness(), [])).toEqual({ brokeAt: undefined, fired: [] });
  });

  test('attacks with such a message come first, then the kinds of moves that there are', () => {
    const harness = toyHarness('trusts');
    const kindsAt = (brokeAt: string | undefined, isStrict: boolean): readonly string[] => {
      const model = { ...modelOf([say, crash]), brokeAt, isStrict };
      const moves = likelyMoves(harness, model, scenario, [say], 'last');
      return moves.map((move) => (move.move === 'attack' ? move.attack.kind : move.move));
    };
    expect(kindsAt('data', false)[0]).toBe('replay');
    expect(kindsAt('ack', false).slice(0, 2).toSorted()).toEqual(['command', 'crash']);
    expect(kindsAt('ack', false)).toContain('forge');
    // Where the cause is to stay the same, nothing else will do.
    expect(new Set(kindsAt('data', true))).toEqual(new Set(['command', 'crash']));
  });
});
