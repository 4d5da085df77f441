/** Evidence at the coordinator (docs/protocol.md §5.5): who forked a capsule leaves the tree for good. */

import { excluding, withoutEntry } from './canonical.ts';
import * as epochs from './epochs.ts';
import { writerOf } from './events.ts';
import type { ModelEvent } from './events.ts';
import { convicts, evidenceOf } from './forks.ts';
import type { Evidence, NodeName, RecordName, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { commit, hopsOf } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import type { Reaction } from './reaction.ts';
import * as relay from './relay.ts';

/** Evidence that the coordinator has not had, and who sent it, if it was sent as such. */
interface Accusation {
  readonly evidence: Evidence;
  readonly from?: NodeName;
}

/** The evidence that an event brings, as it is or by what it says beside what is known; undefined if there is none. */
export function accusation(
  context: CoordinatorContext,
  event: ModelEvent,
  parameters: Parameters,
): Accusation | undefined {
  const hops = hopsOf(context);
  switch (event.type) {
    case 'evidence': {
      const { capsule, seq, branches, from } = event;
      if (!relay.isEvidence(context, hops, event, parameters)) return undefined;
      return { evidence: { capsule, seq, branches }, from };
    }
    case 'data':
      return relay.isDataFromNeighbour(hops, event)
        ? conflictWith(context, [event.record], parameters)
        : undefined;
    case 'repair':
      return relay.isAskedRepair(context, hops, event)
        ? conflictWith(context, relay.recordsOf(event), parameters)
        : undefined;
    case 'eoe': {
      if (!epochs.isAwaited(context, event)) return undefined;
      const heads = event.answers.flatMap((answer) => answer.heads);
      return conflictWith(context, heads, parameters);
    }
    default:
      return undefined;
  }
}

/** The first of these records of which another one is logged, or known as a head. */
function conflictWith(
  context: CoordinatorContext,
  records: readonly RecordName[],
  parameters: Parameters,
): Accusation | undefined {
  for (const record of records) {
    const evidence = relay.conflictIn(context, [record], parameters) ?? conflictWithHead(context, record);
    if (evidence) return { evidence };
  }
  return undefined;
}

/** Heads are of capsules that are not forked, so what contradicts one is news. */
function conflictWithHead(
  { heads, headBranches }: CoordinatorContext,
  record: RecordName,
): Evidence | undefined {
  const { capsule, seq, branch = '' } = record;
  const head = headBranches[capsule] ?? '';
  return heads[capsule] === seq && head !== branch ? evidenceOf(record, head) : undefined;
}

/** The writer whom an event's evidence takes out of the tree; undefined if it does not, or the writer is not there. */
export function convicted(
  context: CoordinatorContext,
  event: ModelEvent,
  parameters: Parameters,
): NodeName | undefined {
  const evidence = accusation(context, event, parameters)?.evidence;
  const writer = evidence && convictedIn(context, evidence);
  return writer !== undefined && writer in context.places ? writer : undefined;
}

/** The writer that evidence is against; undefined if it goes on under newer keys. */
function convictedIn({ known }: CoordinatorContext, { capsule }: Evidence): NodeName | undefined {
  const writer = writerOf(capsule);
  return convicts(capsule, writer, known[writer]?.incarnation ?? 0) ? writer : undefined;
}

/** Keeps evidence, tells every child, and takes the writer out of the tree. `tree`: what is left, if it was there. */
export function exclude(
  context: CoordinatorContext,
  { evidence, from }: Accusation,
  tree: Tree | undefined,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  const { patch, outputs = [] } = relay.spreadEvidence(context, hopsOf(context), evidence, from);
  const { capsule } = evidence;
  const out = convictedIn(context, evidence);
  const now: CoordinatorContext = {
    ...context,
    ...patch,
    pending: out === undefined ? context.pending : excluding(context.pending, out),
    heads: withoutEntry(context.heads, capsule),
    headBranches: withoutEntry(context.headBranches, capsule),
  };
  if (!tree) return { patch: now, outputs };
  const committed = commit(context, now, { tree }, parameters);
  return { patch: committed.patch ?? now, outputs: [...outputs, ...(committed.outputs ?? [])] };
}
