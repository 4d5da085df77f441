/** What a node gets, in words: a message and whom it is from, as the object of "gets". */
import type { Message } from '../../model/index.ts';
import { term } from './terms.ts';
import {
  frontierWords,
  garbageWords,
  joinName,
  messageWords,
  ordinal,
  placementName,
  rangeWords,
  recordWords,
  repairedWords,
  shardsWords,
  syncExtras,
} from './words.ts';

/** `c2’s request to repeat record c1/1#2 (Nak)`. `life`: which life of the sender it is of, if that matters. */
export function receivedWords(message: Message, from: string, life?: number): string {
  switch (message.type) {
    case 'join':
      return joinRequest(
        message,
        life === undefined ? `${from}’s request` : `the request of ${from}’s ${ordinal(life)} life`,
      );
    case 'join-refused':
      return message.why === 'pending'
        ? `the refusal of ${from}: no slot is free (${term('JoinRefused')})`
        : message.why === 'excluded'
          ? `the refusal of ${from}: it is excluded for good (${term('JoinRefused')})`
          : `the refusal of ${from}: ${term('incarnation')} ${message.known} was claimed by another life (${term('JoinRefused')})`;
    case 'placement':
      if (message.node === from) return `the ${placementName(message)} of ${from}`;
      return `its ${placementName(message)} from ${from}`;
    case 'placement-ack':
      return `${from}’s confirmation of version ${message.version} (${term('PlacementAck')})`;
    case 'leave':
      return `${from}’s goodbye (${term('Leave')})`;
    case 'subscription':
      return `${from}’s wish for ${shardsWords(message.interest)} (${term('Subscription')})`;
    case 'suspect':
      return `${from}’s report that ${message.child} is silent (${term('Suspect')})`;
    case 'probe':
      return `the question from ${from} whether it is alive (${term('Probe')})`;
    case 'probe-ack':
      return `${from}’s answer that it is alive (${term('ProbeAck')})`;
    case 'heartbeat':
      return `a ${term('Heartbeat')} from ${from}`;
    case 'data':
      return `${recordWords(message.record)} from ${from}`;
    case 'rts':
      return `the question from ${from} how far everybody has written (${term('RTS')} of ${term('epoch')} ${message.epoch})`;
    case 'eoe':
      return `${messageWords(message)} from ${from}`;
    case 'sync':
      return `the ${term('SYNC')} of ${term('epoch')} ${message.epoch} from ${from}: ${[
        `${frontierWords(message)}${message.frontier.length === 0 ? '' : ' is written'}`,
        ...syncExtras(message),
      ].join('; ')}`;
    case 'nak': {
      const what = rangeWords(message.capsule, message.first, message.last);
      const writer = message.path.at(-1);
      const way = writer === undefined ? '' : ` (on its way to ${writer}, who wrote it)`;
      return `${from}’s request to repeat ${what} (${term('Nak')})${way}`;
    }
    case 'repair':
      return `${repairedWords(message)} again from ${from} (${term('Repair')})`;
    case 'evidence':
    case 'split-view':
      return `${messageWords(message)} from ${from}`;
    case 'garbage':
      return garbageWords(message.reason);
  }
}

function joinRequest(
  { reason, suspect, incarnation }: Extract<Message, { readonly type: 'join' }>,
  request: string,
): string {
  const name = joinName(incarnation);
  switch (reason) {
    case 'new':
      return `${request} for a place (${name})`;
    case 'restarted':
      return `${request} for a place (${name}; it says that it restarted)`;
    case 'orphaned':
      return `${request} for another place (${name}) having given up its parent ${suspect}`;
  }
}
