/** The evidence that a node keeps, by capsule, who was expelled, and what follows from both (docs/protocol.md §5.5, §5.8). */
import { generationOf, incarnationOf, writerOf } from './shapes.ts';
import type { Capsule, Evidence, NodeName } from './messages.ts';

/** Forks that a node knows of: of each capsule the earliest, with its evidence; and cuts: of capsules that void keys signed the last record of use. */
export class Forks {
  readonly #kept = new Map<Capsule, Evidence>();
  readonly #bound: number;
  /** How often each node was expelled. */
  #expelled: ReadonlyMap<NodeName, number> = new Map();
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

  /** Whether void keys sign the records of a capsule. */
  isCut(capsule: Capsule): boolean {
    return this.isExpelled(writerOf(capsule), incarnationOf(capsule));
  }

  /** Whether a record is of a capsule that is cut, and beyond the cut. */
  isBeyondCut(capsule: Capsule, seq: number): boolean {
    return this.isCut(capsule) && seq > (this.#cuts.get(capsule) ?? 0);
  }

  /** The last record of use of a capsule; Infinity where nothing is known against it. */
  lastOfUse(capsule: Capsule): number {
    const cut = this.isCut(capsule) ? (this.#cuts.get(capsule) ?? 0) : Infinity;
    return Math.min(cut, (this.seqOf(capsule) ?? Infinity) - 1);
  }

  /** Learns who was expelled, each as often as it was, and where capsules are cut: what is not named is of no use at all. */
  cut(expelled: Iterable<NodeName>, cuts: Iterable<readonly [Capsule, number]>): void {
    const counts = new Map<NodeName, number>();
    for (const node of expelled) counts.set(node, (counts.get(node) ?? 0) + 1);
    this.#expelled = counts;
    this.#cuts = new Map(cuts);
  }

  /** Whether the keys are void that a node has in an incarnation. */
  isExpelled(node: NodeName, incarnation: number): boolean {
    return (this.#expelled.get(node) ?? 0) > generationOf(incarnation);
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

  /** Whether a node was expelled in an incarnation, or has forked a capsule under the same keys or newer ones. */
  isExcluded(writer: NodeName, incarnation: number): boolean {
    if (this.isExpelled(writer, incarnation)) return true;
    for (const capsule of this.#kept.keys()) if (this.convicts(capsule, writer, incarnation)) return true;
    return false;
  }

  /** Whether evidence about a capsule is evidence against the keys that a node has in an incarnation, or against newer ones of it. */
  convicts(capsule: Capsule, node: NodeName, incarnation: number): boolean {
    return writerOf(capsule) === node && generationOf(incarnationOf(capsule)) >= generationOf(incarnation);
  }

  /** All of it, sorted by capsule. */
  all(): readonly Evidence[] {
    return [...this.#kept.keys()].sort().map((capsule) => this.#kept.get(capsule) as Evidence);
  }
}
