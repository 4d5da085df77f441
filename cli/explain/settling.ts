/** The end of the moves: which faults end with them, and what goes on. */
import { standingKey, type Move } from '../../engine/index.ts';
import type { ObservedRun } from './observe.ts';
import { clauses, listed } from './words.ts';

/** What is over when the moves are, and what is not. */
interface EndOfMoves {
  /** Whether the network, a clock or a crash has done anything that a calm run has not. */
  readonly hadFaults: boolean;
  readonly hadAttacks: boolean;
  /** Positions of the moves that began what does not end. */
  readonly goesOn: readonly number[];
}

/** Moves that are faults. */
const FAULTS: ReadonlySet<Move['move']> = new Set([
  'deliver',
  'drop',
  'duplicate',
  'clog',
  'partition',
  'fire',
  'pause',
  'skew',
  'crash',
  'restart',
]);

/** What ends at that step. */
export function endOfMoves(at: number, { steps }: ObservedRun): EndOfMoves {
  const standing = new Map<string, number>();
  let [hadFaults, hadAttacks] = [false, false];
  for (const { step } of steps.slice(0, at)) {
    if (step.cause.kind !== 'move') continue;
    const { move, index } = step.cause;
    if (FAULTS.has(move.move)) hadFaults = true;
    if (move.move !== 'attack') continue;
    hadAttacks = true;
    const { standing: change } = move.attack;
    if (change === 'begins') standing.set(standingKey(move.attack), index);
    if (change === 'ends') standing.delete(standingKey(move.attack));
  }
  return { hadFaults, hadAttacks, goesOn: [...standing.values()] };
}

/** The same as a sentence, without its full stop. */
export function endOfMovesWords(at: number, run: ObservedRun): string {
  const { hadFaults, hadAttacks, goesOn } = endOfMoves(at, run);
  const numbers = goesOn.map((index) => String(index + 1));
  const still =
    numbers.length === 0
      ? ''
      : `; the withholding of ${numbers.length === 1 ? 'move' : 'moves'} ${listed(numbers)} goes on`;
  const last = hadAttacks && still === '' ? ': the attacker does nothing more' : '';
  if (!hadFaults) return `the moves are over${last}${still}`;
  const none = still === '' ? 'nothing is lost or cut' : 'nothing else is lost or cut';
  return `the faults end: ${clauses([...recoveries(at, run), `${none} from now on`])}${still}`;
}

/** Who goes on or starts again because the faults end. */
function recoveries(at: number, { steps }: ObservedRun): readonly string[] {
  const [goOn, start]: [string[], string[]] = [[], []];
  for (const { step, nowMs } of steps.slice(at + 1)) {
    if (nowMs > (steps[at]?.nowMs ?? 0)) break;
    if (step.kind !== 'event' || step.cause.kind !== 'fair') continue;
    if (step.event.type === 'resumed') goOn.push(step.event.node);
    if (step.event.type === 'restarting') start.push(step.event.node);
  }
  return [
    ...(goOn.length === 0 ? [] : [`${listed(goOn)} ${goOn.length === 1 ? 'goes' : 'go'} on`]),
    ...(start.length === 0 ? [] : [`${listed(start)} ${start.length === 1 ? 'starts' : 'start'} again`]),
  ];
}
