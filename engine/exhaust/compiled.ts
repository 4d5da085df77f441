/**
 * A composition compiled as it is explored: local states and messages are small integers, and what a node does is looked
 * up in a table, which is filled by asking the composition when an entry is needed for the first time.
 */
import type { Broken, Composition, Invariant, Outcome } from './composition.ts';
import { rankOfText } from './rank.ts';
import {
  IMPOSSIBLE,
  Lanes,
  planOf,
  UNKNOWN,
  type CompiledAct,
  type JointQuestion,
  type LanePlace,
  type Plan,
  type Tables,
} from './tables.ts';

export { IMPOSSIBLE, UNKNOWN, type CompiledAct } from './tables.ts';

/** Local states of one node, at most: two of them fit one 32-bit word. */
export const MAX_LOCALS = 0x1_0000;

/** A node has more local states than there is room for. */
export class ScopeError extends Error {
  override readonly name = 'ScopeError';
}

/** The tables, and what their numbers stand for. */
export class Compiled<Local, Message> implements Tables {
  readonly composition: Composition<Local, Message>;
  readonly plan: Plan;
  readonly receivers: number[] = [];
  readonly losable: boolean[] = [];
  readonly deliveryBudgets: number[] = [];
  readonly ordered: boolean[] = [];
  readonly messageRanks: number[] = [];
  readonly localRanks: number[][];
  readonly receive: Int32Array[][];
  readonly acts: (readonly CompiledAct[] | undefined)[][];
  readonly nextLocal: number[] = [];
  readonly sends: (readonly number[])[] = [];
  readonly brokenSteps = new Map<number, Broken>();
  readonly brokenLocals: Map<number, Broken>[];
  readonly views: number[][][];
  /** By node and local state: what it is settled; undefined if not asked yet. */
  readonly settled: (number | undefined)[][];
  readonly localImages: number[][][];
  readonly messageImages: number[][];
  /** By message: its place in its lane. */
  readonly places: (LanePlace | undefined)[] = [];
  /** How often the composition was asked what a node does. */
  asked = 0;
  brokenCount = 0;
  /** Answers are given at once. */
  isMissing = false;
  readonly #locals: Local[][];
  readonly #localIds: Map<string, number>[];
  readonly #messages: Message[] = [];
  readonly #messageIds = new Map<string, number>();
  readonly #lanes = new Lanes();
  readonly #joints: readonly Joint<Local>[];
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
    this.plan = planOf(composition);
    const perNode = <T>(): T[][] => composition.nodes.map(() => []);
    const joint = composition.invariants.filter((invariant) => invariant.kind === 'joint');
    this.#joints = joint;
    this.localRanks = perNode();
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

  get earlier(): readonly (readonly number[])[] {
    return this.#lanes.earlier;
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

  isAtOnce(node: number, local: number, message: number, withEager: boolean): boolean {
    const { composition } = this;
    const content = this.messageOf(message);
    if (composition.prompt?.(content) === true) return true;
    return withEager && composition.eager?.(node, this.localOf(node, local), content) === true;
  }

  judgeJoint({ joint, views }: JointQuestion): Broken | undefined {
    const invariant = at(this.#joints, joint);
    const texts = at(this.#viewTexts, joint);
    const text = invariant.broken(views.map((view) => at(texts, view)));
    return text === undefined ? undefined : { property: invariant.id, text };
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
    at(this.localRanks, node).push(rankOfText(`${String(node)} ${key}`));
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
    this.messageRanks.push(rankOfText(key));
    this.receivers.push(composition.receiver(message));
    this.losable.push(composition.mayLose?.(message) ?? true);
    this.deliveryBudgets.push(composition.deliveryBudget?.(message) ?? -1);
    const place = composition.order?.(message);
    this.places.push(place);
    this.ordered.push(place !== undefined);
    this.#lanes.put(id, place);
    this.messageImages.forEach((images, index) => {
      images[id] = this.internMessage(at(composition.symmetries ?? [], index).message(message));
    });
    return id;
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

type Joint<Local> = Extract<Invariant<Local>, { kind: 'joint' }>;

/** An element that is there. */
export function at<T>(list: { readonly [index: number]: T; readonly length: number }, index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`nothing at ${String(index)} of ${String(list.length)}`);
  return value;
}
