/** A thread of a campaign: makes the runs that it is told to. */
import { parentPort, workerData } from 'node:worker_threads';
import { Batch, type BatchOptions, type RunSummary } from './batch.ts';

/** Runs to be made: `from`, and up to but without `to`. */
export interface ToWorker {
  readonly from: number;
  readonly to: number;
}

/** What a worker says. */
export type FromWorker =
  | {
      readonly kind: 'ready';
      readonly about: Pick<Batch, 'subject' | 'properties' | 'goals'>;
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
  parentPort?.on('message', ({ from, to }: ToWorker) => {
    attempt(() => {
      const summaries: RunSummary[] = [];
      for (let index = from; index < to; index += 1) summaries.push(batch.make(index));
      say({ kind: 'chunk', from, summaries });
    });
  });
  say({ kind: 'ready', about: { subject: batch.subject, properties: batch.properties, goals: batch.goals } });
} catch (error) {
  attempt(() => {
    throw error;
  });
}
