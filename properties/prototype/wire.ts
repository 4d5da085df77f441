/**
 * What nodes of the prototype say to each other, as bytes: M in docs/prototype-2021-behaviour.md. No message carries any
 * authentication. Frames are arrays in canonical CBOR, `[kind, …fields]`.
 */
import { bytesToPlain, FrameError, plainToBytes } from '../../impl/index.ts';

export type NodeType = 'client' | 'router';

/** Addresses stand for node ids. */
export type Address = string;

export type WireMessage =
  | { readonly kind: 'join'; readonly address: Address; readonly nodeType: NodeType }
  | { readonly kind: 'assign-parent'; readonly parent: Address }
  | {
      readonly kind: 'heartbeat';
      readonly sender: Address;
      /** From a parent: −1. */
      readonly subtreeSize: number;
      readonly level: number;
      readonly routerCount: number;
    }
  | { readonly kind: 'cull'; readonly count: number }
  | RawBytes;

/** Any bytes, on their way through the tree. */
export interface RawBytes {
  readonly kind: 'raw-bytes';
  readonly payload: Uint8Array;
  readonly routeUp: boolean;
  readonly lastSender: Address;
}

/** Kinds of messages, as frames name them. */
export const WIRE_KINDS = ['join', 'assign-parent', 'heartbeat', 'cull', 'raw-bytes'] as const;

/** The bytes of a message. */
export function encode(message: WireMessage): Uint8Array {
  return plainToBytes([message.kind, ...fieldsOf(message)]);
}

function fieldsOf(message: WireMessage): readonly unknown[] {
  switch (message.kind) {
    case 'join':
      return [message.address, message.nodeType];
    case 'assign-parent':
      return [message.parent];
    case 'heartbeat':
      return [message.sender, message.subtreeSize, message.level, message.routerCount];
    case 'cull':
      return [message.count];
    case 'raw-bytes':
      return [message.payload, message.routeUp, message.lastSender];
  }
}

const decoded = new WeakMap<Uint8Array, WireMessage | undefined>();

/** The message of a frame; undefined if it is none. Remembered by identity. */
export function decode(frame: Uint8Array): WireMessage | undefined {
  if (!decoded.has(frame)) decoded.set(frame, messageOf(plainOf(frame)));
  return decoded.get(frame);
}

/** The plain data of canonical bytes; undefined if they are not. */
export function plainOf(bytes: Uint8Array): unknown {
  try {
    return bytesToPlain(bytes);
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}

function messageOf(plain: unknown): WireMessage | undefined {
  if (!Array.isArray(plain)) return undefined;
  const [kind, ...fields] = plain as readonly unknown[];
  const [a, b, c, d] = fields;
  switch (kind) {
    case 'join':
      if (fields.length !== 2 || !isAddress(a) || (b !== 'client' && b !== 'router')) return undefined;
      return { kind, address: a, nodeType: b };
    case 'assign-parent':
      return fields.length === 1 && isAddress(a) ? { kind, parent: a } : undefined;
    case 'heartbeat':
      if (fields.length !== 4 || !isAddress(a) || !isInteger(b) || !isInteger(c) || !isInteger(d))
        return undefined;
      return { kind, sender: a, subtreeSize: b, level: c, routerCount: d };
    case 'cull':
      return fields.length === 1 && isInteger(a) ? { kind, count: a } : undefined;
    case 'raw-bytes':
      if (fields.length !== 3 || !(a instanceof Uint8Array) || typeof b !== 'boolean' || !isAddress(c))
        return undefined;
      return { kind, payload: a, routeUp: b, lastSender: c };
    default:
      return undefined;
  }
}

/** Longest address, in characters. */
const MAX_ADDRESS = 64;

function isAddress(value: unknown): value is Address {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ADDRESS;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
