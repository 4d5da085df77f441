/** Epochs at the coordinator (docs/protocol.md §5.4): it asks what everybody wrote and tells everybody. */

import { excluding, including, withEntry, withoutEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import type { EventOf, ModelOutput } from './events.ts';
import { evidenceKept, headOf } from './forks.ts';
import { isFromChild, sendAll } from './links.ts';
import type { RecordName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { hopsOf } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { cancelTimer, report, setTimer } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import type { RelayContext } from './relay.ts';

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

/** The heads, with one that may have risen: they never sink. Of capsules beyond `maxCapsules` and of forked ones none is kept. */
export function raised(
  { heads, headBranches }: Heads,
  { capsule, seq, branch }: RecordName,
  forks: Table<unknown>,
  { maxCapsules }: Parameters,
): Heads {
  const hasRoom = capsule in heads || Object.keys(heads).length < maxCapsules;
  if (!hasRoom || seq <= (heads[capsule] ?? 0) || capsule in forks) return { heads, headBranches };
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
    for (const head of answer.heads) heads = raised(heads, head, context.forks, parameters);
  }
  const { heads: risen, headBranches } = heads;
  return {
    patch: { heads: risen, headBranches, answered, awaited: excluding(context.awaited, event.from) },
  };
}

/** The SYNC to every child and the report; the epoch's answers and all pending Naks are forgotten. */
export function close(context: CoordinatorContext): Reaction<CoordinatorContext> {
  const { epoch, answered } = context;
  const hops = hopsOf(context);
  const frontier = Object.entries(context.heads).map(([capsule, seq]) => {
    const branch = context.headBranches[capsule];
    return { capsule, seq, ...(branch === undefined ? {} : { branch }) };
  });
  const forks = evidenceKept(context);
  return {
    patch: { naks: [], awaited: [], answered: [] },
    outputs: [
      ...sendAll(hops, hops.children, {
        type: 'sync',
        epoch,
        frontier,
        ...(forks.length === 0 ? {} : { forks }),
      }),
      report({ type: 'epoch-closed', epoch, answered }),
    ],
  };
}

/** Closes the epoch that is still open, if there is one, before its time. */
export function closeOpen(context: CoordinatorContext): Reaction<CoordinatorContext> {
  if (context.awaited.length === 0) return {};
  const { patch = {}, outputs = [] } = close(context);
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
  const closed = close(now);
  return {
    patch: { ...now, ...closed.patch },
    outputs: [...outputs, cancelTimer('eoe'), ...(closed.outputs ?? [])],
  };
}
