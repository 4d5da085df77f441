/** For tests of single processes: what one does about one input, as short texts. */
import type { Input } from '../../engine/index.ts';
import type { Command, Report } from '../reading.ts';
import type { Process } from './process.ts';
import { decodeRecord, encodeRecord, makeRecord, type MsgType, type SealedRecord } from './records.ts';
import { decode, encode, type RawBytes, type WireMessage } from './wire.ts';

/** More outputs than any reaction that ends has in these tests. */
export const ENOUGH = 50;

/** What a process sent. */
export interface Sent {
  readonly to: string;
  readonly message: WireMessage;
}

/** One process, driven. */
export class Driven {
  readonly #process: Process;
  sent: Sent[] = [];
  reports: Report[] = [];
  rejected: string | undefined;
  timers = new Map<string, number>();

  constructor(process: Process, life = 1) {
    this.#process = process;
    this.take({ kind: 'start', life, entropy: new Uint8Array(16).fill(life) });
  }

  /** Puts an input to it. What it did is in the fields, and as texts in the result. */
  take(input: Input<Uint8Array, Command>): readonly string[] {
    this.sent = [];
    this.reports = [];
    this.rejected = undefined;
    let outputs = 0;
    const texts: string[] = [];
    const emit: Parameters<Process['handle']>[1] = (output) => {
      if ((outputs += 1) > ENOUGH) throw new Error('no end');
      if (output.kind === 'send') {
        const message = decode(output.frame);
        if (message === undefined) throw new Error('sent what is no message');
        this.sent.push({ to: output.to, message });
        texts.push(`${output.to}: ${textOf(message)}`);
      } else if (output.kind === 'report') this.reports.push(output.report);
      else if (output.kind === 'reject') this.rejected = output.reason;
      else if (output.kind === 'set-timer') this.timers.set(output.timer, output.ms);
      else this.timers.delete(output.timer);
    };
    this.#process.handle(input, emit);
    return texts;
  }

  get(message: WireMessage): readonly string[] {
    return this.take({ kind: 'frame', from: 'x', frame: encode(message) });
  }

  fire(timer: string): readonly string[] {
    return this.take({ kind: 'timer', timer });
  }

  obey(command: Command): readonly string[] {
    return this.take({ kind: 'command', command });
  }
}

/** A message as tests write it. */
export function textOf(message: WireMessage): string {
  switch (message.kind) {
    case 'join':
      return `join ${message.address} ${message.nodeType}`;
    case 'assign-parent':
      return `assign ${message.parent}`;
    case 'heartbeat':
      return `heartbeat ${message.sender} ${message.subtreeSize} ${message.level} ${message.routerCount}`;
    case 'cull':
      return `cull ${message.count}`;
    case 'raw-bytes': {
      const type = decodeRecord(message.payload)?.msgType ?? 'bytes';
      return `${type} ${message.routeUp ? 'up' : 'down'} of ${message.lastSender}`;
    }
  }
}

export const join = (address: string, nodeType: 'client' | 'router'): WireMessage => ({
  kind: 'join',
  address,
  nodeType,
});
export const assign = (parent: string): WireMessage => ({ kind: 'assign-parent', parent });
export const heartbeat = (sender: string, subtreeSize = 1, level = 0, routerCount = 0): WireMessage => ({
  kind: 'heartbeat',
  sender,
  subtreeSize,
  level,
  routerCount,
});
export const cull = (count: number): WireMessage => ({ kind: 'cull', count });
export const raw = (
  lastSender: string,
  way: 'up' | 'down' = 'down',
  payload: Uint8Array = new Uint8Array([7]),
): RawBytes => ({ kind: 'raw-bytes', payload, routeUp: way === 'up', lastSender });

/** A genuine record of an enclave. */
export function recordOf(
  sender: number,
  timestamp: number,
  writes: readonly (readonly [key: string, value: string])[],
  msgType: MsgType = 'data',
): SealedRecord {
  const items = writes.map(([key, value]) => ({ timestamp, type: msgType, key, value }));
  const prevHash = new TextEncoder().encode('init');
  return makeRecord({ sender, timestamp, msgType, prevHash }, items, new Uint8Array(12).fill(timestamp));
}

/** The record in a message that was sent; throws if there is none. */
export function recordIn(sent: Sent | undefined): SealedRecord {
  const record = sent?.message.kind === 'raw-bytes' ? decodeRecord(sent.message.payload) : undefined;
  if (record === undefined) throw new Error('no record');
  return record;
}

export const payloadOf = encodeRecord;
