/** All benchmark suites, in the order of the table. */
import { exhaustSuite } from './exhaust-suite.ts';
import { modelSuite } from './model-suite.ts';
import { referenceSuite } from './reference-suite.ts';
import type { BenchSuite } from './suite.ts';

export { impliedRow, nameOf, SEARCH_RUNS, SEARCH_SEEDS, SEARCH_VARIANTS } from './search.ts';
export type { SearchCell, SearchRow, Variant } from './search.ts';
export { exhaustSuite } from './exhaust-suite.ts';
export { costsOf } from './search-cost.ts';
export { SearchLog } from './search-log.ts';
export { LONG_MOVES, type LongShrink } from './long-shrink.ts';
export { coverings, shortestIn, SHORTEST_SCHEDULES } from './shortest.ts';
export { OUT_OF_SCOPE, SHORTEST_SCOPES } from './shortest-scopes.ts';
export type { Covering, ShortestFind, ShortestRow } from './shortest.ts';
export { withMeasured } from './measured.ts';
export { measuredPart, totalRows } from './search-page.ts';
export { medianText, SearchTable } from './search-table.ts';
export { searchAll } from './search-threads.ts';
export { shrinkLong } from './shrink-threads.ts';
export type { BenchContext, BenchRow, BenchSuite } from './suite.ts';

export const SUITES: readonly BenchSuite[] = [modelSuite, referenceSuite, exhaustSuite];
