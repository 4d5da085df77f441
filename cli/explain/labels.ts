/** What stands at arrows: a message, a timer or an attack in as few letters as a diagram has room for. */
import { writerOf, type Message } from '../../model/index.ts';
import type { Attack } from '../../engine/index.ts';
import { identityOf } from './identities.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { isCull, recordId, type Sync } from './words.ts';

/** A message in as few letters as a diagram has room for. */
export function messageLabel(message: Message): string {
  switch (message.type) {
    case 'placement':
      return message.version === 0 ? 'assign-parent' : `placement v${message.version}`;
    case 'placement-ack':
      return `placement-ack v${message.version}`;
    case 'data':
      return `data ${recordId(message.record)}`;
    case 'rts':
    case 'eoe':
      return `${message.type} e${message.epoch}`;
    case 'sync':
      return `sync e${message.epoch}${syncMarks(message)}`;
    case 'nak':
      return `nak ${message.capsule}#${message.first}${message.last > message.first ? `-${message.last}` : ''}`;
    case 'repair':
      return `repair ${message.capsule}#${message.seqs.join(',')}`;
    case 'subscription':
      return `subscription ${message.interest.join(',')}`;
    case 'suspect':
      return `suspect ${message.child}`;
    case 'evidence':
      return `evidence ${recordId(message)}`;
    case 'split-view':
      return `split view v${message.placements[0].version}`;
    case 'garbage':
      return isCull(message) ? 'cull' : 'not authentic';
    case 'join':
    case 'join-refused':
    case 'leave':
    case 'probe':
    case 'probe-ack':
    case 'heartbeat':
      return message.type;
  }
}

/** What a SYNC tells beside the frontier: ` +fork c2 +key 2`. */
function syncMarks({ forks = [], lacks = [], rotation }: Sync): string {
  return [
    ...[...new Set(forks.map(({ capsule }) => writerOf(capsule)))].map((writer) => ` +fork ${writer}`),
    ...(lacks.length === 0 ? [] : [' +lacks']),
    ...(rotation === undefined ? [] : [` +key ${rotation.keyEpoch}`]),
  ].join('');
}

/** An attack at the node that it is meant for: `insider: placement v4`. */
export function attackNote(attack: Attack, message: Message | undefined): string {
  return `${attack.by === undefined ? 'outsider' : 'insider'}: ${attack.kind} ${attackLabel(attack, message)}`;
}

/** The message that an attack is about, in few letters. */
function attackLabel(attack: Attack, message: Message | undefined): string {
  if (message !== undefined && message.type !== 'garbage') return messageLabel(message);
  const about = attack['message'] ?? attack['how'];
  return typeof about === 'string' ? (identityOf(about)?.kind ?? about) : '';
}

/** What befalls the network: `(C to r1 held back)`. */
export function networkNote({ event, cause }: Extract<Observed['step'], { readonly kind: 'event' }>): string {
  const move = cause.kind === 'move' ? cause.move : undefined;
  switch (move?.move) {
    case 'attack':
      return `insider: ${move.attack.standing === 'begins' ? 'withholds from now on' : 'withholds no more'}`;
    case 'clog':
      return `(${move.from} to ${move.to}: held back)`;
    case 'release':
      return `(${move.from} to ${move.to}: let through)`;
    case 'partition':
      return `(${move.from.join(', ')} ${move.way === 'both' ? 'and' : 'to'} ${move.to.join(', ')}: cut)`;
    case 'heal':
      return '(whole again)';
    default:
      return event.type === 'network' ? `(${event.text})` : '';
  }
}

/** What it means that a timer goes off, beside the column of its node. */
export function timerNote(timer: string): string {
  const [kind = '', about = ''] = timer.split(':');
  switch (kind) {
    case 'suspect':
      return `${about} is silent`;
    case 'probe':
      return `${about} has not answered`;
    case 'heartbeat':
      return 'greets';
    case 'join':
      return 'still no place';
    case 'subscription':
    case 'placement':
      return 'not confirmed';
    case 'epoch':
      return 'next epoch';
    case 'eoe':
      return 'answers overdue';
    case 'doubt':
      return 'not served';
    default:
      return timer;
  }
}

/** A message of a run: of two placements of a node under one version, what tells them apart, too. */
export function labelIn(message: Message, { steps }: ObservedRun): string {
  const label = messageLabel(message);
  if (message.type !== 'placement' || message.version === 0) return label;
  const others = steps.flatMap(({ situation: { tookIn } }) =>
    tookIn?.type === 'placement' && tookIn.node === message.node && tookIn.version === message.version
      ? [tookIn]
      : [],
  );
  if (others.some(({ parent }) => parent.node !== message.parent.node))
    return `${label}: ${message.node} under ${message.parent.node}`;
  const children = (one: { readonly children: readonly { readonly node: string }[] }): string =>
    one.children.map(({ node }) => node).join('+') || 'nobody';
  return others.some((one) => children(one) !== children(message))
    ? `${label}: ${message.node} above ${children(message)}`
    : label;
}
