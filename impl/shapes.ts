/**
 * How each credential, record, head, body and frame looks on the wire: its fields in order, their types, ranges and
 * lengths (docs/protocol.md §2, §5). Used by `codec.ts` only.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type {
  Answer,
  AnswerBody,
  Branch,
  CapsuleRecord,
  ControlBodies,
  ControlKind,
  Credential,
  DataMessage,
  EoeMessage,
  Evidence,
  EvidenceMessage,
  Grant,
  Head,
  HeartbeatMessage,
  Lack,
  LinkBody,
  LinkFrame,
  NakMessage,
  Neighbour,
  ProvenHead,
  RepairMessage,
  Rotation,
  RotationBody,
  RtsBody,
  RtsMessage,
  SignedBodies,
  SignedKind,
  SignedPlacement,
  SplitView,
  SplitViewMessage,
  SyncBody,
  SyncMessage,
  Write,
} from './messages.ts';
import { bytes, integer, list, oneOf, struct, text, where, type Shape } from './schema.ts';

/** Greatest size of a frame, in bytes. What is longer is rejected unread. */
export const MAX_FRAME_BYTES = 65_536;
/** Greatest size of a record's ciphertext, in bytes: fits a frame with room to spare. */
export const MAX_CIPHERTEXT_BYTES = 49_152;
/** Greatest size of a key and of a value of a put, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 256;
export const MAX_VALUE_BYTES = 2048;
/** Greatest number of elements of any list in a frame. */
export const MAX_LIST = 4096;
/** Greatest length of the path in a nak: deeper trees do not exist. */
export const MAX_PATH = 64;

/** Greatest number of key epochs, the first included. */
export const MAX_KEY_EPOCH = 64;
/** Greatest number of clients that a rotation has grants for: it must fit a SYNC, beside the frontier. */
export const MAX_GRANTS = 64;
/** Greatest number of expulsions: no more than there are rotations. */
export const MAX_EXPELLED = MAX_KEY_EPOCH - 1;
/** Greatest number of generations of a node's keys, the first included: each expulsion makes one void. */
export const MAX_GENERATIONS = MAX_EXPELLED + 1;
/** Lives that a node can have under keys of one generation: incarnations from 1 on are of the first, as many more of each next. */
export const LIVES_PER_KEY = 1_000_000;

/** Greatest number of shards. */
export const MAX_SHARDS = 64;

export const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const KEY_BYTES = 32;
export const BIRTH_BYTES = 16;
export const MAC_BYTES = 32;
/** The AEAD's tag. */
const TAG_BYTES = 16;

const NAME = /^[A-Za-z][A-Za-z0-9-]{0,31}$/;
const CAPSULE =
  /^([A-Za-z][A-Za-z0-9-]{0,31})\/([1-9][0-9]{0,15})(?:\/k([2-9]|[1-9][0-9]))?(?:\/s(0|[1-9][0-9]?))?$/;

/** Whether `value` may name a node. */
export const isNodeName = (value: string): boolean => NAME.test(value);

/** The name of a writer's capsule; of a shard, where there are several; of a key epoch, where it is not the first. */
export const capsuleOf = (writer: string, incarnation: number, shard?: number, keyEpoch = 1): string =>
  `${writer}/${incarnation}${keyEpoch === 1 ? '' : `/k${keyEpoch}`}${shard === undefined ? '' : `/s${shard}`}`;

/** The writer that a capsule's name names. */
export const writerOf = (capsule: string): string => capsule.slice(0, capsule.indexOf('/'));

/** A capsule's name without its shard: the life that writes it. */
export const lifeOf = (capsule: string): string => capsule.split('/', 2).join('/');

/** The generation of the keys that a node has in an incarnation: how often they were renewed. */
export const generationOf = (incarnation: number): number =>
  Math.floor(Math.max(0, incarnation - 1) / LIVES_PER_KEY);

/** The incarnation of the life that writes a capsule. */
export const incarnationOf = (capsule: string): number => Number(CAPSULE.exec(capsule)?.[2] ?? 0);

/** Whether a credential is of the keys that its node has in an incarnation. */
export const isOfLife = ({ generation = 0 }: Credential, incarnation: number): boolean =>
  generation === generationOf(incarnation);

/** How many generations of a node's keys are void, by all that were ever expelled: as many as it is named there. */
export const voidGenerations = (expelled: readonly string[], node: string): number =>
  expelled.filter((one) => one === node).length;

