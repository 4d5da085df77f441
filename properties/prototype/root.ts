/** The root of the prototype, its “server”, with the coordinator's enclave on the same machine (O5). */
import { CoordinatorEnclave, type Received } from './enclave.ts';
import { EPOCH_MS, type Neighbours } from './process.ts';
import { RoutingProcess } from './routing.ts';
import type { Address, RawBytes } from './wire.ts';

export class RootProcess extends RoutingProcess {
  readonly #workers: number;
  #coordinator: CoordinatorEnclave | undefined;
  #epoch = 0;

  /** @param workers enclaves that the coordinator waits for */
  constructor(address: Address, workers: number) {
    super(address);
    this.#workers = workers;
  }

  protected override start(entropy: Uint8Array): void {
    super.start(entropy);
    this.#coordinator = new CoordinatorEnclave(this.#workers, entropy);
    this.set('epoch', EPOCH_MS);
  }

  protected override fire(timer: string): void {
    if (timer === 'epoch') this.#openEpoch();
    else super.fire(timer);
  }

  /** E1. */
  #openEpoch(): void {
    this.set('epoch', EPOCH_MS);
    const rts = this.#coordinator?.openEpoch();
    if (rts === undefined) return;
    this.#epoch += 1;
    this.report({ type: 'epoch-opened', epoch: this.#epoch });
    this.sendDown(rts);
  }

  /** D4; then the coordinator's enclave gets it, too. */
  protected override route({ payload, lastSender }: RawBytes): void {
    if (!this.isChild(lastSender)) {
      this.ignore('of no child');
      return;
    }
    this.sendDown(payload, lastSender);
    const received: Received | undefined = this.#coordinator?.receive(payload);
    if (received?.kind !== 'epoch' || received.answer === undefined) return;
    const answered = this.#coordinator?.synced.map((worker) => `c${worker}`) ?? [];
    this.report({ type: 'epoch-closed', epoch: this.#epoch, answered });
    this.sendDown(received.answer);
  }

  /** The root has no parent (M4). */
  protected override assignParent(): void {
    this.ignore('the root has no parent');
  }

  /** Culls are for routers (B3). */
  protected override cull(): void {
    this.ignore('the root is not culled');
  }

  protected override neighbours(): Neighbours {
    return { parent: '', children: this.children };
  }
}
