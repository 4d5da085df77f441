/** What is known of a run once it is over. */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Step } from './trace.ts';
import type { Violation } from './monitor.ts';

/**
 * Findings of the engine itself, reported as if they were properties: they appear in `Run.violations` and can be
 * shrunk and replayed like any other, but no harness lists them.
 */
export type EngineFinding = 'overload' | 'crash-of-the-code';

/** Why a run ended before it was over. */
export type Stopped =
  /** A bound of the engine was reached. */
  | { readonly kind: 'overload'; readonly bound: string; readonly text: string; readonly step: number }
  /** A node threw. */
  | {
      readonly kind: 'crash-of-the-code';
      readonly node: string;
      readonly text: string;
      readonly stack: string;
      readonly step: number;
    }
  /** The violation that was asked for (`stopAt`) was found. */
  | { readonly kind: 'found'; readonly property: string; readonly step: number };

/** The tightest case that a monitor saw. */
export interface Tightest {
  readonly text: string;
  /** How near to breaking it was: smaller is tighter. Absent where the monitor does not say. */
  readonly slack?: number;
}

/** The outcome of one run. Plain data but for `trace`. */
export interface Run<Frame, Command, Report, Scenario extends BaseScenario> {
  /** `Subject.id`. */
  readonly subject: string;
  readonly scenario: Scenario;
  /** The moves as given or generated, whether or not all were come to. */
  readonly schedule: Schedule<Command>;
  /** The first violation of each property, in the order in which they were found. */
  readonly violations: readonly Violation[];
  /** How often the premise of each monitored property came true. */
  readonly exercised: Readonly<Record<string, number>>;
  readonly tightest: Readonly<Record<string, Tightest>>;
  /** What the run reached of what `Harness.coverage` watches: sorted ids by group; empty if that was not asked for. */
  readonly covered: Readonly<Record<string, readonly string[]>>;
  /** `Meter.counts`; empty if the harness has no meter. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why, for properties that do not apply to this subject. */
  readonly notApplicable: Readonly<Record<string, string>>;
  /** Length of the trace. */
  readonly steps: number;
  /** Moves that the run came to: all of them unless it was stopped. */
  readonly movesApplied: number;
  /** Positions of moves that named nothing any more. */
  readonly skipped: readonly number[];
  /** Hex SHA-256 of the whole trace; empty if `digest` was switched off. */
  readonly digest: string;
  readonly stopped?: Stopped;
  /** The whole trace, if it was asked for. */
  readonly trace?: readonly Step<Frame, Command, Report>[];
}
