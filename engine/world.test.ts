import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { BaseScenario } from './subject.ts';
import type { Move } from './move.ts';
import type { TracedReaction, TracedStep } from './reaction.ts';
import { toyHarness, toyScenario, type ToyCommand, type ToyFrame, type ToyReport } from './toy-broadcast.ts';
import { World } from './world.ts';
import { execute } from './run.ts';
import { runs } from './arbitrary.ts';

type ToyMove = Move<ToyCommand>;
type ToyStep = TracedStep<ToyFrame, ToyCommand, ToyReport>;

const SAY: ToyMove = { move: 'command', node: 's', command: { kind: 'say' } };
const CAUSE = { kind: 'fair', phase: 'schedule' } as const;

function toyWorld(scenario: BaseScenario = toyScenario()): {
  world: World<ToyFrame, ToyCommand, ToyReport, BaseScenario>;
  steps: ToyStep[];
  apply: (...moves: ToyMove[]) => boolean[];
  reactions: () => TracedReaction<ToyFrame, ToyCommand, ToyReport>[];
} {
  const steps: ToyStep[] = [];
  const { subject, adversary } = toyHarness();
  const world = new World(subject, scenario, adversary, { observe: (step) => void steps.push(step) });
  world.startAll(CAUSE);
  const apply = (...moves: ToyMove[]): boolean[] =>
    moves.map((move, index) => world.apply(move, { kind: 'move', index, move }));
  const reactions = (): TracedReaction<ToyFrame, ToyCommand, ToyReport>[] =>
    steps.filter((step) => step.kind === 'reaction');
  return { world, steps, apply, reactions };
}

const idsOf = (world: { inFlight: readonly { id: string }[] }): string[] =>
  world.inFlight.map(({ id }) => id);

describe('messages', () => {
  test('are named by sender, receiver, kind and number', () => {
    const { world, apply } = toyWorld(toyScenario(2));
    apply(SAY, SAY);
    expect(idsOf(world)).toEqual(['s>r1 data #1', 's>r2 data #1', 's>r1 data #2', 's>r2 data #2']);
  });

  test('sent in consequence of an attack are counted apart', () => {
    const { world, apply } = toyWorld(toyScenario(1));
    apply(SAY, { move: 'attack', attack: { kind: 'replay', of: 's>r1 data #1' } });
    expect(idsOf(world)).toEqual(['s>r1 data #1', 'r1>s ack ~1']);
    apply({ move: 'deliver', message: 's>r1 data #1' });
    expect(idsOf(world)).toEqual(['r1>s ack ~1', 'r1>s ack #1']);
  });

  test('arrive in order after the latency, and out of order if a move says so', () => {
    const { world, apply, reactions } = toyWorld(toyScenario(1));
    apply(SAY, SAY, { move: 'deliver', message: 's>r1 data #2' }, { move: 'elapse', ms: 10 });
    const taken = reactions().flatMap(({ message }) => message ?? []);
    expect(taken.slice(0, 2)).toEqual(['s>r1 data #2', 's>r1 data #1']);
    expect(world.nowMs).toBe(10);
  });

  test('can be dropped and duplicated', () => {
    const { apply, reactions } = toyWorld(toyScenario(2));
    apply(SAY, { move: 'drop', message: 's>r1 data #1' }, { move: 'duplicate', message: 's>r2 data #1' });
    apply({ move: 'elapse', ms: 10 });
    expect(reactions().flatMap(({ message }) => message ?? [])).toEqual(['s>r2 data #1', 's>r2 data #1']);
  });

  test('to a node that is down are lost', () => {
    const { steps, apply } = toyWorld(toyScenario(1));
    apply(SAY, { move: 'crash', node: 'r1' }, { move: 'elapse', ms: 10 });
    expect(steps.at(-1)).toMatchObject({ event: { type: 'lost', message: 's>r1 data #1' } });
  });
});

