/** A client's chains: how far it is in each capsule, what waits, and the records that it wrote (§5.3). */
import { writerOf } from './codec.ts';
import { headOf, NO_HASH } from './record.ts';
import type { Capsule, CapsuleRecord, Head, NodeName, ProvenRecord } from './messages.ts';

/** How far a capsule is delivered: the last record's `seq` and hash. */
export interface Position {
  readonly seq: number;
  readonly hash: Uint8Array;
}

const BEGINNING: Position = { seq: 0, hash: NO_HASH };

/** Positions, early records and own records of one client. */
export class Chains {
  readonly #node: NodeName;
  readonly #positions = new Map<Capsule, Position>();
  readonly #early = new Map<Capsule, Map<number, ProvenRecord>>();
  /** Heads of the last records delivered or written: another record of that name is evidence. */
  readonly #heads = new Map<Capsule, Map<number, Head>>();
  readonly #window: number;
  /** Records of capsules of which this client is the writer, `seq` 1 first. */
  readonly #own = new Map<Capsule, ProvenRecord[]>();

  /**
   * @param node the client
   * @param window heads kept per capsule
   */
  constructor(node: NodeName, window: number) {
    this.#node = node;
    this.#window = window;
  }

  /** Number of capsules of other writers that it keeps anything of. */
  get others(): number {
    let count = 0;
    for (const capsule of this.#positions.keys()) if (!this.#isOwn(capsule)) count += 1;
    for (const capsule of this.#early.keys())
      if (!this.#isOwn(capsule) && !this.#positions.has(capsule)) count += 1;
    return count;
  }

  #isOwn(capsule: Capsule): boolean {
    return writerOf(capsule) === this.#node;
  }

  /** Greatest number of records in one of the capsules that `isMeant` says. */
  longest(isMeant: (capsule: Capsule) => boolean): number {
    let longest = 0;
    for (const [capsule, { seq }] of this.#positions) if (isMeant(capsule)) longest = Math.max(longest, seq);
    return longest;
  }

  /** Greatest number of records that wait in one capsule. */
  get fullestEarly(): number {
    let most = 0;
    for (const early of this.#early.values()) most = Math.max(most, early.size);
    return most;
  }

  keeps(capsule: Capsule): boolean {
    return this.#positions.has(capsule) || this.#early.has(capsule);
  }

  position(capsule: Capsule): Position {
    return this.#positions.get(capsule) ?? BEGINNING;
  }

  isWaiting(record: CapsuleRecord): boolean {
    return this.#early.get(record.capsule)?.has(record.seq) ?? false;
  }

  waiting(capsule: Capsule): number {
    return this.#early.get(capsule)?.size ?? 0;
  }

  /** Lets an early record wait. */
  hold(proven: ProvenRecord): void {
    const { capsule, seq } = proven.record;
    const early = this.#early.get(capsule) ?? new Map<number, ProvenRecord>();
    early.set(seq, proven);
    this.#early.set(capsule, early);
  }

  /** Takes the next record of a capsule out of those waiting, if it is there. */
  release(capsule: Capsule): ProvenRecord | undefined {
    const early = this.#early.get(capsule);
    const seq = this.position(capsule).seq + 1;
    const proven = early?.get(seq);
    early?.delete(seq);
    if (early?.size === 0) this.#early.delete(capsule);
    return proven;
  }

  /** Moves on to a record that was delivered or written. */
  append(proven: ProvenRecord): void {
    const { capsule, seq, hash } = proven.record;
    this.#positions.set(capsule, { seq, hash });
    this.#remember(headOf(proven.record));
    if (!this.#isOwn(capsule)) return;
    const own = this.#own.get(capsule) ?? [];
    own.push(proven);
    this.#own.set(capsule, own);
  }

  #remember(head: Head): void {
    const { capsule, seq } = head;
    let heads = this.#heads.get(capsule);
    if (heads === undefined) this.#heads.set(capsule, (heads = new Map()));
    heads.set(seq, head);
    heads.delete(seq - this.#window);
  }

  /** The head of the record of that name that it has delivered or written lately, or lets wait; undefined if it has none. */
  heldHead(capsule: Capsule, seq: number): Head | undefined {
    const waiting = this.#early.get(capsule)?.get(seq);
    return waiting === undefined ? this.#heads.get(capsule)?.get(seq) : headOf(waiting.record);
  }

  /** Capsules of which records wait. */
  early(): Capsule[] {
    return [...this.#early.keys()];
  }

  /** Forgets what waits of a capsule from `seq` on. */
  dropWaiting(capsule: Capsule, from: number): void {
    const early = this.#early.get(capsule);
    for (const seq of early?.keys() ?? []) if (seq >= from) early?.delete(seq);
    if (early?.size === 0) this.#early.delete(capsule);
  }

  /** The last record of each capsule that this client writes, sorted by capsule. */
  ownHeads(): ProvenRecord[] {
    return [...this.#own.keys()].sort().map((capsule) => this.#own.get(capsule)?.at(-1) as ProvenRecord);
  }

  /** What it has of a range of a capsule that it writes, ascending. */
  ownRange(capsule: Capsule, first: number, last: number): ProvenRecord[] {
    return (this.#own.get(capsule) ?? []).slice(first - 1, last);
  }
}
