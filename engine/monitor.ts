/** Monitors: properties that watch a trace, step by step. */
import type { BaseScenario } from './subject.ts';
import type { Step } from './trace.ts';

/** What a property says of a run that broke it. */
export interface Violation {
  readonly property: string;
  /** One sentence: who did what, against which rule. */
  readonly message: string;
  /** Index of the step at which it broke. */
  readonly step: number;
  /** The node that broke it, where there is one. */
  readonly node?: string;
  /** Plain JSON for a reader who wants more. */
  readonly details?: unknown;
  /** `stalled`: what must happen did not happen in time; the message names the reason. */
  readonly verdict: 'violated' | 'stalled';
}

/** What is true of the environment when a liveness monitor is asked. */
export interface Standing {
  readonly nowMs: number;
  /** Nodes that are up (started, not crashed). */
  readonly up: ReadonlySet<string>;
}

/** A property, judging one run. Made anew for each run. */
export interface Monitor<Frame, Command, Report> {
  readonly property: string;
  /** Takes in one step. Returns a violation at the first step that breaks the property. */
  observe(step: Step<Frame, Command, Report>): Violation | undefined;
  /**
   * Liveness only, asked while the world settles: what has not happened yet, a named reason each; empty when all has.
   * Settling ends early once no monitor waits for anything.
   */
  waitingFor?(standing: Standing): readonly string[];
  /** Asked once at the end of the run, after settling. */
  finish?(standing: Standing): Violation | undefined;
  /** How often the property's premise came true in this run. 0 is vacuous, not green. */
  readonly exercised: number;
  /** The tightest case seen, and where: printed in the table. */
  readonly tightest?: string;
  /** How near to breaking `tightest` was: smaller is tighter. Lets the tightest of many runs be told. */
  readonly slack?: number;
}

/** What monitors and the like are made for: one object per run, so those of one run can know each other by it. */
export interface RunContext<Scenario extends BaseScenario> {
  /** `Subject.id`. */
  readonly subject: string;
  readonly scenario: Scenario;
}

/** A property as such. */
export interface Property<Frame, Command, Report, Scenario extends BaseScenario> {
  readonly id: string;
  readonly kind: 'safety' | 'liveness';
  readonly statement: string;
  readonly source: string;
  /** A monitor for one run; or why the property does not apply to this subject. */
  monitor(
    context: RunContext<Scenario>,
  ): Monitor<Frame, Command, Report> | { readonly notApplicable: string };
}
