/**
 * How causes of one violation are told apart on the prototype: where it broke is the role of the node and what was found wrong with it,
 * names and numbers left out; kinds of moves are what they do to a system, whichever way they do it.
 */
import type { Attack, CauseRules, KindOfMoves, Move, Violation } from '../../engine/index.ts';
import type { Command } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { MSG_TYPES } from './records.ts';

const ABOUT = ['join', 'assign-parent', 'heartbeat', 'cull', 'record'] as const;

/** In the order in which it is easy to make them. */
const KINDS: readonly KindOfMoves[] = [
  { id: 'loss', choices: ['drop', 'drop', 'partition', 'isolate', 'heal'] },
  { id: 'duplicate', choices: ['duplicate'] },
  { id: 'delay', choices: ['deliver', 'clog', 'release', 'pause', 'resume'] },
  { id: 'clocks', choices: ['fire', 'skew'] },
  { id: 'crash', choices: ['crash', 'restart'] },
  ...ABOUT.flatMap((about): readonly KindOfMoves[] => [
    { id: `replayed ${about}`, choices: ['attack'] },
    { id: `forged ${about}`, choices: ['attack'] },
  ]),
  { id: 'insider’s record', choices: ['attack'] },
];

export const PROTOTYPE_CAUSES: CauseRules<Command> = { kinds: KINDS, where, kindOf, effortOf };

/** What is wrong, by patterns over the words of the monitors. The first that fits is taken. */
const CHECKS: readonly (readonly [RegExp, string])[] = [
  [/delivered record, which \w+ never put/, 'delivered a record that nobody put'],
  [/delivered record other than it was put/, 'delivered a record other than it was put'],
  [/delivered record again where/, 'delivered a record again'],
  [/delivered record past a gap where/, 'delivered a record past a gap'],
  [/delivered record with a prevHash/, 'delivered a record with a wrong prevHash'],
  [/put record with a prevHash/, 'put a record with a wrong prevHash'],
  [/stamped record/, 'stamped a record with a time that it had no right to know'],
  [/is its own neighbour/, 'is its own neighbour'],
  [/is on a cycle/, 'is on a cycle'],
  [/has n child routers/, 'has too many child routers'],
  [/has n children/, 'has too many children'],
  [/is a client and has a child/, 'took a client for its parent'],
  [/accepted record from \w+ a second time/, 'accepted a record from a neighbour a second time'],
  [/was accepted in both directions/, 'accepted a record in both directions'],
  [/sends|receives/, 'has more copies of a record than it may'],
  [/entered its enclave again/, 'entered its enclave again for a record'],
  [/entered its enclave for/, 'entered its enclave for what is no genuine record'],
  [/outputs in one reaction/, 'does not come to the end of a reaction'],
  [/has not delivered record/, 'has not delivered a record that its writer holds'],
  [/the store of \w+ is not what its records give/, 'has another store than its records give'],
  [/answered +for/, 'answers otherwise than its records say'],
  [/stores differ/, 'has another store than one with the same records'],
  [/has no parent/, 'has no parent'],
  [/does not know it as its child/, 'has a parent that does not know it'],
  [/is below a cycle of parents/, 'is below a cycle of parents'],
  [/was behind at SYNC/, 'still lacks a record when the next epoch closes'],
  [/is open and does not close/, 'waits for an epoch that does not close'],
  [/reached \w+ after/, 'got a record after too many hops'],
  [/the store of \w+ ends otherwise/, 'ends with another store'],
  [/^the run has more than/, 'messages without end'],
];

function where({ message, node }: Violation): string {
  const plain = plainOf(message);
  const check = CHECKS.find(([pattern]) => pattern.test(plain));
  if (check === undefined) return plain;
  const named = /^(root|router|client|epoch)\b/.exec(plain)?.[1];
  // Epochs are the root's.
  const who = node !== undefined ? roleOf(node) : named === 'epoch' ? 'root' : named;
  // Of a parent that does not know its child, the child is at a loss.
  const child = /the parent of (\w+)/.exec(plain)?.[1];
  return [child ?? who ?? '', check[1]].join(' ').trim();
}

function roleOf(node: string): string {
  return node === ROOT ? 'root' : node.startsWith('r') ? 'router' : 'client';
}

/** The first of several reasons, since others often follow from it; roles instead of names; no values, no numbers. */
function plainOf(message: string): string {
  const [reason = ''] = message.replace(/^still waiting .* ended: /, '').split('; ');
  return reason
    .replace(/delivered (\S+)#(\d+) where \1#(\d+)/, (_, capsule: string, got: string, next: string) => {
      const how = Number(got) < Number(next) ? 'again' : 'past a gap';
      return `delivered ${capsule}#${got} ${how} where ${capsule}#${next}`;
    })
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\b[Crc]\d*\/\d+#\d+/g, 'record')
    .replaceAll(/\br\d+\b/g, 'router')
    .replaceAll(/\bc\d+\b/g, 'client')
    .replaceAll(/\bC\b/g, 'root')
    .replaceAll(/\b\d+\b/g, 'n')
    .replace(/: .*$/, '');
}

function kindOf(move: Move<Command>): string | undefined {
  switch (move.move) {
    case 'elapse':
    case 'command':
      return undefined;
    case 'drop':
    case 'partition':
    case 'heal':
      return 'loss';
    case 'duplicate':
      return 'duplicate';
    case 'deliver':
    case 'clog':
    case 'release':
    case 'pause':
    case 'resume':
      return 'delay';
    case 'fire':
    case 'skew':
      return 'clocks';
    case 'crash':
    case 'restart':
      return 'crash';
    case 'attack':
      return kindOfAttack(move.attack);
  }
}

/** An outsider can do what the network does, and an insider what an outsider does; not the other way round. */
function effortOf(kind: string): number {
  if (kind.startsWith('insider')) return 3;
  return kind.startsWith('forged') || kind.startsWith('replayed') ? 2 : 1;
}

/** Made up or changed, whichever way, a message is forged; what was seen and comes again is replayed. */
function kindOfAttack(attack: Attack): string {
  const { kind, message } = attack;
  if (kind === 'flood') return 'forged join';
  const named = typeof message === 'string' ? message : '';
  const about = aboutOf(kind === 'forge' ? named : (/ ([a-z-]+) [#~]\d+$/.exec(named)?.[1] ?? ''));
  switch (kind) {
    case 'lie':
      return `insider’s ${about}`;
    case 'replay':
      return `replayed ${about}`;
    default:
      return `forged ${about}`;
  }
}

function aboutOf(kind: string): string {
  return kind === 'raw-bytes' || MSG_TYPES.some((type) => type === kind) ? 'record' : kind;
}
