/**
 * What could have influenced a step: happened-before (Lamport 1978) over a trace. A reaction hangs on the one before
 * it at the same node, on the sending of the message that it took in, and on the messages that an attack used. What a
 * node did next hangs on what befell it and the messages to it: what did not arrive could have been answered.
 */
import type { MessageId, Move } from './move.ts';
import type { Event, Reaction, Step } from './trace.ts';

/** Which influence counts. */
export type Influence =
  /** Every message that was taken in: the causal past in the usual sense, never too small. */
  | 'happened-before'
  /** Only messages to which the receiver did more than set its timers: smaller, and sometimes too small. */
  | 'answered';

/**
 * Indices of the steps that could have influenced the step `of`, itself included.
 * @param trace the whole trace, step `i` at index `i`
 */
export function causalPast<F, C, R>(
  trace: readonly Step<F, C, R>[],
  of: number,
  influence: Influence = 'happened-before',
): ReadonlySet<number> {
  const known = new Causes(influence);
  const causes = trace.slice(0, of + 1).map((step) => known.of(step));
  const past = new Set<number>();
  const left = [of];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (past.has(at)) continue;
    past.add(at);
    for (const cause of causes[at] ?? []) if (!past.has(cause)) left.push(cause);
  }
  return past;
}

/**
 * Positions in the schedule of the moves behind the steps of a causal past. Time that passes is behind everything:
 * `elapse` is not traced, so it is not among them.
 */
export function movesBehind<F, C, R>(
  trace: readonly Step<F, C, R>[],
  past: ReadonlySet<number>,
): ReadonlySet<number> {
  const moves = new Set<number>();
  for (const { index, cause } of trace) if (past.has(index) && cause.kind === 'move') moves.add(cause.index);
  return moves;
}

/** Finds what each step hangs on directly, asked in the order of the trace. */
class Causes {
  readonly #influence: Influence;
  /** Where each message was sent; for copies, where the copy was made. */
  readonly #sentAt = new Map<MessageId, number>();
  /** The last reaction of each node, or what befell the node itself since. */
  readonly #lastAt = new Map<string, number>();
  /** What befell messages to a node since its last reaction. */
  readonly #befell = new Map<string, number[]>();
  /** The last partition: it loses messages from then on. */
  #partitionAt: number | undefined;

  constructor(influence: Influence) {
    this.#influence = influence;
  }

  of<F, C, R>(step: Step<F, C, R>): readonly number[] {
    const causes = step.kind === 'event' ? this.#ofEvent(step) : this.#ofReaction(step);
    return causes.filter((cause) => cause !== undefined);
  }

  #ofReaction<F, C, R>(step: Reaction<F, C, R>): readonly (number | undefined)[] {
    const { index, node, message, attack, sent } = step;
    const causes = [this.#lastAt.get(node), ...(this.#befell.get(node) ?? [])];
    const isHeard = this.#influence === 'happened-before' || isAnswered(step);
    if (isHeard && message !== undefined) causes.push(this.#sentAt.get(message));
    for (const text of textsOf(attack)) causes.push(this.#sentAt.get(text));
    this.#lastAt.set(node, index);
    this.#befell.delete(node);
    for (const id of sent) this.#sentAt.set(id, index);
    return causes;
  }

  #ofEvent<C>({ index, cause, event }: Event<C>): readonly (number | undefined)[] {
    switch (event.type) {
      case 'crashed':
      case 'paused':
      case 'resumed':
      case 'restarting': {
        const last = this.#lastAt.get(event.node);
        this.#lastAt.set(event.node, index);
        return [last];
      }
      case 'lost':
        this.#befall(receiverOf(event.message), index);
        return [this.#sentAt.get(event.message), this.#partitionAt];
      case 'duplicated': {
        const sent = this.#sentAt.get(event.message);
        this.#sentAt.set(event.message, index);
        return [sent];
      }
      case 'network':
        if (cause.kind !== 'move') return [];
        if (cause.move.move === 'partition') this.#partitionAt = index;
        for (const node of delayedBy(cause.move)) this.#befall(node, index);
        return [];
      case 'skipped':
      case 'settling':
        return [];
    }
  }

  #befall(node: string, index: number): void {
    const list = this.#befell.get(node);
    if (list === undefined) this.#befell.set(node, [index]);
    else list.push(index);
  }
}

/** Who gets its messages or timers at another time. */
function delayedBy<C>(move: Move<C>): readonly string[] {
  if (move.move === 'clog' || move.move === 'release') return [move.to];
  return move.move === 'skew' ? [move.node] : [];
}

function isAnswered<F, C, R>({ outputs }: Reaction<F, C, R>): boolean {
  return outputs.some(({ kind }) => kind === 'send' || kind === 'report');
}

/** All texts in an attack: some of them are identities of messages that it used. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

function receiverOf(message: MessageId): string {
  const from = message.indexOf('>') + 1;
  return message.slice(from, message.indexOf(' ', from));
}
