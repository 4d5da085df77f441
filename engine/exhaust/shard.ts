/** The part of a search that one thread has: the states that belong to it, looked at in passes that all threads make together. */
import type { Broken } from './composition.ts';
import type { Delta, Questions } from './delta.ts';
import { Expander, type Candidate, type OpenQuestion } from './expander.ts';
import { Mirror } from './mirror.ts';
import type { Reductions, SearchPosition } from './options.ts';
import { Outbox, rankIn } from './outbox.ts';
import type { StatesMemory } from './states.ts';
import type { Plan } from './tables.ts';

/** What a shard is made of. */
export interface ShardOptions {
  readonly index: number;
  readonly count: number;
  readonly plan: Plan;
  readonly reductions: Reductions;
  readonly keepsParents: boolean;
  readonly maxBytes: number;
}

/** States to begin with, or to go on with. A row is a state, the name of its parent, and the rank of its parent as two words. */
export interface Seed {
  readonly rows: Int32Array;
  /** Whether the states are to be judged: those that a search begins with. */
  readonly isFirst: boolean;
  /** Whether they are of the level that is being made. */
  readonly isNewest: boolean;
  /** Where to go on: after the last states. */
  readonly position?: Omit<SearchPosition, 'depth'>;
}

/** What a pass is to do. */
export interface Pass {
  readonly delta: Delta;
  readonly seed?: Seed;
  readonly isNewLevel: boolean;
  /** New states to look at, at most, beside those that were deferred. */
  readonly limit: number;
}

/** What came of a pass. */
export interface Report {
  readonly states: number;
  readonly transitions: number;
  readonly done: number;
  readonly levelEnd: number;
  readonly levelStarts: readonly number[];
  readonly deferred: readonly number[];
  readonly bytes: number;
  readonly isFull: boolean;
  readonly least?: Candidate;
  readonly questions: Questions;
  readonly open: ReadonlyMap<string, OpenQuestion>;
  /** Of the states, from a chunk on that the receiver does not have yet. */
  readonly memory: StatesMemory;
  readonly memoryFrom: number;
}

/** How a shard sends states to others, and gets theirs. */
export interface Exchange {
  send(shard: number, batch: Int32Array): void;
  /** States that others sent so far. */
  arrived(): readonly Int32Array[];
  /** Tells the others that nothing more comes, and waits until all have said so: what arrived till then. */
  finish(): Iterable<Int32Array>;
}

/** States that are looked at between two looks at what arrived. */
const CHUNK_STATES = 1_000;
/** New states that may come of one, in this thread, about: as far as memory is concerned. */
const NEW_PER_STATE = 8;

export class Shard {
  readonly #mirror: Mirror;
  readonly #expander: Expander;
  readonly #outbox: Outbox;
  readonly #exchange: Exchange;
  #isNewest = false;
  #chunksTold = 0;
  #wordsTold = 0;

  constructor({ index, count, plan, reductions, keepsParents, maxBytes }: ShardOptions, exchange: Exchange) {
    this.#exchange = exchange;
    this.#mirror = new Mirror(plan);
    this.#outbox = new Outbox(index, count, keepsParents, (shard, batch) => {
      exchange.send(shard, batch);
    });
    const outbox = this.#outbox;
    this.#expander = new Expander(this.#mirror, { reductions, keepsParents, maxBytes, outbox });
  }

  /** Makes a pass. */
  pass({ delta, seed, isNewLevel, limit }: Pass): Report {
    const expander = this.#expander;
    this.#mirror.learn(delta);
    expander.fit();
    this.#learnJoints(delta.joints);
    if (seed !== undefined) this.#begin(seed);
    if (isNewLevel) expander.beginLevel();
    expander.expandDeferred();
    const to = Math.min(expander.levelEnd, expander.done + limit);
    if (expander.done < to && expander.isFullFor(limit * NEW_PER_STATE)) expander.isFull = true;
    while (expander.done < to && !expander.isFull) {
      expander.expand(expander.done, Math.min(to, expander.done + CHUNK_STATES));
      for (const batch of this.#exchange.arrived()) expander.absorb(batch);
    }
    this.#outbox.flush();
    for (const batch of this.#exchange.finish()) expander.absorb(batch);
    return this.#report();
  }

  #begin({ rows, isFirst, isNewest, position }: Seed): void {
    const expander = this.#expander;
    const { states } = expander;
    const { words } = states;
    if (isNewest && !this.#isNewest) states.beginRanks();
    this.#isNewest = isNewest;
    for (let from = 0; from < rows.length; from += words + 3) {
      const state = rows.subarray(from, from + words);
      if (isFirst) expander.addFirst(state);
      else states.add(state, rows[from + words] ?? -1, rankIn(rows, from + words + 1));
    }
    if (position === undefined) return;
    expander.done = position.done;
    expander.levelEnd = position.levelEnd;
    expander.transitions = position.transitions;
    expander.levelStarts.push(...position.levelStarts);
  }

  #learnJoints(answers: readonly (readonly [string, Broken | undefined])[]): void {
    const { joint, open } = this.#expander;
    for (const [key, broken] of answers) {
      joint.learn(key, broken);
      const asked = open.get(key);
      if (broken !== undefined && asked !== undefined)
        this.#expander.consider(broken, asked.state, asked.rank, false);
      open.delete(key);
    }
  }

  #report(): Report {
    const { states, transitions, done, levelEnd, levelStarts, deferred, isFull, least, open } =
      this.#expander;
    // States that were made longer are all elsewhere.
    if (states.words !== this.#wordsTold) this.#chunksTold = 0;
    this.#wordsTold = states.words;
    const memoryFrom = this.#chunksTold;
    const memory = states.memoryFrom(memoryFrom);
    this.#chunksTold = memoryFrom + memory.chunks.length;
    return {
      states: states.size,
      transitions,
      done,
      levelEnd,
      levelStarts: levelStarts.slice(),
      deferred: deferred.slice(),
      bytes: states.bytes,
      isFull,
      ...(least === undefined ? {} : { least }),
      questions: this.#mirror.takeQuestions(),
      open: new Map(open),
      memory,
      memoryFrom,
    };
  }
}
