/** What a client holds, writes and asks for (docs/protocol.md §5.3, §5.4). */

import { accepts, delivered, isNewAtClient } from './delivery.ts';
import type { Deliveries } from './delivery.ts';
import type { EventOf, ModelOutput } from './events.ts';
import { isFromParent, sendTo } from './links.ts';
import * as member from './membership.ts';
import type { MemberContext } from './membership.ts';
import type { Capsule, LinkBody, NodeName } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { report } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { isWithinRange } from './relay.ts';

/** A range that a client asked its parent for. */
export interface Asked {
  readonly capsule: Capsule;
  readonly first: number;
  readonly last: number;
}

/** What a client knows. Its incarnation and its positions are in its storage. */
export interface ClientContext extends MemberContext, Deliveries {
  /** Greatest epoch accepted of an RTS. */
  readonly rts: number;
  /** Greatest epoch accepted of a SYNC. */
  readonly sync: number;
  /** Sorted by capsule. */
  readonly asked: readonly Asked[];
  /** How many puts wait. */
  readonly queued: number;
}

/** A client that is not alive. */
export function lifelessClient(self: NodeName): ClientContext {
  const nothing = { positions: {}, early: {}, rts: 0, sync: 0, asked: [], queued: 0 };
  return { ...member.lifelessMember(self), ...nothing };
}

/** The capsule that this life writes. */
export function ownCapsule(context: ClientContext): Capsule {
  return `${context.self}/${context.incarnation}`;
}

/** A frame to the parent, if there is one. */
export function sendUp(context: ClientContext, body: LinkBody): readonly ModelOutput[] {
  return context.parent ? [sendTo(context, context.parent, body)] : [];
}

/** Makes one record: of one put, or of all that waited. */
export function write(context: ClientContext, parameters: Parameters): Reaction<ClientContext> {
  const capsule = ownCapsule(context);
  const seq = (context.positions[capsule] ?? 0) + 1;
  if (seq > parameters.maxOwnRecords) {
    return { patch: { queued: 0 }, outputs: [report({ type: 'refused', why: 'log-full' })] };
  }
  return {
    patch: { queued: 0, ...delivered(context, capsule, [seq]) },
    outputs: [
      report({ type: 'put', capsule, seq }),
      ...sendUp(context, { type: 'data', record: { capsule, seq } }),
    ],
  };
}

/** What a SYNC shows to be missing, as far as it can be asked for now. */
export function missing(
  context: ClientContext,
  event: EventOf<'sync'>,
  parameters: Parameters,
): readonly Asked[] {
  const own = ownCapsule(context);
  return event.frontier
    .map(({ capsule, seq }) => ({ capsule, first: (context.positions[capsule] ?? 0) + 1, last: seq }))
    .filter(({ capsule, first, last }) => capsule !== own && first <= last)
    .slice(0, parameters.maxPendingNaks)
    .map((range) => ({ ...range, last: Math.min(range.last, range.first + parameters.maxRepair - 1) }));
}

/** Whether a Repair is what the parent was asked for. */
export function isAsked(context: ClientContext, event: EventOf<'repair'>): boolean {
  const { capsule, first, last } = event;
  return (
    isFromParent(context, event) &&
    isWithinRange(event) &&
    context.asked.some((one) => one.capsule === capsule && one.first === first && one.last === last)
  );
}

/** Takes each record of a Repair as if it came as data; what is not acceptable as such is passed over. */
export function takeRepair(
  context: ClientContext,
  event: EventOf<'repair'>,
  parameters: Parameters,
): Reaction<ClientContext> {
  const { capsule, first, last } = event;
  let now: Deliveries = context;
  const outputs: ModelOutput[] = [];
  for (const seq of event.seqs) {
    if (!isNewAtClient(now, ownCapsule(context), { capsule, seq }, parameters)) continue;
    const { patch, outputs: reports } = accepts(now, { capsule, seq });
    now = { ...now, ...patch };
    outputs.push(...(reports ?? []));
  }
  const asked = context.asked.filter(
    (one) => one.capsule !== capsule || one.first !== first || one.last !== last,
  );
  return { patch: { positions: now.positions, early: now.early, asked }, outputs };
}
