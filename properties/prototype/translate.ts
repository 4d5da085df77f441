/**
 * The same situation on the reference: a schedule of the prototype, move by move, as what it means to nodes of the reference.
 *
 * - What an application or an operator does, time, crashes, partitions, pauses and skewed timers are the same.
 * - A message is the one of the kind that does the same thing there: AssignParent is a placement, everything else has its own name. It is
 *   the one between the same two nodes if there is one; else one to the same node, else one from it, since the tree may be another.
 * - A timer is the one that does the same: `sendHeartbeat` the heartbeat, `epoch` the epoch, `listenHeartbeat` and what makes an entry
 *   stale the suspicion of some neighbour.
 * - Forged is forged: the same kind of message as if from the same node, in whatever words the outsider has. Where one field of a message
 *   was changed, each field of the message is changed in turn, since fields do not correspond.
 * - Cull has no counterpart: a forged one, which makes a router forget children, becomes a forged placement to the same router.
 * - What means nothing to the reference is left out, and said so.
 */
import { World, type Attack, type Flight, type Move, type Schedule } from '../../engine/index.ts';
import { leaves, openFrame } from '../adversary/fields.ts';
import { outsiderAdversary } from '../adversary/outsider.ts';
import type { Command, Report } from '../reading.ts';
import { scenarioOf, type TreeScenario } from '../scenario.ts';
import { referenceSubject } from '../subjects/reference.ts';
import { MSG_TYPES } from './records.ts';

/** A schedule for the reference, and the moves that nothing there corresponds to. */
export interface Translation {
  readonly scenario: TreeScenario;
  readonly moves: Schedule<Command>;
  /** Moves of the original that have no counterpart, by position from 0, and why. */
  readonly missing: readonly { readonly move: number; readonly why: string }[];
}

type ReferenceWorld = World<Uint8Array, Command, Report, TreeScenario>;
type Moves = readonly Move<Command>[];

const PROLOGUE = { kind: 'fair', phase: 'prologue' } as const;

/** The same system with the reference's numbers, wide enough that everybody has a place. */
export function translatedScenario({ nodes, topology, latencyMs, prologueMs }: TreeScenario): TreeScenario {
  const routers = nodes.filter((node) => node.startsWith('r')).length;
  const clients = nodes.filter((node) => node.startsWith('c')).length;
  // K places at each of the inner nodes, of which routers take some themselves.
  const k = Math.max(2, Math.ceil((clients + routers) / (routers + 1)));
  const start = prologueMs === 0 ? 'empty' : 'formed';
  return { ...scenarioOf({ topology, k, routers, clients, start }), latencyMs };
}

/** Translates a schedule. Deterministic. */
export function translate(scenario: TreeScenario, schedule: Schedule<Command>): Translation {
  const own = translatedScenario(scenario);
  const world: ReferenceWorld = new World(referenceSubject, own, outsiderAdversary);
  world.startAll(PROLOGUE);
  world.elapse(own.prologueMs, PROLOGUE);
  const moves: Move<Command>[] = [];
  const missing: { move: number; why: string }[] = [];
  for (const [at, move] of schedule.entries()) {
    const made = counterpartOf(move, world);
    if (typeof made === 'string') missing.push({ move: at, why: made });
    else
      for (const one of made) {
        world.apply(one, { kind: 'move', index: moves.length, move: one });
        moves.push(one);
      }
  }
  return { scenario: own, moves, missing };
}

/** The moves that mean the same; or why there is none. */
function counterpartOf(move: Move<Command>, world: ReferenceWorld): Moves | string {
  switch (move.move) {
    case 'deliver':
    case 'drop':
    case 'duplicate': {
      const packet = like(move.message, world.inFlight, 'oldest');
      return packet === undefined
        ? `no ${kindIn(move.message)} is on its way on the reference`
        : [{ ...move, message: packet.id }];
    }
    case 'fire': {
      const timer = timerOf(move.timer, world.timersOf(move.node));
      return timer === undefined
        ? `nothing on the reference goes off like ${move.timer}`
        : [{ ...move, timer }];
    }
    case 'attack':
      return attacksLike(move.attack, world);
    default:
      return world.isPossible(move) ? [move] : 'not possible at that moment on the reference';
  }
}

function timerOf(timer: string, timers: readonly string[]): string | undefined {
  const [kind = ''] = timer.split(':');
  switch (kind) {
    case 'sendHeartbeat':
      return timers.find((one) => one === 'heartbeat');
    case 'epoch':
      return timers.find((one) => one === 'epoch');
    case 'listenHeartbeat':
    case 'stale':
      return timers.find((one) => one.startsWith('suspect:'));
    default:
      return undefined;
  }
}

const IDENTITY = /^([^\s>]+)>([^\s>]+) (\S+) [#~]\d+$/;

function kindIn(id: string): string {
  const kind = IDENTITY.exec(id)?.[3] ?? '';
  return kind === 'assign-parent' ? 'placement' : kind;
}

/** The message that does there what the one with this identity does here. */
function like(
  id: string,
  among: readonly Flight<Uint8Array>[],
  which: 'oldest' | 'newest',
): Flight<Uint8Array> | undefined {
  const [, from = '', to = ''] = IDENTITY.exec(id) ?? [];
  const alike = among.filter((packet) => packet.kind === kindIn(id));
  const ordered = which === 'oldest' ? alike : alike.toReversed();
  return (
    ordered.find((packet) => packet.from === from && packet.to === to) ??
    ordered.find((packet) => packet.to === to) ??
    ordered.find((packet) => packet.from === from)
  );
}

function attacksLike(attack: Attack, world: ReferenceWorld): Moves | string {
  const { kind, message, as, to, salt = 0 } = attack;
  const attackOf = (one: Attack): Move<Command> => ({ move: 'attack', attack: one });
  if (kind === 'forge')
    return [attackOf({ kind, message: forgedKind(String(message), Number(salt)), as, to, salt })];
  if (kind === 'flood') return [attackOf(attack)];
  const seen = typeof message === 'string' ? like(message, world.seen, 'newest') : undefined;
  if (seen === undefined) return `no ${kindIn(String(message))} was seen there on the reference`;
  const { id } = seen;
  const donor = typeof attack['donor'] === 'string' ? like(attack['donor'], world.seen, 'newest') : undefined;
  switch (kind) {
    case 'tamper':
      return leaves(openFrame(seen.frame)).map((field) => attackOf({ kind, message: id, field, salt }));
    case 'splice':
      return donor === undefined
        ? 'there is no second message to take a part of on the reference'
        : leaves(openFrame(seen.frame)).map((field) =>
            attackOf({ kind, message: id, donor: donor.id, field }),
          );
    case 'lie':
      return [attackOf({ kind, by: 'insider', message: id, as, salt })];
    default:
      // Replay, spoof, malformed: only the message is another.
      return [attackOf({ ...attack, message: id })];
  }
}

/** What the reference calls a message of the prototype. */
function forgedKind(kind: string, salt: number): string {
  switch (kind) {
    case 'assign-parent':
    case 'cull':
      return 'placement';
    case 'raw-bytes':
      return MSG_TYPES[salt % MSG_TYPES.length] ?? 'data';
    default:
      return kind;
  }
}
