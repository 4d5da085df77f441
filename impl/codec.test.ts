import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesToPlain,
  decodeBody,
  decodeFrame,
  encodeBody,
  FrameError,
  MAX_FRAME_BYTES,
  plainToBytes,
} from './codec.ts';
import { encodeFrame, kindOfFrame } from './frames.test-helper.ts';
import { MemoryStorage } from './node.ts';
import { World } from './world.test-helper.ts';

/** Frames of every kind: a run with a crash, an edge that breaks, lost data, restarts and leaving. */
function frames(): Uint8Array[] {
  const world = new World({ maxRepair: 2, shards: 2 });
  const clients = ['c1', 'c2', 'c3', 'c4', 'c5'];
  for (const node of ['C', 'r1', 'r2', ...clients]) world.start(node);
  world.run(1000);
  world.command('c4', { type: 'subscribe', shards: [0] });
  world.run(1000);
  world.isLost = (from) => from === 'c1';
  for (let i = 0; i < 3; i++) world.put('c1', 'a', String(i));
  world.run(20_000);
  world.isLost = () => false;
  world.run(20_000);
  world.crash('c2');
  world.start('c2', new MemoryStorage());
  world.command('c5', { type: 'leave' });
  world.run(10_000);
  return world.sent.map(({ frame }) => frame);
}

const byKind = new Map(frames().map((frame) => [kindOfFrame(frame), frame]));

describe('codec', () => {
  it('has met every kind', () => {
    expect([...byKind.keys()].sort()).toEqual([
      'data',
      'eoe',
      'heartbeat',
      'join',
      'join-refused',
      'leave',
      'nak',
      'placement',
      'placement-ack',
      'probe',
      'probe-ack',
      'repair',
      'rts',
      'subscription',
      'suspect',
      'sync',
    ]);
  });

  it('decodes and encodes each frame to itself', () => {
    for (const data of byKind.values()) {
      const frame = decodeFrame(data);
      expect(encodeFrame(frame)).toEqual(data);
      expect(plainToBytes(bytesToPlain(data))).toEqual(data);
      if (frame.kind === 'link') expect(encodeBody(decodeBody(frame.body))).toEqual(frame.body);
    }
  });

  it('refuses every truncation and every extension', () => {
    for (const data of byKind.values()) {
      for (let length = 0; length < data.length; length++)
        expect(() => decodeFrame(data.subarray(0, length))).toThrow(FrameError);
      expect(() => decodeFrame(Uint8Array.of(...data, 0))).toThrow(FrameError);
    }
  });

  it('refuses what is too long, unread', () => {
    expect(() => decodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow('too long');
  });

  it.each([
    ['integer in more bytes than it needs', [0x18, 0x01]],
    ['array of indefinite length', [0x9f, 0x01, 0xff]],
    ['length in more bytes than it needs', [0x58, 0x01, 0x00]],
    ['float that is an integer', [0xf9, 0x3c, 0x00]],
    ['NaN', [0xf9, 0x7e, 0x00]],
    ['ill-formed UTF-8', [0x61, 0xff]],
    ['undefined', [0xf7]],
    ['map with a key twice', [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]],
    ['tag', [0xc1, 0x01]],
    ['nothing', []],
  ])('refuses %s', (_, data) => {
    expect(() => bytesToPlain(Uint8Array.from(data))).toThrow(FrameError);
  });

  it('never takes a frame with one field of another kind, length or range', () => {
    const wrong = [null, true, -1, 1.5, 2 ** 53, '', 'x'.repeat(33), 'ünnamed', new Uint8Array(1), [], {}];
    for (const [kind, data] of byKind) {
      const visit = (plain: unknown, replace: (value: unknown) => unknown, path: string): void => {
        for (const value of wrong) {
          const bytes = plainToBytes(replace(value));
          // Empty lists, and 'no suspect', are values of their own fields.
          let changed: Uint8Array | undefined;
          try {
            changed = encodeFrame(decodeFrame(bytes));
          } catch (error) {
            if (!(error instanceof FrameError)) throw error;
          }
          if (changed !== undefined) expect(changed, `${kind} ${path}`).toEqual(bytes);
          if (typeof value !== 'string' && !Array.isArray(value) && !(value instanceof Uint8Array))
            expect(changed, `${kind} ${path} ${JSON.stringify(value)}`).toBeUndefined();
        }
        if (Array.isArray(plain))
          plain.forEach((one: unknown, i) =>
            visit(
              one,
              (value) => replace([...plain.slice(0, i), value, ...plain.slice(i + 1)]),
              `${path}/${i}`,
            ),
          );
      };
      visit(bytesToPlain(data), (value) => value, '');
    }
  });

  it('takes a changed frame only if it is the canonical encoding of what it says', () => {
    const frame = fc.constantFrom(...byKind.values());
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 255 }), (data, at, flip) => {
        const changed = data.slice();
        changed[at % data.length] = (changed[at % data.length] as number) ^ flip;
        try {
          expect(encodeFrame(decodeFrame(changed))).toEqual(changed);
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
