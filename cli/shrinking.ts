/** Makes a counterexample of a violating run: shrinks it, certifies it, names it; with progress, and interruptible. */
import type { Move, Schedule, ShrinkProgress, Shrunk, Violation, ViolationCause } from '../engine/index.ts';
import { counterexampleOf, type Counterexample } from '../properties/counterexample.ts';
import type { Command } from '../properties/reading.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import type { Context } from './call.ts';
import type { Driver } from './kit.ts';
import { plural, progress } from './terminal.ts';

/** Time after which the event loop has its turn, so that Ctrl-C is seen, milliseconds. */
const TURN_MS = 50;

/** How long shrinking may take. Whatever comes first ends it, with the best so far. */
export interface ShrinkBudget {
  readonly executionsMax: number;
  /** @default unlimited */
  readonly msMax?: number;
}

/** A run that broke a property, as it was found. */
export interface Finding {
  readonly subject: string;
  readonly property: string;
  /** Seed of the campaign and index of the run. */
  readonly seed: number;
  readonly run: number;
  readonly scenario: TreeScenario;
  readonly schedule: Schedule;
  readonly violation: Violation;
  /** Which of several causes it is, where causes are told apart: it stays that one. */
  readonly cause?: ViolationCause;
}

export interface Smaller {
  readonly counterexample: Counterexample;
  readonly executions: number;
  /** Whether it was confirmed that no single move can be left out. */
  readonly oneMinimal: boolean;
}

/** Shrinks, certifies and names a finding. Ctrl-C and the end of the budget leave the best so far. */
export async function smallerOf(context: Context, finding: Finding, budget: ShrinkBudget): Promise<Smaller> {
  const { kit, nowMs, signal } = context;
  const { subject, property, seed, run: index, cause } = finding;
  const driver = kit.driver(subject);
  const startedMs = nowMs();
  const isLate = (): boolean => budget.msMax !== undefined && nowMs() - startedMs > budget.msMax;
  const shrunk = await shrunkOf(
    context,
    driver,
    finding,
    budget.executionsMax,
    () => signal.aborted || isLate(),
  );
  const { scenario, schedule, executions, oneMinimal } = shrunk;
  const run = driver.execute(scenario, schedule, { pairs: true });
  const violation = run.violations.find((one) => one.property === property) ?? finding.violation;
  const certificate = oneMinimal
    ? driver.certify(scenario, schedule, property, () => signal.aborted, cause)
    : undefined;
  const counterexample = counterexampleOf(
    // What comes from the engine has the commands that it was given.
    { ...run, schedule: schedule as readonly Move<Command>[], violations: [violation] },
    property,
    {
      kit: kit.version,
      seed,
      run: index,
      cause,
      certificate: certificate as Counterexample['certificate'],
    },
  );
  return { counterexample, executions, oneMinimal };
}

/** Shrinks a finding as far as it goes. */
export async function shrunkOf(
  { terminal, nowMs, signal }: Context,
  driver: Driver,
  { scenario, schedule, property, cause }: Pick<Finding, 'scenario' | 'schedule' | 'property' | 'cause'>,
  executionsMax: number,
  isOver: () => boolean,
): Promise<Shrunk<unknown, TreeScenario>> {
  const asFound = { scenario, schedule, executions: 0, oneMinimal: false };
  // After Ctrl-C it is kept as it was found: whoever wants it smaller can shrink it later.
  if (signal.aborted) return asFound;
  const bar = progress(terminal, nowMs);
  const show = ({ executions, moves, phase }: ShrinkProgress): void => {
    const text = `shrinking ${property}: ${plural(moves, 'move')} left (${phase})`;
    bar.update(executions, executionsMax, 'executions', text);
  };
  const steps = driver.shrinking({ scenario, schedule }, property, {
    executionsMax,
    isOver,
    ...(cause === undefined ? {} : { cause }),
  });
  let turnMs = nowMs();
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      show(value);
      if (nowMs() - turnMs < TURN_MS) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnMs = nowMs();
    }
  } catch (error) {
    // It did not fail again: the file says what was seen, and a replay will say what comes of it.
    if (error instanceof RangeError) return asFound;
    throw error;
  } finally {
    bar.end();
  }
}
