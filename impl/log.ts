/**
 * The log of routers and the coordinator: per capsule the records with `seq > newest - window`. Duplicate filter
 * and repair store in one (docs/protocol.md §5.3).
 */
import { equalBytes } from './codec.ts';
import type { Capsule, ProvenRecord } from './messages.ts';

interface Tail {
  newest: number;
  readonly records: Map<number, ProvenRecord>;
}

/** A bounded log of records by capsule and `seq`. */
export class Log {
  readonly #tails = new Map<Capsule, Tail>();
  readonly #window: number;

  /** @param window records kept per capsule */
  constructor(window: number) {
    this.#window = window;
  }

  /** Number of capsules that it keeps records of. */
  get capsules(): number {
    return this.#tails.size;
  }

  /** Greatest number of records that it keeps of one capsule. */
  get fullest(): number {
    let most = 0;
    for (const tail of this.#tails.values()) most = Math.max(most, tail.records.size);
    return most;
  }

  hasCapsule(capsule: Capsule): boolean {
    return this.#tails.has(capsule);
  }

  has(capsule: Capsule, seq: number): boolean {
    return this.#tails.get(capsule)?.records.has(seq) ?? false;
  }

  /** Whether `seq` is young enough to be kept. */
  inWindow(capsule: Capsule, seq: number): boolean {
    const newest = this.#tails.get(capsule)?.newest ?? 0;
    return seq > newest - this.#window;
  }

  /** How far it goes without a gap; what is too old to be kept is no gap. */
  heldUpTo(capsule: Capsule): number {
    const tail = this.#tails.get(capsule);
    let held = Math.max(0, (tail?.newest ?? 0) - this.#window);
    while (tail?.records.has(held + 1) === true) held += 1;
    return held;
  }

  /** The first record, of a range, that the next one does not continue: one of the two is of another branch. */
  tornAt(capsule: Capsule, first = 1, last = Infinity): ProvenRecord | undefined {
    const records = this.#tails.get(capsule)?.records;
    let torn: ProvenRecord | undefined;
    for (const [seq, proven] of records ?? []) {
      const next = records?.get(seq + 1);
      if (seq < first || seq > last || next === undefined) continue;
      if (equalBytes(next.record.prevHash, proven.record.hash)) continue;
      if (torn === undefined || seq < torn.record.seq) torn = proven;
    }
    return torn;
  }

  /** Keeps a record that is not kept and in the window; drops what falls out of it. */
  add(proven: ProvenRecord): void {
    const { capsule, seq } = proven.record;
    let tail = this.#tails.get(capsule);
    if (tail === undefined) {
      tail = { newest: 0, records: new Map() };
      this.#tails.set(capsule, tail);
    }
    tail.records.set(seq, proven);
    if (seq <= tail.newest) return;
    const gone = seq - this.#window;
    // One step at a time as long as records come in order; a jump may pass over anything.
    if (seq === tail.newest + 1) tail.records.delete(gone);
    else for (const old of tail.records.keys()) if (old <= gone) tail.records.delete(old);
    tail.newest = seq;
  }

  /** The record of that name, if it is kept. */
  get(capsule: Capsule, seq: number): ProvenRecord | undefined {
    return this.#tails.get(capsule)?.records.get(seq);
  }

  /** The newest record of each capsule. */
  newest(): ProvenRecord[] {
    return [...this.#tails.values()].map(({ records, newest }) => records.get(newest) as ProvenRecord);
  }

  /** Drops the records of a capsule from `seq` on. */
  truncate(capsule: Capsule, seq: number): void {
    const tail = this.#tails.get(capsule);
    if (tail === undefined) return;
    for (const old of tail.records.keys()) if (old >= seq) tail.records.delete(old);
    tail.newest = Math.max(0, ...tail.records.keys());
    if (tail.records.size === 0) this.#tails.delete(capsule);
  }

  /** What it keeps of a range, ascending. */
  range(capsule: Capsule, first: number, last: number): ProvenRecord[] {
    const found: ProvenRecord[] = [];
    const records = this.#tails.get(capsule)?.records;
    if (records !== undefined)
      for (let seq = first; seq <= last; seq++) {
        const proven = records.get(seq);
        if (proven !== undefined) found.push(proven);
      }
    return found;
  }
}
