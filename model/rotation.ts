/** Rotations at the coordinator (docs/protocol.md §5.8): it keeps them, cuts the capsules that void keys signed, and takes whoever has such keys out of the tree. */

import { compareNames, excluding, withoutEntry } from './canonical.ts';
import type { EventOf } from './events.ts';
import { isBeyondFork, marksWhere } from './forks.ts';
import { isCut, isVoid, keyEpochIn, logBeforeCut, MAX_KEY_EPOCH, rotated } from './keys.ts';
import type { NodeName, Rotation, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { commit } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { report } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { tornAt } from './relay.ts';

/** Whether there is another key epoch to come. */
export function mayRotate(context: CoordinatorContext): boolean {
  return keyEpochIn(context) < MAX_KEY_EPOCH;
}

/** All that were ever expelled, with this one. */
function expelledWith({ keys }: CoordinatorContext, { expel }: EventOf<'rotate'>): readonly NodeName[] {
  const before = keys?.expelled ?? [];
  return expel === undefined ? before : [...before, expel].toSorted(compareNames);
}

/** The node whose keys a rotation makes void, if they are those of its present life; undefined if there is none. */
function expelledNow(context: CoordinatorContext, event: EventOf<'rotate'>): NodeName | undefined {
  const { expel } = event;
  if (expel === undefined || !mayRotate(context)) return undefined;
  const incarnation = context.known[expel]?.incarnation ?? 0;
  return isVoid({ expelled: expelledWith(context, event) }, expel, incarnation) ? expel : undefined;
}

/** The node that a rotation takes out of the tree; undefined if there is none. */
export function expelledFromTree(
  context: CoordinatorContext,
  event: EventOf<'rotate'>,
): NodeName | undefined {
  const node = expelledNow(context, event);
  return node !== undefined && node in context.places ? node : undefined;
}

/** Begins the next key epoch. The capsules that void keys signed end with the newest record that is logged; where the log is torn, with the earlier of the two. `tree`: what is left, if somebody leaves it. */
export function rotate(
  context: CoordinatorContext,
  event: EventOf<'rotate'>,
  tree: Tree | undefined,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  const expelled = expelledWith(context, event);
  const out = expelledNow(context, event);
  const rotation: Rotation = { keyEpoch: keyEpochIn(context) + 1, expelled };
  const ends = Object.entries(context.log).map(([capsule, seqs]) => ({
    capsule,
    seq: tornAt(context, capsule) ?? seqs.at(-1) ?? 0,
  }));
  const keys = rotated(rotation, ends);
  let { heads, headBranches, marks } = context;
  for (const capsule of Object.keys(heads).filter((one) => isCut({ keys }, one))) {
    const cut = keys.cuts[capsule];
    if (cut === heads[capsule]) continue;
    heads = cut === undefined ? withoutEntry(heads, capsule) : { ...heads, [capsule]: cut };
    const branch = marks[`${capsule}#${cut}`]?.branch;
    headBranches =
      branch === undefined ? withoutEntry(headBranches, capsule) : { ...headBranches, [capsule]: branch };
    marks = marksWhere(marks, capsule, (seq) => seq <= (cut ?? 0));
  }
  const now: CoordinatorContext = {
    ...context,
    keys,
    log: logBeforeCut(context.log, { keys }),
    heads,
    headBranches,
    marks,
    naks: context.naks.filter(
      ({ capsule, last }) => !isBeyondFork({ ...context, keys }, { capsule, seq: last }),
    ),
    pending: out === undefined ? context.pending : excluding(context.pending, out),
  };
  const outputs = [report({ type: 'rotated', keyEpoch: rotation.keyEpoch })];
  if (!tree) return { patch: now, outputs };
  const committed = commit(context, now, { tree }, parameters);
  return { patch: committed.patch ?? now, outputs: [...outputs, ...(committed.outputs ?? [])] };
}
