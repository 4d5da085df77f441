/** How faults end: the states of a storm in which nothing is left to happen by itself, as the calm begins with them. */
import { localIn, putIn, setLocal, spentOf, type Layout } from '../../engine/exhaust/layout.ts';
import { Compiled } from '../../engine/exhaust/compiled.ts';
import { positionsIn, type Explored } from '../../engine/exhaust/explored.ts';
import { rankOf } from '../../engine/exhaust/rank.ts';
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
  storm: Explored<ExhaustLocal, ExhaustMessage>,
  calm: ExhaustComposition,
): CalmSources {
  const compiled = new Compiled(calm);
  const nodes = calm.nodes.map((_, node) => node);
  const images = nodes.map((): number[] => []);
  const known = new StateSet(Math.ceil((nodes.length + 1) / 2));
  const sources: Source[] = [];
  const { states } = storm;
  const layout = { ...storm.layout, networkWords: states.words - storm.layout.networkAt };
  const isRest = restOf(storm, layout);
  const packed = new Int32Array(known.words);
  for (const [level, ranges] of storm.levels().entries())
    for (const position of positionsIn(ranges)) {
      const chunk = states.chunkOf(position);
      const offset = states.offsetOf(position);
      if (!isRest(chunk, offset)) continue;
      for (const node of nodes) {
        const local = localIn(chunk, offset, node);
        const byLocal = images[node] ?? [];
        const image = (byLocal[local] ??= compiled.internLocal(
          node,
          settled(storm.compiled.localOf(node, local)),
        ));
        setLocal(packed, node, image);
      }
      const rank = rankOf(storm.compiled, layout, chunk, offset);
      const isNew = known.add(packed, -1) >= 0;
      const before = isNew ? sources.length : known.indexOf(packed);
      const other = sources[before];
      if (other === undefined || (other.level === level && rank < other.rank))
        sources[before] = { state: packed.slice(), origin: position, level, rank };
    }
  sources.sort((a, b) => a.level - b.level || a.rank - b.rank);
  return {
    compiled,
    states: sources.map(({ state }) => state),
    origins: sources.map(({ origin }) => origin),
  };
}

/** A state that a calm begins with; of those of the storm that it comes from, the least by rank of the nearest. */
interface Source {
  readonly state: Int32Array;
  readonly origin: number;
  readonly level: number;
  readonly rank: number;
}

/** Whether nothing is in flight that is not lost. */
function restOf(
  { compiled, composition, reductions }: Explored<ExhaustLocal, ExhaustMessage>,
  { nodes, networkAt, networkWords }: Layout,
) {
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
