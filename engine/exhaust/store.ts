/** The states of a search, and the room that they need: a state gets longer when messages are met for the first time. */
import { putIn, type Layout } from './layout.ts';
import type { Tables } from './tables.ts';
import { StateSet, type StatesKind } from './states.ts';

export class Store {
  layout: Layout;
  states: StateSet;
  /** By outcome: the messages that are sent, as words of the network. */
  masks = new Int32Array(0);
  readonly #tables: Tables;
  readonly #kind: StatesKind;
  #masksDone = 0;

  constructor(tables: Tables, kind: StatesKind) {
    const { nodes } = tables.plan;
    this.#tables = tables;
    this.#kind = kind;
    this.layout = { nodes, networkAt: Math.ceil((nodes + 1) / 2), networkWords: 0 };
    this.states = new StateSet(this.layout.networkAt, kind);
    this.fit();
  }

  /** Makes room for messages and outcomes that were met for the first time. @returns whether states were made longer */
  fit(): boolean {
    const { messageCount, sends } = this.#tables;
    const needed = networkWordsFor(messageCount, this.layout.networkWords);
    const isLonger = needed > this.layout.networkWords;
    if (isLonger) this.#lengthen(needed);
    const words = this.layout.networkWords;
    if (this.masks.length < sends.length * words) {
      const longer = new Int32Array(Math.max(1_024, sends.length * 2) * words);
      longer.set(this.masks);
      this.masks = longer;
    }
    for (; this.#masksDone < sends.length; this.#masksDone += 1)
      for (const message of sends[this.#masksDone] ?? []) putIn(this.masks, this.#masksDone * words, message);
    return isLonger;
  }

  /** A copy of a state, as long as states are by now. */
  widened(state: Int32Array): Int32Array {
    this.fit();
    const wide = new Int32Array(this.states.words);
    wide.set(state);
    return wide;
  }

  #lengthen(networkWords: number): void {
    this.layout = { ...this.layout, networkWords };
    const before = this.states;
    this.states = new StateSet(this.layout.networkAt + networkWords, this.#kind);
    const wide = new Int32Array(this.states.words);
    for (let index = 0; index < before.size; index += 1) {
      if (index === before.rankedFrom) this.states.beginRanks();
      wide.set(before.stateAt(index));
      this.states.add(wide, before.parentOf(index), before.rankAt(index));
    }
    if (before.size === before.rankedFrom) this.states.beginRanks();
    this.masks = new Int32Array(0);
    this.#masksDone = 0;
  }
}

/** Words that a network of so many messages gets, when it has so many. */
export function networkWordsFor(messages: number, words: number): number {
  const needed = Math.max(1, Math.ceil(messages / 32));
  if (needed <= words) return words;
  return needed < 8 ? needed : needed + 4;
}
