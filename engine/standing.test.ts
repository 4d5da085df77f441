/** Attacks that stand: they begin and end, and go on in between, settling included. */
import { describe, expect, test } from 'vitest';
import type { Attack, Move } from './move.ts';
import { capabilityOf, takenOverBy, World } from './world.ts';
import { toyHarness, toyScenario, type ToyCommand, type ToyReport, type ToyFrame } from './toy-broadcast.ts';
import type { TracedStep } from './reaction.ts';

const SAY: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };
const CAUSE = { kind: 'fair', phase: 'schedule' } as const;

const mute = (standing: 'begins' | 'ends'): Move<ToyCommand> => ({
  move: 'attack',
  attack: { kind: 'mute', by: 'router(s)', standing, to: 'r1' },
});

function world(suppresses?: (attack: Attack, message: { readonly to: string }) => boolean) {
  const steps: TracedStep<ToyFrame, ToyCommand, ToyReport>[] = [];
  const { subject } = toyHarness();
  const adversary = {
    propose: () => undefined,
    make: () => [],
    ...(suppresses === undefined ? {} : { suppresses }),
  };
  const made = new World(subject, toyScenario(2), adversary, { observe: (step) => void steps.push(step) });
  made.startAll(CAUSE);
  const apply = (...moves: Move<ToyCommand>[]): boolean[] =>
    moves.map((move, index) => made.apply(move, { kind: 'move', index, move }));
  return { made, steps, apply, ids: () => made.inFlight.map(({ id }) => id) };
}

describe('an attack that stands', () => {
  const toNamed = (attack: Attack, { to }: { readonly to: string }): boolean => attack['to'] === to;

  test('keeps messages from leaving, from when it begins until it ends; they keep their numbers', () => {
    const { apply, ids, steps } = world(toNamed);
    expect(apply(mute('begins'), SAY, mute('ends'), SAY)).toEqual([true, true, true, true]);
    expect(ids()).toEqual(['s>r2 data #1', 's>r1 data #2', 's>r2 data #2']);
    const lost = steps.flatMap((step) =>
      step.kind === 'event' && step.event.type === 'lost' ? [step.event.message] : [],
    );
    expect(lost).toEqual(['s>r1 data #1']);
  });

  test('begins once, and ends only what goes on', () => {
    const { apply } = world(toNamed);
    expect(apply(mute('ends'), mute('begins'), mute('begins'), mute('ends'), mute('ends'))).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test('does not end with the faults', () => {
    const { made, apply, ids } = world(toNamed);
    apply(mute('begins'));
    made.endFaults(CAUSE);
    apply(SAY);
    expect(ids()).toEqual(['s>r2 data #1']);
  });

  test('is nothing to an adversary that keeps nothing back', () => {
    expect(world().apply(mute('begins'))).toEqual([false]);
  });
});

test('an attack takes the capability that it says', () => {
  const by = (attacker?: Attack['by']): Attack => ({
    kind: 'x',
    ...(attacker === undefined ? {} : { by: attacker }),
  });
  const attackers = [undefined, 'insider', 'writer(c1)', 'router(r2)', 'coordinator(s)'] as const;
  expect(attackers.map((one) => capabilityOf({ move: 'attack', attack: by(one) }))).toEqual([
    'outsider',
    'insider',
    'writer',
    'router',
    'coordinator',
  ]);
  expect(attackers.map((one) => takenOverBy(by(one)))).toEqual([undefined, undefined, 'c1', 'r2', 's']);
});
