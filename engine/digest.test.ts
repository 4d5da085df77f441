import { expect, test } from 'vitest';
import type { Event, Cause } from './trace.ts';
import type { Output } from './subject.ts';
import { TraceDigest } from './digest.ts';
import { TracedReaction, type TracedStep } from './reaction.ts';
import { toyHarness, type ToyCommand, type ToyFrame, type ToyReport } from './toy-broadcast.ts';

type ToyStep = TracedStep<ToyFrame, ToyCommand, ToyReport>;
const CAUSE: Cause<ToyCommand> = { kind: 'fair', phase: 'schedule' };

function reaction(
  nowMs: number,
  node: string,
  timer: string,
  ...outputs: Output<ToyFrame, ToyReport>[]
): TracedReaction<ToyFrame, ToyCommand, ToyReport> {
  const source = { handle: () => undefined };
  return new TracedReaction(0, nowMs, node, CAUSE, { kind: 'timer', timer }, outputs, [], {}, false, source);
}

function digestOf(...steps: ToyStep[]): string {
  const digest = new TraceDigest(toyHarness().subject);
  for (const step of steps) digest.add(step);
  return digest.end();
}

const event = (text: string): Event<ToyCommand> => ({
  kind: 'event',
  index: 0,
  nowMs: 0,
  cause: CAUSE,
  event: { type: 'network', text },
});

test('tells any two traces apart', () => {
  const send = (seq: number, proof = ''): Output<ToyFrame, ToyReport> => ({
    kind: 'send',
    to: 'r1',
    frame: { kind: 'data', seq, proof },
  });
  const long = 'x'.repeat(40_000);
  const traces: ToyStep[][] = [
    [],
    [reaction(0, 'a', 't')],
    [reaction(1, 'a', 't')],
    [reaction(0, 'b', 't')],
    [reaction(0, 'a', 'u')],
    [reaction(0, 'a', 't'), reaction(0, 'a', 't')],
    [reaction(0, 'a', 't', send(1))],
    [reaction(0, 'a', 't', send(2))],
    [reaction(0, 'a', 't', send(1), send(1))],
    [reaction(0, 'a', 't', send(1, long))],
    [reaction(0, 'a', 't', send(1, `${long}y`))],
    [reaction(0, 'a', 't', { kind: 'set-timer', timer: 'x', ms: 1 })],
    [reaction(0, 'a', 't', { kind: 'set-timer', timer: 'x', ms: 2 })],
    [reaction(0, 'a', 't', { kind: 'cancel-timer', timer: 'x' })],
    [reaction(0, 'a', 't', { kind: 'reject', reason: 'x' })],
    [reaction(0, 'a', 't', { kind: 'report', report: { kind: 'said', seq: 1 } })],
    [event('x')],
    [event(long)],
    Array.from({ length: 2_000 }, () => reaction(0, 'a', 't')),
    Array.from({ length: 2_001 }, () => reaction(0, 'a', 't')),
  ];
  expect(new Set(traces.map((steps) => digestOf(...steps))).size).toBe(traces.length);
  expect(traces.map((steps) => digestOf(...steps))).toEqual(traces.map((steps) => digestOf(...steps)));
});
