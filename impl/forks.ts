/** The evidence that a node keeps, by capsule, who was expelled, and what follows from both (docs/protocol.md §5.5, §5.8). */
import { writerOf } from './shapes.ts';
import type { Capsule, Evidence, NodeName } from './messages.ts';

/** Forks that a node knows of: of each capsule the earliest, with its evidence; and cuts: of capsules of expelled writers the last record of use. */
export class Forks {
  readonly #kept = new Map<Capsule, Evidence>();
  readonly #bound: number;
  #expelled: ReadonlySet<NodeName> = new Set();
  #cuts: ReadonlyMap<Capsule, number> = new Map();

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

  /** Whether a record is at or beyond a fork, or beyond a cut: of no use. */
  isBeyond(capsule: Capsule, seq: number): boolean {
    const fork = this.#kept.get(capsule);
    return (fork !== undefined && seq >= fork.seq) || this.isBeyondCut(capsule, seq);
  }

  /** Whether a record is of an expelled writer, and beyond the cut. */
  isBeyondCut(capsule: Capsule, seq: number): boolean {
    return this.isExpelled(writerOf(capsule)) && seq > (this.#cuts.get(capsule) ?? 0);
  }

  /** The last record of use of a capsule; Infinity where nothing is known against it. */
  lastOfUse(capsule: Capsule): number {
    const cut = this.isExpelled(writerOf(capsule)) ? (this.#cuts.get(capsule) ?? 0) : Infinity;
    return Math.min(cut, (this.seqOf(capsule) ?? Infinity) - 1);
  }

  /** Learns who was expelled, and where their capsules are cut: what is not named is of no use at all. */
  cut(expelled: Iterable<NodeName>, cuts: Iterable<readonly [Capsule, number]>): void {
    this.#expelled = new Set(expelled);
    this.#cuts = new Map(cuts);
  }

  isExpelled(node: NodeName): boolean {
    return this.#expelled.has(node);
  }

  /** Whether evidence is new: of a capsule of which there is none, and room for it, or of an earlier record; and not beyond a cut. */
  isNew({ capsule, seq }: Pick<Evidence, 'capsule' | 'seq'>): boolean {
    if (this.isBeyondCut(capsule, seq)) return false;
    const known = this.#kept.get(capsule);
    return known === undefined ? this.#kept.size < this.#bound : seq < known.seq;
  }

  /** Keeps evidence that is new. */
  keep(evidence: Evidence): void {
    this.#kept.set(evidence.capsule, evidence);
  }

  /** Whether a node was expelled, or has forked any of its capsules. */
  isExcluded(writer: NodeName): boolean {
    if (this.isExpelled(writer)) return true;
    for (const capsule of this.#kept.keys()) if (writerOf(capsule) === writer) return true;
    return false;
  }

  /** All of it, sorted by capsule. */
  all(): readonly Evidence[] {
    return [...this.#kept.keys()].sort().map((capsule) => this.#kept.get(capsule) as Evidence);
  }
}
