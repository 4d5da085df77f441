/**
 * The slow functions of the curve packages, remembered from mutant to mutant. They are pure and no part of what is
 * mutated; the keys of the laboratory are always the same, so that most of what one mutant signs the next one signs.
 */

/** Results of one function, at most; when full, all are forgotten. */
const MAX_REMEMBERED = 50_000;

type Call = (...args: readonly unknown[]) => unknown;

/** Arguments as text, each with its type: equal exactly if they are. Undefined for what has no such text. */
function keyOf(args: readonly unknown[]): string | undefined {
  const parts: string[] = [];
  for (const arg of args) {
    if (arg instanceof Uint8Array) parts.push(`b${Buffer.from(arg).toString('latin1')}`);
    else if (arg === undefined || (typeof arg === 'object' && arg?.constructor === Object))
      parts.push(`j${JSON.stringify(arg)}`);
    else return undefined;
  }
  return parts.map((part) => `${part.length} ${part}`).join('');
}

/** A pure function of bytes that remembers; what it throws is not remembered, and bytes are given as copies. */
export function remembering(call: Call): Call {
  const results = new Map<string, unknown>();
  return (...args) => {
    const key = keyOf(args);
    if (key === undefined) return call(...args);
    if (!results.has(key)) {
      if (results.size >= MAX_REMEMBERED) results.clear();
      results.set(key, call(...args));
    }
    const result = results.get(key);
    return result instanceof Uint8Array ? result.slice() : result;
  };
}

function withRemembered(owner: object, names: readonly string[]): object {
  const changed = Object.fromEntries(
    names.map((name) => {
      const call = (owner as Record<string, unknown>)[name];
      if (typeof call !== 'function') throw new TypeError(`no function ${name}`);
      return [name, remembering(call.bind(owner) as Call)];
    }),
  );
  return { ...owner, ...changed };
}

/** A package as the suite gets it. */
export function rememberedPackage(name: string, exported: unknown): unknown {
  if (name === '@noble/ed25519')
    return withRemembered(exported as object, ['sign', 'verify', 'getPublicKey']);
  if (name !== '@noble/curves/ed25519.js') return exported;
  const { x25519 } = exported as { readonly x25519: object };
  const remembered = withRemembered(x25519, ['getSharedSecret', 'getPublicKey']);
  return { ...(exported as object), x25519: remembered };
}
