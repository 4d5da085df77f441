/** The hot loop of breadth-first search, over tables: looks at states, adds where their steps lead, and judges. */
import type { Broken } from './composition.ts';
import { JointJudge } from './joint.ts';
import {
  BUDGET_BITS,
  isAnyIn,
  LOCAL_BITS,
  LOCAL_MASK,
  localIn,
  setLocal,
  spentOf,
  type Layout,
} from './layout.ts';
import type { Found, Reductions } from './options.ts';
import { rankIn, rowLength, type Outbox } from './outbox.ts';
import { rankOf } from './rank.ts';
import { Reducer } from './reducer.ts';
import { MAX_STATES, type StateSet } from './states.ts';
import { Store } from './store.ts';
import { IMPOSSIBLE, MISSING, UNKNOWN, type JointQuestion, type Tables } from './tables.ts';

/** Steps out of one state that are made room for. */
const MAX_SUCCESSORS = 10_000;

/** States that are added between two looks at the memory. */
const CHECKED_STATES = 1 << 10;

/** Something broken: the least of those of a level, by rank and text, is what is found. */
export interface Candidate extends Found {
  /** Of the state. */
  readonly rank: number;
}

/** What an expander is told. */
export interface ExpanderOptions {
  readonly reductions: Reductions;
  readonly keepsParents: boolean;
  readonly maxBytes: number;
  /** Where states go that belong to others. @default all are its own */
  readonly outbox?: Outbox;
}

/** A question about all nodes that is open, and the least state that it is asked of. */
export interface OpenQuestion extends JointQuestion {
  readonly state: number;
  readonly rank: number;
}

export class Expander {
  readonly tables: Tables;
  /** Position of the first state that was not looked at. */
  done = 0;
  levelEnd = 0;
  transitions = 0;
  /** Positions of the first states of the levels that were begun. */
  readonly levelStarts: number[] = [];
  /** Whether memory is used up. */
  isFull = false;
  /** The least of what was found broken. */
  least: Candidate | undefined;
  /** States that were looked at in vain: answers are missing. */
  readonly deferred: number[] = [];
  /** By key. */
  readonly open = new Map<string, OpenQuestion>();
  readonly joint: JointJudge;
  readonly #options: ExpanderOptions;
  readonly #store: Store;
  readonly #outbox: Outbox | undefined;
  #reducer: Reducer;
  /** The successor that is being made. */
  #next: Int32Array;
  /** Rank of the state that is being looked at, if that is needed. */
  #rank = 0;
  /** States at which memory is looked at again. */
  #checkedTo = 0;
  /** The state that a question is asked of. */
  #asking = -1;

  constructor(tables: Tables, options: ExpanderOptions) {
    this.tables = tables;
    this.#options = options;
    this.#outbox = options.outbox;
    const { keepsParents } = options;
    this.#store = new Store(tables, { keepsParents, isShared: options.outbox !== undefined });
    this.joint = new JointJudge(tables, (key, question) => {
      this.#ask(key, question);
    });
    this.#reducer = this.#newReducer();
    this.#next = new Int32Array(this.states.words);
  }

  /** Steps from the start to the states that are being looked at. */
  get depth(): number {
    return Math.max(0, this.levelStarts.length - 1);
  }

  get layout(): Layout {
    return this.#store.layout;
  }

  get states(): StateSet {
    return this.#store.states;
  }

  /** A copy of a state, as long as states are by now. */
  widened(state: Int32Array): Int32Array {
    this.fit();
    return this.#store.widened(state);
  }

