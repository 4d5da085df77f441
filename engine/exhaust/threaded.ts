/**
 * Breadth-first search on several threads. Each has the states that belong to it, and passes on those that do not. This thread has the tables: what a thread does not know it
 * asks at the end of a pass, and looks at the state again when it is answered.
 *
 * States, steps, depth, verdict and what is found do not depend on the number of threads: a level is looked at whole, and all choices go by the
 * contents of states (`rankOf`).
 */
import type { Composition } from './composition.ts';
import { at, Compiled } from './compiled.ts';
import { Teller } from './delta.ts';
import { Expander, isLess, type Candidate, type OpenQuestion } from './expander.ts';
import { Draft } from './draft.ts';
import { initialStateOf, type Explored, type Range } from './explored.ts';
import type { Layout } from './layout.ts';
import type { End, Found, Kept, Progress, Reductions, SearchOptions, SearchPosition } from './options.ts';
import { nameOf, ownerOf } from './outbox.ts';
import { rankOf } from './rank.ts';
import { checkBudgets } from './search.ts';
import { SharedStates } from './shared-states.ts';
import { SearchThreads } from './search-threads.ts';
import type { Report, Seed } from './shard.ts';
import { networkWordsFor } from './store.ts';
import { planOf } from './tables.ts';

/**
 * States of a thread that are looked at in a pass, at most: few at the beginning of a level, since most that is asked in it is asked by its first states and
 * what is looked at without an answer is looked at twice; and not so many that nobody hears of it for long.
 */
const FIRST_PASS = 500;
const PASS_GROWTH = 8;
const LAST_PASS = 100_000;
/** Share of the memory that may come of one pass. */
const PASS_SHARE = 1 / 512;

export interface ThreadedOptions<L, M> extends Pick<
  SearchOptions<L, M>,
  'reductions' | 'keepsParents' | 'maxBytes' | 'maxLocals' | 'from' | 'compiled'
> {
  /** How many threads, from 1 to `MAX_SHARDS`; or threads that are there, and stay when the search is closed. */
  readonly workers: number | SearchThreads;
}

export class ThreadedSearch<Local, Message> implements Explored<Local, Message> {
  readonly composition: Composition<Local, Message>;
  readonly compiled: Compiled<Local, Message>;
  readonly reductions: Reductions;
  readonly states: SharedStates;
  found: Found | undefined;
  end: End | undefined;
  readonly #options: ThreadedOptions<Local, Message>;
  readonly #threads: SearchThreads;
  readonly #teller: Teller<Local, Message>;
  /** For states of this thread: it has none of the search. */
  readonly #home: Expander;
  #reports: readonly Report[] = [];
  /** Seeds that the threads do not have yet, by shard. */
  #seeds: readonly (Seed | undefined)[] = [];
  #limit = FIRST_PASS;
  #isBegun = false;
  /** By position of a first state: which of those it began with it is. */
  readonly #firstOf = new Map<number, number>();

  /** @throws RangeError if there are too many threads, or budgets, or too large ones */
  constructor(composition: Composition<Local, Message>, options: ThreadedOptions<Local, Message>) {
    checkBudgets(composition);
    const { workers, keepsParents = false, maxBytes = Infinity, reductions = {} } = options;
    this.composition = composition;
    this.reductions = reductions;
    this.#options = options;
    this.compiled =
      options.compiled ?? new Compiled(composition, reductions.symmetry === true, options.maxLocals);
    this.#home = new Expander(this.compiled, { reductions, keepsParents: false, maxBytes: Infinity });
    this.#teller = new Teller(this.compiled);
    this.#threads = typeof workers === 'number' ? new SearchThreads(workers) : workers;
    const { count } = this.#threads;
    this.states = new SharedStates(this.#home.layout.networkAt, count);
    this.#threads.begin({ plan: planOf(composition), reductions, keepsParents, maxBytes: maxBytes / count });
    this.#seedFirst();
  }

  get layout(): Layout {
    return this.#home.layout;
  }

  get progress(): Progress {
    const { depth, done, transitions } = this.position;
    const { size } = this.states;
    const bytes = this.#sum(({ bytes: used }) => used);
    return { states: size, transitions, depth, frontier: size - done, bytes, asked: this.compiled.asked };
  }

  get position(): SearchPosition {
    const starts = this.#reports[0]?.levelStarts ?? [];
    return {
      done: this.#sum(({ done, deferred }) => done - deferred.length),
      levelEnd: this.#sum(({ levelEnd }) => levelEnd),
      depth: Math.max(0, starts.length - 1),
      transitions: this.#sum(({ transitions }) => transitions),
      levelStarts: starts.map((_, level) => this.#sum(({ levelStarts }) => at(levelStarts, level))),
    };
  }

  levels(): readonly (readonly Range[])[] {
    const byShard = this.#reports.map(({ levelStarts, levelEnd, states }, shard) => {
      const starts = [...levelStarts, levelEnd, states];
      return starts.slice(1).map((to, level) => rangeOf(shard, starts[level] ?? 0, to));
    });
    return (byShard[0] ?? []).map((_, level) => byShard.map((ranges) => at(ranges, level)));
  }

