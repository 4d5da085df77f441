/** Administrative domains: what crosses from one to another, where and how often. */
import type { Violation } from '../../engine/index.ts';
import { domainOf, isGateway, type NodeName } from '../../model/index.ts';
import type { SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge } from './judge.ts';
import { recordId } from './tracking.ts';

/**
 * `domain-crossing`: between domains, records go from gateway to gateway (or the root) only, and over each such edge at most once;
 * judged of records under which nothing was placed anew. That a domain is in one piece is judged of every tree that is committed.
 */
export class DomainCrossing extends Judge {
  readonly #putAt = new Map<string, number>();
  readonly #crossed = new Set<string>();

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const { domains } = this.watch.scenario.parameters;
    const { node, input, rejected } = reaction;
    for (const report of reaction.reports) {
      if (report.type === 'put') this.#putAt.set(recordId(report), this.watch.placing.changes);
      if (report.type !== 'committed') continue;
      const fault = this.#faultOf(report.edges);
      if (fault !== undefined) return this.violated(reaction, `version ${report.version}: ${fault}`, report);
    }
    // Whoever has the coordinator's keys can have anybody for a neighbour of anybody.
    if (!this.watch.isTreeGenuine) return undefined;
    for (const { to, reading } of reaction.sends) {
      if (reading.message.type !== 'data' || domainOf(to, domains) === domainOf(node, domains)) continue;
      const id = recordId(reading.message.record);
      const sent = `${id} ${node} sends ${to}`;
      if (this.#putAt.get(id) === this.watch.placing.changes && this.#crossed.has(sent))
        return this.violated(reaction, `${node} sends ${id} to ${to}, of another domain, a second time`);
      this.#crossed.add(sent);
    }
    if (input.kind !== 'frame' || rejected !== undefined || input.reading.message.type !== 'data')
      return undefined;
    const { from, record } = input.reading.message;
    if (domainOf(from, domains) === domainOf(node, domains)) return undefined;
    if (from.startsWith('c') || node.startsWith('c'))
      return this.violated(
        reaction,
        `${recordId(record)} crossed from ${from} to ${node}: a client is no gateway`,
      );
    return this.#cross(reaction, from, recordId(record));
  }

  /** A record came from another domain. */
  #cross(reaction: SeenReaction, from: NodeName, id: string): Violation | undefined {
    const { placing, scenario } = this.watch;
    const { node } = reaction;
    if (this.#putAt.get(id) !== placing.changes || !placing.isInstalled()) return undefined;
    this.exercised += 1;
    const tree = { parents: Object.fromEntries(placing.parents) };
    for (const end of [from, node])
      if (end !== ROOT && !isGateway(tree, end, scenario.parameters.domains))
        return this.violated(reaction, `${id} crossed from ${from} to ${node}, and ${end} is no gateway`);
    const ends = [from, node].toSorted();
    const edge = `${id} ${ends.join(' ')}`;
    if (this.#crossed.has(edge))
      return this.violated(reaction, `${id} crossed a second time between ${ends.join(' and ')}`);
    this.#crossed.add(edge);
    return undefined;
  }

  /** Each domain has one edge that leads out of it upwards, and its lower end is a router. */
  #faultOf(edges: readonly { readonly child: NodeName; readonly parent: NodeName }[]): string | undefined {
    const { domains } = this.watch.scenario.parameters;
    const gateways = new Map<string, NodeName>();
    for (const { child, parent } of edges) {
      const domain = domainOf(child, domains);
      if (domainOf(parent, domains) === domain) continue;
      if (child.startsWith('c')) return `${child} is below ${parent}, of another domain`;
      const other = gateways.get(domain);
      if (other !== undefined) return `${domain} has two gateways, ${other} and ${child}`;
      gateways.set(domain, child);
    }
    return undefined;
  }
}
