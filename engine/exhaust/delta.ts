/** What tables have that a copy of them does not have yet: plain data, to be sent to other threads. */
import type { Broken } from './composition.ts';
import { at, type Compiled } from './compiled.ts';
import type { CompiledAct, JointQuestion, LanePlace } from './tables.ts';

/** What a copy was asked and could not answer. */
export interface Questions {
  readonly receive: readonly (readonly [node: number, local: number, message: number])[];
  readonly acts: readonly (readonly [node: number, local: number])[];
  readonly settled: readonly (readonly [node: number, local: number])[];
  readonly atOnce: readonly (readonly [node: number, local: number, message: number, withEager: boolean])[];
}

export interface NewLocal {
  readonly rank: number;
  readonly broken?: Broken;
  /** By joint invariant. */
  readonly views: readonly number[];
  /** By symmetry. */
  readonly images: readonly number[];
}

export interface NewMessage {
  readonly rank: number;
  readonly receiver: number;
  readonly isLosable: boolean;
  readonly budget: number;
  readonly place?: LanePlace;
  readonly images: readonly number[];
}

export interface NewOutcome {
  readonly next: number;
  readonly sends: readonly number[];
  readonly broken?: Broken;
}

/** What is new, and answers. */
export interface Delta {
  /** By node. */
  readonly locals: readonly (readonly NewLocal[])[];
  readonly messages: readonly NewMessage[];
  readonly outcomes: readonly NewOutcome[];
  readonly receive: readonly (readonly [node: number, local: number, message: number, outcome: number])[];
  readonly acts: readonly (readonly [node: number, local: number, acts: readonly CompiledAct[]])[];
  readonly settled: readonly (readonly [node: number, local: number, settled: number])[];
  readonly atOnce: readonly (readonly [node: number, local: number, message: number, isAtOnce: boolean])[];
  readonly joints: readonly (readonly [key: string, broken: Broken | undefined])[];
}

/** Answers questions, and tells what is new since it was asked last. */
export class Teller<L, M> {
  readonly #compiled: Compiled<L, M>;
  readonly #locals: number[];
  #messages = 0;
  #outcomes = 0;

  constructor(compiled: Compiled<L, M>) {
    this.#compiled = compiled;
    this.#locals = compiled.composition.nodes.map(() => 0);
  }

  /** @throws ScopeError if a node has more local states than there is room for */
  answer(questions: readonly Questions[], joints: ReadonlyMap<string, JointQuestion>): Delta {
    const compiled = this.#compiled;
    const receive = distinct(questions.flatMap((one) => one.receive)).map(
      ([node, local, message]) => [node, local, message, compiled.received(node, local, message)] as const,
    );
    const acts = distinct(questions.flatMap((one) => one.acts)).map(
      ([node, local]) => [node, local, compiled.actsOf(node, local)] as const,
    );
    const settled = distinct(questions.flatMap((one) => one.settled)).map(
      ([node, local]) => [node, local, compiled.settledOf(node, local)] as const,
    );
    const atOnce = distinct(questions.flatMap((one) => one.atOnce)).map(
      ([node, local, message, withEager]) =>
        [node, local, message, compiled.isAtOnce(node, local, message, withEager)] as const,
    );
    const answers = Array.from(joints, ([key, question]) => [key, compiled.judgeJoint(question)] as const);
    return { ...this.#news(), receive, acts, settled, atOnce, joints: answers };
  }

  #news(): Pick<Delta, 'locals' | 'messages' | 'outcomes'> {
    const compiled = this.#compiled;
    const { views, localImages, messageImages, brokenLocals, brokenSteps } = compiled;
    const locals = this.#locals.map((from, node) =>
      numbersFrom(from, compiled.localCount(node)).map((local): NewLocal => {
        const broken = at(brokenLocals, node).get(local);
        return {
          rank: at(at(compiled.localRanks, node), local),
          ...(broken === undefined ? {} : { broken }),
          views: views.map((byNode) => at(at(byNode, node), local)),
          images: localImages.map((byNode) => at(at(byNode, node), local)),
        };
      }),
    );
    const messages = numbersFrom(this.#messages, compiled.messageCount).map((message): NewMessage => {
      const place = compiled.places[message];
      return {
        rank: at(compiled.messageRanks, message),
        receiver: at(compiled.receivers, message),
        isLosable: at(compiled.losable, message),
        budget: at(compiled.deliveryBudgets, message),
        ...(place === undefined ? {} : { place }),
        images: messageImages.map((images) => at(images, message)),
      };
    });
    const outcomes = numbersFrom(this.#outcomes, compiled.nextLocal.length).map((outcome): NewOutcome => {
      const broken = brokenSteps.get(outcome);
      return {
        next: at(compiled.nextLocal, outcome),
        sends: at(compiled.sends, outcome),
        ...(broken === undefined ? {} : { broken }),
      };
    });
    locals.forEach((added, node) => (this.#locals[node] = (this.#locals[node] ?? 0) + added.length));
    this.#messages += messages.length;
    this.#outcomes += outcomes.length;
    return { locals, messages, outcomes };
  }
}

function numbersFrom(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** Threads ask the same. */
function distinct<T extends readonly unknown[]>(questions: readonly T[]): readonly T[] {
  return [...new Map(questions.map((question) => [question.join(), question])).values()];
}
