/** The statecharts in time: after loss, delay and durable crashes, a fair network settles everything by itself. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Memory, ModelEvent, ModelOutput } from './events.ts';
import type { NodeName } from './messages.ts';
import { describe as describeState } from './step.ts';
import { TestWorld } from './test-world.ts';

const NODES: readonly NodeName[] = ['C', 'r1', 'r2', 'r3', 'c1', 'c2', 'c3', 'c4'];

/** Something that happens at a time: a message arrives, or (with a name) a timer is due. */
interface Due {
  readonly at: number;
  readonly node: NodeName;
  readonly timer: string | undefined;
  readonly event: ModelEvent;
}

class TimedWorld extends TestWorld {
  now = 0;
  due: readonly Due[] = [];
  /** Delay of the next message; negative: it is lost. */
  delay: () => number = () => 5;

  override give(node: NodeName, event: ModelEvent): readonly ModelOutput[] {
    const outputs = super.give(node, event);
    this.queue = [];
    if (event.type === 'crash')
      this.due = this.due.filter((one) => one.node !== node || one.timer === undefined);
    for (const output of outputs) {
      if (output.kind === 'send') {
        const delay = this.delay();
        if (delay >= 0)
          this.#plan({ at: this.now + delay, node: output.to, timer: undefined, event: output.message });
      } else if (output.kind === 'set-timer') {
        this.#unplan(node, output.timer);
        const [name = '', suspect] = output.timer.split(':');
        const due = {
          type: `timer.${name}`,
          ...(suspect === undefined ? {} : { node: suspect }),
        } as ModelEvent;
        this.#plan({ at: this.now + output.ms, node, timer: output.timer, event: due });
      } else if (output.kind === 'cancel-timer') {
        this.#unplan(node, output.timer);
      }
    }
    return outputs;
  }

  #plan(due: Due): void {
    this.due = [...this.due, due].toSorted((a, b) => a.at - b.at);
  }

  #unplan(node: NodeName, timer: string): void {
    this.due = this.due.filter((one) => one.node !== node || one.timer !== timer);
  }

  runUntil(end: number): void {
    for (let next = this.due[0]; next && next.at <= end; next = this.due[0]) {
      this.due = this.due.slice(1);
      this.now = next.at;
      this.give(next.node, next.event);
    }
    this.now = end;
  }
}

const trouble = fc.array(
  fc.record({ waitMs: fc.nat({ max: 2000 }), node: fc.constantFrom(...NODES), isPut: fc.boolean() }),
  { minLength: 20, maxLength: 40, size: 'max' },
);

test('whatever was lost, a fair network and durable storages bring all records to all clients', () => {
  fc.assert(
    fc.property(trouble, fc.array(fc.integer({ min: -60, max: 300 }), { minLength: 50 }), (moves, delays) => {
      const world = new TimedWorld({ k: 2 });
      const memories = new Map<NodeName, Memory | null>();
      const isDown = (node: NodeName) => world.state(node).value === 'off';
      const restart = (node: NodeName) => world.startWith(node, memories.get(node) ?? null);
      let sends = 0;
      world.delay = () => delays[sends++ % delays.length] ?? 0;
      for (const node of NODES) world.startWith(node, null);
      for (const { waitMs, node, isPut } of moves) {
        world.runUntil(world.now + waitMs);
        if (isDown(node)) restart(node);
        else if (isPut) world.give(node, { type: 'put' });
        else memories.set(node, world.crash(node));
      }
      world.delay = () => 5;
      for (const node of NODES) if (isDown(node)) restart(node);
      world.runUntil(world.now + 60_000);
      // To just before an epoch, when none is open.
      const epoch = world.due.find((one) => one.timer === 'epoch');
      world.runUntil((epoch?.at ?? 0) - 1);

      const at = (node: NodeName) => describeState(world.state(node));
      expect(at('C')).toBe('waiting·settled·calm');
      for (const node of ['r1', 'r2', 'r3']) expect(at(node)).toBe('attached·idle');
      const positions = ['c1', 'c2', 'c3', 'c4'].map((node) => {
        expect(at(node)).toBe('attached·ready·serving·current');
        const state = world.state(node);
        return state.role === 'client' ? state.context.positions : {};
      });
      for (const one of positions) expect(one).toEqual(positions[0]);
    }),
    { numRuns: 15 },
  );
}, 60_000);
