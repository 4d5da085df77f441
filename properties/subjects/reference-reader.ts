/**
 * Reads the reference's frames as symbolic messages, and judges with Node's own crypto what is authentic. The judge holds
 * all keys (it is the laboratory's), and learns from the coordinator's placements which links exist.
 */
import {
  credentialInput,
  decodeBody,
  decodeFrame,
  FrameError,
  headSigningInput,
  linkInfo,
  macInput,
  keyEpochOf,
  recordHashInput,
  rotationInput,
  signingInput,
  writerOf,
  type Answer as WireAnswer,
  type CapsuleRecord,
  type ControlFrame,
  type Credential,
  type Enrolment,
  type Evidence as WireEvidence,
  type Frame,
  type Head,
  type LinkBody as WireBody,
  type LinkFrame,
  type Neighbour as WireNeighbour,
  type NodeKeys,
  type PlacementBody,
  type Rotation as WireRotation,
  type SplitView as WireSplitView,
} from '../../impl/index.ts';
import {
  contradict,
  generationOf,
  generationOfCapsule,
  roleOf,
  type LinkBody,
  type Message,
  type Neighbour,
  type NodeName,
  type Placement,
  type Rotation,
} from '../../model/index.ts';
import { canonicalText, linkedText, messageText } from '../canonical.ts';
import type { Step } from '../../engine/index.ts';
import type { Command, Reader, Reading, Report } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Branches } from './branches.ts';
import { hmacUnder, linkKey, sha256, verify } from './judge-crypto.ts';

/** A frame, decoded once for all who look at it. */
export interface Decoded {
  readonly frame: Frame;
  /** Link frames only. */
  readonly body: WireBody | undefined;
}

const decodedFrames = new WeakMap<Uint8Array, Decoded | { readonly wrong: string }>();

/** Decodes a frame; remembered by identity. */
export function decodeOnce(bytes: Uint8Array): Decoded | { readonly wrong: string } {
  let decoded = decodedFrames.get(bytes);
  if (decoded === undefined) decodedFrames.set(bytes, (decoded = decodeNow(bytes)));
  return decoded;
}

function decodeNow(bytes: Uint8Array): Decoded | { readonly wrong: string } {
  try {
    const frame = decodeFrame(bytes);
    return { frame, body: frame.kind === 'link' ? decodeBody(frame.body) : undefined };
  } catch (error) {
    if (error instanceof FrameError) return { wrong: error.message };
    throw error;
  }
}

/** Bytes of a birth that its symbol keeps: 48 bits, so that it stays a safe integer. */
const BIRTH_SYMBOL_BYTES = 6;

/** The number that stands for a birth in symbolic messages. */
export function birthSymbol(birth: Uint8Array): number {
  let symbol = 0;
  for (const byte of birth.subarray(0, BIRTH_SYMBOL_BYTES)) symbol = symbol * 256 + byte;
  return symbol + 1;
}

/** An authentic body of a link frame, as a symbol. */
interface ReadBody {
  readonly content: LinkBody;
  readonly text: string;
}

/** Bodies found authentic, by the enrolment that they were judged under; shared by all runs. */
const readBodies = new WeakMap<Enrolment, WeakMap<WireBody, ReadBody>>();

class Unauthentic extends Error {}

function demand(condition: boolean, what: string): void {
  if (!condition) throw new Unauthentic(what);
}

function demandLife({ generation = 0 }: Credential, expected: number): void {
  demand(generation === expected, 'keys of other lives');
}

/** What the ends of a link in certain incarnations share. */
interface LinkLives {
  readonly mac: (message: Uint8Array) => Uint8Array;
  /** The incarnations, by the ends. */
  readonly lives: Readonly<Record<NodeName, number>>;
}

