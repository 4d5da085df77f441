/** Random walks of the closed world, with loss, reordering, crashes and premature timers: what holds of every step. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFrame } from './events.ts';
import type { Memory, ModelEvent } from './events.ts';
import { examine } from './examine.ts';
import type { NodeName } from './messages.ts';
import { choiceFor, describe as describeState, memoryOf, stateKey, step } from './step.ts';
import { TestWorld } from './test-world.ts';
import { allGuardOutcomes, allRejections, allTransitions } from './transitions.ts';

/** Transitions, outcomes of guards and rejections that the walks reached. */
const REACHED = new Set<string>();

const NODES: readonly NodeName[] = ['C', 'r1', 'r2', 'c1', 'c2', 'c3', 'c4'];

const move = fc.record({
  kind: fc.constantFrom(
    'deliver',
    'deliver',
    'deliver',
    'first',
    'first',
    'lose',
    'copy',
    'timer',
    'put',
    'life',
    'leave',
    'garbage',
  ),
  index: fc.nat({ max: 10_000 }),
});

/** A world that checks each step that it takes. */
class CheckedWorld extends TestWorld {
  override give(node: NodeName, event: ModelEvent) {
    const before = this.state(node);
    const choice = choiceFor(before, event);
    const chosen = choice ? ({ ...event, choice } as ModelEvent) : event;
    const { taken, guards, rejection, result } = examine(before, chosen);
    // Taking notes changes nothing.
    expect(result).toEqual(step(before, chosen));
    for (const id of [...taken, ...guards, ...(rejection === undefined ? [] : [rejection])]) REACHED.add(id);
    const outputs = super.give(node, event);
    const after = this.state(node);
    const rejects = outputs.filter((one) => one.kind === 'reject');
    if (rejects.length > 0) {
      // Rejection is inert, and for messages only.
      expect(outputs).toHaveLength(1);
      expect(taken.some((id) => id.includes(' * '))).toBe(true);
      expect(stateKey(after)).toBe(stateKey(before));
      expect(isFrame(event)).toBe(true);
    }
    // What changes or puts out something is a transition.
    if (taken.length === 0) {
      expect(outputs).toEqual([]);
      expect(stateKey(after)).toBe(stateKey(before));
    }
    // Plain, canonical, and the chart agrees with the context.
    expect(after.context).toStrictEqual(JSON.parse(JSON.stringify(after.context)));
    const where = describeState(after);
    if (after.role === 'coordinator' && after.context.incarnation > 0) {
      const { unacked, probes, awaited } = after.context;
      expect(where).toBe(
        [
          awaited.length > 0 ? 'collecting' : 'waiting',
          unacked.length > 0 ? 'unacknowledged' : 'settled',
          Object.keys(probes).length > 0 ? 'probing' : 'calm',
        ].join('·'),
      );
    }
    if (after.role === 'router') expect(where.endsWith('collecting')).toBe(after.context.awaited.length > 0);
    if (after.role === 'client') expect(where.endsWith('resyncing')).toBe(after.context.asked.length > 0);
    if (after.role !== 'coordinator' && where.startsWith('attached')) expect(after.context.claim).toBeNull();
    return outputs;
  }
}

test('every step of a random walk is a reaction, a rejection or nothing', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(move, { minLength: 50, maxLength: 400, size: 'max' }), (moves) => {
      const world = new CheckedWorld({ k: 2 });
      const memories = new Map<NodeName, Memory | null>();
      for (const node of NODES) world.startWith(node, null);
      for (const { kind, index } of moves) {
        const node = NODES[index % NODES.length] ?? 'C';
        const at = kind === 'first' ? 0 : index % Math.max(1, world.queue.length);
        const chosen = world.queue[at];
        if (kind === 'timer') {
          const timers = [...(world.timers.get(node) ?? [])];
          const timer = timers[index % Math.max(1, timers.length)];
          if (timer !== undefined) world.fire(node, timer);
        } else if (kind === 'put') {
          world.give(node, { type: 'put' });
        } else if (kind === 'leave') {
          if (index % 5 === 0 && node !== 'C') world.give(node, { type: 'leave' });
        } else if (kind === 'garbage') {
          world.give(node, { type: 'garbage', reason: 'test' });
        } else if (kind === 'life') {
          const value = world.state(node).value;
          if (value !== 'off') memories.set(node, world.crash(node));
          else world.startWith(node, node !== 'C' && index % 3 === 0 ? null : (memories.get(node) ?? null));
        } else if (chosen) {
          if (kind !== 'copy') world.queue.splice(at, 1);
          if (kind !== 'lose') world.give(chosen.to, chosen.message);
        }
        if (memoryOf(world.state(node)) !== null)
          reached.add(`${world.state(node).role} ${describeState(world.state(node))}`);
      }
      // No name is given to two records: a life never goes on in another one's capsule.
      for (const client of NODES.filter((one) => one.startsWith('c'))) {
        const puts = world.reported('put', client).map(({ capsule, seq }) => `${capsule} ${seq}`);
        expect(new Set(puts).size).toBe(puts.length);
      }
    }),
    { numRuns: 60 },
  );
  // The walks went somewhere.
  expect(reached.size).toBeGreaterThan(20);
  const all = (['coordinator', 'router', 'client'] as const).flatMap((role) => [
    ...allTransitions(role),
    ...allGuardOutcomes(role),
    ...allRejections(role),
  ]);
  expect([...REACHED].filter((id) => !all.includes(id))).toEqual([]);
  expect(REACHED.size).toBeGreaterThan(all.length / 2);
});
