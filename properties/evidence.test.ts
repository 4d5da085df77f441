import { describe, expect, test } from 'vitest';
import {
  encodeEvidence,
  headOf,
  isEvidence,
  makeEvidence,
  makeRecord,
  plainToBytes,
  bytesToPlain,
  NO_HASH,
  enrol,
  type Evidence,
} from '../impl/index.ts';
import { convicts } from './evidence.ts';

const enrolment = enrol('tests of evidence');
const { anchor, groupKey } = enrolment;
const [c1, c2, r1] = [
  enrolment.issue('c1', 'client'),
  enrolment.issue('c2', 'client'),
  enrolment.issue('r1', 'router'),
];
const recordOf = (value: string, seq = 1, capsule = 'c1/1', keys = c1) =>
  makeRecord({ capsule, seq, prevHash: NO_HASH, timestamp: seq }, [{ key: 'k', value }], keys, groupKey);
const [a, b] = [recordOf('a'), recordOf('b')];
const genuine = makeEvidence(headOf(a), headOf(b), c1.credential);

/** Both verifiers: the nodes' own, and the one that shares no code with them. */
function convinces(evidence: Evidence): boolean {
  const verdict = convicts(encodeEvidence(evidence), anchor);
  expect('guilty' in verdict).toBe(isEvidence(evidence, anchor));
  return 'guilty' in verdict;
}

describe('evidence', () => {
  test('of a fork of one shard convinces, too', () => {
    const [one, other] = ['a', 'b'].map((value) => headOf(recordOf(value, 1, 'c1/1/s2')));
    expect(convinces(makeEvidence(one!, other!, c1.credential))).toBe(true);
  });

  test('of two records of one name convinces, whichever is first, and names the key', () => {
    expect(convinces(genuine)).toBe(true);
    expect(encodeEvidence(makeEvidence(headOf(b), headOf(a), c1.credential))).toEqual(
      encodeEvidence(genuine),
    );
    expect(convicts(encodeEvidence(genuine), anchor)).toEqual({
      guilty: 'c1',
      key: Buffer.from(c1.credential.signingKey).toString('hex'),
      capsule: 'c1/1',
      seq: 1,
    });
  });

  test('is made of two different records of one name only', () => {
    expect(() => makeEvidence(headOf(a), headOf(a), c1.credential)).toThrow(RangeError);
    expect(() => makeEvidence(headOf(a), headOf(recordOf('a', 2)), c1.credential)).toThrow(RangeError);
    expect(() => makeEvidence(headOf(a), headOf(recordOf('a', 1, 'c1/2')), c1.credential)).toThrow(
      RangeError,
    );
  });

  const [first, second] = genuine.branches as [Evidence['branches'][0], Evidence['branches'][0]];
  const other = headOf(recordOf('x', 2));
  const sorted = (...branches: Evidence['branches'][0][]) =>
    branches.toSorted((one, two) => Buffer.compare(one.hash, two.hash));
  test.each<[string, Evidence]>([
    ['records of two sequence numbers', { ...genuine, branches: sorted(first, other) }],
    ['records of two capsules', { ...genuine, branches: sorted(first, headOf(recordOf('x', 1, 'c1/2'))) }],
    ['one record alone', { ...genuine, branches: [first] }],
    ['a record with another timestamp', { ...genuine, branches: [{ ...first, timestamp: 9 }, second] }],
    ['records of somebody else', { ...genuine, capsule: 'c2/1' }],
    [
      'records of somebody else, and that one’s credential',
      { ...genuine, capsule: 'c2/1', credential: c2.credential },
    ],
    [
      'a record that somebody else signed',
      { ...genuine, branches: sorted(first, headOf(recordOf('x', 1, 'c1/1', c2))) },
    ],
    [
      'a credential that nobody issued',
      { ...genuine, credential: enrol('forger').issue('c1', 'client').credential },
    ],
    ['a router’s credential', { ...genuine, capsule: 'r1/1', credential: r1.credential }],
    [
      'a credential with another key',
      { ...genuine, credential: { ...c1.credential, signingKey: c2.credential.signingKey } },
    ],
  ])('of %s convinces nobody', (_, evidence) => {
    expect(convinces(evidence)).toBe(false);
  });

  test('is judged malformed where it has not the shape', () => {
    const bytes = encodeEvidence(genuine);
    const plain = bytesToPlain(bytes) as unknown[];
    const malformed = [
      new Uint8Array(0),
      bytes.slice(1),
      plainToBytes([...plain, 0]),
      plainToBytes(plain.with(0, 'c1')),
      plainToBytes(plain.with(1, 0)),
      plainToBytes(plain.with(2, [])),
      plainToBytes(plain.with(3, null)),
      Uint8Array.from([...bytes, 0]),
    ];
    for (const one of malformed) expect(convicts(one, anchor)).toMatchObject({ malformed: true });
    // One record twice has the shape.
    const same = plainToBytes(plain.with(2, [(plain[2] as unknown[])[0], (plain[2] as unknown[])[0]]));
    expect(convicts(same, anchor)).toEqual({ why: 'both branches are the same record', malformed: false });
  });

  test('does not convince those who trust another enrolment', () => {
    expect(convicts(encodeEvidence(genuine), enrol('others').anchor)).toHaveProperty('why');
  });
});
