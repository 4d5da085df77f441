/**
 * A small implementation, as somebody might have it: a hub, `C`, sends what one client writes to all the others. No keys, no
 * tree, no repair, and nothing of psl-verify: hub-harness.ts puts it under test.
 */

/** What travels: one write of one client. */
export interface Frame {
  readonly from: string;
  readonly to: string;
  readonly writer: string;
  /** Counts the writes of the writer, from 1. */
  readonly seq: number;
  readonly key: string;
  readonly value: string;
}

/** The hub. It remembers nothing. */
export class Hub {
  readonly #clients: readonly string[];

  constructor(clients: readonly string[]) {
    this.#clients = clients;
  }

  /** What to send for what came. */
  receive(frame: Frame): readonly Frame[] {
    return this.#clients.filter((to) => to !== frame.writer).map((to) => ({ ...frame, from: 'C', to }));
  }
}

/** A client. One that is not careful delivers what comes, as it comes. */
export class HubClient {
  readonly #name: string;
  readonly #careful: boolean;
  /** Last write put or delivered, by writer. */
  readonly #positions = new Map<string, number>();

  constructor(name: string, careful: boolean) {
    this.#name = name;
    this.#careful = careful;
  }

  /** What to send for a write of its own. */
  put(key: string, value: string): Frame {
    const seq = this.#position(this.#name) + 1;
    this.#positions.set(this.#name, seq);
    return { from: this.#name, to: 'C', writer: this.#name, seq, key, value };
  }

  /** Whether it was delivered; false if refused. */
  receive({ writer, seq }: Frame): boolean {
    if (this.#careful && seq !== this.#position(writer) + 1) return false;
    this.#positions.set(writer, seq);
    return true;
  }

  #position(writer: string): number {
    return this.#positions.get(writer) ?? 0;
  }
}