/** Whether the keys are void that a node has in an incarnation, by all that were ever expelled. */
export const isVoid = (expelled: readonly string[], node: string, incarnation: number): boolean =>
  voidGenerations(expelled, node) > generationOf(incarnation);

/** The shard of a capsule's records. */
export const shardOf = (capsule: string): number => Number(CAPSULE.exec(capsule)?.[4] ?? 0);

/** The key epoch of a capsule's records. */
export const keyEpochOf = (capsule: string): number => Number(CAPSULE.exec(capsule)?.[3] ?? 1);

const name = text(isNodeName);
const capsule = text((value) => {
  const match = CAPSULE.exec(value);
  return (
    match !== null &&
    Number.isSafeInteger(Number(match[2])) &&
    Number(match[3] ?? 1) <= MAX_KEY_EPOCH &&
    Number(match[4] ?? 0) < MAX_SHARDS
  );
});
const interest = list(integer(0, MAX_SHARDS - 1), MAX_SHARDS, (shard) => shard);
const positive = integer(1);
const hash = bytes(HASH_BYTES);
export const signature = bytes(SIGNATURE_BYTES);
const birth = bytes(BIRTH_BYTES);

export const credential: Shape<Credential> = struct<Credential>(
  {
    node: name,
    role: oneOf('coordinator', 'router', 'client'),
    domain: name,
    signingKey: bytes(KEY_BYTES),
    linkKey: bytes(KEY_BYTES),
    signature,
    generation: integer(1, MAX_GENERATIONS - 1),
  },
  true,
);

const record: Shape<CapsuleRecord> = struct<CapsuleRecord>({
  capsule,
  writer: name,
  seq: positive,
  prevHash: hash,
  timestamp: positive,
  keyEpoch: positive,
  ciphertext: bytes(TAG_BYTES, MAX_CIPHERTEXT_BYTES),
  hash,
  signature,
});

const head: Shape<Head> = struct<Head>({ capsule, seq: positive, timestamp: positive, hash, signature });
const provenHead: Shape<ProvenHead> = struct<ProvenHead>({ head, credential });

const branch: Shape<Branch> = struct<Branch>({ timestamp: positive, hash, signature });
export const evidence: Shape<Evidence> = struct<Evidence>({
  capsule,
  seq: positive,
  branches: list(branch, 2, (one) => bytesToHex(one.hash)),
  credential,
});

const grant: Shape<Grant> = struct<Grant>({ node: name, sealed: bytes(KEY_BYTES + TAG_BYTES) });

export const rotationBody: Shape<RotationBody> = where(
  struct<RotationBody>({
    keyEpoch: integer(2, MAX_KEY_EPOCH),
    expelled: list(name, MAX_EXPELLED),
    sealingKey: bytes(KEY_BYTES),
    grants: list(grant, MAX_GRANTS, (one) => one.node),
    earlier: bytes(TAG_BYTES, TAG_BYTES + KEY_BYTES * MAX_KEY_EPOCH),
  }),
  ({ keyEpoch, expelled, earlier }) =>
    earlier.length === TAG_BYTES + KEY_BYTES * (keyEpoch - 2) &&
    expelled.every((node, at) => at === 0 || (expelled[at - 1] as string) <= node),
  'not sorted, or not the keys of the epochs before',
);

const rotation: Shape<Rotation> = struct<Rotation>({ body: rotationBody, signature });

const neighbour: Shape<Neighbour> = struct<Neighbour>(
  { node: name, incarnation: positive, link: positive, credential, interest },
  true,
);

const probe = struct<ControlBodies['probe']>({ node: name, incarnation: positive, nonce: positive });

