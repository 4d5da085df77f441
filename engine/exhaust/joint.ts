/** Invariants of all nodes together: asked again only when what they see of the nodes changes. */
import type { Broken } from './composition.ts';
import { at, type Compiled } from './compiled.ts';
import { localIn } from './layout.ts';

export class JointJudge<Local, Message> {
  readonly #compiled: Compiled<Local, Message>;
  readonly #holds = new Set<string>();

  constructor(compiled: Compiled<Local, Message>) {
    this.#compiled = compiled;
  }

  /** What is broken in a state that was reached from one in which nothing was: the one at `offset` of `chunk`. */
  judgeAfter(state: Int32Array, chunk: Int32Array, offset: number): Broken | undefined {
    const { views, composition } = this.#compiled;
    const nodes = composition.nodes.length;
    for (let node = 0; node < nodes; node += 1) {
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
        if (byLocal[now] !== byLocal[before]) return this.judge(state);
      }
    }
    return undefined;
  }

  /** What is broken in a state. */
  judge(state: Int32Array): Broken | undefined {
    const compiled = this.#compiled;
    let joint = -1;
    for (const invariant of compiled.composition.invariants) {
      if (invariant.kind !== 'joint') continue;
      joint += 1;
      const ids = at(compiled.views, joint).map((byLocal, node) => at(byLocal, localIn(state, 0, node)));
      const key = `${String(joint)}:${ids.join()}`;
      if (this.#holds.has(key)) continue;
      const text = invariant.broken(ids.map((id) => compiled.viewText(joint, id)));
      if (text !== undefined) return { property: invariant.id, text };
      this.#holds.add(key);
    }
    return undefined;
  }
}
