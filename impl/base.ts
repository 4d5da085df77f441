/**
 * What all roles share: reacting to one input at a time with inert rejection, timers, reports, signed control
 * messages, link frames. Decisions are small protected methods, so that a mutant overrides one.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  decodeBody,
  decodeFrame,
  encodeBody,
  encodeControlFrame,
  encodeEvidence,
  FrameError,
  signingInput,
} from './codec.ts';
import { isEnrolled, isSigned, type NodeKeys } from './credentials.ts';
import { incarnationOf, isVoid, writerOf } from './shapes.ts';
import { sign } from './crypto.ts';
import { LinkTable, type Link } from './links.ts';
import type {
  Answer,
  Capsule,
  ControlBodies,
  ControlFrame,
  ControlKind,
  Credential,
  Evidence,
  EvidenceMessage,
  Frame,
  Head,
  LinkBody,
  LinkFrame,
  NodeName,
  ProvenHead,
  ProvenRecord,
  Rotation,
  RtsMessage,
  SignedBodies,
  SignedKind,
  SyncBody,
  SyncMessage,
} from './messages.ts';
import {
  checkParameters,
  type Command,
  type Gauge,
  type Input,
  type Node,
  type Output,
  type Parameters,
  type Report,
  type Storage,
} from './node.ts';
import { isEvidence } from './evidence.ts';
import { Forks } from './forks.ts';
import { isHeadAuthentic, isRecordAuthentic } from './record.ts';
import { isRotation } from './rotation.ts';
import type { Entry } from './stored.ts';

/** What a node is made from. */
export interface NodeOptions {
  readonly node: NodeName;
  /** Its first keys. Where they were renewed, the newest are in its storage. */
  readonly keys: NodeKeys;
  /** Public enrolment key, 32 bytes. */
  readonly anchor: Uint8Array;
  readonly parameters: Parameters;
  readonly storage: Storage;
}

/** Thrown inside a reaction to refuse its input; nothing may have changed before. Never leaves a node. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
}

/** Refuses the input of the present reaction. */
export function reject(reason: string): never {
  throw new Rejection(reason);
}

/** A node of any role. */
export abstract class BaseNode implements Node {
  protected readonly node: NodeName;
  /** Those of this life. */
  protected readonly keys: NodeKeys;
  /** Of these keys and of all before them, the newest first: what was sealed for it may be for any of them. */
  protected readonly linkSecrets: readonly Uint8Array[];
  protected readonly anchor: Uint8Array;
  protected readonly parameters: Parameters;
  protected readonly storage: Storage;
  protected readonly links: LinkTable;
  protected readonly forks: Forks;
  /** The newest key epoch that it knows of. */
  protected keyEpoch = 1;
  protected started = false;
  private outputs: Output[] = [];

  /**
   * @throws TypeError for an option of the wrong kind; RangeError for a credential that does not fit the node,
   *   or parameters out of range
   */
  constructor(options: NodeOptions) {
    const { node, keys, anchor, parameters, storage } = options;
    if (!(anchor instanceof Uint8Array)) throw new TypeError('anchor must be bytes');
    if (keys.credential.node !== node) throw new RangeError(`keys are those of ${keys.credential.node}`);
    if (!isEnrolled(keys.credential, anchor))
      throw new RangeError('keys: the anchor does not vouch for them');
    checkParameters(parameters);
    this.node = node;
    this.anchor = anchor;
    this.parameters = parameters;
    this.storage = storage;
    const renewed = this.stored().flatMap((entry) => (entry.type === 'keys' ? [entry.keys] : []));
    const all = [...renewed.reverse(), keys];
    this.keys = all[0] ?? keys;
    this.linkSecrets = all.map(({ linkSecret }) => linkSecret);
    this.links = this.makeLinks();
    this.forks = this.makeForks();
  }

  handle(input: Input, emit: (output: Output) => void): void {
    this.outputs = [];
    try {
      this.react(input);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      emit({ kind: 'reject', reason: error.message });
      return;
    }
    for (const output of this.outputs) emit(output);
  }

  abstract gauges(): readonly Gauge[];

