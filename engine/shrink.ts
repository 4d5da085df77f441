/**
 * Shrinking: the smallest schedule that one can find that still breaks the same property. First what could not have
 * influenced the violation goes, then capabilities, chunks and single moves (delta debugging, Zeller 2002), then the
 * system gets smaller and the words plainer, until no single move can be left out. At last, short schedules are made anew:
 * leaving out leads to a local minimum, and small ones are quickly searched.
 */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Step } from './trace.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import {
  MAX_PAIRWISE_MOVES,
  MAX_SHRINK_EXECUTIONS,
  EARLY_SHORT_WALKS,
  SHORT_WALKS,
  SHORT_WALKS_PER_MOVE,
} from './bounds.ts';
import { causalPast, movesBehind } from './causality.ts';
import { causeTest, type ViolationCause } from './causes.ts';
import { randomFromSeed, seedOf } from './random.ts';
import { waysOfShortWalks } from './short-walks.ts';
import { execute, walk, type ExecuteOptions } from './run.ts';
import type { StrategyOptions } from './proposer.ts';
import { adaptedTo, inOneGo, nodesNamed, simplerThan, withPlainCommands } from './simpler.ts';
import { capabilityOf } from './world.ts';

export interface Shrunk<C, S extends BaseScenario> {
  readonly schedule: Schedule<C>;
  /** The scenario, which may have become smaller. */
  readonly scenario: S;
  readonly executions: number;
  /** Whether it was confirmed that no single move can be left out. */
  readonly oneMinimal: boolean;
}

/** What shrinking needs of a run. */
export type ShrinkableRun<F, C, R, S extends BaseScenario> = Pick<Run<F, C, R, S>, 'scenario' | 'schedule'>;

/** What shrinking does at the moment. */
export type ShrinkPhase =
  | 'confirming'
  | 'causal past'
  | 'capabilities'
  | 'moves'
  | 'scenario'
  | 'values'
  | 'pairs of moves'
  | 'short walks';

export interface ShrinkProgress {
  readonly phase: ShrinkPhase;
  /** Moves that are left. */
  readonly moves: number;
  readonly executions: number;
}

export interface ShrinkOptions {
  /** @default MAX_SHRINK_EXECUTIONS */
  readonly executionsMax?: number;
  /** Asked before each execution but the first: once it says so, shrinking ends with the best so far. */
  readonly isOver?: () => boolean;
  /** Keeps to runs that break the property for this cause. @default whatever breaks it */
  readonly cause?: ViolationCause;
  readonly onProgress?: (progress: ShrinkProgress) => void;
}

/**
 * Makes the schedule and the scenario of a violating run smaller, as long as the same property is violated.
 * @throws RangeError if the run does not violate the property (again)
 */
export function shrink<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  run: ShrinkableRun<F, C, R, S>,
  property: string,
  options: ShrinkOptions = {},
): Shrunk<C, S> {
  const steps = shrinking(harness, run, property, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    options.onProgress?.(value);
  }
}

/** The same, one execution at a time: who has a terminal to watch can look up in between. */
export function shrinking<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  run: ShrinkableRun<F, C, R, S>,
  property: string,
  options: ShrinkOptions = {},
): Generator<ShrinkProgress, Shrunk<C, S>, undefined> {
  return new Shrinker(harness, run, property, options).shrink();
}

/** Sizes of chunks that are left out before capabilities are: a half, a quarter, an eighth of the moves. */
const LARGE_CHUNKS = 3;

/** Where more moves than this are left after that, leaving out leads on too slowly: short walks come before the rest, too. */
const LONG_MOVES = 16;

/** Seed of the short walks: shrinking is a function of the run. */
const WALK_SEED = 1;

type Steps<T> = Generator<ShrinkProgress, T, undefined>;

