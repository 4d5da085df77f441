/** Epochs at the coordinator (docs/protocol.md §5.4): it asks what everybody wrote and tells everybody. */

import { excluding, including, withEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import type { EventOf, Log, ModelOutput } from './events.ts';
import { isFromChild, sendAll } from './links.ts';
import type { RecordName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { hopsOf } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { cancelTimer, report, setTimer } from './reaction.ts';
import type { Reaction } from './reaction.ts';

/** Whether an EOE is of the open epoch, from a child that has not answered it. */
export function isAwaited(context: CoordinatorContext, event: EventOf<'eoe'>): boolean {
  return (
    isFromChild(hopsOf(context), event) &&
    event.epoch === context.epoch &&
    context.awaited.includes(event.from)
  );
}

/** The heads that a log proves: the newest record of each capsule. */
export function headsOf(log: Log): Table<number> {
  return Object.fromEntries(Object.entries(log).map(([capsule, seqs]) => [capsule, seqs.at(-1) ?? 0]));
}

/** The heads, with one that may have risen: they never sink. Of capsules beyond `maxCapsules` none is kept. */
export function raised(
  heads: Table<number>,
  { capsule, seq }: RecordName,
  { maxCapsules }: Parameters,
): Table<number> {
  const hasRoom = capsule in heads || Object.keys(heads).length < maxCapsules;
  return hasRoom && seq > (heads[capsule] ?? 0) ? withEntry(heads, capsule, seq) : heads;
}

/** Takes an EOE: the first answer of a client counts. */
export function merge(
  context: CoordinatorContext,
  event: EventOf<'eoe'>,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  let { heads, answered } = context;
  for (const answer of event.answers) {
    if (answered.includes(answer.node)) continue;
    answered = including(answered, answer.node);
    for (const head of answer.heads) heads = raised(heads, head, parameters);
  }
  return { patch: { heads, answered, awaited: excluding(context.awaited, event.from) } };
}

/** The SYNC to every child and the report; the epoch's answers and all pending Naks are forgotten. */
export function close(context: CoordinatorContext): Reaction<CoordinatorContext> {
  const { epoch, answered } = context;
  const hops = hopsOf(context);
  const frontier = Object.entries(context.heads).map(([capsule, seq]) => ({ capsule, seq }));
  return {
    patch: { naks: [], awaited: [], answered: [] },
    outputs: [
      ...sendAll(hops, hops.children, { type: 'sync', epoch, frontier }),
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
