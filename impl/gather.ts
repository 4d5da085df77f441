/** An epoch's answers on their way up: who is waited for, and what came (docs/protocol.md §5.4). */
import { encodeBody, MAX_FRAME_BYTES } from './codec.ts';
import type { Answer, EoeMessage, NodeName, ProvenHead } from './messages.ts';

/** The heads that all answers of an EOE have, in their order. */
export function headsIn({ answers }: EoeMessage): readonly ProvenHead[] {
  return answers.flatMap(({ answer, credential }) => answer.heads.map((head) => ({ head, credential })));
}

/** Bytes of an EOE frame beside its answers: a bound. */
const EOE_OVERHEAD_BYTES = 256;

/** One epoch's wait for the children's EOE. */
export class Gather {
  readonly epoch: number;
  readonly #waiting: Set<NodeName>;
  readonly #answers = new Map<NodeName, Answer>();

  constructor(epoch: number, children: readonly NodeName[]) {
    this.epoch = epoch;
    this.#waiting = new Set(children);
  }

  /** Whether an EOE of `epoch` from a child is waited for. */
  awaits(child: NodeName, epoch: number): boolean {
    return epoch === this.epoch && this.#waiting.has(child);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get isComplete(): boolean {
    return this.#waiting.size === 0;
  }

  /** Takes a child's answers; the first answer of a node counts. */
  take(child: NodeName, answers: readonly Answer[]): void {
    this.#waiting.delete(child);
    for (const answer of answers)
      if (!this.#answers.has(answer.answer.node)) this.#answers.set(answer.answer.node, answer);
  }

  /** Who answered, sorted. */
  answered(): NodeName[] {
    return [...this.#answers.keys()].sort();
  }

  /** The EOE of everybody below. If not all fits a frame, answers with heads come first. */
  merged(): EoeMessage {
    const answers = this.answered().map((node) => this.#answers.get(node) as Answer);
    return { kind: 'eoe', epoch: this.epoch, answers: fitting(answers) };
  }
}

function fitting(answers: readonly Answer[]): readonly Answer[] {
  let room = MAX_FRAME_BYTES - EOE_OVERHEAD_BYTES;
  const kept = new Set<Answer>();
  const byUse = [...answers].sort(
    (a, b) => Math.sign(b.answer.heads.length) - Math.sign(a.answer.heads.length),
  );
  for (const answer of byUse) {
    const size = encodeBody({ kind: 'eoe', epoch: 1, answers: [answer] }).length;
    if (size > room) break;
    room -= size;
    kept.add(answer);
  }
  return answers.filter((answer) => kept.has(answer));
}
