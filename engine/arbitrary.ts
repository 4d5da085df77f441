/** Runs as a fast-check arbitrary: seeds, paths, `fc.assert` and its reporters work as everywhere. */
import * as fc from 'fast-check';
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import { randomFrom } from './random.ts';
import { shrink } from './shrink.ts';
import { execute, walk, type ExecuteOptions } from './run.ts';
import type { StrategyOptions } from './strategy.ts';

/** Where the runs of `runs` come from. */
export interface RunsOptions<S extends BaseScenario> {
  /** The scenario of all runs, or where they come from. */
  readonly scenario: S | fc.Arbitrary<S>;
  /** @default DEFAULT_STRATEGY, all capabilities of the harness; `guided` is as `swarm`: there is no campaign to learn from */
  readonly strategy?: StrategyOptions;
  /** @default judged by all properties */
  readonly execute?: ExecuteOptions;
}

/** How far a run has been shrunk: pieces of `size` moves are left out, from `start` on; smaller sizes follow. */
interface Progress {
  /** Whether the run is as it was generated: the first to be tried is what `shrink` makes of it, in one go. */
  readonly isFresh: boolean;
  readonly size: number;
  readonly start: number;
  /** Whether a single move was dropped since the last time at 0: then single moves are tried once more. */
  readonly again: boolean;
}

/**
 * Runs of a subject: generated online, shrunk causally (`shrink`) where they break a property of the harness, and by
 * leaving out moves (halves first, single ones last) where a caller's predicate fails for another reason. Lazy: a run
 * is executed when fast-check asks for it.
 */
export function runs<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  options: RunsOptions<S>,
): fc.Arbitrary<Run<F, C, R, S>> {
  return new RunArbitrary(harness, options);
}

class RunArbitrary<F, C, R, S extends BaseScenario> extends fc.Arbitrary<Run<F, C, R, S>> {
  readonly #harness: Harness<F, C, R, S>;
  readonly #options: RunsOptions<S>;

  constructor(harness: Harness<F, C, R, S>, options: RunsOptions<S>) {
    super();
    this.#harness = harness;
    this.#options = options;
  }

  override generate(mrng: fc.Random, biasFactor: number | undefined): fc.Value<Run<F, C, R, S>> {
    const { scenario: source, strategy = {}, execute: how = {} } = this.#options;
    const scenario = source instanceof fc.Arbitrary ? source.generate(mrng, biasFactor).value : source;
    let run = walk(this.#harness, scenario, randomFrom(mrng), strategy, how);
    if (how.pairs === true) run = execute(this.#harness, scenario, run.schedule, how);
    const size = Math.ceil(run.schedule.length / 2);
    const progress: Progress = { isFresh: true, size, start: 0, again: false };
    return new fc.Value(printable(run), progress);
  }

  override canShrinkWithoutContext(_value: unknown): _value is Run<F, C, R, S> {
    return false;
  }

  override shrink(run: Run<F, C, R, S>, context: unknown): fc.Stream<fc.Value<Run<F, C, R, S>>> {
    return isProgress(context) ? new fc.Stream(this.#smaller(run, context)) : fc.Stream.nil();
  }

  *#smaller(run: Run<F, C, R, S>, progress: Progress): IterableIterator<fc.Value<Run<F, C, R, S>>> {
    const { schedule, scenario } = run;
    let { size, start, again } = progress;
    const whole = progress.isFresh ? this.#shrunk(run) : undefined;
    if (whole !== undefined)
      yield new fc.Value(printable(whole), {
        isFresh: false,
        size: 1,
        start: 0,
        again: false,
      } satisfies Progress);
    while (schedule.length > 0 && size > 0) {
      for (; start < schedule.length; start += size) {
        const fewer: Schedule<C> = schedule.toSpliced(start, size);
        const smaller = execute(this.#harness, scenario, fewer, this.#options.execute);
        yield new fc.Value(printable(smaller), {
          isFresh: false,
          size,
          start,
          again: again || size === 1,
        } satisfies Progress);
      }
      start = 0;
      if (size === 1 && !again) return;
      if (size === 1) again = false;
      size = Math.ceil(size / 2);
    }
  }

  /** What causal shrinking makes of a run that breaks a property. */
  #shrunk(run: Run<F, C, R, S>): Run<F, C, R, S> | undefined {
    const [violation] = run.violations;
    if (violation === undefined) return undefined;
    try {
      const { scenario, schedule } = shrink(this.#harness, run, violation.property);
      return execute(this.#harness, scenario, schedule, this.#options.execute);
    } catch (error) {
      // Judged by fewer properties, it settled for another time: it breaks only there.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }
}

function isProgress(context: unknown): context is Progress {
  return typeof context === 'object' && context !== null && 'size' in context && 'start' in context;
}

/** What fast-check prints of a counterexample: not a trace, but what one needs to see. */
function printable<F, C, R, S extends BaseScenario>(run: Run<F, C, R, S>): Run<F, C, R, S> {
  Object.defineProperty(run, fc.toStringMethod, { value: () => describe(run), enumerable: false });
  return run;
}

function describe<F, C, R, S extends BaseScenario>(run: Run<F, C, R, S>): string {
  const moves = run.schedule.map((move) => `\n  ${JSON.stringify(move)}`).join('');
  return `run of ${run.subject} in ${run.scenario.name}, ${String(run.schedule.length)} moves:${moves}`;
}

/**
 * For use in `fc.property(runs(…), holds)`.
 * @throws Error that says which properties the run violates, and how
 */
export function holds<F, C, R, S extends BaseScenario>(run: Run<F, C, R, S>): void {
  if (run.violations.length === 0) return;
  const broken = run.violations.map(
    ({ property, verdict, message, step }) => `${property} ${verdict} at step ${String(step)}: ${message}`,
  );
  throw new Error(`${broken.join('\n')}\n${describe(run)}`);
}
