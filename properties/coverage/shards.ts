/** Situations of shards: who wants what, who knows it already, and what comes in between. */
import { isWanted, roleOf, shardOf, type RecordName } from '../../model/index.ts';
import { recordId } from '../monitors/tracking.ts';
import { before, isRejected, reactionOf, reportsOf } from './scene.ts';
import type { Situation } from './situation.ts';

export const SHARD_SITUATIONS: readonly Situation[] = [
  {
    id: 'late-subscriber',
    title: 'A client that subscribes to a shard is repaired what was written to it before.',
    lookout() {
      const put: RecordName[] = [];
      const early = new Set<string>();
      return (moment) => {
        const state = before(moment, 'client');
        const { followed } = moment;
        if (followed?.event.type === 'subscribe' && state?.context.interest) {
          const { interest } = state.context;
          const { shards } = followed.event;
          for (const record of put) {
            const shard = shardOf(record.capsule);
            if (shards.includes(shard) && !interest.includes(shard))
              early.add(`${followed.node} ${recordId(record)}`);
          }
        }
        put.push(...reportsOf(moment, 'put'));
        return (
          followed?.event.type === 'repair' &&
          reportsOf(moment, 'delivered').some((record) => early.has(`${followed.node} ${recordId(record)}`))
        );
      };
    },
  },
  {
    id: 'record-kept-from-a-child',
    title: 'A record goes on to some neighbours of a node and not to a child that does not want it.',
    lookout: (scene) => (moment) => {
      const { followed } = moment;
      if (followed?.event.type !== 'data' || isRejected(moment)) return false;
      const { capsule } = followed.event.record;
      const sends = reactionOf(moment)?.sends ?? [];
      const { from } = followed.event;
      return (
        sends.length > 0 &&
        [...scene.watch.interests.childrenOf(followed.node)].some(
          ([child, interest]) => child !== from && !isWanted(interest, capsule),
        )
      );
    },
  },
  {
    id: 'record-after-unsubscribing',
    title: 'A record comes to a client that has just unsubscribed from its shard, and is rejected.',
    lookout: () => (moment) => {
      const state = before(moment, 'client');
      const { followed } = moment;
      return (
        followed?.event.type === 'data' &&
        isRejected(moment) &&
        !isWanted(state?.context.interest, followed.event.record.capsule)
      );
    },
  },
  {
    id: 'nak-before-interest',
    title: 'A client asks for records of a shard before its parent knows that they are wanted there.',
    lookout: (scene) => (moment) => {
      const { followed } = moment;
      if (followed?.event.type !== 'nak' || !isRejected(moment)) return false;
      const { from, path, capsule } = followed.event;
      const children = scene.watch.interests.childrenOf(followed.node);
      return path.length === 0 && children.has(from) && !isWanted(children.get(from), capsule);
    },
  },
  {
    id: 'subscription-repeated',
    title: 'A client says once more what it subscribes to, since no placement shows it.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'timer.subscription' &&
      (reactionOf(moment)?.sends ?? []).some(({ reading }) => reading.message.type === 'subscription'),
  },
  {
    id: 'interest-of-a-grandchild',
    title: 'A Subscription changes what two routers or more send down.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'subscription' &&
      (reactionOf(moment)?.sends ?? []).filter(
        ({ to, reading }) => reading.message.type === 'placement' && roleOf(to) === 'router',
      ).length > 1,
  },
  {
    id: 'subscribes-without-place',
    title: 'A client changes what it subscribes to before it has a place.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'subscribe' && before(moment, 'client')?.context.version === 0,
  },
  {
    id: 'queue-of-several-shards',
    title: 'Queued puts are written as a record for each of several shards.',
    lookout: () => (moment) =>
      new Set(reportsOf(moment, 'put').map(({ capsule }) => shardOf(capsule))).size > 1,
  },
];
