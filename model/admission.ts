/** Who is in the tree: joins, leaves, suspicions and probes at the coordinator (docs/protocol.md §5.2). */

import { excluding, including, withEntry, withoutEntry } from './canonical.ts';
import { COORDINATOR, roleOf } from './events.ts';
import type { EventOf, Known, ModelEvent, ModelOutput } from './events.ts';
import * as exclusion from './exclusion.ts';
import { isExcluded } from './forks.ts';
import { generationOf } from './keys.ts';
import * as rotation from './rotation.ts';
import { isInterest, isSameInterest, saying } from './interest.ts';
import type { NodeName, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { commit, sendPlacement, treeOf } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import { cancelTimer, send, setTimer } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import type { Layout } from './domains.ts';
import { admissible, areAdjacent, nodesWithSlotFor } from './tree.ts';
import type { Cause } from './tree.ts';

type Join = EventOf<'join'>;
type Answer = Reaction<CoordinatorContext>;

/** The rows of the table that a Join can fall into; undefined: it is rejected. */
export type JoinCase = 'excluded' | 'used' | 'back' | 'again' | 'cut-off' | 'orphan' | 'no-slot' | 'slot';

/** Whether a node has been here under newer keys than those that it has in an incarnation. */
function isRenewed(known: Known | undefined, incarnation: number): boolean {
  return known !== undefined && generationOf(known.incarnation) > generationOf(incarnation);
}

/** Which row a Join falls into. */
export function joinCase(context: CoordinatorContext, event: Join, layout: Layout): JoinCase | undefined {
  const { node, incarnation, birth, attempt } = event;
  if (roleOf(node) !== event.role) return undefined;
  const known = context.known[node];
  if (isExcluded(context, node, incarnation) || isRenewed(known, incarnation)) return 'excluded';
  const isSame = known?.incarnation === incarnation;
  if (known && (incarnation < known.incarnation || (isSame && birth !== known.birth))) return 'used';
  if (known && isSame && attempt <= known.attempt) return undefined;
  const place = context.places[node];
  if (place) {
    if (!isSame) return 'back';
    const isOrphan = event.reason === 'orphaned';
    if (!isOrphan || event.suspect !== place.parent || event.link !== place.link) return 'again';
    return place.parent === COORDINATOR ? 'cut-off' : 'orphan';
  }
  const isFull = nodesWithSlotFor(node, treeOf(context), layout).length === 0;
  return event.role === 'client' && isFull ? 'no-slot' : 'slot';
}

/** Whether a Leave is from a node that is still here, in its known incarnation. */
export function isLeave(context: CoordinatorContext, event: EventOf<'leave'>): boolean {
  if (!('node' in event)) return false;
  const known = context.known[event.node];
  return (
    known?.incarnation === event.incarnation &&
    known.birth !== 0 &&
    (event.node in context.places || context.pending.includes(event.node))
  );
}

/** Whether a ProbeAck answers the outstanding probe of its node. */
export function isAwaitedAck(context: CoordinatorContext, event: EventOf<'probe-ack'>): boolean {
  return (
    context.known[event.node]?.incarnation === event.incarnation &&
    context.probes[event.node]?.nonce === event.nonce
  );
}

/** Whether a Suspect is from the upper end of the edge that it is about. */
export function isSuspicion(context: CoordinatorContext, event: EventOf<'suspect'>): boolean {
  const place = context.places[event.child];
  return (
    context.known[event.node]?.incarnation === event.incarnation &&
    place?.parent === event.node &&
    place.link === event.link
  );
}

/** Whether a Subscription is the last word of a node that is known. */
export function isSubscription(
  context: CoordinatorContext,
  event: EventOf<'subscription'>,
  { shards }: Parameters,
): boolean {
  const known = context.known[event.node];
  return (
    roleOf(event.node) === 'client' &&
    isInterest(event.interest, shards) &&
    !isExcluded(context, event.node, event.incarnation) &&
    known?.incarnation === event.incarnation &&
    known.birth !== 0 &&
    event.attempt > known.attempt
  );
}

/** Whether the tree has the node with another interest than the Subscription says. */
export function changesInterest(context: CoordinatorContext, event: EventOf<'subscription'>): boolean {
  const place = context.places[event.node];
  return place !== undefined && !isSameInterest(place.interest, event.interest);
}

/** Why the event makes the coordinator commit a tree of its choice; undefined if it does not. */
export function changeOf(
  context: CoordinatorContext,
  event: ModelEvent,
  parameters: Parameters,
): Cause | undefined {
  switch (event.type) {
    case 'join': {
      const which = joinCase(context, event, parameters);
      if (which === 'slot') return { kind: 'join', node: event.node };
      if (which === 'cut-off') return { kind: 'break', reporter: event.node, other: COORDINATOR };
      return undefined;
    }
    case 'leave':
      if (!('node' in event) || !isLeave(context, event) || !(event.node in context.places)) return undefined;
      return { kind: 'removal', node: event.node };
    case 'probe-ack': {
      if (!isAwaitedAck(context, event)) return undefined;
      const reporter = context.probes[event.node]?.reporter ?? '';
      if (!areAdjacent(treeOf(context), reporter, event.node)) return undefined;
      return { kind: 'break', reporter, other: event.node };
    }
    case 'timer.probe':
      return event.node in context.probes ? { kind: 'removal', node: event.node } : undefined;
    case 'rotate': {
      const node = rotation.expelledFromTree(context, event);
      return node === undefined ? undefined : { kind: 'removal', node };
    }
    case 'data':
    case 'repair':
    case 'eoe':
    case 'evidence': {
      const writer = exclusion.convicted(context, event, parameters);
      return writer === undefined ? undefined : { kind: 'removal', node: writer };
    }
    default:
      return undefined;
  }
}

/** What is wrong with the event's choice; undefined if it is admissible, or if the event needs none. */
export function wrongChoice(
  context: CoordinatorContext,
  event: ModelEvent,
  parameters: Parameters,
): string | undefined {
  const cause = changeOf(context, event, parameters);
  if (!cause) return undefined;
  const after = 'choice' in event ? event.choice : undefined;
  if (!after) return `${event.type} needs the choice of a tree`;
  return admissible({ before: treeOf(context), after, cause, layout: parameters });
}

function learn(context: CoordinatorContext, event: Join): CoordinatorContext {
  const { node, incarnation, birth, attempt, interest } = event;
  const known = { incarnation, birth, attempt, ...saying(interest) };
  return { ...context, known: withEntry(context.known, node, known) };
}

function chosen(event: ModelEvent): Tree {
  if (!('choice' in event) || !event.choice) throw new TypeError(`${event.type} needs the choice of a tree`);
  return event.choice;
}

function refuse(
  event: Join,
  why: 'incarnation' | 'pending' | 'excluded',
  known: number,
): readonly ModelOutput[] {
  const { node, birth, attempt } = event;
  return [send(node, { type: 'join-refused', node, birth, attempt, why, known })];
}

/** The answer to a Join of a used incarnation. */
export function refuseIncarnation(context: CoordinatorContext, event: Join): Answer {
  return { outputs: refuse(event, 'incarnation', context.known[event.node]?.incarnation ?? 0) };
}

/** The answer to a client that forked a capsule. */
export function refuseExcluded(context: CoordinatorContext, event: Join): Answer {
  const known = context.known[event.node]?.incarnation ?? event.incarnation;
  return { outputs: refuse(event, 'excluded', known) };
}

/** The answer to a client that finds no slot. */
export function refuseAsPending(context: CoordinatorContext, event: Join): Answer {
  const { known } = learn(context, event);
  return {
    patch: { known, pending: including(context.pending, event.node) },
    outputs: refuse(event, 'pending', event.incarnation),
  };
}

/** The answer to a new life of a node of the tree: all its links are made anew. */
export function remakeLinks(context: CoordinatorContext, event: Join, parameters: Parameters): Answer {
  const isRemade = (child: NodeName, parent: NodeName) => child === event.node || parent === event.node;
  return commit(context, learn(context, event), { tree: treeOf(context), isRemade }, parameters);
}

/** The answer to a node that has a place already. */
export function tellPlace(context: CoordinatorContext, event: Join): Answer {
  const now = learn(context, event);
  return { patch: { known: now.known }, outputs: [sendPlacement(now, event.node)] };
}

/** The answer to a node that joins the tree. */
export function addToTree(context: CoordinatorContext, event: Join, parameters: Parameters): Answer {
  return commit(context, learn(context, event), { tree: chosen(event) }, parameters);
}

/** What the coordinator makes of a Subscription where no tree is changed by it. */
export function noteInterest(context: CoordinatorContext, event: EventOf<'subscription'>): Answer {
  const { node, attempt, interest } = event;
  const { incarnation, birth } = context.known[node] ?? { incarnation: 0, birth: 0 };
  return {
    patch: { known: withEntry(context.known, node, { incarnation, birth, attempt, interest }) },
  };
}

/** The answer to a Subscription that changes what goes where: the same tree, with the new interest. */
export function placeInterest(
  context: CoordinatorContext,
  event: EventOf<'subscription'>,
  parameters: Parameters,
): Answer {
  const now = { ...context, ...noteInterest(context, event).patch };
  return commit(context, now, { tree: treeOf(context) }, parameters);
}

/** The answer to an orphan that lost the coordinator itself: the edge is broken, nothing is there to probe. */
export function reconnect(context: CoordinatorContext, event: Join, parameters: Parameters): Answer {
  return breakEdge(context, learn(context, event), [event.node, COORDINATOR], event, parameters);
}

function breakEdge(
  before: CoordinatorContext,
  now: CoordinatorContext,
  [a, b]: readonly [NodeName, NodeName],
  event: ModelEvent,
  parameters: Parameters,
): Answer {
  const isRemade = (child: NodeName, parent: NodeName) =>
    (child === a && parent === b) || (child === b && parent === a);
  return commit(before, now, { tree: chosen(event), isRemade }, parameters);
}

function probe(
  context: CoordinatorContext,
  suspect: NodeName,
  reporter: NodeName,
  parameters: Parameters,
): Answer {
  if (suspect in context.probes) return {};
  const nonce = context.serial + 1;
  const incarnation = context.known[suspect]?.incarnation ?? 0;
  return {
    patch: { serial: nonce, probes: withEntry(context.probes, suspect, { nonce, reporter }) },
    outputs: [
      send(suspect, { type: 'probe', node: suspect, incarnation, nonce }),
      setTimer(`probe:${suspect}`, parameters.probeMs),
    ],
  };
}

/** The answer to an orphan: its parent is probed. */
export function probeParent(context: CoordinatorContext, event: Join, parameters: Parameters): Answer {
  const { known } = learn(context, event);
  const { patch, outputs = [] } = probe(context, event.suspect, event.node, parameters);
  return { patch: { known, ...patch }, outputs };
}

/** The answer to a router that misses a child. */
export function probeChild(
  context: CoordinatorContext,
  event: EventOf<'suspect'>,
  parameters: Parameters,
): Answer {
  return probe(context, event.child, event.node, parameters);
}

/** A child of the coordinator is silent. */
export function probeOwnChild(
  context: CoordinatorContext,
  event: EventOf<'timer.suspect'>,
  parameters: Parameters,
): Answer {
  const { patch = {}, outputs = [] } = probe(context, event.node, COORDINATOR, parameters);
  return { patch, outputs: [...outputs, setTimer(`suspect:${event.node}`, parameters.suspectMs)] };
}

/** A node says goodbye: out of the tree, or off the pending. */
export function letGo(context: CoordinatorContext, event: EventOf<'leave'>, parameters: Parameters): Answer {
  if (!('node' in event)) throw new TypeError('the command leave is not for the coordinator');
  const { node } = event;
  const { incarnation, attempt } = context.known[node] ?? { incarnation: 0, attempt: 0 };
  // What it wanted, its next life says anew.
  const known = withEntry(context.known, node, { incarnation, birth: 0, attempt });
  if (!(node in context.places)) return { patch: { known, pending: excluding(context.pending, node) } };
  return commit(context, { ...context, known }, { tree: chosen(event) }, parameters);
}

/** A probed node lives. If it and the reporter are still adjacent, the edge between them is to blame. */
export function blameEdge(
  context: CoordinatorContext,
  event: EventOf<'probe-ack'>,
  parameters: Parameters,
): Answer {
  const reporter = context.probes[event.node]?.reporter ?? '';
  const now = { ...context, probes: withoutEntry(context.probes, event.node) };
  const { patch = now, outputs = [] } = changeOf(context, event, parameters)
    ? breakEdge(context, now, [reporter, event.node], event, parameters)
    : {};
  return { patch, outputs: [cancelTimer(`probe:${event.node}`), ...outputs] };
}

/** A probed node is dead. */
export function bury(
  context: CoordinatorContext,
  event: EventOf<'timer.probe'>,
  parameters: Parameters,
): Answer {
  const now = { ...context, probes: withoutEntry(context.probes, event.node) };
  return commit(context, now, { tree: chosen(event) }, parameters);
}

/** What a rotation makes of the tree: without the node that it expels, if that was there. */
export function rotate(
  context: CoordinatorContext,
  event: EventOf<'rotate'>,
  parameters: Parameters,
): Answer {
  const isThere = rotation.expelledFromTree(context, event) !== undefined;
  return rotation.rotate(context, event, isThere ? chosen(event) : undefined, parameters);
}

/** What evidence makes of the tree: without its writer, if that was there. */
export function exclude(
  context: CoordinatorContext,
  event: EventOf<'data' | 'repair' | 'eoe' | 'evidence'>,
  parameters: Parameters,
): Answer {
  const accusation = exclusion.accusation(context, event, parameters);
  if (!accusation) return {};
  const isThere = exclusion.convicted(context, event, parameters) !== undefined;
  return exclusion.exclude(context, accusation, isThere ? chosen(event) : undefined, parameters);
}
