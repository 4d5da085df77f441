/** All benchmark suites, in the order of the table. */
import { modelSuite } from './model-suite.ts';
import { referenceSuite } from './reference-suite.ts';
import type { BenchSuite } from './suite.ts';

export type { BenchContext, BenchRow, BenchSuite } from './suite.ts';

export const SUITES: readonly BenchSuite[] = [modelSuite, referenceSuite];
