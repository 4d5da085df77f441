/** What an adversary may be given, and which moves each gift allows. */
import { capabilityOf, type Capability, type Move } from '../engine/index.ts';
import { COORDINATOR_MOVES } from './adversary/coordinator.ts';
import { INSIDER_MOVES } from './adversary/insider.ts';
import { OUTSIDER_MOVES } from './adversary/outsider.ts';
import { ROUTER_MOVES } from './adversary/router.ts';
import { STOLEN_MOVES } from './adversary/stolen.ts';
import { WRITER_MOVES } from './adversary/writer.ts';
import type { Command } from './reading.ts';

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
  { id: 'insider', moves: INSIDER_MOVES },
  { id: 'writer', moves: WRITER_MOVES },
  { id: 'router', moves: ROUTER_MOVES },
  { id: 'coordinator', moves: COORDINATOR_MOVES },
  { id: 'stolen', moves: STOLEN_MOVES },
];

/** What an adversary must have been given for these moves, in the order of CAPABILITIES. */
export function capabilitiesNeeded(moves: readonly Move<Command>[]): readonly Capability[] {
  const needed = new Set(moves.map(neededFor));
  return CAPABILITIES.map(({ id }) => id).filter((id) => needed.has(id));
}

function neededFor(move: Move<Command>): Capability | undefined {
  // Only what comes at another time than by itself is delivered by a move.
  if (move.move === 'deliver') return 'network';
  if (move.move === 'command' && (move.command.type === 'rotate' || move.command.type === 'renew'))
    return 'stolen';
  return move.move === 'command' && move.command.type === 'leave' ? 'churn' : capabilityOf(move);
}
