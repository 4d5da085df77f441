/** For tests of the adversary: genuine frames of every kind, each with the life of its receiver up to then. */
import { execute, type Input, type Move, type Output } from '../../engine/index.ts';
import { roleOf } from '../../model/index.ts';
import { harnessOf } from '../harness.ts';
import type { Command, Report } from '../reading.ts';
import { scenarioOf } from '../scenario.ts';
import { referenceSubject } from '../subjects/reference.ts';

type In = Input<Uint8Array, Command>;
type Out = Output<Uint8Array, Report>;

/** A frame that was accepted, and how its receiver came to be where it accepted it. */
export interface Captured {
  readonly kind: string;
  readonly receiver: string;
  readonly from: string;
  readonly frame: Uint8Array;
  /** What the receiver took in before. */
  readonly before: readonly In[];
}

const put: Command = { type: 'put', key: 'k', value: 'v' };
const cut = (from: string, to: string): Move<Command> => ({
  move: 'partition',
  from: [from],
  to: [to],
  way: 'one-way',
});
const wait = (ms: number): Move<Command> => ({ move: 'elapse', ms });

/** One more client than there are slots; a record that c2 misses; a client that seems dead; one that leaves. */
const SCENARIO = scenarioOf({ topology: 'sharded', k: 2, routers: 1, clients: 4 });
const EVENTFUL: readonly Move<Command>[] = [
  { move: 'command', node: 'c2', command: { type: 'subscribe', shards: [0, 1] } },
  wait(100),
  { move: 'command', node: 'c1', command: put },
  wait(100),
  cut('C', 'c1'),
  cut('r1', 'c2'),
  { move: 'command', node: 'c1', command: put },
  { move: 'command', node: 'c2', command: put },
  { move: 'command', node: 'c3', command: put },
  wait(100),
  { move: 'heal' },
  wait(13_000),
  cut('c2', 'r1'),
  wait(4_000),
  { move: 'heal' },
  wait(3_000),
  { move: 'command', node: 'c3', command: { type: 'leave' } },
  wait(1_000),
];

/** The reference's run: all that happened, in order. Judged elsewhere. */
export function eventfulTrace() {
  const options = { keepTrace: true, properties: [], digest: false };
  return execute(harnessOf(referenceSubject), SCENARIO, EVENTFUL, options).trace ?? [];
}

/** Of a trace, the first accepted frame of each kind at a node of each role. */
export function capture(trace: ReturnType<typeof eventfulTrace>): readonly Captured[] {
  const lives = new Map<string, In[]>();
  const captured = new Map<string, Captured>();
  for (const step of trace) {
    if (step.kind !== 'reaction') continue;
    const { node, input, outputs } = step;
    const before = lives.get(node) ?? [];
    if (input.kind === 'frame' && !isRejection(outputs)) {
      const kind = referenceSubject.kindOf(input.frame);
      const key = `${kind} at a ${roleOf(node)}`;
      if (!captured.has(key))
        captured.set(key, {
          kind,
          receiver: node,
          from: input.from,
          frame: input.frame,
          before: before.slice(),
        });
    }
    before.push(input);
    lives.set(node, before);
  }
  return [...captured.values()];
}

/** Whether a reaction is one rejection and nothing else. */
export function isRejection(outputs: readonly Out[]): boolean {
  return outputs.length === 1 && outputs[0]?.kind === 'reject';
}

/** A node that has lived through this. Returns what reacts to more. */
export function relive(node: string, inputs: readonly In[]): (input: In) => readonly Out[] {
  const entries: unknown[] = [];
  const storage = { append: (entry: unknown) => void entries.push(entry), entries: () => entries };
  const alive = referenceSubject.spawn(SCENARIO, node, storage);
  const react = (input: In): readonly Out[] => {
    const outputs: Out[] = [];
    alive.handle(input, (output) => outputs.push(output));
    return outputs;
  };
  for (const input of inputs) react(input);
  return react;
}
