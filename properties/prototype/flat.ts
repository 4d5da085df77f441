/** The flat protocol before the prototype: F in docs/prototype-2021-behaviour.md. The enclaves are the same (O9). */
import { EnclaveProcess } from './client.ts';
import { CoordinatorEnclave } from './enclave.ts';
import { EPOCH_MS, Process, type Neighbours } from './process.ts';
import type { Address, RawBytes, WireMessage } from './wire.ts';

/** The root: a list of members, and whatever comes goes to all of them. */
export class FlatRootProcess extends Process {
  readonly #workers: number;
  readonly #members: Address[] = [];
  #coordinator: CoordinatorEnclave | undefined;
  #epoch = 0;

  /** @param workers enclaves that the coordinator waits for */
  constructor(address: Address, workers: number) {
    super(address);
    this.#workers = workers;
  }

  protected override start(entropy: Uint8Array): void {
    this.#coordinator = new CoordinatorEnclave(this.#workers, entropy);
    this.set('epoch', EPOCH_MS);
  }

  protected override fire(): void {
    this.set('epoch', EPOCH_MS);
    const rts = this.#coordinator?.openEpoch();
    if (rts === undefined) return;
    this.#epoch += 1;
    this.report({ type: 'epoch-opened', epoch: this.#epoch });
    this.#sendToAll(rts);
  }

  protected override receive(message: WireMessage): void {
    switch (message.kind) {
      case 'join':
        if (!this.#members.includes(message.address)) this.#members.push(message.address);
        break;
      case 'raw-bytes':
        this.#route(message);
        break;
      case 'assign-parent':
      case 'heartbeat':
      case 'cull':
        this.ignore('there is no such message');
        break;
    }
  }

  /** F2: to every member, the sender included. */
  #route({ payload }: RawBytes): void {
    this.#sendToAll(payload);
    const received = this.#coordinator?.receive(payload);
    if (received?.kind !== 'epoch' || received.answer === undefined) return;
    const answered = this.#coordinator?.synced.map((worker) => `c${worker}`) ?? [];
    this.report({ type: 'epoch-closed', epoch: this.#epoch, answered });
    this.#sendToAll(received.answer);
  }

  #sendToAll(payload: Uint8Array): void {
    for (const to of this.#members)
      this.send(to, { kind: 'raw-bytes', payload, routeUp: false, lastSender: this.address });
  }

  protected override neighbours(): Neighbours {
    return { parent: '', children: this.#members };
  }
}

export class FlatClientProcess extends EnclaveProcess {
  protected override start(entropy: Uint8Array): void {
    super.start(entropy);
    this.join();
  }

  protected override fire(): void {
    // It has no timers.
  }

  protected override receive(message: WireMessage): void {
    if (message.kind === 'raw-bytes') this.deliver(message.payload);
    else this.ignore('there is no such message');
  }

  protected override routeUp(payload: Uint8Array): void {
    this.send(this.root, { kind: 'raw-bytes', payload, routeUp: true, lastSender: this.address });
  }

  protected override neighbours(): Neighbours {
    return { parent: this.root, children: [] };
  }
}
