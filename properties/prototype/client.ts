/** A client of the prototype: an application, an enclave, and the host part between them and the tree. */
import type { Command } from '../reading.ts';
import { WorkerEnclave, type Received } from './enclave.ts';
import { ParentEntry } from './parent.ts';
import { LISTEN_HEARTBEAT_MS, Process, SEND_HEARTBEAT_MS, type Neighbours } from './process.ts';
import { encodeRecord, hex } from './records.ts';
import type { Address, WireMessage } from './wire.ts';

/** What all clients do, whatever the network above them is. */
export abstract class EnclaveProcess extends Process {
  protected readonly root: Address;
  #enclave: WorkerEnclave | undefined;
  #puts = 0;

  constructor(address: Address, root: Address) {
    super(address);
    this.root = root;
  }

  protected override start(entropy: Uint8Array): void {
    this.#enclave = new WorkerEnclave(Number(this.address.slice(1)), entropy);
  }

  /** To the root. */
  protected join(): void {
    this.send(this.root, { kind: 'join', address: this.address, nodeType: 'client' });
  }

  protected override obey(command: Command): void {
    const enclave = this.#enclave;
    if (enclave === undefined) return;
    switch (command.type) {
      case 'put': {
        const { key, value } = command;
        const record = enclave.put(key, value);
        this.#puts += 1;
        this.report({
          type: 'put',
          capsule: `${this.address}/${this.life}`,
          seq: this.#puts,
          hash: hex(record.hash),
          prevHash: hex(record.prevHash),
          timestamp: record.timestamp,
          writes: [{ key, value }],
        });
        this.routeUp(encodeRecord(record));
        break;
      }
      case 'get':
        this.report({ type: 'answered', key: command.key, value: enclave.get(command.key) ?? null });
        break;
      case 'dump':
        this.report({ type: 'store', entries: enclave.entries() });
        break;
      case 'leave':
      case 'subscribe':
      case 'rotate':
      case 'renew':
        break; // nobody leaves in good order here, everybody gets everything, and there is one group key
    }
  }

  /** Sends a payload on its way up the tree. */
  protected abstract routeUp(payload: Uint8Array): void;

  /** Hands a payload to the enclave. */
  protected deliver(payload: Uint8Array): void {
    const received: Received | undefined = this.#enclave?.receive(payload);
    if (received === undefined) return;
    switch (received.kind) {
      case 'dropped':
        this.ignore(received.why);
        break;
      case 'data': {
        // Which put of the writer this is, or whether it is any, the enclave cannot say: see reader.ts.
        const { record, items } = received;
        const { sender, hash, prevHash } = record;
        // The store goes by the time in the item, whatever is said beside.
        const timestamp = items[0]?.timestamp ?? record.timestamp;
        const writes = items.map(({ key, value }) => ({ key, value }));
        const capsule = `c${sender}`;
        this.report({
          type: 'delivered',
          capsule,
          seq: 0,
          hash: hex(hash),
          prevHash: hex(prevHash),
          timestamp,
          writes,
        });
        break;
      }
      case 'epoch':
        if (received.answer !== undefined) this.routeUp(received.answer);
        break;
    }
  }
}

export class ClientProcess extends EnclaveProcess {
  readonly #parent = new ParentEntry({
    set: (timer, ms) => this.set(timer, ms),
    cancel: (timer) => this.cancel(timer),
  });

  protected override start(entropy: Uint8Array): void {
    super.start(entropy);
    this.set('sendHeartbeat', SEND_HEARTBEAT_MS);
    this.set('listenHeartbeat', LISTEN_HEARTBEAT_MS);
    this.join();
  }

  protected override fire(timer: string): void {
    switch (timer) {
      case 'sendHeartbeat':
        this.set(timer, SEND_HEARTBEAT_MS);
        this.#sendHeartbeat();
        break;
      case 'listenHeartbeat':
        this.set(timer, LISTEN_HEARTBEAT_MS);
        this.#parent.listen();
        if (this.#parent.address === undefined) this.join();
        break;
      default:
        this.#parent.fire(timer);
    }
  }

  /** H2. The level of a client is of no use to anybody: 0. */
  #sendHeartbeat(): void {
    const parent = this.#parent.address;
    if (parent === undefined) return;
    this.send(parent, {
      kind: 'heartbeat',
      sender: this.address,
      subtreeSize: 1,
      level: 0,
      routerCount: 0,
    });
  }

  protected override receive(message: WireMessage): void {
    switch (message.kind) {
      case 'assign-parent':
        this.#parent.assign(message.parent);
        break;
      case 'heartbeat':
        if (message.sender === this.#parent.address) this.#parent.hear();
        else this.ignore('heartbeat of a stranger');
        break;
      case 'raw-bytes':
        // The host part cannot tell its own enclave from anybody else (D2).
        if (message.routeUp) this.routeUp(message.payload);
        else if (message.lastSender === this.#parent.address) this.deliver(message.payload);
        else this.ignore('not of its parent');
        break;
      case 'join':
      case 'cull':
        this.ignore('not for clients');
        break;
    }
  }

  /** D1: without a parent, an error is logged and the message is gone. */
  protected override routeUp(payload: Uint8Array): void {
    const to = this.#parent.address;
    if (to !== undefined)
      this.send(to, { kind: 'raw-bytes', payload, routeUp: true, lastSender: this.address });
  }

  protected override neighbours(): Neighbours {
    return { parent: this.#parent.address ?? '', children: [] };
  }
}