  /** Makes room for what was met for the first time. @returns whether states were made longer */
  fit(): boolean {
    if (!this.#store.fit()) return false;
    this.#reducer = this.#newReducer();
    this.#next = new Int32Array(this.states.words);
    return true;
  }

  #newReducer(): Reducer {
    return new Reducer(this.tables, this.layout, this.#options.reductions.eager === true);
  }

  /** Everything that may be delivered at once is, at all nodes; and names are exchanged. */
  reduce(state: Int32Array): void {
    const { eager, settle, symmetry } = this.#options.reductions;
    if (eager === true) this.#reducer.forget(state);
    if (this.#reducer.delivers)
      for (let node = 0; node < this.layout.nodes; node += 1) this.#reducer.deliverEager(state, node);
    if (settle === true) this.#reducer.settle(state);
    if (symmetry === true) this.#reducer.canonicalise(state);
  }

  /** Forgets what makes no difference while nothing is in flight. */
  settle(state: Int32Array): void {
    this.#reducer.settle(state);
  }

  /** Adds a state that it begins with, reduced. @returns its position if it is new; -1 if it is there */
  addFirst(state: Int32Array): number {
    this.#next.set(state);
    const index = this.states.add(this.#next, -1);
    if (index >= 0) this.#judge(index, true);
    return index;
  }

  /** The states that were added since the last level began are the next level. */
  beginLevel(): void {
    this.levelStarts.push(this.levelEnd);
    this.levelEnd = this.states.size;
    this.states.beginRanks();
  }

  /** Adds states that others came to: see `Outbox`. */
  absorb(batch: Int32Array): void {
    const { words } = this.states;
    const { keepsParents } = this.#options;
    const next = this.#next;
    const row = rowLength(words, keepsParents);
    for (let from = 0; from < batch.length; from += row) {
      for (let word = 0; word < words; word += 1) next[word] = batch[from + word] as number;
      const tagged = batch[from + words] as number;
      const rank = keepsParents ? rankIn(batch, from + words + 1) : 0;
      const index = this.states.add(next, tagged & 0x7fffffff, rank);
      if (index >= 0) this.#judge(index, tagged < 0);
    }
  }

  /** Whether there is no memory for what comes of looking at so many states. */
  isFullFor(states: number): boolean {
    const { states: all } = this;
    const isFull = all.bytesToGrow(states) > this.#options.maxBytes;
    return isFull || all.size > MAX_STATES - MAX_SUCCESSORS - states;
  }

  /** Looks at states from `from` up to `to`. Ends early, to be called again, when states were made longer or memory is used up. */
  expand(from: number, to: number): void {
    this.#expand(from, to, undefined);
  }

  /** Looks at the states that were deferred. */
  expandDeferred(): void {
    const list = this.deferred.splice(0);
    this.#expand(0, list.length, list);
  }

  /** The hot loop. */
  #expand(from: number, to: number, list: readonly number[] | undefined): void {
    const { tables, states } = this;
    const { reductions, keepsParents } = this.#options;
    const { receive, acts, receivers, losable, ordered, deliveryBudgets, earlier, plan } = tables;
    const { maxima, lossBudget, isOrdered } = plan;
    const lossIsDelay = reductions.lossIsDelay === true;
    const { words } = states;
    const { nodes, networkAt, networkWords } = this.#store.layout;
    const next = this.#next;
    const locals = new Int32Array(nodes);

    for (let at = from; at < to; at += 1) {
      if (states.size >= this.#checkedTo) {
        if (this.isFullFor(CHECKED_STATES)) this.isFull = true;
        this.#checkedTo = states.size + CHECKED_STATES;
      }
      if (this.isFull && list === undefined) return;
      const index = list === undefined ? at : (list[at] as number);
      const before = this.transitions;
      const chunk = states.chunkOf(index);
      const offset = states.offsetOf(index);
      for (let node = 0; node < nodes; node += 1) locals[node] = localIn(chunk, offset, node);
      const spent = localIn(chunk, offset, nodes);
      const mayLose = lossBudget >= 0 && isLeft(spent, lossBudget, maxima);
      if (keepsParents) this.#rank = rankOf(tables, this.#store.layout, chunk, offset);
      let isAtRest = true;

      for (let word = 0; word < networkWords; word += 1) {
        for (let bits = chunk[offset + networkAt + word] as number; bits !== 0; bits &= bits - 1) {
          const bit = bits & -bits;
          const message = (word << 5) + (31 - Math.clz32(bit));
          if (isOrdered && isAnyIn(chunk, offset + networkAt, earlier[message] as number[])) continue;
          const node = receivers[message] as number;
          const local = locals[node] as number;
          const row = (receive[node] as Int32Array[])[local] as Int32Array;
          let outcome = message < row.length ? (row[message] as number) : UNKNOWN;
          if (outcome === UNKNOWN) {
            outcome = tables.askReceive(node, local, message);
            if (this.fit()) {
              this.transitions = before;
              return;
            }
          }
          const budget = deliveryBudgets[message] as number;
          if (outcome === MISSING) tables.isMissing = true;
          else if (outcome !== IMPOSSIBLE && (budget < 0 || isLeft(spent, budget, maxima))) {
            if (budget < 0) isAtRest = false;
            for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
            next[networkAt + word] = (next[networkAt + word] as number) & ~bit;
            if (budget >= 0) setLocal(next, nodes, spent + (1 << (budget * BUDGET_BITS)));
            this.#take(index, node, outcome, chunk, offset);
          }
          if (mayLose && losable[message] === true && (!lossIsDelay || ordered[message] === true)) {
            for (let at = 0; at < words; at += 1) next[at] = chunk[offset + at] as number;
            next[networkAt + word] = (next[networkAt + word] as number) & ~bit;
            setLocal(next, nodes, spent + (1 << (lossBudget * BUDGET_BITS)));
            if (reductions.settle === true) this.#reducer.settle(next);
            if (reductions.symmetry === true) this.#reducer.canonicalise(next);
            this.transitions += 1;
            this.#add(index, chunk, offset);
          }
        }
      }

      // Acts that wait for rest come after all that do not, and those that wait for other acts last. What is missing may be what they wait for.
      const rests = isAtRest ? 3 : 1;
      for (let rest = 0; rest < rests && (rest === 0 || !tables.isMissing); rest += 1) {
        let took = false;
        for (let node = 0; node < nodes; node += 1) {
          const local = locals[node] as number;
          let all = (acts[node] as (typeof acts)[number])[local];
          if (all === undefined) {
            all = tables.askActs(node, local);
            if (this.fit()) {
              this.transitions = before;
              return;
            }
            if (all === undefined) {
              tables.isMissing = true;
              continue;
            }
            if (lossIsDelay && all.some(({ atRest }) => atRest > 0))
              throw new RangeError('lossIsDelay: acts that wait for rest would wait for what is lost');
          }
          for (let at = 0; at < all.length; at += 1) {
            const { outcome, budget, atRest } = all[at] as (typeof all)[number];
            if (atRest !== rest || (budget >= 0 && !isLeft(spent, budget, maxima))) continue;
            took = true;
            for (let word = 0; word < words; word += 1) next[word] = chunk[offset + word] as number;
            if (budget >= 0) setLocal(next, nodes, spent + (1 << (budget * BUDGET_BITS)));
            this.#take(index, node, outcome, chunk, offset);
          }
        }
        if (took) break;
      }
      if (tables.isMissing) {
        tables.isMissing = false;
        this.transitions = before;
        this.deferred.push(index);
      }
      if (list === undefined) this.done = index + 1;
    }
  }

  /** A node takes a step, from what `#next` has so far. */
  #take(parent: number, node: number, outcome: number, chunk: Int32Array, offset: number): void {
    this.transitions += 1;
    const { tables } = this;
    const { eager, settle, symmetry } = this.#options.reductions;
    const { networkAt, networkWords } = this.#store.layout;
    const next = this.#next;
    const { masks } = this.#store;
    const mask = outcome * networkWords;
    for (let word = 0; word < networkWords; word += 1)
      next[networkAt + word] = (next[networkAt + word] as number) | (masks[mask + word] as number);
    const shift = (node & 1) * LOCAL_BITS;
    next[node >> 1] =
      ((next[node >> 1] as number) & ~(LOCAL_MASK << shift)) |
      ((tables.nextLocal[outcome] as number) << shift);
    if (eager === true) this.#reducer.forget(next);
    if (this.#reducer.delivers) {
      this.#reducer.deliverEager(next, node);
      const sends = tables.sends[outcome] as readonly number[];
      for (let at = 0; at < sends.length; at += 1)
        this.#reducer.deliverEager(next, tables.receivers[sends[at] as number] as number);
    }
    if (settle === true) this.#reducer.settle(next);
    if (symmetry === true) this.#reducer.canonicalise(next);
    this.#add(parent, chunk, offset);
    if (tables.brokenSteps.size > 0) {
      const broken = tables.brokenSteps.get(outcome);
      if (broken !== undefined) this.consider(broken, parent, this.#rankAt(parent), true);
    }
  }

  #add(parent: number, chunk: Int32Array, offset: number): void {
    // What was reduced without an answer is not the state.
    if (this.tables.isMissing) return;
    const next = this.#next;
    const { plan } = this.tables;
    if (this.#outbox !== undefined) {
      const owner = this.#outbox.ownerOf(next, this.#store.layout.networkAt);
      if (owner !== this.#outbox.own) {
        const isChanged = plan.joints > 0 && this.joint.changes(next, chunk, offset);
        this.#outbox.put(owner, next, this.#outbox.nameOf(parent), isChanged, this.#rank);
        return;
      }
      parent = this.#outbox.nameOf(parent);
    }
    const index = this.states.add(next, parent, this.#rank);
    if (index >= 0) this.#judge(index, plan.joints > 0 && this.joint.changes(next, chunk, offset));
  }

  /** Judges the state that `#next` holds. */
  #judge(index: number, isChanged: boolean): void {
    if (this.tables.brokenCount > 0) {
      for (let node = 0; node < this.layout.nodes; node += 1) {
        const broken = this.tables.brokenLocals[node]?.get(localIn(this.#next, 0, node));
        if (broken !== undefined) this.consider(broken, index, this.#rankAt(index), false);
      }
    }
    if (!isChanged) return;
    this.#asking = index;
    for (const broken of this.joint.judge(this.#next))
      this.consider(broken, index, this.#rankAt(index), false);
  }

  #rankAt(index: number): number {
    return rankOf(this.tables, this.layout, this.states.chunkOf(index), this.states.offsetOf(index));
  }

  /** Keeps what is broken if it is the least so far. */
  consider(broken: Broken, state: number, rank: number, isStep: boolean): void {
    const candidate: Candidate = { ...broken, state, rank, isStep };
    if (this.least === undefined || isLess(candidate, this.least)) this.least = candidate;
  }

  #ask(key: string, question: JointQuestion): void {
    const rank = this.#rankAt(this.#asking);
    const known = this.open.get(key);
    if (known === undefined || rank < known.rank)
      this.open.set(key, { ...question, state: this.#asking, rank });
  }
}

/** The order of what is found in one level. */
export function isLess(a: Candidate, b: Candidate): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.isStep !== b.isStep) return b.isStep;
  if (a.property !== b.property) return a.property < b.property;
  return a.text < b.text;
}

function isLeft(spent: number, budget: number, maxima: readonly number[]): boolean {
  return spentOf(spent, budget) < (maxima[budget] as number);
}
