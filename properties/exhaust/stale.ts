/**
 * Messages that are stale: whatever happens from here on, their receiver rejects them. Versions, epochs, attempts, nonces and
 * counters only grow, so this can be told from what the receiver knows. To take them off the network at once is
 * an eager delivery; a test checks on whole state spaces that it is one.
 */
import type { ModelState } from '../../model/index.ts';
import type { ExhaustLocal, ExhaustMessage } from './local.ts';

/** Whether nothing that the message could do is left. Not asked of nodes that are down: they may come back. */
export function isStale(local: ExhaustLocal, message: ExhaustMessage): boolean {
  if ('of' in message) return true;
  if (message.kind === 'replay') return false;
  const { state } = local;
  if (state.value === 'off' || state.value === 'left') return false;
  const { message: content, counter } = message;
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
    case 'join': {
      if (state.role !== 'coordinator') return false;
      const known = state.context.known[content.node];
      return (
        known?.incarnation === content.incarnation &&
        known.birth === content.birth &&
        content.attempt <= known.attempt
      );
    }
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

/** Whether the link was made by a version that the node has, and is none of its links: links do not come back. */
function isGone(state: ModelState, from: string, link: number): boolean {
  if (state.role === 'coordinator') {
    const place = state.context.places[from];
    return link <= state.context.version && (place?.parent !== 'C' || place.link !== link);
  }
  const { version, parent, children } = state.context;
  if (link > version) return false;
  const hop = parent?.node === from ? parent : children.find(({ node }) => node === from);
  return hop?.link !== link;
}
