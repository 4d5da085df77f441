/** For tests: a closed world in virtual time with first-in-first-out delivery. */
import { Client } from './client.ts';
import { Coordinator } from './coordinator.ts';
import { enrol, type Enrolment, type NodeKeys } from './credentials.ts';
import {
  DEFAULT_PARAMETERS,
  MemoryStorage,
  type Command,
  type Input,
  type Node,
  type Output,
  type Parameters,
  type Report,
} from './node.ts';
import { Router } from './router.ts';
import type { Role } from './messages.ts';

export const enrolment: Enrolment = enrol('tests');

export const roleOf = (node: string): Role =>
  node === 'C' ? 'coordinator' : node.startsWith('r') ? 'router' : 'client';

export const keysOf = (node: string): NodeKeys => enrolment.issue(node, roleOf(node));

/** Makes a node of the role that its name says. */
export function spawn(
  node: string,
  storage = new MemoryStorage(),
  parameters: Parameters = DEFAULT_PARAMETERS,
): Node {
  const { anchor, groupKey } = enrolment;
  const options = { node, keys: keysOf(node), anchor, parameters, storage };
  const role = roleOf(node);
  if (role === 'coordinator') return new Coordinator(options);
  return role === 'router' ? new Router(options) : new Client({ ...options, groupKey });
}

export const entropyOf = (node: string, life: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, i) => (node.charCodeAt(i % node.length) * 7 + life * 31 + i) & 255);

/** All outputs of one reaction. */
export function react(node: Node, input: Input): Output[] {
  const outputs: Output[] = [];
  node.handle(input, (output) => outputs.push(output));
  return outputs;
}

interface Due {
  readonly ms: number;
  readonly order: number;
  readonly node: string;
  readonly input: Input;
  /** Timer, or undefined for a frame. */
  readonly timer?: string;
}

export class World {
  nowMs = 0;
  readonly parameters: Parameters;
  readonly latencyMs: number;
  readonly nodes = new Map<string, Node>();
  readonly storages = new Map<string, MemoryStorage>();
  readonly lives = new Map<string, number>();
  readonly reports: { readonly node: string; readonly ms: number; readonly report: Report }[] = [];
  readonly rejects: { readonly node: string; readonly reason: string }[] = [];
  readonly sent: { readonly from: string; readonly to: string; readonly frame: Uint8Array }[] = [];
  #due: Due[] = [];
  #order = 0;
  reactions = 0;

  constructor(parameters: Partial<Parameters> = {}, latencyMs = 10) {
    this.parameters = { ...DEFAULT_PARAMETERS, ...parameters };
    this.latencyMs = latencyMs;
  }

  start(node: string, storage = this.storages.get(node) ?? new MemoryStorage()): void {
    const life = (this.lives.get(node) ?? 0) + 1;
    this.lives.set(node, life);
    this.storages.set(node, storage);
    this.nodes.set(node, spawn(node, storage, this.parameters));
    this.input(node, { kind: 'start', life, entropy: entropyOf(node, life) });
  }

  crash(node: string): void {
    this.nodes.delete(node);
    this.#due = this.#due.filter((due) => due.node !== node || due.timer === undefined);
  }

  command(node: string, command: Command): Output[] {
    return this.input(node, { kind: 'command', command });
  }

  put(node: string, key: string, value: string): Output[] {
    return this.command(node, { type: 'put', key, value });
  }

  dump(node: string): unknown {
    const [output] = this.command(node, { type: 'dump' });
    return output?.kind === 'report' && output.report.type === 'store' ? output.report.entries : undefined;
  }

  /** Frames that the network loses. */
  isLost: (from: string, to: string) => boolean = () => false;
  /** Sees every input before its node does. */
  onInput: (node: string, input: Input) => void = () => {};

  input(name: string, input: Input): Output[] {
    this.onInput(name, input);
    const node = this.nodes.get(name);
    if (node === undefined) return [];
    this.reactions += 1;
    const outputs = react(node, input);
    for (const output of outputs) {
      if (output.kind === 'send') {
        this.sent.push({ from: name, to: output.to, frame: output.frame });
        if (this.isLost(name, output.to)) continue;
        const frame: Input = { kind: 'frame', from: name, frame: output.frame };
        this.#schedule({ ms: this.nowMs + this.latencyMs, node: output.to, input: frame });
      } else if (output.kind === 'set-timer') {
        this.#cancel(name, output.timer);
        const { timer } = output;
        this.#schedule({ ms: this.nowMs + output.ms, node: name, input: { kind: 'timer', timer }, timer });
      } else if (output.kind === 'cancel-timer') this.#cancel(name, output.timer);
      else if (output.kind === 'report')
        this.reports.push({ node: name, ms: this.nowMs, report: output.report });
      else this.rejects.push({ node: name, reason: output.reason });
    }
    for (const gauge of node.gauges())
      if (gauge.size > gauge.bound)
        throw new Error(`${name}: ${gauge.buffer} ${gauge.size} > ${gauge.bound}`);
    return outputs;
  }

  run(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.#due[0];
      if (next === undefined || next.ms > end) break;
      this.#due.shift();
      this.nowMs = next.ms;
      this.input(next.node, next.input);
    }
    this.nowMs = end;
  }

  reportsOf<T extends Report['type']>(type: T, node?: string): Extract<Report, { type: T }>[] {
    return this.reports
      .filter((one) => one.report.type === type && (node === undefined || one.node === node))
      .map((one) => one.report as Extract<Report, { type: T }>);
  }

  #schedule(due: Omit<Due, 'order'>): void {
    this.#due.push({ ...due, order: this.#order++ });
    this.#due.sort((a, b) => a.ms - b.ms || a.order - b.order);
  }

  #cancel(node: string, timer: string): void {
    this.#due = this.#due.filter((due) => due.node !== node || due.timer !== timer);
  }
}
