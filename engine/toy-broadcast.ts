/**
 * A toy protocol to try the engine on: `s` broadcasts numbered texts to receivers, which store, deliver and
 * acknowledge them; `s` repeats what is not acknowledged. Bugs can be planted. It is also the smallest example of
 * what a harness is.
 */
import { Buffer } from 'node:buffer';
import type { BaseScenario, Input, Node, Output, Storage, Subject } from './subject.ts';
import type { Coverage } from './coverage.ts';
import type { Attack } from './move.ts';
import type { Monitor, Property, Standing, Violation } from './monitor.ts';
import type { Harness, Injection, Meter, WorldView } from './harness.ts';
import type { Step } from './trace.ts';
import type { CampaignSetup } from './batch.ts';
import { DEFAULT_STRATEGY, type Strategy } from './defaults.ts';

/** `proof` stands for a signature: an outsider cannot make it, but can replay it. */
export interface ToyFrame {
  readonly kind: 'data' | 'ack';
  readonly seq: number;
  readonly proof: string;
}
export type ToyCommand = { readonly kind: 'say' } | { readonly kind: 'leave' } | { readonly kind: 'inspect' };
export type ToyReport =
  | { readonly kind: 'said' | 'delivered'; readonly seq: number }
  | { readonly kind: 'stored'; readonly seqs: readonly number[] };

/** What is wrong with the subject. */
export type ToyBug =
  | 'none'
  /** Receivers deliver before they store, and never store: what is repeated after a restart is delivered twice. */
  | 'forgets'
  /** Receivers take data without proof. */
  | 'trusts'
  /** Nothing is repeated. */
  | 'no-retry'
  /** Receivers throw at what they have already. */
  | 'throws'
  /** Receivers set a timer of 0 ms that sets itself again. */
  | 'spins'
  /** Each acknowledgement is answered with another. */
  | 'echoes'
  /** Receivers emit without end. */
  | 'floods'
  /** A counter outside of the node leaks in. */
  | 'leaks';

export type ToyHarness = Harness<ToyFrame, ToyCommand, ToyReport, BaseScenario>;
type ToyStep = Step<ToyFrame, ToyCommand, ToyReport>;
type Emit = (output: Output<ToyFrame, ToyReport>) => void;

const RETRY_MS = 400;
let leak = 0;

export function toyScenario(receivers = 3): BaseScenario {
  const names = Array.from({ length: receivers }, (_, at) => `r${String(at + 1)}`);
  const nodes = ['s', ...names];
  return { name: 'toy', nodes, core: nodes, latencyMs: 10, prologueMs: 50, settleMs: 8_000 };
}

function proofOf(seq: number): string {
  return `proof of ${String(seq)}`;
}

/** Its storage holds `{said}` per text and `{acked}` per text that all have. */
class Source implements Node<ToyFrame, ToyCommand, ToyReport> {
  readonly #receivers: readonly string[];
  readonly #storage: Storage;
  readonly #bug: ToyBug;
  readonly #missing = new Map<number, Set<string>>();
  #said = 0;

  constructor(receivers: readonly string[], storage: Storage, bug: ToyBug) {
    this.#receivers = receivers;
    this.#storage = storage;
    this.#bug = bug;
  }

