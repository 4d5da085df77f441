import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToPlain, decodeFrame, plainToBytes } from './codec.ts';
import { encodeFrame } from './frames.test-helper.ts';
import { react, spawn, entropyOf, World } from './world.test-helper.ts';
import { MemoryStorage, type Input, type Node, type Output } from './node.ts';

const NAMES = ['C', 'r1', 'r2', 'c1', 'c2', 'c3', 'c4'];

/** What one node took and gave in a run, so that a twin can be led through the same life. */
function script(name: string): Input[] {
  const world = new World();
  const inputs: Input[] = [];
  world.onInput = (node, given) => {
    if (node === name) inputs.push(given);
  };
  for (const node of NAMES) world.start(node);
  world.run(1000);
  for (const client of ['c1', 'c2', 'c3']) world.put(client, 'k', client);
  world.run(7000);
  world.put('c1', 'k', 'again');
  world.run(3000);
  return inputs;
}

const random = (seed: number) => () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;

/** Junk of all sorts: noise, changed bytes of real frames, changed fields, frames of others and of the past. */
function* junk(count: number, genuine: readonly Uint8Array[]): Generator<Uint8Array> {
  const next = random(7);
  for (let i = 0; i < count; i++) {
    if (i % 2 === 0 || genuine.length === 0)
      yield Uint8Array.from({ length: Math.floor(next() * 300) }, () => Math.floor(next() * 256));
    else {
      const frame = (genuine[Math.floor(next() * genuine.length)] as Uint8Array).slice();
      const at = Math.floor(next() * frame.length);
      frame[at] = (frame[at] as number) ^ (1 + Math.floor(next() * 255));
      yield frame;
    }
  }
}

describe.each(['C', 'r1', 'c1'])('junk at %s', (name) => {
  it('is rejected and leaves no trace: a twin that never saw it goes on alike', { timeout: 60_000 }, () => {
    const inputs = script(name);
    const half = Math.floor(inputs.length / 2);
    const node: Node = spawn(name);
    const twin: Node = spawn(name);
    for (const input of inputs.slice(0, half)) expect(react(node, input)).toEqual(react(twin, input));
    const genuine = inputs.flatMap((input) => (input.kind === 'frame' ? [input.frame] : []));
    let count = 0;
    for (const frame of junk(10_000, genuine)) {
      const outputs = react(node, { kind: 'frame', from: NAMES[count % NAMES.length] as string, frame });
      expect(outputs).toHaveLength(1);
      expect(outputs[0]?.kind).toBe('reject');
      count += 1;
    }
    expect(count).toBe(10_000);
    expect(node.gauges()).toEqual(twin.gauges());
    for (const input of inputs.slice(half)) expect(react(node, input)).toEqual(react(twin, input));
    expect(node.gauges()).toEqual(twin.gauges());
  });

  it('rejects every genuine frame with one field changed', { timeout: 60_000 }, () => {
    const inputs = script(name);
    const frames = inputs.flatMap((input) => (input.kind === 'frame' ? [input.frame] : []));
    const node = spawn(name);
    for (const input of inputs) {
      if (input.kind === 'frame' && frames.indexOf(input.frame) % 3 === 0) {
        const plain = bytesToPlain(input.frame) as unknown[];
        for (let i = 1; i < plain.length; i++) {
          const value = plain[i];
          const changed = plain.slice();
          if (typeof value === 'number') changed[i] = value + 1;
          else if (typeof value === 'string') changed[i] = `${value}x`;
          else if (value instanceof Uint8Array) changed[i] = value.map((byte) => byte ^ 1);
          else if (Array.isArray(value)) changed[i] = value.slice(1);
          expect(react(node, { kind: 'frame', from: 'C', frame: plainToBytes(changed) })[0]?.kind).toBe(
            'reject',
          );
        }
      }
      react(node, input);
    }
  });

  it('rejects a frame that it accepted, the second time, unless it answers it again', () => {
    const node = spawn(name);
    for (const input of script(name)) {
      const first = react(node, input);
      if (input.kind !== 'frame' || first[0]?.kind === 'reject') continue;
      const frame = decodeFrame(input.frame);
      const second: Output[] = react(node, input);
      // A placement that is installed is acknowledged again, and a refusal as pending is idempotent.
      if (frame.kind === 'placement') expect(second).toHaveLength(1);
      else if (frame.kind !== 'join-refused') expect(second[0]?.kind, frame.kind).toBe('reject');
    }
  });
});

describe('storage', () => {
  it('can be loaded at every prefix', { timeout: 60_000 }, () => {
    const world = new World();
    for (const node of NAMES) world.start(node);
    world.run(1000);
    for (const client of ['c1', 'c2', 'c3']) world.put(client, 'k', client);
    world.run(8000);
    for (const [name, storage] of world.storages) {
      const entries = storage.entries();
      fc.assert(
        fc.property(fc.nat(entries.length), (length) => {
          const node = spawn(name, new MemoryStorage(entries.slice(0, length)));
          const outputs = react(node, { kind: 'start', life: 2, entropy: entropyOf(name, 2) });
          expect(outputs.some(({ kind }) => kind === 'set-timer')).toBe(true);
          expect(outputs.some(({ kind }) => kind === 'reject')).toBe(false);
        }),
        { numRuns: 20 },
      );
    }
  });
});

it('frames of one run are frames', () => {
  const world = new World();
  for (const node of NAMES) world.start(node);
  world.run(7000);
  for (const { frame } of world.sent) expect(encodeFrame(decodeFrame(frame))).toEqual(frame);
});
