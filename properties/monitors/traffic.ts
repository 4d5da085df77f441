/** How records move: over each edge once, few copies a node, few hops. */
import type { Violation } from '../../engine/index.ts';
import { routerDepth, routersByDomain, type NodeName, type RecordName } from '../../model/index.ts';
import type { SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';
import { branchId, recordId, writerOf } from './tracking.ts';

/** A data message that a node took in and did not reject. */
function acceptedData(reaction: SeenReaction) {
  if (reaction.input.kind !== 'frame' || reaction.rejected !== undefined) return undefined;
  const { message } = reaction.input.reading;
  return message.type === 'data' ? message : undefined;
}

/**
 * `edge-once`: a record is accepted over a link at most once in each direction; at most once at all if nothing was
 * placed anew while it was in flight. (A node that crashed may take it again: its new life has new links.)
 */
export class EdgeOnce extends Judge {
  readonly #life = new Map<NodeName, number>();
  readonly #accepted = new Set<string>();
  /** How much had changed when a record was put. */
  readonly #putAt = new Map<string, number>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node } = reaction;
    if (reaction.input.kind === 'start') this.#life.set(node, (this.#life.get(node) ?? 0) + 1);
    for (const report of reaction.reports) {
      if (report.type === 'put') this.#putAt.set(recordId(report), this.watch.placing.changes);
    }
    const data = acceptedData(reaction);
    if (data === undefined) return undefined;
    this.exercised += 1;
    const id = branchId(data.record);
    const crossing = `${id} ${data.from}.${this.#life.get(data.from)}>${node}.${this.#life.get(node)}`;
    if (this.#accepted.has(crossing))
      return this.violated(reaction, `${node} accepted ${id} from ${data.from} a second time`);
    this.#accepted.add(crossing);
    const back = `${id} ${node}.${this.#life.get(node)}>${data.from}.${this.#life.get(data.from)}`;
    if (this.#putAt.get(id) === this.watch.placing.changes && this.#accepted.has(back))
      return this.violated(
        reaction,
        `${id} was accepted in both directions between ${data.from} and ${node}`,
      );
    return undefined;
  }
}

interface Copies {
  sends: number;
  receives: number;
  /** Of them, those from a child that does not want the record: it is in nobody's audience. */
  fromOutside: number;
}

/**
 * `k-plus-one`: no node sends, or accepts, more than K + 1 copies of one record in one version (root: K; client: 1); together no
 * more than that if nothing was placed anew while the record was in flight. Neighbours that do not want the record's shard don't count,
 * but for the one that it came from. Reports the tightest case by position.
 */
export class KPlusOne extends Judge {
  readonly #version = new Map<NodeName, number>();
  readonly #copies = new Map<string, Copies>();
  readonly #putAt = new Map<string, number>();
  #tightest: { readonly text: string; readonly slack: number; readonly many: number } | undefined;

  get tightest(): string | undefined {
    return this.#tightest?.text;
  }

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node } = reaction;
    for (const report of reaction.reports) {
      if (report.type === 'installed' || (report.type === 'committed' && node === ROOT))
        this.#version.set(node, report.version);
      if (report.type === 'put') this.#putAt.set(recordId(report), this.watch.placing.changes);
    }
    if (reaction.input.kind === 'start') this.#version.set(node, -reaction.index);
    const data = acceptedData(reaction);
    if (data !== undefined) {
      const isWanted = this.watch.interests.isWantedBy(node, data.from, data.record.capsule);
      const fault = this.#count(node, data.record, 'receives', isWanted ? 0 : 1);
      if (fault !== undefined) return this.violated(reaction, fault);
    }
    for (const { reading } of reaction.sends) {
      if (reading.message.type !== 'data') continue;
      const fault = this.#count(node, reading.message.record, 'sends', 0);
      if (fault !== undefined) return this.violated(reaction, fault);
    }
    return undefined;
  }

  #count(
    node: NodeName,
    record: RecordName,
    what: 'sends' | 'receives',
    fromOutside: number,
  ): string | undefined {
    this.exercised += 1;
    const id = branchId(record);
    const { k, shards } = this.watch.scenario.parameters;
    const most = node === ROOT ? k : node.startsWith('c') ? 1 : k + 1;
    const audience =
      shards === 1 ? most : Math.min(most, this.watch.interests.audience(node, record.capsule));
    const key = `${id} ${node} ${this.#version.get(node) ?? 0}`;
    let copies = this.#copies.get(key);
    if (copies === undefined) this.#copies.set(key, (copies = { sends: 0, receives: 0, fromOutside: 0 }));
    copies[what] += 1;
    copies.fromOutside += fromOutside;
    const bound = what === 'sends' ? audience : most;
    if (copies[what] > bound) return `${node} ${what} ${copies[what]} copies of ${id}, more than ${bound}`;
    if (this.#putAt.get(id) !== this.watch.placing.changes) return undefined;
    const together = copies.sends + copies.receives;
    const all = Math.min(most, audience + copies.fromOutside);
    if (together > all)
      return `${node} sends and receives ${together} copies of ${id} together, more than ${all}, while nothing was placed anew`;
    const slack = all - together;
    if (
      this.#tightest === undefined ||
      slack < this.#tightest.slack ||
      (slack === this.#tightest.slack && together > this.#tightest.many)
    ) {
      const where =
        node === ROOT
          ? 'the root'
          : `${node.startsWith('c') ? 'a client' : 'a router'} on level ${this.watch.placing.level(node)}`;
      this.#tightest = {
        slack,
        many: together,
        text: `${together} of ${all} copies at ${where}, K = ${k}`,
      };
    }
    return undefined;
  }
}

