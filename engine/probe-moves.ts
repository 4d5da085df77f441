/** The moves of a schedule that answers a probe (`probing.ts`). */
import type { BaseScenario } from './subject.ts';
import type { Move, Schedule } from './move.ts';
import type { Random } from './harness.ts';
import type { Choice, Proposer } from './proposer.ts';

/** What a schedule is made of that answers a probe. */
export interface ProbeOptions {
  /** @default it is made from nothing */
  readonly base?: Schedule;
  readonly donor?: Schedule;
  /** The kind that is asked about; undefined: no fault at all. */
  readonly kind: string | undefined;
  /** Moves of the kind are among these, as far as they are granted. */
  readonly choices: readonly Choice[];
  /** `CauseRules.kindOf`. */
  readonly kindOf: (move: Move) => string | undefined;
}

/** Percent of the answers that are made from nothing all the same; that take over the moves of a donor, if there is one. */
const FRESH_PERCENT = 30;
const DONOR_PERCENT = 40;
/** Percent of the waiting times that become others; of the answers that get more of everything. */
const OTHER_TIME_PERCENT = 20;
const MORE_PERCENT = 60;
/** Moves of the kind that is asked about that are put in; moves of an answer from nothing, where there is a known schedule and where there is none: at most. */
const MOST_PUT_IN = 12;
const MOST_FRESH = 30;
const MOST_FROM_NOTHING = 50;
/** Attempts to find a move of the kind that is possible now. */
const ATTEMPTS = 40;

/** What an answer has in one place: a move of a known schedule, or a new one. */
type Place<C> =
  | { readonly place: 'same'; readonly move: Move<C> }
  | { readonly place: 'of-kind' }
  | { readonly place: 'elapse' }
  | { readonly place: 'command' };

/** Makes the moves of an answer; undefined at its end. Moves that are not possible when their turn comes are left out. */
export function probingMoves<F, C, R, S extends BaseScenario>(
  proposer: Proposer<F, C, R, S>,
  random: Random,
  options: ProbeOptions,
): () => Move<C> | undefined {
  const places = answer<C>(options, random).toReversed();
  return () => {
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const move = moveAt(place, proposer, random, options);
      if (move !== undefined) return move;
    }
    return undefined;
  };
}

function moveAt<F, C, R, S extends BaseScenario>(
  place: Place<C>,
  proposer: Proposer<F, C, R, S>,
  random: Random,
  { choices, kind, kindOf }: ProbeOptions,
): Move<C> | undefined {
  switch (place.place) {
    case 'same':
      return proposer.repeat(proposer.meant(place.move));
    case 'elapse':
      return proposer.elapse();
    case 'command':
      return proposer.propose('command');
    case 'of-kind':
      for (let attempt = 0; attempt < ATTEMPTS && choices.length > 0; attempt += 1) {
        const move = proposer.propose(random.pick(choices));
        if (move !== undefined && kindOf(move) === kind) return move;
      }
      return undefined;
  }
}

const ANYTHING = ['of-kind', 'elapse', 'command'] as const;

function answer<C>({ base, donor, kind, kindOf }: ProbeOptions, random: Random): readonly Place<C>[] {
  // Schedules are of the harness that the probe is put to, so their commands are, too.
  const sameAs = (schedule: Schedule): Place<C>[] =>
    (schedule as Schedule<C>).map((move) => ({ place: 'same', move }));
  const isOrdinary = (move: Move): boolean => kindOf(move) === undefined;
  const someOfKind = (): Place<C>[] =>
    Array.from({ length: random.int(1, MOST_PUT_IN) }, () => ({ place: 'of-kind' }));
  if (base === undefined || random.chance(FRESH_PERCENT))
    return Array.from({ length: random.int(1, base === undefined ? MOST_FROM_NOTHING : MOST_FRESH) }, () => ({
      place: random.pick(ANYTHING),
    }));
  let places: Place<C>[];
  if (donor !== undefined && random.chance(DONOR_PERCENT)) {
    places = sameAs(base.filter(isOrdinary));
    const at = random.chance(50) ? 0 : random.int(0, places.length);
    places.splice(at, 0, ...sameAs(donor));
  } else if (random.chance(50) && base.some((move) => !isOrdinary(move))) {
    places = base.flatMap((move): Place<C>[] =>
      isOrdinary(move) || kindOf(move) === kind ? sameAs([move]) : [{ place: 'of-kind' }],
    );
  } else {
    places = sameAs(base.filter(isOrdinary));
    for (const one of someOfKind()) places.splice(random.int(0, places.length), 0, one);
  }
  return varied(places, random);
}

/** Other waiting times, and now and then more of everything. */
function varied<C>(places: readonly Place<C>[], random: Random): readonly Place<C>[] {
  const isWaiting = (place: Place<C>): boolean => place.place === 'same' && place.move.move === 'elapse';
  const all = places.map((place) =>
    isWaiting(place) && random.chance(OTHER_TIME_PERCENT) ? ({ place: 'elapse' } as const) : place,
  );
  if (random.chance(MORE_PERCENT))
    for (let left = random.int(1, MOST_PUT_IN); left > 0; left -= 1)
      all.splice(random.int(0, all.length), 0, { place: random.pick(ANYTHING) });
  return all;
}
