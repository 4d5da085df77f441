/**
 * Messages are named by counting, so leaving a move out may rename what others name: without the first of two
 * messages, the second is the first. Retargeting gives a move that names nothing any more the message that it most
 * likely meant.
 */
import type { BaseScenario } from './subject.ts';
import type { Attack, Move } from './move.ts';
import type { World } from './world.ts';

/** How far from what it named an attack may be led: to a message of the same kind on the same link, or on any. */
export type Reach = 'link' | 'anywhere';

/**
 * The move, meaning what is there: a message in flight for `deliver`, `drop` and `duplicate`, the oldest of its link
 * and kind; a message seen for an attack, the newest of its link and kind. As it was if it names what is there,
 * or if nothing fits.
 */
export function retarget<F, C, R, S extends BaseScenario>(
  move: Move<C>,
  world: World<F, C, R, S>,
  reach: Reach = 'link',
): Move<C> {
  switch (move.move) {
    case 'deliver':
    case 'drop':
    case 'duplicate': {
      const message = world.inFlightLike(move.message)?.id;
      return message === undefined || message === move.message ? move : { ...move, message };
    }
    case 'attack': {
      const attack = retargeted(move.attack, world, reach) as Attack;
      return attack === move.attack ? move : { ...move, attack };
    }
    default:
      return move;
  }
}

/** A copy in which every text that names a lost message names another; the same object if there is none. */
function retargeted<F, C, R, S extends BaseScenario>(
  value: unknown,
  world: World<F, C, R, S>,
  reach: Reach,
): unknown {
  if (typeof value === 'string') return world.seenLike(value, reach)?.id ?? value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  let isChanged = false;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
    const other = retargeted(one, world, reach);
    isChanged ||= other !== one;
    return [key, other];
  });
  return isChanged ? Object.fromEntries(entries) : value;
}
