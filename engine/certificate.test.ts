import { describe, expect, test } from 'vitest';
import { applyChanges, certify } from './certificate.ts';
import { execute } from './run.ts';
import { toyHarness, toyScenario, type ToyCommand } from './toy-broadcast.ts';
import type { Move } from './move.ts';

const scenario = toyScenario(2);
const say: Move<ToyCommand> = { move: 'command', node: 's', command: { kind: 'say' } };
const crash: Move<ToyCommand> = { move: 'crash', node: 'r1' };
const restart: Move<ToyCommand> = { move: 'restart', node: 'r1', memory: 'durable' };
const wait: Move<ToyCommand> = { move: 'elapse', ms: 15 };

describe('the certificate of a failing schedule', () => {
  const harness = toyHarness('no-retry');
  const drop: Move<ToyCommand> = { move: 'drop', message: 's>r1 data #1' };

  test('tells what happens without each move, and names the nearest schedule that passes', () => {
    const schedule = [say, drop];
    const certificate = certify(harness, scenario, schedule, 'arrives');
    expect(certificate?.without.map(({ outcome }) => outcome)).toEqual(['untested', 'holds']);
    expect(certificate?.nearest).toEqual({ changes: [{ change: 'left-out', index: 1 }], moves: [say] });
    expect(execute(harness, scenario, [say]).violations).toEqual([]);
  });

  test('says of a move that is not needed that all stays the same', () => {
    const certificate = certify(harness, scenario, [wait, say, drop], 'arrives');
    expect(certificate?.without.map(({ outcome }) => outcome)).toEqual(['same', 'untested', 'holds']);
    expect(certificate?.without[0]?.property).toBe('arrives');
  });

  test('where nothing else helps, the nearest is one that does not put it to the test', () => {
    const trusting = toyHarness('trusts');
    const forge: Move<ToyCommand> = { move: 'attack', attack: { kind: 'forge', to: 'r1', seq: 900 } };
    const certificate = certify(trusting, scenario, [forge], 'genuine');
    expect(certificate?.without.map(({ outcome }) => outcome)).toEqual(['untested']);
    expect(certificate?.nearest).toEqual({ changes: [{ change: 'left-out', index: 0 }], moves: [] });
  });

  test('finds a passing schedule farther away where no single move is to blame', () => {
    // Either of the two losses is enough, whichever text is lost.
    const second: Move<ToyCommand> = { move: 'drop', message: 's>r1 data #2' };
    const certificate = certify(harness, scenario, [say, say, drop, second], 'arrives');
    expect(certificate?.without.map(({ outcome }) => outcome)).toEqual(['same', 'same', 'same', 'same']);
    expect(certificate?.nearest?.moves).toEqual([say, say]);
    expect(certificate?.nearest?.changes).toHaveLength(2);
  });

  test('has nothing to say when it is cut short', () => {
    expect(certify(harness, scenario, [say, drop], 'arrives', () => true)).toBeUndefined();
  });
});

test('changes are told by positions in the failing schedule', () => {
  expect(
    applyChanges(
      [crash, say, restart],
      [
        { change: 'left-out', index: 0 },
        { change: 'inserted', index: 1, move: wait },
        { change: 'replaced', index: 2, by: crash },
        { change: 'inserted', index: 3, move: restart },
      ],
    ),
  ).toEqual([wait, say, crash, restart]);
});
