/** What the root and routers do alike: Joins, heartbeats of children, rebalancing. J, H and B in docs/prototype-2021-behaviour.md. */
import { Children } from './children.ts';
import type { Clock } from './parent.ts';
import { LISTEN_HEARTBEAT_MS, Process, REBALANCE_MS, SEND_HEARTBEAT_MS } from './process.ts';
import type { Address, RawBytes, WireMessage } from './wire.ts';

/** Child routers of a node, at most. */
export const MAX_CHILD_ROUTERS = 2;
/** Subtrees may differ by this much. */
export const CULL_THRESHOLD = 3;

type Join = Extract<WireMessage, { readonly kind: 'join' }>;
type Heartbeat = Extract<WireMessage, { readonly kind: 'heartbeat' }>;

export abstract class RoutingProcess extends Process {
  protected readonly clock: Clock = {
    set: (timer, ms) => this.set(timer, ms),
    cancel: (timer) => this.cancel(timer),
  };
  protected readonly routers = new Children('router', this.clock);
  protected readonly clients = new Children('client', this.clock);
  protected level = 0;

  protected override start(_entropy: Uint8Array): void {
    this.set('sendHeartbeat', SEND_HEARTBEAT_MS);
    this.set('listenHeartbeat', LISTEN_HEARTBEAT_MS);
    this.set('rebalance', REBALANCE_MS);
  }

  protected override fire(timer: string): void {
    switch (timer) {
      case 'sendHeartbeat':
        this.set(timer, SEND_HEARTBEAT_MS);
        this.sendHeartbeat();
        break;
      case 'listenHeartbeat':
        this.set(timer, LISTEN_HEARTBEAT_MS);
        this.listenHeartbeat();
        break;
      case 'rebalance':
        this.set(timer, REBALANCE_MS);
        this.#rebalance();
        break;
      default:
        this.expire(timer);
    }
  }

  /** An entry has become too old: the next `listenHeartbeat` will find it so. */
  protected expire(timer: string): void {
    if (!this.routers.fire(timer)) this.clients.fire(timer);
  }

  protected override receive(message: WireMessage): void {
    switch (message.kind) {
      case 'join':
        if (message.nodeType === 'client') this.#joinClient(message);
        else this.#joinRouter(message);
        break;
      case 'assign-parent':
        this.assignParent(message.parent);
        break;
      case 'heartbeat':
        if (!this.hear(message)) this.ignore('heartbeat of a stranger');
        break;
      case 'cull':
        this.cull(message.count);
        break;
      case 'raw-bytes':
        this.route(message);
        break;
    }
  }

  protected abstract route(message: RawBytes): void;
  protected abstract assignParent(parent: Address): void;
  protected abstract cull(count: number): void;

  /** J1, J2. */
  #joinClient(join: Join): void {
    const next = this.routers.smallest('subtreeSize');
    if (next !== undefined) {
      this.send(next.address, join);
      next.subtreeSize += 1;
      return;
    }
    this.clients.take(join.address);
    this.send(join.address, { kind: 'assign-parent', parent: this.address });
  }

  /** J3, J4. */
  #joinRouter(join: Join): void {
    const next = this.routers.smallest('routerCount');
    if (next !== undefined && this.routers.entries.length >= MAX_CHILD_ROUTERS) {
      this.send(next.address, join);
      next.routerCount += 1;
      return;
    }
    this.routers.take(join.address);
    this.send(join.address, { kind: 'assign-parent', parent: this.address });
  }

  /** H1. */
  protected sendHeartbeat(): void {
    const { address: sender, level } = this;
    for (const to of [...this.routers.addresses, ...this.clients.addresses])
      this.send(to, { kind: 'heartbeat', sender, subtreeSize: -1, level, routerCount: 0 });
  }

  /** H3. @returns whether it is from a neighbour */
  protected hear({ sender, subtreeSize, routerCount }: Heartbeat): boolean {
    let isKnown = false;
    for (const children of [this.routers, this.clients]) {
      const child = children.find(sender);
      if (child === undefined) continue;
      isKnown = true;
      child.subtreeSize = subtreeSize;
      child.routerCount = routerCount;
      children.hear(child);
    }
    return isKnown;
  }

  /** H4. */
  protected listenHeartbeat(): void {
    this.routers.listen();
    this.clients.listen();
  }

  /** B1, B2. */
  #rebalance(): void {
    const routers = this.routers.entries;
    if (routers.length === 0) return;
    if (this.clients.entries.length > 0) {
      this.clients.forget(this.clients.entries.length);
      return;
    }
    const largest = this.routers.largest();
    const smallest = this.routers.smallest('subtreeSize');
    if (largest === undefined || smallest === undefined) return;
    const difference = largest.subtreeSize - smallest.subtreeSize;
    if (difference > CULL_THRESHOLD)
      this.send(largest.address, { kind: 'cull', count: Math.floor(difference / 2) });
  }

  /** Whether the address is a child's. */
  protected isChild(address: Address): boolean {
    return this.routers.find(address) !== undefined || this.clients.find(address) !== undefined;
  }

  /** Sends to every child, but not to the one of this address. */
  protected sendDown(payload: Uint8Array, except?: Address): void {
    for (const to of [...this.routers.addresses, ...this.clients.addresses])
      if (to !== except)
        this.send(to, { kind: 'raw-bytes', payload, routeUp: false, lastSender: this.address });
  }

  protected get children(): readonly Address[] {
    return [...new Set([...this.routers.addresses, ...this.clients.addresses])];
  }
}
