/** One run: prologue, moves, settling, judged as it goes. */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Cause, Step } from './trace.ts';
import type { Violation } from './monitor.ts';
import type { Harness, Meter, Random } from './harness.ts';
import type { Run, Stopped } from './outcome.ts';
import { MAX_STEPS, SETTLE_SLICES } from './bounds.ts';
import { TraceDigest } from './digest.ts';
import { Judge } from './judge.ts';
import type { TracedStep } from './reaction.ts';
import { retarget } from './retarget.ts';
import { movesFor, type StrategyOptions } from './strategy.ts';
import { World } from './world.ts';

/** How a run is executed and judged. */
export interface ExecuteOptions {
  /** Ids of the properties to monitor. @default all of the harness */
  readonly properties?: readonly string[];
  /** Ends the run as soon as this property is violated. @default never */
  readonly stopAt?: string;
  /** Keeps the trace in `Run.trace`. @default false */
  readonly keepTrace?: boolean;
  /** Evaluates `harness.pairs`, too: executes the schedule again as `pairs.without` has it. @default false */
  readonly pairs?: boolean;
  /** Computes `Run.digest`. @default true */
  readonly digest?: boolean;
  /** Keeps `Run.covered`. @default false */
  readonly coverage?: boolean;
  /**
   * Gives moves that name a message that is not there the one that they most likely meant (`retarget`); the schedule
   * of the run then has the moves as they were made. `anywhere`: attacks are led to messages of other links, too. @default false
   */
  readonly retarget?: boolean | 'anywhere';
  /**
   * Goes on until the system has settled, once the moves are made; without, what would happen or fail to happen then is not
   * judged, and liveness says nothing. @default true
   */
  readonly settles?: boolean;
  /** @default MAX_STEPS */
  readonly stepsMax?: number;
}

/**
 * Runs a schedule: prologue, moves, settling. What the subject does is never thrown, but found.
 * @throws Error if the harness itself breaks: a monitor or an adversary that throws, a scenario with a bad node name
 */
export function execute<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  schedule: Schedule<C>,
  options: ExecuteOptions = {},
): Run<F, C, R, S> {
  if (options.pairs === true && wantsPairs(harness, options))
    return executePair(harness, scenario, schedule, options);
  const session = new Session(harness, scenario, options);
  const { retarget: leads = false } = options;
  if (leads === false) {
    for (const move of schedule) if (!session.apply(move)) break;
    return session.end(schedule);
  }
  const made = schedule.slice();
  for (const [at, move] of schedule.entries()) {
    made[at] = retarget(move, session.world, leads === true ? 'link' : leads);
    if (!session.apply(made[at])) break;
  }
  return session.end(made);
}

/**
 * Generates a schedule online, move by move, and runs it: each move is possible when it is chosen. Executing the
 * schedule of the result gives an equal run. `options.pairs` is not heeded here.
 * @throws Error as `execute` does
 */
export function walk<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  random: Random,
  strategy: StrategyOptions = {},
  options: ExecuteOptions = {},
): Run<F, C, R, S> {
  const session = new Session(harness, scenario, options);
  const next = movesFor(harness, session.world, random, strategy);
  const schedule: Move<C>[] = [];
  while (session.goesOn && !(session.hasViolation && (strategy.stopOnViolation ?? true))) {
    const move = next();
    if (move === undefined) break;
    schedule.push(move);
    session.apply(move);
  }
  return session.end(schedule);
}

/** Executes with and without, and adds what the comparison says to the outcome of the former. */
function executePair<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  scenario: S,
  schedule: Schedule<C>,
  options: ExecuteOptions,
): Run<F, C, R, S> {
  const { pairs } = harness;
  const { trace, ...run } = execute(harness, scenario, schedule, {
    ...options,
    pairs: false,
    keepTrace: true,
  });
  const full = trace === undefined ? run : { ...run, trace };
  const kept = options.keepTrace === true ? full : run;
  if (pairs === undefined || run.stopped !== undefined) return kept;
  const count = pairs.exercised(full);
  const violations = run.violations.slice();
  if (count > 0) {
    const without = pairs.without(schedule, full);
    // Judged by the same properties: they decide how long settling takes, and so what the end is.
    const runWithout = execute(harness, scenario, without, {
      ...options,
      pairs: false,
      keepTrace: true,
      digest: false,
      coverage: false,
    });
    const violation = pairs.compare(full, runWithout);
    if (violation !== undefined && !violations.some(({ property }) => property === pairs.property))
      violations.push(violation);
  }
  const exercised = { ...run.exercised, [pairs.property]: (run.exercised[pairs.property] ?? 0) + count };
  return { ...kept, violations, exercised };
}

function wantsPairs<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  { properties }: ExecuteOptions,
): boolean {
  return (
    harness.pairs !== undefined && (properties === undefined || properties.includes(harness.pairs.property))
  );
}

const PROLOGUE = { kind: 'fair', phase: 'prologue' } as const;
const SETTLE = { kind: 'fair', phase: 'settle' } as const;

