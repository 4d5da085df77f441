/**
 * The yardstick of the reference: the same random walk without any kit. A loop over the nodes of the implementation with an
 * array as network and a sorted list of timers. No engine, no monitors, no trace, no names for messages.
 */
import { createHash } from 'node:crypto';
import {
  Client,
  Coordinator,
  enrol,
  MemoryStorage,
  Router,
  type Command,
  type Input,
  type Node,
  type Output,
} from '../impl/index.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import { dice, drawMove, ELAPSE_MS_MAX, KEYS, LAST_MS, type WalkEnd, type WalkPlan } from './walk.ts';

interface Flight {
  readonly dueMs: number;
  readonly order: number;
  readonly from: string;
  readonly to: string;
  readonly frame: Uint8Array;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly node: string;
  readonly name: string;
}

const enrolment = enrol('psl-verify laboratory');

function spawn(scenario: TreeScenario, node: string): Node {
  const role = node === 'C' ? 'coordinator' : node.startsWith('r') ? 'router' : 'client';
  const { anchor, groupKey } = enrolment;
  const keys = enrolment.issue(node, role);
  const options = { node, keys, anchor, parameters: scenario.parameters, storage: new MemoryStorage() };
  if (role === 'coordinator') return new Coordinator(options);
  return role === 'router' ? new Router(options) : new Client({ ...options, groupKey });
}

function entropyOf(node: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`entropy of ${node} 1`).digest().subarray(0, 16));
}

/** The end of a walk. */
export interface HandReferenceWalk extends WalkEnd {
  readonly deliveries: number;
  /** What each client's store holds, as text. */
  stores(): ReadonlyMap<string, string>;
}

/** Walks once. */
export function walkReferenceByHand(
  scenario: TreeScenario,
  { seed, moves, tag }: WalkPlan,
): HandReferenceWalk {
  const { latencyMs } = scenario;
  const draw = dice(seed);
  const clients = scenario.nodes.filter((node) => node.startsWith('c'));
  const nodes = new Map(scenario.nodes.map((node) => [node, spawn(scenario, node)]));
  /** Latency is the same for all, so what was sent first is due first. */
  const network: Flight[] = [];
  /** Sorted, what is due first at the end. */
  const timers: Timer[] = [];
  let nowMs = 0;
  let order = 0;
  let steps = 0;
  let deliveries = 0;

  const cancel = (node: string, name: string): void => {
    const at = timers.findIndex((timer) => timer.name === name && timer.node === node);
    if (at >= 0) timers.splice(at, 1);
  };
  const setTimer = (timer: Timer): void => {
    let at = timers.length;
    while (at > 0 && (timers[at - 1]?.dueMs ?? 0) <= timer.dueMs) at -= 1;
    timers.splice(at, 0, timer);
  };
  const react = (name: string, input: Input): void => {
    steps += 1;
    const outputs: Output[] = [];
    nodes.get(name)?.handle(input, (output) => outputs.push(output));
    for (const output of outputs) {
      if (output.kind === 'send') {
        const { to, frame } = output;
        network.push({ dueMs: nowMs + latencyMs, order: (order += 1), from: name, to, frame });
      } else if (output.kind === 'set-timer') {
        cancel(name, output.timer);
        setTimer({ dueMs: nowMs + output.ms, order: (order += 1), node: name, name: output.timer });
      } else if (output.kind === 'cancel-timer') cancel(name, output.timer);
      else if (output.kind === 'report' && output.report.type === 'delivered') deliveries += 1;
    }
  };
  const arrive = ({ from, to, frame }: Flight): void => {
    react(to, { kind: 'frame', from, frame });
  };
  const elapse = (ms: number): void => {
    const endMs = nowMs + ms;
    for (;;) {
      const flight = network[0];
      const timer = timers.at(-1);
      const flightFirst =
        flight !== undefined &&
        (timer === undefined ||
          flight.dueMs < timer.dueMs ||
          (flight.dueMs === timer.dueMs && flight.order < timer.order));
      const due = flightFirst ? flight : timer;
      if (due === undefined || due.dueMs > endMs) break;
      nowMs = Math.max(nowMs, due.dueMs);
      if (flightFirst) {
        network.shift();
        arrive(flight);
      } else if (timer !== undefined) {
        timers.pop();
        react(timer.node, { kind: 'timer', timer: timer.name });
      }
    }
    nowMs = endMs;
  };

  for (const node of scenario.nodes) react(node, { kind: 'start', life: 1, entropy: entropyOf(node) });
  elapse(scenario.prologueMs);
  for (let index = 0; index < moves; index += 1) {
    const kind = drawMove(draw);
    const at = kind === 'deliver' || kind === 'lose' ? draw(network.length || 1) : -1;
    const flight = network[at];
    if (flight !== undefined) {
      network.splice(at, 1);
      if (kind === 'deliver') arrive(flight);
      else steps += 1;
    } else if (kind === 'put') {
      const node = clients[draw(clients.length)] ?? '';
      const key = `key${String(draw(KEYS))}`;
      const command: Command = { type: 'put', key, value: `${tag} ${String(index)}` };
      react(node, { kind: 'command', command });
    } else elapse(1 + draw(ELAPSE_MS_MAX));
  }
  elapse(LAST_MS);
  return {
    steps,
    deliveries,
    stores: () => new Map(clients.map((client) => [client, storeOf(nodes.get(client))])),
  };
}

function storeOf(client: Node | undefined): string {
  let text = '';
  client?.handle({ kind: 'command', command: { type: 'dump' } }, (output) => {
    if (output.kind === 'report' && output.report.type === 'store')
      text = JSON.stringify(output.report.entries);
  });
  return text;
}
