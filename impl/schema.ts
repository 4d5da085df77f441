/**
 * Shapes of values on the wire: each turns a value into plain CBOR data and back, and checks every type, range
 * and length on the way back. Structures travel as arrays, field by field in the order of their shape.
 */

/** A frame, body or stored value that is not one: undecodable, not canonical, out of range. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** How a `T` looks on the wire. */
export interface Shape<T> {
  toWire(value: T): unknown;
  /** @throws FrameError naming `at` if `wire` is not such a value */
  fromWire(wire: unknown, at: string): T;
}

const identity = <T>(value: T): T => value;

/** An integer from `least` to `most`, both included. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return {
    toWire: identity,
    fromWire(wire, at) {
      if (typeof wire !== 'number' || !Number.isSafeInteger(wire)) throw new FrameError(`${at}: no integer`);
      if (wire < least || wire > most) throw new FrameError(`${at}: out of range`);
      return wire;
    },
  };
}

/** A byte string whose length is from `least` to `most`. */
export function bytes(least: number, most: number = least): Shape<Uint8Array> {
  return {
    toWire: identity,
    fromWire(wire, at) {
      if (!(wire instanceof Uint8Array)) throw new FrameError(`${at}: no bytes`);
      if (wire.length < least || wire.length > most) throw new FrameError(`${at}: wrong length`);
      return wire;
    },
  };
}

/** A string that `accepts` accepts. */
export function text(accepts: (value: string) => boolean): Shape<string> {
  return {
    toWire: identity,
    fromWire(wire, at) {
      if (typeof wire !== 'string') throw new FrameError(`${at}: no text`);
      if (!accepts(wire)) throw new FrameError(`${at}: wrong text`);
      return wire;
    },
  };
}

/** One of a few strings. */
export function oneOf<T extends string>(...values: readonly T[]): Shape<T> {
  return {
    toWire: identity,
    fromWire(wire, at) {
      const found = values.find((value) => value === wire);
      if (found === undefined) throw new FrameError(`${at}: not one of ${values.join(', ')}`);
      return found;
    },
  };
}

/**
 * A list of at most `most`; if `keyOf` is given, strictly ascending by it, so that one set has one encoding.
 */
export function list<T>(
  item: Shape<T>,
  most: number,
  keyOf?: (value: T) => string | number,
): Shape<readonly T[]> {
  return {
    toWire: (values) => values.map((value) => item.toWire(value)),
    fromWire(wire, at) {
      if (!Array.isArray(wire)) throw new FrameError(`${at}: no list`);
      if (wire.length > most) throw new FrameError(`${at}: too long`);
      const values = wire.map((one: unknown, index) => item.fromWire(one, `${at}[${index}]`));
      if (keyOf !== undefined)
        for (let i = 1; i < values.length; i++)
          if (keyOf(values[i - 1] as T) >= keyOf(values[i] as T))
            throw new FrameError(`${at}: not ascending`);
      return values;
    },
  };
}

/**
 * The fields of `T`, as an array in the order of `fields`. With `isLastOptional` the array ends before the last field where the value has
 * none.
 */
export function struct<T>(
  fields: { readonly [K in keyof T]-?: Shape<Exclude<T[K], undefined>> },
  isLastOptional = false,
): Shape<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const shapes = names.map((name) => fields[name] as Shape<unknown>);
  const least = isLastOptional ? names.length - 1 : names.length;
  const last = names.at(-1);
  return {
    toWire(value) {
      const isShort = isLastOptional && last !== undefined && value[last] === undefined;
      const present = isShort ? names.slice(0, -1) : names;
      return present.map((name, i) => (shapes[i] as Shape<unknown>).toWire(value[name]));
    },
    fromWire(wire, at) {
      if (!Array.isArray(wire) || wire.length > names.length || wire.length < least)
        throw new FrameError(`${at}: wrong structure`);
      const value: { [name: string]: unknown } = {};
      for (let i = 0; i < wire.length; i++) {
        const name = names[i] as string;
        value[name] = (shapes[i] as Shape<unknown>).fromWire(wire[i], `${at}.${name}`);
      }
      return value as T;
    },
  };
}

/** A shape of which only such values are taken that `holds` is true of; the error says what is `wrong` with others. */
export function where<T>(shape: Shape<T>, holds: (value: T) => boolean, wrong: string): Shape<T> {
  return {
    toWire: (value) => shape.toWire(value),
    fromWire(wire, at) {
      const value = shape.fromWire(wire, at);
      if (!holds(value)) throw new FrameError(`${at}: ${wrong}`);
      return value;
    },
  };
}
