/**
 * A composition compiled as it is explored: local states and messages are small integers, and what a node does is looked
 * up in a table, which is filled by asking the composition when an entry is needed for the first time.
 */
import type { Broken, Composition, Outcome } from './composition.ts';

/** Local states of one node, at most: two of them fit one 32-bit word. */
export const MAX_LOCALS = 0x1_0000;

/** Not asked yet; cannot happen. Others are positions of outcomes. */
export const UNKNOWN = -1;
export const IMPOSSIBLE = -2;

/** A node has more local states than there is room for. */
export class ScopeError extends Error {
  override readonly name = 'ScopeError';
}

/** What a node may do by itself in one of its local states. */
export interface CompiledAct {
  readonly name: string;
  readonly outcome: number;
  /** Index of its budget; -1 if it is free. */
  readonly budget: number;
  /** 0 if it does not wait for rest. */
  readonly atRest: 0 | 1 | 2;
}

/** The tables. Numbers of locals and messages are given in the order in which they are met. */
export class Compiled<Local, Message> {
  readonly composition: Composition<Local, Message>;
  /** By message: who gets it. */
  readonly receivers: number[] = [];
  /** By message: whether it may be lost. */
  readonly losable: boolean[] = [];
  /** By message: index of the budget of its delivery; -1 if it is free. */
  readonly deliveryBudgets: number[] = [];
  /** By message: whether it must arrive in order (`Composition.order`). */
  readonly ordered: boolean[] = [];
  /** By message: those that must arrive before it if they are in flight. */
  readonly earlier: number[][] = [];
  /** By node and local state: outcome by message. Rows are filled with UNKNOWN up to the messages that are known. */
  readonly receive: Int32Array[][];
  /** By node and local state: its acts; undefined if not asked yet. */
  readonly acts: (readonly CompiledAct[] | undefined)[][];
  /** By outcome: the next local state. */
  readonly nextLocal: number[] = [];
  /** By outcome: messages that are sent. */
  readonly sends: (readonly number[])[] = [];
  /** By outcome: what the step itself breaks. */
  readonly brokenSteps = new Map<number, Broken>();
  /** By node, local states that are broken by themselves, and how. */
  readonly brokenLocals: Map<number, Broken>[];
  /** By joint invariant, node and local state: the number of its view. */
  readonly views: number[][][];
  /** By node and local state: what it is settled; undefined if not asked yet. */
  readonly settled: (number | undefined)[][];
  /** By symmetry, node and local state: the image. */
  readonly localImages: number[][][];
  /** By symmetry and message: the image. */
  readonly messageImages: number[][];
  /** How often the composition was asked what a node does. */
  asked = 0;
  /** Local states and steps that are broken. */
  brokenCount = 0;
  readonly #locals: Local[][];
  readonly #localIds: Map<string, number>[];
  readonly #messages: Message[] = [];
  readonly #messageIds = new Map<string, number>();
  readonly #lanes = new Map<string, { readonly id: number; readonly number: number }[]>();
  readonly #viewIds: Map<string, number>[];
  readonly #viewTexts: string[][];

  readonly #maxLocals: number;

  /**
   * @param withSymmetries whether images are kept: local states and messages that only are images of others are known, too
   * @param maxLocals local states of a node, at most
   */
  constructor(composition: Composition<Local, Message>, withSymmetries = false, maxLocals = MAX_LOCALS) {
    this.composition = composition;
    this.#maxLocals = Math.min(maxLocals, MAX_LOCALS);
    const perNode = <T>(): T[][] => composition.nodes.map(() => []);
    const joint = composition.invariants.filter((invariant) => invariant.kind === 'joint');
    this.receive = perNode();
    this.acts = perNode();
    this.settled = perNode();
    this.brokenLocals = composition.nodes.map(() => new Map());
    this.views = joint.map(perNode<number>);
    this.#viewIds = joint.map(() => new Map());
    this.#viewTexts = joint.map(() => []);
    this.localImages = withSymmetries ? (composition.symmetries ?? []).map(perNode<number>) : [];
    this.messageImages = this.localImages.map(() => []);
    this.#locals = perNode();
    this.#localIds = composition.nodes.map(() => new Map());
  }

  get messageCount(): number {
    return this.#messages.length;
  }