  handle(input: Input<ToyFrame, ToyCommand>, emit: Emit): void {
    switch (input.kind) {
      case 'start':
        this.#said = this.#storage.entries().length;
        for (let seq = 1; seq <= this.#said; seq += 1) this.#missing.set(seq, new Set(this.#receivers));
        this.#repeat(emit);
        break;
      case 'command':
        if (input.command.kind === 'say') this.#say(emit);
        break;
      case 'timer':
        this.#repeat(emit);
        break;
      case 'frame': {
        const { frame, from } = input;
        if (frame.kind !== 'ack') return;
        const missing = this.#missing.get(frame.seq);
        missing?.delete(from);
        if (missing?.size === 0) this.#missing.delete(frame.seq);
        if (this.#bug === 'echoes')
          for (const to of this.#receivers) emit({ kind: 'send', to, frame: { ...frame, proof: 'echo' } });
        break;
      }
    }
  }

  #say(emit: Emit): void {
    this.#said += 1;
    const seq = this.#said;
    this.#storage.append(seq);
    this.#missing.set(seq, new Set(this.#receivers));
    emit({ kind: 'report', report: { kind: 'said', seq } });
    this.#repeat(emit, seq);
  }

  #repeat(emit: Emit, from = 1): void {
    for (const [seq, missing] of this.#missing)
      if (seq >= from)
        for (const to of missing)
          emit({ kind: 'send', to, frame: { kind: 'data', seq, proof: proofOf(seq) } });
    if (this.#missing.size > 0 && this.#bug !== 'no-retry')
      emit({ kind: 'set-timer', timer: 'retry', ms: RETRY_MS });
  }
}

/** Its storage holds the numbers that it has delivered. */
class Receiver implements Node<ToyFrame, ToyCommand, ToyReport> {
  readonly #storage: Storage;
  readonly #bug: ToyBug;
  readonly #delivered: Set<unknown>;

  constructor(storage: Storage, bug: ToyBug) {
    this.#storage = storage;
    this.#bug = bug;
    this.#delivered = new Set(storage.entries());
  }

  handle(input: Input<ToyFrame, ToyCommand>, emit: Emit): void {
    if (this.#bug === 'spins' && input.kind !== 'command')
      emit({ kind: 'set-timer', timer: 'spin', ms: input.kind === 'start' ? 1_000 : 0 });
    if (input.kind === 'command' && input.command.kind === 'inspect') {
      const seqs = Array.from(this.#delivered, Number);
      emit({ kind: 'report', report: { kind: 'stored', seqs } });
    }
    if (input.kind !== 'frame') return;
    const { seq, proof, kind } = input.frame;
    if (this.#bug === 'echoes' && kind === 'ack') emit({ kind: 'send', to: 's', frame: input.frame });
    if (kind !== 'data') return;
    if (proof !== proofOf(seq) && this.#bug !== 'trusts') {
      emit({ kind: 'reject', reason: 'no proof' });
      return;
    }
    this.#take(seq, emit);
  }

  gauges(): { buffer: string; size: number; bound: number }[] {
    return [{ buffer: 'delivered', size: this.#delivered.size, bound: 1_000 }];
  }

  #take(seq: number, emit: Emit): void {
    if (this.#delivered.has(seq)) {
      if (this.#bug === 'throws') throw new Error(`${String(seq)} came twice`);
    } else {
      this.#delivered.add(seq);
      if (this.#bug !== 'forgets') this.#storage.append(seq);
      emit({ kind: 'report', report: { kind: 'delivered', seq } });
    }
    leak += 1;
    const proof = this.#bug === 'leaks' ? String(leak) : proofOf(seq);
    emit({ kind: 'send', to: 's', frame: { kind: 'ack', seq, proof } });
    while (this.#bug === 'floods') emit({ kind: 'cancel-timer', timer: 'none' });
  }
}

function toySubject(bug: ToyBug): Subject<ToyFrame, ToyCommand, ToyReport, BaseScenario> {
  return {
    id: `toy-${bug}`,
    title: `toy broadcast, bug: ${bug}`,
    spawn: ({ nodes }, node, storage) =>
      node === 's' ? new Source(nodes.slice(1), storage, bug) : new Receiver(storage, bug),
    kindOf: ({ kind }) => kind,
    bytesOf: ({ kind, seq, proof }) => Buffer.from(`${kind} ${String(seq)} ${proof}`),
  };
}

function propertyOf(
  id: string,
  kind: 'safety' | 'liveness',
  monitor: () => Omit<Monitor<ToyFrame, ToyCommand, ToyReport>, 'property'>,
): Property<ToyFrame, ToyCommand, ToyReport, BaseScenario> {
  const source = 'toy';
  return { id, kind, statement: id, source, monitor: () => Object.assign(monitor(), { property: id }) };
}

/** Each text once per receiver, as far as its memory goes. */
function exactlyOnce(): Omit<Monitor<ToyFrame, ToyCommand, ToyReport>, 'property'> {
  const seen = new Map<string, Set<number>>();
  const monitor = {
    exercised: 0,
    observe(step: ToyStep): Violation | undefined {
      if (step.kind === 'event') return undefined;
      if (step.memory?.kind === 'stale' || step.memory?.kind === 'amnesiac') seen.delete(step.node);
      for (const output of step.outputs) {
        if (output.kind !== 'report' || output.report.kind !== 'delivered') continue;
        const { seq } = output.report;
        const before = seen.get(step.node) ?? new Set();
        monitor.exercised += 1;
        const message = `${step.node} delivered ${String(seq)} twice`;
        if (before.has(seq))
          return {
            property: 'exactly-once',
            message,
            step: step.index,
            node: step.node,
            verdict: 'violated',
          };
        seen.set(step.node, before.add(seq));
      }
      return undefined;
    },
  };
  return monitor;
}

/** What was delivered was said. */
function genuine(): Omit<Monitor<ToyFrame, ToyCommand, ToyReport>, 'property'> {
  const said = new Set<number>();
  const monitor = {
    exercised: 0,
    observe(step: ToyStep): Violation | undefined {
      if (step.kind === 'event') return undefined;
      for (const output of step.outputs) {
        if (output.kind !== 'report' || output.report.kind === 'stored') continue;
        const { kind, seq } = output.report;
        if (kind === 'said') said.add(seq);
        else monitor.exercised += 1;
        const message = `${step.node} delivered ${String(seq)}, which nobody said`;
        if (kind === 'delivered' && !said.has(seq))
          return { property: 'genuine', message, step: step.index, node: step.node, verdict: 'violated' };
      }
      return undefined;
    },
  };
  return monitor;
}

/** What was said arrives. */
function arrives(): Omit<Monitor<ToyFrame, ToyCommand, ToyReport>, 'property'> {
  const said = new Set<number>();
  const delivered = new Set<string>();
  return {
    get exercised() {
      return said.size;
    },
    observe(step: ToyStep): undefined {
      if (step.kind === 'event') return;
      if (step.memory?.kind === 'stale' || step.memory?.kind === 'amnesiac') said.clear();
      for (const output of step.outputs) {
        if (output.kind !== 'report' || output.report.kind === 'stored') continue;
        if (output.report.kind === 'said') said.add(output.report.seq);
        else delivered.add(`${step.node} ${String(output.report.seq)}`);
      }
    },
    waitingFor({ up }: Standing) {
      const receivers = Array.from(up).filter((node) => node !== 's');
      const due = Array.from(said).flatMap((seq) => receivers.map((node) => `${node} ${String(seq)}`));
      return due.filter((name) => !delivered.has(name)).map((name) => `${name} was not delivered`);
    },
  };
}

function propose(view: WorldView<ToyFrame, BaseScenario>, roll: (max: number) => number): Attack | undefined {
  if (roll(2) === 0) return { kind: 'forge', to: 'r1', seq: 900 + roll(9) };
  const seen = view.seen[roll(view.seen.length)];
  return seen === undefined ? undefined : { kind: 'replay', of: seen.id };
}

function make(view: WorldView<ToyFrame, BaseScenario>, attack: Attack): readonly Injection<ToyFrame>[] {
  if (attack.kind === 'forge')
    return [
      { to: String(attack['to']), from: 's', frame: { kind: 'data', seq: Number(attack['seq']), proof: '' } },
    ];
  const original = view.find(String(attack['of']));
  return original === undefined ? [] : [{ to: original.to, from: original.from, frame: original.frame }];
}

/** Numbers that were delivered anywhere, but never said. */
function invented(steps: readonly ToyStep[]): Set<number> {
  const said = new Set<number>();
  const delivered = new Set<number>();
  for (const step of steps) {
    if (step.kind === 'event') continue;
    for (const output of step.outputs) {
      if (output.kind !== 'report' || output.report.kind === 'stored') continue;
      (output.report.kind === 'said' ? said : delivered).add(output.report.seq);
    }
  }
  for (const seq of said) delivered.delete(seq);
  return delivered;
}

/** Counts what `s` was asked to say. */
function sayings(): Meter<ToyFrame, ToyCommand, ToyReport> {
  const counts = { said: 0 };
  return {
    counts,
    observe(step) {
      if (step.kind === 'event' || step.input.kind !== 'command') return;
      if (step.input.command.kind === 'say') counts.said += 1;
    },
  };
}

/** Who said and who delivered something. That `s` delivers what it said is a goal that is never reached. */
const wordsReached: Coverage<ToyFrame, ToyCommand, ToyReport, BaseScenario> = {
  goals: { words: ['s said', 's delivered', 'r1 delivered', 'r2 delivered', 'r3 delivered'] },
  observer() {
    const words = new Set<string>();
    return {
      covered: { words },
      observe(step) {
        if (step.kind === 'event') return;
        for (const output of step.outputs)
          if (output.kind === 'report') words.add(`${step.node} ${output.report.kind}`);
      },
    };
  },
};

/** The toy with everything that the engine can make use of. */
export function toyHarness(bug: ToyBug = 'none'): ToyHarness {
  return {
    subject: toySubject(bug),
    properties: [
      propertyOf('exactly-once', 'safety', exactlyOnce),
      propertyOf('genuine', 'safety', genuine),
      propertyOf('arrives', 'liveness', arrives),
    ],
    capabilities: ['network', 'timing', 'churn', 'outsider'],
    workload: () => {
      let left = 12;
      return {
        next: () => {
          left -= 1;
          return left < 0 ? undefined : { node: 's', command: { kind: 'say' } };
        },
      };
    },
    adversary: {
      propose: (view, random) => propose(view, (count) => random.int(0, Math.max(0, count - 1))),
      make,
    },
    meter: sayings,
    coverage: wordsReached,
    leave: { kind: 'leave' },
    inspect: { kind: 'inspect' },
    mayCrash: () => true,
    mayLeave: (_scenario, node) => node !== 's',
    pairs: {
      property: 'indifferent',
      every: 2,
      without: (schedule) => schedule.filter(({ move }) => move !== 'attack'),
      exercised: ({ schedule }) => schedule.filter(({ move }) => move === 'attack').length,
      compare: (run, runWithout) => {
        const without = invented(runWithout.trace ?? []);
        const extra = Array.from(invented(run.trace ?? [])).find((seq) => !without.has(seq));
        if (extra === undefined) return undefined;
        const message = `without the attacks, ${String(extra)} would not have been delivered`;
        return { property: 'indifferent', message, step: run.steps - 1, verdict: 'violated' };
      },
    },
  };
}

/** For campaigns over the toy. */
export function campaignHarness(
  config: unknown,
): CampaignSetup<ToyFrame, ToyCommand, ToyReport, BaseScenario> {
  const {
    bug = 'none',
    moves = 40,
    strategy = DEFAULT_STRATEGY,
  } = (config ?? {}) as { bug?: ToyBug; moves?: number; strategy?: Strategy };
  return {
    harness: toyHarness(bug),
    guided: strategy === 'guided',
    scenarioFor: (_index, random, parent) => ({
      scenario: parent ?? toyScenario(random.int(1, 3)),
      strategy: { strategy, moves },
    }),
  };
}
