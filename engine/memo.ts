/** What a pure step function returns: the next state, and what it puts out. */
export interface Stepped<S, O> {
  readonly state: S;
  readonly outputs: readonly O[];
}

export interface MemoOptions<S, E, O> {
  /** Pure: equal keys, equal results. */
  step(state: S, event: E): Stepped<S, O>;
  stateKey(state: S): string;
  eventKey(event: E): string;
  /** Interns equal outputs to one object, so that what is sent is found by identity when it arrives. @default none */
  outputKey?(output: O): string;
  /** Remembered steps, at most; when full, all are forgotten. @default 100_000 */
  readonly maxEntries?: number;
}

export interface Memoised<S, E, O> {
  (state: S, event: E): Stepped<S, O>;
  /** The one object that stands for all events with this one's key. */
  internEvent(event: E): E;
  internState(state: S): S;
  /** Remembered steps. */
  readonly entries: number;
}

/** Remembers a pure step function. */
export function memoise<S extends object, E extends object, O extends object>(
  options: MemoOptions<S, E, O>,
): Memoised<S, E, O> {
  throw new Error('soon');
}
