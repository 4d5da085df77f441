/** What happens when a writer makes two records of one name. */
import type { Standing, Violation } from '../../engine/index.ts';
import type { Capsule, NodeName } from '../../model/index.ts';
import type { ForkReport, Seen, SeenReaction } from '../reading.ts';
import { convicts } from '../evidence.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';
import { recordId, writerOf } from './tracking.ts';

interface Kept {
  /** Index of the reaction in which the node came to keep it. */
  readonly index: number;
  readonly capsule: Capsule;
  readonly seq: number;
}

/** How many records and heads a message that was not rejected has: each could be taken for another one of its name. */
function compared({ input, rejected }: SeenReaction): number {
  if (input.kind !== 'frame' || rejected !== undefined) return 0;
  const { message } = input.reading;
  switch (message.type) {
    case 'data':
    case 'evidence':
      return 1;
    case 'repair':
      return message.seqs.length;
    case 'eoe':
      return message.answers.reduce((sum, { heads }) => sum + heads.length, 0);
    case 'sync':
      return message.frontier.length;
    default:
      return 0;
  }
}

/**
 * `fork-accountability`: when a writer equivocates, some honest node holds evidence that convinces anyone; honest nodes stop at the
 * fork; no evidence ever names an honest node. Judged of nodes that were not taken over:
 *
 * - evidence that a node keeps convinces the verifier that knows nothing but the enrolment key, and names a node that was taken over;
 * - from then on the node delivers, sends and asks for nothing of that capsule at or beyond the fork;
 * - once the faults have stopped: if two clients that are served delivered different records of one name, or the coordinator keeps
 *   evidence, then every client that is served, and the coordinator, keep evidence of that capsule, as far as there is room for it.
 *
 * Counts each record and head that a node compares with what it has: without a writer that lies, none of them may make evidence.
 */
export class ForkAccountability extends Judge {
  readonly #kept = new Map<NodeName, Kept[]>();

  protected override judge(seen: Seen): Violation | undefined {
    if (seen.kind === 'event') return undefined;
    const { reaction } = seen;
    // What it keeps, it keeps when it has other keys, too.
    const isOver = this.watch.isTakenOver(reaction.node);
    if (!isOver) this.exercised += compared(reaction);
    if (reaction.input.kind === 'start') this.#remember(reaction.node, reaction.input.memory);
    // What it does in the reaction in which it learns of the fork is beyond it, too.
    for (const report of reaction.reports) {
      if (report.type !== 'forked') continue;
      const fault = isOver ? undefined : this.#judgeEvidence(reaction.node, report);
      if (fault !== undefined) return this.violated(reaction, fault, report);
      const { capsule, seq } = report;
      this.#kept.set(reaction.node, [
        ...(this.#kept.get(reaction.node) ?? []),
        { index: reaction.index, capsule, seq },
      ]);
    }
    return isOver ? undefined : this.#beyond(reaction);
  }

  #remember(
    node: NodeName,
    { kind, asOfIndex }: { readonly kind: string; readonly asOfIndex: number },
  ): void {
    const kept = this.#kept.get(node) ?? [];
    const isKept = ({ index }: Kept): boolean =>
      kind === 'durable' || (kind === 'stale' && index <= asOfIndex);
    this.#kept.set(node, kept.filter(isKept));
  }

  #judgeEvidence(node: NodeName, report: ForkReport): string | undefined {
    const name = recordId(report);
    if (this.watch.isHonest(report.capsule))
      return `${node} keeps evidence that ${writerOf(report.capsule)} made two records ${name}, and it did not`;
    const { anchor } = this.watch.facts;
    if (report.evidence === undefined || anchor === undefined) return undefined;
    const verdict = convicts(Buffer.from(report.evidence, 'hex'), anchor);
    if ('capsule' in verdict && verdict.capsule === report.capsule && verdict.seq === report.seq)
      return undefined;
    const why =
      'capsule' in verdict
        ? `it names ${recordId(verdict)}`
        : 'why' in verdict
          ? verdict.why
          : 'it names no record';
    return `${node} keeps evidence of two records ${name} that convinces nobody: ${why}`;
  }

  #forkOf(node: NodeName, capsule: Capsule): number {
    const seqs = (this.#kept.get(node) ?? []).filter((one) => one.capsule === capsule).map(({ seq }) => seq);
    return Math.min(Infinity, ...seqs);
  }

  /** What the node does with records that are at or beyond a fork that it knows of. */
  #beyond(reaction: SeenReaction): Violation | undefined {
    const { node } = reaction;
    if ((this.#kept.get(node)?.length ?? 0) === 0) return undefined;
    const isBeyond = (capsule: Capsule, seq: number): boolean =>
      seq >= this.#forkOf(node, capsule) && writerOf(capsule) !== node;
    const violated = (did: string, capsule: Capsule, seq: number): Violation =>
      this.violated(
        reaction,
        `${node} ${did} ${recordId({ capsule, seq })}, though it knows that ${capsule} is forked at #${this.#forkOf(node, capsule)}`,
      );
    for (const report of reaction.reports)
      if (report.type === 'delivered' && isBeyond(report.capsule, report.seq))
        return violated('delivered', report.capsule, report.seq);
    for (const { reading } of reaction.sends) {
      const { message } = reading;
      if (message.type === 'data' && isBeyond(message.record.capsule, message.record.seq))
        return violated('passed on', message.record.capsule, message.record.seq);
      if (message.type === 'nak' && isBeyond(message.capsule, message.last))
        return violated('asked for', message.capsule, message.last);
      if (message.type === 'repair' && isBeyond(message.capsule, message.seqs.at(-1) ?? 0))
        return violated('repeated', message.capsule, message.seqs.at(-1) ?? 0);
    }
    return undefined;
  }

  waitingFor({ up }: Standing): readonly string[] {
    const served = this.watch.served(up);
    const witnesses = [ROOT, ...served].filter((node) => up.has(node));
    const waiting: string[] = [];
    for (const [capsule, why] of this.#disputed(served)) {
      // Beyond a cut there is nothing to find out.
      if (this.watch.isCut(capsule)) continue;
      for (const node of witnesses)
        if (this.#forkOf(node, capsule) === Infinity && this.#hasRoom(node))
          waiting.push(`${node} keeps no evidence against ${writerOf(capsule)}, though ${why}`);
    }
    return waiting;
  }

  #hasRoom(node: NodeName): boolean {
    const capsules = new Set((this.#kept.get(node) ?? []).map(({ capsule }) => capsule));
    return capsules.size < this.watch.scenario.parameters.maxCapsules;
  }

  /** Capsules of which there are two chains at the end, or one forked as the coordinator knows; and how that shows. */
  #disputed(served: readonly NodeName[]): ReadonlyMap<Capsule, string> {
    const disputed = new Map<Capsule, string>();
    for (const { capsule, seq } of this.#kept.get(ROOT) ?? [])
      disputed.set(capsule, `${ROOT} has evidence of two records ${recordId({ capsule, seq })}`);
    const first = new Map<string, { readonly node: NodeName; readonly hash: string | undefined }>();
    for (const node of served)
      for (const { capsule, seq, hash } of this.watch.holdings.records(node)) {
        if (this.watch.isHonest(capsule)) continue;
        const name = recordId({ capsule, seq });
        const other = first.get(name);
        if (other === undefined) first.set(name, { node, hash });
        else if (other.hash !== hash)
          disputed.set(capsule, `${other.node} and ${node} delivered different records ${name}`);
      }
    return disputed;
  }
}
