/** The monitors of one run, and what watches its coverage, taken together. */
import type { BaseScenario } from './subject.ts';
import type { CoverageObserver } from './coverage.ts';
import type { Monitor, Standing, Violation } from './monitor.ts';
import type { Harness } from './harness.ts';
import type { Tightest } from './outcome.ts';
import type { TracedStep } from './reaction.ts';

export interface JudgeOptions {
  /** Ids of the properties to monitor. @default all of the harness */
  readonly properties?: readonly string[];
  /** Keeps `covered`. @default false */
  readonly coverage?: boolean;
}

/** Puts each step to each monitor and keeps the first violation of each property. */
export class Judge<F, C, R> {
  readonly violations: Violation[] = [];
  readonly notApplicable: Record<string, string> = {};
  readonly #monitors: Monitor<F, C, R>[] = [];
  readonly #coverage: CoverageObserver<F, C, R> | undefined;
  #watching: Monitor<F, C, R>[] = [];

  constructor(
    harness: Harness<F, C, R, BaseScenario>,
    scenario: BaseScenario,
    { properties, coverage = false }: JudgeOptions,
  ) {
    // One object for all of them: monitors of one run know each other by it.
    const run = { subject: harness.subject.id, scenario };
    for (const property of harness.properties) {
      if (properties !== undefined && !properties.includes(property.id)) continue;
      const monitor = property.monitor(run);
      if ('notApplicable' in monitor) this.notApplicable[property.id] = monitor.notApplicable;
      else this.#monitors.push(monitor);
    }
    this.#watching = this.#monitors.slice();
    this.#coverage = coverage ? harness.coverage?.observer(run) : undefined;
  }

  /** @returns whether a property was violated just now */
  observe(step: TracedStep<F, C, R>): boolean {
    const before = this.violations.length;
    for (const monitor of this.#watching) {
      const violation = guarded(monitor, step.index, () => monitor.observe(step));
      if (violation !== undefined) this.violations.push(violation);
    }
    guarded({ property: 'coverage' }, step.index, () => this.#coverage?.observe(step));
    if (this.violations.length === before) return false;
    this.#dismiss();
    return true;
  }

  /** What liveness monitors wait for. */
  waiting(standing: Standing): readonly { readonly property: string; readonly reasons: readonly string[] }[] {
    const waiting: { property: string; reasons: readonly string[] }[] = [];
    for (const monitor of this.#watching) {
      const reasons = guarded(monitor, -1, () => monitor.waitingFor?.(standing) ?? []);
      if (reasons.length > 0) waiting.push({ property: monitor.property, reasons });
    }
    return waiting;
  }

  /** Finds those stalled that still wait. */
  stall(standing: Standing, settledMs: number, lastStep: number): void {
    for (const { property, reasons } of this.waiting(standing)) {
      const message = `still waiting ${String(settledMs)} ms after the faults ended: ${reasons.join('; ')}`;
      this.violations.push({ property, message, step: lastStep, details: { reasons }, verdict: 'stalled' });
    }
    this.#dismiss();
  }

  /** Asks for the last word. */
  finish(standing: Standing): void {
    for (const monitor of this.#watching) {
      const violation = guarded(monitor, -1, () => monitor.finish?.(standing));
      if (violation !== undefined) this.violations.push(violation);
    }
    this.#dismiss();
  }

  get exercised(): Record<string, number> {
    return Object.fromEntries(this.#monitors.map((monitor) => [monitor.property, monitor.exercised]));
  }

  get tightest(): Record<string, Tightest> {
    const all: Record<string, Tightest> = {};
    for (const { property, tightest, slack } of this.#monitors) {
      if (tightest === undefined) continue;
      all[property] = slack === undefined ? { text: tightest } : { text: tightest, slack };
    }
    return all;
  }

  get covered(): Record<string, readonly string[]> {
    const all: Record<string, readonly string[]> = {};
    for (const [group, covered] of Object.entries(this.#coverage?.covered ?? {}))
      all[group] = Array.from(covered).sort();
    return all;
  }

  /** A property that is violated is not watched any more. */
  #dismiss(): void {
    const violated = new Set(this.violations.map((violation) => violation.property));
    this.#watching = this.#watching.filter((monitor) => !violated.has(monitor.property));
  }
}

/** A monitor that throws is a bug of the kit, not a finding: says which one it was. */
function guarded<T>(monitor: { readonly property: string }, step: number, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const where = step < 0 ? 'at the end of a run' : `at step ${String(step)}`;
    throw new Error(`the monitor of "${monitor.property}" threw ${where}: ${String(error)}`, {
      cause: error,
    });
  }
}
