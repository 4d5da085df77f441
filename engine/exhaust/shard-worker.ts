/** A thread of a search: makes passes as it is told. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { Shard, type Exchange, type Pass, type Report, type ShardOptions } from './shard.ts';

/** What a thread is made of. */
export interface ShardData {
  readonly index: number;
  /** By shard: the port to it; null for its own. */
  readonly ports: readonly (MessagePort | null)[];
  /** By shard: raised, and notified, whenever something was sent to it. */
  readonly bells: Int32Array;
}

/** What it is told: to begin a search, to make a pass. */
export type ToShard =
  { readonly kind: 'begin'; readonly options: ShardOptions } | { readonly kind: 'pass'; readonly pass: Pass };

/** What it says. */
export type FromShard =
  { readonly kind: 'passed'; readonly report: Report } | { readonly kind: 'failed'; readonly text: string };

/** How long it waits for others before it looks again. */
const WAIT_MS = 1_000;

class PortExchange implements Exchange {
  readonly #own: number;
  readonly #ports: readonly (MessagePort | null)[];
  readonly #bells: Int32Array;
  /** Shards that have nothing more to send. */
  #finished = 0;

  constructor({ index, ports, bells }: ShardData) {
    this.#own = index;
    this.#ports = ports;
    this.#bells = bells;
  }

  send(shard: number, batch: Int32Array): void {
    this.#ports[shard]?.postMessage(batch, [batch.buffer as ArrayBuffer]);
    this.#ring(shard);
  }

  arrived(): readonly Int32Array[] {
    const batches: Int32Array[] = [];
    for (const port of this.#ports) {
      if (port === null) continue;
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        const batch: Int32Array | null = got.message;
        if (batch !== null) batches.push(batch);
        else {
          // What comes after that is of the next pass.
          this.#finished += 1;
          break;
        }
      }
    }
    return batches;
  }

  *finish(): Iterable<Int32Array> {
    for (const [shard, port] of this.#ports.entries()) {
      port?.postMessage(null);
      this.#ring(shard);
    }
    for (;;) {
      const heard = Atomics.load(this.#bells, this.#own);
      yield* this.arrived();
      if (this.#finished === this.#ports.length - 1) break;
      Atomics.wait(this.#bells, this.#own, heard, WAIT_MS);
    }
    this.#finished = 0;
  }

  #ring(shard: number): void {
    Atomics.add(this.#bells, shard, 1);
    Atomics.notify(this.#bells, shard);
  }
}

const exchange = new PortExchange(workerData as ShardData);
let shard: Shard | undefined;

parentPort?.on('message', (message: ToShard) => {
  if (message.kind === 'begin') shard = new Shard(message.options, exchange);
  else parentPort?.postMessage(outcome(message.pass));
});

function outcome(pass: Pass): FromShard {
  try {
    if (shard === undefined) throw new Error('no search was begun');
    return { kind: 'passed', report: shard.pass(pass) };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'failed', text };
  }
}
