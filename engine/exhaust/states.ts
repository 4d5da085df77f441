/** A set of states, each a fixed number of 32-bit words, in the order in which they were added. */

/** States in one chunk of memory. */
const CHUNK_BITS = 14;
export const CHUNK_STATES = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_STATES - 1;

/** Share of the table that is in use before it doubles. */
const LOAD = 0.6;

/** Bits of a slot that hold the position of a state; the others are a fingerprint, so that most misses cost no look at the state. */
const INDEX_BITS = 27;
const INDEX_MASK = (1 << INDEX_BITS) - 1;

/** States, at most. */
export const MAX_STATES = INDEX_MASK - 1;

/** More states than the table can number. */
export class StatesError extends RangeError {
  override readonly name = 'StatesError';
}

/** What a set of states keeps, and where. */
export interface StatesKind {
  /** Whether it remembers from which state each was reached. @default false */
  readonly keepsParents?: boolean;
  /** Whether its memory can be handed to other threads. @default false */
  readonly isShared?: boolean;
}

/** The memory of a set of states, for others to read. */
export interface StatesMemory {
  readonly words: number;
  readonly size: number;
  readonly chunks: readonly Int32Array[];
  readonly parents: readonly Int32Array[];
  readonly slots: Uint32Array;
}

/** An open-addressing table over packed states. */
export class StateSet {
  /** 32-bit words of a state. */
  readonly words: number;
  readonly #kind: StatesKind;
  readonly #keepsParents: boolean;
  readonly #chunks: Int32Array[] = [];
  readonly #parents: Int32Array[] = [];
  #slots: Uint32Array;
  #mask: number;
  #size = 0;
  #limit: number;
  /** States from here on are those of the level that is being made: the least of the states from which one is reached becomes its parent. */
  #rankedFrom = 0;
  /** By position from `#rankedFrom` on: the rank of the parent. */
  #ranks = new Float64Array(0);

  /** @param words 32-bit words of a state */
  constructor(words: number, kind: StatesKind = {}, capacity = 1 << 12) {
    this.words = words;
    this.#kind = kind;
    this.#keepsParents = kind.keepsParents ?? false;
    this.#slots = new Uint32Array(this.#memory(capacity));
    this.#mask = capacity - 1;
    this.#limit = Math.floor(capacity * LOAD);
  }

  /** A set that another thread fills, as it is by now: to be read only. */
  static over({ words, size, chunks, parents, slots }: StatesMemory): StateSet {
    const set = new StateSet(words, { keepsParents: parents.length > 0 }, 1);
    set.#chunks.push(...chunks);
    set.#parents.push(...parents);
    set.#slots = slots;
    set.#mask = slots.length - 1;
    set.#size = size;
    return set;
  }

