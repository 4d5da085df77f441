/** Threads that make passes of a search together. */
import { extname } from 'node:path';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { startThread } from '../thread.ts';
import { MAX_SHARDS } from './outbox.ts';
import type { FromShard, ShardData, ToShard } from './shard-worker.ts';
import type { Pass, Report, ShardOptions } from './shard.ts';

const WORKER_MODULE = new URL(`./shard-worker${extname(import.meta.url)}`, import.meta.url);

/** Threads for one search after the other. */
export class SearchThreads {
  readonly #threads: readonly ShardThread[];

  /** @throws RangeError unless there is one thread at least, and no more than `MAX_SHARDS` */
  constructor(count: number) {
    if (!(count >= 1 && count <= MAX_SHARDS))
      throw new RangeError(`workers: expected 1 to ${String(MAX_SHARDS)}`);
    const bells = new Int32Array(new SharedArrayBuffer(count * 4));
    this.#threads = portsBetween(count).map((ports, index) => new ShardThread({ index, ports, bells }));
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Begins a search: what there was is forgotten. */
  begin(options: Omit<ShardOptions, 'index' | 'count'>): void {
    const { count } = this;
    for (const [index, thread] of this.#threads.entries()) thread.begin({ ...options, index, count });
  }

  /** Makes a pass. @throws Error if a thread broke */
  pass(passes: readonly Pass[]): Promise<readonly Report[]> {
    return Promise.all(
      this.#threads.map((thread, index) => {
        const pass = passes[index];
        if (pass === undefined) throw new RangeError(`there is nothing to do for thread ${String(index)}`);
        return thread.pass(pass);
      }),
    );
  }

  /** Ends the threads. Their memory stays as long as somebody looks at it. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** By shard, and by shard again: a port to it. */
function portsBetween(count: number): readonly (readonly (MessagePort | null)[])[] {
  const ports = Array.from({ length: count }, () =>
    Array.from({ length: count }, (): MessagePort | null => null),
  );
  for (let one = 0; one < count; one += 1)
    for (let other = one + 1; other < count; other += 1) {
      const { port1, port2 } = new MessageChannel();
      (ports[one] ?? [])[other] = port1;
      (ports[other] ?? [])[one] = port2;
    }
  return ports;
}

/** A thread that makes one pass at a time. */
class ShardThread {
  readonly #worker: Worker;
  #settle: { resolve(report: Report): void; reject(error: Error): void } | undefined;
  #broken: Error | undefined;

  constructor(data: ShardData) {
    const own = data.ports.filter((port) => port !== null);
    this.#worker = startThread(WORKER_MODULE, data, own);
    // Whoever forgets to end it is not kept waiting.
    this.#worker.unref();
    const fail = (error: Error): void => {
      this.#broken = error;
      this.#settle?.reject(error);
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', (code) => {
      fail(new Error(`a thread of the search ended with exit code ${String(code)}`));
    });
    this.#worker.on('message', (message: FromShard) => {
      if (message.kind === 'failed') fail(new Error(message.text));
      else {
        this.#worker.unref();
        this.#settle?.resolve(message.report);
      }
    });
  }

  begin(options: ShardOptions): void {
    this.#worker.postMessage({ kind: 'begin', options } satisfies ToShard);
  }

  pass(pass: Pass): Promise<Report> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#broken !== undefined) {
        reject(this.#broken);
        return;
      }
      this.#worker.ref();
      this.#worker.postMessage({ kind: 'pass', pass } satisfies ToShard);
    });
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    await this.#worker.terminate();
  }
}