/** Reader of one run of the reference, or of any subject with its wire format and this enrolment. */
export class ReferenceReader implements Reader<Uint8Array> {
  readonly #enrolment: Enrolment;
  readonly #keysOf: (node: NodeName, generation: number) => NodeKeys | undefined;
  readonly #readings = new WeakMap<Uint8Array, Reading>();
  /** The MAC of each link, by its name; of several, where the coordinator tells of other lives of its ends under one version. */
  readonly #links = new Map<string, Map<string, LinkLives>>();

  readonly #bodies: WeakMap<WireBody, ReadBody>;
  readonly #branches = new Branches();

  /** @param keysOf the keys of a node of the run, by their generation */
  constructor(enrolment: Enrolment, keysOf: (node: NodeName, generation: number) => NodeKeys | undefined) {
    this.#enrolment = enrolment;
    let bodies = readBodies.get(enrolment);
    if (bodies === undefined) readBodies.set(enrolment, (bodies = new WeakMap()));
    this.#bodies = bodies;
    this.#keysOf = keysOf;
  }

  /** Which records were put. Links are learnt by reading placements: frames are read in the order in which they were sent. */
  learn(step: Step<Uint8Array, Command, Report>): void {
    if (step.kind !== 'reaction') return;
    for (const output of step.outputs) if (output.kind === 'report') this.#branches.learn(output.report);
  }

  birthOf(start: { readonly entropy: Uint8Array }): number {
    return birthSymbol(start.entropy);
  }

  read(bytes: Uint8Array): Reading {
    let reading = this.#readings.get(bytes);
    if (reading === undefined) this.#readings.set(bytes, (reading = this.#readNow(bytes)));
    return reading;
  }

  #readNow(bytes: Uint8Array): Reading {
    const decoded = decodeOnce(bytes);
    try {
      if ('wrong' in decoded) throw new Unauthentic(decoded.wrong);
      const { frame, body } = decoded;
      if (frame.kind !== 'link') return read(this.#control(frame), 0, 0);
      if (body === undefined) throw new Unauthentic('no body');
      const lives = this.#checkMac(bytes, frame);
      const known = this.#bodyOnce(body);
      const content = this.#branches.named(body, known.content);
      const text = content === known.content ? known.text : canonicalText(content);
      const { from, to, link } = frame;
      const message = { ...content, from, to, link } as Message;
      const timestamp =
        body.kind === 'sync' ? Math.max(0, ...body.body.frontier.map(({ head }) => head.timestamp)) : 0;
      return { message, counter: frame.counter, text: linkedText(from, to, link, text), lives, timestamp };
    } catch (error) {
      if (error instanceof Unauthentic) return read({ type: 'garbage', reason: error.message }, 0, 0);
      throw error;
    }
  }

  /** Whether everything signed in a message is its author's. Says nothing of the link that it came over. */
  isAuthentic({ frame, body }: Decoded): boolean {
    try {
      if (frame.kind !== 'link') this.#control(frame);
      else if (body !== undefined) this.#body(body);
      return true;
    } catch (error) {
      if (error instanceof Unauthentic) return false;
      throw error;
    }
  }

