/** Exhaustive search of a scope: its storm, then from every state in which faults may end the calm, and what must happen in it. */
import { firstHopeless } from '../../engine/exhaust/inevitable.ts';
import { ScopeError } from '../../engine/exhaust/compiled.ts';
import { keptOf, readCheckpoint, type ReadBytes } from '../../engine/exhaust/checkpoint.ts';
import { inFlight, localIn } from '../../engine/exhaust/layout.ts';
import type { Explored } from '../../engine/exhaust/explored.ts';
import { pathTo, pathToBroken, type Path } from '../../engine/exhaust/path.ts';
import { Search, type End, type Progress, type Reductions } from '../../engine/exhaust/search.ts';
import { ThreadedSearch } from '../../engine/exhaust/threaded.ts';
import type { Schedule } from '../../engine/index.ts';
import type { Command } from '../reading.ts';
import { calmSources, type CalmSources } from './calm.ts';
import { compose } from './compose.ts';
import type { ExhaustLocal, ExhaustMessage } from './local.ts';
import { Scheduler, scheduleOf } from './schedule.ts';
import type { Scope } from './scopes.ts';
import { isWantedIn, missingIn } from './wanted.ts';

/** Which reductions there are for scopes. Symmetry is none: the heap policy goes by names where nodes are mirror images of each other. */
export const SCOPE_REDUCTIONS = ['eager', 'loss-is-delay', 'settle'] as const;
export type ScopeReduction = (typeof SCOPE_REDUCTIONS)[number];

export interface ScopeOptions {
  /** @default all */
  readonly reductions?: readonly ScopeReduction[];
  /** Bytes for states, at most. @default no bound */
  readonly maxBytes?: number;
  /** Local states of a node, at most. @default what the engine has room for */
  readonly maxLocals?: number;
  /** Threads of the storm, once it is large; the calm, which is small beside it, has one. @default 1 */
  readonly workers?: number;
  /** States from which on the storm has more than one thread. @default `THREADS_FROM_STATES` */
  readonly threadsFrom?: number;
}

/** A smaller storm is over before threads are warm and have asked all there is to ask. */
export const THREADS_FROM_STATES = 1_000_000;

/** What is done, in this order. */
export type Phase = 'storm' | 'calm' | 'done';

/** What was found broken. */
export interface ScopeFinding {
  readonly property: string;
  readonly text: string;
  /** The moves that lead there: a shortest way, but for the way to the end of faults where something must happen after it. */
  readonly moves: Schedule<Command>;
}

/** What came of it. */
export type ScopeVerdict =
  | { readonly verdict: 'holds' }
  | { readonly verdict: 'broken'; readonly finding: ScopeFinding }
  /** It ended before the end; in that phase, what is within `depth` steps of its start was covered. */
  | {
      readonly verdict: 'incomplete';
      readonly phase: Phase;
      readonly depth: number;
      readonly why: Incomplete;
    };

/** Why a search ends before its end: memory is used up, or a node has more local states than the tables of the engine have room for. */
export type Incomplete = { readonly kind: 'memory' } | { readonly kind: 'tables'; readonly text: string };

type Single = Search<ExhaustLocal, ExhaustMessage>;
type ScopeStates = Explored<ExhaustLocal, ExhaustMessage>;

/** One exhaustive search. What comes of it does not depend on the number of threads. */
export class ScopeSearch {
  readonly scope: Scope;
  storm: Single | ThreadedSearch<ExhaustLocal, ExhaustMessage>;
  phase: Phase = 'storm';
  verdict: ScopeVerdict | undefined;
  calm: Single | undefined;
  readonly #options: ScopeOptions;
  #sources: CalmSources | undefined;

  constructor(scope: Scope, options: ScopeOptions = {}) {
    this.scope = scope;
    this.#options = options;
    this.storm = new Search(compose(scope, 'storm'), this.#stormOptions());
  }

  #stormOptions() {
    const { maxLocals } = this.#options;
    return {
      reductions: this.#reductions('storm'),
      keepsParents: true,
      ...this.#bound(0),
      ...(maxLocals === undefined ? {} : { maxLocals }),
    };
  }

