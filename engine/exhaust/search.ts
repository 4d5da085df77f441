/** Breadth-first search of everything that a composition can reach, in one thread. */
import type { Composition } from './composition.ts';
import { at, Compiled } from './compiled.ts';
import { Expander } from './expander.ts';
import { initialStateOf, type Explored, type Range } from './explored.ts';
import { MAX_BUDGET, MAX_BUDGETS, type Layout } from './layout.ts';
import type { End, Found, Kept, Progress, Reductions, SearchOptions, SearchPosition } from './options.ts';
import { rankOf } from './rank.ts';
import type { StateSet } from './states.ts';

export type * from './options.ts';

export class Search<Local, Message> implements Explored<Local, Message> {
  readonly composition: Composition<Local, Message>;
  readonly compiled: Compiled<Local, Message>;
  readonly reductions: Reductions;
  found: Found | undefined;
  end: End | undefined;
  readonly #options: SearchOptions<Local, Message>;
  readonly #expander: Expander;
  /** By position of a first state: which of those it began with it is. */
  readonly #firstOf = new Map<number, number>();

  /** @throws RangeError if there are too many budgets, or too large ones */
  constructor(composition: Composition<Local, Message>, options: SearchOptions<Local, Message> = {}) {
    checkBudgets(composition);
    this.composition = composition;
    this.#options = options;
    this.reductions = options.reductions ?? {};
    const { symmetry = false } = this.reductions;
    this.compiled = options.compiled ?? new Compiled(composition, symmetry, options.maxLocals);
    this.#expander = new Expander(this.compiled, {
      reductions: this.reductions,
      keepsParents: options.keepsParents ?? false,
      maxBytes: options.maxBytes ?? Infinity,
    });
    this.#addFirst();
  }

  get layout(): Layout {
    return this.#expander.layout;
  }

  get states(): StateSet {
    return this.#expander.states;
  }

  get progress(): Progress {
    const { states, transitions, depth, done } = this.#expander;
    const { size, bytes } = states;
    return { states: size, transitions, depth, frontier: size - done, bytes, asked: this.compiled.asked };
  }

  get position(): SearchPosition {
    const { done, levelEnd, depth, transitions, levelStarts } = this.#expander;
    return { done, levelEnd, depth, transitions, levelStarts: levelStarts.slice() };
  }

  levels(): readonly (readonly Range[])[] {
    const { levelStarts, levelEnd, states } = this.#expander;
    const starts = [...levelStarts, levelEnd, states.size];
    return starts.slice(1).map((to, level) => [{ from: starts[level] ?? 0, to }]);
  }

  inOrder(): readonly Range[] {
    return [{ from: 0, to: this.states.size }];
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
    return this.#expander.widened(state);
  }

  /** Goes on with what was kept. For a search that has not advanced. */
  resume({ position, words, rows }: Kept): void {
    const expander = this.#expander;
    expander.fit();
    const { compiled, layout, states } = this;
    const { done, levelEnd, transitions, levelStarts } = position;
    let index = 0;
    for (const batch of rows)
      for (let offset = 0; offset < batch.length; offset += words + 1, index += 1) {
        if (index === levelEnd) states.beginRanks();
        const parent = batch[offset + words] ?? -1;
        const rank =
          index < levelEnd || parent < 0
            ? 0
            : rankOf(compiled, layout, states.chunkOf(parent), states.offsetOf(parent));
        states.add(this.widened(batch.subarray(offset, offset + words)), parent, rank);
      }
    if (index === levelEnd) states.beginRanks();
    expander.done = done;
    expander.levelEnd = levelEnd;
    expander.transitions = transitions;
    expander.levelStarts.splice(0, Infinity, ...levelStarts);
  }

  settled(state: Int32Array): Int32Array {
    if (this.reductions.settle !== true) return state;
    const now = this.widened(state);
    this.#expander.settle(now);
    return now;
  }

  indexOf(state: Int32Array): number {
    const reduced = this.widened(state);
    this.#expander.reduce(reduced);
    return this.states.indexOf(reduced);
  }

  /**
   * Looks at up to so many states. What is broken ends it when all states of a level were looked at.
   * @returns why it does not go on, undefined if it does
   * @throws ScopeError if a node has more local states than there is room for
   */
  advance(count: number): End | undefined {
    const expander = this.#expander;
    let left = count;
    try {
      while (this.end === undefined && left > 0) {
        if (expander.done === expander.levelEnd && !this.#beginLevel()) break;
        const from = expander.done;
        expander.expand(from, Math.min(expander.levelEnd, from + left));
        left -= expander.done - from;
        if (expander.isFull) this.end = 'memory';
      }
    } catch (error) {
      // Whatever does not fit: something is broken.
      if (expander.least === undefined) throw error;
      this.end = 'memory';
    }
    if (this.end === 'memory' || expander.done === expander.levelEnd) this.#judgeLevel();
    return this.end;
  }

  /** Looks at all states. */
  run(): End {
    return this.advance(Infinity) ?? 'complete';
  }

  /** @returns whether there is a next level, and it is to be looked at */
  #beginLevel(): boolean {
    const expander = this.#expander;
    this.#judgeLevel();
    if (this.end !== undefined) return false;
    if (expander.states.size === expander.levelEnd) {
      this.end = 'complete';
      return false;
    }
    expander.beginLevel();
    return true;
  }

  #judgeLevel(): void {
    this.found ??= this.#expander.least;
    if (this.found !== undefined && this.#options.goesOnWhenBroken !== true) this.end = 'broken';
  }

  #addFirst(): void {
    for (const [index, state] of (this.#options.from ?? [this.#initialState()]).entries()) {
      const first = this.widened(state);
      this.#expander.reduce(first);
      const position = this.#expander.addFirst(first);
      if (position >= 0) this.#firstOf.set(position, index);
    }
    this.#judgeLevel();
  }

  #initialState(): Int32Array {
    return initialStateOf(this.compiled, () => this.widened(new Int32Array(0)), this.layout.networkAt);
  }
}

/** @throws RangeError if there are too many budgets, or too large ones */
export function checkBudgets({ budgets }: Pick<Composition<unknown, unknown>, 'budgets'>): void {
  if (budgets.length > MAX_BUDGETS || budgets.some(({ max }) => !(max >= 0 && max <= MAX_BUDGET)))
    throw new RangeError(
      `budgets: expected at most ${String(MAX_BUDGETS)}, each from 0 to ${String(MAX_BUDGET)}`,
    );
}
