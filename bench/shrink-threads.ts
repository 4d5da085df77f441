/** Long failing schedules shrunk, each in a thread of its own: nothing that making it has put into a cache helps. */
import { once } from 'node:events';
import { extname } from 'node:path';
import { startThread } from '../engine/index.ts';
import type { LongShrink } from './long-shrink.ts';
import type { FromShrinkWorker, ToShrinkWorker } from './shrink-worker.ts';

const WORKER_MODULE = new URL(`./shrink-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Makes a failing schedule of so many moves of the mutant, and shrinks it.
 * @returns undefined if no schedule that was made fails
 * @throws Error if the kit breaks
 */
export async function shrinkLong(mutant: string, moves: number): Promise<LongShrink | undefined> {
  const failed = await asked({ kind: 'fail', mutant, moves });
  if (failed.kind !== 'failure' || failed.failure === undefined) return undefined;
  const shrunk = await asked({ kind: 'shrink', failure: failed.failure });
  return shrunk.kind === 'shrunk' ? shrunk.shrunk : undefined;
}

async function asked(task: ToShrinkWorker): Promise<FromShrinkWorker> {
  const thread = startThread(WORKER_MODULE, task);
  // `once` rejects when the thread reports an error.
  const [message] = (await once(thread, 'message')) as [FromShrinkWorker];
  await thread.terminate();
  return message;
}
