/** Messages on their way: when they arrive, who sent and took in how many, and how many bytes. */
import { EventQueue, type TimedEvent } from './event-queue.ts';
import type { FatTree } from './fat-tree.ts';
import type { FrameSizes } from './frames.ts';
import { at, NONE, ROOT, type PlacedTree } from './placed-tree.ts';

/** Where messages travel. */
export interface Wires {
  readonly tree: PlacedTree;
  readonly fatTree: FatTree;
  readonly frames: FrameSizes;
}

/** What the nodes of one level sent and took in. */
export interface LevelLoad {
  readonly level: number;
  readonly nodes: number;
  readonly sends: number;
  readonly receives: number;
  /** Sent. */
  readonly bytes: number;
  /** Messages that one of these nodes sent and took in: the most. */
  readonly fullest: number;
}

/** Messages, sent one after the other at each node, and counted. */
export class Traffic {
  /** Messages that each node sent, and that it accepted. */
  readonly sends: Uint32Array;
  readonly receives: Uint32Array;
  /** Bytes that each node sent. */
  readonly bytes: Float64Array;
  /** When the last of a node's sends has left it. */
  readonly #busyUntilNs: Float64Array;
  readonly #queue = new EventQueue();
  readonly #wires: Wires;

  constructor(wires: Wires) {
    const { nodes } = wires.tree;
    this.#wires = wires;
    this.sends = new Uint32Array(nodes);
    this.receives = new Uint32Array(nodes);
    this.bytes = new Float64Array(nodes);
    this.#busyUntilNs = new Float64Array(nodes);
  }

  /** Sends a message with a body of `bodyBytes`, as soon as what the node sent before has left it. */
  send(nowNs: number, from: number, to: number, bodyBytes: number, kind: number): void {
    const { fatTree, frames } = this.#wires;
    const bytes = frames.frame(
      bodyBytes,
      from === ROOT ? 'coordinator' : 'other',
      to === ROOT ? 'coordinator' : 'other',
    );
    const leftNs = Math.max(nowNs, at(this.#busyUntilNs, from)) + fatTree.sendNs(from, bytes);
    this.#busyUntilNs[from] = leftNs;
    this.sends[from] = at(this.sends, from) + 1;
    this.bytes[from] = at(this.bytes, from) + bytes;
    this.#queue.push(leftNs + fatTree.crossNs(from, to, bytes), to, from, kind);
  }

  /** Something that happens at a node without a message. */
  wake(timeNs: number, node: number, kind: number): void {
    this.#queue.push(timeNs, node, node, kind);
  }

  /** The next thing that happens, in `event`. Returns whether there is one. */
  next(event: TimedEvent): boolean {
    return this.#queue.pop(event);
  }

  /** A node accepted a message. */
  accept(node: number): void {
    this.receives[node] = at(this.receives, node) + 1;
  }

  /** Messages that a node sent and accepted. */
  loadOf(node: number): number {
    return at(this.sends, node) + at(this.receives, node);
  }

  /** All sends. */
  totalSends(): number {
    return this.sends.reduce((sum, one) => sum + one, 0);
  }

  /** The node that sent and accepted the most; of several, the first. */
  fullest(): number {
    let fullest = ROOT;
    for (let node = 1; node < this.sends.length; node += 1)
      if (this.loadOf(node) > this.loadOf(fullest)) fullest = node;
    return fullest;
  }

  /** What the nodes of each level sent and took in, from the coordinator down. Who has no place is not counted. */
  levels(): readonly LevelLoad[] {
    const { tree } = this.#wires;
    const levels = Array.from({ length: tree.depth + 1 }, (_, level) => ({
      level,
      nodes: 0,
      sends: 0,
      receives: 0,
      bytes: 0,
      fullest: 0,
    }));
    for (let node = 0; node < tree.nodes; node += 1) {
      const level = at(tree.level, node);
      const load = level === NONE ? undefined : levels[level];
      if (load === undefined) continue;
      load.nodes += 1;
      load.sends += at(this.sends, node);
      load.receives += at(this.receives, node);
      load.bytes += at(this.bytes, node);
      load.fullest = Math.max(load.fullest, this.loadOf(node));
    }
    return levels;
  }
}
