/** What was searched so far, in a file: a comparison that was interrupted goes on where it was. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { keyOf, type SearchCell, type SearchRow } from './search.ts';

/** Rows as JSON, one a line. A line that was not written to its end is not there. */
export class SearchLog {
  readonly #file: string | undefined;
  readonly #rows = new Map<string, SearchRow>();

  /** @param file none: nothing is kept */
  constructor(file: string | undefined) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const row = rowOf(line);
      if (row !== undefined) this.#rows.set(keyOf(row), row);
    }
  }

  add(row: SearchRow): void {
    this.#rows.set(keyOf(row), row);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(row)}\n`);
  }

  /** What came of these cells, as far as it is known. */
  rowsOf(cells: readonly SearchCell[]): readonly SearchRow[] {
    return cells.flatMap((cell) => this.#rows.get(keyOf(cell)) ?? []);
  }

  /** Those of these cells that are not known. */
  missingOf(cells: readonly SearchCell[]): readonly SearchCell[] {
    return cells.filter((cell) => !this.#rows.has(keyOf(cell)));
  }
}

function rowOf(line: string): SearchRow | undefined {
  try {
    const row = JSON.parse(line) as Partial<SearchRow> | null;
    return Array.isArray(row?.finds) && typeof row.mutant === 'string' ? (row as SearchRow) : undefined;
  } catch {
    return undefined;
  }
}
