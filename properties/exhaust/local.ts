/** A node of the protocol as exhaustive search sees it between two steps, and what is on its way between nodes. */
import type { Broken } from '../../engine/exhaust/composition.ts';
import {
  initialState,
  memoryOf,
  roleOf,
  stateKey,
  type Memory,
  type Message,
  type ModelState,
  type Parameters,
  type RecordName,
} from '../../model/index.ts';
import { canonicalText, messageText } from '../canonical.ts';

/** A node between two steps. */
export interface ExhaustLocal {
  readonly state: ModelState;
  /** What the storage holds, while the node is down; null while it runs: then it is what the statechart has. */
  readonly memory: Memory | null;
  /** Starts so far. */
  readonly life: number;
  /** The greatest version that a former life had: links made up to then are gone. */
  readonly past: number;
  /** Set timers, sorted. Heartbeats are none of them. */
  readonly timers: readonly string[];
  /** By `TO LINK`, of present links: the counter of the last frame sent. */
  readonly sent: Counters;
  /** By `FROM LINK`, of present links: the greatest counter accepted. */
  readonly received: Counters;
  /** Nodes that have gone silent, sorted. */
  readonly silent: readonly string[];
}

export type Counters = Readonly<Record<string, number>>;

/** What is on its way. */
export type ExhaustMessage =
  | {
      /** `replay`: a copy that an outsider kept. */
      readonly kind: 'frame' | 'replay';
      readonly from: string;
      readonly to: string;
      readonly message: Message;
      /** 0 for control messages. */
      readonly counter: number;
    }
  /** Not messages, but what not hearing from a node does, or hearing from it again. */
  | { readonly kind: 'silence' | 'voice'; readonly of: string; readonly to: string };

/** What a node does. */
export interface Reaction {
  readonly local: ExhaustLocal;
  readonly sends: readonly ExhaustMessage[];
  readonly broken?: Broken;
}

/** A node that never lived. */
export function unborn(node: string, parameters: Parameters): ExhaustLocal {
  const state = initialState(roleOf(node), node, parameters);
  return {
    state,
    memory: null,
    life: 0,
    past: 0,
    timers: [],
    sent: {},
    received: {},
    silent: [],
  };
}

/** Whether the process of the node is there. */
export function isUp({ state }: ExhaustLocal): boolean {
  return state.value !== 'off';
}

/** What the storage holds. */
export function storageOf(local: ExhaustLocal): Memory | null {
  return isUp(local) ? memoryOf(local.state) : local.memory;
}

/** The present link between the node and another; undefined if they are no neighbours. */
export function linkTo(state: ModelState, node: string): number | undefined {
  if (state.role === 'coordinator') {
    const place = state.context.places[node];
    return place?.parent === state.node ? place.link : undefined;
  }
  const { parent, children } = state.context;
  return parent?.node === node ? parent.link : children.find((child) => child.node === node)?.link;
}

/** Whether the node has the record: logged, delivered, written or waiting. */
export function holds({ role, context }: ModelState, { capsule, seq }: RecordName): boolean {
  if (role !== 'client') return context.log[capsule]?.includes(seq) ?? false;
  return seq <= (context.positions[capsule] ?? 0) || (context.early[capsule]?.includes(seq) ?? false);
}

/** Equal for equal locals. */
export function localText(local: ExhaustLocal): string {
  const { state, memory, life, past, timers, sent, received, silent } = local;
  return canonicalText([stateKey(state), memory, life, past, timers, sent, received, silent]);
}

const texts = new WeakMap<ExhaustMessage, string>();

/** Equal for equal messages. */
export function exhaustText(message: ExhaustMessage): string {
  let text = texts.get(message);
  if (text === undefined) {
    text =
      'of' in message
        ? `${message.kind} of ${message.of} at ${message.to}`
        : `${message.kind} ${message.from}>${message.to} ${String(message.counter)} ${messageText(message.message)}`;
    texts.set(message, text);
  }
  return text;
}
