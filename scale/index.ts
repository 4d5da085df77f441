/** The protocol at scale: messages counted and timed over trees of up to a million clients, without cryptography. */
export type { Bound } from './bounds.ts';
export { EDGE_NETWORK, type Network } from './fat-tree.ts';
export { PUT } from './frames.ts';
export { MAX_CLIENTS, MAX_K, simulate, type Load, type Scaled, type Sign } from './simulate.ts';
export { TOPOLOGIES, type Topology } from './topology.ts';
export type { LevelLoad } from './traffic.ts';
