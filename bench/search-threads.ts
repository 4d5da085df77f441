/** Comparisons of strategies on several threads. */
import { extname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startThread, type FirstFind } from '../engine/index.ts';
import { enoughOf, propertyOf, type Find, type SearchCell, type SearchRow } from './search.ts';
import type { FromSearchWorker, ToSearchWorker } from './search-worker.ts';

const WORKER_MODULE = new URL(`./search-worker${extname(import.meta.url)}`, import.meta.url);

/** How far a comparison is. */
export interface SearchProgress {
  readonly cellsDone: number;
  readonly cells: number;
  /** Runs that each search that goes on has made. */
  readonly made: number;
}

/** What a comparison is told and tells. */
export interface SearchAllOptions {
  /** At least 1. */
  readonly workers: number;
  /** Called with each cell that is done. */
  readonly onRow: (row: SearchRow) => void;
  readonly onProgress?: (progress: SearchProgress) => void;
  /** Ends the comparison: cells that are not done are handed over as they are, to `onUndone`. */
  readonly signal?: AbortSignal;
  readonly onUndone?: (row: SearchRow) => void;
}

/**
 * Makes the searches of all cells side by side, a run from each seed in turn, so that whoever interrupts it has compared all of them
 * as far as it came. Runs of one variant from one seed are much the same for all mutants: what they sign is signed once.
 * @throws Error if the kit breaks
 */
export async function searchAll(cells: readonly SearchCell[], options: SearchAllOptions): Promise<void> {
  if (cells.length === 0) return;
  const { workers, signal, onRow, onProgress, onUndone } = options;
  const threads = Array.from({ length: workers }, () => new SearchThread());
  const open = new Set(cells.map((cell) => new OpenCell(cell)));
  try {
    for (let made = 0; open.size > 0; made += 1) {
      onProgress?.({ cellsDone: cells.length - open.size, cells: cells.length, made });
      if (!(await oneRunEach(Array.from(open), threads, signal))) {
        for (const cell of open) onUndone?.(cell.row);
        return;
      }
      for (const cell of open) {
        if (!cell.isOver) continue;
        open.delete(cell);
        onRow(cell.row);
      }
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** The searches of a cell, as far as they are. */
class OpenCell {
  readonly cell: SearchCell;
  readonly #finds: (Find | null)[];
  made = 0;

  constructor(cell: SearchCell) {
    this.cell = cell;
    this.#finds = Array.from({ length: cell.seeds }, () => null);
  }

  get isOver(): boolean {
    const { seeds, budget } = this.cell;
    return this.#finds.filter((find) => find !== null).length >= enoughOf(seeds) || this.made >= budget;
  }

  get row(): SearchRow {
    const { cell, made } = this;
    return { ...cell, property: propertyOf(cell.mutant), finds: this.#finds.slice(), made };
  }

  /** Whether the search from this seed goes on. */
  wants(seed: number): boolean {
    return seed <= this.cell.seeds && this.#finds[seed - 1] === null;
  }

  put(seed: number, { found, runs: schedules, steps }: FirstFind): void {
    this.made = Math.max(this.made, schedules);
    if (found) this.#finds[seed - 1] = { schedules, steps };
  }
}

/** Makes one run of each search that goes on. @returns whether it came to the end */
async function oneRunEach(
  open: readonly OpenCell[],
  threads: readonly SearchThread[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const seedsMax = Math.max(...open.map(({ cell }) => cell.seeds));
  // A search stays in the thread that it began in.
  await Promise.all(
    threads.map(async (thread, at) => {
      for (let seed = at + 1; seed <= seedsMax; seed += threads.length) {
        if (signal?.aborted === true) return;
        const going = open.filter((one) => one.wants(seed));
        if (going.length === 0) continue;
        const outcomes = await thread.advance(
          going.map(({ cell }) => cell),
          seed,
        );
        for (const [index, outcome] of outcomes.entries()) going[index]?.put(seed, outcome);
      }
    }),
  );
  return signal?.aborted !== true;
}

/** A worker thread that answers one message at a time. */
class SearchThread {
  readonly #worker: Worker = startThread(WORKER_MODULE, undefined);
  #settle: { resolve(outcomes: readonly FirstFind[]): void; reject(error: Error): void } | undefined;
  #broken: Error | undefined;

  constructor() {
    const fail = (error: Error): void => {
      this.#broken = error;
      this.#settle?.reject(error);
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', (code) => {
      fail(new Error(`a thread of the comparison ended with exit code ${String(code)}`));
    });
    this.#worker.on('message', (message: FromSearchWorker) => {
      if (message.kind === 'failed') fail(new Error(message.text));
      else this.#settle?.resolve(message.outcomes);
    });
  }

  advance(cells: readonly SearchCell[], seed: number): Promise<readonly FirstFind[]> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      if (this.#broken !== undefined) reject(this.#broken);
      this.#worker.postMessage({ seed, cells } satisfies ToSearchWorker);
    });
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    await this.#worker.terminate();
  }
}