  localCount(node: number): number {
    return at(this.#locals, node).length;
  }

  localOf(node: number, local: number): Local {
    return at(at(this.#locals, node), local);
  }

  messageOf(message: number): Message {
    return at(this.#messages, message);
  }

  /** Text of a view of a joint invariant. */
  viewText(invariant: number, view: number): string {
    return at(at(this.#viewTexts, invariant), view);
  }

  /** Outcome of the start of a node. */
  initial(node: number): number {
    return this.#intern(node, this.composition.initial(node));
  }

  /** What the node does with the message: an outcome or IMPOSSIBLE. */
  received(node: number, local: number, message: number): number {
    const row = at(at(this.receive, node), local);
    const known = message < row.length ? at(row, message) : UNKNOWN;
    return known === UNKNOWN ? this.askReceive(node, local, message) : known;
  }

  /** Asks what the node does with the message, and remembers it. */
  askReceive(node: number, local: number, message: number): number {
    const rows = at(this.receive, node);
    let row = at(rows, local);
    if (row.length <= message) {
      const longer = new Int32Array(Math.max(8, 2 ** Math.ceil(Math.log2(message + 1)))).fill(UNKNOWN);
      longer.set(row);
      rows[local] = row = longer;
    }
    this.asked += 1;
    const outcome = this.composition.receive(node, this.localOf(node, local), this.messageOf(message));
    return (row[message] = outcome === undefined ? IMPOSSIBLE : this.#intern(node, outcome));
  }

  /** What the node may do by itself. */
  actsOf(node: number, local: number): readonly CompiledAct[] {
    return at(this.acts, node)[local] ?? this.askActs(node, local);
  }

  /** Asks what the node may do by itself, and remembers it. */
  askActs(node: number, local: number): readonly CompiledAct[] {
    this.asked += 1;
    const acts = this.composition.acts(node, this.localOf(node, local)).map((act): CompiledAct => ({
      name: act.name,
      outcome: this.#intern(node, act),
      budget: act.budget ?? -1,
      atRest: act.atRest ?? 0,
    }));
    at(this.acts, node)[local] = acts;
    return acts;
  }

  /** What the local state is as good as while nothing is in flight. */
  settledOf(node: number, local: number): number {
    const row = at(this.settled, node);
    const known = row[local];
    if (known !== undefined) return known;
    const settled = this.composition.settled?.(node, this.localOf(node, local));
    return (row[local] = settled === undefined ? local : this.internLocal(node, settled));
  }

  /** Makes a local state known. @returns its number @throws ScopeError if there is no room for it */
  internLocal(node: number, local: Local): number {
    const key = this.composition.localKey(node, local);
    const ids = at(this.#localIds, node);
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = ids.size;
    if (id >= this.#maxLocals)
      throw new ScopeError(
        `${this.composition.nodes[node] ?? 'a node'} has more than ${String(this.#maxLocals)} local states`,
      );
    ids.set(key, id);
    at(this.#locals, node).push(local);
    at(this.receive, node).push(new Int32Array(0));
    at(this.acts, node).push(undefined);
    this.#judge(node, id, local);
    this.localImages.forEach((images, index) => {
      const symmetry = at(this.composition.symmetries ?? [], index);
      const image = at(symmetry.nodes, node);
      at(images, node)[id] = this.internLocal(image, symmetry.local(node, local));
    });
    return id;
  }

  /** Makes a message known. @returns its number */
  internMessage(message: Message): number {
    const { composition } = this;
    const key = composition.messageKey(message);
    const known = this.#messageIds.get(key);
    if (known !== undefined) return known;
    const id = this.#messages.length;
    this.#messageIds.set(key, id);
    this.#messages.push(message);
    this.receivers.push(composition.receiver(message));
    this.losable.push(composition.mayLose?.(message) ?? true);
    this.deliveryBudgets.push(composition.deliveryBudget?.(message) ?? -1);
    this.#queue(id, message);
    this.messageImages.forEach((images, index) => {
      images[id] = this.internMessage(at(composition.symmetries ?? [], index).message(message));
    });
    return id;
  }

  #queue(id: number, message: Message): void {
    this.earlier[id] = [];
    const place = this.composition.order?.(message);
    this.ordered[id] = place !== undefined;
    if (place === undefined) return;
    const { lane, number } = place;
    let others = this.#lanes.get(lane);
    if (others === undefined) this.#lanes.set(lane, (others = []));
    for (const other of others) {
      if (other.number < number) at(this.earlier, id).push(other.id);
      else if (other.number > number) at(this.earlier, other.id).push(id);
    }
    others.push({ id, number });
  }

  #intern(node: number, { local, sends, broken }: Outcome<Local, Message>): number {
    const outcome = this.nextLocal.length;
    this.nextLocal.push(this.internLocal(node, local));
    this.sends.push(Array.from(new Set(sends.map((message) => this.internMessage(message)))));
    if (broken !== undefined) {
      this.brokenSteps.set(outcome, broken);
      this.brokenCount += 1;
    }
    return outcome;
  }

  #judge(node: number, id: number, local: Local): void {
    let joint = 0;
    for (const invariant of this.composition.invariants) {
      if (invariant.kind === 'local') {
        const text = invariant.broken(node, local);
        const broken = at(this.brokenLocals, node);
        if (text === undefined || broken.has(id)) continue;
        broken.set(id, { property: invariant.id, text });
        this.brokenCount += 1;
        continue;
      }
      const text = invariant.view(node, local);
      const ids = at(this.#viewIds, joint);
      let view = ids.get(text);
      if (view === undefined) {
        ids.set(text, (view = ids.size));
        at(this.#viewTexts, joint).push(text);
      }
      at(at(this.views, joint), node)[id] = view;
      joint += 1;
    }
  }
}

/** An element that is there. */
export function at<T>(list: { readonly [index: number]: T; readonly length: number }, index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`nothing at ${String(index)} of ${String(list.length)}`);
  return value;
}
