/** What a search is told, and what it tells. */
import type { Broken } from './composition.ts';
import type { Compiled } from './compiled.ts';

/** Which reductions are used; each is off unless it is asked for. */
export interface Reductions {
  /** Deliver at once what nobody else can observe (`Composition.eager`). */
  readonly eager?: boolean;
  /**
   * Let no message be lost but those that must arrive in order: one that is lost does to the nodes what one does that is never delivered, so the same local
   * states are reached together. (Those in order are held up by one that is late.) Sound for invariants of local states; not together with acts that
   * wait for rest, or for what must happen.
   */
  readonly lossIsDelay?: boolean;
  /** Forget, whenever nothing is in flight, what only tells messages in flight from each other (`Composition.settled`). */
  readonly settle?: boolean;
  /** Keep one of the states that only differ in the names of equal nodes (`Composition.symmetries`). */
  readonly symmetry?: boolean;
}

export interface SearchOptions<Local, Message> {
  readonly reductions?: Reductions;
  /** Remember from where each state was reached; paths need it. @default false */
  readonly keepsParents?: boolean;
  /** Bytes for states and their table, at most. @default no bound but that of the table */
  readonly maxBytes?: number;
  /** Local states of one node, at most. @default what a packed state has room for */
  readonly maxLocals?: number;
  /** Goes on when something is broken. @default false */
  readonly goesOnWhenBroken?: boolean;
  /** Tables that another search of the same nodes has filled. */
  readonly compiled?: Compiled<Local, Message>;
  /** Packed states to begin with, as `Search.stateAt` gives them. @default the initial state */
  readonly from?: readonly Int32Array[];
}

/** How far a search is. */
export interface Progress {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the start to the states that are being looked at. */
  readonly depth: number;
  /** States not looked at yet. */
  readonly frontier: number;
  readonly bytes: number;
  /** How often the composition was asked. */
  readonly asked: number;
}

/** What was found broken, and in which state: of the nearest the least by rank. */
export interface Found extends Broken {
  readonly state: number;
  /** Whether it is a step out of the state that breaks it, not the state itself. */
  readonly isStep: boolean;
}

/** Why a search does not go on: all states are known, something is broken, or memory is used up. */
export type End = 'complete' | 'broken' | 'memory';

/** Where a search is. */
export interface SearchPosition {
  readonly done: number;
  readonly levelEnd: number;
  readonly depth: number;
  readonly transitions: number;
  /** Positions of the first states of the levels that were begun. */
  readonly levelStarts: readonly number[];
}

/** A search that was kept, to go on with. */
export interface Kept {
  readonly position: SearchPosition;
  /** Of a state. */
  readonly words: number;
  /** In order: each is `words` words, and the number of its parent or -1. */
  readonly rows: Iterable<Int32Array>;
}
