/** Invariants of all nodes together: asked again only when what they see of the nodes changes. */
import type { Broken } from './composition.ts';
import { localIn } from './layout.ts';
import type { JointQuestion, Tables } from './tables.ts';

const NOTHING: readonly Broken[] = [];

export class JointJudge {
  readonly #tables: Tables;
  /** By question: what it breaks, or nothing. */
  readonly #known = new Map<string, Broken | undefined>();
  /** Called with what is not known yet. */
  readonly #open: ((key: string, question: JointQuestion) => void) | undefined;

  constructor(tables: Tables, open?: (key: string, question: JointQuestion) => void) {
    this.#tables = tables;
    this.#open = open;
  }

  /** Remembers an answer. */
  learn(key: string, broken: Broken | undefined): void {
    this.#known.set(key, broken);
  }

  /** Whether invariants see something else of a state than of the one at `offset` of `chunk`. */
  changes(state: Int32Array, chunk: Int32Array, offset: number): boolean {
    const { views, plan } = this.#tables;
    for (let node = 0; node < plan.nodes; node += 1) {
      // Two nodes a word: mostly both are as they were.
      if ((node & 1) === 0 && chunk[offset + (node >> 1)] === state[node >> 1]) {
        node += 1;
        continue;
      }
      const now = localIn(state, 0, node);
      const before = localIn(chunk, offset, node);
      if (now === before) continue;
      for (let joint = 0; joint < views.length; joint += 1) {
        const byLocal = (views[joint] as number[][])[node] as number[];
        if (byLocal[now] !== byLocal[before]) return true;
      }
    }
    return false;
  }

  /** What is broken in a state. */
  judge(state: Int32Array): readonly Broken[] {
    const { views, plan } = this.#tables;
    let all = NOTHING;
    for (let joint = 0; joint < plan.joints; joint += 1) {
      const byNode = views[joint] as number[][];
      const ids = byNode.map((byLocal, node) => byLocal[localIn(state, 0, node)] as number);
      const key = `${String(joint)}:${ids.join()}`;
      let broken = this.#known.get(key);
      if (broken === undefined && !this.#known.has(key)) {
        const question = { joint, views: ids };
        const answer = this.#tables.judgeJoint(question);
        if (answer === null) {
          this.#open?.(key, question);
          continue;
        }
        this.#known.set(key, (broken = answer));
      }
      if (broken !== undefined) all = [...all, broken];
    }
    return all;
  }
}
