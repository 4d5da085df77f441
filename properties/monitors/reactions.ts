/** What one reaction of a node may do. */
import type { Violation } from '../../engine/index.ts';
import type { NodeName } from '../../model/index.ts';
import type { SeenReaction } from '../reading.ts';
import { Judge } from './judge.ts';

/**
 * `rejection-is-inert`: a rejected message changes nothing observable. Seen at once: a rejection comes with no other
 * output. Seen later: a clock that was raised by what was rejected shows in the next timestamp, and a link counter or
 * duplicate filter that took it shows when the genuine message is refused as a replay.
 */
export class RejectionIsInert extends Judge {
  /** Greatest timestamp that each life has a right to know. */
  readonly #clock = new Map<NodeName, number>();
  readonly #records = new Map<NodeName, Map<string, number>>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node, input } = reaction;
    if (reaction.rejected !== undefined) {
      this.exercised += 1;
      if (reaction.outputs > 1)
        return this.violated(
          reaction,
          `${node} rejected a message (${reaction.rejected}) and yet reacted with ${reaction.outputs - 1} more outputs`,
        );
    }
    if (input.kind === 'start') {
      // What a life finds in its storage it may know; timestamps of stored records are those that it reported before.
      const { kind, asOfIndex } = input.memory;
      const kept = [...(this.#records.get(node) ?? [])].filter(
        ([, index]) => kind === 'durable' || (kind === 'stale' && index <= asOfIndex),
      );
      this.#records.set(node, new Map(kept));
      this.#clock.set(
        node,
        Math.max(0, ...kept.map(([stamp]) => Number(stamp.slice(stamp.indexOf('@') + 1)))),
      );
      return undefined;
    }
    if (input.kind === 'frame' && reaction.rejected === undefined) {
      const { timestamp } = input.reading;
      const counts = timestamp > 0 && this.watch.facts.countsReceipts === true;
      // Where clocks count receipts, they count an answer of the node's own making, too.
      const answers = reaction.sends.some(({ reading }) => reading.message.type === 'eoe') ? 1 : 0;
      const known = this.#clock.get(node) ?? 0;
      this.#raise(node, counts ? Math.max(timestamp, known) + 1 + answers : timestamp);
    }
    for (const report of reaction.reports) {
      if ((report.type !== 'put' && report.type !== 'delivered') || report.timestamp === undefined) continue;
      const known = this.#clock.get(node) ?? 0;
      if (report.type === 'put' && report.timestamp > known + 1)
        return this.violated(
          reaction,
          `${node} stamped ${report.capsule}#${report.seq} with ${report.timestamp}, though all that it accepted is stamped up to ${known}`,
        );
      this.#raise(node, report.timestamp);
      let records = this.#records.get(node);
      if (records === undefined) this.#records.set(node, (records = new Map()));
      records.set(`${report.capsule}#${report.seq}@${report.timestamp}`, reaction.index);
    }
    return undefined;
  }

  #raise(node: NodeName, timestamp: number): void {
    if (timestamp > (this.#clock.get(node) ?? 0)) this.#clock.set(node, timestamp);
  }
}

/** Outputs of one reaction that do not depend on the size of the tree: timers, reports, answers. */
const BASE_OUTPUTS = 16;

/** `bounded-reaction`: a reaction ends within a fixed number of outputs; every buffer stays within its bound. */
export class BoundedReaction extends Judge {
  #most = 0;

  get tightest(): string | undefined {
    return this.exercised === 0 ? undefined : `${this.#most} of ${this.#bound} outputs`;
  }

  /**
   * A commit may place, time and report every node; a child may be served a Repair; early records may all be delivered, and a record be
   * written of each shard.
   */
  get #bound(): number {
    const { nodes, parameters } = this.watch.scenario;
    const { k, maxRepair, maxEarly, shards } = parameters;
    return BASE_OUTPUTS + 6 * nodes.length + 4 * k + maxRepair + maxEarly + 2 * (shards - 1);
  }

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    this.exercised += 1;
    this.#most = Math.max(this.#most, reaction.outputs);
    if (reaction.overrun || reaction.outputs > this.#bound)
      return this.violated(
        reaction,
        `${reaction.node} emitted ${reaction.outputs} outputs in one reaction${reaction.overrun ? ' and was cut off' : ''}; the bound is ${this.#bound}`,
      );
    const odd = reaction.gauges.find(({ buffer, size, bound }) => !buffer || !(size >= 0) || !(bound >= 0));
    if (odd !== undefined)
      return this.violated(reaction, `${reaction.node} shows a buffer without name, size or bound`, { odd });
    const over = reaction.gauges.find(({ size, bound }) => size > bound);
    if (over !== undefined)
      return this.violated(
        reaction,
        `${reaction.node} holds ${over.size} in its ${over.buffer}, whose bound is ${over.bound}`,
      );
    return undefined;
  }
}
