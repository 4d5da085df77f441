import { describe, expect, test } from 'vitest';
import { decodeBody, encodeBody, FrameError, MAX_FRAME_BYTES, MAX_GRANTS, MAX_KEY_EPOCH } from './codec.ts';
import { enrol, isEnrolled } from './credentials.ts';
import { groupKeysIn, isRotation } from './rotation.ts';
import type { Rotation, SyncMessage } from './messages.ts';

const enrolment = enrol('rotations');
const { anchor, groupKeyOf, rotate } = enrolment;
const [c1, c2, r1] = [
  enrolment.issue('c1', 'client'),
  enrolment.issue('c2', 'client'),
  enrolment.issue('r1', 'router'),
];
const members = [c1, c2, r1].map(({ credential }) => credential);
const first = rotate(undefined, members);
const second = rotate(first, members, 'c2');
const third = rotate(second, members);

const root = enrolment.issue('C', 'coordinator');
const syncWith = (rotation: Rotation): SyncMessage => ({
  kind: 'sync',
  body: { epoch: 1, frontier: [], forks: [], lacks: [], rotation },
  credential: root.credential,
  signature: new Uint8Array(64),
});

describe('a rotation', () => {
  test('counts on, and names all that were ever expelled', () => {
    expect([first, second, third].map(({ body }) => body.keyEpoch)).toEqual([2, 3, 4]);
    expect(third.body.expelled).toEqual(['c2']);
    expect(third.body.grants.map(({ node }) => node)).toEqual(['c1']);
  });

  test('gives a client that missed others all group keys up to the new one', () => {
    const keys = groupKeysIn(third.body, 'c1', [c1.linkSecret]);
    expect(keys).toEqual(new Map([2, 3, 4].map((epoch) => [epoch, groupKeyOf(epoch)])));
  });

  test('gives nothing to whoever was expelled, nor to anybody for another', () => {
    expect(groupKeysIn(first.body, 'c2', [c2.linkSecret])?.size).toBe(1);
    expect(groupKeysIn(second.body, 'c2', [c2.linkSecret])).toBeUndefined();
    expect(groupKeysIn(second.body, 'c1', [c2.linkSecret])).toBeUndefined();
    expect(groupKeysIn(second.body, 'c1', [r1.linkSecret])).toBeUndefined();
  });

  test('gives the new group key to who was expelled only by its next keys', () => {
    const renewed = enrolment.issue('c2', 'client', undefined, 1);
    expect(renewed.credential.generation).toBe(1);
    expect(isEnrolled(renewed.credential, anchor)).toBe(true);
    expect(isEnrolled({ ...renewed.credential, generation: 2 }, anchor)).toBe(false);
    const fourth = rotate(third, [...members, renewed.credential]);
    expect(groupKeysIn(fourth.body, 'c2', [c2.linkSecret])).toBeUndefined();
    expect(groupKeysIn(fourth.body, 'c2', [c2.linkSecret, renewed.linkSecret])?.size).toBe(4);
    const fifth = rotate(fourth, [...members, renewed.credential], 'c2');
    expect(fifth.body.expelled).toEqual(['c2', 'c2']);
    expect(groupKeysIn(fifth.body, 'c2', [c2.linkSecret, renewed.linkSecret])).toBeUndefined();
    expect(decodeBody(encodeBody(syncWith(fifth)))).toEqual(syncWith(fifth));
  });

  test('is authentic as the enrolment authority made it, and in no other form', () => {
    expect(isRotation(second, anchor)).toBe(true);
    expect(isRotation(second, enrol('others').anchor)).toBe(false);
    expect(isRotation({ ...second, body: { ...second.body, expelled: [] } }, anchor)).toBe(false);
    expect(isRotation({ ...second, body: { ...second.body, grants: first.body.grants } }, anchor)).toBe(
      false,
    );
  });

  test('travels in a SYNC, and is decoded strictly', () => {
    expect(decodeBody(encodeBody(syncWith(third)))).toEqual(syncWith(third));
    const { body } = third;
    for (const wrong of [
      { ...body, keyEpoch: 1 },
      { ...body, keyEpoch: 5 },
      { ...body, expelled: ['c2', 'c1'] },
      { ...body, earlier: body.earlier.slice(1) },
      { ...body, grants: body.grants.map(({ node }) => ({ node, sealed: new Uint8Array(47) })) },
    ])
      expect(() => decodeBody(encodeBody(syncWith({ ...third, body: wrong })))).toThrow(FrameError);
  });

  test('leaves, at its largest, room in a frame for a frontier', () => {
    const name = (at: number): string => `c${String(at).padStart(31, '0')}`;
    const most: Rotation = {
      ...third,
      body: {
        ...third.body,
        keyEpoch: MAX_KEY_EPOCH,
        expelled: Array.from({ length: MAX_KEY_EPOCH - 1 }, (_, at) => name(at)),
        grants: Array.from({ length: MAX_GRANTS }, (_, at) => ({
          node: name(at),
          sealed: new Uint8Array(48),
        })),
        earlier: new Uint8Array(16 + 32 * (MAX_KEY_EPOCH - 2)),
      },
    };
    expect(encodeBody(syncWith(most)).length).toBeLessThan(MAX_FRAME_BYTES / 6);
  });

  test('is refused for more clients than there is room for, and beyond the last key epoch', () => {
    const many = Array.from({ length: MAX_GRANTS + 1 }, (_, at) => ({
      ...c1.credential,
      node: `c${at + 1}`,
    }));
    expect(() => rotate(undefined, many)).toThrow(RangeError);
    const last: Rotation = { ...third, body: { ...third.body, keyEpoch: MAX_KEY_EPOCH } };
    expect(() => rotate(last, members)).toThrow(RangeError);
  });
});