describe('links', () => {
  test('that are clogged hold messages and release them in order', () => {
    const { apply, reactions } = toyWorld(toyScenario(1));
    const clog: ToyMove = { move: 'clog', from: 's', to: 'r1' };
    apply(clog, SAY, SAY, { move: 'elapse', ms: 100 });
    expect(apply({ move: 'deliver', message: 's>r1 data #1' })).toEqual([false]);
    expect(reactions().some(({ message }) => message !== undefined)).toBe(false);
    apply({ move: 'release', from: 's', to: 'r1' }, { move: 'elapse', ms: 0 });
    expect(reactions().flatMap(({ message }) => message ?? [])).toEqual(['s>r1 data #1', 's>r1 data #2']);
  });

  test('that are cut lose what is on them and what is sent, one way or both, until healed', () => {
    const { world, apply } = toyWorld(toyScenario(2));
    apply(SAY, { move: 'partition', from: ['s'], to: ['r1'], way: 'one-way' });
    expect(idsOf(world)).toEqual(['s>r2 data #1']);
    apply(SAY);
    expect(idsOf(world)).toEqual(['s>r2 data #1', 's>r2 data #2']);
    expect(apply({ move: 'heal' }, { move: 'heal' })).toEqual([true, false]);
    apply(SAY);
    expect(idsOf(world)).toContain('s>r1 data #3');
  });
});

describe('time', () => {
  test('a paused node takes nothing until it is resumed, then everything at once', () => {
    const { apply, reactions } = toyWorld(toyScenario(1));
    apply({ move: 'pause', node: 'r1' }, SAY, { move: 'elapse', ms: 100 });
    const before = reactions().length;
    apply({ move: 'resume', node: 'r1' }, { move: 'elapse', ms: 0 });
    expect(reactions().length).toBe(before + 1);
    expect(reactions().at(-1)).toMatchObject({ node: 'r1', nowMs: 100, message: 's>r1 data #1' });
  });

  test('a paused source fires its overdue timer when resumed', () => {
    const { apply, reactions } = toyWorld(toyScenario(1));
    apply(SAY, { move: 'drop', message: 's>r1 data #1' }, { move: 'pause', node: 's' });
    apply({ move: 'elapse', ms: 1_000 }, { move: 'resume', node: 's' }, { move: 'elapse', ms: 0 });
    expect(reactions().at(-1)).toMatchObject({ node: 's', nowMs: 1_000, input: { timer: 'retry' } });
  });

  test('timers can be fired early and skewed', () => {
    const { apply, reactions, world } = toyWorld(toyScenario(1));
    apply({ move: 'skew', node: 's', percent: 200 }, SAY, { move: 'drop', message: 's>r1 data #1' });
    expect(world.nextDueMs).toBe(800);
    expect(apply({ move: 'fire', node: 's', timer: 'retry' })).toEqual([true]);
    expect(reactions().at(-1)).toMatchObject({ nowMs: 0, input: { timer: 'retry' }, sent: ['s>r1 data #2'] });
  });
});

describe('storage', () => {
  const STORE_THREE: ToyMove[] = [SAY, SAY, SAY, { move: 'elapse', ms: 10 }];
  const restart = (memory: Extract<ToyMove, { move: 'restart' }>['memory']): ToyMove[] => [
    { move: 'crash', node: 'r1' },
    { move: 'restart', node: 'r1', memory },
  ];
  const stored = (...moves: ToyMove[]): unknown => {
    const { world, apply, reactions } = toyWorld(toyScenario(1));
    apply(...STORE_THREE, ...moves);
    const memory = reactions().at(-1)?.memory;
    const asOf =
      memory === undefined ? undefined : reactions().find(({ index }) => index === memory.asOfIndex);
    world.command('r1', { kind: 'inspect' }, CAUSE);
    return { kind: memory?.kind, asOf: asOf?.message, outputs: reactions().at(-1)?.outputs };
  };
  const report = (...seqs: number[]): unknown => [{ kind: 'report', report: { kind: 'stored', seqs } }];

  test('survives a crash', () => {
    const outputs = report(1, 2, 3);
    expect(stored(...restart('durable'))).toEqual({ kind: 'durable', asOf: 's>r1 data #3', outputs });
  });
  test('is lost by an amnesiac', () => {
    expect(stored(...restart('amnesiac'))).toEqual({ kind: 'amnesiac', asOf: undefined, outputs: report() });
  });
  test('can be stale, as of an earlier reaction', () => {
    const outputs = report(1);
    expect(stored(...restart({ back: 2 }))).toEqual({ kind: 'stale', asOf: 's>r1 data #1', outputs });
    expect(stored(...restart({ back: 9 }))).toEqual({ kind: 'stale', asOf: undefined, outputs: report() });
  });
  test('goes on from where it was taken back to', () => {
    const outputs = report(1, 2);
    expect(stored(...restart({ back: 1 }), ...restart('durable'))).toMatchObject({
      kind: 'durable',
      outputs,
    });
  });
});

