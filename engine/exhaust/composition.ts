/**
 * What exhaustive search explores: nodes with local states, and messages in flight between them, given by pure
 * functions over values that have keys. Equal keys, equal values: each pair of a local state and an event is asked
 * for once and remembered as a number.
 */

/** What a node does in one step. */
export interface Outcome<Local, Message> {
  readonly local: Local;
  readonly sends: readonly Message[];
  /** The step itself breaks something: which property, and how. */
  readonly broken?: Broken;
}

/** What is broken, and how. */
export interface Broken {
  readonly property: string;
  readonly text: string;
}

/** Something that a node does without a message: a timer goes off, an application asks, it crashes. */
export interface Act<Local, Message> extends Outcome<Local, Message> {
  /** Says what it is, for schedules and people. Acts of one local state have different names. */
  readonly name: string;
  /** Index of the budget that it takes one from. @default none: it is free */
  readonly budget?: number;
  /** Whether it waits until nothing is in flight that can be delivered and no act that does not wait is possible: 1; nor one of rest 1: 2. @default it does not wait */
  readonly atRest?: 1 | 2;
}

/** Something that happens a bounded number of times. */
export interface Budget {
  readonly name: string;
  /** At most 15. */
  readonly max: number;
}

/** Renames nodes, and what mentions them, without changing what happens. */
export interface Symmetry<Local, Message> {
  /** By node: its image. */
  readonly nodes: readonly number[];
  /** The image of a local state of `node`, a local state of `nodes[node]`. */
  local(node: number, local: Local): Local;
  message(message: Message): Message;
}

/** Nodes that exchange messages over a network that delivers what is in flight in any order, and holds one copy of each. */
export interface Composition<Local, Message> {
  /** Names of the nodes; elsewhere they are known by their position here. */
  readonly nodes: readonly string[];
  /** At most four. */
  readonly budgets: readonly Budget[];
  /** Index of the budget of lost messages. @default none is lost */
  readonly lossBudget?: number;
  initial(node: number): Outcome<Local, Message>;
  localKey(node: number, local: Local): string;
  messageKey(message: Message): string;
  /** Who gets the message. */
  receiver(message: Message): number;
  /** What the node does when the message arrives; undefined if it can't arrive now. */
  receive(node: number, local: Local, message: Message): Outcome<Local, Message> | undefined;
  /** Whether the message may be lost. @default true */
  mayLose?(message: Message): boolean;
  /** Whether the message arrives before anything else happens: not sent by a node, but how a step is seen by others at once. It sends nothing. @default no message */
  prompt?(message: Message): boolean;
  /** Index of the budget that a delivery of the message takes one from: it is the environment's doing. @default none: it is free */
  deliveryBudget?(message: Message): number | undefined;
  /** Where the message is among those that must arrive in order: not before one of its lane with a smaller number that is in flight. @default none is in order */
  order?(message: Message): { readonly lane: string; readonly number: number } | undefined;
  acts(node: number, local: Local): readonly Act<Local, Message>[];
  readonly invariants: readonly Invariant<Local>[];
  /**
   * Whether the message may be delivered at once, whatever else is possible: the delivery sends nothing and commutes with
   * everything that can happen at its receiver from here on. `eagerFlaws` checks it. @default no message
   */
  eager?(node: number, local: Local, message: Message): boolean;
  /**
   * What the local state is as good as while nothing is in flight: without what only tells messages in flight from each other. A state at rest and
   * the same with all its local states settled do the same from there on, but for names. Settling twice is settling once. @default itself
   */
  settled?(node: number, local: Local): Local;
  /** All but the identity; with it they must be a group. `symmetryFlaws` checks that they change nothing. @default none */
  readonly symmetries?: readonly Symmetry<Local, Message>[];
}

/** Something that must be true of every reachable state. */
export type Invariant<Local> =
  /** Of each node by itself: asked once for each of its local states. */
  | {
      readonly id: string;
      readonly kind: 'local';
      /** Why it is broken; undefined if it holds. */
      broken(node: number, local: Local): string | undefined;
    }
  /** Of all nodes together, as far as `view` shows them: asked when what it shows changes. */
  | {
      readonly id: string;
      readonly kind: 'joint';
      /** What counts of a local state, as a text; the fewer different texts the better. */
      view(node: number, local: Local): string;
      broken(views: readonly string[]): string | undefined;
    };
