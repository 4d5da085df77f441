/** How faults end: the states of a storm in which nothing is left to happen by itself, as the calm begins with them. */
import { localIn, putIn, setLocal, spentOf } from '../../engine/exhaust/layout.ts';
import { Compiled } from '../../engine/exhaust/compiled.ts';
import type { Search } from '../../engine/exhaust/search.ts';
import { StateSet } from '../../engine/exhaust/states.ts';
import type { ExhaustComposition } from './compose.ts';
import { type ExhaustLocal, type ExhaustMessage } from './local.ts';
import { settled } from './settled.ts';

/** Where a calm begins, and where in the storm that is. */
export interface CalmSources {
  readonly compiled: Compiled<ExhaustLocal, ExhaustMessage>;
  /** Packed, for a search with these tables. */
  readonly states: readonly Int32Array[];
  /** By source: the position of a first state of the storm that it comes from. */
  readonly origins: readonly number[];
}

/**
 * States of a complete storm from which on only time passes: under fairness, what is in flight arrives, so every run comes to one. Where losing is
 * delaying, what may be lost is still in flight: so with up to so many messages in flight as may still be lost, a state is one in which these were lost.
 */
export function calmSources(
  storm: Search<ExhaustLocal, ExhaustMessage>,
  calm: ExhaustComposition,
): CalmSources {
  const compiled = new Compiled(calm);
  const nodes = calm.nodes.map((_, node) => node);
  const images = nodes.map((): number[] => []);
  const known = new StateSet(Math.ceil((nodes.length + 1) / 2));
  const states: Int32Array[] = [];
  const origins: number[] = [];
  const isRest = restOf(storm);
  const source = new Int32Array(known.words);
  for (let index = 0; index < storm.states.size; index += 1) {
    const chunk = storm.states.chunkOf(index);
    const offset = storm.states.offsetOf(index);
    if (!isRest(chunk, offset)) continue;
    for (const node of nodes) {
      const local = localIn(chunk, offset, node);
      const byLocal = images[node] ?? [];
      const image = (byLocal[local] ??= compiled.internLocal(
        node,
        settled(storm.compiled.localOf(node, local)),
      ));
      setLocal(source, node, image);
    }
    if (known.add(source, -1) < 0) continue;
    states.push(source.slice());
    origins.push(index);
  }
  return { compiled, states, origins };
}

/** Whether nothing is in flight that is not lost. */
function restOf({ compiled, composition, layout, reductions }: Search<ExhaustLocal, ExhaustMessage>) {
  const { nodes, networkAt, networkWords } = layout;
  const { lossBudget, budgets } = composition;
  // As words of the network: what may be lost by never arriving, and what can still arrive.
  const delayed = new Int32Array(networkWords);
  const others = new Int32Array(networkWords);
  for (let message = 0; message < compiled.messageCount; message += 1) {
    if (compiled.messageOf(message).kind !== 'frame') continue;
    const isDelayed = reductions.lossIsDelay === true && compiled.ordered[message] !== true;
    putIn(isDelayed ? delayed : others, 0, message);
  }
  return (chunk: Int32Array, offset: number): boolean => {
    const spent = lossBudget === undefined ? 0 : spentOf(localIn(chunk, offset, nodes), lossBudget);
    let left = lossBudget === undefined ? 0 : (budgets[lossBudget]?.max ?? 0) - spent;
    for (let word = 0; word < networkWords; word += 1) {
      const bits = chunk[offset + networkAt + word] ?? 0;
      if ((bits & (others[word] ?? 0)) !== 0) return false;
      for (let late = bits & (delayed[word] ?? 0); late !== 0; late &= late - 1) left -= 1;
      if (left < 0) return false;
    }
    return true;
  };
}
