/** For tests: some nodes, one FIFO queue, timers that fire by name. No loss, no counters, no time. */

import type { ModelEvent, ModelOutput } from './events.ts';
import { roleOf } from './events.ts';
import type { Message, NodeName, Report } from './messages.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import type { Parameters } from './parameters.ts';
import { choiceFor, initialState, memoryOf, step } from './step.ts';
import type { ModelState } from './step.ts';
import type { Memory } from './events.ts';

/** A message on its way. */
export interface InFlight {
  readonly from: NodeName;
  readonly to: NodeName;
  readonly message: Message;
}

/** A closed world of statecharts. */
export class TestWorld {
  readonly parameters: Parameters;
  readonly states = new Map<NodeName, ModelState>();
  readonly timers = new Map<NodeName, Set<string>>();
  readonly reports: { node: NodeName; report: Report }[] = [];
  readonly rejections: { node: NodeName; event: ModelEvent }[] = [];
  queue: InFlight[] = [];
  #births = 0;

  constructor(parameters: Partial<Parameters> = {}) {
    this.parameters = { ...DEFAULT_PARAMETERS, ...parameters };
  }

  /** The state of a node, made on first use. */
  state(node: NodeName): ModelState {
    const known = this.states.get(node);
    if (known) return known;
    const state = initialState(roleOf(node), node, this.parameters);
    this.states.set(node, state);
    return state;
  }

  /** Gives a node an event (with the heap policy's choice) and returns what it puts out. */
  give(node: NodeName, event: ModelEvent): readonly ModelOutput[] {
    const state = this.state(node);
    const choice = choiceFor(state, event);
    const result = step(state, choice ? ({ ...event, choice } as ModelEvent) : event);
    if ('notAllowed' in result) throw new Error(result.notAllowed);
    this.states.set(node, result.state);
    const timers = this.timers.get(node) ?? new Set();
    this.timers.set(node, timers);
    for (const output of result.outputs) {
      if (output.kind === 'send') this.queue.push({ from: node, to: output.to, message: output.message });
      if (output.kind === 'set-timer') timers.add(output.timer);
      if (output.kind === 'cancel-timer') timers.delete(output.timer);
      if (output.kind === 'report') this.reports.push({ node, report: output.report });
      if (output.kind === 'reject') this.rejections.push({ node, event });
    }
    return result.outputs;
  }

  /** Starts nodes without memory, each fully before the next. */
  start(...nodes: readonly NodeName[]): void {
    for (const node of nodes) {
      this.startWith(node, null);
      this.run();
    }
  }

  /** Starts a node with a memory. */
  startWith(node: NodeName, memory: Memory | null): readonly ModelOutput[] {
    return this.give(node, { type: 'start', birth: ++this.#births, memory });
  }

  /** Crashes a node: its timers and its volatile state are gone. Returns its storage. */
  crash(node: NodeName): Memory | null {
    const memory = memoryOf(this.state(node));
    this.give(node, { type: 'crash' });
    this.timers.get(node)?.clear();
    return memory;
  }

  /** Delivers everything that is on its way, but what `isLost`. */
  run(isLost: (one: InFlight) => boolean = () => false): void {
    for (let steps = 0; this.queue.length > 0; steps++) {
      if (steps > 10_000) throw new Error('the queue never gets empty');
      const one = this.queue.shift();
      if (one && !isLost(one)) this.give(one.to, one.message);
    }
  }

  /** Fires a timer, set or not. */
  fire(node: NodeName, timer: string): readonly ModelOutput[] {
    this.timers.get(node)?.delete(timer);
    const [name = '', suspect] = timer.split(':');
    const event =
      suspect === undefined ? { type: `timer.${name}` } : { type: `timer.${name}`, node: suspect };
    return this.give(node, event as ModelEvent);
  }

  /** Reports of one type, of one node or all. */
  reported<T extends Report['type']>(type: T, node?: NodeName): Extract<Report, { type: T }>[] {
    return this.reports
      .filter((one) => one.report.type === type && (node === undefined || one.node === node))
      .map((one) => one.report as Extract<Report, { type: T }>);
  }
}
