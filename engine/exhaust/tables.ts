/** What the hot loop of a search looks things up in: numbers only. `Compiled` fills such tables by asking; a thread has a copy of them (`Mirror`). */
import type { Broken, Composition } from './composition.ts';

/** Not asked yet; cannot happen; asked, but the answer is not here yet. Others are positions of outcomes. */
export const UNKNOWN = -1;
export const IMPOSSIBLE = -2;
export const MISSING = -3;

/** What a node may do by itself in one of its local states. */
export interface CompiledAct {
  readonly name: string;
  readonly outcome: number;
  /** Index of its budget; -1 if it is free. */
  readonly budget: number;
  /** 0 if it does not wait for rest. */
  readonly atRest: 0 | 1 | 2;
}

/** What of a composition counts for the hot loop, beside tables. */
export interface Plan {
  readonly nodes: number;
  /** By budget. */
  readonly maxima: readonly number[];
  /** Index of the budget of lost messages; -1 if none is lost. */
  readonly lossBudget: number;
  /** Whether some messages must arrive in order. */
  readonly isOrdered: boolean;
  /** Whether some messages are prompt, or eager. */
  readonly isPrompt: boolean;
  readonly isEager: boolean;
  /** Whether local states settle. */
  readonly settles: boolean;
  /** How many invariants are joint. */
  readonly joints: number;
  /** By symmetry and node: its image. */
  readonly symmetries: readonly (readonly number[])[];
}

/** A combination of views that a joint invariant is asked about. */
export interface JointQuestion {
  readonly joint: number;
  readonly views: readonly number[];
}

/** The tables. Numbers of locals and messages are given in the order in which they are met. */
export interface Tables {
  readonly plan: Plan;
  readonly messageCount: number;
  /** By message: who gets it. */
  readonly receivers: readonly number[];
  /** By message: whether it may be lost. */
  readonly losable: readonly boolean[];
  /** By message: index of the budget of its delivery; -1 if it is free. */
  readonly deliveryBudgets: readonly number[];
  /** By message: whether it must arrive in order (`Composition.order`). */
  readonly ordered: readonly boolean[];
  /** By message: those that must arrive before it if they are in flight. */
  readonly earlier: readonly (readonly number[])[];
  /** By message, and by node and local state: what they add to the rank of a state (`rankOf`). */
  readonly messageRanks: readonly number[];
  readonly localRanks: readonly (readonly number[])[];
  /** By node and local state: outcome by message. Rows are filled with UNKNOWN up to the messages that are known. */
  readonly receive: readonly Int32Array[][];
  /** By node and local state: its acts; undefined if not asked yet. */
  readonly acts: readonly (readonly CompiledAct[] | undefined)[][];
  /** By outcome: the next local state. */
  readonly nextLocal: readonly number[];
  /** By outcome: messages that are sent. */
  readonly sends: readonly (readonly number[])[];
  /** By outcome: what the step itself breaks. */
  readonly brokenSteps: ReadonlyMap<number, Broken>;
  /** By node, local states that are broken by themselves, and how. */
  readonly brokenLocals: readonly ReadonlyMap<number, Broken>[];
  /** Local states and steps that are broken. */
  readonly brokenCount: number;
  /** By joint invariant, node and local state: the number of its view. */
  readonly views: readonly (readonly number[])[][];
  /** By symmetry, node and local state: the image. */
  readonly localImages: readonly (readonly number[])[][];
  /** By symmetry and message: the image. */
  readonly messageImages: readonly (readonly number[])[];
  /** Whether an answer was missing since somebody last set it to false. */
  isMissing: boolean;
  /** What a node does with a message: an outcome, IMPOSSIBLE or MISSING. */
  received(node: number, local: number, message: number): number;
  /** The same, if it was not asked yet. */
  askReceive(node: number, local: number, message: number): number;
  /** What a node may do by itself, if it was not asked yet; undefined if the answer is missing. */
  askActs(node: number, local: number): readonly CompiledAct[] | undefined;
  /** What a local state is as good as while nothing is in flight; the local state itself if the answer is missing. */
  settledOf(node: number, local: number): number;
  /** Whether the message is prompt, or is asked for and is eager; undefined if the answer is missing. */
  isAtOnce(node: number, local: number, message: number, withEager: boolean): boolean | undefined;
  /** What a combination of views breaks; undefined if nothing; null if the answer is missing. */
  judgeJoint(question: JointQuestion): Broken | undefined | null;
}

/** What of a composition the hot loop needs. */
export function planOf<L, M>(composition: Composition<L, M>): Plan {
  const { nodes, budgets, lossBudget, invariants, symmetries = [] } = composition;
  return {
    nodes: nodes.length,
    maxima: budgets.map(({ max }) => max),
    lossBudget: lossBudget ?? -1,
    isOrdered: composition.order !== undefined,
    isPrompt: composition.prompt !== undefined,
    isEager: composition.eager !== undefined,
    settles: composition.settled !== undefined,
    joints: invariants.filter(({ kind }) => kind === 'joint').length,
    symmetries: symmetries.map((symmetry) => symmetry.nodes),
  };
}

/** Place of each of a message's lane among the others: by message, those that must arrive before it. */
export class Lanes {
  /** By message. */
  readonly earlier: number[][] = [];
  readonly #lanes = new Map<string, { readonly id: number; readonly number: number }[]>();

  /** Puts the next message into its lane, if it has one. */
  put(id: number, place: LanePlace | undefined): void {
    this.earlier[id] = [];
    if (place === undefined) return;
    const { lane, number } = place;
    let others = this.#lanes.get(lane);
    if (others === undefined) this.#lanes.set(lane, (others = []));
    for (const other of others) {
      if (other.number < number) this.earlier[id]?.push(other.id);
      else if (other.number > number) this.earlier[other.id]?.push(id);
    }
    others.push({ id, number });
  }
}

export interface LanePlace {
  readonly lane: string;
  readonly number: number;
}
