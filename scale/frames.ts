/**
 * How long the frames of the reference are: its own codec encodes frames with keys, hashes and signatures of zeros, which are as long as real
 * ones.
 */
import {
  COORDINATOR,
  capsuleOf,
  encodeBody,
  encodeWrites,
  Gather,
  HASH_BYTES,
  KEY_BYTES,
  MAC_BYTES,
  sealLinkFrame,
  SIGNATURE_BYTES,
  type Answer,
  type Credential,
  type Head,
  type Role,
} from '../impl/index.ts';

/** What is measured: one put, in the first epoch. */
export const PUT = { key: 'user1234', value: 'v'.repeat(100) } as const;

const AEAD_TAG_BYTES = 16;
/** More answers than a frame has room for. */
const MANY_ANSWERS = 512;

/** Names of a client and of another node, and how high versions are. */
export interface Sample {
  readonly client: string;
  readonly other: string;
  /** Version at which links were made. */
  readonly link: number;
  /** Of the record; where there is one only, its capsule does not name it. */
  readonly shard?: number;
}

/** A side of a link, as far as the length of a frame depends on it. */
export type End = 'coordinator' | 'other';

/** Lengths of bodies, and of the frames that carry them, in bytes. */
export class FrameSizes {
  readonly data: number;
  readonly rts: number;
  readonly sync: number;
  readonly #sample: Sample;
  readonly #answer: Answer;
  readonly #answerWithHead: Answer;
  /** Answers that an EOE has room for: without a head, and with that of the writer among them. */
  readonly #maxAnswers: readonly [withoutHead: number, withHead: number];
  readonly #eoe = new Map<number, number>();
  readonly #frame = new Map<number, number>();

  constructor(sample: Sample) {
    this.#sample = sample;
    const { client, shard } = sample;
    const credential = credentialOf(client, 'client');
    const coordinator = credentialOf(COORDINATOR, 'coordinator');
    const signature = new Uint8Array(SIGNATURE_BYTES);
    const hash = new Uint8Array(HASH_BYTES);
    const head: Head = { capsule: capsuleOf(client, 1, shard), seq: 1, timestamp: 1, hash, signature };
    const ciphertext = new Uint8Array(encodeWrites([PUT]).length + AEAD_TAG_BYTES);
    const record = { ...head, writer: client, prevHash: hash, keyEpoch: 1, ciphertext };
    this.data = encodeBody({ kind: 'data', record, credential }).length;
    this.rts = encodeBody({
      kind: 'rts',
      body: { epoch: 1 },
      credential: coordinator,
      signature,
    }).length;
    this.sync = encodeBody({
      kind: 'sync',
      body: { epoch: 1, frontier: [{ head, credential }], forks: [], lacks: [] },
      credential: coordinator,
      signature,
    }).length;
    this.#answer = { answer: { node: client, epoch: 1, heads: [] }, credential, signature };
    this.#answerWithHead = { answer: { node: client, epoch: 1, heads: [head] }, credential, signature };
    this.#maxAnswers = [this.#merged(false), this.#merged(true)];
  }

  /** How many answers an EOE has room for; the reference lets the writer's be among them. */
  maxAnswers(hasHead: boolean): number {
    return this.#maxAnswers[hasHead ? 1 : 0];
  }

  /** Body of an EOE with so many answers; `hasHead`: that of the writer is one of them. */
  eoe(answers: number, hasHead: boolean): number {
    const key = 2 * answers + (hasHead ? 1 : 0);
    const known = this.#eoe.get(key);
    if (known !== undefined) return known;
    const bytes = encodeBody({ kind: 'eoe', epoch: 1, answers: this.#answers(answers, hasHead) }).length;
    this.#eoe.set(key, bytes);
    return bytes;
  }

  /** The frame that carries a body over a link. */
  frame(bodyBytes: number, from: End, to: End): number {
    const key = 4 * bodyBytes + (from === 'coordinator' ? 2 : 0) + (to === 'coordinator' ? 1 : 0);
    const known = this.#frame.get(key);
    if (known !== undefined) return known;
    const { other, link } = this.#sample;
    const nameOf = (end: End): string => (end === 'coordinator' ? COORDINATOR : other);
    const bytes = sealLinkFrame(
      { from: nameOf(from), to: nameOf(to), link, counter: 1, body: new Uint8Array(bodyBytes) },
      () => new Uint8Array(MAC_BYTES),
    ).length;
    this.#frame.set(key, bytes);
    return bytes;
  }

  #answers(answers: number, hasHead: boolean): readonly Answer[] {
    return Array.from({ length: answers }, (_, index) =>
      hasHead && index === 0 ? this.#answerWithHead : this.#answer,
    );
  }

  /** How many of many answers the reference puts into an EOE. */
  #merged(hasHead: boolean): number {
    const gather = new Gather(1, []);
    const answers = this.#answers(MANY_ANSWERS, hasHead).map((one, index) => {
      // Each another node, all of one length.
      const node = Math.floor(index / 26).toString(26) + (index % 26).toString(26);
      return { ...one, answer: { ...one.answer, node: node + one.answer.node.slice(node.length) } };
    });
    gather.take('', answers);
    return gather.merged().answers.length;
  }
}

function credentialOf(node: string, role: Role): Credential {
  return {
    node,
    role,
    domain: 'default',
    signingKey: new Uint8Array(KEY_BYTES),
    linkKey: new Uint8Array(KEY_BYTES),
    signature: new Uint8Array(SIGNATURE_BYTES),
  };
}
