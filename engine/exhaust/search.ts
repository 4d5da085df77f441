/** Breadth-first search of everything that a composition can reach. */
import type { Broken, Composition } from './composition.ts';
import { at, Compiled, IMPOSSIBLE, UNKNOWN } from './compiled.ts';
import { JointJudge } from './joint.ts';
import {
  BUDGET_BITS,
  isAnyIn,
  LOCAL_BITS,
  LOCAL_MASK,
  localIn,
  MAX_BUDGET,
  MAX_BUDGETS,
  putIn,
  setLocal,
  spentOf,
  type Layout,
} from './layout.ts';
import type { End, Found, Progress, Reductions, SearchOptions, SearchPosition } from './options.ts';
import { Reducer } from './reducer.ts';
import { Store } from './store.ts';
import { MAX_STATES, type StateSet } from './states.ts';

export type * from './options.ts';

/** Steps out of one state that are made room for. */
const MAX_SUCCESSORS = 10_000;

export class Search<Local, Message> {
  readonly composition: Composition<Local, Message>;
  readonly compiled: Compiled<Local, Message>;
  readonly reductions: Reductions;
  /** The first thing that was found broken. */
  found: Found | undefined;
  end: End | undefined;
  readonly #options: SearchOptions<Local, Message>;
  readonly #maxima: readonly number[];
  /** Position of the first state that was not looked at. */
  #done = 0;
  #levelEnd = 0;
  #depth = 0;
  #transitions = 0;
  readonly #store: Store<Local, Message>;
  readonly #joint: JointJudge<Local, Message>;
  #reducer: Reducer<Local, Message>;
  /** The successor that is being made. */
  #next: Int32Array;
  /** By position of a first state: which of those it began with it is. */
  readonly #firstOf = new Map<number, number>();

  constructor(composition: Composition<Local, Message>, options: SearchOptions<Local, Message> = {}) {
    this.composition = composition;
    this.#options = options;
    this.reductions = options.reductions ?? {};
    const { symmetry = false } = this.reductions;
    this.compiled = options.compiled ?? new Compiled(composition, symmetry, options.maxLocals);
    const { budgets } = composition;
    if (budgets.length > MAX_BUDGETS || budgets.some(({ max }) => !(max >= 0 && max <= MAX_BUDGET)))
      throw new RangeError(
        `budgets: expected at most ${String(MAX_BUDGETS)}, each from 0 to ${String(MAX_BUDGET)}`,
      );
    this.#maxima = composition.budgets.map(({ max }) => max);
    this.#store = new Store(this.compiled, options.keepsParents ?? false);
    this.#joint = new JointJudge(this.compiled);
    this.#reducer = this.#newReducer();
    this.#next = new Int32Array(this.#store.states.words);
    this.#addFirst();
  }

  get layout(): Layout {
    return this.#store.layout;
  }

  get states(): StateSet {
    return this.#store.states;
  }

