/**
 * Links between neighbours: keys, MACs and counters (docs/protocol.md §4). The key of a link is bound to both
 * ends, their incarnations and the version that made it, so no frame of another link or life ever fits.
 */
import { linkInfo, macInput, sealLinkFrame } from './codec.ts';
import { equalMacs, linkKey, macUnder } from './crypto.ts';
import type { LinkFrame, Neighbour, NodeName } from './messages.ts';

/** One end of a link. */
export interface Link {
  readonly peer: Neighbour;
  /** Own incarnation under which it was made. */
  readonly incarnation: number;
  /** Counter of the last frame sent; 0 before the first. */
  sent: number;
  /** Greatest counter of the frames accepted; 0 before the first. */
  received: number;
  /** MAC under the link's key; undefined if there is no key: the peer's key is degenerate. */
  readonly mac: ((input: Uint8Array) => Uint8Array) | undefined;
}

/** The links that a node has at present. */
export class LinkTable {
  readonly #node: NodeName;
  readonly #secret: Uint8Array;
  #links = new Map<NodeName, Link>();

  /**
   * @param node own name
   * @param secret own X25519 secret
   */
  constructor(node: NodeName, secret: Uint8Array) {
    this.#node = node;
    this.#secret = secret;
  }

  get size(): number {
    return this.#links.size;
  }

  get(peer: NodeName): Link | undefined {
    return this.#links.get(peer);
  }

  has(peer: NodeName): boolean {
    return this.#links.has(peer);
  }

  /** Names of the present neighbours, in the order in which they were installed. */
  names(): NodeName[] {
    return [...this.#links.keys()];
  }

  /** Replaces the neighbourhood. Links that stay keep their counters; what is not named is gone. */
  install(neighbours: readonly Neighbour[], incarnation: number): void {
    const next = new Map<NodeName, Link>();
    for (const peer of neighbours) {
      const present = this.#links.get(peer.node);
      const stays = present !== undefined && this.isSame(present, peer, incarnation);
      next.set(peer.node, stays ? present : this.make(peer, incarnation));
    }
    this.#links = next;
  }

  /** Makes the frame that carries `body` to a present neighbour; takes a counter. */
  seal(to: NodeName, body: Uint8Array): Uint8Array {
    const link = this.#links.get(to);
    if (link?.mac === undefined) throw new RangeError(`to: ${to} is no neighbour`);
    link.sent += 1;
    return sealLinkFrame({ from: this.#node, to, link: link.peer.link, counter: link.sent, body }, link.mac);
  }

  /** The link that a frame came over, if it is authentic; else why not. Changes nothing: see {@link accept}. */
  open(frame: LinkFrame, data: Uint8Array): Link | string {
    if (frame.to !== this.#node) return 'link: for someone else';
    const link = this.#links.get(frame.from);
    if (link === undefined) return 'link: no neighbour';
    if (!this.isPresentLink(link, frame)) return 'link: not the present one';
    if (!this.isMacRight(link, frame, data)) return 'link: wrong MAC';
    if (!this.isFresh(link, frame)) return 'link: stale counter';
    return link;
  }

  /** Takes the counter of a frame whose reaction accepted it. */
  accept(link: Link, frame: LinkFrame): void {
    link.received = frame.counter;
  }

  protected isSame(present: Link, peer: Neighbour, incarnation: number): boolean {
    return (
      present.peer.incarnation === peer.incarnation &&
      present.peer.link === peer.link &&
      present.incarnation === incarnation
    );
  }

  protected isPresentLink(link: Link, frame: LinkFrame): boolean {
    return link.peer.link === frame.link;
  }

  protected isMacRight(link: Link, frame: LinkFrame, data: Uint8Array): boolean {
    return link.mac !== undefined && equalMacs(link.mac(macInput(data)), frame.mac);
  }

  protected isFresh(link: Link, frame: LinkFrame): boolean {
    return frame.counter > link.received;
  }

  /** What the key of a link is bound to. */
  protected infoOf(peer: Neighbour, incarnation: number): Uint8Array {
    return linkInfo({ node: this.#node, incarnation }, peer, peer.link);
  }

  protected make(peer: Neighbour, incarnation: number): Link {
    const key = linkKey(this.#secret, peer.credential.linkKey, this.infoOf(peer, incarnation));
    const mac = key === undefined ? undefined : macUnder(key);
    return { peer, incarnation, sent: 0, received: 0, mac };
  }
}
