/**
 * The yardstick of the model: the same random walk without any kit. A loop over an array of messages and a sorted one of
 * timers calls the model's pure `step()` and remembers what it said. No engine, no subject.
 */
import {
  choiceFor,
  initialState,
  stateKey,
  step,
  type Message,
  type ModelEvent,
  type ModelOutput,
  type ModelState,
  type Parameters,
} from '../model/index.ts';
import type { TreeScenario } from '../properties/scenario.ts';
import { dice, drawMove, ELAPSE_MS_MAX, KEYS, LAST_MS, type WalkEnd, type WalkPlan } from './walk.ts';

interface Step {
  readonly state: ModelState;
  readonly outputs: readonly ModelOutput[];
}

interface Flight {
  readonly dueMs: number;
  readonly order: number;
  readonly from: string;
  readonly to: string;
  readonly message: Message;
  readonly counter: number;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly node: string;
  readonly name: string;
}

interface Actor {
  state: ModelState;
  /** By peer, then by version of the link. */
  readonly sent: Map<string, number[]>;
  readonly received: Map<string, number[]>;
}

const GARBAGE: ModelEvent = { type: 'garbage', reason: 'counter' };

/** Remembers `step()` for all walks with these parameters. */
export class HandMemo {
  readonly parameters: Parameters;
  readonly #states = new Map<string, ModelState>();
  readonly #outputs = new Map<string, ModelOutput>();
  readonly #events = new Map<string, ModelEvent>();
  readonly #steps = new Map<ModelState, Map<ModelEvent, Step>>();
  /** Steps that the statechart was asked for. */
  misses = 0;

  constructor(parameters: Parameters) {
    this.parameters = parameters;
  }

  state(state: ModelState): ModelState {
    return remember(this.#states, stateKey(state), state);
  }

  /** One object for all equal events. */
  event(event: ModelEvent): ModelEvent {
    return remember(this.#events, JSON.stringify(event), event);
  }

  step(state: ModelState, event: ModelEvent): Step {
    let row = this.#steps.get(state);
    if (row === undefined) this.#steps.set(state, (row = new Map<ModelEvent, Step>()));
    let taken = row.get(event);
    if (taken === undefined) row.set(event, (taken = this.#ask(state, event)));
    return taken;
  }

  #ask(state: ModelState, event: ModelEvent): Step {
    this.misses += 1;
    const choice = choiceFor(state, event);
    const result = step(state, choice === undefined ? event : ({ ...event, choice } as ModelEvent));
    if ('notAllowed' in result) throw new Error(result.notAllowed);
    const outputs = result.outputs.map((output) => remember(this.#outputs, JSON.stringify(output), output));
    return { state: this.state(result.state), outputs };
  }
}

function remember<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found === undefined) known.set(key, value);
  return found ?? value;
}

/** The end of a walk. */
export interface HandModelWalk extends WalkEnd {
  readonly states: ReadonlyMap<string, ModelState>;
  readonly deliveries: number;
}

/** Walks once. */
export function walkModelByHand(
  memo: HandMemo,
  scenario: TreeScenario,
  { seed, moves }: WalkPlan,
): HandModelWalk {
  const { nodes, latencyMs, parameters } = scenario;
  const draw = dice(seed);
  const clients = nodes.filter((node) => node.startsWith('c'));
  const actors = new Map<string, Actor>();
  const timerEvents = new Map<string, ModelEvent>();
  /** Latency is the same for all, so what was sent first is due first. */
  const network: Flight[] = [];
  /** Sorted, what is due first at the end. */
  const timers: Timer[] = [];
  const put = memo.event({ type: 'put' });
  let nowMs = 0;
  let order = 0;
  let steps = 0;
  let deliveries = 0;

  for (const node of nodes) {
    const role = node === 'C' ? 'coordinator' : node.startsWith('r') ? 'router' : 'client';
    const state = memo.state(initialState(role, node, parameters));
    actors.set(node, { state, sent: new Map<string, number[]>(), received: new Map<string, number[]>() });
  }

  const countersOf = (counters: Map<string, number[]>, peer: string): number[] => {
    let byLink = counters.get(peer);
    if (byLink === undefined) counters.set(peer, (byLink = []));
    return byLink;
  };
  const cancel = (node: string, name: string): void => {
    const at = timers.findIndex((timer) => timer.name === name && timer.node === node);
    if (at >= 0) timers.splice(at, 1);
  };
  const setTimer = (timer: Timer): void => {
    let at = timers.length;
    while (at > 0 && (timers[at - 1]?.dueMs ?? 0) <= timer.dueMs) at -= 1;
    timers.splice(at, 0, timer);
  };
  const timerEvent = (name: string): ModelEvent => {
    let event = timerEvents.get(name);
    if (event === undefined) {
      const [type = '', node] = name.split(':');
      event = memo.event({ type: `timer.${type}`, ...(node === undefined ? {} : { node }) } as ModelEvent);
      timerEvents.set(name, event);
    }
    return event;
  };

  /** Returns whether the event was taken, not rejected. */
  const react = (node: string, actor: Actor, event: ModelEvent): boolean => {
    steps += 1;
    let taken = true;
    const { state, outputs } = memo.step(actor.state, event);
    actor.state = state;
    for (const output of outputs) {
      switch (output.kind) {
        case 'send': {
          const { to, message } = output;
          let counter = 0;
          if ('from' in message) {
            const byLink = countersOf(actor.sent, to);
            byLink[message.link] = counter = (byLink[message.link] ?? 0) + 1;
          }
          network.push({ dueMs: nowMs + latencyMs, order: (order += 1), from: node, to, message, counter });
          break;
        }
        case 'set-timer':
          cancel(node, output.timer);
          setTimer({ dueMs: nowMs + output.ms, order: (order += 1), node, name: output.timer });
          break;
        case 'cancel-timer':
          cancel(node, output.timer);
          break;
        case 'report':
          if (output.report.type === 'delivered') deliveries += 1;
          break;
        case 'reject':
          taken = false;
          break;
      }
    }
    return taken;
  };
  const arrive = ({ to, message, counter }: Flight): void => {
    const actor = actors.get(to);
    if (actor === undefined) return;
    if (!('from' in message)) {
      react(to, actor, message);
      return;
    }
    const byLink = countersOf(actor.received, message.from);
    const fresh = counter > (byLink[message.link] ?? 0);
    if (react(to, actor, fresh ? message : GARBAGE)) byLink[message.link] = counter;
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
        const actor = actors.get(timer.node);
        if (actor !== undefined) react(timer.node, actor, timerEvent(timer.name));
      }
    }
    nowMs = endMs;
  };

  for (const [node, actor] of actors)
    react(node, actor, memo.event({ type: 'start', birth: 1, memory: null }));
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
      draw(KEYS);
      const actor = actors.get(node);
      if (actor !== undefined) react(node, actor, put);
    } else elapse(1 + draw(ELAPSE_MS_MAX));
  }
  elapse(LAST_MS);
  return { steps, deliveries, states: new Map(Array.from(actors, ([node, { state }]) => [node, state])) };
}
