/** States that belong to other threads, on their way there. Each state belongs to one, by the local states in it. */

/** Bits of a name of a state that are its position; the others are the thread that has it. */
const POSITION_BITS = 27;
const POSITION_MASK = (1 << POSITION_BITS) - 1;

/** Threads, at most: names of states are positive. */
export const MAX_SHARDS = 1 << (31 - POSITION_BITS);

/** The name of a state among all threads. */
export function nameOf(shard: number, position: number): number {
  return (shard << POSITION_BITS) | position;
}
export function shardOf(name: number): number {
  return name >>> POSITION_BITS;
}
export function positionOf(name: number): number {
  return name & POSITION_MASK;
}

/** To which of so many threads a packed state belongs. The network makes no difference: it may be longer elsewhere. */
export function ownerOf(state: Int32Array, localWords: number, shards: number): number {
  let hash = 0x7f4a7c15;
  for (let word = 0; word < localWords; word += 1) {
    hash = Math.imul(hash ^ (state[word] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % shards;
}

/** Words of a rank. */
const RANK_WORDS = 2;

/** Words of a row: a state, the name of its parent, and where parents are kept its rank. */
export function rowLength(words: number, withRanks: boolean): number {
  return words + 1 + (withRanks ? RANK_WORDS : 0);
}

export function putRank(row: Int32Array, at: number, rank: number): void {
  row[at] = Math.floor(rank / 2 ** 32);
  row[at + 1] = rank | 0;
}
export function rankIn(row: Int32Array, at: number): number {
  return (row[at] as number) * 2 ** 32 + ((row[at + 1] as number) >>> 0);
}

/** Words of a batch, about. */
const BATCH_WORDS = 1 << 15;

/**
 * Batches for other threads. A row is a state, the name of its parent with the sign bit set if a joint invariant sees something else of it, and
 * where parents are kept the rank of the parent as two words.
 */
export class Outbox {
  readonly own: number;
  readonly #shards: number;
  readonly #withRanks: boolean;
  readonly #batches: { words: Int32Array; used: number }[];
  readonly #send: (shard: number, batch: Int32Array) => void;

  constructor(
    own: number,
    shards: number,
    withRanks: boolean,
    send: (shard: number, batch: Int32Array) => void,
  ) {
    this.own = own;
    this.#shards = shards;
    this.#withRanks = withRanks;
    this.#send = send;
    this.#batches = Array.from({ length: shards }, () => ({ words: new Int32Array(0), used: 0 }));
  }

  ownerOf(state: Int32Array, localWords: number): number {
    return ownerOf(state, localWords, this.#shards);
  }

  /** The name of a state of this thread. */
  nameOf(position: number): number {
    return nameOf(this.own, position);
  }

  put(shard: number, state: Int32Array, parent: number, isChanged: boolean, rank: number): void {
    const batch = this.#batches[shard] as { words: Int32Array; used: number };
    const length = rowLength(state.length, this.#withRanks);
    if (batch.used + length > batch.words.length) {
      this.#flush(shard);
      batch.words = new Int32Array(Math.max(BATCH_WORDS, length));
    }
    const { words } = batch;
    let { used } = batch;
    for (let word = 0; word < state.length; word += 1) words[used + word] = state[word] as number;
    used += state.length;
    words[used++] = isChanged ? parent | 0x80000000 : parent;
    if (this.#withRanks) {
      putRank(words, used, rank);
      used += RANK_WORDS;
    }
    batch.used = used;
  }

  /** Sends what is left. */
  flush(): void {
    for (let shard = 0; shard < this.#shards; shard += 1) this.#flush(shard);
  }

  #flush(shard: number): void {
    const batch = this.#batches[shard];
    if (batch === undefined || batch.used === 0) return;
    this.#send(shard, batch.words.subarray(0, batch.used));
    batch.words = new Int32Array(0);
    batch.used = 0;
  }
}
