/** Epochs at the coordinator (docs/protocol.md §5.4): it asks what everybody wrote and tells everybody. */

import { compareNames, excluding, including, withEntry, withoutEntry } from './canonical.ts';
import { writerOf } from './events.ts';
import type { EventOf, ModelOutput } from './events.ts';
import { evidenceKept, headOf } from './forks.ts';
import type { ForkContext } from './forks.ts';
import { isBeyondCut } from './keys.ts';
import { isFromChild, neighbour, sendAll, sendTo } from './links.ts';
import type { Lack, RecordName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { hopsOf, pathTo } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { cancelTimer, report, setTimer } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { tornAt } from './relay.ts';
import type { PendingNak, RelayContext } from './relay.ts';

/** Whether an EOE is of the open epoch, from a child that has not answered it. */
export function isAwaited(context: CoordinatorContext, event: EventOf<'eoe'>): boolean {
  return (
    isFromChild(hopsOf(context), event) &&
    event.epoch === context.epoch &&
    context.awaited.includes(event.from)
  );
}

/** The heads known, with their branches. */
export type Heads = Pick<CoordinatorContext, 'heads' | 'headBranches'>;

/** The heads that a log proves: the newest record of each capsule. */
export function headsOf(context: RelayContext): Heads {
  const newest = Object.entries(context.log)
    .filter(([capsule]) => !(capsule in context.forks))
    .map(([capsule, seqs]) => headOf(context, capsule, seqs.at(-1) ?? 0));
  return {
    heads: Object.fromEntries(newest.map(({ capsule, seq }) => [capsule, seq])),
    headBranches: Object.fromEntries(
      newest.flatMap(({ capsule, branch }) => (branch === undefined ? [] : [[capsule, branch] as const])),
    ),
  };
}

/** The heads, with one that may have risen: they never sink, but by a cut. Of capsules beyond `maxCapsules` and of forked ones none is kept. */
export function raised(
  { heads, headBranches }: Heads,
  { capsule, seq, branch }: RecordName,
  { forks, keys }: Pick<ForkContext, 'forks' | 'keys'>,
  { maxCapsules }: Parameters,
): Heads {
  const hasRoom = capsule in heads || Object.keys(heads).length < maxCapsules;
  if (!hasRoom || seq <= (heads[capsule] ?? 0) || capsule in forks || isBeyondCut({ keys }, { capsule, seq }))
    return { heads, headBranches };
  return {
    heads: withEntry(heads, capsule, seq),
    headBranches:
      branch === undefined ? withoutEntry(headBranches, capsule) : withEntry(headBranches, capsule, branch),
  };
}

/** Takes an EOE: the first answer of a client counts. */
export function merge(
  context: CoordinatorContext,
  event: EventOf<'eoe'>,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  let { answered } = context;
  let heads: Heads = context;
  for (const answer of event.answers) {
    answered = including(answered, answer.node);
    for (const head of answer.heads) heads = raised(heads, head, context, parameters);
  }
  const { heads: risen, headBranches } = heads;
  return {
    patch: { heads: risen, headBranches, answered, awaited: excluding(context.awaited, event.from) },
  };
}

/**
 * How far each capsule is known to go. Where the log is torn, one record not continuing the one before it, up to the latter: whoever has
 * another record of that name finds the fork by it.
 */
function frontierOf(context: CoordinatorContext): readonly RecordName[] {
  return Object.entries(context.heads).map(([capsule, head]) => {
    const torn = tornAt(context, capsule);
    if (torn !== undefined) return headOf(context, capsule, torn);
    const branch = context.headBranches[capsule];
    return { capsule, seq: head, ...(branch === undefined ? {} : { branch }) };
  });
}

/** The capsules of which the coordinator has not everything that it tells of, sorted; `seq`: how far it tells of them. What its log has dropped it does not lack. */
function lacking(
  { log }: CoordinatorContext,
  frontier: readonly RecordName[],
  { logWindow }: Parameters,
): readonly (Lack & RecordName)[] {
  return frontier
    .map(({ capsule, seq }) => ({ capsule, seq, held: heldUpTo(log[capsule] ?? [], logWindow) }))
    .filter(({ seq, held }) => held < seq)
    .toSorted((a, b) => compareNames(a.capsule, b.capsule));
}

function heldUpTo(seqs: readonly number[], logWindow: number): number {
  let held = Math.max(0, (seqs.at(-1) ?? 0) - logWindow);
  for (const seq of seqs) if (seq === held + 1) held = seq;
  return held;
}

/** Asks the writers that are in the tree for what the coordinator lacks of what it tells of. */
function ask(
  context: CoordinatorContext,
  lacks: readonly (Lack & RecordName)[],
  { maxRepair, maxPendingNaks }: Parameters,
): Reaction<CoordinatorContext> {
  const hops = hopsOf(context);
  const naks: PendingNak[] = [];
  const outputs: ModelOutput[] = [];
  for (const { capsule, seq, held } of lacks) {
    const [next = '', ...path] = pathTo(context, writerOf(capsule));
    const target = neighbour(hops, next);
    if (!target || !(writerOf(capsule) in context.places) || naks.length >= maxPendingNaks) continue;
    const range = {
      capsule,
      first: held + 1,
      last: Math.min(seq, held + maxRepair),
    };
    naks.push({ ...range, askers: [], asked: [target.node] });
    outputs.push(sendTo(hops, target, { type: 'nak', ...range, path }));
  }
  return { patch: { naks }, outputs };
}

/** The SYNC to every child and the report; the epoch's answers and all pending Naks are forgotten. Then it asks for what it lacks itself. */
export function close(context: CoordinatorContext, parameters: Parameters): Reaction<CoordinatorContext> {
  const { epoch, answered } = context;
  const hops = hopsOf(context);
  const frontier = frontierOf(context);
  const forks = evidenceKept(context);
  const lacks = lacking(context, frontier, parameters);
  const asked = ask(context, lacks, parameters);
  const { keys } = context;
  return {
    patch: { ...asked.patch, awaited: [], answered: [] },
    outputs: [
      ...sendAll(hops, hops.children, {
        type: 'sync',
        epoch,
        frontier,
        ...(forks.length === 0 ? {} : { forks }),
        ...(lacks.length === 0 ? {} : { lacks: lacks.map(({ capsule, held }) => ({ capsule, held })) }),
        ...(keys === null ? {} : { rotation: { keyEpoch: keys.keyEpoch, expelled: keys.expelled } }),
      }),
      ...(asked.outputs ?? []),
      report({ type: 'epoch-closed', epoch, answered }),
    ],
  };
}

/** Closes the epoch that is still open, if there is one, before its time. */
export function closeOpen(context: CoordinatorContext, parameters: Parameters): Reaction<CoordinatorContext> {
  if (context.awaited.length === 0) return {};
  const { patch = {}, outputs = [] } = close(context, parameters);
  return { patch, outputs: [cancelTimer('eoe'), ...outputs] };
}

/** Opens the next epoch; without children to wait for it is closed at once. */
export function open(context: CoordinatorContext, parameters: Parameters): Reaction<CoordinatorContext> {
  const epoch = context.epoch + 1;
  const hops = hopsOf(context);
  const now: CoordinatorContext = {
    ...context,
    epoch,
    awaited: hops.children.map((child) => child.node),
    answered: [],
  };
  const outputs: ModelOutput[] = [
    report({ type: 'epoch-opened', epoch }),
    ...sendAll(hops, hops.children, { type: 'rts', epoch }),
  ];
  if (hops.children.length > 0)
    return { patch: now, outputs: [...outputs, setTimer('eoe', parameters.eoeMs)] };
  const closed = close(now, parameters);
  return {
    patch: { ...now, ...closed.patch },
    outputs: [...outputs, cancelTimer('eoe'), ...(closed.outputs ?? [])],
  };
}
