/** The entries that a node keeps of its children of one type, in the order in which they came: M5 in docs/prototype-2021-behaviour.md. */
import type { Clock } from './parent.ts';
import { STALE_MS } from './process.ts';
import type { Address, NodeType } from './wire.ts';

export interface Child {
  readonly address: Address;
  subtreeSize: number;
  routerCount: number;
  isStale: boolean;
}

/** What of an entry decides where a Join goes. */
type Count = 'subtreeSize' | 'routerCount';

export class Children {
  readonly #clock: Clock;
  readonly #type: NodeType;
  #entries: Child[] = [];

  constructor(type: NodeType, clock: Clock) {
    this.#type = type;
    this.#clock = clock;
  }

  get entries(): readonly Child[] {
    return this.#entries;
  }

  get addresses(): readonly Address[] {
    return this.#entries.map(({ address }) => address);
  }

  find(address: Address): Child | undefined {
    return this.#entries.find((child) => child.address === address);
  }

  /** An entry is made unless there is one of this address; then it is as good as new. */
  take(address: Address): void {
    let child = this.find(address);
    if (child === undefined) {
      child = { address, subtreeSize: 1, routerCount: 0, isStale: false };
      this.#entries.push(child);
    }
    child.subtreeSize = 1;
    this.hear(child);
  }

  /** Its `lastHeartbeat` is now. */
  hear(child: Child): void {
    child.isStale = false;
    this.#clock.set(this.#timer(child.address), STALE_MS + 1);
  }

  /** The first of those with the smallest count. */
  smallest(count: Count): Child | undefined {
    let best: Child | undefined;
    for (const child of this.#entries) if (best === undefined || child[count] < best[count]) best = child;
    return best;
  }

  /** The first of those with the greatest `subtreeSize`. */
  largest(): Child | undefined {
    let best: Child | undefined;
    for (const child of this.#entries)
      if (best === undefined || child.subtreeSize > best.subtreeSize) best = child;
    return best;
  }

  sum(count: Count): number {
    return this.#entries.reduce((total, child) => total + child[count], 0);
  }

  /** Forgets the first `many`, without a word to them. @returns how many that were */
  forget(many: number): number {
    const gone = this.#entries.splice(0, Math.max(0, many));
    for (const { address } of gone) this.#clock.cancel(this.#timer(address));
    return gone.length;
  }

  /** Forgets all that are stale. */
  listen(): void {
    this.#entries = this.#entries.filter(({ isStale }) => !isStale);
  }

  /** @returns whether the timer was one of these entries' */
  fire(timer: string): boolean {
    const child = this.#entries.find(({ address }) => this.#timer(address) === timer);
    if (child !== undefined) child.isStale = true;
    return child !== undefined;
  }

  #timer(address: Address): string {
    return `stale:${this.#type}:${address}`;
  }
}
