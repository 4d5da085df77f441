import { describe, expect, test } from 'vitest';
import type { Message } from '../../model/index.ts';
import type { SubjectFacts } from './judge.ts';
import {
  asked,
  crashes,
  data,
  delivers,
  fires,
  gets,
  judge,
  judgeWith,
  linked,
  put,
  REJECT,
  restarts,
  starts,
  type Part,
  type Told,
} from './story.test-helper.ts';

const PUT = { type: 'put', key: 'k', value: 'v' } as const;
const writes = [{ key: 'k', value: 'v' }];
const FIRST = { hash: 'aa', prevHash: '00'.repeat(32), writes };
const SECOND = { hash: 'bb', prevHash: 'aa', writes };

/** c1 puts two records; what c2 makes of them follows. The second start is step 1, the puts are steps 2 and 3. */
const story = (...parts: Part[]): Part[] => [
  starts('c1'),
  starts('c2'),
  asked('c1', PUT, put('c1/1', 1, FIRST)),
  asked('c1', PUT, put('c1/1', 2, SECOND)),
  ...parts,
];
const arrives = (seq: number, ...outputs: Told[]): Part =>
  gets('c2', data('r1', 'c2', 'c1/1', seq), ...outputs);
const OK = [arrives(1, delivers('c1/1', 1, FIRST)), arrives(2, delivers('c1/1', 2, SECOND))];
const back = (kind: 'durable' | 'amnesiac' | 'stale', asOfIndex = 99): Part[] => [
  crashes('c2'),
  restarts('c2', { kind, asOfIndex }),
];

describe('authentic-delivery', () => {
  const verdict = (...parts: Part[]) => judge('authentic-delivery', story(...parts));

  test('allows what was put', () => {
    expect(verdict(...OK)).toMatchObject({ violation: undefined, exercised: 2 });
    expect(verdict()).toMatchObject({ violation: undefined, exercised: 0 });
  });

  test.each<[string, Part[]]>([
    ['c2 delivered c1/1#3, which c1 never put', [arrives(3, delivers('c1/1', 3, FIRST))]],
    [
      'c2 delivered c1/1#1 other than it was put',
      [arrives(1, delivers('c1/1', 1, { ...FIRST, hash: 'ff' }))],
    ],
    [
      'c2 delivered c1/1#1 other than it was put',
      [arrives(1, delivers('c1/1', 1, { ...FIRST, writes: [] }))],
    ],
    [
      'c2 delivered c1/1#1 other than it was put',
      [arrives(1, delivers('c1/1', 1, { ...FIRST, writes: [{ key: 'k', value: 'w' }] }))],
    ],
    ['c2 wrote into c1/1, which is not its own capsule', [asked('c2', PUT, put('c1/1', 3, FIRST))]],
  ])('forbids that %s', (fault, parts) => {
    expect(verdict(...parts).violation).toMatchObject({ message: fault, node: 'c2', step: 4 });
  });
});

describe('chain-integrity', () => {
  const verdict = (...parts: Part[]) => judge('chain-integrity', story(...parts));

  test.each<[string, Part[], number]>([
    ['a prefix, in order', OK, 4],
    ['several at once', [arrives(1, delivers('c1/1', 1, FIRST), delivers('c1/1', 2, SECOND))], 4],
    ['going on after a durable restart', [...OK.slice(0, 1), ...back('durable'), ...OK.slice(1)], 4],
    ['beginning again after an amnesiac restart', [...OK, ...back('amnesiac'), ...OK], 6],
    ['going on where an older storage ends', [...OK, ...back('stale', 4), ...OK.slice(1)], 5],
    ['records without hashes', [arrives(1, delivers('c1/1', 1)), arrives(2, delivers('c1/1', 2))], 4],
  ])('allows %s', (_, parts, exercised) => {
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised });
  });

  const wrong = 'with a prevHash that is not the hash of the record before it';
  test.each<[string, Part[]]>([
    ['c2 delivered c1/1#2 where c1/1#1 was next', OK.slice(1)],
    ['c2 delivered c1/1#1 where c1/1#2 was next', [...OK.slice(0, 1), ...OK.slice(0, 1)]],
    ['c2 delivered c1/1#2 where c1/1#3 was next', [...OK, ...OK.slice(1)]],
    ['c2 delivered c1/1#1 where c1/1#3 was next', [...OK, ...back('durable'), ...OK]],
    ['c2 delivered c1/1#2 where c1/1#1 was next', [...OK, ...back('amnesiac'), ...OK.slice(1)]],
    [`c2 delivered c1/1#1 ${wrong}`, [arrives(1, delivers('c1/1', 1, { ...FIRST, prevHash: 'ff' }))]],
    [
      `c2 delivered c1/1#2 ${wrong}`,
      [...OK.slice(0, 1), arrives(2, delivers('c1/1', 2, { ...SECOND, prevHash: 'ff' }))],
    ],
    [`c1 put c1/1#3 ${wrong}`, [asked('c1', PUT, put('c1/1', 3, { hash: 'cc', prevHash: 'aa' }))]],
    [
      'c1 put c1/1#4 where c1/1#3 was next',
      [asked('c1', PUT, put('c1/1', 4, { hash: 'cc', prevHash: 'bb' }))],
    ],
    [
      'c1 wrote c1/1#1 twice: it forked its own capsule',
      [
        crashes('c1'),
        restarts('c1', { kind: 'amnesiac', asOfIndex: -1 }),
        asked('c1', PUT, put('c1/1', 1, { ...FIRST, hash: 'ff' })),
      ],
    ],
  ])('forbids that %s', (fault, parts) => {
    expect(verdict(...parts).violation?.message).toBe(fault);
  });
});