  /** What a checkpoint of it is a checkpoint of. */
  get subject(): string {
    return JSON.stringify([this.scope, this.#reductions('storm')]);
  }

  /**
   * Goes on from a checkpoint of the storm. For a search that has not advanced.
   * @throws CheckpointError if it is of something else
   */
  async resume(read: ReadBytes): Promise<void> {
    await this.storm.resume(readCheckpoint(read, this.subject, this.storm.compiled));
  }

  /** How far the present phase is. */
  get progress(): Progress {
    return (this.calm ?? this.storm).progress;
  }

  /** Looks at up to so many states; in several threads at as many as they see fit. @returns whether it goes on */
  async advance(count: number): Promise<boolean> {
    if (this.verdict !== undefined) return false;
    try {
      await this.#divide();
      const search = this.calm ?? this.storm;
      const end = await search.advance(count);
      if (end !== undefined) {
        await this.close();
        this.#finish(search, end);
      }
    } catch (error) {
      if (!(error instanceof ScopeError)) throw error;
      this.#giveUp({ kind: 'tables', text: error.message });
    }
    return this.verdict === undefined;
  }

  /** Goes on with as many threads as it may have, if it is worth that. */
  async #divide(): Promise<void> {
    const { storm } = this;
    const { workers = 1, threadsFrom = THREADS_FROM_STATES } = this.#options;
    const isDue = this.phase === 'storm' && workers > 1 && storm.states.size >= threadsFrom;
    if (!isDue || storm instanceof ThreadedSearch) return;
    const { composition, compiled } = storm;
    const threaded = new ThreadedSearch(composition, { ...this.#stormOptions(), compiled, workers });
    await threaded.resume(keptOf(storm));
    this.storm = threaded;
  }

  /** Ends its threads. What was explored can be looked at still. */
  async close(): Promise<void> {
    if (this.storm instanceof ThreadedSearch) await this.storm.close();
  }

  #giveUp(why: Incomplete): void {
    const { phase } = this;
    this.verdict = { verdict: 'incomplete', phase, depth: this.progress.depth, why };
    this.phase = 'done';
  }

  #reductions(phase: 'storm' | 'calm'): Reductions {
    const { reductions = SCOPE_REDUCTIONS } = this.#options;
    return {
      eager: reductions.includes('eager'),
      lossIsDelay: phase === 'storm' && reductions.includes('loss-is-delay'),
      settle: phase === 'calm' && reductions.includes('settle'),
    };
  }

  #bound(used: number): { readonly maxBytes?: number } {
    const { maxBytes } = this.#options;
    return maxBytes === undefined ? {} : { maxBytes: Math.max(0, maxBytes - used) };
  }

  #finish(search: ScopeStates, end: End): void {
    const { phase } = this;
    if (end === 'memory') {
      this.#giveUp({ kind: 'memory' });
      return;
    }
    if (end === 'broken') {
      const { property = '', text = '' } = search.found ?? {};
      this.verdict = { verdict: 'broken', finding: { property, text, moves: this.#movesToBroken(search) } };
    } else if (phase === 'storm') {
      this.#beginCalm();
      return;
    } else if (this.calm !== undefined) this.#judgeCalm(this.calm);
    this.phase = 'done';
  }

  #beginCalm(): void {
    const calm = compose(this.scope, 'calm', this.#reductions('calm').settle);
    this.#sources = calmSources(this.storm, calm);
    const { compiled, states } = this.#sources;
    this.phase = 'calm';
    this.calm = new Search(calm, {
      reductions: this.#reductions('calm'),
      keepsParents: true,
      compiled,
      from: states,
      ...this.#bound(this.storm.states.bytes),
    });
  }

  #judgeCalm(calm: Single): void {
    const hopeless = firstHopeless(calm, isWantedIn(calm.compiled));
    if (hopeless < 0) {
      this.verdict = { verdict: 'holds' };
      return;
    }
    const path = pathTo(calm, hopeless);
    const locals = calm.composition.nodes.map((_, node) =>
      calm.compiled.localOf(node, localIn(path.state, 0, node)),
    );
    const missing = missingIn(locals) ?? {
      property: 'reattachment',
      text: 'what must happen is out of reach',
    };
    // The calm itself is no schedule: a world settles by itself.
    this.verdict = { verdict: 'broken', finding: { ...missing, moves: this.#movesToCalm(path.start) } };
  }

  #movesToBroken(search: ScopeStates): Schedule<Command> {
    const path = pathToBroken(search);
    if (path === undefined) throw new Error('nothing is broken');
    return search === this.storm
      ? scheduleOf(this.scope, search, path.steps)
      : this.#movesThrough(search, path);
  }

  /** The moves that lead to a state of the calm, through the storm. */
  movesToCalmState(index: number): Schedule<Command> {
    if (this.calm === undefined) throw new Error('the calm has not begun');
    return this.#movesThrough(this.calm, pathTo(this.calm, index));
  }

  #movesThrough(calm: ScopeStates, path: Path): Schedule<Command> {
    const scheduler = this.#schedulerToCalm(path.start);
    for (const step of path.steps) scheduler.take(step, calm);
    return scheduler.moves;
  }

  #movesToCalm(start: number): Schedule<Command> {
    return this.#schedulerToCalm(start).moves;
  }

  /** The way through the storm to where a calm begins: what is still in flight there was lost. */
  #schedulerToCalm(start: number): Scheduler {
    const origin = this.#sources?.origins[start] ?? 0;
    const path = pathTo(this.storm, origin);
    const scheduler = new Scheduler(this.scope);
    for (const step of path.steps) scheduler.take(step, this.storm);
    for (const message of inFlight(this.storm.layout, this.storm.states.stateAt(origin)))
      scheduler.drop(this.storm.compiled.messageOf(message));
    return scheduler;
  }
}
