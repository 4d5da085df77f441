/** Stable storage of one node, and what of it a restarted node finds. */
import type { Memory } from './move.ts';
import type { Storage } from './subject.ts';
import type { FoundMemory } from './trace.ts';

/** How long the log was after a reaction that wrote to it. */
interface Mark {
  readonly length: number;
  readonly reactionIndex: number;
}

/** The disk of one node: survives its lives. Each life gets a `Storage` of its own, so a dead one cannot write. */
export class Disk {
  #entries: unknown[] = [];
  #marks: Mark[] = [];
  #markedLength = 0;

  /** The storage for a next life. */
  open(): Storage {
    const entries = this.#entries;
    return {
      append: (entry) => {
        entries.push(entry);
      },
      entries: () => entries,
    };
  }

  /** Remembers the end of a reaction, if it wrote. */
  mark(reactionIndex: number): void {
    if (this.#entries.length === this.#markedLength) return;
    this.#markedLength = this.#entries.length;
    this.#marks.push({ length: this.#markedLength, reactionIndex });
  }

  /** Takes the disk to what `memory` says, and says what is left. What is cut off is gone for good. */
  restore(memory: Memory): FoundMemory {
    const before = this.#marks.length;
    const keep =
      memory === 'durable' ? before : memory === 'amnesiac' ? 0 : Math.max(0, before - memory.back);
    this.#marks = this.#marks.slice(0, keep);
    const last = this.#marks[keep - 1];
    this.#markedLength = last?.length ?? 0;
    this.#entries = this.#entries.slice(0, this.#markedLength);
    const kind = memory === 'amnesiac' ? 'amnesiac' : keep < before ? 'stale' : 'durable';
    return { kind, asOfIndex: last?.reactionIndex ?? -1 };
  }
}
