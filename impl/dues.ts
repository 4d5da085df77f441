/**
 * What the path between a client and the coordinator is to carry (docs/protocol.md §5.6): a SYNC shows what the coordinator holds, and so
 * what is to come down and go up until the next one.
 */
import { dropRanges, rangeKey } from './relay.ts';
import type { Chains } from './chains.ts';
import type { Forks } from './forks.ts';
import type { Capsule, Range, SyncBody } from './messages.ts';
import type { Parameters } from './node.ts';

/** How far the coordinator held a capsule without a gap; of those that are not in the frontier, nothing. */
export function heldIn({ frontier, lacks }: SyncBody, capsule: Capsule): number {
  const lack = lacks.find((one) => one.capsule === capsule);
  return lack?.held ?? frontier.find(({ head }) => head.capsule === capsule)?.head.seq ?? 0;
}

/** A range in two: what is held of it, and the rest. One, if there is only one of them. */
export function splitAt(range: Range, held: number): readonly Range[] {
  if (held < range.first || held >= range.last) return [range];
  return [
    { ...range, last: held },
    { ...range, first: held + 1 },
  ];
}

/** What is due until the next SYNC. */
export class Dues {
  /** Ranges that were asked for when the coordinator held them, and of which nobody sent the first record. */
  readonly #due = new Map<string, Range>();
  /** How far the coordinator is to hold capsules. */
  readonly #owed = new Map<Capsule, number>();
  readonly #chains: Pick<Chains, 'position' | 'ownHeads'>;
  readonly #forks: Pick<Forks, 'seqOf' | 'lastOfUse'>;
  readonly #parameters: Pick<Parameters, 'logWindow' | 'maxCapsules' | 'maxRepair'>;

  /**
   * @param chains what the client holds
   * @param forks the evidence that it keeps
   */
  constructor(
    chains: Pick<Chains, 'position' | 'ownHeads'>,
    forks: Pick<Forks, 'seqOf' | 'lastOfUse'>,
    parameters: Pick<Parameters, 'logWindow' | 'maxCapsules' | 'maxRepair'>,
  ) {
    this.#chains = chains;
    this.#forks = forks;
    this.#parameters = parameters;
  }

  /** Notes what is due from now on, of the ranges that are asked for and of what the client wrote. */
  note(asked: readonly Range[], sync: SyncBody): void {
    this.#due.clear();
    this.#owed.clear();
    for (const range of asked) if (this.#isDue(range, sync)) this.#due.set(rangeKey(range), range);
    const { maxCapsules, maxRepair } = this.#parameters;
    // It may have no room for what the client wrote.
    if (sync.frontier.length + sync.forks.length >= maxCapsules) return;
    for (const { record } of this.#chains.ownHeads()) {
      const { capsule } = record;
      const seq = Math.min(record.seq, this.#forks.lastOfUse(capsule));
      const held = heldIn(sync, capsule);
      if (this.#forks.seqOf(capsule) === undefined && held < seq)
        this.#owed.set(capsule, Math.min(seq, held + maxRepair));
    }
  }

  /** Whether the coordinator held all of a range, and its log cannot have dropped any of it since. */
  #isDue({ capsule, first, last }: Range, sync: SyncBody): boolean {
    const head = sync.frontier.find((one) => one.head.capsule === capsule)?.head.seq ?? 0;
    return (
      this.#forks.seqOf(capsule) === undefined &&
      last <= heldIn(sync, capsule) &&
      first > head - this.#parameters.logWindow
    );
  }

  /** A range was answered. */
  answered(range: Range): void {
    this.#due.delete(rangeKey(range));
  }

  /** Nothing of a capsule is due from a fork on. */
  dropFrom(capsule: Capsule, seq: number): void {
    dropRanges(this.#due, capsule, seq);
    this.#owed.delete(capsule);
  }

  /** Whether all has come and gone that was to at the SYNC before; what is not wanted any more need not. */
  arePaid(sync: SyncBody, isWanted: (capsule: Capsule) => boolean): boolean {
    for (const { capsule, last } of this.#due.values())
      if (this.#chains.position(capsule).seq < last && isWanted(capsule)) return false;
    for (const [capsule, seq] of this.#owed) if (heldIn(sync, capsule) < seq) return false;
    return true;
  }
}
