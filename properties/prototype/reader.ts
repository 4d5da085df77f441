/**
 * Reads what nodes of the prototype say as symbolic messages and names its records as monitors do. It is the judge: whether a record
 * is genuine it finds out with Node's own crypto and from what the writers reported when they wrote.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Input, Reaction, Step } from '../../engine/index.ts';
import type { Capsule, Message, NodeName, RecordName } from '../../model/index.ts';
import { contentKey, Memo } from '../../impl/memo.ts';
import { messageText } from '../canonical.ts';
import type { Command, Reader, Reading, RecordReport, Report } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import {
  decodeRecord,
  hex,
  INIT,
  openRecord,
  signedBytes,
  SIGNING_PUBLIC_KEY,
  type Item,
  type SealedRecord,
} from './records.ts';
import { decode, type WireMessage } from './wire.ts';

/** A put as its writer made it. */
interface Put {
  readonly name: RecordName;
  readonly sender: number;
  /** Hex. */
  readonly hash: string;
  readonly prevHash: string;
  /** As it is told to monitors: absent where it is the hash of a record of an epoch. */
  readonly told: string | undefined;
}

/** Capsule of records that nobody put: of no life. */
const NO_LIFE = 0;

export class PrototypeReader implements Reader<Uint8Array> {
  readonly #isFlat: boolean;
  /** By hash. */
  readonly #puts = new Map<string, Put>();
  /** Hash of the last put, by capsule. */
  readonly #heads = new Map<Capsule, string>();
  /** Hashes of records of epochs that nodes made. */
  readonly #epochRecords = new Set<string>();
  /** Number of each RTS, by its hash. */
  readonly #epochs = new Map<string, number>();
  /** Records that nobody put, by all that they say. */
  readonly #forged = new Map<string, RecordName>();
  readonly #forgedBy = new Map<Capsule, number>();
  readonly #readings = new WeakMap<Uint8Array, Reading>();

  /** @param isFlat whether it reads the flat protocol, in which whatever reaches a client reaches its enclave */
  constructor(isFlat = false) {
    this.#isFlat = isFlat;
  }

  birthOf(start: Extract<Input<Uint8Array, Command>, { kind: 'start' }>): number {
    return start.life;
  }

  learn(step: Step<Uint8Array, Command, Report>): void {
    if (step.kind === 'event') return;
    for (const output of step.outputs) {
      if (output.kind === 'report' && output.report.type === 'put') this.#learnPut(output.report);
      if (output.kind === 'send') this.#learnSent(step, output.frame);
    }
  }

  #learnPut({ capsule, seq, hash = '', prevHash = '' }: RecordReport): void {
    // The chain goes on from the writer's last record, of whatever type, or from the SYNC that it took since (R5, E5).
    const isChained =
      prevHash === (this.#heads.get(capsule) ?? hex(INIT)) || !this.#epochRecords.has(prevHash);
    this.#heads.set(capsule, hash);
    const sender = Number(capsule.slice(1, capsule.indexOf('/')));
    const told = isChained ? prevHash : undefined;
    this.#puts.set(hash, { name: { capsule, seq }, sender, hash, prevHash, told });
  }

  /** Who makes an EOE or a SYNC sends it under its own name; what is only passed on was made before. */
  #learnSent({ node }: Reaction<Uint8Array, Command, Report>, frame: Uint8Array): void {
    const message = decode(frame);
    if (message?.kind !== 'raw-bytes') return;
    const record = decodeRecord(message.payload);
    if (record === undefined || record.msgType === 'data' || nameOf(record.sender) !== node) return;
    const hash = hex(record.hash);
    if (this.#epochRecords.has(hash) || !isGenuine(record)) return;
    this.#epochRecords.add(hash);
    if (record.msgType === 'rts') this.#epochs.set(hash, this.#epochs.size + 1);
  }

  read(frame: Uint8Array): Reading {
    let reading = this.#readings.get(frame);
    if (reading === undefined) this.#readings.set(frame, (reading = this.#readNow(frame)));
    return reading;
  }

  #readNow(frame: Uint8Array): Reading {
    const wire = decode(frame);
    const message: Message =
      wire === undefined ? { type: 'garbage', reason: 'no message' } : this.#message(wire);
    // What goes up has reached no enclave yet, but in the flat protocol nobody asks where it goes.
    const isTaken = wire?.kind === 'raw-bytes' && (this.#isFlat || !wire.routeUp);
    const record = isTaken ? decodeRecord(wire.payload) : undefined;
    return { message, counter: 0, text: messageText(message), timestamp: record?.timestamp ?? 0 };
  }

