/** Situations of attacks: what an outsider sends is rejected, of each kind and at the worst time. */
import { MESSAGE_TYPES } from '../../model/index.ts';
import { isRejected, reactionOf, type Moment } from './scene.ts';
import type { Situation } from './situation.ts';

/** Kinds of messages that there are on the wire as long as neither a writer nor the coordinator lies. */
const WIRE_KINDS = MESSAGE_TYPES.filter(
  (type) => type !== 'garbage' && type !== 'evidence' && type !== 'split-view',
);

/** The attack that was rejected in this step, if it is of that kind. */
function rejected(moment: Moment, kind: string) {
  const attack = reactionOf(moment)?.attack;
  return attack?.kind === kind && isRejected(moment) ? attack : undefined;
}

/** Kind of the message that an attack was made from: its id says it (`FROM>TO KIND #N`). */
function kindOf(attack: { readonly [argument: string]: unknown }): string {
  const { message } = attack;
  return typeof message === 'string' ? (message.split(' ')[1] ?? '') : '';
}

export const ATTACK_SITUATIONS: readonly Situation[] = [
  {
    id: 'replay-in-later-version',
    title: 'A replayed frame of a former version of the tree is rejected.',
    needs: 'outsider',
    lookout: (scene) => (moment) => {
      const attack = rejected(moment, 'replay');
      if (typeof attack?.['message'] !== 'string') return false;
      const version = scene.versionAt(attack['message']);
      return version !== undefined && version < scene.watch.placing.version;
    },
  },
  {
    id: 'attack-while-orphaned',
    title: 'A node that has lost its parent rejects what an outsider tells it.',
    needs: 'outsider',
    lookout: () => (moment) => {
      const reaction = reactionOf(moment);
      if (reaction?.attack === undefined || !isRejected(moment)) return false;
      const state = moment.followed?.before;
      if (state === undefined || state.role === 'coordinator') return false;
      return state.context.claim?.reason === 'orphaned';
    },
  },
  {
    id: 'flood-of-joins',
    title: 'Joins under made-up credentials are rejected.',
    needs: 'bytes',
    lookout: () => (moment) => rejected(moment, 'flood') !== undefined,
  },
  {
    id: 'splice-rejected',
    title: 'A message with a part of another one put into it is rejected.',
    needs: 'bytes',
    lookout: () => (moment) => rejected(moment, 'splice') !== undefined,
  },
  {
    id: 'no-frame-rejected',
    title: 'Bytes that are no frame are rejected.',
    needs: 'bytes',
    lookout: () => (moment) => rejected(moment, 'malformed') !== undefined,
  },
  ...WIRE_KINDS.map((kind): Situation => ({
    id: `tampered-${kind}`,
    title: `A ${kind} message with one field changed is rejected.`,
    needs: 'bytes',
    lookout: () => (moment) => {
      const attack = rejected(moment, 'tamper');
      return attack !== undefined && kindOf(attack) === kind;
    },
  })),
];
