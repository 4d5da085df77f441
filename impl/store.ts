/**
 * The enclave's working set: a key-value store, last writer wins on `(timestamp, writer, hash)`. That is a total
 * order on records, so equal sets of records give equal stores, in whatever order and batches they come (§2; SCL's
 * eventually consistent store).
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { CapsuleRecord, Write } from './messages.ts';

/** What orders a value among others of its key. */
export interface Stamp {
  readonly timestamp: number;
  readonly writer: string;
  /** In hex. */
  readonly hash: string;
}

interface Cell extends Stamp {
  readonly value: string;
}

/** A last-writer-wins map. */
export class Store {
  readonly #cells = new Map<string, Cell>();

  /** Takes the writes of a record. Idempotent, commutative, associative. Within a record the last write counts. */
  apply(record: Pick<CapsuleRecord, 'timestamp' | 'writer' | 'hash'>, writes: readonly Write[]): void {
    const stamp = { timestamp: record.timestamp, writer: record.writer, hash: bytesToHex(record.hash) };
    const last = new Map(writes.map(({ key, value }) => [key, value]));
    for (const [key, value] of last) {
      const present = this.#cells.get(key);
      if (present === undefined || this.wins(stamp, present)) this.#cells.set(key, { ...stamp, value });
    }
  }

  get(key: string): string | undefined {
    return this.#cells.get(key)?.value;
  }

  /** All keys with their values, sorted by key. */
  entries(): [key: string, value: string][] {
    return [...this.#cells.keys()].sort().map((key) => [key, (this.#cells.get(key) as Cell).value]);
  }

  /** Whether what is stamped `challenger` replaces what is stamped `present`. */
  protected wins(challenger: Stamp, present: Stamp): boolean {
    if (challenger.timestamp !== present.timestamp) return challenger.timestamp > present.timestamp;
    if (challenger.writer !== present.writer) return challenger.writer > present.writer;
    return challenger.hash > present.hash;
  }
}
