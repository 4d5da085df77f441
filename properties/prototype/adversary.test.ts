/** The outsider in the words of the prototype: all of its moves come about, and each does what its name says. */
import { describe, expect, test } from 'vitest';
import { randomFromSeed, type Flight, type WorldView } from '../../engine/index.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { prototypeAdversary } from './adversary.ts';
import { heartbeat, join, payloadOf, raw, recordOf } from './driven.test-helper.ts';
import { decodeRecord, isRight, openRecord } from './records.ts';
import { decode, encode, WIRE_KINDS, type WireMessage } from './wire.ts';

const flight = (id: string, from: string, to: string, message: WireMessage): Flight<Uint8Array> => ({
  id,
  from,
  to,
  kind: id.split(' ')[1] ?? '',
  frame: encode(message),
  sentMs: 0,
});
const record = (timestamp: number) => payloadOf(recordOf(1, timestamp, [['k', 'v']]));
const SEEN = [
  flight('c1>C join #1', 'c1', 'C', join('c1', 'client')),
  flight('r1>c1 assign-parent #1', 'r1', 'c1', { kind: 'assign-parent', parent: 'r1' }),
  flight('r1>C heartbeat #1', 'r1', 'C', heartbeat('r1', 2, 1, 1)),
  flight('c1>r1 data #1', 'c1', 'r1', raw('c1', 'up', record(1))),
  flight('r1>c2 data #1', 'r1', 'c2', raw('r1', 'down', record(2))),
];
const view: WorldView<Uint8Array, TreeScenario> = {
  scenario: scenarioOf({ k: 2, routers: 1, clients: 2 }),
  nowMs: 0,
  isUp: () => true,
  inFlight: [],
  seen: SEEN,
  find: (id) => SEEN.find((one) => one.id === id),
};
const made = (attack: { readonly kind: string; readonly [argument: string]: unknown }) =>
  prototypeAdversary.make(view, attack).map(({ to, from, frame }) => ({ to, from, message: decode(frame) }));

describe('the outsider', () => {
  test('makes all of its moves, and of forgeries and replays all kinds; all are as they were proposed', () => {
    const random = randomFromSeed(1);
    const kinds = new Set<string>();
    const forged = new Set<unknown>();
    for (let i = 0; i < 2000; i += 1) {
      const attack = prototypeAdversary.propose(view, random, ['outsider', 'insider']);
      if (attack === undefined) throw new Error('nothing proposed');
      kinds.add(attack.kind);
      if (attack.kind === 'forge') forged.add(attack['message']);
      // A change may happen to change nothing.
      if (!['tamper', 'splice', 'spoof'].includes(attack.kind)) expect(made(attack)).not.toEqual([]);
    }
    expect(kinds).toEqual(
      new Set(['forge', 'flood', 'tamper', 'replay', 'splice', 'spoof', 'lie', 'malformed']),
    );
    expect(forged).toEqual(new Set(WIRE_KINDS));
  });

  test('does nothing without a capability, and lies with an insider’s keys only', () => {
    const kindsWith = (...capabilities: ('outsider' | 'insider')[]) => {
      const random = randomFromSeed(2);
      return new Set(
        Array.from({ length: 300 }, () => prototypeAdversary.propose(view, random, capabilities)?.kind),
      );
    };
    expect(kindsWith()).toEqual(new Set([undefined]));
    expect(kindsWith('insider')).toEqual(new Set(['lie']));
    expect(kindsWith('outsider')).not.toContain('lie');
  });

  test('forges in any name', () => {
    const forge = (message: string, salt: number) =>
      made({ kind: 'forge', message, as: 'c2', to: 'r1', salt });
    expect(forge('join', 1)).toEqual([{ to: 'r1', from: 'c2', message: join('c2', 'router') }]);
    expect(forge('assign-parent', 0)[0]?.message).toEqual({ kind: 'assign-parent', parent: 'c2' });
    expect(forge('cull', 0)[0]?.message).toEqual({ kind: 'cull', count: 1 });
    expect(forge('raw-bytes', 5)[0]?.message).toMatchObject({ routeUp: true, lastSender: 'c2' });
  });

  test('changes one field, that of a record in a message, too', () => {
    const tamper = (field: readonly number[], salt = 0) => {
      const [one] = made({ kind: 'tamper', message: 'r1>c2 data #1', field, salt });
      if (one?.message?.kind !== 'raw-bytes') throw new Error('nothing made');
      return { message: one.message, record: decodeRecord(one.message.payload) };
    };
    const before = recordOf(1, 2, [['k', 'v']]);
    expect(tamper([1, 1]).record).toEqual({ ...before, timestamp: 3 });
    expect(tamper([1, 2]).record).toEqual({ ...before, msgType: 'rts' });
    expect(tamper([2]).message.routeUp).toBe(true);
  });

  test('sends in another name, splices, and replays to others', () => {
    expect(made({ kind: 'spoof', message: 'r1>c2 data #1', as: 'C' })[0]).toMatchObject({
      from: 'C',
      message: { lastSender: 'C' },
    });
    expect(made({ kind: 'spoof', message: 'r1>C heartbeat #1', as: 'c2' })[0]?.message).toMatchObject({
      sender: 'c2',
    });
    const [spliced] = made({
      kind: 'splice',
      message: 'r1>c2 data #1',
      donor: 'c1>r1 data #1',
      field: [1],
    });
    expect(spliced?.message).toMatchObject({ lastSender: 'r1', payload: record(1) });
    expect(made({ kind: 'replay', message: 'c1>C join #1', to: 'r1' })).toEqual([
      { to: 'r1', from: 'c1', message: join('c1', 'client') },
    ]);
  });

  test('makes nothing of what it does not know', () => {
    for (const attack of [
      { kind: 'replay', message: 'c9>C join #1' },
      { kind: 'forge', message: 'placement', as: 'C', to: 'c1', salt: 0 },
      { kind: 'dance' },
    ])
      expect(made(attack)).toEqual([]);
  });
});

test('an insider signs for anybody: the key is the same', () => {
  const [lie] = made({ kind: 'lie', by: 'insider', message: 'c1>r1 data #1', as: 'c2', salt: 1 });
  if (lie?.message?.kind !== 'raw-bytes') throw new Error('nothing made');
  const told = decodeRecord(lie.message.payload);
  if (told === undefined) throw new Error('no record');
  expect(told).toMatchObject({ sender: 2, timestamp: 2 });
  expect(isRight(told)).toBe(true);
  expect(openRecord(told)).toMatchObject([{ key: 'k', value: 'v' }]);
});
