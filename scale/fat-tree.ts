/**
 * A fat tree: what it takes to send over the links of a tree whose bandwidth grows towards the root. Times are whole nanoseconds, so
 * that sums are exact.
 */
import { at, NONE, type PlacedTree } from './placed-tree.ts';

/** What the network is like. */
export interface Network {
  /** For the way over a link, whatever is sent. */
  readonly delayNs: number;
  /** Of the sender's processor, for each send. */
  readonly sendNs: number;
  /** Rate of a client's port. The port of a node that is one higher above its farthest leaf has K times that … */
  readonly edgeMbps: number;
  /** … up to this. */
  readonly maxMbps: number;
}

/** An edge network: a millisecond a link, 100 Mbit/s to a client, at most 400 Gbit/s. */
export const EDGE_NETWORK: Network = { delayNs: 1_000_000, sendNs: 5000, edgeMbps: 100, maxMbps: 400_000 };

/** A tree laid over a network. */
export class FatTree {
  readonly #tree: PlacedTree;
  readonly #network: Network;
  /** Nanoseconds a bit takes at a port, by height of its node. */
  readonly #nsPerBit: Float64Array;

  constructor(tree: PlacedTree, network: Network) {
    this.#tree = tree;
    this.#network = network;
    const { edgeMbps, maxMbps } = network;
    this.#nsPerBit = Float64Array.from(
      { length: tree.depth + 1 },
      (_, height) => 1000 / Math.min(maxMbps, edgeMbps * tree.k ** height),
    );
  }

  /** How long a sender is busy with a frame: it sends one after the other. */
  sendNs(sender: number, bytes: number): number {
    return this.#network.sendNs + this.#bitsNs(at(this.#tree.height, sender), bytes);
  }

  /** How long a frame is under way once it is sent: the link is as fast as the port at its lower end. */
  crossNs(from: number, to: number, bytes: number): number {
    const lower = at(this.#tree.parent, from) === to ? from : to;
    return this.#network.delayNs + this.#bitsNs(at(this.#tree.height, lower), bytes);
  }

  /** The greatest time that any node of the tree is busy with a frame, and that one is under way. */
  slowest(bytes: number): { readonly sendNs: number; readonly crossNs: number } {
    const { nodes, parent, level } = this.#tree;
    let [sendNs, crossNs] = [0, 0];
    for (let node = 0; node < nodes; node += 1) {
      if (at(level, node) === NONE) continue;
      sendNs = Math.max(sendNs, this.sendNs(node, bytes));
      const above = at(parent, node);
      if (above !== NONE) crossNs = Math.max(crossNs, this.crossNs(node, above, bytes));
    }
    return { sendNs, crossNs };
  }

  #bitsNs(height: number, bytes: number): number {
    return Math.ceil(8 * bytes * at(this.#nsPerBit, height));
  }
}
