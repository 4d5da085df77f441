/** Links (docs/protocol.md §4): who the neighbours of a node are, and which frames of them it accepts. */

import type { ModelOutput } from './events.ts';
import type { LinkBody, Linked, Neighbour, NodeName } from './messages.ts';
import { send } from './reaction.ts';

/** A node's neighbourhood. Nobody has a parent before its first placement, the coordinator never. */
export interface Hops {
  readonly self: NodeName;
  readonly parent: Neighbour | null;
  /** Sorted by node. */
  readonly children: readonly Neighbour[];
}

/** All neighbours: the parent first. */
export function neighboursOf(hops: Hops): readonly Neighbour[] {
  return hops.parent ? [hops.parent, ...hops.children] : hops.children;
}

/** The neighbour of that name. */
export function neighbour(hops: Hops, node: NodeName): Neighbour | undefined {
  return hops.parent?.node === node ? hops.parent : hops.children.find((child) => child.node === node);
}

/** Whether the frame is to this node, from its parent over their present link. */
export function isFromParent(hops: Hops, frame: Linked): boolean {
  return frame.to === hops.self && hops.parent?.node === frame.from && hops.parent.link === frame.link;
}

/** Whether the frame is to this node, from one of its children over their present link. */
export function isFromChild(hops: Hops, frame: Linked): boolean {
  return (
    frame.to === hops.self &&
    hops.children.some((child) => child.node === frame.from && child.link === frame.link)
  );
}

/** Whether the frame is to this node, from a present neighbour over the present link. */
export function isFromNeighbour(hops: Hops, frame: Linked): boolean {
  return isFromParent(hops, frame) || isFromChild(hops, frame);
}

/** Output: a frame to a neighbour. */
export function sendTo(hops: Hops, to: Neighbour, body: LinkBody): ModelOutput {
  return send(to.node, { ...body, from: hops.self, to: to.node, link: to.link });
}

/** Outputs: one frame to each of these neighbours. */
export function sendAll(hops: Hops, to: readonly Neighbour[], body: LinkBody): readonly ModelOutput[] {
  return to.map((one) => sendTo(hops, one, body));
}