  inOrder(): readonly Range[] {
    const levels = this.levels();
    const before = levels.slice(0, -2).flat();
    const current = this.#reports.map(({ levelStarts, done, deferred }, shard) => {
      const isDeferred = new Set(deferred);
      const looked: Range[] = [];
      let from = levelStarts.at(-1) ?? 0;
      for (const index of [...deferred.toSorted((a, b) => a - b), done]) {
        looked.push(rangeOf(shard, from, index));
        from = index + 1;
      }
      return { looked, left: [...isDeferred].map((index) => rangeOf(shard, index, index + 1)) };
    });
    const left = this.#reports.map(({ done, levelEnd }, shard) => rangeOf(shard, done, levelEnd));
    return [
      ...before,
      ...current.flatMap(({ looked }) => looked),
      ...current.flatMap((one) => one.left),
      ...left,
      ...(levels.at(-1) ?? []),
    ];
  }

  isFirst(position: number): boolean {
    return this.#firstOf.has(position);
  }

  firstState(position: number): Int32Array {
    const { from } = this.#options;
    return this.widened(
      from === undefined ? this.#initialState() : at(from, this.#firstOf.get(position) ?? 0),
    );
  }

  widened(state: Int32Array): Int32Array {
    const { networkAt } = this.layout;
    this.#home.fit();
    // What others have may have been given more room; there is nothing in it.
    return this.#home.widened(state.subarray(0, networkAt + this.layout.networkWords));
  }

  settled(state: Int32Array): Int32Array {
    if (this.reductions.settle !== true) return state;
    const now = this.widened(state);
    this.#home.settle(now);
    return now;
  }

  indexOf(state: Int32Array): number {
    const reduced = this.widened(state);
    this.#home.reduce(reduced);
    return this.states.indexOf(reduced);
  }

  /**
   * Makes a pass. How many states it looks at is its own affair.
   * @returns why it does not go on, undefined if it does
   * @throws ScopeError if a node has more local states than there is room for; Error if a thread broke
   */
  async advance(): Promise<End | undefined> {
    if (this.end !== undefined) return this.end;
    const isOpen = this.#hasQuestions() || this.#seeds.length > 0;
    const isLevelDone = this.#isBegun && !isOpen && this.#left() === 0;
    if (isLevelDone && this.#judgeLevel()) return this.end;
    this.#limit = isLevelDone ? FIRST_PASS : Math.min(this.#limit * PASS_GROWTH, this.#lastPass());
    // What a search begins with is judged before it goes on.
    const limit = this.#isBegun ? Math.min(this.#limit, this.#lastPass()) : 0;
    try {
      await this.#pass(isLevelDone, limit);
    } catch (error) {
      // Whatever does not fit: something is broken.
      if (this.#least() === undefined) throw error;
      this.#findLeast();
      return this.end;
    }
    this.#isBegun = true;
    if (this.#reports.some(({ isFull }) => isFull)) {
      this.end = 'memory';
      this.#findLeast();
    }
    return this.end;
  }

  /** Looks at all states. */
  async run(): Promise<End> {
    for (;;) {
      const end = await this.advance();
      if (end !== undefined) return end;
    }
  }

  /** Ends the threads. What was explored can be looked at still. */
  async close(): Promise<void> {
    if (typeof this.#options.workers === 'number') await this.#threads.close();
  }

  /** Goes on with what was kept. For a search that has not advanced. */
  async resume({ position, words, rows }: Kept): Promise<void> {
    const { count } = this.#threads;
    const { networkAt } = this.layout;
    const counts = Array.from({ length: count }, () => 0);
    // By number in what was kept.
    const names: number[] = [];
    const starts = position.levelStarts.map((): number[] => []);
    let done: readonly number[] = [];
    let levelEnd: readonly number[] = [];
    let index = 0;
    const mark = (): void => {
      position.levelStarts.forEach((start, level) => {
        if (start === index) starts[level] = counts.slice();
      });
      if (position.done === index) done = counts.slice();
      if (position.levelEnd === index) levelEnd = counts.slice();
    };
    this.#seeds = [];
    this.#firstOf.clear();
    for (const batch of rows) {
      let drafts = this.#drafts();
      for (let offset = 0; offset < batch.length; offset += words + 1, index += 1) {
        mark();
        if (index === position.levelEnd && offset > 0) {
          await this.#sow(drafts, false);
          drafts = this.#drafts();
        }
        const shard = ownerOf(batch.subarray(offset), networkAt, count);
        const parent = batch[offset + words] ?? -1;
        const name = nameOf(shard, at(counts, shard));
        counts[shard] = at(counts, shard) + 1;
        names.push(name);
        if (parent < 0) this.#firstOf.set(name, this.#firstOf.size);
        const parentName = parent < 0 ? -1 : at(names, parent);
        const rank = index < position.levelEnd || parent < 0 ? 0 : this.#rankAt(parentName);
        drafts[shard]?.put(batch.subarray(offset, offset + words), parentName, rank);
      }
      await this.#sow(drafts, index > position.levelEnd);
    }
    mark();
    this.#seeds = counts.map((_, shard) => ({
      rows: new Int32Array(0),
      isFirst: false,
      isNewest: true,
      position: {
        done: done[shard] ?? 0,
        levelEnd: levelEnd[shard] ?? 0,
        transitions: shard === 0 ? position.transitions : 0,
        levelStarts: starts.map((byShard) => byShard[shard] ?? 0),
      },
    }));
    this.#isBegun = position.levelStarts.length > 0;
    await this.#pass(false, 0);
  }

  async #sow(drafts: readonly Draft[], isNewest: boolean): Promise<void> {
    this.#seeds = drafts.map((draft) => ({ rows: draft.rows(), isFirst: false, isNewest }));
    await this.#pass(false, 0);
  }

  #drafts(): readonly Draft[] {
    return Array.from({ length: this.#threads.count }, () => new Draft(this.#shardWords()));
  }

  /** Words of a state in the threads, once they know what this one does. */
  #shardWords(): number {
    const { networkAt } = this.layout;
    const before = Math.max(networkWordsFor(0, 0), this.states.words - networkAt);
    return networkAt + networkWordsFor(this.compiled.messageCount, before);
  }

  #rankAt(name: number): number {
    const { networkAt, nodes } = this.layout;
    const layout = { nodes, networkAt, networkWords: this.states.words - networkAt };
    return rankOf(this.compiled, layout, this.states.chunkOf(name), this.states.offsetOf(name));
  }

  #seedFirst(): void {
    const { from = [this.#initialState()] } = this.#options;
    const firsts = from.map((state) => {
      const first = this.widened(state);
      this.#home.reduce(first);
      return first;
    });
    const drafts = this.#drafts();
    const known = new Set<string>();
    for (const [index, first] of firsts.entries()) {
      const { size } = known;
      if (known.add(first.join()).size === size) continue;
      const shard = ownerOf(first, this.layout.networkAt, drafts.length);
      this.#firstOf.set(nameOf(shard, at(drafts, shard).count), index);
      at(drafts, shard).put(first, -1, 0);
    }
    this.#seeds = drafts.map((draft) => ({ rows: draft.rows(), isFirst: true, isNewest: true }));
  }

  #initialState(): Int32Array {
    return initialStateOf(this.compiled, () => this.widened(new Int32Array(0)), this.layout.networkAt);
  }

  async #pass(isNewLevel: boolean, limit: number): Promise<void> {
    const open = new Map<string, OpenQuestion>(this.#reports.flatMap((report) => [...report.open]));
    const delta = this.#teller.answer(
      this.#reports.map(({ questions }) => questions),
      open,
    );
    const seeds = this.#seeds;
    this.#seeds = [];
    const passes = Array.from({ length: this.#threads.count }, (_, shard) => {
      const seed = seeds[shard];
      return { delta, isNewLevel, limit, ...(seed === undefined ? {} : { seed }) };
    });
    this.#reports = await this.#threads.pass(passes);
    this.#reports.forEach(({ memory, memoryFrom }, shard) => {
      this.states.update(shard, memory, memoryFrom);
    });
  }

  #lastPass(): number {
    const { maxBytes = Infinity } = this.#options;
    const perThread = (maxBytes * PASS_SHARE) / this.#threads.count;
    return Math.max(1, Math.min(LAST_PASS, Math.floor(perThread / (this.states.words * 4))));
  }

  #hasQuestions(): boolean {
    return this.#reports.some(
      ({ questions, open }) =>
        open.size > 0 || Object.values(questions).some((some: readonly unknown[]) => some.length > 0),
    );
  }

  #left(): number {
    return this.#sum(({ levelEnd, done, deferred }) => levelEnd - done + deferred.length);
  }

  /** @returns whether that was the end */
  #judgeLevel(): boolean {
    this.#findLeast();
    if (this.end === undefined && this.#sum(({ states, levelEnd }) => states - levelEnd) === 0)
      this.end = 'complete';
    return this.end !== undefined;
  }

  #findLeast(): void {
    this.found = this.#least();
    if (this.found !== undefined) this.end = 'broken';
  }

  #least(): Candidate | undefined {
    let least: Candidate | undefined;
    for (const [shard, report] of this.#reports.entries()) {
      if (report.least === undefined) continue;
      const candidate = { ...report.least, state: nameOf(shard, report.least.state) };
      if (least === undefined || isLess(candidate, least)) least = candidate;
    }
    return least;
  }

  #sum(of: (report: Report) => number): number {
    return this.#reports.reduce((sum, report) => sum + of(report), 0);
  }
}

function rangeOf(shard: number, from: number, to: number): Range {
  const first = nameOf(shard, 0);
  return { from: first + from, to: first + to };
}
