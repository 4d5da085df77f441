/** Rotations at the coordinator (docs/protocol.md §5.8): it keeps them, cuts the capsules of whoever is expelled, and takes it out of the tree. */

import { excluding, including, withoutEntry } from './canonical.ts';
import type { EventOf } from './events.ts';
import { writerOf } from './events.ts';
import { isBeyondFork, marksWhere } from './forks.ts';
import { keyEpochIn, MAX_KEY_EPOCH, rotated } from './keys.ts';
import type { NodeName, Rotation, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { commit } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { report } from './reaction.ts';
import type { Reaction } from './reaction.ts';

/** Whether there is another key epoch to come. */
export function mayRotate(context: CoordinatorContext): boolean {
  return keyEpochIn(context) < MAX_KEY_EPOCH;
}

/** The node that a rotation takes out of the tree; undefined if there is none. */
export function expelledFromTree(
  context: CoordinatorContext,
  { expel }: EventOf<'rotate'>,
): NodeName | undefined {
  return expel !== undefined && mayRotate(context) && expel in context.places ? expel : undefined;
}

/** Begins the next key epoch. The capsules of those expelled end with the newest record that is logged. `tree`: what is left, if somebody leaves it. */
export function rotate(
  context: CoordinatorContext,
  { expel }: EventOf<'rotate'>,
  tree: Tree | undefined,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  const before = context.keys?.expelled ?? [];
  const expelled = expel === undefined ? before : including(before, expel);
  const rotation: Rotation = { keyEpoch: keyEpochIn(context) + 1, expelled };
  const logged = Object.entries(context.log).map(([capsule, seqs]) => ({ capsule, seq: seqs.at(-1) ?? 0 }));
  const keys = rotated(rotation, logged);
  let { heads, headBranches, marks } = context;
  for (const capsule of Object.keys(heads).filter((one) => expelled.includes(writerOf(one)))) {
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
    heads,
    headBranches,
    marks,
    naks: context.naks.filter(
      ({ capsule, last }) => !isBeyondFork({ ...context, keys }, { capsule, seq: last }),
    ),
    pending: expel === undefined ? context.pending : excluding(context.pending, expel),
  };
  const outputs = [report({ type: 'rotated', keyEpoch: rotation.keyEpoch })];
  if (!tree) return { patch: now, outputs };
  const committed = commit(context, now, { tree }, parameters);
  return { patch: committed.patch ?? now, outputs: [...outputs, ...(committed.outputs ?? [])] };
}