  get progress(): Progress {
    const { size, bytes } = this.#store.states;
    const { asked } = this.compiled;
    const frontier = size - this.#done;
    return { states: size, transitions: this.#transitions, depth: this.#depth, frontier, bytes, asked };
  }

  /** A state that the search begins with, not reduced. */
  firstState(index: number): Int32Array {
    const { from } = this.#options;
    return this.widened(from === undefined ? this.#initialState() : at(from, this.#firstOf.get(index) ?? 0));
  }

  /** How many states the search begins with. */
  get firstCount(): number {
    return this.#firstOf.size;
  }

  /** A copy of a state, as long as states are by now: asking may have made messages known. */
  widened(state: Int32Array): Int32Array {
    this.#fit();
    return this.#store.widened(state);
  }

  /** Where it is, to be kept with its states. */
  get position(): SearchPosition {
    const [done, levelEnd, depth, transitions] = [this.#done, this.#levelEnd, this.#depth, this.#transitions];
    return { done, levelEnd, depth, transitions };
  }

  /** Goes on from a position with states that were kept: each is `words` words and its parent. For a search that has not advanced. */
  resume({ done, levelEnd, depth, transitions }: SearchPosition, kept: Int32Array, words: number): void {
    this.#fit();
    for (let offset = 0; offset < kept.length; offset += words + 1) {
      this.#next.fill(0);
      this.#next.set(kept.subarray(offset, offset + words));
      this.states.add(this.#next, kept[offset + words] ?? -1);
    }
    this.#done = done;
    this.#levelEnd = levelEnd;
    this.#depth = depth;
    this.#transitions = transitions;
  }

  /** A copy of a state as it is kept while nothing is in flight; the state itself unless that is asked for. */
  settled(state: Int32Array): Int32Array {
    if (this.reductions.settle !== true) return state;
    const now = this.widened(state);
    this.#reducer.settle(now);
    return now;
  }

  /** Where a state is, once it is reduced; -1 if it was not reached. */
  indexOf(state: Int32Array): number {
    const reduced = this.widened(state);
    this.#reduce(reduced);
    return this.states.indexOf(reduced);
  }

  /**
   * Looks at up to so many states. @returns why it does not go on, undefined if it does
   * @throws ScopeError if a node has more local states than there is room for
   */
  advance(count: number): End | undefined {
    let left = count;
    while (this.end === undefined && left > 0) {
      if (this.#done === this.#levelEnd) {
        this.#levelEnd = this.#store.states.size;
        if (this.#done === this.#levelEnd) {
          this.end = 'complete';
          break;
        }
        if (this.#done > 0) this.#depth += 1;
      }
      const from = this.#done;
      const to = Math.min(this.#levelEnd, from + left);
      this.#expand(from, to);
      left -= this.#done - from;
    }
    return this.end;
  }

  /** Looks at all states. */
  run(): End {
    return this.advance(Infinity) ?? 'complete';
  }

  #newReducer(): Reducer<Local, Message> {
    return new Reducer(this.compiled, this.#store.layout, this.reductions.eager === true);
  }

  #addFirst(): void {
    for (const [index, state] of (this.#options.from ?? [this.#initialState()]).entries()) {
      this.#next = this.widened(state);
      this.#reduce(this.#next);
      const position = this.#add(-1);
      if (position < 0) continue;
      this.#firstOf.set(position, index);
      const broken = this.#joint.judge(this.#next);
      if (broken !== undefined) this.#fail(broken, position);
    }
  }

  #initialState(): Int32Array {
    const outcomes = this.composition.nodes.map((_, node) => this.compiled.initial(node));
    const state = this.widened(new Int32Array(0));
    outcomes.forEach((outcome, node) => {
      setLocal(state, node, at(this.compiled.nextLocal, outcome));
      for (const message of at(this.compiled.sends, outcome)) putIn(state, this.layout.networkAt, message);
    });
    return state;
  }

  /** Makes room for what was met for the first time. @returns whether states were made longer */
  #fit(): boolean {
    if (!this.#store.fit()) return false;
    this.#reducer = this.#newReducer();
    this.#next = new Int32Array(this.states.words);
    return true;
  }

  /** Everything that may be delivered at once is, at all nodes; and names are exchanged. */
  #reduce(state: Int32Array): void {
    const { eager, settle, symmetry } = this.reductions;
    if (eager === true) this.#reducer.forget(state, this.#maxima);
    if (this.#reducer.delivers) {
      for (let node = 0; node < this.#store.layout.nodes; node += 1) this.#reducer.deliverEager(state, node);
    }
    if (settle === true) this.#reducer.settle(state);
    if (symmetry === true) this.#reducer.canonicalise(state);
  }

  /** The hot loop: looks at states from `from` up to `to`. Ends early, to be called again, when states were made longer or something ended the search. */
  #expand(from: number, to: number): void {
    const { compiled, composition, reductions } = this;
    const { receive, acts, receivers, losable, ordered, deliveryBudgets } = compiled;
    const lossBudget = composition.lossBudget ?? -1;
    const lossIsDelay = reductions.lossIsDelay === true;
    const states = this.#store.states;
    const { words } = states;
    const { nodes, networkAt, networkWords } = this.#store.layout;
    const maxBytes = this.#options.maxBytes ?? Infinity;
    const maxima = this.#maxima;
    const next = this.#next;
    const isOrdered = composition.order !== undefined;
    const locals = new Int32Array(nodes);

    for (let index = from; index < to; index += 1) {
      if (states.bytesToGrow > maxBytes || states.size > MAX_STATES - MAX_SUCCESSORS) this.end = 'memory';
      if (this.end !== undefined) return;
      const before = this.#transitions;
      const chunk = states.chunkOf(index);
      const offset = states.offsetOf(index);
      for (let node = 0; node < nodes; node += 1) locals[node] = localIn(chunk, offset, node);
      const spent = localIn(chunk, offset, nodes);
      const mayLose = lossBudget >= 0 && isLeft(spent, lossBudget, maxima);
      let isAtRest = true;

      for (let word = 0; word < networkWords; word += 1) {
        for (let bits = chunk[offset + networkAt + word] as number; bits !== 0; bits &= bits - 1) {
          const bit = bits & -bits;
          const message = (word << 5) + (31 - Math.clz32(bit));
          if (isOrdered && isAnyIn(chunk, offset + networkAt, compiled.earlier[message] as number[]))
            continue;
          const node = receivers[message] as number;
          const local = locals[node] as number;
          const row = (receive[node] as Int32Array[])[local] as Int32Array;
          let outcome = message < row.length ? (row[message] as number) : UNKNOWN;
          if (outcome === UNKNOWN) {
            outcome = compiled.askReceive(node, local, message);
            if (this.#fit()) {
              this.#transitions = before;
              return;
            }
          }
          const budget = deliveryBudgets[message] as number;
          if (outcome !== IMPOSSIBLE && (budget < 0 || isLeft(spent, budget, maxima))) {
            if (budget < 0) isAtRest = false;
            for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
            next[networkAt + word] = (next[networkAt + word] as number) & ~bit;
            if (budget >= 0) setLocal(next, nodes, spent + (1 << (budget * BUDGET_BITS)));
            this.#take(index, node, outcome);
          }
          if (mayLose && losable[message] === true && (!lossIsDelay || ordered[message] === true)) {
            for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
            next[networkAt + word] = (next[networkAt + word] as number) & ~bit;
            setLocal(next, nodes, spent + (1 << (lossBudget * BUDGET_BITS)));
            if (reductions.settle === true) this.#reducer.settle(next);
            if (reductions.symmetry === true) this.#reducer.canonicalise(next);
            this.#transitions += 1;
            this.#add(index);
          }
        }
      }

      // Acts that wait for rest come after all that do not, and those that wait for other acts last.
      const rests = isAtRest ? 3 : 1;
      for (let rest = 0; rest < rests; rest += 1) {
        let took = false;
        for (let node = 0; node < nodes; node += 1) {
          const local = locals[node] as number;
          let all = (acts[node] as (typeof acts)[number])[local];
          if (all === undefined) {
            all = compiled.askActs(node, local);
            if (lossIsDelay && all.some(({ atRest }) => atRest > 0))
              throw new RangeError('lossIsDelay: acts that wait for rest would wait for what is lost');
            if (this.#fit()) {
              this.#transitions = before;
              return;
            }
          }
          for (let at = 0; at < all.length; at += 1) {
            const { outcome, budget, atRest } = all[at] as (typeof all)[number];
            if (atRest !== rest || (budget >= 0 && !isLeft(spent, budget, maxima))) continue;
            took = true;
            for (let word = 0; word < words; word += 1) next[word] = chunk[offset + word] as number;
            if (budget >= 0) setLocal(next, nodes, spent + (1 << (budget * BUDGET_BITS)));
            this.#take(index, node, outcome);
          }
        }
        if (took) break;
      }
      this.#done = index + 1;
    }
  }

  /** A node takes a step, from what `#next` has so far. */
  #take(parent: number, node: number, outcome: number): void {
    this.#transitions += 1;
    const { compiled } = this;
    const { eager, settle, symmetry } = this.reductions;
    const { networkAt, networkWords } = this.#store.layout;
    const next = this.#next;
    const { masks } = this.#store;
    const mask = outcome * networkWords;
    for (let word = 0; word < networkWords; word += 1)
      next[networkAt + word] = (next[networkAt + word] as number) | (masks[mask + word] as number);
    const shift = (node & 1) * LOCAL_BITS;
    next[node >> 1] =
      ((next[node >> 1] as number) & ~(LOCAL_MASK << shift)) |
      ((compiled.nextLocal[outcome] as number) << shift);
    if (eager === true) this.#reducer.forget(next, this.#maxima);
    if (this.#reducer.delivers) {
      this.#reducer.deliverEager(next, node);
      const sends = compiled.sends[outcome] as readonly number[];
      for (let at = 0; at < sends.length; at += 1)
        this.#reducer.deliverEager(next, compiled.receivers[sends[at] as number] as number);
    }
    if (settle === true) this.#reducer.settle(next);
    if (symmetry === true) this.#reducer.canonicalise(next);
    this.#add(parent);
    if (compiled.brokenSteps.size > 0 && this.found === undefined) {
      const broken = compiled.brokenSteps.get(outcome);
      if (broken !== undefined) this.#fail(broken, parent, true);
    }
  }

  #add(parent: number): number {
    const index = this.#store.states.add(this.#next, parent);
    if (index < 0) return index;
    if (this.compiled.brokenCount > 0 && this.found === undefined) this.#judgeLocals(index);
    if (this.compiled.views.length > 0 && parent >= 0 && this.found === undefined) {
      const states = this.#store.states;
      const broken = this.#joint.judgeAfter(this.#next, states.chunkOf(parent), states.offsetOf(parent));
      if (broken !== undefined) this.#fail(broken, index);
    }
    return index;
  }

  #judgeLocals(index: number): void {
    for (let node = 0; node < this.#store.layout.nodes; node += 1) {
      const broken = this.compiled.brokenLocals[node]?.get(localIn(this.#next, 0, node));
      if (broken !== undefined) {
        this.#fail(broken, index);
        return;
      }
    }
  }

  #fail(broken: Broken, state: number, isStep = false): void {
    this.found ??= { ...broken, state, isStep };
    if (this.#options.goesOnWhenBroken !== true) this.end = 'broken';
  }
}

function isLeft(spent: number, budget: number, maxima: readonly number[]): boolean {
  return spentOf(spent, budget) < (maxima[budget] as number);
}
