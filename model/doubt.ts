/**
 * When a client doubts its parent (docs/protocol.md §5.6): SYNCs show what the coordinator holds, and so whether what is held at both ends of
 * the path passes along it.
 */

import { withEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import { COORDINATOR, writerOf } from './events.ts';
import type { EventOf, ModelOutput } from './events.ts';
import { lastOfUse } from './forks.ts';
import type { Asked, ClientContext } from './holdings.ts';
import { isSameInterest, isWanted } from './interest.ts';
import type { Hops } from './links.ts';
import type { Capsule } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { setTimer } from './reaction.ts';

type Sync = EventOf<'sync'>;

/** What a path is to carry until the next SYNC. */
export interface Dues {
  /** Ranges that it asked for when the coordinator held them, and of which it was not sent the first record. Sorted by capsule. */
  readonly due: readonly Asked[];
  /** Of capsules that it wrote, how far the coordinator is to hold them. */
  readonly owed: Table<number>;
}

/** Nothing. */
export const NO_DUES: Dues = { due: [], owed: {} };

/** A path that served nothing for so long is doubted. */
export function doubtMs({ doubtEpochs, epochMs, eoeMs }: Parameters): number {
  return doubtEpochs * epochMs + eoeMs;
}

/** Whether there is anybody to doubt: not between a client and the coordinator. */
export function isWatched({ parent }: Pick<Hops, 'parent'>): boolean {
  return parent !== null && parent.node !== COORDINATOR;
}

/** Output: watches the path to the coordinator, if it is one, from now on. */
export function watchPath(hops: Pick<Hops, 'parent'>, parameters: Parameters): readonly ModelOutput[] {
  return isWatched(hops) ? [setTimer('doubt', doubtMs(parameters))] : [];
}

/** How far the coordinator held a capsule without a gap; of those that are not in the frontier, nothing. */
export function heldOf({ frontier, lacks = [] }: Sync, capsule: Capsule): number {
  const lack = lacks.find((one) => one.capsule === capsule);
  return lack?.held ?? frontier.find((one) => one.capsule === capsule)?.seq ?? 0;
}

/** Whether all has come and gone that was to at the SYNC before. */
export function isServed({ due, owed, positions, interest }: ClientContext, event: Sync): boolean {
  const hasCome = ({ capsule, last }: Asked): boolean =>
    (positions[capsule] ?? 0) >= last || !isWanted(interest, capsule);
  return due.every(hasCome) && Object.entries(owed).every(([capsule, seq]) => heldOf(event, capsule) >= seq);
}

/** What is to come and go until the next SYNC, of what is asked for now. */
export function duesAt(
  context: ClientContext,
  asked: readonly Asked[],
  event: Sync,
  parameters: Parameters,
): Dues {
  return { due: dueAt(context, asked, event, parameters), owed: owedAt(context, event, parameters) };
}

function dueAt(
  { forks, interest, shown }: ClientContext,
  asked: readonly Asked[],
  event: Sync,
  { logWindow }: Parameters,
): readonly Asked[] {
  // Until the coordinator knows what is wanted here, Naks for it are refused on the way.
  if (!isSameInterest(interest, shown)) return [];
  const heads = new Map(event.frontier.map(({ capsule, seq }) => [capsule, seq]));
  return asked.filter(
    ({ capsule, first, last }) =>
      !(capsule in forks) &&
      last <= heldOf(event, capsule) &&
      // What is older, the log may have dropped.
      first > (heads.get(capsule) ?? 0) - logWindow,
  );
}

/** What one epoch brings the coordinator of what it lacks. Where it has no room for another capsule, there is none to be sure of. */
function owedAt(context: ClientContext, event: Sync, { maxCapsules, maxRepair }: Parameters): Table<number> {
  const { self, positions, forks } = context;
  let owed: Table<number> = {};
  if (event.frontier.length + (event.forks ?? []).length >= maxCapsules) return owed;
  for (const [capsule, position] of Object.entries(positions)) {
    const seq = Math.min(position, lastOfUse(context, capsule));
    const held = heldOf(event, capsule);
    if (writerOf(capsule) === self && !(capsule in forks) && held < seq)
      owed = withEntry(owed, capsule, Math.min(seq, held + maxRepair));
  }
  return owed;
}
