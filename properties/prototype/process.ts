/** What all processes of the prototype have in common: inputs by kind, timers, and telling who their neighbours are. */
import type { Input, Node, Output } from '../../engine/index.ts';
import type { Command, Report } from '../reading.ts';
import { decode, encode, type Address, type WireMessage } from './wire.ts';

/** Timers of every process, and how often they go off (M1). */
export const SEND_HEARTBEAT_MS = 1000;
export const LISTEN_HEARTBEAT_MS = 3000;
export const REBALANCE_MS = 5000;
export const EPOCH_MS = 20_000;
/** What was not heard of for longer than this is stale. */
export const STALE_MS = 3000;

/** Neighbours as they are reported. Nobody: ''. */
export interface Neighbours {
  readonly parent: Address;
  readonly children: readonly Address[];
}

/** Lives whose versions do not meet: more changes than this no life has. */
export const VERSIONS_PER_LIFE = 1_000_000;

/** One life of one process. It stores nothing: the next one begins anew (O1). */
export abstract class Process implements Node<Uint8Array, Command, Report> {
  readonly address: Address;
  protected life = 0;
  #emit: (output: Output<Uint8Array, Report>) => void = () => undefined;
  #version = 0;
  #reported = '';
  #loops = false;

  constructor(address: Address) {
    this.address = address;
  }

  handle(input: Input<Uint8Array, Command>, emit: (output: Output<Uint8Array, Report>) => void): void {
    // A process that is in a loop without end takes in nothing any more.
    if (this.#loops) return;
    this.#emit = emit;
    switch (input.kind) {
      case 'start':
        this.life = input.life;
        this.start(input.entropy);
        break;
      case 'timer':
        this.fire(input.timer);
        break;
      case 'command':
        this.obey(input.command);
        break;
      case 'frame': {
        const message = decode(input.frame);
        if (message === undefined) this.ignore('no message');
        else this.receive(message);
        break;
      }
    }
    this.#reportNeighbours();
  }

  protected abstract start(entropy: Uint8Array): void;
  protected abstract fire(timer: string): void;
  protected abstract receive(message: WireMessage): void;
  protected abstract neighbours(): Neighbours;

  /** What applications and operators ask of a process that is no client's: nothing. */
  protected obey(_command: Command): void {
    // Only clients have commands.
  }

  protected send(to: Address, message: WireMessage): void {
    this.#emit({ kind: 'send', to, frame: encode(message) });
  }

  protected set(timer: string, ms: number): void {
    this.#emit({ kind: 'set-timer', timer, ms });
  }

  protected cancel(timer: string): void {
    this.#emit({ kind: 'cancel-timer', timer });
  }

  protected report(report: Report): void {
    this.#emit({ kind: 'report', report });
  }

  /** The message is of no use. Must be the only output. */
  protected ignore(reason: string): void {
    this.#emit({ kind: 'reject', reason });
  }

  /** Goes round as long as the condition holds. Whoever cuts the reaction off leaves the process where it is: in the loop. */
  protected loop(goesOn: () => boolean, body: () => void): void {
    this.#loops = true;
    while (goesOn()) body();
    this.#loops = false;
  }

  #reportNeighbours(): void {
    const { parent, children } = this.neighbours();
    const text = `${parent} ${children.join(' ')}`;
    if (text === this.#reported || (this.#reported === '' && text === ' ')) return;
    this.#reported = text;
    this.#version += 1;
    const version = this.life * VERSIONS_PER_LIFE + this.#version;
    this.report({ type: 'installed', version, parent, children });
  }
}