/** A run under way. */
class Session<F, C, R, S extends BaseScenario> {
  readonly world: World<F, C, R, S>;
  readonly #harness: Harness<F, C, R, S>;
  readonly #options: ExecuteOptions;
  readonly #judge: Judge<F, C, R>;
  readonly #digest: TraceDigest<F, C, R, S> | undefined;
  readonly #trace: Step<F, C, R>[] | undefined;
  readonly #meter: Meter<F, C, R> | undefined;
  readonly #skipped: number[] = [];
  #movesApplied = 0;

  /** Makes the world and runs the prologue. */
  constructor(harness: Harness<F, C, R, S>, scenario: S, options: ExecuteOptions) {
    this.#harness = harness;
    this.#options = options;
    this.#judge = new Judge(harness, scenario, options);
    this.#digest = options.digest === false ? undefined : new TraceDigest(harness.subject);
    this.#trace = options.keepTrace === true ? [] : undefined;
    this.#meter = harness.meter?.(scenario);
    const { stepsMax } = options;
    this.world = new World(harness.subject, scenario, harness.adversary, {
      observe: (step) => {
        this.#observe(step);
      },
      ...(stepsMax === undefined ? {} : { stepsMax }),
      ...(harness.stepsMax === undefined
        ? {}
        : { stepsMaxAt: (nowMs: number) => harness.stepsMax?.(scenario, nowMs) ?? MAX_STEPS }),
    });
    this.world.startAll(PROLOGUE);
    this.world.elapse(scenario.prologueMs, PROLOGUE);
  }

  get goesOn(): boolean {
    return this.world.stopped === undefined;
  }

  get hasViolation(): boolean {
    return this.#judge.violations.length > 0;
  }

  /** @returns whether the run goes on */
  apply(move: Move<C>): boolean {
    if (!this.goesOn) return false;
    const index = this.#movesApplied;
    this.#movesApplied += 1;
    const cause: Cause<C> = { kind: 'move', index, move };
    if (!this.world.apply(move, cause) && this.goesOn) this.#skipped.push(index);
    return this.goesOn;
  }

  /** Settles, asks the monitors for the last word, and sums up. */
  end(schedule: Schedule<C>): Run<F, C, R, S> {
    const { world } = this;
    const { stopAt, settles = true } = this.#options;
    if (this.goesOn && settles) this.#settle();
    if (this.goesOn && settles) this.#judge.finish(world.standing());
    const violations = this.#judge.violations.slice();
    const stopped = world.stopped;
    const finding = stopped === undefined ? undefined : findingOf(stopped);
    if (finding !== undefined) violations.push(finding);
    const found = stopAt !== undefined && violations.some(({ property }) => property === stopAt);
    return {
      subject: this.#harness.subject.id,
      scenario: world.scenario,
      schedule,
      // With `stopAt`, only what was looked for counts among what one and the same step broke.
      violations: found ? violations.filter(({ property }) => property === stopAt) : violations,
      exercised: this.#judge.exercised,
      tightest: this.#judge.tightest,
      covered: this.#judge.covered,
      counts: { ...this.#meter?.counts },
      notApplicable: this.#judge.notApplicable,
      steps: world.steps,
      movesApplied: this.#movesApplied,
      skipped: this.#skipped,
      digest: this.#digest?.end() ?? '',
      ...(stopped === undefined ? {} : { stopped }),
      ...(this.#trace === undefined ? {} : { trace: this.#trace }),
    };
  }

  #settle(): void {
    const { world } = this;
    const { settleMs, nodes } = world.scenario;
    world.endFaults(SETTLE);
    const beganMs = world.nowMs;
    const sliceMs = Math.max(1, Math.ceil(settleMs / SETTLE_SLICES));
    let waits = true;
    while (this.goesOn && waits && world.nowMs - beganMs < settleMs) {
      world.elapse(Math.min(sliceMs, beganMs + settleMs - world.nowMs), SETTLE);
      waits = this.#judge.waiting(world.standing()).length > 0;
    }
    if (!this.goesOn) return;
    if (waits) this.#judge.stall(world.standing(), settleMs, world.steps - 1);
    const { inspect } = this.#harness;
    if (inspect === undefined) return;
    for (const node of nodes) world.command(node, inspect, SETTLE);
  }

  #observe(step: TracedStep<F, C, R>): void {
    this.#digest?.add(step);
    if (this.#trace !== undefined) {
      // Asking now is what keeps them: a sealed reaction has forgotten its node.
      if (step.kind === 'reaction') void step.gauges;
      this.#trace.push(step);
    }
    this.#meter?.observe(step);
    if (!this.#judge.observe(step)) return;
    const { stopAt } = this.#options;
    if (stopAt !== undefined && this.#judge.violations.some(({ property }) => property === stopAt))
      this.world.stopAt(stopAt);
  }
}

function findingOf(stopped: Stopped): Violation | undefined {
  switch (stopped.kind) {
    case 'found':
      return undefined;
    case 'overload': {
      const { text, step, bound } = stopped;
      return { property: 'overload', message: text, step, details: { bound }, verdict: 'violated' };
    }
    case 'crash-of-the-code': {
      const { text, step, node, stack } = stopped;
      return {
        property: 'crash-of-the-code',
        message: text,
        step,
        node,
        details: { stack },
        verdict: 'violated',
      };
    }
  }
}
