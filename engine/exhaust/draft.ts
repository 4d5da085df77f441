/** Rows of states for a thread to begin with (`Seed`). */
import { putRank, rowLength } from './outbox.ts';

export class Draft {
  readonly #words: number;
  readonly #rows: Int32Array[] = [];

  constructor(words: number) {
    this.#words = words;
  }

  get count(): number {
    return this.#rows.length;
  }

  put(state: Int32Array, parent: number, rank: number): void {
    const row = new Int32Array(rowLength(this.#words, true));
    row.set(state.subarray(0, this.#words));
    row[this.#words] = parent;
    putRank(row, this.#words + 1, rank);
    this.#rows.push(row);
  }

  rows(): Int32Array {
    const length = rowLength(this.#words, true);
    const all = new Int32Array(this.#rows.length * length);
    this.#rows.forEach((row, index) => {
      all.set(row, index * length);
    });
    return all;
  }
}