/**
 * `latency-bound`: hops from writer to subscriber stay within 2 · depth, depth within ⌈log_K n⌉ + 1 (with domains: what their heaps allow), both within n − 1;
 * judged while nothing is placed anew under the record.
 */
export class LatencyBound extends Judge {
  readonly #putAt = new Map<string, number>();
  readonly #hops = new Map<string, number>();
  #tightest: { readonly text: string; readonly slack: number; readonly hops: number } | undefined;

  get tightest(): string | undefined {
    return this.#tightest?.text;
  }

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { node } = reaction;
    const { placing } = this.watch;
    for (const report of reaction.reports) {
      if (report.type === 'committed') {
        const n = report.edges.length + 1;
        const bound = Math.min(n - 1, this.#depthBound(report.edges));
        if (placing.depth() > bound)
          return this.violated(
            reaction,
            `the tree of version ${report.version} is ${placing.depth()} deep, more than ${bound} for ${n} nodes`,
          );
      }
      if (report.type === 'put') {
        this.#putAt.set(recordId(report), placing.changes);
        this.#hops.set(`${recordId(report)} ${node}`, 0);
      }
    }
    const data = acceptedData(reaction);
    if (data === undefined) return undefined;
    const id = branchId(data.record);
    const sent = this.#hops.get(`${id} ${data.from}`);
    if (sent === undefined) return undefined;
    // Nobody is its own subscriber: what comes back to its writer is late for nobody, and the way from there no longer.
    const writer = writerOf(data.record.capsule);
    if (node === writer) return undefined;
    const hops = sent + 1;
    this.#hops.set(`${id} ${node}`, hops);
    if (this.#putAt.get(id) !== placing.changes || !node.startsWith('c')) return undefined;
    // Nodes that the coordinator took for dead may still pass records among themselves over links of an older tree.
    if (!placing.parents.has(writer) || !placing.parents.has(node) || !placing.isInstalled())
      return undefined;
    this.exercised += 1;
    const bound = Math.min(2 * placing.depth(), placing.parents.size);
    if (hops > bound)
      return this.violated(reaction, `${id} reached ${node} after ${hops} hops, more than ${bound}`);
    if (
      this.#tightest === undefined ||
      bound - hops < this.#tightest.slack ||
      (bound - hops === this.#tightest.slack && hops > this.#tightest.hops)
    )
      this.#tightest = { slack: bound - hops, hops, text: `${hops} of ${bound} hops` };
    return undefined;
  }

  /** ⌈log_K n⌉ + 1; with domains, what a heap of gateways and a heap of the largest domain make, and the clients. */
  #depthBound(edges: readonly { readonly child: NodeName }[]): number {
    const { parameters } = this.watch.scenario;
    const { k, domains } = parameters;
    if (domains === 1) return Math.ceil(Math.log(edges.length + 1) / Math.log(k) - 1e-9) + 1;
    const nodes = edges.map(({ child }) => child);
    return routerDepth(parameters, routersByDomain(nodes, domains)) + 1;
  }
}