  protected abstract start(entropy: Uint8Array): void;
  protected abstract onTimer(timer: string): void;
  protected abstract onCommand(command: Command): void;
  protected abstract onControl(frame: ControlFrame): void;
  /** A body from a present neighbour; `data` are its bytes, to be passed on unchanged. */
  protected abstract onLink(from: NodeName, body: LinkBody, data: Uint8Array): void;

  protected makeLinks(): LinkTable {
    return new LinkTable(this.node, this.keys.linkSecret);
  }

  protected makeForks(): Forks {
    return new Forks(this.parameters.maxCapsules);
  }

  private react(input: Input): void {
    if (input.kind === 'start') {
      if (this.started) reject('start: started already');
      if (input.entropy.length !== 16) throw new RangeError('entropy must be 16 bytes');
      this.started = true;
      this.start(input.entropy);
      return;
    }
    if (!this.started) reject(`${input.kind}: not started`);
    if (input.kind === 'frame') this.receive(input.frame);
    else if (input.kind === 'timer') this.onTimer(input.timer);
    else this.onCommand(input.command);
  }

  protected receive(data: Uint8Array): void {
    const frame: Frame = this.decode(() => decodeFrame(data));
    if (frame.kind !== 'link') {
      if (!this.verifyControl(frame)) reject(`${frame.kind}: not authentic`);
      this.onControl(frame);
      return;
    }
    const link = this.openFrame(frame, data);
    this.onLink(
      frame.from,
      this.decode(() => decodeBody(frame.body)),
      frame.body,
    );
    // Only now: the counter of a rejected frame is not taken.
    this.links.accept(link, frame);
  }

