/** Evidence against the coordinator, by both verifiers: the nodes' own, and the one that shares no code with them. */
import { describe, expect, test } from 'vitest';
import {
  bytesToPlain,
  encodeSplitView,
  enrol,
  isSplitView,
  makeSplitView,
  plainToBytes,
  sign,
  signingInput,
  type ControlFrameOf,
  type NodeKeys,
  type PlacementBody,
  type SplitView,
} from '../impl/index.ts';
import { contradict, roleOf, type Placement } from '../model/index.ts';
import { fc } from '@fast-check/vitest';
import { convicts } from './evidence.ts';

const enrolment = enrol('tests of split views');
const { anchor } = enrolment;
const keysOf = (node: string): NodeKeys => enrolment.issue(node, roleOf(node));
const C = keysOf('C');

/** A placement with keys and credentials. */
function signed(placement: Placement, keys = C): ControlFrameOf<'placement'> {
  const end = (one: Placement['parent']) => ({ ...one, credential: keysOf(one.node).credential });
  const body: PlacementBody = {
    ...placement,
    birth: new Uint8Array(16).fill(placement.birth),
    parent: end(placement.parent),
    children: placement.children.map(end),
  };
  const signature = sign(signingInput('placement', body), keys.signingSecret);
  return { kind: 'placement', body, credential: keys.credential, signature };
}

function convinces(view: SplitView): boolean {
  const verdict = convicts(encodeSplitView(view), anchor);
  expect('guilty' in verdict).toBe(isSplitView(view, anchor));
  return 'guilty' in verdict;
}

const at = (node: string) => ({ node, incarnation: 1, link: 3 });
const parent: Placement = {
  node: 'r1',
  incarnation: 1,
  birth: 1,
  version: 3,
  level: 1,
  parent: at('C'),
  children: [at('c1')],
};
const child: Placement = { ...parent, node: 'c1', level: 2, parent: at('r1'), children: [] };
const barren: Placement = { ...parent, children: [] };
const genuine = makeSplitView(signed(barren), signed(child));

describe('a split view', () => {
  test('convinces, whichever placement is first, and names the key', () => {
    expect(convinces(genuine)).toBe(true);
    expect(encodeSplitView(makeSplitView(signed(child), signed(barren)))).toEqual(encodeSplitView(genuine));
    const verdict = convicts(encodeSplitView(genuine), anchor);
    expect(verdict).toMatchObject({ guilty: 'C', version: 3 });
    expect(verdict).toMatchObject({ key: Buffer.from(C.credential.signingKey).toString('hex') });
  });

  test.each<readonly [string, SplitView]>([
    ['two placements of one tree', makeSplitView(signed(parent), signed(child))],
    ['one placement twice', { ...genuine, placements: [genuine.placements[0]!, genuine.placements[0]!] }],
    ['two versions', makeSplitView(signed({ ...barren, version: 4 }), signed(child))],
    ['another signer', makeSplitView(signed(barren, keysOf('r1')), signed(child, keysOf('r1')))],
    ['two signers', makeSplitView(signed(barren), signed(child, keysOf('r1')))],
    ['another credential', { ...genuine, credential: keysOf('r1').credential }],
    ['a made-up coordinator', makeSplitView(...otherCoordinator())],
    [
      'a placement that was changed',
      {
        ...genuine,
        placements: genuine.placements.map(({ body, signature }) => ({
          body: { ...body, level: 5 },
          signature,
        })),
      },
    ],
  ])('convinces nobody: %s', (_, view) => {
    expect(convinces(view)).toBe(false);
  });

  test('is its one encoding', () => {
    const plain = bytesToPlain(encodeSplitView(genuine)) as unknown[];
    for (const wrong of [[], [plain[0]], [[], plain[1]], [plain[0], []], [...plain, 0], [[1, 2], plain[1]]])
      expect(convicts(plainToBytes(wrong), anchor)).toMatchObject({ malformed: true });
  });

  const node = fc.constantFrom('r1', 'r2', 'c1', 'c2');
  const small = fc.integer({ min: 1, max: 2 });
  const interest = fc.constantFrom([], [0], [0, 1]);
  const neighbour = fc.record(
    { node, incarnation: small, link: small, interest },
    { requiredKeys: ['node', 'incarnation', 'link'] },
  );
  const above = fc.record({ node: fc.oneof(node, fc.constant('C')), incarnation: small, link: small });
  const below = fc
    .uniqueArray(neighbour, { selector: (one) => one.node, maxLength: 2 })
    .map((all) => all.toSorted((a, b) => (a.node < b.node ? -1 : 1)));
  const any: fc.Arbitrary<Placement> = fc.record(
    {
      node,
      incarnation: small,
      birth: small,
      version: fc.constantFrom(3, 3, 3, 4),
      level: small,
      parent: above,
      children: below,
      interest,
    },
    { requiredKeys: ['node', 'incarnation', 'birth', 'version', 'level', 'parent', 'children'] },
  );
  const fields = fc.subarray([
    'node',
    'birth',
    'incarnation',
    'level',
    'parent',
    'children',
    'interest',
  ] as const);
  /** A placement, and the same with some of its fields as in another one. */
  const pair = fc.tuple(any, any, fields).map(([one, other, chosen]) => {
    const taken = Object.fromEntries(chosen.filter((key) => key in other).map((key) => [key, other[key]]));
    return [one, { ...one, ...taken }] as const;
  });

  test('is one for the statecharts, the nodes and the verifier alike', () => {
    const counts = { yes: 0, no: 0 };
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const isOne = contradict(one, other);
        const view = makeSplitView(signed(one), signed(other));
        counts[isOne ? 'yes' : 'no'] += 1;
        expect(convinces(view)).toBe(isOne);
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(Math.min(counts.yes, counts.no)).toBeGreaterThan(10);
  });
});

/** Placements of somebody whom another enrolment key vouches for. */
function otherCoordinator(): [ControlFrameOf<'placement'>, ControlFrameOf<'placement'>] {
  const keys = enrol('somebody else').issue('C', 'coordinator');
  return [signed(barren, keys), signed(child, keys)];
}
