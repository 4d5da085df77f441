/** Shrinking: the smallest schedule that one can find that still breaks the same property. */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import { MAX_SHRINK_EXECUTIONS } from './bounds.ts';
import { execute } from './run.ts';

export interface Shrunk<C> {
  readonly schedule: Schedule<C>;
  readonly executions: number;
  /** Whether it was confirmed that no single move can be left out. */
  readonly oneMinimal: boolean;
}

/** What shrinking needs of a run. Without `exercised`, all properties of the harness are monitored. */
export type ShrinkableRun<F, C, R, S extends BaseScenario> = Pick<Run<F, C, R, S>, 'scenario' | 'schedule'> &
  Partial<Pick<Run<F, C, R, S>, 'exercised'>>;

export interface ShrinkProgress {
  /** Moves that are left. */
  readonly moves: number;
  readonly executions: number;
}

/**
 * Makes the schedule of a violating run smaller, as long as it violates the same property: drops what comes after
 * the violation and what was skipped, then chunks, then single moves, then simplifies what is left, until no single
 * move can be left out or the budget is spent.
 * @throws RangeError if the run does not violate the property (again)
 */
export function shrink<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  run: ShrinkableRun<F, C, R, S>,
  property: string,
  executionsMax: number = MAX_SHRINK_EXECUTIONS,
  onProgress?: (progress: ShrinkProgress) => void,
): Shrunk<C> {
  const shrinker = new Shrinker(harness, run, property, executionsMax, onProgress);
  return shrinker.shrink();
}

class Shrinker<F, C, R, S extends BaseScenario> {
  readonly #harness: Harness<F, C, R, S>;
  readonly #scenario: S;
  readonly #property: string;
  readonly #executionsMax: number;
  readonly #onProgress: ((progress: ShrinkProgress) => void) | undefined;
  readonly #properties: readonly string[] | undefined;
  #schedule: Schedule<C>;
  #executions = 0;

  constructor(
    harness: Harness<F, C, R, S>,
    run: ShrinkableRun<F, C, R, S>,
    property: string,
    executionsMax: number,
    onProgress: ((progress: ShrinkProgress) => void) | undefined,
  ) {
    this.#harness = harness;
    this.#scenario = run.scenario;
    this.#schedule = run.schedule;
    // All that was monitored stays so: liveness monitors decide how long settling takes, and so what comes after it.
    this.#properties = run.exercised && [...Object.keys(run.exercised), property];
    this.#property = property;
    this.#executionsMax = executionsMax;
    this.#onProgress = onProgress;
  }

  shrink(): Shrunk<C> {
    if (!this.#accept(this.#schedule))
      throw new RangeError(
        `the run does not violate "${this.#property}" when it is executed: nothing to shrink`,
      );
    for (let size = Math.ceil(this.#schedule.length / 2); size > 1; size = Math.ceil(size / 2))
      this.#pass(size);
    let oneMinimal = false;
    while (this.#hasBudget && !oneMinimal) {
      const dropped = this.#pass(1);
      const simplified = !dropped && this.#simplify();
      // A pass that was cut short by the budget has confirmed nothing.
      oneMinimal = !dropped && !simplified && this.#hasBudget;
    }
    return { schedule: this.#schedule, executions: this.#executions, oneMinimal };
  }

  get #hasBudget(): boolean {
    return this.#executions < this.#executionsMax;
  }

  /** Tries once to leave out each chunk. From the end: what comes late often hangs on what came before. */
  #pass(size: number): boolean {
    let dropped = false;
    for (let end = this.#schedule.length; end > 0; end = Math.min(end - size, this.#schedule.length)) {
      if (!this.#hasBudget) return dropped;
      const start = Math.max(0, end - size);
      if (this.#accept(this.#schedule.toSpliced(start, end - start))) dropped = true;
    }
    return dropped;
  }

  /** Tries simpler moves in place of each, the simplest first. */
  #simplify(): boolean {
    let simplified = false;
    for (let at = this.#schedule.length - 1; at >= 0; at -= 1) {
      const move = this.#schedule[at];
      if (move === undefined) continue;
      const next = this.#schedule[at + 1];
      if (move.move === 'elapse' && next?.move === 'elapse') {
        const merged: Move<C> = { move: 'elapse', ms: move.ms + next.ms };
        if (this.#accept(this.#schedule.toSpliced(at, 2, merged))) {
          simplified = true;
          continue;
        }
      }
      for (const simpler of simplerThan(move)) {
        if (!this.#hasBudget) return simplified;
        if (!this.#accept(this.#schedule.with(at, simpler))) continue;
        simplified = true;
        break;
      }
    }
    return simplified;
  }

  /** Executes; if it still fails, goes on from it, without what the run did not come to or skipped. */
  #accept(schedule: Schedule<C>): boolean {
    if (this.#executions > 0 && !this.#hasBudget) return false;
    this.#executions += 1;
    const run = execute(this.#harness, this.#scenario, schedule, {
      stopAt: this.#property,
      pairs: this.#harness.pairs?.property === this.#property,
      digest: false,
      ...(this.#properties === undefined ? {} : { properties: this.#properties }),
    });
    if (!run.violations.some(({ property }) => property === this.#property)) return false;
    const skipped = new Set(run.skipped);
    this.#schedule = schedule.filter((_, index) => index < run.movesApplied && !skipped.has(index));
    this.#onProgress?.({ moves: this.#schedule.length, executions: this.#executions });
    return true;
  }
}

function simplerThan<C>(move: Move<C>): readonly Move<C>[] {
  switch (move.move) {
    case 'elapse': {
      const shorter = [1, 10, 100, 1_000].filter((ms) => ms < move.ms);
      const half = Math.floor(move.ms / 2);
      const candidates = half > 0 && !shorter.includes(half) ? [...shorter, half] : shorter;
      return candidates.map((ms) => ({ move: 'elapse', ms }));
    }
    case 'restart': {
      if (move.memory === 'durable') return [];
      const durable: Move<C> = { ...move, memory: 'durable' };
      if (move.memory === 'amnesiac') return [durable];
      const { back } = move.memory;
      return back > 1 ? [durable, { ...move, memory: { back: back - 1 } }] : [durable];
    }
    case 'partition': {
      const simpler: Move<C>[] = [];
      if (move.way === 'both') simpler.push({ ...move, way: 'one-way' });
      if (move.from.length > 1)
        simpler.push(...move.from.map((_, at): Move<C> => ({ ...move, from: move.from.toSpliced(at, 1) })));
      if (move.to.length > 1)
        simpler.push(...move.to.map((_, at): Move<C> => ({ ...move, to: move.to.toSpliced(at, 1) })));
      return simpler;
    }
    case 'deliver':
    case 'fire':
    case 'command':
    case 'drop':
    case 'duplicate':
    case 'clog':
    case 'release':
    case 'heal':
    case 'pause':
    case 'resume':
    case 'skew':
    case 'crash':
    case 'attack':
      return [];
  }
}
