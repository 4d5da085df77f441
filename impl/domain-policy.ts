/**
 * Where nodes sit when there are administrative domains (docs/protocol.md §3.1): a heap of gateways below `C`, and below each gateway
 * the heap of its domain. A gateway keeps `⌊K/2⌋` of its slots for other gateways and the rest for its own domain.
 */
import { COORDINATOR } from './credentials.ts';
import { HeapPolicy, type HeapSnapshot, type PlacementPolicy } from './placement.ts';
import type { NodeName } from './messages.ts';

/** The heap of one domain, and the gateway at its top, `''` if it has none. */
export interface DomainSnapshot extends HeapSnapshot {
  readonly domain: string;
  readonly gateway: NodeName;
}

export interface DomainsSnapshot {
  /** Domains that have a gateway, by position. */
  readonly order: readonly string[];
  readonly domains: readonly DomainSnapshot[];
}

/** Slots of a gateway for other gateways. `k`: all its slots, at least 2. */
export const gatewaySlots = (k: number): number => Math.floor(k / 2);

const NO_GATEWAY = '';

/** One domain: its first router is the gateway; when that one is gone, the last router takes its place. */
class DomainHeap extends HeapPolicy {
  readonly #ownSlots: number;
  #gateway: NodeName;

  constructor(k: number, { gateway, ...heap }: Omit<DomainSnapshot, 'domain'>) {
    const ownSlots = k - gatewaySlots(k);
    super(k, heap, gateway === NO_GATEWAY ? 0 : ownSlots);
    this.#ownSlots = ownSlots;
    this.#gateway = gateway;
  }

  protected override get root(): NodeName {
    return this.#gateway;
  }

  get gateway(): NodeName | undefined {
    return this.#gateway === NO_GATEWAY ? undefined : this.#gateway;
  }

  override has(node: NodeName): boolean {
    return node === this.gateway || super.has(node);
  }

  override join(node: NodeName, role: 'router' | 'client'): void {
    if (role === 'client' || this.gateway !== undefined) {
      super.join(node, role);
      return;
    }
    this.#crown(node);
    this.fillFreeSlots();
  }

  override remove(node: NodeName): void {
    if (node !== this.gateway) {
      super.remove(node);
      return;
    }
    const successor = this.routers.at(-1);
    if (successor === undefined) {
      this.#dissolve();
      return;
    }
    super.remove(successor);
    this.#crown(successor);
  }

  #crown(node: NodeName): void {
    this.#gateway = node;
    this.rootK = this.#ownSlots;
  }

  /** Without a router there are no slots: everybody waits. */
  #dissolve(): void {
    const homeless = [...this.clients.values()];
    this.#gateway = NO_GATEWAY;
    this.rootK = 0;
    for (const client of homeless) this.unseat(client);
    for (const client of homeless) this.seatOrWait(client);
  }
}

/** The reference policy for domains. */
export class DomainPolicy implements PlacementPolicy {
  readonly #k: number;
  readonly #domainOf: (node: NodeName) => string;
  /** Domains in place of routers. */
  readonly #top: HeapPolicy;
  readonly #heaps = new Map<string, DomainHeap>();
  /** Domain of everybody in the tree or pending. */
  readonly #homes = new Map<NodeName, string>();

  /**
   * @param k greatest number of children
   * @param domainOf what the credential of a node that joins says
   * @param snapshot to go on from
   */
  constructor(
    k: number,
    domainOf: (node: NodeName) => string,
    { order, domains }: DomainsSnapshot = { order: [], domains: [] },
  ) {
    this.#k = k;
    this.#domainOf = domainOf;
    this.#top = new HeapPolicy(gatewaySlots(k), { routers: order, clients: [], pending: [] }, k);
    for (const snapshot of domains) {
      const { domain, gateway, routers, clients, pending } = snapshot;
      this.#heaps.set(domain, new DomainHeap(k, snapshot));
      const seated = clients.map(([, client]) => client);
      for (const node of [gateway, ...routers, ...seated, ...pending])
        if (node !== NO_GATEWAY) this.#homes.set(node, domain);
    }
  }

  has(node: NodeName): boolean {
    return this.#homeOf(node)?.has(node) ?? false;
  }

  isPending(node: NodeName): boolean {
    return this.#homeOf(node)?.isPending(node) ?? false;
  }

  hasFreeSlotFor(client: NodeName): boolean {
    return this.#heaps.get(this.#domainOf(client))?.hasFreeSlotFor(client) ?? false;
  }

  join(node: NodeName, role: 'router' | 'client'): void {
    const domain = this.#domainOf(node);
    let heap = this.#heaps.get(domain);
    if (heap === undefined) {
      heap = new DomainHeap(this.#k, { gateway: NO_GATEWAY, routers: [], clients: [], pending: [] });
      this.#heaps.set(domain, heap);
    }
    const isFirst = heap.gateway === undefined;
    heap.join(node, role);
    this.#homes.set(node, domain);
    if (isFirst && heap.gateway !== undefined) this.#top.join(domain, 'router');
  }

  remove(node: NodeName): void {
    const domain = this.#homes.get(node);
    const heap = this.#homeOf(node);
    if (domain === undefined || heap === undefined) throw new RangeError(`node ${node} is not in the tree`);
    const hadGateway = heap.gateway !== undefined;
    heap.remove(node);
    this.#homes.delete(node);
    if (hadGateway && heap.gateway === undefined) this.#top.remove(domain);
  }

  /** Within a domain as in any heap. Between two gateways, or a gateway and `C`: whole domains change their places. */
  breakEdge(reporter: NodeName, other: NodeName): void {
    const [a, b] = [this.#side(reporter), this.#side(other)];
    if (a === b) this.#heaps.get(a)?.breakEdge(reporter, other);
    else this.#top.breakEdge(a, b);
  }

  parents(): Map<NodeName, NodeName> {
    const parents = new Map<NodeName, NodeName>();
    for (const [domain, above] of this.#top.parents()) parents.set(this.#topOf(domain), this.#topOf(above));
    for (const heap of this.#heaps.values())
      for (const [node, parent] of heap.parents()) parents.set(node, parent);
    return parents;
  }

  pending(): NodeName[] {
    return [...this.#heaps.values()].flatMap((heap) => heap.pending()).sort();
  }

  snapshot(): DomainsSnapshot {
    const domains = Array.from(this.#heaps, ([domain, heap]) => ({
      domain,
      gateway: heap.gateway ?? NO_GATEWAY,
      ...heap.snapshot(),
    }));
    return { order: this.#top.snapshot().routers, domains };
  }

  #homeOf(node: NodeName): DomainHeap | undefined {
    return this.#heaps.get(this.#homes.get(node) ?? '');
  }

  #side(node: NodeName): string {
    return node === COORDINATOR ? COORDINATOR : (this.#homes.get(node) ?? '');
  }

  #topOf(domain: string): NodeName {
    return domain === COORDINATOR ? COORDINATOR : (this.#heaps.get(domain)?.gateway ?? NO_GATEWAY);
  }
}