  /** Returns the incarnations in whose link the frame was made. */
  #checkMac(bytes: Uint8Array, frame: LinkFrame): LinkLives['lives'] {
    const macs = this.#links.get(linkName(frame.from, frame.to, frame.link));
    if (macs === undefined) throw new Unauthentic('no such link');
    const input = macInput(bytes);
    const link = [...macs.values()].find(({ mac }) => equal(frame.mac, mac(input)));
    if (link === undefined) throw new Unauthentic('mac');
    return link.lives;
  }

  #checkCredential(credential: Credential, node: NodeName): void {
    demand(credential.node === node, 'credential of another node');
    demand(credential.role === roleOf(node), 'credential of another role');
    demand(verify(credential.signature, credentialInput(credential), this.#enrolment.anchor), 'credential');
  }

  #control(frame: ControlFrame): Message {
    const signer =
      frame.kind === 'join-refused' || frame.kind === 'placement' || frame.kind === 'probe'
        ? ROOT
        : frame.body.node;
    this.#checkCredential(frame.credential, signer);
    if (signer !== ROOT && 'incarnation' in frame.body)
      demandLife(frame.credential, generationOf(frame.body.incarnation));
    demand(
      verify(frame.signature, signingInput(frame.kind, frame.body), frame.credential.signingKey),
      'signature',
    );
    switch (frame.kind) {
      case 'join': {
        const { birth, ...rest } = frame.body;
        demand(rest.role === frame.credential.role, 'role');
        return { type: 'join', ...rest, birth: birthSymbol(birth) };
      }
      case 'join-refused': {
        const { birth, ...rest } = frame.body;
        return { type: 'join-refused', ...rest, birth: birthSymbol(birth) };
      }
      case 'placement': {
        const { body } = frame;
        for (const neighbour of [body.parent, ...body.children]) this.#learnLink(body, neighbour);
        return { type: 'placement', ...symbolic(body) };
      }
      case 'placement-ack':
        return { type: 'placement-ack', ...frame.body };
      case 'leave':
        return { type: 'leave', ...frame.body };
      case 'subscription':
        return { type: 'subscription', ...frame.body };
      case 'suspect':
        return { type: 'suspect', ...frame.body };
      case 'probe':
        return { type: 'probe', ...frame.body };
      case 'probe-ack':
        return { type: 'probe-ack', ...frame.body };
    }
  }

  #learnLink(self: PlacementBody, { node, incarnation, link, credential }: WireNeighbour): void {
    this.#checkCredential(credential, node);
    if (node !== ROOT) demandLife(credential, generationOf(incarnation));
    const name = linkName(self.node, node, link);
    const own = this.#keysOf(self.node, generationOf(self.incarnation));
    if (own === undefined) return;
    const info = linkInfo({ node: self.node, incarnation: self.incarnation }, { node, incarnation }, link);
    const lives = Buffer.from(info).toString('latin1');
    let macs = this.#links.get(name);
    if (macs === undefined) this.#links.set(name, (macs = new Map()));
    if (macs.has(lives)) return;
    const ends = { secret: own.linkSecret, publicKey: own.credential.linkKey };
    macs.set(lives, {
      mac: hmacUnder(linkKey(ends, credential.linkKey, info)),
      lives: { [self.node]: self.incarnation, [node]: incarnation },
    });
  }

  /** Equal bodies are decoded to one object, so what is found of one need not be found again. */
  #bodyOnce(body: WireBody): ReadBody {
    const known = this.#bodies.get(body);
    if (known !== undefined) return known;
    const content = this.#body(body);
    const read = { content, text: canonicalText(content) };
    this.#bodies.set(body, read);
    return read;
  }

  #body(body: WireBody): LinkBody {
    switch (body.kind) {
      case 'heartbeat':
        return { type: 'heartbeat' };
      case 'data':
        this.#checkRecord(body.record, body.credential);
        return { type: 'data', record: { capsule: body.record.capsule, seq: body.record.seq } };
      case 'rts':
        this.#checkCredential(body.credential, ROOT);
        demand(
          verify(body.signature, signingInput('rts', body.body), body.credential.signingKey),
          'signature',
        );
        return { type: 'rts', epoch: body.body.epoch };
      case 'eoe':
        return {
          type: 'eoe',
          epoch: body.epoch,
          answers: body.answers.map((answer) => this.#answer(answer, body.epoch)),
        };
      case 'sync':
        for (const evidence of body.body.forks) this.#evidence(evidence);
        this.#checkCredential(body.credential, ROOT);
        demand(
          verify(body.signature, signingInput('sync', body.body), body.credential.signingKey),
          'signature',
        );
        return {
          type: 'sync',
          epoch: body.body.epoch,
          frontier: body.body.frontier.map(({ head, credential }) => this.#head(head, credential)),
          ...(body.body.lacks.length === 0 ? {} : { lacks: body.body.lacks }),
          ...this.#rotation(body.body.rotation),
        };
      case 'evidence':
        return this.#evidence(body.evidence);
      case 'split-view':
        return { type: 'split-view', placements: this.#splitView(body.view) };
      case 'nak':
        return { type: 'nak', capsule: body.capsule, first: body.first, last: body.last, path: body.path };
      case 'repair':
        for (const record of body.records) {
          this.#checkRecord(record, body.credential);
          demand(
            record.capsule === body.capsule && record.seq >= body.first && record.seq <= body.last,
            'not of the range',
          );
        }
        return {
          type: 'repair',
          capsule: body.capsule,
          first: body.first,
          last: body.last,
          seqs: body.records.map(({ seq }) => seq),
        };
    }
  }

  #rotation(rotation: WireRotation | undefined): { readonly rotation?: Rotation } {
    if (rotation === undefined) return {};
    const { body, signature } = rotation;
    demand(verify(signature, rotationInput(body), this.#enrolment.anchor), 'signature of a rotation');
    return { rotation: { keyEpoch: body.keyEpoch, expelled: body.expelled } };
  }

  #evidence({ capsule, seq, branches, credential }: WireEvidence): LinkBody {
    for (const branch of branches) this.#head({ capsule, seq, ...branch }, credential);
    return { type: 'evidence', capsule, seq, branches: ['', ''] };
  }

  #splitView({ placements, credential }: WireSplitView): readonly [Placement, Placement] {
    this.#checkCredential(credential, ROOT);
    for (const { body, signature } of placements)
      demand(verify(signature, signingInput('placement', body), credential.signingKey), 'signature');
    const [one, other] = placements
      .map(({ body }) => symbolic(body))
      .toSorted((a, b) => (canonicalText(a) < canonicalText(b) ? -1 : 1));
    if (one === undefined || other === undefined || !contradict(one, other))
      throw new Unauthentic('placements of one tree');
    return [one, other];
  }

  #answer({ answer, credential, signature }: WireAnswer, epoch: number) {
    this.#checkCredential(credential, answer.node);
    demand(credential.role === 'client' && answer.epoch === epoch, 'answer');
    demand(verify(signature, signingInput('answer', answer), credential.signingKey), 'signature');
    return { node: answer.node, heads: answer.heads.map((head) => this.#head(head, credential)) };
  }

  #head(head: Head, credential: Credential) {
    this.#checkCredential(credential, writerOf(head.capsule));
    demand(credential.role === 'client', 'writer');
    demandLife(credential, generationOfCapsule(head.capsule));
    demand(verify(head.signature, headSigningInput(head), credential.signingKey), 'signature of a head');
    return { capsule: head.capsule, seq: head.seq };
  }

  #checkRecord(record: CapsuleRecord, credential: Credential): void {
    demand(equal(record.hash, sha256(recordHashInput(record))), 'hash');
    demand(record.writer === writerOf(record.capsule), 'writer');
    demand(record.keyEpoch === keyEpochOf(record.capsule), 'key epoch');
    this.#head(record, credential);
  }
}

/** A placement without keys: credentials are no part of a tree. */
function symbolic({ birth, parent, children, ...rest }: PlacementBody): Placement {
  const end = ({ node, incarnation, link, interest }: WireNeighbour): Neighbour => ({
    node,
    incarnation,
    link,
    ...(interest === undefined ? {} : { interest }),
  });
  return { ...rest, birth: birthSymbol(birth), parent: end(parent), children: children.map(end) };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** `A B VERSION`, the ends sorted. */
function linkName(a: NodeName, b: NodeName, link: number): string {
  return a < b ? `${a} ${b} ${link}` : `${b} ${a} ${link}`;
}

function read(message: Message, counter: number, timestamp: number): Reading {
  return { message, counter, text: messageText(message), timestamp };
}