class Shrinker<F, C, R, S extends BaseScenario> {
  readonly #harness: Harness<F, C, R, S>;
  readonly #property: string;
  /** Those that decide how long settling takes, and so what comes after it; others say nothing about this one. */
  readonly #properties: readonly string[];
  readonly #executionsMax: number;
  readonly #isOver: () => boolean;
  /** Whether a run that breaks the property is what is shrunk here; undefined if all are. */
  readonly #isSame: ((run: Run<F, C, R, S>) => boolean) | undefined;
  /** What was tried and did not fail. */
  readonly #passing = new Set<string>();
  #scenario: S;
  #schedule: Schedule<C>;
  #executions = 0;
  #phase: ShrinkPhase = 'confirming';
  /** Whether what fails with moves retargeted is tried as it is, too: not while much is left to be taken away. */
  #isThorough = false;
  /** Whether runs settle. What broke before that is looked for without, as long as that leads on. */
  #settles = true;

  constructor(
    harness: Harness<F, C, R, S>,
    run: ShrinkableRun<F, C, R, S>,
    property: string,
    { executionsMax = MAX_SHRINK_EXECUTIONS, isOver = () => false, cause }: ShrinkOptions,
  ) {
    this.#harness = harness;
    this.#scenario = run.scenario;
    this.#schedule = run.schedule;
    this.#property = property;
    this.#properties = harness.properties
      .filter(({ id, kind }) => kind === 'liveness' || id === property)
      .map(({ id }) => id)
      .concat(harness.pairs?.property === property ? [property] : []);
    this.#executionsMax = executionsMax;
    this.#isOver = isOver;
    this.#isSame = cause === undefined ? undefined : causeTest(harness, cause);
  }

