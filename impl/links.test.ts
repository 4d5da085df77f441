import { describe, expect, it } from 'vitest';
import { decodeFrame, bytesToPlain, plainToBytes } from './codec.ts';
import { LinkTable, type Link } from './links.ts';
import { keysOf } from './world.test-helper.ts';
import type { LinkFrame, Neighbour } from './messages.ts';

const table = (node: string): LinkTable => new LinkTable(node, keysOf(node).linkSecret);
const neighbour = (node: string, incarnation = 1, link = 1): Neighbour => ({
  node,
  incarnation,
  link,
  credential: keysOf(node).credential,
});

function pair(): { readonly a: LinkTable; readonly b: LinkTable } {
  const [a, b] = [table('r1'), table('c1')];
  a.install([neighbour('c1')], 1);
  b.install([neighbour('r1')], 1);
  return { a, b };
}

const body = Uint8Array.of(0x81, 0x61, 0x61);
const open = (at: LinkTable, data: Uint8Array): Link | string =>
  at.open(decodeFrame(data) as LinkFrame, data);

function take(at: LinkTable, data: Uint8Array): boolean {
  const link = open(at, data);
  if (typeof link === 'string') return false;
  at.accept(link, decodeFrame(data) as LinkFrame);
  return true;
}

describe('LinkTable', () => {
  it('takes each frame once, in the order of counters, gaps allowed', () => {
    const { a, b } = pair();
    const [one, two, three] = [a.seal('c1', body), a.seal('c1', body), a.seal('c1', body)];
    expect(take(b, one)).toBe(true);
    expect(take(b, one)).toBe(false);
    expect(take(b, three)).toBe(true);
    expect(open(b, two)).toBe('link: stale counter');
  });

  it('does not take a counter by looking', () => {
    const { a, b } = pair();
    const one = a.seal('c1', body);
    expect(typeof open(b, one)).toBe('object');
    expect(take(b, one)).toBe(true);
  });

  it('refuses every changed byte', () => {
    const { a, b } = pair();
    const data = a.seal('c1', body);
    const plain = bytesToPlain(data) as unknown[];
    for (const [i, value] of [
      [1, 'r2'],
      [2, 'c2'],
      [3, 2],
      [4, 9],
      [5, Uint8Array.of(1)],
      [6, new Uint8Array(32)],
    ] as const) {
      const changed = plain.slice();
      changed[i] = value;
      expect(typeof open(b, plainToBytes(changed)), `field ${i}`).toBe('string');
    }
    // Reflected to its sender, it is for someone else.
    expect(open(a, data)).toBe('link: for someone else');
  });

  it('derives another key for every incarnation and version', () => {
    for (const [incarnation, link] of [
      [2, 1],
      [1, 2],
    ] as const) {
      const { a, b } = pair();
      a.install([neighbour('c1', incarnation, link)], 1);
      const data = a.seal('c1', body);
      expect(take(b, data)).toBe(false);
      b.install([neighbour('r1', 1, link)], incarnation);
      expect(take(b, data)).toBe(true);
    }
  });

  it('keeps counters of links that stay and forgets those of links that go', () => {
    const { a, b } = pair();
    const old = a.seal('c1', body);
    expect(take(b, old)).toBe(true);
    b.install([neighbour('r1'), neighbour('r2')], 1);
    expect(take(b, old)).toBe(false);
    b.install([], 1);
    expect(open(b, old)).toBe('link: no neighbour');
    expect(b.size).toBe(0);
    expect(() => b.seal('r1', body)).toThrow(RangeError);
  });
});