export const controlShapes: { readonly [K in ControlKind]: Shape<ControlBodies[K]> } = {
  join: where(
    struct<ControlBodies['join']>(
      {
        node: name,
        role: oneOf('router', 'client'),
        incarnation: positive,
        birth,
        attempt: positive,
        reason: oneOf('new', 'restarted', 'orphaned'),
        suspect: text((value) => value === '' || isNodeName(value)),
        link: integer(0),
        interest,
      },
      true,
    ),
    ({ reason, suspect, link }) =>
      (reason === 'orphaned') === (suspect !== '') && (suspect !== '') === link > 0,
    'reason and suspect disagree',
  ),
  'join-refused': struct<ControlBodies['join-refused']>({
    node: name,
    birth,
    attempt: positive,
    why: oneOf('incarnation', 'pending', 'excluded'),
    known: positive,
  }),
  placement: struct<ControlBodies['placement']>(
    {
      node: name,
      incarnation: positive,
      birth,
      version: positive,
      level: positive,
      parent: neighbour,
      children: list(neighbour, MAX_LIST, (child) => child.node),
      interest,
    },
    true,
  ),
  'placement-ack': struct<ControlBodies['placement-ack']>({
    node: name,
    incarnation: positive,
    version: positive,
  }),
  leave: struct<ControlBodies['leave']>({ node: name, incarnation: positive }),
  subscription: struct<ControlBodies['subscription']>({
    node: name,
    incarnation: positive,
    attempt: positive,
    interest,
  }),
  suspect: struct<ControlBodies['suspect']>({
    node: name,
    incarnation: positive,
    child: name,
    link: positive,
  }),
  probe,
  'probe-ack': probe,
};

const signedPlacement = struct<SignedPlacement>({ body: controlShapes.placement, signature });
export const splitView: Shape<SplitView> = struct<SplitView>({
  placements: list(signedPlacement, 2, (one) => bytesToHex(one.signature)),
  credential,
});

const rtsBody = struct<RtsBody>({ epoch: positive });
const lack = struct<Lack>({ capsule, held: integer(0) });
const syncBody = struct<SyncBody>(
  {
    epoch: positive,
    frontier: list(provenHead, MAX_LIST, (one) => one.head.capsule),
    forks: list(evidence, MAX_LIST, (one) => one.capsule),
    lacks: list(lack, MAX_LIST, (one) => one.capsule),
    rotation,
  },
  true,
);
const answerBody = struct<AnswerBody>({
  node: name,
  epoch: positive,
  heads: list(head, MAX_LIST, (one) => one.capsule),
});
const answer = struct<Answer>({ answer: answerBody, credential, signature });

export const signedShapes: { readonly [K in SignedKind]: Shape<SignedBodies[K]> } = {
  ...controlShapes,
  rts: rtsBody,
  sync: syncBody,
  answer: answerBody,
};

const isRange = ({ first, last }: { readonly first: number; readonly last: number }): boolean =>
  first <= last;

export const bodyShapes: { readonly [K in LinkBody['kind']]: Shape<Extract<LinkBody, { kind: K }>> } = {
  heartbeat: struct<HeartbeatMessage>({ kind: oneOf('heartbeat') }),
  data: struct<DataMessage>({ kind: oneOf('data'), record, credential }),
  rts: struct<RtsMessage>({ kind: oneOf('rts'), body: rtsBody, credential, signature }),
  eoe: struct<EoeMessage>({
    kind: oneOf('eoe'),
    epoch: positive,
    answers: list(answer, MAX_LIST, (one) => one.answer.node),
  }),
  sync: struct<SyncMessage>({ kind: oneOf('sync'), body: syncBody, credential, signature }),
  nak: where(
    struct<NakMessage>({
      kind: oneOf('nak'),
      capsule,
      first: positive,
      last: positive,
      path: list(name, MAX_PATH),
    }),
    isRange,
    'empty range',
  ),
  repair: where(
    struct<RepairMessage>({
      kind: oneOf('repair'),
      capsule,
      first: positive,
      last: positive,
      credential,
      records: list(record, MAX_LIST, (one) => one.seq),
    }),
    isRange,
    'empty range',
  ),
  evidence: struct<EvidenceMessage>({ kind: oneOf('evidence'), evidence }),
  'split-view': struct<SplitViewMessage>({ kind: oneOf('split-view'), view: splitView }),
};

export const linkFrame = struct<LinkFrame>({
  kind: oneOf('link'),
  from: name,
  to: name,
  link: positive,
  counter: positive,
  body: bytes(1, MAX_FRAME_BYTES),
  mac: bytes(MAC_BYTES),
});

export const writes = list(struct<Write>({ key: text(isWellFormed), value: text(isWellFormed) }), MAX_LIST);

/** Whether UTF-8 can carry `value` unchanged: no lone surrogates. */
export function isWellFormed(value: string): boolean {
  return !/\p{Surrogate}/u.test(value);
}
