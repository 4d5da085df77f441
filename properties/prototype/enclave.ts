/** The enclaves of the prototype: what makes records, and what takes them in. R and E in docs/prototype-2021-behaviour.md. */
import { sha256 } from '../../impl/index.ts';
import {
  concat,
  decodeRecord,
  encodeRecord,
  hex,
  INIT,
  isRight,
  makeRecord,
  openRecord,
  type Item,
  type MsgType,
  type SealedRecord,
} from './records.ts';

/** What an enclave did with a payload. */
export type Received =
  | { readonly kind: 'dropped'; readonly why: string }
  | { readonly kind: 'data'; readonly record: SealedRecord; readonly items: readonly Item[] }
  /** `answer`: a payload to multicast. */
  | { readonly kind: 'epoch'; readonly answer: Uint8Array | undefined };

const TAKEN: Received = { kind: 'epoch', answer: undefined };

/** The coordinator's enclave. */
export const COORDINATOR_ID = 0;

const NONCE_BYTES = 12;

/** What every enclave does. */
abstract class Enclave {
  /** Records whose hash or signature was wrong: all that comes of the check is a line in a log (R9). */
  failedChecks = 0;
  readonly #id: number;
  readonly #entropy: Uint8Array;
  #nonces = 0;
  #clock = 0;
  protected prevHash = INIT;

  /**
   * @param id 0 for the coordinator, N for cN
   * @param entropy fresh in every life
   */
  constructor(id: number, entropy: Uint8Array) {
    this.#id = id;
    this.#entropy = entropy;
  }

  /** Makes a record: of all types alike (O7). Its hash is the next record's `prevHash`. */
  protected make(
    msgType: MsgType,
    entries: readonly { readonly key: string; readonly value: string }[],
  ): SealedRecord {
    this.#clock += 1;
    const timestamp = this.#clock;
    const items = entries.map(({ key, value }) => ({ timestamp, type: msgType, key, value }));
    const header = { sender: this.#id, timestamp, msgType, prevHash: this.prevHash };
    const record = makeRecord(header, items, this.#nonce());
    this.prevHash = record.hash;
    return record;
  }

  /** Takes a payload in. */
  receive(payload: Uint8Array): Received {
    const record = decodeRecord(payload);
    if (record === undefined) return { kind: 'dropped', why: 'no record' };
    // First of all, whatever the record is worth (R8).
    this.#clock = Math.max(this.#clock, record.timestamp) + 1;
    if (!isRight(record)) this.failedChecks += 1;
    const items = openRecord(record);
    if (items === undefined) return { kind: 'dropped', why: 'decryption failed' };
    return this.take(record, items);
  }

  /** Does what the type of the record asks for. */
  protected abstract take(record: SealedRecord, items: readonly Item[]): Received;

  #nonce(): Uint8Array {
    this.#nonces += 1;
    return sha256(concat(this.#entropy, new Uint8Array([this.#nonces >> 8, this.#nonces & 255]))).slice(
      0,
      NONCE_BYTES,
    );
  }
}

/** A client's enclave. */
export class WorkerEnclave extends Enclave {
  readonly #store = new Map<string, { readonly timestamp: number; readonly value: string }>();

  /** Writes: one item, one record (O6). */
  put(key: string, value: string): SealedRecord {
    const record = this.make('data', [{ key, value }]);
    this.#keep({ timestamp: record.timestamp, type: 'data', key, value });
    return record;
  }

  get(key: string): string | undefined {
    return this.#store.get(key)?.value;
  }

  entries(): readonly (readonly [string, string])[] {
    return [...this.#store].map(([key, { value }]) => [key, value] as const);
  }

  protected override take(record: SealedRecord, items: readonly Item[]): Received {
    switch (record.msgType) {
      case 'data':
        // The sender's hash is noted, too, for the comparison below, and is of no consequence here.
        for (const item of items) this.#keep(item);
        return { kind: 'data', record, items };
      case 'rts':
        return {
          kind: 'epoch',
          answer: encodeRecord(this.make('eoe', [{ key: 'EOE', value: hex(this.prevHash) }])),
        };
      case 'sync':
        // It compares, and does nothing on a mismatch; so nothing comes of the comparison (E5).
        this.prevHash = record.hash;
        return TAKEN;
      case 'eoe':
        return TAKEN;
    }
  }

  /** R13. */
  #keep({ timestamp, key, value }: Item): void {
    const stored = this.#store.get(key);
    if (stored === undefined || timestamp > stored.timestamp) this.#store.set(key, { timestamp, value });
  }
}

/** The coordinator's enclave. */
export class CoordinatorEnclave extends Enclave {
  readonly #workers: number;
  /** One hash per sender. */
  readonly #hashes = new Map<number, string>();
  /** Whose hashes the last SYNC had. */
  synced: readonly number[] = [];

  /** @param workers how many there are */
  constructor(workers: number, entropy: Uint8Array) {
    super(COORDINATOR_ID, entropy);
    this.#workers = workers;
  }

  /** The payload of an RTS (E1). */
  openEpoch(): Uint8Array {
    return encodeRecord(this.make('rts', [{ key: 'RTS', value: '' }]));
  }

  protected override take({ msgType, sender, hash }: SealedRecord, items: readonly Item[]): Received {
    switch (msgType) {
      case 'data':
        return this.#note(sender, hex(hash));
      case 'eoe':
        return this.#note(sender, items[0]?.value ?? '');
      case 'rts':
      case 'sync':
        return TAKEN;
    }
  }

  #note(sender: number, hash: string): Received {
    this.#hashes.set(sender, hash);
    if (this.#hashes.size !== this.#workers) return TAKEN;
    this.synced = [...this.#hashes.keys()].toSorted((a, b) => a - b);
    const entries = [...this.#hashes].map(([key, value]) => ({ key: String(key), value }));
    this.#hashes.clear();
    return { kind: 'epoch', answer: encodeRecord(this.make('sync', entries)) };
  }
}
