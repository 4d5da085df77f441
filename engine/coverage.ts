/** Coverage: what a search is to reach, beside violations, and what of it the runs have reached. */
import type { BaseScenario } from './subject.ts';
import type { RunContext } from './monitor.ts';
import type { Step } from './trace.ts';

/** Ids of things, by the group that they are of (`transitions`, `situations`). Groups have names of their own. */
export type ByGroup<T> = Readonly<Record<string, T>>;

/** What a harness says of coverage. */
export interface Coverage<Frame, Command, Report, Scenario extends BaseScenario> {
  /** Ids of all that is to be reached, by group: what a campaign counts against. */
  readonly goals: ByGroup<readonly string[]>;
  /** Watches one run; it is given what the monitors of that run are given. */
  observer(run: RunContext<Scenario>): CoverageObserver<Frame, Command, Report>;
}

/** Keeps count of what one run reaches. */
export interface CoverageObserver<Frame, Command, Report> {
  /** Takes in one step, after the monitors. */
  observe(step: Step<Frame, Command, Report>): void;
  /** Ids reached so far. */
  readonly covered: ByGroup<ReadonlySet<string>>;
}

/** In how many runs of a campaign each goal was reached, 0 included, by group. Groups and goals in the order of `Coverage.goals`. */
export type CoverageResult = ByGroup<Readonly<Record<string, number>>>;

/** Adds up what runs reached. */
export class CoverageSum {
  readonly #runs: Readonly<Record<string, Record<string, number>>>;

  constructor(goals: ByGroup<readonly string[]>) {
    this.#runs = Object.fromEntries(
      Object.entries(goals).map(([group, ids]) => [group, Object.fromEntries(ids.map((id) => [id, 0]))]),
    );
  }

  /** @param covered what one run reached: `Run.covered`. What is no goal is not counted. */
  add(covered: ByGroup<readonly string[]>): void {
    for (const [group, ids] of Object.entries(covered)) {
      const runs = this.#runs[group];
      if (runs === undefined) continue;
      for (const id of ids) {
        const before = runs[id];
        if (before !== undefined) runs[id] = before + 1;
      }
    }
  }

  end(): CoverageResult {
    return this.#runs;
  }
}
