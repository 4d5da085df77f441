/**
 * The heap policy: where nodes sit in the tree (docs/protocol.md §3). Routers fill the positions `1 … R` of a K-ary
 * heap with `C` at 0; the children of position `p` are `pK+1 … pK+K`; positions beyond `R` are slots of clients. The root may
 * be as wide as it likes: then everything below it moves up or down accordingly (`domain-policy.ts`).
 */
import { COORDINATOR } from './credentials.ts';
import type { DomainsSnapshot } from './domain-policy.ts';
import type { NodeName } from './messages.ts';

/** A heap as plain data. */
export interface HeapSnapshot {
  /** Routers at positions 1, 2, …. */
  readonly routers: readonly NodeName[];
  readonly clients: readonly (readonly [position: number, client: NodeName])[];
  /** Sorted. */
  readonly pending: readonly NodeName[];
}

/** What the coordinator asks of a placement policy. */
export interface PlacementPolicy {
  /** Whether a node sits in the tree (pending ones do not). */
  has(node: NodeName): boolean;
  isPending(node: NodeName): boolean;
  /** Whether there is room for a client that is not in the tree. */
  hasFreeSlotFor(client: NodeName): boolean;
  /** Seats a node that is not in the tree. A client goes pending if there is no free slot. */
  join(node: NodeName, role: 'router' | 'client'): void;
  /** Takes a node out, of the tree or of those pending. */
  remove(node: NodeName): void;
  /** The edge between two adjacent nodes is reported broken. */
  breakEdge(reporter: NodeName, other: NodeName): void;
  /** Parent of every node in the tree but `C`. */
  parents(): Map<NodeName, NodeName>;
  pending(): NodeName[];
  snapshot(): PolicySnapshot;
}

/** What a policy is stored as: a heap, or one for each domain. */
export type PolicySnapshot = HeapSnapshot | DomainsSnapshot;

/** The reference policy. */
export class HeapPolicy implements PlacementPolicy {
  protected readonly k: number;
  /** Greatest number of children of the root. */
  protected rootK: number;
  /** Router at position `i + 1`. */
  protected readonly routers: NodeName[];
  protected readonly clients: Map<number, NodeName>;
  protected readonly waiting: Set<NodeName>;
  /** Where everybody sits. */
  protected readonly positions = new Map<NodeName, number>();
  /** All slots of clients below this one are taken: where the search for a free one begins. */
  protected fullBelow = 1;

  /**
   * @param k greatest number of children
   * @param snapshot to go on from
   * @param rootK the same of the root
   */
  constructor(k: number, snapshot: HeapSnapshot = { routers: [], clients: [], pending: [] }, rootK = k) {
    this.k = k;
    this.rootK = rootK;
    this.routers = [...snapshot.routers];
    this.clients = new Map(snapshot.clients);
    this.waiting = new Set(snapshot.pending);
    this.routers.forEach((node, i) => this.positions.set(node, i + 1));
    for (const [position, node] of this.clients) this.positions.set(node, position);
  }

  has(node: NodeName): boolean {
    return this.positions.has(node);
  }

  isPending(node: NodeName): boolean {
    return this.waiting.has(node);
  }

  hasFreeSlotFor(_client: NodeName): boolean {
    return this.firstFreeSlot() !== undefined;
  }

  join(node: NodeName, role: 'router' | 'client'): void {
    if (this.has(node)) throw new RangeError(`node ${node} is in the tree`);
    this.waiting.delete(node);
    if (role === 'client') this.seatOrWait(node);
    else this.addRouter(node);
    this.fillFreeSlots();
  }

  remove(node: NodeName): void {
    if (this.waiting.delete(node)) return;
    const position = this.positions.get(node);
    if (position === undefined) throw new RangeError(`node ${node} is not in the tree`);
    if (this.isRouterPosition(position)) this.removeRouter(position);
    else this.unseat(node);
    this.fillFreeSlots();
  }

  breakEdge(reporter: NodeName, other: NodeName): void {
    if (reporter === this.root) this.breakEdge(other, reporter);
    else if (this.isRouterPosition(this.positionOf(reporter))) this.swapAway(reporter, other);
    else this.moveAway(reporter);
    this.fillFreeSlots();
  }

  parents(): Map<NodeName, NodeName> {
    const parents = new Map<NodeName, NodeName>();
    for (const [node, position] of this.positions)
      parents.set(node, this.nodeAt(this.parentPosition(position)));
    return parents;
  }

  pending(): NodeName[] {
    return [...this.waiting].sort();
  }

  snapshot(): HeapSnapshot {
    return {
      routers: [...this.routers],
      clients: [...this.clients],
      pending: this.pending(),
    };
  }

  /** Who sits at position 0. */
  protected get root(): NodeName {
    return COORDINATOR;
  }

  /** The last position that is a child of anybody. */
  protected capacity(): number {
    return this.rootK + this.k * this.routers.length;
  }

