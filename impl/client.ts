/** A client: an untrusted host around an enclave that reads and writes the working set (docs/protocol.md §5.3). */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { reject } from './base.ts';
import { isWellFormed, MAX_CIPHERTEXT_BYTES, MAX_KEY_BYTES, MAX_VALUE_BYTES } from './codec.ts';
import { makeRecord, reportOf } from './record.ts';
import { Replica } from './replica.ts';
import { shardOfKey } from './shards.ts';
import type { Capsule, CapsuleRecord, Write } from './messages.ts';
import type { Command, Gauge } from './node.ts';

export type { ClientOptions } from './replica.ts';

/** Bytes that a batch needs beside its keys and values: a bound for each write, and for the whole. */
const WRITE_OVERHEAD_BYTES = 8;
const BATCH_OVERHEAD_BYTES = 32;

const sizeOf = ({ key, value }: Write): number =>
  utf8ToBytes(key).length + utf8ToBytes(value).length + WRITE_OVERHEAD_BYTES;

/** A node of role client; see {@link ClientOptions}. */
export class Client extends Replica {
  /** Puts that wait until it can write, with their size in bytes. */
  protected queue: Write[] = [];
  protected queuedBytes = 0;
  protected leaving = false;

  override gauges(): readonly Gauge[] {
    return [...super.gauges(), { buffer: 'queue', size: this.queue.length, bound: this.parameters.maxQueue }];
  }

  protected override onAttached(): void {
    this.settle();
  }

  protected obey(command: Command): void {
    if (command.type === 'put') this.put({ key: command.key, value: command.value });
    else if (command.type === 'get') this.answer(command.key);
    else if (command.type === 'subscribe') this.subscribe(command.shards);
    else if (command.type === 'leave') this.beginLeave();
    else if (command.type !== 'dump') reject(`${command.type}: not at a client that is here`);
    else this.report({ type: 'store', entries: this.store.entries() });
  }

  protected canWrite(): boolean {
    // Whoever doubts its parent has it all the same.
    return (this.state === 'attached' || this.state === 'doubting') && !this.recovering;
  }

  protected put(write: Write): void {
    if (this.leaving) this.report({ type: 'refused', why: 'leaving' });
    else if (!this.isPutSane(write)) reject('put: key or value too long or ill-formed');
    else if (this.canWrite()) this.write([write]);
    else if (this.isQueueFull(write)) this.report({ type: 'refused', why: 'queue-full' });
    else {
      this.queue.push(write);
      this.queuedBytes += sizeOf(write);
      this.report({ type: 'queued' });
    }
  }

  /** What UTF-8 does not carry unchanged would differ between stores. */
  protected isPutSane({ key, value }: Write): boolean {
    return (
      isWellFormed(key) &&
      isWellFormed(value) &&
      utf8ToBytes(key).length <= MAX_KEY_BYTES &&
      utf8ToBytes(value).length <= MAX_VALUE_BYTES
    );
  }

  protected isQueueFull(write: Write): boolean {
    return (
      this.queue.length >= this.parameters.maxQueue ||
      // All queued puts of a shard become one record, which must fit a frame.
      this.queuedBytes + sizeOf(write) > MAX_CIPHERTEXT_BYTES - BATCH_OVERHEAD_BYTES
    );
  }

  protected settle(): void {
    if (!this.canWrite()) return;
    const writes = this.queue;
    this.queue = [];
    this.queuedBytes = 0;
    if (writes.length > 0) this.write(writes);
    if (this.leaving) this.leave();
  }

  /** Makes a record of each shard that the writes are of. */
  protected write(writes: readonly Write[]): void {
    const { shards } = this.parameters;
    const shardOf = ({ key }: Write): number => shardOfKey(key, shards);
    for (const shard of [...new Set(writes.map(shardOf))].sort((a, b) => a - b))
      this.writeTo(
        this.ownCapsule(shard),
        writes.filter((write) => shardOf(write) === shard),
      );
  }

  protected writeTo(capsule: Capsule, writes: readonly Write[]): void {
    const last = this.chains.position(capsule);
    if (last.seq >= this.parameters.maxOwnRecords) {
      this.report({ type: 'refused', why: 'log-full' });
      return;
    }
    const place = { capsule, seq: last.seq + 1, prevHash: last.hash, timestamp: this.nextTimestamp() };
    const record = this.makeRecord(place, writes);
    const proven = { record, credential: this.keys.credential };
    this.persist({ type: 'record', ...proven });
    this.chains.append(proven);
    this.raiseClock(record.timestamp);
    this.store.apply(record, writes);
    this.report({ type: 'put', ...reportOf(record, writes) });
    this.sendBody([this.parent], { kind: 'data', ...proven });
  }

  /** The clock ends where numbers do: from then on, all stamps are equal, and writers and hashes order them. */
  protected nextTimestamp(): number {
    return Math.min(this.clock + 1, Number.MAX_SAFE_INTEGER);
  }

  protected makeRecord(place: Parameters<typeof makeRecord>[0], writes: readonly Write[]): CapsuleRecord {
    return makeRecord(place, writes, this.keys, this.presentGroupKey());
  }

  /** The group key of the present key epoch. */
  protected presentGroupKey(): Uint8Array {
    return this.groupKeys.get(this.sealingEpoch()) as Uint8Array;
  }

  protected answer(key: string): void {
    const queued = this.queue.findLast((write) => write.key === key)?.value;
    this.report({ type: 'answered', key, value: queued ?? this.store.get(key) ?? null });
  }

  protected beginLeave(): void {
    this.leaving = true;
    this.settle();
  }
}
