import { describe, expect, test } from 'vitest';
import { causalPast, movesBehind } from './causality.ts';
import { execute } from './run.ts';
import { toyHarness, toyScenario, type ToyCommand } from './toy-broadcast.ts';
import type { Move } from './move.ts';
import type { Step } from './trace.ts';

const say: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };

function traceOf(schedule: readonly Move<ToyCommand>[]) {
  const { trace } = execute(toyHarness(), toyScenario(2), schedule, { keepTrace: true });
  if (trace === undefined) throw new Error('no trace was kept');
  return trace;
}

type ToyStep = ReturnType<typeof traceOf>[number];

function indexOf(trace: readonly ToyStep[], fits: (step: ToyStep) => boolean): number {
  const at = trace.findIndex(fits);
  expect(at).toBeGreaterThanOrEqual(0);
  return at;
}

const took = (node: string, message: string) => (step: ToyStep) =>
  step.kind === 'reaction' && step.node === node && step.message === message;

describe('the causal past of a step', () => {
  test('is what its node did before, and the sending of what it took in', () => {
    const trace = traceOf([say, { move: 'elapse', ms: 50 }]);
    const delivery = indexOf(trace, took('r1', 's>r1 data #1'));
    const sending = indexOf(trace, (step) => step.kind === 'reaction' && step.sent.includes('s>r1 data #1'));
    const elsewhere = indexOf(trace, took('r2', 's>r2 data #1'));
    const past = causalPast(trace, delivery);
    expect(past).toContain(sending);
    expect(past).not.toContain(elsewhere);
    // Nothing of what comes later.
    expect(Math.max(...past)).toBe(delivery);
  });

  test('has the moves behind it, but no others', () => {
    const trace = traceOf([
      { move: 'crash', node: 'r2' },
      say,
      { move: 'restart', node: 'r2', memory: 'durable' },
      { move: 'elapse', ms: 50 },
    ]);
    const past = causalPast(trace, indexOf(trace, took('r1', 's>r1 data #1')));
    expect([...movesBehind(trace, past)]).toEqual([1]);
  });

  test('has what befell a message to the node: it might have answered it', () => {
    const trace = traceOf([
      say,
      { move: 'drop', message: 's>r1 data #1' },
      { move: 'drop', message: 's>r2 data #1' },
      { move: 'elapse', ms: 500 },
    ]);
    const past = causalPast(trace, indexOf(trace, took('r1', 's>r1 data #2')));
    expect([...movesBehind(trace, past)]).toEqual([0, 1]);
  });

  test('has what befell a link to the node, the partition that lost its messages, and what an attack used', () => {
    const clogged = traceOf([
      { move: 'clog', from: 's', to: 'r1' },
      { move: 'clog', from: 's', to: 'r2' },
      say,
      { move: 'release', from: 's', to: 'r1' },
      { move: 'elapse', ms: 50 },
    ]);
    const held = causalPast(clogged, indexOf(clogged, took('r1', 's>r1 data #1')));
    expect([...movesBehind(clogged, held)]).toEqual([0, 2, 3]);

    const cut = traceOf([
      { move: 'partition', from: ['s'], to: ['r1'], way: 'one-way' },
      say,
      { move: 'heal' },
      { move: 'elapse', ms: 500 },
    ]);
    const late = causalPast(cut, indexOf(cut, took('r1', 's>r1 data #2')));
    expect([...movesBehind(cut, late)]).toEqual([0, 1]);
  });

  test('leaves out, if asked, messages to which nobody did anything', () => {
    const reaction = (
      index: number,
      node: string,
      message: string | undefined,
      sent: string[],
      sends: number,
    ) =>
      ({
        kind: 'reaction',
        index,
        nowMs: index,
        node,
        cause: { kind: 'fair', phase: 'schedule' },
        input: { kind: 'timer', timer: 't' },
        message,
        outputs: Array.from({ length: sends }, () => ({ kind: 'report', report: 0 })),
        sent,
        gauges: [],
      }) as Step<unknown, unknown, unknown>;
    const trace = [
      reaction(0, 'a', undefined, ['a>b beat #1'], 0),
      reaction(1, 'b', 'a>b beat #1', [], 0),
      reaction(2, 'c', undefined, ['c>b word #1'], 0),
      reaction(3, 'b', 'c>b word #1', [], 1),
    ];
    expect(causalPast(trace, 3)).toEqual(new Set([0, 1, 2, 3]));
    expect(causalPast(trace, 3, 'answered')).toEqual(new Set([1, 2, 3]));
  });
});
