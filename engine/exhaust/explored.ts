/** What was explored, for whoever looks at it afterwards: ways, what must happen, what can be done next. However it was explored. */
import type { Composition } from './composition.ts';
import { at, type Compiled } from './compiled.ts';
import { putIn, setLocal, type Layout } from './layout.ts';
import type { End, Found, Progress, Reductions, SearchPosition } from './options.ts';

/** Positions from `from` up to `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** States that can be looked at. Positions are whole numbers, not always without gaps. */
export interface States {
  /** 32-bit words of a state. */
  readonly words: number;
  readonly size: number;
  readonly bytes: number;
  /** Where the words of a state are: `chunkOf(position)[offsetOf(position) + word]`. */
  chunkOf(position: number): Int32Array;
  offsetOf(position: number): number;
  /** The position of the state from which one was reached; -1 if it is a first one, or if parents are not kept. */
  parentOf(position: number): number;
  /** A copy of a state. */
  stateAt(position: number): Int32Array;
  /** The position of a state; -1 if it is not there. */
  indexOf(state: Int32Array): number;
}

/** A search, and what it explored so far. */
export interface Explored<Local, Message> {
  readonly composition: Composition<Local, Message>;
  readonly compiled: Compiled<Local, Message>;
  readonly reductions: Reductions;
  readonly layout: Layout;
  readonly states: States;
  readonly progress: Progress;
  readonly position: SearchPosition;
  /** The least by rank of what was found broken first. */
  readonly found: Found | undefined;
  readonly end: End | undefined;
  /** By level, where its states are: those that as many steps lead to. */
  levels(): readonly (readonly Range[])[];
  /** Where all states are: level by level, and within the level that is being looked at those first that were looked at. */
  inOrder(): readonly Range[];
  /** A state that the search begins with, not reduced. */
  firstState(position: number): Int32Array;
  /** Whether the search begins with a state. */
  isFirst(position: number): boolean;
  /** A copy of a state, as long as states are by now: asking may have made messages known. */
  widened(state: Int32Array): Int32Array;
  /** A copy of a state as it is kept while nothing is in flight; the state itself unless that is asked for. */
  settled(state: Int32Array): Int32Array;
  /** Where a state is, once it is reduced; -1 if it was not reached. */
  indexOf(state: Int32Array): number;
}

/** All positions. */
export function* positionsIn(ranges: readonly Range[]): Generator<number> {
  for (const { from, to } of ranges) for (let position = from; position < to; position += 1) yield position;
}

/** The state in which all nodes start: as long as `widened` makes it. */
export function initialStateOf<L, M>(
  compiled: Compiled<L, M>,
  widened: () => Int32Array,
  networkAt: number,
): Int32Array {
  const outcomes = compiled.composition.nodes.map((_, node) => compiled.initial(node));
  const state = widened();
  outcomes.forEach((outcome, node) => {
    setLocal(state, node, at(compiled.nextLocal, outcome));
    for (const message of at(compiled.sends, outcome)) putIn(state, networkAt, message);
  });
  return state;
}