describe('moves', () => {
  test('that name nothing are skipped and traced', () => {
    const { apply, steps } = toyWorld();
    const nothing: ToyMove[] = [
      { move: 'deliver', message: 's>r1 data #7' },
      { move: 'drop', message: 'nonsense' },
      { move: 'duplicate', message: 's>nobody data #1' },
      { move: 'fire', node: 's', timer: 'retry' },
      { move: 'command', node: 'nobody', command: { kind: 'say' } },
      { move: 'clog', from: 'nobody', to: 's' },
      { move: 'release', from: 's', to: 'r1' },
      { move: 'partition', from: ['nobody'], to: ['s'], way: 'both' },
      { move: 'heal' },
      { move: 'pause', node: 'nobody' },
      { move: 'resume', node: 's' },
      { move: 'skew', node: 's', percent: 0 },
      { move: 'crash', node: 'nobody' },
      { move: 'restart', node: 's', memory: 'durable' },
      { move: 'attack', attack: { kind: 'replay', of: 's>r1 data #7' } },
      { move: 'elapse', ms: Number.NaN },
    ];
    const before = steps.length;
    expect(apply(...nothing)).toEqual(nothing.map(() => false));
    expect(steps.slice(before).map((step) => step.kind === 'event' && step.event)).toEqual(
      nothing.map((move) => ({ type: 'skipped', move })),
    );
  });

  test('mean the same when attacks are taken out: what is not their consequence keeps name and frame', () => {
    // Without faults, an attack changes nothing of what this protocol sends, but adds to it.
    const arbitrary = runs(toyHarness(), {
      scenario: toyScenario(2),
      strategy: { strategy: 'uniform', capabilities: ['outsider'], moves: 40 },
      execute: { keepTrace: true },
    });
    const framesOf = (steps: readonly unknown[]): Map<string, ToyFrame> => {
      const frames = new Map<string, ToyFrame>();
      for (const step of steps as ToyStep[])
        if (step.kind === 'reaction')
          for (const packet of step.packets) if (!packet.tainted) frames.set(packet.id, packet.frame);
      return frames;
    };
    let consequences = 0;
    fc.assert(
      fc.property(arbitrary, ({ schedule, scenario, trace = [] }) => {
        const without = schedule.filter(({ move }) => move !== 'attack');
        const rest = execute(toyHarness(), scenario, without, { keepTrace: true }).trace ?? [];
        expect(framesOf(trace)).toEqual(framesOf(rest));
        consequences += trace.filter(
          (step) => step.kind === 'reaction' && step.sent[0]?.includes('~'),
        ).length;
      }),
      { numRuns: 100 },
    );
    expect(consequences).toBeGreaterThan(50);
  });

  test('mean the same when others are taken out, as long as the sender does the same', () => {
    const faults: ToyMove[] = [
      { move: 'drop', message: 's>r1 data #1' },
      { move: 'crash', node: 'r2' },
      { move: 'clog', from: 'r2', to: 's' },
      { move: 'duplicate', message: 's>r2 data #2' },
      { move: 'attack', attack: { kind: 'forge', to: 'r1', seq: 5 } },
      { move: 'attack', attack: { kind: 'replay', of: 's>r1 data #1' } },
    ];
    fc.assert(
      fc.property(fc.subarray(faults), (kept) => {
        const { world, apply } = toyWorld(toyScenario(2));
        apply(SAY, SAY, ...kept);
        expect(world.find('s>r1 data #2')?.frame).toMatchObject({ seq: 2 });
        apply({ move: 'deliver', message: 's>r1 data #2' });
        expect(world.find('r1>s ack #1')?.frame).toMatchObject({ seq: 2 });
      }),
    );
  });
});
