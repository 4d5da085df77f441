/** A thread of a campaign: makes the runs that it is told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { aboutOf, Batch, type About, type BatchOptions, type RunSummary } from './batch.ts';
import type { CorpusEntry } from './corpus.ts';

/** What a worker is told. */
export type ToWorker =
  /** Runs to be made: `from`, and up to but without `to`. */
  | { readonly kind: 'runs'; readonly from: number; readonly to: number }
  /** What the last generation of a guided campaign reached first. */
  | { readonly kind: 'learn'; readonly entries: readonly CorpusEntry[] };

/** What a worker says. */
export type FromWorker =
  | {
      readonly kind: 'ready';
      readonly about: About;
    }
  | { readonly kind: 'chunk'; readonly from: number; readonly summaries: readonly RunSummary[] }
  /** The harness broke: no finding, an error. */
  | { readonly kind: 'failed'; readonly text: string };

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    say({ kind: 'failed', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

try {
  // Only the campaign starts this file, and this is what it hands over.
  const batch = await Batch.load(workerData as BatchOptions);
  parentPort?.on('message', (message: ToWorker) => {
    attempt(() => {
      switch (message.kind) {
        case 'runs': {
          const { from, to } = message;
          const summaries: RunSummary[] = [];
          for (let index = from; index < to; index += 1) summaries.push(batch.make(index));
          say({ kind: 'chunk', from, summaries });
          break;
        }
        case 'learn':
          batch.learn(message.entries);
          break;
      }
    });
  });
  say({ kind: 'ready', about: aboutOf(batch) });
} catch (error) {
  attempt(() => {
    throw error;
  });
}
