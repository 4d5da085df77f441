/** What shrinking does, step by step (`shrink.ts`). */
import type { BaseScenario } from './subject.ts';
import type { Schedule } from './move.ts';
import type { Step } from './trace.ts';
import type { Harness } from './harness.ts';
import type { Run } from './outcome.ts';
import {
  EARLY_LONE_MOVES,
  EARLY_SHORT_WALKS,
  MAX_LONE_MOVES,
  MAX_PAIRWISE_MOVES,
  MAX_SHRINK_EXECUTIONS,
  SHORT_WALKS,
  SHORT_WALKS_PER_MOVE,
} from './bounds.ts';
import { loneMoves, scenariosFor, withOneForTwo } from './anew.ts';
import { causalPast, movesBehind } from './causality.ts';
import { causeTest } from './causes.ts';
import { cluesOf } from './likely-moves.ts';
import { execute, walk, type ExecuteOptions } from './run.ts';
import { shortWalks } from './short-walks.ts';
import type { ShrinkableRun, ShrinkOptions, ShrinkPhase, ShrinkProgress, Shrunk } from './shrink.ts';
import { adaptedTo, inOneGo, nodesNamed, simplerThan, withPlainCommands } from './simpler.ts';
import { capabilityOf } from './world.ts';

/** Sizes of chunks that are left out before capabilities are: a half, a quarter, an eighth of the moves. */
const LARGE_CHUNKS = 3;

/** Where more moves than this are left after that, leaving out leads on too slowly: a smaller scenario and short schedules made anew come before the rest, too. */
const LONG_MOVES = 16;

/** Where there are more moves than this, short schedules are made anew before any more is left out. */
const VERY_LONG_MOVES = 64;

/** Moves of early short walks. */
const EARLY_MOVES = 32;

type Steps<T> = Generator<ShrinkProgress, T, undefined>;

export class Shrinker<F, C, R, S extends BaseScenario> {
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
    // Each execution of what is very long costs as much as a dozen short ones.
    const isVeryLong = this.#schedule.length > VERY_LONG_MOVES;
    if (isVeryLong) yield* this.#makeAnew(trace, 'early');
    yield* this.#withoutCapabilities();
    // Large chunks first: the fewer moves, the quicker the rest.
    let size = Math.ceil(this.#schedule.length / 2);
    for (let at = 0; at < LARGE_CHUNKS && size > 1; at += 1, size = Math.ceil(size / 2))
      yield* this.#leaveOut(size);
    if (this.#schedule.length > LONG_MOVES) {
      // A smaller system takes fewer steps, and moves that name who is gone go with them.
      yield* this.#simplifyScenario();
      if (!isVeryLong) yield* this.#makeAnew(trace, 'early');
    }
    for (; size > 1; size = Math.ceil(size / 2)) yield* this.#leaveOut(size);
    this.#isThorough = true;
    let oneMinimal = false;
    while (this.#goesOn && !oneMinimal) {
      const isSmaller =
        (yield* this.#leaveOut(1)) ||
        (yield* this.#simplifyScenario()) ||
        (yield* this.#simplifyMoves()) ||
        (yield* this.#leaveOutPairs()) ||
        (this.#settles && this.#goesOn && (yield* this.#makeAnew(this.#traced(), 'late')));
      // What was cut short has confirmed nothing, and neither have runs that ended before their end.
      oneMinimal = !isSmaller && this.#settles && this.#goesOn;
      if (!isSmaller) this.#settles = true;
    }
    return {
      schedule: this.#schedule,
      scenario: this.#scenario,
      executions: this.#executions,
      oneMinimal,
    };
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
    for (let count = 1; count <= this.#schedule.length / 4; count *= 2)
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

  /** Where no leaving out leads on: short schedules made anew, those that are most likely and then some at random. */
  *#makeAnew(trace: readonly Step<F, C, R>[], when: 'early' | 'late'): Steps<boolean> {
    this.#phase = 'short schedules';
    const harness = this.#harness;
    const model = {
      scenario: this.#scenario,
      schedule: this.#schedule,
      isStrict: this.#isSame !== undefined,
      ...cluesOf(harness, trace),
    };
    const neighbours =
      when === 'early'
        ? [loneMoves(harness, model, EARLY_LONE_MOVES)]
        : [loneMoves(harness, model, MAX_LONE_MOVES), withOneForTwo(harness, model)];
    for (const near of neighbours)
      for (const { scenario, schedule } of near) {
        if (!this.#goesOn) return false;
        if (yield* this.#try(scenario, schedule, true)) return true;
      }
    // All that is shorter than two moves was gone through.
    return this.#schedule.length > 2 && (yield* this.#walkInstead(when));
  }

  *#walkInstead(when: 'early' | 'late'): Steps<boolean> {
    this.#phase = 'short walks';
    const { length } = this.#schedule;
    const isEarly = when === 'early';
    const smallest = this.#harness.simpler?.smallest(this.#scenario) ?? [];
    const walks = shortWalks(this.#harness, this.#schedule, {
      scenarios: isEarly ? smallest : scenariosFor(this.#harness, this.#scenario),
      walks: isEarly ? EARLY_SHORT_WALKS : Math.min(SHORT_WALKS, length * SHORT_WALKS_PER_MOVE),
      movesMin: isEarly ? Math.min(EARLY_MOVES, Math.floor(length / 2)) : 2,
      movesMax: isEarly ? Math.min(EARLY_MOVES, Math.floor(length / 2)) : Math.min(LONG_MOVES, length - 1),
      isStrict: this.#isSame !== undefined,
    });
    for (const { harness, scenario, random, strategy } of walks) {
      if (!this.#goesOn) return false;
      this.#executions += 1;
      const walked = walk(harness, scenario, random, strategy, this.#how);
      yield this.#progress;
      if (walked.schedule.length >= length || (!this.#isPaired && !this.#fails(walked))) continue;
      if (yield* this.#try(scenario, walked.schedule)) return true;
    }
    return false;
  }

  /** The steps of what there is now. */
  #traced(): readonly Step<F, C, R>[] {
    return this.#run(this.#scenario, this.#schedule, { keepTrace: true }).trace ?? [];
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
  *#try(scenario: S, schedule: Schedule<C>, settles = this.#settles): Steps<boolean> {
    const key = JSON.stringify([settles, scenario, schedule]);
    if (!this.#goesOn || this.#passing.has(key)) return false;
    const retarget = this.#isThorough ? 'anywhere' : true;
    const run = this.#run(scenario, schedule, { retarget, settles });
    yield this.#progress;
    if (this.#fails(run)) return this.#keep(scenario, run, settles);
    const isRetargeted = run.schedule.some((move, index) => move !== schedule[index]);
    if (isRetargeted && this.#isThorough && this.#goesOn) {
      const plain = this.#run(scenario, schedule, { settles });
      yield this.#progress;
      if (this.#fails(plain)) return this.#keep(scenario, plain, settles);
    }
    this.#passing.add(key);
    return false;
  }

  #run(
    scenario: S,
    schedule: Schedule<C>,
    how: {
      readonly keepTrace?: boolean;
      readonly retarget?: boolean | 'anywhere';
      readonly settles?: boolean;
    },
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
  #keep(scenario: S, { schedule, movesApplied, skipped }: Run<F, C, R, S>, settles = this.#settles): true {
    this.#settles = settles;
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
