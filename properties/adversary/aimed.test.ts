/** What an insider that aims says: only of what was seen, sealed as it should be, and of every kind. */
import { beforeAll, expect, test } from 'vitest';
import { randomFromSeed, type Flight, type WorldView } from '../../engine/index.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import { aiming } from './aimed.ts';
import { outsiderAttack } from './attack.ts';
import { capture, eventfulTrace, isRejection, relive, type Captured } from './captured.test-helper.ts';

const aimedAdversary = aiming(['links', 'ranges', 'epochs', 'membership']);

let captured: readonly Captured[] = [];
beforeAll(() => {
  captured = capture(eventfulTrace());
});

function wire(): WorldView<Uint8Array, TreeScenario> {
  const seen = captured.map(({ kind, from, receiver: to, frame }, index): Flight<Uint8Array> => {
    return { id: String(index), kind, from, to, frame, sentMs: 0 };
  });
  const scenario = scenarioOf({ k: 2, routers: 1, clients: 4 });
  return { scenario, nowMs: 0, isUp: () => true, inFlight: [], seen, find: (id) => seen[Number(id)] };
}

test('it says messages of every kind, some of them no messages at all, and the same ones again', () => {
  const view = wire();
  const random = randomFromSeed(1);
  const said = new Set<string>();
  for (let round = 0; round < 600; round += 1) {
    const attack = aimedAdversary.propose(view, random, ['insider']);
    if (attack?.kind !== 'say') continue;
    expect(outsiderAttack(attack)).toEqual(attack);
    const made = aimedAdversary.make(view, attack);
    expect(aimedAdversary.make(view, attack)).toEqual(made);
    for (const { frame, to } of made) {
      expect(view.scenario.nodes).toContain(to);
      const decoded = decodeOnce(frame);
      said.add('wrong' in decoded ? 'nothing' : (decoded.body?.kind ?? decoded.frame.kind));
    }
  }
  const kinds = [
    'nak',
    'repair',
    'rts',
    'eoe',
    'sync',
    'join',
    'join-refused',
    'suspect',
    'placement',
    'nothing',
  ];
  expect([...said]).toEqual(expect.arrayContaining(kinds));
});

test('over a link it seals with the right key, unless it means not to', () => {
  const view = wire();
  const index = captured.findIndex(({ kind }) => kind === 'heartbeat');
  const one = captured[index] as Captured;
  const again = { kind: 'say', by: 'insider', message: String(index), changes: [] } as const;
  const answer = (attack: typeof again | (typeof again & { readonly mac: 'wrong' })): boolean => {
    const [made] = aimedAdversary.make(view, attack);
    if (made === undefined) throw new Error('nothing was said');
    return isRejection(
      relive(one.receiver, one.before)({ kind: 'frame', from: made.from, frame: made.frame }),
    );
  };
  expect(answer(again)).toBe(false);
  expect(answer({ ...again, mac: 'wrong' })).toBe(true);
});
