/** A node id and what belongs to it: its disk, its present life, its timers. */
import { createHash } from 'node:crypto';
import type { Node } from './subject.ts';
import { Disk } from './disk.ts';
import type { Packet } from './wire.ts';

/** A timer of one life of one node. */
export interface Timer<F, C, R> {
  readonly isPacket: false;
  dueMs: number;
  readonly order: number;
  live: boolean;
  /** Taken off the agenda, waiting for its paused node. */
  held: boolean;
  readonly actor: Actor<F, C, R>;
  readonly name: string;
}

/** A node id and everything that belongs to it. */
export interface Actor<F, C, R> {
  readonly name: string;
  readonly disk: Disk;
  /** Starts so far. */
  life: number;
  /** The present life; undefined while down. */
  node: Node<F, C, R> | undefined;
  readonly timers: Map<string, Timer<F, C, R>>;
  isPaused: boolean;
  /** Due while the node was paused. */
  held: (Packet<F> | Timer<F, C, R>)[];
  skewPercent: number;
}

/** An actor that has not started yet. */
export function newActor<F, C, R>(name: string): Actor<F, C, R> {
  return {
    name,
    disk: new Disk(),
    life: 0,
    node: undefined,
    timers: new Map<string, Timer<F, C, R>>(),
    isPaused: false,
    held: [],
    skewPercent: 100,
  };
}

/** Entropy is asked for at each start of each run: remembered, up to a bound. */
const ENTROPY_CACHE_MAX = 4_096;
const entropies = new Map<string, Uint8Array>();

/** Fresh bytes for one life of one node: a function of the two. */
export function entropyOf(node: string, life: number): Uint8Array {
  const key = `${node} ${String(life)}`;
  let entropy = entropies.get(key);
  if (entropy === undefined) {
    entropy = new Uint8Array(createHash('sha256').update(`entropy of ${key}`).digest().subarray(0, 16));
    if (entropies.size >= ENTROPY_CACHE_MAX) entropies.clear();
    entropies.set(key, entropy);
  }
  return entropy.slice();
}
