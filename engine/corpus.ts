/** The corpus of a guided campaign: schedules that reached something new, from which later ones are derived. */
import type { ByGroup } from './coverage.ts';
import type { Schedule } from './move.ts';
import { MAX_CORPUS } from './bounds.ts';

/** `Run.covered`. */
type Covered = ByGroup<readonly string[]>;

/** A schedule that reached something new. Can be posted between threads. */
export interface CorpusEntry {
  readonly scenario: unknown;
  readonly schedule: Schedule;
  readonly covered: Covered;
}

/** Grows only by what reaches something that nothing in it reaches. */
export class Corpus {
  readonly #entries: CorpusEntry[] = [];
  readonly #reached = new Set<string>();

  get entries(): readonly CorpusEntry[] {
    return this.#entries;
  }

  /** Whether a run that reached this reached something new. */
  isNew(covered: Covered): boolean {
    if (this.#entries.length >= MAX_CORPUS) return false;
    return Object.entries(covered).some(([what, ids]) =>
      ids.some((id) => !this.#reached.has(`${what} ${id}`)),
    );
  }

  /** Takes it in if it reached something new. @returns whether it did */
  add(entry: CorpusEntry): boolean {
    if (!this.isNew(entry.covered)) return false;
    this.#entries.push(entry);
    for (const [what, ids] of Object.entries(entry.covered))
      for (const id of ids) this.#reached.add(`${what} ${id}`);
    return true;
  }
}
