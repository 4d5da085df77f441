/** What a node of a scope is as good as while nothing is in flight. */
import type { Known, ModelState } from '../../model/index.ts';
import { exhaustText, type ExhaustLocal, type ExhaustMessage } from './local.ts';

/**
 * A node without what makes no difference while nothing is in flight: a counter that begins again at both ends of its link is as good as one that goes on, since
 * the next frame is newer than all that were accepted; and so are attempts to join, at the node and at the coordinator.
 */
export function settled(local: ExhaustLocal): ExhaustLocal {
  const { state, memory } = local;
  return {
    ...local,
    state: { ...state, context: withoutAttempts(state.context) } as ModelState,
    memory: memory === null ? null : withoutAttempts(memory),
    past: 0,
    sent: {},
    received: {},
  };
}

/** The text of a message without what settled nodes count anew. */
export function settledText(message: ExhaustMessage): string {
  if ('of' in message) return exhaustText(message);
  return exhaustText({ ...message, counter: 0, message: withoutAttempts(message.message) });
}

function withoutAttempts<T extends object>(knowledge: T): T {
  const own = 'attempt' in knowledge ? { attempt: 0 } : {};
  if (!('known' in knowledge)) return { ...knowledge, ...own };
  const known = Object.entries(knowledge.known as Readonly<Record<string, Known>>).map(
    ([node, one]) => [node, { ...one, attempt: 0 }] as const,
  );
  return { ...knowledge, ...own, known: Object.fromEntries(known) };
}
