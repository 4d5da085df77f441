/** All benchmark suites, in the order of the table. */
import type { BenchSuite } from './suite.ts';

export type { BenchContext, BenchRow, BenchSuite } from './suite.ts';
export { ratePerSecond, row } from './suite.ts';

export const SUITES: readonly BenchSuite[] = [];
