/** The parent entry of a router or a client: J5, H3 and H5 in docs/prototype-2021-behaviour.md. */
import { STALE_MS } from './process.ts';
import type { Address } from './wire.ts';

/** What the entry needs of its process. */
export interface Clock {
  set(timer: string, ms: number): void;
  cancel(timer: string): void;
}

/** Goes off once the parent is older than the limit: more than STALE_MS, not as much (O2). */
const TIMER = 'stale:parent';

export class ParentEntry {
  readonly #clock: Clock;
  #address: Address | undefined;
  #isStale = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get address(): Address | undefined {
    return this.#address;
  }

  /** Takes this parent, whoever said so, in place of an earlier one. */
  assign(address: Address): void {
    this.#address = address;
    this.hear();
  }

  /** Its `lastHeartbeat` is now. */
  hear(): void {
    this.#isStale = false;
    this.#clock.set(TIMER, STALE_MS + 1);
  }

  /** @returns whether the timer was this entry's */
  fire(timer: string): boolean {
    if (timer !== TIMER) return false;
    this.#isStale = true;
    return true;
  }

  /** Forgets a parent that is stale. */
  listen(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#address = undefined;
  }
}