  *shrink(): Steps<Shrunk<C, S>> {
    const trace = this.#confirm();
    yield this.#progress;
    this.#settles = this.#isPaired || !isBeforeSettling(trace.at(-1));
    yield* this.#cutToThePast(trace);
    yield* this.#takeTheEnd();
    // Large chunks first: the fewer moves, the quicker the rest.
    let size = Math.ceil(this.#schedule.length / 2);
    for (let at = 0; at < LARGE_CHUNKS && size > 1; at += 1, size = Math.ceil(size / 2))
      yield* this.#leaveOut(size);
    yield* this.#withoutCapabilities();
    if (this.#schedule.length > LONG_MOVES) yield* this.#walkInstead(EARLY_SHORT_WALKS);
    for (; size > 1; size = Math.ceil(size / 2)) yield* this.#leaveOut(size);
    this.#isThorough = true;
    let oneMinimal = false;
    while (this.#goesOn && !oneMinimal) {
      const isSmaller =
        (yield* this.#leaveOut(1)) ||
        (yield* this.#simplifyScenario()) ||
        (yield* this.#simplifyMoves()) ||
        (yield* this.#leaveOutPairs()) ||
        (this.#settles && (yield* this.#walkInstead()));
      // What was cut short has confirmed nothing, and neither have runs that ended before their end.
      oneMinimal = !isSmaller && this.#settles && this.#goesOn;
      if (!isSmaller) this.#settle();
    }
    return {
      schedule: this.#schedule,
      scenario: this.#scenario,
      executions: this.#executions,
      oneMinimal,
    };
  }

  /** From now on, runs go to their end. */
  #settle(): void {
    if (this.#settles) return;
    this.#settles = true;
    this.#passing.clear();
  }

  get #goesOn(): boolean {
    return this.#executions < this.#executionsMax && !this.#isOver();
  }

  get #progress(): ShrinkProgress {
    return { phase: this.#phase, moves: this.#schedule.length, executions: this.#executions };
  }

  /** Executes the run as it was given. */
  #confirm(): readonly Step<F, C, R>[] {
    const run = this.#run(this.#scenario, this.#schedule, { keepTrace: true });
    if (!this.#fails(run))
      throw new RangeError(
        `the run does not violate "${this.#property}" when it is executed: nothing to shrink`,
      );
    this.#keep(this.#scenario, run);
    return run.trace ?? [];
  }

  /** Takes only the moves that could have influenced the violation: by the narrower notion, or else by the wider. */
  *#cutToThePast(trace: readonly Step<F, C, R>[]): Steps<void> {
    this.#phase = 'causal past';
    const last = trace.length - 1;
    const schedule = this.#schedule;
    // A pair of runs breaks at its end, and so does what does not happen: everything came before that.
    for (const influence of ['answered', 'happened-before'] as const) {
      const moves = movesBehind(trace, causalPast(trace, last, influence));
      const fewer = schedule.filter((move, index) => move.move === 'elapse' || moves.has(index));
      if (fewer.length < schedule.length && (yield* this.#try(this.#scenario, fewer))) return;
    }
  }

  /** Takes the last few moves alone, then twice as many, until that is enough: short schedules are quickly tried. */
  *#takeTheEnd(): Steps<void> {
    this.#phase = 'moves';
    for (let count = 1; count < this.#schedule.length; count *= 2)
      if (yield* this.#try(this.#scenario, this.#schedule.slice(-count))) return;
  }

  /** Takes all moves of a capability away at once. */
  *#withoutCapabilities(): Steps<void> {
    this.#phase = 'capabilities';
    for (const capability of new Set(this.#schedule.map(capabilityOf))) {
      if (capability === undefined) continue;
      yield* this.#try(
        this.#scenario,
        this.#schedule.filter((move) => capabilityOf(move) !== capability),
      );
    }
  }

  /** Tries once to leave out each chunk. From the end: what comes late often hangs on what came before. */
  *#leaveOut(size: number): Steps<boolean> {
    this.#phase = 'moves';
    let isSmaller = false;
    for (let end = this.#schedule.length; end > 0; end = Math.min(end - size, this.#schedule.length)) {
      const start = Math.max(0, end - size);
      if (yield* this.#try(this.#scenario, this.#schedule.toSpliced(start, end - start))) isSmaller = true;
    }
    return isSmaller;
  }

  /** Two moves that are needed only because of each other go together; and waiting can be done in one go. */
  *#leaveOutPairs(): Steps<boolean> {
    this.#phase = 'pairs of moves';
    if (this.#schedule.length > MAX_PAIRWISE_MOVES) return false;
    for (let b = this.#schedule.length - 1; b > 0; b -= 1)
      for (let a = b - 1; a >= 0; a -= 1) {
        const without = this.#schedule.toSpliced(b, 1).toSpliced(a, 1);
        if (yield* this.#try(this.#scenario, without)) return true;
        for (const waiting of inOneGo(this.#schedule, a, b))
          if (yield* this.#try(this.#scenario, waiting)) return true;
      }
    return false;
  }

  /** Where no leaving out leads on: short schedules made anew, in the smallest scenarios. */
  *#walkInstead(walksMax = SHORT_WALKS): Steps<boolean> {
    this.#phase = 'short walks';
    const scenarios = this.#harness.simpler?.smallest(this.#scenario) ?? [];
    // Kinds of moves that the schedule has not would be of another cause.
    const ways = waysOfShortWalks(this.#harness, this.#schedule).slice(0, this.#isSame && 2);
    const attempts = Math.min(walksMax, this.#schedule.length * SHORT_WALKS_PER_MOVE);
    for (let attempt = 0; attempt < attempts && scenarios.length > 0; attempt += 1) {
      const scenario = scenarios[attempt % scenarios.length];
      if (scenario === undefined || !this.#goesOn) return false;
      const isSmaller = scenario.nodes.length < this.#scenario.nodes.length;
      const moves = Math.min(LONG_MOVES, this.#schedule.length - (isSmaller ? 0 : 1));
      if (moves < 1) continue;
      this.#executions += 1;
      const random = randomFromSeed(seedOf(WALK_SEED, attempt));
      const way = ways[Math.floor(attempt / scenarios.length) % ways.length] ?? {};
      const strategy: StrategyOptions = { strategy: 'uniform', ...way, moves: random.int(1, moves) };
      const walked = walk(this.#harness, scenario, random, strategy, this.#how);
      yield this.#progress;
      if (!this.#isPaired && !this.#fails(walked)) continue;
      if (walked.movesApplied > moves) continue;
      if (yield* this.#try(scenario, walked.schedule)) return true;
    }
    return false;
  }

  /** Tries smaller scenarios until none of them fails. */
  *#simplifyScenario(): Steps<boolean> {
    this.#phase = 'scenario';
    const { simpler } = this.#harness;
    if (simpler === undefined) return false;
    let isSmaller = false;
    for (let again = true; again && this.#goesOn;) {
      again = false;
      const before = this.#scenario;
      for (const candidate of simpler.scenarios(before, nodesNamed(this.#schedule, before.nodes))) {
        const schedule = adaptedTo(this.#schedule, before, candidate);
        if (!(yield* this.#try(candidate.scenario, schedule))) continue;
        isSmaller = true;
        again = true;
        break;
      }
    }
    return isSmaller;
  }

  /** Tries plainer moves in place of each. */
  *#simplifyMoves(): Steps<boolean> {
    this.#phase = 'values';
    const plain = withPlainCommands(this.#schedule, this.#harness.simpler);
    let isPlainer = plain !== undefined && (yield* this.#try(this.#scenario, plain));
    for (let at = this.#schedule.length - 1; at >= 0; at -= 1) {
      for (const plainer of this.#plainer(at)) {
        if (!(yield* this.#try(this.#scenario, plainer))) continue;
        isPlainer = true;
        break;
      }
    }
    return isPlainer;
  }

  *#plainer(at: number): Iterable<Schedule<C>> {
    const move = this.#schedule[at];
    if (move === undefined) return;
    const schedule = this.#schedule;
    yield* inOneGo(schedule, at, at + 1);
    const plain = withPlainCommands(schedule, this.#harness.simpler, at);
    if (plain !== undefined) yield plain;
    for (const plainer of simplerThan(move, this.#harness.simpler)) yield schedule.with(at, plainer);
  }

  /** Executes; if it still fails, goes on from it. */
  *#try(scenario: S, schedule: Schedule<C>): Steps<boolean> {
    const key = JSON.stringify([scenario, schedule]);
    if (!this.#goesOn || this.#passing.has(key)) return false;
    const run = this.#run(scenario, schedule, { retarget: true });
    yield this.#progress;
    if (this.#fails(run)) return this.#keep(scenario, run);
    const isRetargeted = run.schedule.some((move, index) => move !== schedule[index]);
    if (isRetargeted && this.#isThorough && this.#goesOn) {
      const plain = this.#run(scenario, schedule, {});
      yield this.#progress;
      if (this.#fails(plain)) return this.#keep(scenario, plain);
    }
    this.#passing.add(key);
    return false;
  }

  #run(
    scenario: S,
    schedule: Schedule<C>,
    how: { readonly keepTrace?: boolean; readonly retarget?: boolean },
  ) {
    this.#executions += 1;
    return execute(this.#harness, scenario, schedule, { ...this.#how, ...how, pairs: this.#isPaired });
  }

  get #how(): ExecuteOptions {
    const settles = this.#settles;
    return { stopAt: this.#property, properties: this.#properties, digest: false, settles };
  }

  get #isPaired(): boolean {
    return this.#harness.pairs?.property === this.#property;
  }

  #fails(run: Run<F, C, R, S>): boolean {
    if (!run.violations.some(({ property }) => property === this.#property)) return false;
    return this.#isSame?.(run) ?? true;
  }

  /** Goes on from a run that fails, without the moves that it did not come to or skipped. */
  #keep(scenario: S, { schedule, movesApplied, skipped }: Run<F, C, R, S>): true {
    const idle = new Set(skipped);
    this.#scenario = scenario;
    this.#schedule = schedule.filter((_, index) => index < movesApplied && !idle.has(index));
    return true;
  }
}

/** Whether the step came of a move, or of the time before the first one. */
function isBeforeSettling<F, C, R>(step: Step<F, C, R> | undefined): boolean {
  return step !== undefined && !(step.cause.kind === 'fair' && step.cause.phase === 'settle');
}
