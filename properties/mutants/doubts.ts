/** Mutants of how a client gets away from a parent that greets it and serves it nothing. */
import { Client, Coordinator, HeapPolicy, type HeapSnapshot } from '../../impl/index.ts';
import { REFERENCE_CAST } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

const needs = ['router'] as const;

/** A client that moves away goes as near as it can. */
class NearPolicy extends HeapPolicy {
  protected override nextFreeSlot(parent: number): number | undefined {
    let nearest: number | undefined;
    const distance = (slot: number): number => this.#distance(parent, this.parentPosition(slot));
    for (let slot = this.routers.length + 1; slot <= this.capacity(); slot += 1) {
      if (this.clients.has(slot) || distance(slot) === 0) continue;
      if (nearest === undefined || distance(slot) < distance(nearest)) nearest = slot;
    }
    return nearest;
  }

  /** Edges between two nodes, by their positions. */
  #distance(a: number, b: number): number {
    if (a === b) return 0;
    return (
      1 + (a > b ? this.#distance(this.parentPosition(a), b) : this.#distance(a, this.parentPosition(b)))
    );
  }
}

export const DOUBT_MUTANTS: readonly Mutant[] = [
  {
    id: 'never-doubts-its-parent',
    title: 'a client trusts a parent that greets, whatever it passes on',
    breaks: ['delivery-to-every-subscriber', 'conformance'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override doubtParent() {}
      },
    },
  },
  {
    id: 'returns-to-the-same-parent',
    title:
      'a client that leaves its parent gets the nearest free slot, and so comes back before it has been everywhere',
    breaks: ['delivery-to-every-subscriber'],
    needs,
    cast: {
      ...REFERENCE_CAST,
      coordinator: class extends Coordinator {
        protected override makePolicy(...[snapshot]: Parameters<Coordinator['makePolicy']>) {
          if (this.parameters.domains > 1) return super.makePolicy(snapshot);
          return new NearPolicy(this.parameters.k, snapshot as HeapSnapshot | undefined);
        }
      },
    },
  },
];
