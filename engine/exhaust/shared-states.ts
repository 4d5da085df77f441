/** The states that several threads have, as one set. Positions are names (`nameOf`). */
import type { States } from './explored.ts';
import { nameOf, ownerOf, positionOf, shardOf } from './outbox.ts';
import { StateSet, type StatesMemory } from './states.ts';

export class SharedStates implements States {
  readonly #localWords: number;
  readonly #shards: StateSet[];
  readonly #memories: StatesMemory[];

  /** @param localWords words of a state before its network */
  constructor(localWords: number, shards: number) {
    this.#localWords = localWords;
    const nothing = new StateSet(localWords).memoryFrom(0);
    this.#memories = Array.from({ length: shards }, () => nothing);
    this.#shards = this.#memories.map((memory) => StateSet.over(memory));
  }

  /** Takes over what a thread has by now; its chunks from one on are new. */
  update(shard: number, memory: StatesMemory, chunk: number): void {
    const before = this.#memories[shard];
    const all: StatesMemory = {
      ...memory,
      chunks: [...(before?.chunks.slice(0, chunk) ?? []), ...memory.chunks],
      parents: [...(before?.parents.slice(0, chunk) ?? []), ...memory.parents],
    };
    this.#memories[shard] = all;
    this.#shards[shard] = StateSet.over(all);
  }

  get words(): number {
    return this.#memories[0]?.words ?? this.#localWords;
  }

  get size(): number {
    return this.#shards.reduce((sum, { size }) => sum + size, 0);
  }

  get bytes(): number {
    return this.#shards.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  chunkOf(position: number): Int32Array {
    return this.#of(position).chunkOf(positionOf(position));
  }

  offsetOf(position: number): number {
    return this.#of(position).offsetOf(positionOf(position));
  }

  parentOf(position: number): number {
    return this.#of(position).parentOf(positionOf(position));
  }

  stateAt(position: number): Int32Array {
    return this.#of(position).stateAt(positionOf(position));
  }

  indexOf(state: Int32Array): number {
    const { words } = this;
    // What was met since makes states longer; a state that has some of it is none of these.
    if (state.subarray(words).some((word) => word !== 0)) return -1;
    const same = new Int32Array(words);
    same.set(state.subarray(0, words));
    const shard = ownerOf(same, this.#localWords, this.#shards.length);
    const position = this.#shards[shard]?.indexOf(same) ?? -1;
    return position < 0 ? -1 : nameOf(shard, position);
  }

  #of(position: number): StateSet {
    const shard = this.#shards[shardOf(position)];
    if (shard === undefined) throw new RangeError(`there is no state ${String(position)}`);
    return shard;
  }
}
