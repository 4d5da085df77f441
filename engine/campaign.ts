/** Campaigns: many runs on many threads, with the same result whatever the number of threads. */
import { extname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { aboutOf, Batch, type About, type BatchOptions, type RunSummary } from './batch.ts';
import { Corpus, type CorpusEntry } from './corpus.ts';
import { Aggregate, type CampaignResult } from './campaign-result.ts';
import { GENERATION_RUNS, RUNS_PER_CHUNK } from './bounds.ts';
import { startThread } from './thread.ts';
import type { FromWorker, ToWorker } from './worker.ts';

export interface CampaignOptions {
  /** A module that exports `campaignHarness: CampaignHarness`; each worker imports it. */
  readonly harnessModule: URL;
  /** Handed to `campaignHarness`. Plain JSON. @default undefined */
  readonly harnessConfig?: unknown;
  readonly runs: number;
  /** 32-bit. */
  readonly seed: number;
  /** Worker threads; 0 runs in this thread. @default 0 */
  readonly workers?: number;
  /** Ids of the properties to monitor. @default all of the harness */
  readonly properties?: readonly string[];
  /** Keeps the runs that broke anything in `CampaignResult.broken`. @default false */
  readonly keepsBroken?: boolean;
  readonly onProgress?: (progress: CampaignProgress) => void;
  /** Ends the campaign with what was found so far. */
  readonly signal?: AbortSignal;
}

export interface CampaignProgress {
  readonly runsDone: number;
  readonly runs: number;
  readonly steps: number;
  /** Ids of the properties found violated or stalled so far. */
  readonly violated: readonly string[];
}

/**
 * Makes many runs and sums them up. Run `i` is a function of the seed and `i`: the number of workers changes nothing
 * but the time it takes.
 * @throws RangeError for numbers that make no sense; Error if the harness cannot be loaded or breaks
 */
export async function campaign(options: CampaignOptions): Promise<CampaignResult> {
  const { runs, seed, workers = 0, harnessModule, harnessConfig, properties } = options;
  if (!Number.isInteger(runs) || runs < 0)
    throw new RangeError(`runs must be a whole number, is ${String(runs)}`);
  if (!Number.isInteger(workers) || workers < 0)
    throw new RangeError(`workers must be a whole number, is ${String(workers)}`);
  const batch: BatchOptions = { harnessModule: harnessModule.href, harnessConfig, seed, properties };
  const tally = new Tally(options);
  if (workers === 0) await inThisThread(batch, tally);
  else await inWorkers(batch, tally, workers);
  return tally.end();
}

/** Runs that were made, and which are next. */
class Tally {
  readonly #options: CampaignOptions;
  /** Chunks that came before their turn, by the index of their first run. */
  readonly #early = new Map<number, readonly RunSummary[]>();
  /** Of a guided campaign; what of it the runs to come have not been told yet. */
  readonly #corpus = new Corpus();
  #untold: CorpusEntry[] = [];
  #guided = false;
  #aggregate: Aggregate;
  #subject = '';
  #aggregated = 0;
  readonly #violated = new Set<string>();
  #next = 0;
  #done = 0;
  #steps = 0;

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#aggregate = new Aggregate(options.properties ?? []);
  }

  /** To be told before the first `put`; later times change nothing. */
  begin({ subject, properties, goals, guided }: About): void {
    if (this.#done > 0) return;
    this.#subject = subject;
    this.#guided = guided;
    this.#aggregate = new Aggregate(properties, goals, this.#options.keepsBroken);
  }

  get isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }
  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }
  get isComplete(): boolean {
    return this.#done >= this.#options.runs;
  }

  /**
   * The next runs to be made; undefined if there are none left, or no more wanted. Those of a guided campaign wait for the
   * generation before.
   */
  take(): { readonly from: number; readonly to: number } | undefined {
    const end = this.#guided ? Math.min(this.#options.runs, this.#generationEnd) : this.#options.runs;
    if (this.isAborted || this.#next >= end) return undefined;
    const from = this.#next;
    this.#next = Math.min(end, from + RUNS_PER_CHUNK);
    return { from, to: this.#next };
  }

  /** What a guided campaign has learnt when a generation is over: to be told whoever makes the next one. */
  learnt(): readonly CorpusEntry[] {
    if (this.#aggregated % GENERATION_RUNS !== 0) return [];
    const entries = this.#untold;
    this.#untold = [];
    return entries;
  }

  get #generationEnd(): number {
    return (Math.floor(this.#aggregated / GENERATION_RUNS) + 1) * GENERATION_RUNS;
  }

  put(from: number, summaries: readonly RunSummary[]): void {
    this.#early.set(from, summaries);
    for (let turn = this.#early.get(this.#aggregated); turn !== undefined;) {
      this.#early.delete(this.#aggregated);
      for (const run of turn) {
        this.#aggregate.add(run);
        if (run.candidate !== undefined && this.#corpus.add(run.candidate)) this.#untold.push(run.candidate);
      }
      this.#aggregated += turn.length;
      turn = turn.length === 0 ? undefined : this.#early.get(this.#aggregated);
    }
    this.#done += summaries.length;
    for (const { steps, violations } of summaries) {
      this.#steps += steps;
      for (const { property } of violations) this.#violated.add(property);
    }
    const { onProgress, runs } = this.#options;
    onProgress?.({
      runsDone: this.#done,
      runs,
      steps: this.#steps,
      violated: Array.from(this.#violated).sort(),
    });
  }

  end(): CampaignResult {
    const rest = Array.from(this.#early).sort(([a], [b]) => a - b);
    for (const [, summaries] of rest) for (const run of summaries) this.#aggregate.add(run);
    return this.#aggregate.end(this.#subject, this.#options.seed, !this.isComplete);
  }
}

async function inThisThread(options: BatchOptions, tally: Tally): Promise<void> {
  const batch = await Batch.load(options);
  tally.begin(aboutOf(batch));
  for (let chunk = tally.take(); chunk !== undefined; chunk = tally.take()) {
    const summaries: RunSummary[] = [];
    for (let index = chunk.from; index < chunk.to && !tally.isAborted; index += 1) {
      summaries.push(batch.make(index));
      // Lets an abort come through.
      await new Promise((resolve) => setImmediate(resolve));
    }
    tally.put(chunk.from, summaries);
    batch.learn(tally.learnt());
  }
}

const WORKER_MODULE = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** Chunks that wait in a worker, so that it does not wait for us. */
const CHUNKS_AHEAD = 2;

async function inWorkers(options: BatchOptions, tally: Tally, count: number): Promise<void> {
  const workers: Worker[] = [];
  /** All that a worker that comes late must be told. */
  const learnt: CorpusEntry[] = [];
  /** Chunks that each worker that is ready has before it. */
  const ahead = new Map<Worker, number>();
  const feed = (): void => {
    // In turn, so that all have something to do.
    for (let round = 0; round < CHUNKS_AHEAD; round += 1)
      for (const [worker, waiting] of ahead) {
        const chunk = waiting < CHUNKS_AHEAD ? tally.take() : undefined;
        if (chunk === undefined) continue;
        ahead.set(worker, waiting + 1);
        worker.postMessage({ kind: 'runs', ...chunk } satisfies ToWorker);
      }
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const finish = (): void => {
        resolve();
      };
      tally.signal?.addEventListener('abort', finish, { once: true });
      if (tally.isAborted) {
        finish();
        return;
      }
      for (let at = 0; at < count; at += 1) {
        const worker = startThread(WORKER_MODULE, options);
        workers.push(worker);
        worker.on('error', reject);
        worker.on('exit', (code) => {
          reject(new Error(`a worker of the campaign ended with exit code ${String(code)}`));
        });
        worker.on('message', (message: FromWorker) => {
          switch (message.kind) {
            case 'ready':
              tally.begin(message.about);
              ahead.set(worker, 0);
              if (learnt.length > 0)
                worker.postMessage({ kind: 'learn', entries: learnt } satisfies ToWorker);
              feed();
              break;
            case 'chunk': {
              tally.put(message.from, message.summaries);
              ahead.set(worker, (ahead.get(worker) ?? 1) - 1);
              const entries = tally.learnt();
              learnt.push(...entries);
              if (entries.length > 0)
                for (const ready of ahead.keys())
                  ready.postMessage({ kind: 'learn', entries } satisfies ToWorker);
              feed();
              break;
            }
            case 'failed':
              reject(new Error(message.text));
              break;
          }
          if (tally.isComplete) finish();
        });
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