describe('enclave-economy', () => {
  const verdict = (...parts: Part[]) => judge('enclave-economy', story(...parts));
  const repair: Message = linked('r1', 'c2', {
    type: 'repair',
    capsule: 'c1/1',
    first: 1,
    last: 2,
    seqs: [1, 2],
  });

  test.each<[string, Part[], number]>([
    ['one entry for each record', OK, 2],
    ['entries for a repair', [gets('c2', repair, delivers('c1/1', 1), delivers('c1/1', 2))], 2],
    [
      'an entry later than the arrival',
      [arrives(2), arrives(1, delivers('c1/1', 1), delivers('c1/1', 2))],
      2,
    ],
    ['entering again after the loss of the store', [...OK, ...back('amnesiac'), ...OK], 4],
  ])('allows %s', (_, parts, exercised) => {
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised });
  });

  const strange = 'c2 entered its enclave for c1/1#1, which was not taken in as a genuine record';
  const entry = delivers('c1/1', 1);
  test.each<[string, Part[]]>([
    ['c2 entered its enclave again for c1/1#1', [arrives(1, entry, entry)]],
    ['c2 entered its enclave again for c1/1#1', [arrives(1, entry), arrives(1, entry)]],
    ['c2 entered its enclave again for c1/1#1', [arrives(1, entry), ...back('durable'), arrives(1, entry)]],
    ['c2 entered its enclave again for c1/1#1', [arrives(1, entry), ...back('stale', 4), arrives(1, entry)]],
    [strange, [arrives(2, entry)]],
    [strange, [fires('c2', 'heartbeat', entry)]],
    [strange, [arrives(1, REJECT), fires('c2', 'heartbeat', entry)]],
    [strange, [arrives(1), ...back('durable'), fires('c2', 'heartbeat', entry)]],
    [strange, [gets('c2', { type: 'garbage', reason: '' }, entry)]],
    [strange.replace('#1', '#9'), [arrives(9, delivers('c1/1', 9))]],
  ])('forbids that %s (%#)', (fault, parts) => {
    expect(verdict(...parts).violation?.message).toBe(fault);
  });
});

describe('confidentiality', () => {
  const KEY = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
  const BYTES: SubjectFacts<Uint8Array> = {
    id: 'bytes',
    payloads: true,
    secrets: [KEY],
    reader: () => ({
      learn: () => undefined,
      birthOf: () => 1,
      read: () => ({ message: { type: 'garbage', reason: '' }, counter: 0, text: '', timestamp: 0 }),
    }),
  };
  const asks = (key: string, value: string): Part<Uint8Array> => asked('c1', { type: 'put', key, value });
  const sends = (...pieces: (string | Uint8Array)[]): Part<Uint8Array> => {
    const frame = new Uint8Array(Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))));
    return fires('c1', 'heartbeat', { kind: 'send', to: 'r1', frame });
  };
  const verdict = (...parts: Part<Uint8Array>[]) => judgeWith('confidentiality', parts, BYTES);

  test('allows what is not a secret', () => {
    const parts = [
      sends('user0001'),
      asks('user0001', 'swordfish'),
      sends('ciphertext'),
      sends(KEY.slice(1)),
    ];
    expect(verdict(...parts)).toMatchObject({ violation: undefined, exercised: 3 });
  });

  test('does not look for what occurs by chance', () => {
    expect(verdict(asks('k', 'v'), sends('kkkvvv'))).toMatchObject({ violation: undefined, exercised: 1 });
  });

  test.each<[string, Part<Uint8Array>[]]>([
    ['a group key', [sends('..', KEY, '..')]],
    ['key "user0001"', [asks('user0001', 'v'), sends('..user0001..')]],
    ['value "swordfish"', [asks('k', 'swordfish'), sends('swordfish')]],
    ['value "gemüse"', [asks('k', 'gemüse'), sends('..gemüse')]],
  ])('forbids %s in a frame', (what, parts) => {
    expect(verdict(...parts).violation?.message).toBe(`c1 sent ${what} in the clear to r1, in a garbage`);
  });

  test('does not apply where frames are no bytes', () => {
    expect(() => judge('confidentiality', [])).toThrow('does not apply');
  });
});
