/** Figures of simulations as a person reads them. */
import { count } from './terminal.ts';

/** A simulated time, given in nanoseconds: `10.6 ms`, `5.01 s`. */
export function latencyText(ns: number): string {
  return ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(2)} s`;
}

/** Bytes in MiB, with as many digits as say something. */
export function mebibytes(bytes: number): string {
  const value = bytes / 2 ** 20;
  return value < 10 ? value.toFixed(3) : count(value);
}

/** The value of a bound: `latency` is a time, everything else a number. */
export function boundValue(id: string, value: number): string {
  return id === 'latency' ? latencyText(value) : count(value);
}
