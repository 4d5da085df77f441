/**
 * Remembering results of pure functions: by content, bounded; and by identity of immutable values, for as long as
 * they live. All nodes of a process share them. Only pure functions of this folder use them, never methods that a
 * subclass may override, so what one node decides is never another's result.
 */

/** Results that each content memo remembers at most. */
export const MEMO_ENTRIES = 16_384;

/** A string that equals another's exactly if the bytes do: one character a byte. For frames at most: arguments have a bound. */
export function contentKey(data: Uint8Array): string {
  return String.fromCharCode.apply(null, data as unknown as number[]);
}

/** Results by content, the least recently used forgotten first. */
export class Memo<T> {
  readonly #results = new Map<string, T>();
  readonly #bound: number;

  /** @param bound results remembered at most */
  constructor(bound: number = MEMO_ENTRIES) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#results.size;
  }

  /** The result for `key`; what `compute` throws is not remembered. */
  get(key: string, compute: () => T): T {
    const known = this.#results.get(key);
    if (known !== undefined) {
      this.#results.delete(key);
      this.#results.set(key, known);
      return known;
    }
    const result = compute();
    this.#results.set(key, result);
    if (this.#results.size > this.#bound) {
      const oldest = this.#results.keys().next();
      if (oldest.done !== true) this.#results.delete(oldest.value);
    }
    return result;
  }
}

/** The last result for each immutable value, together with the other arguments that it was computed from. */
export class IdentityMemo<K extends object, T> {
  readonly #results = new WeakMap<K, { readonly others: readonly unknown[]; readonly result: T }>();

  get(key: K, others: readonly unknown[], compute: () => T): T {
    const known = this.#results.get(key);
    if (known !== undefined && known.others.every((other, i) => other === others[i])) return known.result;
    const result = compute();
    this.#results.set(key, { others, result });
    return result;
  }
}
