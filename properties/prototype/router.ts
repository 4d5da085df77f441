/** A router of the prototype. */
import { ParentEntry } from './parent.ts';
import type { Neighbours } from './process.ts';
import { RoutingProcess } from './routing.ts';
import type { Address, RawBytes, WireMessage } from './wire.ts';

export class RouterProcess extends RoutingProcess {
  readonly #root: Address;
  readonly #parent = new ParentEntry(this.clock);

  constructor(address: Address, root: Address) {
    super(address);
    this.#root = root;
  }

  protected override start(entropy: Uint8Array): void {
    super.start(entropy);
    this.#join();
  }

  #join(): void {
    this.send(this.#root, { kind: 'join', address: this.address, nodeType: 'router' });
  }

  protected override expire(timer: string): void {
    if (!this.#parent.fire(timer)) super.expire(timer);
  }

  /** J5: whoever sent it. */
  protected override assignParent(parent: Address): void {
    this.#parent.assign(parent);
  }

  /** D3. */
  protected override route({ payload, lastSender }: RawBytes): void {
    const parent = this.#parent.address;
    if (lastSender !== parent && !this.isChild(lastSender)) {
      this.ignore('of no neighbour');
      return;
    }
    if (parent !== undefined && parent !== lastSender)
      this.send(parent, { kind: 'raw-bytes', payload, routeUp: true, lastSender: this.address });
    this.sendDown(payload, lastSender);
  }

  /** H1, H2. */
  protected override sendHeartbeat(): void {
    super.sendHeartbeat();
    const parent = this.#parent.address;
    if (parent === undefined) return;
    this.send(parent, {
      kind: 'heartbeat',
      sender: this.address,
      subtreeSize: this.clients.entries.length + this.routers.sum('subtreeSize'),
      level: this.level,
      routerCount: 1 + this.routers.sum('routerCount'),
    });
  }

  /** H3. */
  protected override hear(heartbeat: Extract<WireMessage, { readonly kind: 'heartbeat' }>): boolean {
    const isChild = super.hear(heartbeat);
    if (heartbeat.sender !== this.#parent.address) return isChild;
    this.#parent.hear();
    this.level = heartbeat.level + 1;
    return true;
  }

  /** H4, H5. */
  protected override listenHeartbeat(): void {
    super.listenHeartbeat();
    this.#parent.listen();
    if (this.#parent.address === undefined) this.#join();
  }

  /** B3, B4. */
  protected override cull(count: number): void {
    const n = count - this.clients.forget(count);
    const { length } = this.routers.entries;
    if (n <= 0 || length === 0) return;
    const share = Math.max(1, Math.floor(n / length));
    // Neither n nor the place in the list is changed in this loop.
    this.loop(
      () => n > 0 && this.routers.entries[0] !== undefined,
      () => {
        const first = this.routers.entries[0];
        if (first !== undefined) this.send(first.address, { kind: 'cull', count: share });
      },
    );
  }

  protected override neighbours(): Neighbours {
    return { parent: this.#parent.address ?? '', children: this.children };
  }
}
