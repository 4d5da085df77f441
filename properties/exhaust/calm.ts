/** How faults end: the states of a storm in which nothing is left to happen by itself, as the calm begins with them. */
import { inFlight, localIn, setLocal } from '../../engine/exhaust/layout.ts';
import { Compiled } from '../../engine/exhaust/compiled.ts';
import type { Search } from '../../engine/exhaust/search.ts';
import { StateSet } from '../../engine/exhaust/states.ts';
import type { ExhaustComposition } from './compose.ts';
import { NO_HISTORY, type ExhaustLocal, type ExhaustMessage } from './local.ts';

/** Where a calm begins, and where in the storm that is. */
export interface CalmSources {
  readonly compiled: Compiled<ExhaustLocal, ExhaustMessage>;
  /** Packed, for a search with these tables. */
  readonly states: readonly Int32Array[];
  /** By source: the position of a first state of the storm that it comes from. */
  readonly origins: readonly number[];
}

/**
 * States of a complete storm from which on only time passes: under fairness, what is in flight arrives, so every run comes to one. What
 * may be lost is not lost in the storm but delayed: so with up to so many messages in flight, a state is one in which these were lost.
 */
export function calmSources(
  storm: Search<ExhaustLocal, ExhaustMessage>,
  calm: ExhaustComposition,
  losses: number,
): CalmSources {
  const compiled = new Compiled(calm);
  const nodes = calm.nodes.map((_, node) => node);
  const images = nodes.map((): number[] => []);
  const known = new StateSet(Math.ceil((nodes.length + 1) / 2));
  const states: Int32Array[] = [];
  const origins: number[] = [];
  for (let index = 0; index < storm.states.size; index += 1) {
    const state = storm.states.stateAt(index);
    const frames = inFlight(storm.layout, state).filter(
      (message) => storm.compiled.messageOf(message).kind === 'frame',
    );
    if (frames.length > losses) continue;
    const source = new Int32Array(known.words);
    for (const node of nodes) {
      const local = localIn(state, 0, node);
      const byLocal = images[node] ?? [];
      const image = (byLocal[local] ??= compiled.internLocal(
        node,
        atRest(storm.compiled.localOf(node, local)),
      ));
      setLocal(source, node, image);
    }
    if (known.add(source, -1) < 0) continue;
    states.push(source);
    origins.push(index);
  }
  return { compiled, states, origins };
}

/**
 * Without what makes no difference from here on. Nothing is in flight, so a counter that begins again at both ends of its link is as good as one that
 * goes on: the next frame is newer than all that were accepted. History is for safety, which the storm is searched for.
 */
function atRest(local: ExhaustLocal): ExhaustLocal {
  return { ...local, sent: {}, received: {}, history: NO_HISTORY };
}