  /** The lowest free slot of a client. */
  protected firstFreeSlot(): number | undefined {
    this.fullBelow = Math.max(this.fullBelow, this.routers.length + 1);
    const capacity = this.capacity();
    while (this.fullBelow <= capacity && this.clients.has(this.fullBelow)) this.fullBelow += 1;
    return this.fullBelow <= capacity ? this.fullBelow : undefined;
  }

  /** The lowest free slot under a later parent than that at `parent`; if there is none, the lowest under an earlier one. */
  protected nextFreeSlot(parent: number): number | undefined {
    const first = this.firstFreeSlot();
    if (first === undefined) return undefined;
    const capacity = this.capacity();
    for (let position = first; position <= capacity; position++)
      if (!this.clients.has(position) && this.parentPosition(position) > parent) return position;
    return this.parentPosition(first) < parent ? first : undefined;
  }

  /** Who of those pending is seated first. */
  protected nextPending(): NodeName | undefined {
    return this.pending()[0];
  }

  /** Of position 0 it is none: -1. */
  protected parentPosition(position: number): number {
    return position <= this.rootK ? 0 : Math.floor((position - this.rootK - 1) / this.k) + 1;
  }

  protected isRouterPosition(position: number): boolean {
    return position <= this.routers.length;
  }

  protected positionOf(node: NodeName): number {
    const position = node === this.root ? 0 : this.positions.get(node);
    if (position === undefined) throw new RangeError(`node ${node} is not in the tree`);
    return position;
  }

  protected nodeAt(position: number): NodeName {
    const node = position === 0 ? this.root : (this.routers[position - 1] ?? this.clients.get(position));
    if (node === undefined) throw new RangeError(`position ${position} is empty`);
    return node;
  }

  protected areAdjacent(a: NodeName, b: NodeName): boolean {
    const [atA, atB] = [this.positionOf(a), this.positionOf(b)];
    return this.parentPosition(atA) === atB || this.parentPosition(atB) === atA;
  }

  /** A new router takes the next position; a client that sits there moves to the first slot below it. */
  protected addRouter(node: NodeName): void {
    const position = this.routers.length + 1;
    const displaced = this.clients.get(position);
    // No slot becomes free: the position is a router's now.
    if (displaced !== undefined) this.clients.delete(position);
    this.routers.push(node);
    this.positions.set(node, position);
    if (displaced !== undefined) this.seat(displaced, this.rootK + (position - 1) * this.k + 1);
  }

  /** The last router moves into the gap; the clients that sat below its old position look for other slots. */
  protected removeRouter(position: number): void {
    const gone = this.nodeAt(position);
    const last = this.routers.pop() as NodeName;
    this.fullBelow = this.routers.length + 1;
    this.positions.delete(gone);
    if (last !== gone) {
      this.routers[position - 1] = last;
      this.positions.set(last, position);
    }
    const capacity = this.capacity();
    const homeless = [...this.clients].filter(([at]) => at > capacity).sort(([a], [b]) => a - b);
    for (const [, client] of homeless) this.unseat(client);
    for (const [, client] of homeless) this.seatOrWait(client);
  }

  /** Swaps a router with the last one with which the swap separates it from `other`; it stays if there is none. */
  protected swapAway(reporter: NodeName, other: NodeName): void {
    for (let position = this.routers.length; position >= 1; position--) {
      const partner = this.nodeAt(position);
      this.swap(reporter, partner);
      if (!this.areAdjacent(reporter, other)) return;
      this.swap(reporter, partner);
    }
  }

  /**
   * Moves a client under the next parent with a free slot, in cyclic order of positions; it stays if there is none. Whoever goes on so has
   * been everywhere before it comes to a parent for the second time.
   */
  protected moveAway(client: NodeName): void {
    const slot = this.nextFreeSlot(this.parentPosition(this.positionOf(client)));
    if (slot === undefined) return;
    this.unseat(client);
    this.seat(client, slot);
  }

  protected fillFreeSlots(): void {
    for (;;) {
      const client = this.nextPending();
      if (client === undefined) return;
      const slot = this.firstFreeSlot();
      if (slot === undefined) return;
      this.waiting.delete(client);
      this.seat(client, slot);
    }
  }

  protected seatOrWait(client: NodeName): void {
    const slot = this.firstFreeSlot();
    if (slot === undefined) this.waiting.add(client);
    else this.seat(client, slot);
  }

  private seat(client: NodeName, position: number): void {
    this.clients.set(position, client);
    this.positions.set(client, position);
  }

  protected unseat(client: NodeName): void {
    const position = this.positionOf(client);
    this.clients.delete(position);
    this.positions.delete(client);
    this.fullBelow = Math.min(this.fullBelow, position);
  }

  private swap(a: NodeName, b: NodeName): void {
    const [atA, atB] = [this.positionOf(a), this.positionOf(b)];
    this.routers[atA - 1] = b;
    this.routers[atB - 1] = a;
    this.positions.set(a, atB);
    this.positions.set(b, atA);
  }
}
