/** How full a node's buffers must be, by the state of its statechart. */
import { writerOf, type ModelState } from '../../model/index.ts';
import type { SeenReaction } from '../reading.ts';

/** Sizes by the names that the reference's gauges have. A subject may show some of them, and others. */
export type Sizes = Readonly<Record<string, number>>;

const remembered = new WeakMap<ModelState, Sizes>();

/** What buffers hold in a state. Of a node that has left nothing is said: it reacts to nothing any more, whatever it still holds. */
export function sizesOf(state: ModelState): Sizes {
  let sizes = remembered.get(state);
  if (sizes === undefined) remembered.set(state, (sizes = state.value === 'left' ? {} : computed(state)));
  return sizes;
}

const keys = (table: object): number => Object.keys(table).length;
const fullest = (lists: Readonly<Record<string, readonly unknown[]>>): number =>
  Math.max(0, ...Object.values(lists).map(({ length }) => length));

function computed(state: ModelState): Sizes {
  switch (state.role) {
    case 'coordinator': {
      const { log, naks, heads, awaited, unacked, probes, places, forks } = state.context;
      const children = Object.values(places).filter(({ parent }) => parent === state.node);
      return {
        links: children.length,
        'log-capsules': keys(log),
        'log-records': fullest(log),
        'pending-naks': naks.length,
        heads: keys(heads),
        'eoe-waiting': awaited.length,
        unacked: unacked.length,
        probes: keys(probes),
        forks: keys(forks),
      };
    }
    case 'router': {
      const { parent, children, log, naks, awaited, forks } = state.context;
      return {
        links: (parent === null ? 0 : 1) + children.length,
        'log-capsules': keys(log),
        'log-records': fullest(log),
        'pending-naks': naks.length,
        'eoe-waiting': awaited.length,
        forks: keys(forks),
      };
    }
    case 'client': {
      const { parent, incarnation, positions, early, asked, queued, forks } = state.context;
      const own = `${state.node}/${incarnation}`;
      const isOwn = (capsule: string) => capsule === own || capsule.startsWith(`${own}/`);
      const kept = new Set([...Object.keys(positions), ...Object.keys(early)]);
      for (const capsule of kept) if (writerOf(capsule) === state.node) kept.delete(capsule);
      return {
        links: parent === null ? 0 : 1,
        capsules: kept.size,
        early: fullest(early),
        'own-records': Math.max(0, ...Object.entries(positions).map(([one, seq]) => (isOwn(one) ? seq : 0))),
        asked: asked.length,
        queue: queued.length,
        forks: keys(forks),
      };
    }
  }
}

/**
 * What a node says of its buffers that is not so; undefined if all is.
 * @param isAllShown whether it must say it of each buffer that its statechart has
 */
export function wrongGauge(
  state: ModelState,
  { node, gauges }: SeenReaction,
  isAllShown: boolean,
): string | undefined {
  if (gauges.length === 0 && !isAllShown) return undefined;
  const sizes = sizesOf(state);
  for (const { buffer, size } of gauges) {
    const expected = sizes[buffer];
    if (expected !== undefined && expected !== size)
      return `${node} says that it holds ${size} in its ${buffer}; its statechart holds ${expected}`;
  }
  if (!isAllShown) return undefined;
  for (const buffer in sizes)
    if (!gauges.some((gauge) => gauge.buffer === buffer))
      return `${node} does not say what it holds in its ${buffer}`;
  return undefined;
}