  /** Frames do not say whom they are for: `to` is empty. */
  #message(wire: WireMessage): Message {
    switch (wire.kind) {
      case 'join':
        return {
          type: 'join',
          node: wire.address,
          role: wire.nodeType,
          incarnation: 0,
          birth: 0,
          attempt: 0,
          reason: 'new',
          suspect: '',
          link: 0,
        };
      case 'assign-parent': {
        const parent = { node: wire.parent, incarnation: 0, link: 0 };
        const rest = { incarnation: 0, birth: 0, version: 0, level: 0, children: [] };
        return { type: 'placement', node: '', parent, ...rest };
      }
      case 'heartbeat':
        return { type: 'heartbeat', from: wire.sender, to: '', link: 0 };
      case 'cull':
        // Nothing in the vocabulary is like it.
        return { type: 'garbage', reason: `cull of ${wire.count}` };
      case 'raw-bytes':
        return this.#content(wire.payload, wire.lastSender);
    }
  }

  #content(payload: Uint8Array, from: NodeName): Message {
    const record = decodeRecord(payload);
    if (record === undefined) return { type: 'garbage', reason: 'no record' };
    if (!isGenuine(record)) return { type: 'garbage', reason: 'not genuine' };
    const link = { from, to: '', link: 0 };
    switch (record.msgType) {
      case 'data': {
        const put = this.#putOf(record);
        return put === undefined
          ? { type: 'garbage', reason: 'never put' }
          : { type: 'data', record: put.name, ...link };
      }
      case 'rts':
        return { type: 'rts', epoch: this.#epochs.get(hex(record.hash)) ?? 0, ...link };
      case 'eoe':
        return { type: 'eoe', epoch: this.#epochs.size, answers: [], ...link };
      case 'sync':
        return { type: 'sync', epoch: this.#epochs.size, frontier: this.#frontier(record), ...link };
    }
  }

  #frontier(record: SealedRecord): readonly RecordName[] {
    const items: readonly Item[] = openRecord(record) ?? [];
    return items.flatMap(({ value }) => {
      const put = this.#puts.get(value);
      return put === undefined ? [] : [put.name];
    });
  }

  /** The put that the record is, unchanged in all that is hashed. */
  #putOf({ sender, timestamp, ciphertext }: SealedRecord): Put | undefined {
    const put = this.#puts.get(contentHash(sender, timestamp, ciphertext));
    // One sender with equal digits has equal timestamps, too.
    return put?.sender === sender ? put : undefined;
  }

  reportsOf(step: Reaction<Uint8Array, Command, Report>): readonly Report[] {
    const record = recordIn(step.input);
    return step.outputs.flatMap((output) => {
      if (output.kind !== 'report') return [];
      const { report } = output;
      if (report.type === 'put') return [this.#asPut(report)];
      return [
        report.type === 'delivered' && record !== undefined ? this.#asDelivered(report, record) : report,
      ];
    });
  }

  #asPut(report: RecordReport): Report {
    const { prevHash: _, ...rest } = report;
    const told = this.#puts.get(rest.hash ?? '')?.told;
    return told === undefined ? rest : { ...rest, prevHash: told };
  }

  /** Names the record that was delivered; where anything about it was changed, its hash is another. */
  #asDelivered(report: RecordReport, record: SealedRecord): Report {
    const { timestamp, writes = [] } = report;
    const stamp = timestamp === undefined ? {} : { timestamp };
    const claimed = hex(record.hash);
    const content = contentHash(record.sender, record.timestamp, record.ciphertext);
    const put = this.#putOf(record);
    const like = put ?? this.#puts.get(claimed);
    if (like === undefined || like.sender !== record.sender)
      return { type: 'delivered', ...this.#forgedName(record), hash: content, writes, ...stamp };
    const hash = put === undefined ? content : claimed;
    const prevHash = hex(record.prevHash) === like.prevHash ? like.told : hex(record.prevHash);
    const chained = prevHash === undefined ? {} : { prevHash };
    return { type: 'delivered', ...like.name, hash, writes, ...stamp, ...chained };
  }

  #forgedName(record: SealedRecord): RecordName {
    const content = `${record.sender} ${record.timestamp} ${record.msgType} ${hex(record.ciphertext)}`;
    let name = this.#forged.get(content);
    if (name === undefined) {
      const capsule = `${nameOf(record.sender)}/${NO_LIFE}`;
      const seq = (this.#forgedBy.get(capsule) ?? 0) + 1;
      this.#forgedBy.set(capsule, seq);
      this.#forged.set(content, (name = { capsule, seq }));
    }
    return name;
  }
}

/** The node of an enclave. */
function nameOf(sender: number): NodeName {
  return sender === 0 ? ROOT : `c${sender}`;
}

function recordIn(input: Input<Uint8Array, Command>): SealedRecord | undefined {
  const message = input.kind === 'frame' ? decode(input.frame) : undefined;
  return message?.kind === 'raw-bytes' ? decodeRecord(message.payload) : undefined;
}

/** SHA-256 of what the hash of a record covers, in hex. */
function contentHash(sender: number, timestamp: number, ciphertext: Uint8Array): string {
  return createHash('sha256').update(`${sender}${timestamp}`).update(ciphertext).digest('hex');
}

const point = SIGNING_PUBLIC_KEY.subarray(1);
const publicKey = createPublicKey({
  key: {
    kty: 'EC',
    crv: 'P-256',
    x: Buffer.from(point.subarray(0, 32)).toString('base64url'),
    y: Buffer.from(point.subarray(32)).toString('base64url'),
  },
  format: 'jwk',
});

const verdicts = new Memo<boolean>();

/** Whether some enclave made the record just as it is: hash and signature are right. */
function isGenuine({ sender, timestamp, hash, prevHash, signature, ciphertext }: SealedRecord): boolean {
  if (hex(hash) !== contentHash(sender, timestamp, ciphertext)) return false;
  const signed = signedBytes(hash, prevHash);
  return verdicts.get(`${contentKey(signature)} ${contentKey(signed)}`, () =>
    verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  );
}