  /** Its memory, beginning with a chunk. */
  memoryFrom(chunk: number): StatesMemory {
    return {
      words: this.words,
      size: this.#size,
      chunks: this.#chunks.slice(chunk),
      parents: this.#parents.slice(chunk),
      slots: this.#slots,
    };
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes in use. */
  get bytes(): number {
    const words = this.words + (this.#keepsParents ? 1 : 0);
    return this.#slots.byteLength + this.#ranks.byteLength + this.#chunks.length * CHUNK_STATES * words * 4;
  }

  /** Bytes in use at the worst while so many more states are added: a table that grows is there twice. */
  bytesToGrow(states: number): number {
    const free = (CHUNK_STATES - (this.#size & CHUNK_MASK)) & CHUNK_MASK;
    const chunks = Math.ceil(Math.max(0, states - free) / CHUNK_STATES);
    const isGrown = this.#size + states > this.#limit;
    return (
      this.bytes + chunks * CHUNK_STATES * (this.words + 1) * 4 + (isGrown ? 2 * this.#slots.byteLength : 0)
    );
  }

  /** The next state is the first of a new level. */
  beginRanks(): void {
    this.#rankedFrom = this.#size;
    this.#ranks = new Float64Array(0);
  }

  get rankedFrom(): number {
    return this.#rankedFrom;
  }

  /** The rank of the parent of a state of the level that is being made; 0 of another. */
  rankAt(index: number): number {
    return this.#ranks[index - this.#rankedFrom] ?? 0;
  }

  /** Where the words of a state are: `chunkOf(index)[offsetOf(index) + word]`. */
  chunkOf(index: number): Int32Array {
    return this.#chunks[index >>> CHUNK_BITS] as Int32Array;
  }
  offsetOf(index: number): number {
    return (index & CHUNK_MASK) * this.words;
  }

  /** The position of the state from which one was reached; -1 if it is a first one, or if parents are not kept. */
  parentOf(index: number): number {
    return this.#parents[index >>> CHUNK_BITS]?.[index & CHUNK_MASK] ?? -1;
  }

  /** A copy of a state. */
  stateAt(index: number): Int32Array {
    const offset = this.offsetOf(index);
    return this.chunkOf(index).slice(offset, offset + this.words);
  }

  /**
   * Adds a state.
   * @param rank of the parent
   * @returns its position if it is new; -1 if it is there
   */
  add(state: Int32Array, parent: number, rank = 0): number {
    const { words } = this;
    const hash = hashOf(state, 0, words);
    const fingerprint = hash & ~INDEX_MASK;
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = hash & mask;
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) break;
      if (((entry ^ fingerprint) & ~INDEX_MASK) === 0 && this.#equals((entry & INDEX_MASK) - 1, state)) {
        if (this.#keepsParents) this.#prefer((entry & INDEX_MASK) - 1, parent, rank);
        return -1;
      }
      slot = (slot + 1) & mask;
    }
    const index = this.#size;
    if (index >= MAX_STATES) throw new StatesError(`more than ${String(MAX_STATES)} states`);
    slots[slot] = (fingerprint | (index + 1)) >>> 0;
    this.#size += 1;
    if ((index & CHUNK_MASK) === 0) this.#addChunk();
    const chunk = this.chunkOf(index);
    const offset = this.offsetOf(index);
    for (let word = 0; word < words; word += 1) chunk[offset + word] = state[word] as number;
    if (this.#keepsParents) {
      (this.#parents[index >>> CHUNK_BITS] as Int32Array)[index & CHUNK_MASK] = parent;
      this.#rank(index - this.#rankedFrom, rank);
    }
    if (this.#size > this.#limit) this.#grow();
    return index;
  }

  /** The position of a state; -1 if it is not there. */
  indexOf(state: Int32Array): number {
    const hash = hashOf(state, 0, this.words);
    let slot = hash & this.#mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) return -1;
      const index = (entry & INDEX_MASK) - 1;
      if (((entry ^ hash) & ~INDEX_MASK) === 0 && this.#equals(index, state)) return index;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** The parent is another one if it is less. */
  #prefer(index: number, parent: number, rank: number): void {
    const at = index - this.#rankedFrom;
    if (at < 0 || rank >= (this.#ranks[at] as number)) return;
    this.#ranks[at] = rank;
    (this.#parents[index >>> CHUNK_BITS] as Int32Array)[index & CHUNK_MASK] = parent;
  }

  #rank(at: number, rank: number): void {
    if (at >= this.#ranks.length) {
      const longer = new Float64Array(Math.max(64, at * 2));
      longer.set(this.#ranks);
      this.#ranks = longer;
    }
    this.#ranks[at] = rank;
  }

  /** Memory for so many words. */
  #memory(words: number): ArrayBuffer {
    if (this.#kind.isShared !== true) return new ArrayBuffer(words * 4);
    // Both are alike to all that is done with them here.
    return new SharedArrayBuffer(words * 4) as ArrayBufferLike as ArrayBuffer;
  }

  #addChunk(): void {
    this.#chunks.push(new Int32Array(this.#memory(CHUNK_STATES * this.words)));
    if (this.#keepsParents) this.#parents.push(new Int32Array(this.#memory(CHUNK_STATES)));
  }

  #equals(index: number, state: Int32Array): boolean {
    const chunk = this.chunkOf(index);
    const offset = this.offsetOf(index);
    const { words } = this;
    for (let word = 0; word < words; word += 1) if (chunk[offset + word] !== state[word]) return false;
    return true;
  }

  #grow(): void {
    const capacity = this.#slots.length * 2;
    const slots = new Uint32Array(this.#memory(capacity));
    const mask = capacity - 1;
    for (let index = 0; index < this.#size; index += 1) {
      const hash = hashOf(this.chunkOf(index), this.offsetOf(index), this.words);
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = ((hash & ~INDEX_MASK) | (index + 1)) >>> 0;
    }
    this.#slots = slots;
    this.#mask = mask;
    this.#limit = Math.floor(capacity * LOAD);
  }
}

function hashOf(words: Int32Array, from: number, count: number): number {
  let hash = 0x9e3779b9 | 0;
  for (let at = from; at < from + count; at += 1) {
    hash = Math.imul(hash ^ (words[at] as number), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
