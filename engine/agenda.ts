/** What is due when: a binary heap of messages and timers, by due time, ties by order of creation. */

/** Something that becomes due. Taking it out early is done by setting `live` to false: it is skipped later. */
export interface Due {
  dueMs: number;
  /** Order of creation, unique in a run. */
  readonly order: number;
  live: boolean;
}

/** Dead entries that are tolerated before the heap is swept. */
const DEAD_MAX = 64;

/** A heap in which entries may die. Not a queue of a node: it belongs to the world. */
export class Agenda<T extends Due> {
  #heap: T[] = [];
  #dead = 0;

  push(item: T): void {
    const heap = this.#heap;
    heap.push(item);
    this.#up(heap.length - 1);
  }

  /** The earliest live entry, left where it is. */
  peek(): T | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.live) return top;
      this.#dead -= 1;
      this.#removeTop();
    }
  }

  /** Removes what `peek` returned. */
  pop(): void {
    this.#removeTop();
  }

  /** To be called when an entry of this heap died, so that many dead ones are swept in one go. */
  died(): void {
    this.#dead += 1;
    if (this.#dead <= DEAD_MAX || this.#dead * 2 < this.#heap.length) return;
    const live = this.#heap.filter((item) => item.live);
    this.#heap = live;
    this.#dead = 0;
    for (let at = (live.length >> 1) - 1; at >= 0; at -= 1) this.#down(at);
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(start: number): void {
    const heap = this.#heap;
    const item = heap[start];
    if (item === undefined) return;
    let at = start;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !isBefore(item, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = item;
  }

  #down(start: number): void {
    const heap = this.#heap;
    const item = heap[start];
    if (item === undefined) return;
    let at = start;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      if (child === undefined) break;
      const right = heap[childAt + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childAt += 1;
      }
      if (!isBefore(child, item)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = item;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
