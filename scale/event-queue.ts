/** Events of a simulation, the earliest first: a binary heap in typed arrays, which grow as needed. */

/** An event: at a time, a node takes something in from another one. */
export interface TimedEvent {
  timeNs: number;
  node: number;
  from: number;
  kind: number;
}

const FIRST_CAPACITY = 1024;

export class EventQueue {
  #times = new Float64Array(FIRST_CAPACITY);
  #nodes = new Int32Array(FIRST_CAPACITY);
  #froms = new Int32Array(FIRST_CAPACITY);
  #kinds = new Uint8Array(FIRST_CAPACITY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(timeNs: number, node: number, from: number, kind: number): void {
    if (this.#size === this.#times.length) this.#grow();
    let hole = this.#size;
    this.#size += 1;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      if ((this.#times[above] as number) <= timeNs) break;
      this.#move(above, hole);
      hole = above;
    }
    this.#put(hole, timeNs, node, from, kind);
  }

  /** Takes the earliest event out, into `into`. Returns whether there was one. */
  pop(into: TimedEvent): boolean {
    if (this.#size === 0) return false;
    into.timeNs = this.#times[0] as number;
    into.node = this.#nodes[0] as number;
    into.from = this.#froms[0] as number;
    into.kind = this.#kinds[0] as number;
    this.#size -= 1;
    const last = this.#size;
    const timeNs = this.#times[last] as number;
    let hole = 0;
    for (;;) {
      let below = 2 * hole + 1;
      if (below >= last) break;
      if (below + 1 < last && (this.#times[below + 1] as number) < (this.#times[below] as number)) below += 1;
      if ((this.#times[below] as number) >= timeNs) break;
      this.#move(below, hole);
      hole = below;
    }
    this.#move(last, hole);
    return true;
  }

  #move(from: number, to: number): void {
    this.#put(
      to,
      this.#times[from] as number,
      this.#nodes[from] as number,
      this.#froms[from] as number,
      this.#kinds[from] as number,
    );
  }

  #put(slot: number, timeNs: number, node: number, from: number, kind: number): void {
    this.#times[slot] = timeNs;
    this.#nodes[slot] = node;
    this.#froms[slot] = from;
    this.#kinds[slot] = kind;
  }

  #grow(): void {
    const length = 2 * this.#times.length;
    const grown = <T extends { set(from: T): void }>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#times = grown(new Float64Array(length), this.#times);
    this.#nodes = grown(new Int32Array(length), this.#nodes);
    this.#froms = grown(new Int32Array(length), this.#froms);
    this.#kinds = grown(new Uint8Array(length), this.#kinds);
  }
}
