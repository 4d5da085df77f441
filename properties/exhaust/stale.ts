/**
 * Messages that are stale: whatever happens from here on, their receiver rejects them. Versions, epochs, attempts, nonces and
 * counters only grow, so this can be told from what the receiver knows. To take them off the network at once is
 * an eager delivery; a test checks on whole state spaces that it is one.
 */
import type { EventOf, Known, Memory, Message, ModelState } from '../../model/index.ts';
import { linkTo, type ExhaustLocal, type ExhaustMessage } from './local.ts';

/** Whether nothing that the message could do is left. Of nodes that are down only the coordinator may come back. */
export function isStale(local: ExhaustLocal, message: ExhaustMessage): boolean {
  if (message.kind !== 'frame') return false;
  const { state, memory } = local;
  const { message: content, counter } = message;
  if (state.value === 'off') return memory?.kind === 'coordinator' && isStaleToItsNextLife(memory, content);
  if (state.value === 'left') return false;
  if ('link' in content && 'from' in content) {
    const { from, link } = content;
    if (counter <= (local.received[`${from} ${String(link)}`] ?? 0)) return true;
    return isGone(state, from, link);
  }
  switch (content.type) {
    case 'placement':
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
    case 'probe':
      return state.role !== 'coordinator' && content.nonce <= state.context.nonce;
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

/** What a coordinator that is down can't use when it comes back: it places everybody and makes its links anew, and has no probe outstanding. */
function isStaleToItsNextLife(
  { version, serial, known }: Extract<Memory, { kind: 'coordinator' }>,
  message: Message,
): boolean {
  if ('link' in message && 'from' in message) return message.link <= version;
  if (message.type === 'placement-ack') return message.version <= version;
  if (message.type === 'probe-ack') return message.nonce <= serial;
  return message.type === 'join' && isOldAttempt(known, message);
}

function isOldAttempt(known: Readonly<Record<string, Known>>, join: EventOf<'join'>): boolean {
  const one = known[join.node];
  return one?.incarnation === join.incarnation && one.birth === join.birth && join.attempt <= one.attempt;
}

/** Whether the link was made by a version that the node has, and is none of its links: links do not come back. */
function isGone(state: ModelState, from: string, link: number): boolean {
  return link <= state.context.version && linkTo(state, from) !== link;
}
