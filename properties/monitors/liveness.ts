/** What must happen once the faults have stopped. */
import type { Standing, Violation } from '../../engine/index.ts';
import type { Capsule, NodeName, RecordName } from '../../model/index.ts';
import type { Seen, SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';
import { recordId, writerOf } from './tracking.ts';

/**
 * `delivery-to-every-subscriber`: every record put by a live honest client is delivered by every live honest subscriber: every client that
 * wants its shard. What a client subscribes to, its placement shows in the end.
 *
 * A writer answers for what it still holds: records that a crash without memory took from it are nobody's promise, and neither are those
 * that it wrote under keys that are void.
 * Clients that found no slot are pending, not subscribers. Judged if there is room for all
 * capsules that were put.
 */
export class DeliveryToEverySubscriber extends Judge {
  readonly #put = new Set<Capsule>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    for (const report of reaction.reports)
      if (report.type === 'put' || report.type === 'delivered') this.#put.add(report.capsule);
    return undefined;
  }

  /**
   * With more capsules than nodes have room for, it is chance whose records they keep; with more than they may ask for at a time,
   * those whose writer is gone stand in the way of the others.
   */
  get #fits(): boolean {
    const { maxCapsules, maxPendingNaks } = this.watch.scenario.parameters;
    return this.#put.size <= Math.min(maxCapsules, maxPendingNaks);
  }

  waitingFor({ up }: Standing): readonly string[] {
    if (!this.#fits) return [];
    const { holdings, interests } = this.watch;
    const served = this.watch.served(up);
    const waiting: string[] = [];
    for (const client of served)
      if (!interests.isShown(client))
        waiting.push(`the placement of ${client} does not show what it subscribes to`);
    for (const capsule of this.#put) {
      const writer = writerOf(capsule);
      const put = holdings.position(writer, capsule);
      if (!served.includes(writer) || put === 0 || this.watch.isCut(capsule)) continue;
      for (const client of served) {
        if (client === writer || !interests.subscribes(client, capsule)) continue;
        const prefix = holdings.prefix(client, capsule);
        if (prefix < put)
          waiting.push(
            `${client} has not delivered ${recordId({ capsule, seq: prefix + 1 })}, which ${writer} put and holds`,
          );
      }
    }
    return waiting;
  }

  finish({ up }: Standing): undefined {
    if (!this.#fits) return undefined;
    const served = this.watch.served(up);
    for (const capsule of this.#put) {
      const writer = writerOf(capsule);
      if (!served.includes(writer) || this.watch.isCut(capsule)) continue;
      const readers = served.filter(
        (client) => client !== writer && this.watch.interests.subscribes(client, capsule),
      );
      this.exercised += this.watch.holdings.position(writer, capsule) * readers.length;
    }
    return undefined;
  }
}

/** `reattachment`: every live credentialed node that fits has a live parent; those that don't fit are pending, and say so. */
export class Reattachment extends Judge {
  #disturbed = 0;

  protected override judge(seen: Seen): Violation | undefined {
    if (seen.kind === 'reaction' && seen.reaction.reports.some(({ type }) => type === 'installed'))
      this.#disturbed += 1;
    return undefined;
  }

  waitingFor({ up }: Standing): readonly string[] {
    if (!this.watch.isTreeGenuine) return [];
    return this.watch.scenario.nodes
      .filter((node) => up.has(node) && !this.watch.isOver(node))
      .map((node) => this.watch.placing.detachment(node, ROOT, this.watch.scenario.parameters, up))
      .filter((reason) => reason !== undefined);
  }

  finish(): undefined {
    this.exercised = this.#disturbed;
    return undefined;
  }
}

interface Epoch {
  readonly epoch: number;
  /** How much had changed when it was opened. */
  readonly changes: number;
  frontier: readonly RecordName[] | undefined;
}

/**
 * `resync-completes`: each epoch closes, with up to all but one client silent; what was missed is repaired by the next one that
 * closes. Judged once the faults have stopped: an epoch opened then must close, and whoever was behind its frontier must have caught up (by
 * one Nak's worth) when the next one closes, if nothing was placed anew in between, there is room for all capsules, and all that
 * is missing may be asked for at once.
 */
export class ResyncCompletes extends Judge {
  #settling = false;
  #open: Epoch | undefined;
  #closed: Epoch | undefined;
  #behind: readonly { readonly client: NodeName; readonly capsule: Capsule; readonly upTo: number }[] = [];
  #closings = 0;
  readonly #put = new Set<Capsule>();

  protected override judge(seen: Seen): Violation | undefined {
    if (seen.kind === 'event') {
      if (seen.step.event.type === 'settling') this.#settling = true;
      if (seen.step.event.type === 'crashed') this.#forget();
      return undefined;
    }
    for (const report of seen.reaction.reports)
      if (report.type === 'put' || report.type === 'delivered') this.#put.add(report.capsule);
    return this.#settling && seen.reaction.node === ROOT ? this.#judgeRoot(seen.reaction) : undefined;
  }

  #judgeRoot(reaction: SeenReaction): Violation | undefined {
    if (reaction.input.kind === 'start') this.#forget();
    for (const report of reaction.reports) {
      if (report.type === 'epoch-closed' && this.#open?.epoch === report.epoch) {
        const fault = this.#close(reaction, this.#open);
        this.#open = undefined;
        if (fault !== undefined) return fault;
      }
      if (report.type === 'epoch-opened')
        this.#open = { epoch: report.epoch, changes: this.watch.placing.changes, frontier: undefined };
    }
    return undefined;
  }

  #close(reaction: SeenReaction, epoch: Epoch): Violation | undefined {
    const { placing, holdings } = this.watch;
    this.#closings += 1;
    this.exercised += 1;
    const quiet = this.#closed !== undefined && this.#closed.changes === placing.changes;
    const late = quiet
      ? this.#behind.find(({ client, capsule, upTo }) => holdings.prefix(client, capsule) < upTo)
      : undefined;
    if (late !== undefined)
      return {
        ...this.violated(
          reaction,
          `${late.client} was behind at SYNC ${this.#closed?.epoch} and still lacks ${recordId({ capsule: late.capsule, seq: holdings.prefix(late.client, late.capsule) + 1 })} when epoch ${epoch.epoch} closes`,
        ),
        node: late.client,
        verdict: 'stalled',
      };
    this.#closed = { ...epoch, changes: placing.changes };
    const sync = reaction.sends.find(({ reading }) => reading.message.type === 'sync')?.reading.message;
    this.#behind =
      epoch.changes === placing.changes && sync?.type === 'sync' ? this.#laggards(sync.frontier) : [];
    return undefined;
  }

  /** Who must have caught up by when: those in the tree, with records that their live writer holds. */
  #laggards(frontier: readonly RecordName[]) {
    const { placing, holdings, interests, scenario } = this.watch;
    const { maxRepair, maxCapsules, maxPendingNaks } = scenario.parameters;
    // Whose records nodes have no room for is chance, and so is which ranges are asked for in this epoch if not all can be.
    const missing = this.watch.clients.flatMap((client) =>
      frontier.filter(
        ({ capsule, seq }) => interests.subscribes(client, capsule) && holdings.prefix(client, capsule) < seq,
      ),
    );
    if (this.#put.size > maxCapsules || missing.length > maxPendingNaks) return [];
    const settled = this.watch.clients.filter(
      (client) =>
        this.watch.isReached(client) &&
        placing.installed(client) !== undefined &&
        placing.installed(client)?.parent === placing.parents.get(client) &&
        !placing.hasLeft(client),
    );
    return frontier.flatMap(({ capsule, seq }) => {
      const writer = writerOf(capsule);
      if (!settled.includes(writer) || holdings.position(writer, capsule) < seq) return [];
      // Whoever has new keys is itself again; what those before signed may be of two branches.
      if (!this.watch.isHonest(capsule) || this.watch.isCut(capsule)) return [];
      return settled
        .filter(
          (client) =>
            client !== writer &&
            interests.isShown(client) &&
            interests.subscribes(client, capsule) &&
            holdings.prefix(client, capsule) < seq,
        )
        .map((client) => ({
          client,
          capsule,
          upTo: Math.min(seq, holdings.prefix(client, capsule) + maxRepair),
        }));
    });
  }

  #forget(): void {
    this.#open = undefined;
    this.#closed = undefined;
    this.#behind = [];
  }

  waitingFor(): readonly string[] {
    if (this.#closings > 0) return [];
    return [
      this.#open === undefined
        ? 'no epoch was opened since the faults stopped'
        : `epoch ${this.#open.epoch} is open and does not close`,
    ];
  }
}
