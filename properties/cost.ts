/**
 * What a multicast costs on a subject: the figures in which the protocols are compared. Counted over runs in which nothing goes
 * wrong, from what the nodes sent and took in; nothing is computed from formulas.
 */
import { execute, type Move } from '../engine/index.ts';
import { factsFor } from './facts.ts';
import { harnessFor, scenarioFor } from './harness.ts';
import { recordId } from './monitors/tracking.ts';
import { Observer, type Command, type SeenReaction } from './reading.ts';
import { ROOT, scenarioOf, type TreeScenario } from './scenario.ts';

/** What simulations of greater trees need of the specification, too. */
export { domainOf, routerDepth } from '../model/index.ts';

/** Figures of one subject and one number of clients. Messages are those that carry a record, over one link each. */
export interface MulticastCost {
  readonly subject: string;
  readonly clients: number;
  readonly routers: number;
  /** Records that were put, one after the other, in calm. */
  readonly multicasts: number;
  /** Messages of one multicast, the mean. */
  readonly messages: number;
  /** Those of them that the coordinator sends or receives: the mean, and in percent. */
  readonly atCoordinator: number;
  readonly coordinatorPercent: number;
  /** Messages that one node sends and receives for one multicast: the most, and the mean over all nodes. */
  readonly perNodeMost: number;
  readonly perNodeMean: number;
  /** Links from the writer to a subscriber: the most, and the mean. */
  readonly hopsMost: number;
  readonly hopsMean: number;
  /** Records that clients handed to their enclaves, per multicast and client, the writer included. */
  readonly enclaveEntries: number;
  /** Of the subscribers, the writer not among them: who got a record, percent. */
  readonly deliveredPercent: number;
}

/** Time for the tree to form, and for a multicast to reach everybody, milliseconds. */
const FORM_MS = 40_000;
const MULTICAST_MS = 2_000;
/** Clients whose multicasts are counted, spread over all. */
const MAX_WRITERS = 16;

/** Routers that it takes for each client to have a place, if no node has more than K children. */
export function routersFor(clients: number, k: number): number {
  return Math.max(0, Math.ceil((clients - k) / (k - 1)));
}

/**
 * Measures a subject.
 * @throws RangeError for an unknown subject, or for more nodes than a scenario may have
 */
export function multicastCost(subject: string, clients: number, k: number): MulticastCost {
  const harness = harnessFor(subject);
  const facts = factsFor(subject);
  if (harness === undefined || facts === undefined) throw new RangeError(`subject: there is no ${subject}`);
  const scenario = scenarioFor(subject, scenarioOf({ k, routers: routersFor(clients, k), clients }));
  const writers = writersIn(scenario);
  const run = execute(harness, scenario, movesOf(writers), {
    properties: [],
    keepTrace: true,
    settles: false,
    digest: false,
  });
  const count = new Count();
  const observer = new Observer(facts.reader?.(scenario), facts.storesNothing);
  for (const step of run.trace ?? []) {
    const seen = observer.see(step);
    if (seen.kind === 'reaction') count.take(seen.reaction);
  }
  return count.costOf(subject, scenario, writers.length);
}

function writersIn({ nodes }: TreeScenario): readonly string[] {
  const clients = nodes.filter((node) => node.startsWith('c'));
  const many = Math.min(MAX_WRITERS, clients.length);
  return Array.from({ length: many }, (_, at) => clients[Math.floor((at * clients.length) / many)] ?? '');
}

function movesOf(writers: readonly string[]): readonly Move<Command>[] {
  const puts = writers.flatMap((node, at): readonly Move<Command>[] => [
    { move: 'command', node, command: { type: 'put', key: `k${at}`, value: `v${at}` } },
    { move: 'elapse', ms: MULTICAST_MS },
  ]);
  return [{ move: 'elapse', ms: FORM_MS }, ...puts];
}

/** Counts the messages of multicasts. */
class Count {
  readonly #handled = new Map<string, number>();
  #messages = 0;
  /** Of each record and node: links from its writer. */
  readonly #hops = new Map<string, number>();
  readonly #reached: number[] = [];
  #entries = 0;

  take(reaction: SeenReaction): void {
    const { node, input } = reaction;
    for (const report of reaction.reports) {
      if (report.type === 'put') this.#hops.set(`${recordId(report)} ${node}`, 0);
      if (report.type === 'delivered') this.#entries += 1;
    }
    if (input.kind === 'frame' && reaction.rejected === undefined) {
      const { message } = input.reading;
      if (message.type === 'data') {
        this.#handle(node);
        this.#arrive(recordId(message.record), message.from, node);
      }
    }
    for (const { reading } of reaction.sends) {
      if (reading.message.type !== 'data') continue;
      this.#messages += 1;
      this.#handle(node);
    }
  }

  #handle(node: string): void {
    this.#handled.set(node, (this.#handled.get(node) ?? 0) + 1);
  }

  #arrive(id: string, from: string, node: string): void {
    const before = this.#hops.get(`${id} ${from}`);
    const key = `${id} ${node}`;
    if (before === undefined || this.#hops.has(key)) return;
    this.#hops.set(key, before + 1);
    if (node.startsWith('c')) this.#reached.push(before + 1);
  }

  costOf(subject: string, { nodes }: TreeScenario, multicasts: number): MulticastCost {
    const clients = nodes.filter((node) => node.startsWith('c')).length;
    const routers = nodes.length - clients - 1;
    const handled = nodes.map((node) => this.#handled.get(node) ?? 0);
    const all = sum(handled);
    const atCoordinator = this.#handled.get(ROOT) ?? 0;
    return {
      subject,
      clients,
      routers,
      multicasts,
      messages: this.#messages / multicasts,
      atCoordinator: atCoordinator / multicasts,
      coordinatorPercent: (100 * atCoordinator) / Math.max(1, this.#messages),
      perNodeMost: Math.max(...handled) / multicasts,
      perNodeMean: all / nodes.length / multicasts,
      hopsMost: Math.max(0, ...this.#reached),
      hopsMean: sum(this.#reached) / Math.max(1, this.#reached.length),
      enclaveEntries: this.#entries / multicasts / clients,
      deliveredPercent: (100 * this.#reached.length) / Math.max(1, multicasts * (clients - 1)),
    };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
