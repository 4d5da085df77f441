/**
 * The statecharts as a subject: symbolic nodes under a symbolic link layer. What real nodes do with keys and counters,
 * this layer does with labels: a frame whose counter is not greater than the last one accepted is garbage.
 */
import {
  memoise,
  type Adversary,
  type Attack,
  type Input,
  type Memoised,
  type Node,
  type Output,
  type Random,
  type Storage,
  type Subject,
  type WorldView,
} from '../../engine/index.ts';
import {
  choiceFor,
  initialState,
  memoryOf,
  stateKey,
  step,
  type Memory,
  type Message,
  type ModelEvent,
  type ModelOutput,
  type ModelState,
  type Parameters,
} from '../../model/index.ts';
import { messageText } from '../canonical.ts';
import { commandEvent, roleOf, timerEvent } from '../monitors/conformance.ts';
import type { SubjectFacts } from '../monitors/judge.ts';
import type { Command, Reader, Reading, Report } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';

/** A symbolic frame: a message, and the counter of its link (0 for control messages). */
export interface ModelFrame {
  readonly message: Message;
  readonly counter: number;
}

/** Remembered steps of all statecharts with one set of parameters, at most. */
const MAX_REMEMBERED = 500_000;

export type ModelReact = Memoised<ModelState, ModelEvent, ModelOutput>;

const reacts = new Map<string, ModelReact>();

/** The remembered step function of all statecharts with these parameters; the coordinator follows the heap policy. */
export function modelReact(parameters: Parameters): ModelReact {
  const key = JSON.stringify(parameters);
  let react = reacts.get(key);
  if (react === undefined) {
    react = memoise<ModelState, ModelEvent, ModelOutput>({
      step(state, event) {
        const choice = choiceFor(state, event);
        const result = step(state, choice === undefined ? event : ({ ...event, choice } as ModelEvent));
        if ('notAllowed' in result) throw new Error(`the model follows no transition: ${result.notAllowed}`);
        return result;
      },
      stateKey: (state) => stateKey(state),
      eventKey: (event) => JSON.stringify(event),
      outputKey: (output) => JSON.stringify(output),
      maxEntries: MAX_REMEMBERED,
    });
    reacts.set(key, react);
  }
  return react;
}

interface Remembered {
  readonly memory: Memory | null;
  readonly text: string;
}

const memories = new WeakMap<ModelState, Remembered>();

function memoryWithText(state: ModelState): Remembered {
  let known = memories.get(state);
  if (known === undefined) {
    const memory = memoryOf(state);
    memories.set(state, (known = { memory, text: JSON.stringify(memory) }));
  }
  return known;
}

const GARBAGE: ModelEvent = { type: 'garbage', reason: 'counter' };

class ModelNode implements Node<ModelFrame, Command, Report> {
  readonly #react: ModelReact;
  readonly #storage: Storage;
  #state: ModelState;
  #memory = 'null';
  /** Greatest counter accepted, and last one sent, by peer and link. */
  readonly #received = new Map<string, number>();
  readonly #sent = new Map<string, number>();

  constructor(scenario: TreeScenario, node: string, storage: Storage) {
    this.#react = modelReact(scenario.parameters);
    this.#storage = storage;
    this.#state = this.#react.internState(initialState(roleOf(node), node, scenario.parameters));
  }

  handle(input: Input<ModelFrame, Command>, emit: (output: Output<ModelFrame, Report>) => void): void {
    const event = this.#eventOf(input);
    if (event === undefined) return;
    const { state, outputs } = this.#react(this.#state, event);
    if (state !== this.#state) {
      this.#state = state;
      const { memory, text } = memoryWithText(state);
      if (text !== this.#memory) {
        this.#memory = text;
        this.#storage.append(memory);
      }
    }
    let rejected = false;
    for (const output of outputs) {
      if (output.kind === 'send') emit({ kind: 'send', to: output.to, frame: this.#frameOf(output.message) });
      else emit(output);
      rejected ||= output.kind === 'reject';
    }
    if (input.kind === 'frame' && !rejected) {
      const { message, counter } = input.frame;
      if ('link' in message && 'from' in message)
        this.#received.set(`${message.from} ${message.link}`, counter);
    }
  }

  #eventOf(input: Input<ModelFrame, Command>): ModelEvent | undefined {
    switch (input.kind) {
      case 'start': {
        const memory = (this.#storage.entries().at(-1) ?? null) as Memory | null;
        this.#memory = JSON.stringify(memory);
        return { type: 'start', birth: input.life, memory };
      }
      case 'timer':
        return timerEvent(input.timer);
      case 'command':
        return commandEvent(input.command);
      case 'frame': {
        const { message, counter } = input.frame;
        if (!('link' in message && 'from' in message)) return message;
        return counter > (this.#received.get(`${message.from} ${message.link}`) ?? 0) ? message : GARBAGE;
      }
    }
  }

  #frameOf(message: Message): ModelFrame {
    if (!('link' in message && 'from' in message)) return { message, counter: 0 };
    const key = `${message.to} ${message.link}`;
    const counter = (this.#sent.get(key) ?? 0) + 1;
    this.#sent.set(key, counter);
    return { message, counter };
  }
}

const encoder = new TextEncoder();

/** The statecharts, with the heap policy, as a subject of their own. */
export const modelSubject: Subject<ModelFrame, Command, Report, TreeScenario> = {
  id: 'model',
  title: 'the statecharts themselves, symbolic, with the heap policy',
  spawn: (scenario, node, storage) => new ModelNode(scenario, node, storage),
  kindOf: ({ message }) => message.type,
  bytesOf: (frame) => encoder.encode(JSON.stringify(frame)),
};

const readings = new WeakMap<ModelFrame, Reading>();

const modelReader: Reader<ModelFrame> = {
  learn: () => undefined,
  birthOf: (start) => start.life,
  read(frame) {
    let reading = readings.get(frame);
    if (reading === undefined) {
      const { message, counter } = frame;
      readings.set(frame, (reading = { message, counter, text: messageText(message), timestamp: 0 }));
    }
    return reading;
  },
};

export const modelFacts: SubjectFacts<ModelFrame> = {
  id: 'model',
  reader: () => modelReader,
  payloads: false,
  secrets: undefined,
};

/** Symbolic attacks: what an outsider makes without keys is garbage; what it copies is a replay. */
export const modelAdversary: Adversary<ModelFrame, TreeScenario> = {
  propose(view: WorldView<ModelFrame, TreeScenario>, random: Random): Attack | undefined {
    if (view.seen.length === 0 || random.chance(40)) {
      return { kind: 'forge', to: random.pick(view.scenario.nodes) };
    }
    const { id } = random.pick(view.seen);
    return { kind: 'replay', message: id };
  },
  make(view, attack) {
    if (attack.kind === 'forge' && typeof attack['to'] === 'string') {
      return [
        {
          to: attack['to'],
          from: 'x',
          frame: { message: { type: 'garbage', reason: 'forged' }, counter: 0 },
        },
      ];
    }
    if (attack.kind === 'replay' && typeof attack['message'] === 'string') {
      const flight = view.find(attack['message']);
      return flight === undefined ? [] : [{ to: flight.to, from: flight.from, frame: flight.frame }];
    }
    return [];
  },
};
