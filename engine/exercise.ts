/** Whether properties were put to the test at all, over many runs: one whose premise never came true holds of anything. */
import { holds } from './arbitrary.ts';
import type { Run } from './outcome.ts';
import type { BaseScenario } from './subject.ts';

/**
 * Counts over runs how often the premises of their properties came true:
 *
 *     const exercise = new Exercise();
 *     fc.assert(fc.property(runs(harness, { scenario }), exercise.holds));
 *     exercise.assertAll();
 */
export class Exercise {
  readonly #counts = new Map<string, number>();
  #runs = 0;

  /** Takes in a run. */
  add({ exercised }: Pick<Run<unknown, unknown, unknown, BaseScenario>, 'exercised'>): void {
    this.#runs += 1;
    for (const [id, count] of Object.entries(exercised))
      this.#counts.set(id, (this.#counts.get(id) ?? 0) + count);
  }

  /**
   * Takes in a run, and is `holds` of it: for use in `fc.property(runs(…), exercise.holds)`.
   * @throws Error that says which properties the run violates, and how
   */
  readonly holds = <F, C, R, S extends BaseScenario>(run: Run<F, C, R, S>): void => {
    this.add(run);
    holds(run);
  };

  /** How often each property's premise came true, by its id. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Ids of properties that were judged and whose premise never came true. Those that apply to no run are none of them. */
  get vacuous(): readonly string[] {
    return Array.from(this.#counts).flatMap(([id, count]) => (count === 0 ? [id] : []));
  }

  /**
   * @throws Error that names the properties that were never exercised; also if nothing was judged at all
   */
  assertAll(): void {
    const runs = `${String(this.#runs)} ${this.#runs === 1 ? 'run' : 'runs'}`;
    if (this.#counts.size === 0) throw new Error(`nothing was judged in ${runs}`);
    const { vacuous } = this;
    if (vacuous.length > 0) throw new Error(`never exercised in ${runs}: ${vacuous.join(', ')}`);
  }
}
