/** The evidence that a node keeps, by capsule, and what follows from it (docs/protocol.md §5.5). */
import { writerOf } from './shapes.ts';
import type { Capsule, Evidence, NodeName } from './messages.ts';

/** Forks that a node knows of: of each capsule the earliest, with its evidence. */
export class Forks {
  readonly #kept = new Map<Capsule, Evidence>();
  readonly #bound: number;

  /** @param bound capsules of which evidence is kept */
  constructor(bound: number) {
    this.#bound = bound;
  }

  /** Number of capsules. */
  get size(): number {
    return this.#kept.size;
  }

  /** The `seq` at which a capsule is forked; undefined if none is known. */
  seqOf(capsule: Capsule): number | undefined {
    return this.#kept.get(capsule)?.seq;
  }

  /** Whether a record is at or beyond a fork. */
  isBeyond(capsule: Capsule, seq: number): boolean {
    const fork = this.#kept.get(capsule);
    return fork !== undefined && seq >= fork.seq;
  }

  /** Whether evidence is new: of a capsule of which there is none, and room for it, or of an earlier record. */
  isNew({ capsule, seq }: Pick<Evidence, 'capsule' | 'seq'>): boolean {
    const known = this.#kept.get(capsule);
    return known === undefined ? this.#kept.size < this.#bound : seq < known.seq;
  }

  /** Keeps evidence that is new. */
  keep(evidence: Evidence): void {
    this.#kept.set(evidence.capsule, evidence);
  }

  /** Whether a writer has forked any of its capsules. */
  isExcluded(writer: NodeName): boolean {
    for (const capsule of this.#kept.keys()) if (writerOf(capsule) === writer) return true;
    return false;
  }

  /** All of it, sorted by capsule. */
  all(): readonly Evidence[] {
    return [...this.#kept.keys()].sort().map((capsule) => this.#kept.get(capsule) as Evidence);
  }
}
