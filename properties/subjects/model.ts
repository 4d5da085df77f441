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
  roleOf,
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
import { commandEvent, timerEvent } from '../monitors/twins.ts';
import type { SubjectFacts } from '../monitors/judge.ts';
import type { Command, Reader, Reading, Report } from '../reading.ts';
import type { TreeScenario } from '../scenario.ts';

/** A symbolic frame: a message, and the counter of its link (0 for control messages). */
export interface ModelFrame {
  readonly message: Message;
  readonly counter: number;
}

/** One direction of a link, by identity: what counters count by. */
interface Lane {
  readonly from: string;
  readonly to: string;
  readonly link: number;
}

/** An output of a statechart, made ready once to be emitted many times. */
type Prepared =
  | { readonly kind: 'lane'; readonly to: string; readonly message: Message; readonly lane: Lane }
  | {
      readonly kind: 'emit';
      readonly to: string;
      readonly output: Output<ModelFrame, Report>;
      readonly rejects: boolean;
    };

/** Remembered steps of all statecharts with one set of parameters, at most. */
const MAX_REMEMBERED = 500_000;

/** What all statecharts with one set of parameters share. */
class ModelRules {
  readonly react: Memoised<ModelState, ModelEvent, Prepared>;
  readonly #timers = new Map<string, ModelEvent>();
  readonly #parameters: Parameters;
  readonly #commands = new Map<string, ModelEvent | undefined>();
  readonly #births = new Map<number, ModelEvent>();
  readonly #initial = new Map<string, ModelState>();
  readonly #lanes = new Map<string, Lane>();
  /** Of messages met; asking a map once per message is cheaper than making a key. */
  readonly #laneOf = new WeakMap<Message, Lane>();
  /** How to send a message, one object per message. */
  readonly #sends = new WeakMap<Message, Prepared>();

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
    this.react = memoise<ModelState, ModelEvent, Prepared>({
      step: (state, event) => {
        const choice = choiceFor(state, event);
        const result = step(state, choice === undefined ? event : ({ ...event, choice } as ModelEvent));
        if ('notAllowed' in result) throw new Error(`the model follows no transition: ${result.notAllowed}`);
        return { state: result.state, outputs: result.outputs.map((output) => this.#prepare(output)) };
      },
      stateKey: (state) => stateKey(state),
      eventKey: (event) => JSON.stringify(event),
      maxEntries: MAX_REMEMBERED,
    });
  }

  /** One object per timer, so that what follows from it is found by identity. */
  timer(name: string): ModelEvent {
    let event = this.#timers.get(name);
    if (event === undefined) this.#timers.set(name, (event = timerEvent(name)));
    return event;
  }

  /** The same for commands: to the statecharts, all puts of a shard are one. */
  command(command: Command): ModelEvent | undefined {
    const event = commandEvent(command, this.#parameters);
    const key = event === undefined ? '' : JSON.stringify(event);
    if (!this.#commands.has(key)) this.#commands.set(key, event);
    return this.#commands.get(key);
  }

  /** The same for starts without memory, which are most. */
  start(birth: number, memory: Memory | null): ModelEvent {
    if (memory !== null) return { type: 'start', birth, memory };
    let event = this.#births.get(birth);
    if (event === undefined) this.#births.set(birth, (event = { type: 'start', birth, memory }));
    return event;
  }

  initial(node: string, parameters: Parameters): ModelState {
    let state = this.#initial.get(node);
    if (state === undefined) this.#initial.set(node, (state = initialState(roleOf(node), node, parameters)));
    return state;
  }

  /** The lane that a message came over; undefined for control messages and garbage. */
  laneOf(message: Message): Lane | undefined {
    if (!('link' in message && 'from' in message)) return undefined;
    let lane = this.#laneOf.get(message);
    if (lane === undefined) {
      const { from, to, link } = message;
      const key = `${from} ${to} ${link}`;
      lane = this.#lanes.get(key);
      if (lane === undefined) this.#lanes.set(key, (lane = { from, to, link }));
      this.#laneOf.set(message, lane);
    }
    return lane;
  }

  #prepare(output: ModelOutput): Prepared {
    if (output.kind !== 'send') return { kind: 'emit', to: '', output, rejects: output.kind === 'reject' };
    const { to } = output;
    // A message that is known already is the one that later events are found by.
    const message = this.react.internEvent(output.message) as Message;
    let prepared = this.#sends.get(message);
    if (prepared?.to === to) return prepared;
    const lane = this.laneOf(message);
    prepared =
      lane === undefined
        ? { kind: 'emit', to, output: { kind: 'send', to, frame: { message, counter: 0 } }, rejects: false }
        : { kind: 'lane', to, message, lane };
    this.#sends.set(message, prepared);
    return prepared;
  }
}

/** Sets of parameters whose rules are kept, at most: the oldest are forgotten. */
const MAX_RULES = 64;
const rules = new Map<string, ModelRules>();
const rulesOf = new WeakMap<Parameters, ModelRules>();

function modelRules(parameters: Parameters): ModelRules {
  let known = rulesOf.get(parameters);
  if (known !== undefined) return known;
  const key = JSON.stringify(parameters);
  known = rules.get(key);
  if (known === undefined) {
    if (rules.size >= MAX_RULES) rules.clear();
    rules.set(key, (known = new ModelRules(parameters)));
  }
  rulesOf.set(parameters, known);
  return known;
}

/** Transitions remembered of all statecharts with these parameters. */
export function rememberedTransitions(parameters: Parameters): number {
  return modelRules(parameters).react.entries;
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
const FORGED: ModelFrame = { message: { type: 'garbage', reason: 'forged' }, counter: 0 };

interface Counter {
  last: number;
}

function counterOf(counters: Map<Lane, Counter>, lane: Lane): Counter {
  let counter = counters.get(lane);
  if (counter === undefined) counters.set(lane, (counter = { last: 0 }));
  return counter;
}

class ModelNode implements Node<ModelFrame, Command, Report> {
  readonly #rules: ModelRules;
  readonly #storage: Storage;
  #state: ModelState;
  #memory = 'null';
  /** Greatest counter accepted, and last one sent. */
  readonly #received = new Map<Lane, Counter>();
  readonly #sent = new Map<Lane, Counter>();

  constructor(scenario: TreeScenario, node: string, storage: Storage) {
    const { parameters } = scenario;
    this.#rules = modelRules(parameters);
    this.#storage = storage;
    this.#state = this.#rules.react.internState(this.#rules.initial(node, parameters));
  }

  handle(input: Input<ModelFrame, Command>, emit: (output: Output<ModelFrame, Report>) => void): void {
    if (input.kind === 'frame') {
      const { message, counter } = input.frame;
      const lane = this.#rules.laneOf(message);
      if (lane === undefined) {
        this.#take(message, emit);
        return;
      }
      const received = counterOf(this.#received, lane);
      if (counter <= received.last) this.#take(GARBAGE, emit);
      else if (this.#take(message, emit)) received.last = counter;
      return;
    }
    const event = this.#eventOf(input);
    if (event !== undefined) this.#take(event, emit);
  }

  /** @returns whether the event was not rejected */
  #take(event: ModelEvent, emit: (output: Output<ModelFrame, Report>) => void): boolean {
    const { state, outputs } = this.#rules.react(this.#state, event);
    if (state !== this.#state) this.#enter(state);
    let taken = true;
    for (const prepared of outputs) {
      if (prepared.kind === 'emit') {
        emit(prepared.output);
        if (prepared.rejects) taken = false;
      } else {
        const { to, message, lane } = prepared;
        const sent = counterOf(this.#sent, lane);
        sent.last += 1;
        emit({ kind: 'send', to, frame: { message, counter: sent.last } });
      }
    }
    return taken;
  }

  #enter(state: ModelState): void {
    this.#state = state;
    const { memory, text } = memoryWithText(state);
    if (text === this.#memory) return;
    this.#memory = text;
    this.#storage.append(memory);
  }

  #eventOf(input: Exclude<Input<ModelFrame, Command>, { kind: 'frame' }>): ModelEvent | undefined {
    switch (input.kind) {
      case 'start': {
        const memory = (this.#storage.entries().at(-1) ?? null) as Memory | null;
        this.#memory = JSON.stringify(memory);
        return this.#rules.start(input.life, memory);
      }
      case 'timer':
        return this.#rules.timer(input.timer);
      case 'command':
        return this.#rules.command(input.command);
    }
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
      return [{ to: attack['to'], from: 'x', frame: FORGED }];
    }
    if (attack.kind === 'replay' && typeof attack['message'] === 'string') {
      const flight = view.find(attack['message']);
      return flight === undefined ? [] : [{ to: flight.to, from: flight.from, frame: flight.frame }];
    }
    return [];
  },
};
