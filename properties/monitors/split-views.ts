/** What happens when somebody with the coordinator's keys tells of two trees under one version. */
import type { Standing, Violation } from '../../engine/index.ts';
import { contradict, type NodeName, type Placement } from '../../model/index.ts';
import { convicts } from '../evidence.ts';
import type { Seen, SeenReaction, SplitViewReport } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';

/** The end of a link in a placement, if it names the node at all. */
function endAt({ parent, children }: Placement, node: NodeName) {
  return [parent, ...children].find((end) => end.node === node);
}

/** Whether two placed nodes know one another over one link. */
function areLinked(one: Placement, other: Placement): boolean {
  const [there, back] = [endAt(one, other.node), endAt(other, one.node)];
  return (
    there !== undefined &&
    there.link === back?.link &&
    there.incarnation === other.incarnation &&
    back.incarnation === one.incarnation
  );
}

/**
 * `coordinator-accountability`: whoever is shown two placements of one version that are of no one tree has evidence that convinces anyone; if
 * two neighbours were told of different trees, one of them has, once the faults have stopped; evidence spreads among neighbours; none is
 * ever kept against a coordinator whose keys nobody else has. Judged of nodes that were not taken over:
 *
 * - evidence that a node keeps convinces the verifier that knows nothing but the enrolment key, and somebody else used the coordinator's keys;
 * - a node that takes in a placement, its own or another's, which contradicts the one that it has installed, keeps evidence from then on;
 * - once the faults have stopped: where a node's installed placement names a neighbour that has installed one of the same version, and they
 *   are not linked by these, one of the two keeps evidence; and of two that are linked, both do or neither.
 *
 * Counts the placements that nodes take in or are shown: with a coordinator that is nobody but itself, none of them may make evidence.
 */
export class CoordinatorAccountability extends Judge {
  readonly #installed = new Map<NodeName, Placement>();
  /** By node, the reactions in which they came to keep evidence. */
  readonly #kept = new Map<NodeName, readonly number[]>();

  protected override judge(seen: Seen): Violation | undefined {
    if (seen.kind === 'event') {
      const { event } = seen.step;
      if (event.type === 'crashed') this.#installed.delete(event.node);
      return undefined;
    }
    const { reaction } = seen;
    return this.watch.takenOver.has(reaction.node) ? undefined : this.#judgeHonest(reaction);
  }

  #judgeHonest(reaction: SeenReaction): Violation | undefined {
    const { node, input, reports } = reaction;
    if (input.kind === 'start') this.#remember(node, input.memory);
    for (const report of reports) {
      if (report.type === 'split-view') {
        const fault = this.#judgeEvidence(node, report);
        if (fault !== undefined) return this.violated(reaction, fault, report);
        this.#kept.set(node, [...(this.#kept.get(node) ?? []), reaction.index]);
      }
    }
    const hasLeft = this.watch.placing.hasLeft(node);
    if (hasLeft || reports.some(({ type }) => type === 'excluded')) this.#installed.delete(node);
    if (input.kind !== 'frame') return undefined;
    const { message } = input.reading;
    if (message.type === 'join-refused' && message.why === 'incarnation' && reaction.rejected === undefined)
      this.#installed.delete(node);
    if (message.type !== 'placement') return undefined;
    if (reports.some(({ type }) => type === 'installed')) this.#installed.set(node, message);
    return hasLeft ? undefined : this.#judgeShown(reaction, message);
  }

  /** A placement came; whoever has another one of that version cannot but see. */
  #judgeShown(reaction: SeenReaction, placement: Placement): Violation | undefined {
    const { node } = reaction;
    const own = this.#installed.get(node);
    if (own === undefined) return undefined;
    this.exercised += 1;
    if (this.#holds(node) || !isOfSomeTree(placement, this.watch.scenario.parameters.k)) return undefined;
    return contradict(own, placement)
      ? this.violated(
          reaction,
          `${node} was shown a placement of ${placement.node} under version ${placement.version} that contradicts its own, and keeps no evidence`,
          { own, shown: placement },
        )
      : undefined;
  }

  #remember(
    node: NodeName,
    { kind, asOfIndex }: { readonly kind: string; readonly asOfIndex: number },
  ): void {
    const isKept = (index: number): boolean => kind === 'durable' || (kind === 'stale' && index <= asOfIndex);
    this.#kept.set(node, (this.#kept.get(node) ?? []).filter(isKept));
    this.#installed.delete(node);
  }

  #judgeEvidence(node: NodeName, { version, evidence }: SplitViewReport): string | undefined {
    if (!this.watch.takenOver.has(ROOT))
      return `${node} keeps evidence that ${ROOT} made two trees of version ${version}, and it did not`;
    const { anchor } = this.watch.facts;
    if (evidence === undefined || anchor === undefined) return undefined;
    const verdict = convicts(Buffer.from(evidence, 'hex'), anchor);
    if ('version' in verdict && verdict.version === version) return undefined;
    const why = 'why' in verdict ? verdict.why : 'it names something else';
    return `${node} keeps evidence of two trees of version ${version} that convinces nobody: ${why}`;
  }

  #holds(node: NodeName): boolean {
    return (this.#kept.get(node)?.length ?? 0) > 0;
  }

  waitingFor({ up }: Standing): readonly string[] {
    const placed = [...this.#installed].filter(([node]) => up.has(node) && !this.watch.takenOver.has(node));
    const waiting: string[] = [];
    for (const [node, own] of placed)
      for (const [other, theirs] of placed) {
        if (node === other || endAt(own, other) === undefined) continue;
        if (areLinked(own, theirs)) {
          if (this.#holds(node) && !this.#holds(other))
            waiting.push(`${other} does not know of the split view that its neighbour ${node} keeps`);
        } else if (own.version === theirs.version && !this.#holds(node) && !this.#holds(other))
          waiting.push(
            `${node} was told under version ${own.version} that it is a neighbour of ${other}, which was told otherwise, and neither keeps evidence`,
          );
      }
    return waiting;
  }
}

/** Whether a placement is within the bounds of trees: what is not is rejected, whoever signed it. */
function isOfSomeTree({ node, version, level, parent, children }: Placement, k: number): boolean {
  const neighbours = [parent, ...children];
  const names = new Set([node, ...neighbours.map((end) => end.node)]);
  return (
    names.size === neighbours.length + 1 &&
    !parent.node.startsWith('c') &&
    !names.has(ROOT) === (parent.node !== ROOT) &&
    children.every((child) => child.node !== ROOT) &&
    children.length <= (node.startsWith('c') ? 0 : k) &&
    (level === 1) === (parent.node === ROOT) &&
    neighbours.every(({ link }) => link <= version)
  );
}
