/**
 * Messages that are stale: whatever happens from here on, their receiver rejects them. Versions, epochs, attempts, nonces and
 * counters only grow, so this can be told from what the receiver knows. To take them off the network at once is
 * an eager delivery; a test checks on whole state spaces that it is one.
 */
import type { EventOf, Known, Memory, Message, ModelState } from '../../model/index.ts';
import { linkTo, type ExhaustLocal, type ExhaustMessage } from './local.ts';

/** Whether nothing that the message could do is left. */
export function isStale(local: ExhaustLocal, message: ExhaustMessage): boolean {
  if (message.kind !== 'frame') return false;
  const { state, memory } = local;
  const { message: content, counter } = message;
  if (state.value === 'off') return memory !== null && isStaleToItsNextLife(memory, local, content);
  if (state.value === 'left') return false;
  if ('link' in content && 'from' in content) {
    const { from, link } = content;
    if (counter <= (local.received[`${from} ${String(link)}`] ?? 0)) return true;
    return link <= local.past || isGone(state, from, link);
  }
  switch (content.type) {
    case 'placement':
      // That of another node is compared, and the coordinator's placements contradict each other never.
      if (content.node !== state.node) return true;
      return (
        state.role !== 'coordinator' &&
        (content.incarnation < state.context.incarnation ||
          content.birth < state.context.birth ||
          content.version < state.context.version)
      );
    case 'join-refused':
      return (
        state.role !== 'coordinator' &&
        (content.birth < state.context.birth || content.attempt < state.context.attempt)
      );
    case 'placement-ack':
      return (
        state.role === 'coordinator' && content.version < (state.context.places[content.node]?.placedAt ?? 0)
      );
    case 'join':
      return state.role === 'coordinator' && isOldAttempt(state.context.known, content);
    case 'subscription':
      return state.role === 'coordinator' && isOldSubscription(state.context.known, content);
    case 'probe':
      return (
        state.role !== 'coordinator' &&
        (content.incarnation < state.context.incarnation || content.nonce <= state.context.nonce)
      );
    case 'probe-ack':
      return (
        state.role === 'coordinator' &&
        content.nonce <= state.context.serial &&
        state.context.probes[content.node]?.nonce !== content.nonce
      );
    default:
      return false;
  }
}

/**
 * What a node that is down can't use when it comes back. A coordinator places everybody and makes its links anew, and has no probe outstanding; another node has no link of before,
 * a birth that nobody knows, and an incarnation beyond all that it had.
 */
function isStaleToItsNextLife(
  memory: Memory,
  { life, past, state }: ExhaustLocal,
  message: Message,
): boolean {
  const { node } = state;
  if ('link' in message && 'from' in message) return message.link <= past;
  switch (message.type) {
    case 'placement-ack':
      return memory.kind === 'coordinator' && message.version <= memory.version;
    case 'probe-ack':
      return memory.kind === 'coordinator' && message.nonce <= memory.serial;
    case 'join':
      return memory.kind === 'coordinator' && isOldAttempt(memory.known, message);
    case 'placement':
    case 'probe':
      // Who shows its own placement to a neighbour shows one that fits.
      if (message.node !== node) return true;
      return memory.kind !== 'coordinator' && message.incarnation <= memory.incarnation;
    case 'join-refused':
      return memory.kind !== 'coordinator' && message.birth <= life;
    default:
      return false;
  }
}

function isOldAttempt(known: Readonly<Record<string, Known>>, join: EventOf<'join'>): boolean {
  const one = known[join.node];
  return one?.incarnation === join.incarnation && one.birth === join.birth && join.attempt <= one.attempt;
}

/** Attempts grow, and where there is a later incarnation the message says nothing any more. */
function isOldSubscription(
  known: Readonly<Record<string, Known>>,
  { node, incarnation, attempt }: EventOf<'subscription'>,
): boolean {
  const one = known[node];
  if (one === undefined) return false;
  return one.incarnation > incarnation || (one.incarnation === incarnation && attempt <= one.attempt);
}

/** Whether the link was made by a version that the node has, and is none of its links: links do not come back. */
function isGone(state: ModelState, from: string, link: number): boolean {
  return link <= state.context.version && linkTo(state, from) !== link;
}
