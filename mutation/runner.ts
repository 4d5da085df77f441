/** Schedules as the tests of StrykerJS: a mutant is judged by the schedules that reach it. */
import { fork, type ChildProcess } from 'node:child_process';
import {
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestRunner,
  type TestRunnerCapabilities,
} from '@stryker-mutator/api/test-runner';
import { KILLER_FILE } from './files.ts';
import type { Line, Question } from './killer.ts';
import { SCHEDULES } from './schedules.ts';

/** A mutant that finishes no schedule for this long never will: schedules take less than a second. Milliseconds. */
const SILENCE_MS = 30_000;

/** After so many mutants a killer is replaced by a new one: what leaks, leaks no further. */
const MUTANTS_PER_KILLER = 200;

/** Runs make much that dies young, and a mutant may keep all of it. */
const NODE_FLAGS = ['--max-semi-space-size=64', '--max-old-space-size=1024'];

/** How an answer ended. */
interface Answer {
  readonly lines: readonly Line[];
  /** Why there is no last line: the killer was silent, or its process ended. */
  readonly lost?: 'silent' | 'ended';
}

/** One process that judges. */
class Killer {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  /** Mutants that it has been asked about. */
  asked = 0;

  constructor() {
    // A path of its own: execArgv of the parent are not for it.
    this.#child = fork(`./${KILLER_FILE}`, [], { execArgv: NODE_FLAGS });
    this.#ready = new Promise((resolve, reject) => {
      this.#child.once('message', () => {
        resolve();
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (status) => {
        reject(new Error(`the killer did not start: exit status ${String(status)}`));
      });
    });
  }

  async ask(question: Question): Promise<Answer> {
    await this.#ready;
    this.asked += 1;
    const child = this.#child;
    return new Promise((resolve) => {
      const lines: Line[] = [];
      const end = (lost?: Answer['lost']): void => {
        clearTimeout(timer);
        child.removeAllListeners('message');
        child.removeAllListeners('exit');
        resolve(lost === undefined ? { lines } : { lines, lost });
      };
      const giveUp = (): void => {
        end('silent');
      };
      let timer = setTimeout(giveUp, SILENCE_MS);
      child.on('message', (message) => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, SILENCE_MS);
        const line = message as Line;
        lines.push(line);
        if (line.kind !== 'held') end();
      });
      child.on('exit', () => {
        end('ended');
      });
      child.send(question);
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/**
 * Each schedule is a test. Coverage is taken of each with a suite of its own, so that nothing that one has put into a
 * cache hides what another reaches.
 */
export class ScheduleRunner implements TestRunner {
  #killer: Killer | undefined;

  capabilities(): TestRunnerCapabilities {
    // Everything is loaded anew for each mutant.
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<DryRunResult> {
    const perTest: Record<string, Record<string, number>> = {};
    const tests = [];
    for (const { id } of SCHEDULES) {
      const begin = performance.now();
      const { lines } = await this.#ask({ mutant: undefined, schedules: [id] });
      const timeSpentMs = performance.now() - begin;
      const last = lines.at(-1);
      if (last?.kind !== 'done')
        return { status: DryRunStatus.Error, errorMessage: `${id}: ${JSON.stringify(last)}` };
      perTest[id] = Object.fromEntries(last.reached.map((mutant) => [mutant, 1]));
      tests.push({ id, name: id, timeSpentMs, status: TestStatus.Success } as const);
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: { static: {}, perTest } };
  }

  async mutantRun({ activeMutant, testFilter }: MutantRunOptions): Promise<MutantRunResult> {
    const ids = SCHEDULES.map(({ id }) => id).filter((id) => testFilter?.includes(id) ?? true);
    const { lines, lost } = await this.#ask({ mutant: activeMutant.id, schedules: ids });
    const nrOfTests = lines.length;
    const killed = (by: string, failureMessage: string): MutantRunResult => ({
      status: MutantRunStatus.Killed,
      killedBy: [by],
      failureMessage,
      nrOfTests,
    });
    const next = ids[lines.length] ?? 'the end';
    if (lost === 'silent') return { status: MutantRunStatus.Timeout, reason: `nothing came of ${next}` };
    if (lost === 'ended') return killed(next, 'process: it ended, of too much memory for one');
    const last = lines.at(-1);
    if (last?.kind === 'killed') return killed(last.schedule, `${last.by}: ${last.message}`);
    if (last?.kind === 'threw') return killed(last.schedule ?? next, `suite: ${last.message}`);
    return { status: MutantRunStatus.Survived, nrOfTests: ids.length };
  }

  dispose(): Promise<void> {
    this.#killer?.stop();
    return Promise.resolve();
  }

  async #ask(question: Question): Promise<Answer> {
    if (this.#killer === undefined || this.#killer.asked >= MUTANTS_PER_KILLER) {
      this.#killer?.stop();
      this.#killer = new Killer();
    }
    const answer = await this.#killer.ask(question);
    if (answer.lost !== undefined) {
      this.#killer.stop();
      this.#killer = undefined;
    }
    return answer;
  }
}
