/** Variations of schedules: what one run of a guided campaign makes of earlier ones that reached something new. */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Random } from './harness.ts';
import { MAX_MUTATIONS } from './bounds.ts';
import type { Proposer } from './proposer.ts';

/** What a variation has in one place: a move of a parent, one like it with other values, or any. */
type Place<C> = { readonly kind: 'same' | 'like'; readonly move: Move<C> } | { readonly kind: 'fresh' };

const FRESH = { kind: 'fresh' } as const;

/** Moves that one insertion or change concerns, at most. */
const SPAN_MAX = 8;

/**
 * Derives a schedule from `parents`: up to MAX_MUTATIONS of dropping a stretch, inserting fresh moves, changing values,
 * splicing with the other parent and going on freshly from some place on. Moves of a parent that are not possible any more are left out, the
 * limits per run hold, and what is missing at the end is fresh. Without parents all moves are fresh.
 */
export function derivedMoves<F, C, R, S extends BaseScenario>(
  proposer: Proposer<F, C, R, S>,
  fresh: () => Move<C>,
  random: Random,
  { parents = [] }: { readonly parents?: readonly Schedule[] },
): () => Move<C> {
  // Parents are schedules of this campaign, so their commands are those of its harness.
  const [parent, other = []] = parents as readonly Schedule<C>[];
  if (parent === undefined) return fresh;
  const places = mutated(parent, other, random).toReversed();
  return () => {
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const move = moveAt(place, proposer, fresh);
      if (move !== undefined) return move;
    }
    return fresh();
  };
}

function moveAt<F, C, R, S extends BaseScenario>(
  place: Place<C>,
  proposer: Proposer<F, C, R, S>,
  fresh: () => Move<C>,
): Move<C> | undefined {
  switch (place.kind) {
    case 'same':
      return proposer.repeat(place.move);
    case 'like':
      return proposer.propose(place.move.move);
    case 'fresh':
      return fresh();
  }
}

function mutated<C>(parent: Schedule<C>, other: Schedule<C>, random: Random): readonly Place<C>[] {
  const sameAs = (schedule: Schedule<C>): Place<C>[] => schedule.map((move) => ({ kind: 'same', move }));
  let places = sameAs(parent);
  for (let left = random.int(1, MAX_MUTATIONS); left > 0; left -= 1) {
    const at = random.int(0, places.length);
    const span = random.int(1, SPAN_MAX);
    switch (random.pick(['drop', 'insert', 'change', 'splice', 'extend'] as const)) {
      case 'drop':
        places.splice(at, span);
        break;
      case 'insert':
        places.splice(at, 0, ...Array.from({ length: span }, () => FRESH));
        break;
      case 'change':
        places = places.map((place, index) =>
          index >= at && index < at + span && place.kind === 'same' ? { ...place, kind: 'like' } : place,
        );
        break;
      case 'splice':
        places = [...places.slice(0, at), ...sameAs(other.slice(random.int(0, other.length)))];
        break;
      case 'extend':
        places = places.slice(0, at);
        break;
    }
  }
  return places;
}
