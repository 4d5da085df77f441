/** What an adversary may be given, and which moves each gift allows. */
import type { Capability } from '../engine/index.ts';
import { OUTSIDER_MOVES } from './adversary/outsider.ts';

export const CAPABILITIES: readonly { readonly id: Capability; readonly moves: readonly string[] }[] = [
  {
    id: 'network',
    moves: [
      'drop a message',
      'duplicate a message',
      'deliver a message out of order, or late',
      'clog a link and release it',
      'partition nodes: both ways, one way, a subtree cut off',
      'heal all partitions',
    ],
  },
  {
    id: 'timing',
    moves: [
      'fire a timer before it is due',
      'pause a node and resume it',
      'skew a node’s timers: faster or slower',
    ],
  },
  {
    id: 'churn',
    moves: [
      'crash a node, the coordinator included',
      'restart it: durable, amnesiac, or with an older state of its storage (the coordinator: durable)',
      'let a node leave in good order, and join again',
    ],
  },
  { id: 'outsider', moves: Object.values(OUTSIDER_MOVES) },
];
