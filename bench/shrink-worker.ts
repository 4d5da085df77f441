/** A thread of `bench shrink`: makes a long failing schedule, or shrinks one that another thread has made, with nothing remembered. */
import { parentPort, workerData } from 'node:worker_threads';
import { longFailure, longShrink, type LongFailure, type LongShrink } from './long-shrink.ts';

/** What a thread is for. */
export type ToShrinkWorker =
  | { readonly kind: 'fail'; readonly mutant: string; readonly moves: number }
  | { readonly kind: 'shrink'; readonly failure: LongFailure };

export type FromShrinkWorker =
  | { readonly kind: 'failure'; readonly failure: LongFailure | undefined }
  | { readonly kind: 'shrunk'; readonly shrunk: LongShrink };

function answer(task: ToShrinkWorker): FromShrinkWorker {
  switch (task.kind) {
    case 'fail':
      return { kind: 'failure', failure: longFailure(task.mutant, task.moves) };
    case 'shrink':
      return { kind: 'shrunk', shrunk: longShrink(task.failure, () => performance.now()) };
  }
}

parentPort?.postMessage(answer(workerData as ToShrinkWorker));
