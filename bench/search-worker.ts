/** A thread of a comparison of strategies: carries on the searches that it is told to. */
import { parentPort } from 'node:worker_threads';
import type { FirstFind } from '../engine/index.ts';
import { Searches, type SearchCell } from './search.ts';

/** What a thread is told: to make one more run of each of these searches, all from one seed. */
export interface ToSearchWorker {
  readonly seed: number;
  readonly cells: readonly SearchCell[];
}

/** What it says: what came of the searches so far, in the order of the cells; or that the kit broke. */
export type FromSearchWorker =
  | { readonly kind: 'advanced'; readonly outcomes: readonly FirstFind[] }
  | { readonly kind: 'failed'; readonly text: string };

const searches = new Searches();

parentPort?.on('message', ({ cells, seed }: ToSearchWorker) => {
  parentPort?.postMessage(outcome(cells, seed));
});

function outcome(cells: readonly SearchCell[], seed: number): FromSearchWorker {
  try {
    return { kind: 'advanced', outcomes: cells.map((cell) => searches.advance(cell, seed)) };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: 'failed', text };
  }
}
