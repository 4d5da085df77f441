/**
 * Remembers a pure step function, for statecharts whose `transition()` costs microseconds. What was seen before is
 * found by object identity, so a hit costs two lookups and builds no key; what is only equal is found by its key.
 */

/** What a pure step function returns: the next state, and what it puts out. */
export interface Stepped<S, O> {
  readonly state: S;
  readonly outputs: readonly O[];
}

/** What is to be remembered, and how equal values are recognised. */
export interface MemoOptions<S, E, O> {
  /** Pure: equal keys, equal results. Neither arguments nor results are ever changed by anybody. */
  step(state: S, event: E): Stepped<S, O>;
  /** Equal keys exactly if the states are the same. */
  stateKey(state: S): string;
  /** Equal keys exactly if the events are the same. */
  eventKey(event: E): string;
  /** Interns equal outputs to one object, so that what is sent is found by identity when it arrives. @default none */
  outputKey?(output: O): string;
  /** Steps, states, events and outputs remembered, each at most; when one is full, all is forgotten. @default 100_000 */
  readonly maxEntries?: number;
}

export interface Memoised<S, E, O> {
  (state: S, event: E): Stepped<S, O>;
  /** The one object that stands for all events with this one's key. */
  internEvent(event: E): E;
  /** The one object that stands for all states with this one's key. */
  internState(state: S): S;
  /** Remembered steps. */
  readonly entries: number;
}

/** One object for all values of a key; objects met before are recognised without computing their key. */
class Interner<T extends object> {
  readonly #keyOf: (value: T) => string;
  #byKey = new Map<string, T>();
  #byIdentity = new Map<T, T>();

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  /** Aliases count, too: they are what grows if a caller makes its values anew each time. */
  get size(): number {
    return this.#byIdentity.size;
  }

  intern(value: T): T {
    const known = this.#byIdentity.get(value);
    if (known !== undefined) return known;
    const key = this.#keyOf(value);
    let interned = this.#byKey.get(key);
    if (interned === undefined) {
      interned = value;
      this.#byKey.set(key, value);
    }
    this.#byIdentity.set(value, interned);
    return interned;
  }

  clear(): void {
    this.#byKey = new Map();
    this.#byIdentity = new Map();
  }
}

/** Remembers a pure step function. States in results are interned, so the next step finds them by identity. */
export function memoise<S extends object, E extends object, O extends object>(
  options: MemoOptions<S, E, O>,
): Memoised<S, E, O> {
  const { maxEntries = 100_000 } = options;
  if (!(maxEntries > 0)) throw new RangeError(`maxEntries must be positive, is ${String(maxEntries)}`);
  const states = new Interner<S>((state) => options.stateKey(state));
  const events = new Interner<E>((event) => options.eventKey(event));
  const outputs = new Interner<O>((output) => options.outputKey?.(output) ?? '');
  const internsOutputs = options.outputKey !== undefined;
  /** By interned objects. */
  let rows = new Map<S, Map<E, Stepped<S, O>>>();
  let entries = 0;

  const forget = (): void => {
    states.clear();
    events.clear();
    outputs.clear();
    rows = new Map();
    entries = 0;
  };

  const ask = (givenState: S, givenEvent: E): Stepped<S, O> => {
    if (Math.max(entries, states.size, events.size, outputs.size) >= maxEntries) forget();
    const state = states.intern(givenState);
    const event = events.intern(givenEvent);
    let row = rows.get(state);
    if (row === undefined) rows.set(state, (row = new Map<E, Stepped<S, O>>()));
    let stepped = row.get(event);
    if (stepped === undefined) {
      const fresh = options.step(state, event);
      stepped = {
        state: states.intern(fresh.state),
        outputs: internsOutputs ? fresh.outputs.map((output) => outputs.intern(output)) : fresh.outputs,
      };
      row.set(event, stepped);
      entries += 1;
    }
    return stepped;
  };

  const memoised = (state: S, event: E): Stepped<S, O> => rows.get(state)?.get(event) ?? ask(state, event);
  return Object.defineProperty(
    Object.assign(memoised, {
      internEvent: (event: E): E => {
        if (events.size >= maxEntries) forget();
        return events.intern(event);
      },
      internState: (state: S): S => {
        if (states.size >= maxEntries) forget();
        return states.intern(state);
      },
      entries: 0,
    }),
    'entries',
    { get: () => entries },
  );
}
