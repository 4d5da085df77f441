/** What happens when the group key is rotated and nodes are expelled. */
import type { Standing, Violation } from '../../engine/index.ts';
import { incarnationOf, isVoid, keyEpochOf, type Capsule, type NodeName } from '../../model/index.ts';
import type { Seen, SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';
import { recordId, writerOf } from './tracking.ts';

/** What a node knows of the newest rotation. */
interface Known {
  /** Index of the reaction in which the node came to know it. */
  readonly index: number;
  readonly keyEpoch: number;
  /** Each as often as it was. */
  readonly expelled: readonly NodeName[];
  /** The last record of use of each capsule that void keys signed. */
  readonly cuts: ReadonlyMap<Capsule, number>;
}

/** Before the first rotation. */
const NOTHING: Known = { index: -1, keyEpoch: 1, expelled: [], cuts: new Map() };

/**
 * `key-epochs`: whoever knows of a rotation accepts and repeats nothing of those expelled beyond the cut, and seals under the new group key; once the faults have
 * stopped, everybody who is served has it. Judged of nodes that were not taken over or expelled:
 *
 * - from then on the node delivers, sends and asks for nothing of an expelled writer beyond the cut that the SYNC showed it; the coordinator, which
 *   makes the cut, nothing beyond what it had accepted by then;
 * - what a client puts is in a capsule of the newest key epoch that it knows;
 * - the coordinator has nobody in any tree that it commits who never joined but with void keys;
 * - once the faults have stopped, every client that is served knows the newest key epoch.
 *
 * Counts what nodes put, and what they deliver, send on or commit.
 */
export class KeyEpochs extends Judge {
  readonly #known = new Map<NodeName, Known[]>();
  /** What the coordinator logged: the greatest `seq` of each capsule. */
  readonly #logged = new Map<Capsule, number>();

  protected override judge(seen: Seen): Violation | undefined {
    if (seen.kind === 'event' || this.watch.isOver(seen.reaction.node)) return undefined;
    const { reaction } = seen;
    if (reaction.input.kind === 'start') this.#remember(reaction.node, reaction.input.memory);
    const known = this.#learn(reaction);
    if (reaction.node === ROOT) this.#log(reaction);
    return this.#judgeKnowing(reaction, known ?? NOTHING);
  }

  #remember(
    node: NodeName,
    { kind, asOfIndex }: { readonly kind: string; readonly asOfIndex: number },
  ): void {
    const isKept = ({ index }: Known): boolean =>
      kind === 'durable' || (kind === 'stale' && index <= asOfIndex);
    this.#known.set(node, (this.#known.get(node) ?? []).filter(isKept));
  }

  /** What the node knows, as after this reaction. */
  #learn(reaction: SeenReaction): Known | undefined {
    const { node, index, input, reports } = reaction;
    const before = this.#known.get(node) ?? [];
    const report = reports.find(({ type }) => type === 'rotated');
    if (report?.type !== 'rotated') return before.at(-1);
    const { keyEpoch } = report;
    const message = input.kind === 'frame' ? input.reading.message : undefined;
    const told = message?.type === 'sync' ? message : undefined;
    const expel =
      input.kind === 'command' && input.command.type === 'rotate' ? input.command.expel : undefined;
    const expelledBefore = before.at(-1)?.expelled ?? [];
    const expelled =
      told === undefined
        ? [...expelledBefore, ...(expel === undefined ? [] : [expel])]
        : (told.rotation?.expelled ?? []);
    const ends = told?.frontier ?? [...this.#logged].map(([capsule, seq]) => ({ capsule, seq }));
    const known = {
      index,
      keyEpoch,
      expelled,
      cuts: new Map(ends.map(({ capsule, seq }) => [capsule, seq])),
    };
    this.#known.set(node, [...before, known]);
    return known;
  }

  #log({ input, rejected }: SeenReaction): void {
    if (input.kind !== 'frame' || rejected !== undefined) return;
    const { message } = input.reading;
    const records =
      message.type === 'data'
        ? [message.record]
        : message.type === 'repair'
          ? message.seqs.map((seq) => ({ capsule: message.capsule, seq }))
          : [];
    for (const { capsule, seq } of records)
      this.#logged.set(capsule, Math.max(seq, this.#logged.get(capsule) ?? 0));
  }

  #judgeKnowing(reaction: SeenReaction, known: Known): Violation | undefined {
    const { node } = reaction;
    const beyond = (did: string, capsule: Capsule, seq: number): Violation | undefined => {
      this.exercised += 1;
      const isCut = isVoid(known, writerOf(capsule), incarnationOf(capsule));
      const cut = isCut ? (known.cuts.get(capsule) ?? 0) : Infinity;
      if (seq <= cut) return undefined;
      return this.violated(
        reaction,
        `${node} ${did} ${recordId({ capsule, seq })}, beyond the cut, though it knows that ${writerOf(capsule)} was expelled`,
      );
    };
    for (const report of reaction.reports) {
      const fault =
        report.type === 'delivered'
          ? beyond('delivered', report.capsule, report.seq)
          : report.type === 'put'
            ? this.#judgePut(reaction, report, known)
            : report.type === 'committed'
              ? this.#judgeTree(reaction, report, known)
              : undefined;
      if (fault !== undefined) return fault;
    }
    for (const { reading } of reaction.sends) {
      const { message } = reading;
      const fault =
        message.type === 'data'
          ? beyond('passed on', message.record.capsule, message.record.seq)
          : message.type === 'nak'
            ? beyond('asked for', message.capsule, message.last)
            : message.type === 'repair'
              ? beyond('repeated', message.capsule, message.seqs.at(-1) ?? 0)
              : undefined;
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #judgePut(
    reaction: SeenReaction,
    record: { readonly capsule: Capsule; readonly seq: number },
    { keyEpoch }: Known,
  ): Violation | undefined {
    this.exercised += 1;
    const sealed = keyEpochOf(record.capsule);
    if (sealed === keyEpoch) return undefined;
    return this.violated(
      reaction,
      `${reaction.node} put ${recordId(record)} in key epoch ${sealed}, though it knows of key epoch ${keyEpoch}`,
    );
  }

  #judgeTree(
    reaction: SeenReaction,
    { version, edges }: { readonly version: number; readonly edges: readonly { readonly child: NodeName }[] },
    { expelled }: Known,
  ): Violation | undefined {
    this.exercised += 1;
    const former = edges.find(({ child }) => expelled.includes(child) && this.watch.hasVoidKeysOnly(child));
    return (
      former &&
      this.violated(
        reaction,
        `${former.child} was expelled, and has a place in the tree of version ${version}`,
      )
    );
  }

  waitingFor({ up }: Standing): readonly string[] {
    const newest = this.#known.get(ROOT)?.at(-1)?.keyEpoch ?? 1;
    if (newest === 1) return [];
    return this.watch
      .served(up)
      .filter((client) => this.#known.get(client)?.at(-1)?.keyEpoch !== newest)
      .map((client) => `${client} has not learned of key epoch ${newest}`);
  }
}