  private decode<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof FrameError) reject(error.message);
      throw error;
    }
  }

  /** The link of an authentic frame; rejects others. */
  protected openFrame(frame: LinkFrame, data: Uint8Array): Link {
    const link = this.links.open(frame, data);
    if (typeof link === 'string') reject(link);
    return link;
  }

  protected verifyControl(frame: ControlFrame): boolean {
    return this.verifySigned(frame.kind, frame.body, frame.credential, frame.signature);
  }

  /** Whether the holder of an enrolled credential signed a body. Who may sign what is decided elsewhere. */
  protected verifySigned<K extends SignedKind>(
    kind: K,
    body: SignedBodies[K],
    credential: Credential,
    signature: Uint8Array,
  ): boolean {
    return this.verifyCredential(credential) && isSigned(kind, body, credential, signature);
  }

  protected verifyCredential(credential: Credential): boolean {
    return isEnrolled(credential, this.anchor);
  }

  /** Enrolment gives the role to `C` alone. */
  protected isCoordinator(credential: Credential): boolean {
    return credential.role === 'coordinator';
  }

  protected verifyRecord({ record, credential }: ProvenRecord): boolean {
    return isRecordAuthentic(record, credential, this.anchor);
  }

  protected verifyHead({ head, credential }: ProvenHead): boolean {
    return isHeadAuthentic(head, credential, this.anchor);
  }

  protected verifyEvidence(evidence: Evidence): boolean {
    return isEvidence(evidence, this.anchor);
  }

  /** Evidence from a neighbour. */
  protected onEvidence({ evidence }: EvidenceMessage, from: NodeName): void {
    if (!this.forks.isNew(evidence)) reject('evidence: known already');
    if (!this.verifyEvidence(evidence)) reject('evidence: convinces nobody');
    this.accuse(evidence, from);
  }

  /** Acts on new evidence: `from` a neighbour, or found by the node itself. */
  protected abstract accuse(evidence: Evidence, from?: NodeName): void;

  /** Keeps evidence that is new, and says so. */
  protected keepEvidence(evidence: Evidence): void {
    this.forks.keep(evidence);
    this.persist({ type: 'evidence', evidence });
    const { capsule, seq } = evidence;
    this.report({ type: 'forked', capsule, seq, evidence: bytesToHex(encodeEvidence(evidence)) });
  }

  protected verifyRotation(rotation: Rotation): boolean {
    return isRotation(rotation, this.anchor);
  }

  /** Takes a newer rotation that a SYNC brings: its frontier shows where the capsules of those expelled are cut. */
  protected learnRotation({ rotation, frontier }: SyncBody): void {
    if (rotation === undefined || rotation.body.keyEpoch <= this.keyEpoch) return;
    this.keepRotation(
      rotation,
      frontier.map(({ head }) => head),
    );
  }

  /** Keeps a newer rotation, and says so. `ends`: the last records of capsules, where those are cut that void keys signed. */
  protected keepRotation(rotation: Rotation, ends: readonly Pick<Head, 'capsule' | 'seq'>[]): void {
    const { expelled } = rotation.body;
    const cuts = ends
      .filter(({ capsule }) => isVoid(expelled, writerOf(capsule), incarnationOf(capsule)))
      .map(({ capsule, seq }) => [capsule, seq] as const);
    this.persist({ type: 'rotation', rotation, cuts });
    this.takeRotation(rotation, cuts);
    this.report({ type: 'rotated', keyEpoch: this.keyEpoch });
  }

  /** What follows from a rotation, now or after a restart. */
  protected takeRotation({ body }: Rotation, cuts: readonly (readonly [Capsule, number])[]): void {
    this.keyEpoch = body.keyEpoch;
    this.forks.cut(body.expelled, cuts);
  }

  protected verifyRts({ body, credential, signature }: RtsMessage): boolean {
    return this.isCoordinator(credential) && this.verifySigned('rts', body, credential, signature);
  }

  protected verifySync({ body, credential, signature }: SyncMessage): boolean {
    return (
      this.isCoordinator(credential) &&
      this.verifySigned('sync', body, credential, signature) &&
      body.frontier.every((head) => this.verifyHead(head)) &&
      body.forks.every((evidence) => this.verifyEvidence(evidence)) &&
      (body.rotation === undefined || this.verifyRotation(body.rotation))
    );
  }

  /** Whether an answer is that of the client it names, for `epoch`, with heads of its own capsules only. */
  protected verifyAnswer({ answer, credential, signature }: Answer, epoch: number): boolean {
    return (
      answer.epoch === epoch &&
      credential.role === 'client' &&
      credential.node === answer.node &&
      this.verifySigned('answer', answer, credential, signature) &&
      answer.heads.every((head) => this.verifyHead({ head, credential }))
    );
  }

  protected send(to: NodeName, frame: Uint8Array): void {
    this.outputs.push({ kind: 'send', to, frame });
  }

  protected sendControl<K extends ControlKind>(to: NodeName, kind: K, body: ControlBodies[K]): void {
    const signature = this.sign<ControlKind>(kind, body);
    this.send(to, encodeControlFrame({ kind, body, credential: this.keys.credential, signature }));
  }

  /** Sends an encoded body over the link to a neighbour. */
  protected sendBytes(to: NodeName, body: Uint8Array): void {
    this.send(to, this.links.seal(to, body));
  }

  /** Encodes a body once and sends it over the links to some neighbours. */
  protected sendBody(to: readonly NodeName[], body: LinkBody): void {
    const data = encodeBody(body);
    for (const node of to) this.sendBytes(node, data);
  }

  protected sign<K extends SignedKind>(kind: K, body: SignedBodies[K]): Uint8Array {
    return sign(signingInput(kind, body), this.keys.signingSecret);
  }

  protected setTimer(timer: string, ms: number): void {
    this.outputs.push({ kind: 'set-timer', timer, ms });
  }

  protected cancelTimer(timer: string): void {
    this.outputs.push({ kind: 'cancel-timer', timer });
  }

  protected report(report: Report): void {
    this.outputs.push({ kind: 'report', report });
  }

  protected persist(entry: Entry): void {
    this.storage.append(entry);
  }

  protected stored(): readonly Entry[] {
    return this.storage.entries() as readonly Entry[];
  }
}

/** The node that a timer like `suspect:x` is about; undefined if it is another timer. */
export function timerSubject(timer: string, prefix: 'suspect' | 'probe'): NodeName | undefined {
  return timer.startsWith(`${prefix}:`) ? timer.slice(prefix.length + 1) : undefined;
}
