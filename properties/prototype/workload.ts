/** What applications write while the prototype is searched. */
import type { Generator } from '../workload.ts';
import { SEPARATOR } from './records.ts';

/** Percent of the puts whose value holds the separator. */
const SEPARATOR_PERCENT = 5;

/**
 * The generator, with the separator of items (R2) inside of some values: it is printable ASCII like any other, and values of a few random
 * characters would hold it once in a hundred thousand puts.
 */
export function withSeparators(generator: Generator): Generator {
  return (random) => {
    const operation = generator(random);
    if (operation.type === 'get' || !random.chance(SEPARATOR_PERCENT)) return operation;
    const middle = Math.floor(operation.value.length / 2);
    const value = `${operation.value.slice(0, middle)}${SEPARATOR}${operation.value.slice(middle)}`;
    return { ...operation, value };
  };
}
