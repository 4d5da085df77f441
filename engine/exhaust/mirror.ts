/** A copy of tables in another thread: it answers what it knows, and notes what it was asked and does not know. */
import type { Broken } from './composition.ts';
import type { Delta, Questions } from './delta.ts';
import {
  Lanes,
  MISSING,
  UNKNOWN,
  type CompiledAct,
  type JointQuestion,
  type Plan,
  type Tables,
} from './tables.ts';

export class Mirror implements Tables {
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
  readonly localImages: number[][][];
  readonly messageImages: number[][];
  brokenCount = 0;
  isMissing = false;
  readonly #lanes = new Lanes();
  /** By node and local state: what it is settled; MISSING if that was asked. */
  readonly #settled: (number | undefined)[][];
  /** By node and local state: by message, whether it is delivered at once; null if that was asked. */
  readonly #atOnce: Map<number, boolean | null>[][];
  #questions = noQuestions();

  constructor(plan: Plan) {
    this.plan = plan;
    const perNode = <T>(): T[][] => Array.from({ length: plan.nodes }, () => []);
    this.localRanks = perNode();
    this.receive = perNode();
    this.acts = perNode();
    this.brokenLocals = Array.from({ length: plan.nodes }, () => new Map());
    this.views = Array.from({ length: plan.joints }, perNode<number>);
    this.localImages = plan.symmetries.map(perNode<number>);
    this.messageImages = plan.symmetries.map(() => []);
    this.#settled = perNode();
    this.#atOnce = perNode();
  }

  get messageCount(): number {
    return this.receivers.length;
  }

  get earlier(): readonly (readonly number[])[] {
    return this.#lanes.earlier;
  }

  /** What it was asked and does not know, since this was called last. */
  takeQuestions(): Questions {
    const questions = this.#questions;
    this.#questions = noQuestions();
    return questions;
  }

  /** Takes in what is new, and answers. */
  learn(delta: Delta): void {
    delta.messages.forEach(({ rank, receiver, isLosable, budget, place, images }) => {
      const id = this.receivers.length;
      this.messageRanks.push(rank);
      this.receivers.push(receiver);
      this.losable.push(isLosable);
      this.deliveryBudgets.push(budget);
      this.ordered.push(place !== undefined);
      this.#lanes.put(id, place);
      images.forEach((image, symmetry) => this.messageImages[symmetry]?.push(image));
    });
    delta.locals.forEach((locals, node) => {
      for (const { rank, broken, views, images } of locals) {
        const rows = this.receive[node] as Int32Array[];
        const id = rows.length;
        rows.push(new Int32Array(0));
        this.acts[node]?.push(undefined);
        this.localRanks[node]?.push(rank);
        this.#atOnce[node]?.push(new Map());
        views.forEach((view, joint) => this.views[joint]?.[node]?.push(view));
        images.forEach((image, symmetry) => this.localImages[symmetry]?.[node]?.push(image));
        if (broken === undefined) continue;
        this.brokenLocals[node]?.set(id, broken);
        this.brokenCount += 1;
      }
    });
    for (const { next, sends, broken } of delta.outcomes) {
      if (broken !== undefined) {
        this.brokenSteps.set(this.nextLocal.length, broken);
        this.brokenCount += 1;
      }
      this.nextLocal.push(next);
      this.sends.push(sends);
    }
    for (const [node, local, message, outcome] of delta.receive)
      this.#setReceive(node, local, message, outcome);
    for (const [node, local, acts] of delta.acts) (this.acts[node] ?? [])[local] = acts;
    for (const [node, local, settled] of delta.settled) (this.#settled[node] ?? [])[local] = settled;
    for (const [node, local, message, isAtOnce] of delta.atOnce)
      this.#atOnce[node]?.[local]?.set(message, isAtOnce);
  }

  received(node: number, local: number, message: number): number {
    const row = this.receive[node]?.[local];
    const known = row?.[message] ?? UNKNOWN;
    if (known === UNKNOWN) return this.askReceive(node, local, message);
    if (known === MISSING) this.isMissing = true;
    return known;
  }

  askReceive(node: number, local: number, message: number): number {
    this.#questions.receive.push([node, local, message]);
    this.#setReceive(node, local, message, MISSING);
    this.isMissing = true;
    return MISSING;
  }

  askActs(node: number, local: number): undefined {
    this.#questions.acts.push([node, local]);
    this.isMissing = true;
    return undefined;
  }

  settledOf(node: number, local: number): number {
    if (!this.plan.settles) return local;
    const row = this.#settled[node] as (number | undefined)[];
    const known = row[local];
    if (known !== undefined && known !== MISSING) return known;
    if (known === undefined) {
      this.#questions.settled.push([node, local]);
      row[local] = MISSING;
    }
    this.isMissing = true;
    return local;
  }

  isAtOnce(node: number, local: number, message: number, withEager: boolean): boolean | undefined {
    const row = this.#atOnce[node]?.[local] as Map<number, boolean | null>;
    const known = row.get(message);
    if (known === true || known === false) return known;
    if (known === undefined) {
      this.#questions.atOnce.push([node, local, message, withEager]);
      row.set(message, null);
    }
    this.isMissing = true;
    return undefined;
  }

  judgeJoint(_question: JointQuestion): null {
    return null;
  }

  #setReceive(node: number, local: number, message: number, outcome: number): void {
    const rows = this.receive[node] as Int32Array[];
    let row = rows[local] as Int32Array;
    if (row.length <= message) {
      const longer = new Int32Array(Math.max(8, 2 ** Math.ceil(Math.log2(message + 1)))).fill(UNKNOWN);
      longer.set(row);
      rows[local] = row = longer;
    }
    row[message] = outcome;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

function noQuestions(): Mutable<Questions> {
  return { receive: [], acts: [], settled: [], atOnce: [] };
}
