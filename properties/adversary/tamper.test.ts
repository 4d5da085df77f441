/** Genuine frames of every kind, changed, put in front of the very node that is about to accept them. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Flight, WorldView } from '../../engine/index.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { referenceSubject } from '../subjects/reference.ts';
import { capture, eventfulTrace, isRejection, relive, type Captured } from './captured.test-helper.ts';
import { get, leaves, openFrame, perturb, type Path } from './fields.ts';
import { FORGED } from './forge.ts';
import { MALFORMED } from './malformed.ts';
import { outsiderAdversary, type OutsiderAttack } from './outsider.ts';

let trace: ReturnType<typeof eventfulTrace> = [];
let captured: readonly Captured[] = [];
beforeAll(() => {
  trace = eventfulTrace();
  captured = capture(trace);
});

const SALTS = [0, 1, 2, 3];
const scenario = scenarioOf({ k: 2, routers: 1, clients: 4 });

/** The wire as it is when a frame is on it, with others that were seen before. */
function wire(
  one: Captured,
  others: readonly Flight<Uint8Array>[] = [],
): WorldView<Uint8Array, TreeScenario> {
  const { kind, from, receiver: to, frame } = one;
  const seen = [...others, { id: 'it', kind, from, to, frame, sentMs: 0 }];
  return {
    scenario,
    nowMs: 0,
    isUp: () => true,
    inFlight: [],
    seen,
    find: (id) => seen.find((flight) => flight.id === id),
  };
}

/**
 * Puts the frames of attacks in front of the receiver of `one`: each is rejected, unless nothing is made at all; and in the end
 * the genuine frame is still accepted. Returns how many were made.
 */
function attackWith(
  one: Captured,
  attacks: Iterable<OutsiderAttack>,
  others: readonly Flight<Uint8Array>[] = [],
): number {
  const react = relive(one.receiver, one.before);
  const view = wire(one, others);
  let made = 0;
  for (const attack of attacks) {
    const injections = outsiderAdversary.make(view, attack);
    const again = outsiderAdversary.make(view, attack);
    expect(again).toHaveLength(injections.length);
    for (const [index, { from, frame }] of injections.entries()) {
      expect(Buffer.compare(frame, again[index]?.frame ?? new Uint8Array())).toBe(0);
      made += 1;
      expect(Buffer.compare(frame, one.frame), JSON.stringify(attack)).not.toBe(0);
      const outputs = react({ kind: 'frame', from, frame });
      expect(isRejection(outputs), `${one.kind} at ${one.receiver}: ${JSON.stringify(attack)}`).toBe(true);
    }
  }
  const genuine = react({ kind: 'frame', from: one.from, frame: one.frame });
  expect(isRejection(genuine), `the genuine ${one.kind}`).toBe(false);
  return made;
}

function* tampers(frame: Uint8Array): Generator<OutsiderAttack> {
  for (const field of leaves(openFrame(frame)))
    for (const salt of SALTS) yield { kind: 'tamper', message: 'it', field, salt };
}

/** The paths of all parts: fields, and the lists that they are in. */
const parts = (frame: Uint8Array): readonly Path[] => {
  const all = leaves(openFrame(frame)).flatMap((path) => path.map((_, depth) => path.slice(0, depth + 1)));
  return [...new Map(all.map((path) => [path.join(), path])).values()];
};

describe('a genuine frame of each kind', () => {
  test('was captured', () => {
    expect([...new Set(captured.map(({ kind }) => kind))].toSorted()).toEqual([...FORGED].toSorted());
  });

  test('is rejected with any one of its fields changed', () => {
    for (const one of captured) {
      const plain = openFrame(one.frame);
      for (const path of leaves(plain)) {
        const value = get(plain, path);
        // Of four salts at least two change it, whatever it is.
        const changes = SALTS.filter(
          (salt) => JSON.stringify(perturb(value, salt)) !== JSON.stringify(value),
        );
        expect(changes.length, `${one.kind} ${path.join()}`).toBeGreaterThanOrEqual(2);
      }
      expect(attackWith(one, tampers(one.frame))).toBeGreaterThan(2 * leaves(plain).length);
    }
  });

  test('is rejected with any part of another frame of its kind in it', () => {
    const flights: Flight<Uint8Array>[] = [];
    for (const step of trace) {
      if (step.kind !== 'reaction') continue;
      for (const output of step.outputs) {
        if (output.kind !== 'send') continue;
        const { to, frame } = output;
        const id = String(flights.length);
        flights.push({
          id,
          kind: referenceSubject.kindOf(frame),
          from: step.node,
          to,
          frame,
          sentMs: step.nowMs,
        });
      }
    }
    for (const one of captured) {
      const donors = flights.filter(({ kind }) => kind === one.kind).slice(0, 8);
      const attacks = donors.flatMap(({ id: donor }) =>
        parts(one.frame).map((field): OutsiderAttack => ({ kind: 'splice', message: 'it', donor, field })),
      );
      const made = attackWith(one, attacks, donors);
      // Some kinds were sent once only.
      if (donors.length > 1) expect(made).toBeGreaterThan(0);
    }
  });

  test('is rejected in the name of another', () => {
    for (const one of captured) {
      const attacks = [...scenario.nodes, 'r9', 'c9'].map((as): OutsiderAttack => ({
        kind: 'spoof',
        message: 'it',
        as,
      }));
      expect(attackWith(one, attacks)).toBe(attacks.length - 1);
    }
  });

  test.each(MALFORMED)('is rejected when it is spoiled: %s', (how) => {
    for (const one of captured) {
      const attacks = Array.from({ length: 24 }, (_, index): OutsiderAttack => {
        // Far apart, so that truncations are short, middling and long.
        return { kind: 'malformed', how, message: 'it', to: one.receiver, salt: index * 41 };
      });
      expect(attackWith(one, attacks)).toBe(attacks.length);
    }
  });
});
