/** Parts of genuine frames misshapen, and signed and sealed as they should be, put in front of the very node that is about to accept them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { randomFromSeed, type Flight, type WorldView } from '../../engine/index.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { ENROLMENT } from '../subjects/reference.ts';
import { decodeOnce, ReferenceReader } from '../subjects/reference-reader.ts';
import type { OutsiderAttack } from './attack.ts';
import { capture, eventfulTrace, isRejection, relive, type Captured } from './captured.test-helper.ts';
import { leaves, openFrame, type Path } from './fields.ts';
import { proposeInsider } from './insider.ts';
import { isDivertible, misusable } from './misuse.ts';
import { outsiderAdversary } from './outsider.ts';

let captured: readonly Captured[] = [];
beforeAll(() => {
  captured = capture(eventfulTrace());
});

const scenario = scenarioOf({ k: 2, routers: 1, clients: 4 });
const judge = new ReferenceReader(ENROLMENT, () => undefined);

function wire(): WorldView<Uint8Array, TreeScenario> {
  const seen = captured.map(({ kind, from, receiver: to, frame }, index): Flight<Uint8Array> => {
    return { id: String(index), kind, from, to, frame, sentMs: 0 };
  });
  const find = (id: string) => seen[Number(id)];
  return { scenario, nowMs: 0, isUp: () => true, inFlight: [], seen, find };
}

const isLink = ({ frame }: Captured): boolean => (openFrame(frame) as unknown[])[0] === 'link';

/** Positions of all parts that are said: fields, the lists that they are in, and of control messages kind and frame. */
function parts(one: Captured): readonly Path[] {
  const said = isLink(one) ? 5 : 1;
  const all = leaves(openFrame(one.frame))
    .filter(([first]) => first === said)
    .flatMap((path) => path.map((_, depth) => path.slice(0, depth + 1)));
  const around = isLink(one) ? [] : [[], [0]];
  return [...new Map([...all, ...around].map((path) => [path.join(), path])).values()];
}

describe('a genuine frame of each kind', () => {
  test('is rejected with any of its parts misshapen, whoever signs it, and accepted as it was', () => {
    const view = wire();
    for (const [index, one] of captured.entries()) {
      const react = relive(one.receiver, one.before);
      let told = 0;
      for (const field of parts(one))
        for (let salt = 0; salt < 12; salt += 1) {
          const lie = {
            kind: 'lie',
            by: 'insider',
            message: String(index),
            field,
            misshapen: true,
            salt,
          } as const;
          for (const { from, frame } of outsiderAdversary.make(view, lie)) {
            told += 1;
            expect(isRejection(react({ kind: 'frame', from, frame })), JSON.stringify(lie)).toBe(true);
          }
        }
      expect(told, one.kind).toBeGreaterThan(5);
      const genuine = react({ kind: 'frame', from: one.from, frame: one.frame });
      expect(isRejection(genuine), `the genuine ${one.kind}`).toBe(false);
    }
  });

  test('is misused only where nobody can tell, and never over the same link as it is', () => {
    const view = wire();
    const used = new Set<string>();
    const attacks: OutsiderAttack[] = [];
    for (const [index, one] of captured.entries())
      for (const field of [undefined, ...misusable(one.kind)])
        for (const over of [undefined, ...captured.keys()])
          for (const salt of [0, 1, 2, 3])
            attacks.push({
              kind: 'misuse',
              by: 'insider',
              message: String(index),
              ...(field === undefined ? {} : { field }),
              ...(over === undefined ? {} : { over: String(over) }),
              salt,
            });
    for (const attack of attacks)
      for (const { to, frame } of outsiderAdversary.make(view, attack)) {
        const decoded = decodeOnce(frame);
        if ('wrong' in decoded) throw new Error(decoded.wrong);
        expect(judge.isAuthentic(decoded)).toBe(true);
        const { message, over } = attack as Extract<OutsiderAttack, { kind: 'misuse' }>;
        const one = captured[Number(message)];
        if (one === undefined) throw new Error(message);
        if (over !== undefined) expect(isDivertible(one.kind)).toBe(true);
        used.add(`${one.kind}${over === undefined ? '' : ' over'}`);
        expect(scenario.nodes).toContain(to);
      }
    expect([...used].toSorted()).toEqual(
      expect.arrayContaining(['nak', 'nak over', 'placement-ack', 'probe', 'repair', 'sync over']),
    );
    expect(used).not.toContain('data over');
  });
});

test('an insider does all that it can, and names only what it has seen', () => {
  const view = wire();
  const random = randomFromSeed(1);
  const kinds = new Set<string>();
  for (let round = 0; round < 400; round += 1) {
    const attack = proposeInsider(view, random, random.pick(view.seen), round);
    expect(view.find(String(attack.message))).toBeDefined();
    kinds.add(attack.kind === 'lie' && attack.misshapen === true ? 'misshapen' : attack.kind);
    expect(outsiderAdversary.make(view, attack)).toEqual(outsiderAdversary.make(view, attack));
  }
  expect([...kinds].toSorted()).toEqual(['lie', 'misshapen', 'misuse']);
});
