/** Situations of Naks and Repairs: who answers, with how much, and what has changed in between. */
import type { Capsule } from '../../model/index.ts';
import { before, isAttack, isRejected, reactionOf, reportsOf, type Moment } from './scene.ts';
import type { Situation } from './situation.ts';

/** What a router or the coordinator keeps of a capsule, before the step. */
function loggedOf(moment: Moment, capsule: Capsule): readonly number[] | undefined {
  const state = before(moment, 'router') ?? before(moment, 'coordinator');
  return state && (state.context.log[capsule] ?? []);
}

function countRepairs(moment: Moment): number {
  const sends = reactionOf(moment)?.sends ?? [];
  return sends.filter(({ reading }) => reading.message.type === 'repair').length;
}

export const REPAIR_SITUATIONS: readonly Situation[] = [
  {
    id: 'nak-answered-two-levels-up',
    title: 'A log two or more levels above the client that lacks records answers its Nak.',
    // Clients alone begin to ask, so what a router asks for without a path comes from below it.
    lookout: () => (moment) => {
      const { followed } = moment;
      if (followed?.event.type !== 'nak' || before(moment, 'client') !== undefined) return false;
      const { from, path } = followed.event;
      return from.startsWith('r') && path.length === 0 && countRepairs(moment) > 0;
    },
  },
  {
    id: 'nak-answered-by-writer',
    title:
      'A Nak that no log can answer goes up to the coordinator and down to the writer, which answers it.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'nak' &&
      before(moment, 'client') !== undefined &&
      countRepairs(moment) > 0,
  },
  {
    id: 'log-forgot',
    title: 'A Nak asks for records that have fallen out of the window of the log that it comes to.',
    lookout: (scene) => (moment) => {
      const { followed } = moment;
      if (followed?.event.type !== 'nak' || isRejected(moment)) return false;
      const { capsule, first } = followed.event;
      const newest = loggedOf(moment, capsule)?.at(-1) ?? 0;
      return newest > 0 && first <= newest - scene.watch.scenario.parameters.logWindow;
    },
  },
  {
    id: 'one-repair-for-two',
    title: 'One Repair answers two neighbours that asked for the same range.',
    lookout: () => (moment) => !isRejected(moment) && countRepairs(moment) > 1,
  },
  {
    id: 'repair-of-a-part',
    title: 'A client gets a Repair with some of the records that it asked for, but not all.',
    lookout: () => (moment) => {
      const { followed } = moment;
      if (before(moment, 'client') === undefined || followed?.event.type !== 'repair' || isRejected(moment))
        return false;
      const { first, last, seqs } = followed.event;
      return seqs.length > 0 && seqs.length <= last - first;
    },
  },
  {
    id: 'repair-crosses-change',
    title: 'A Repair that is under way when the tree is changed arrives after that.',
    lookout: (scene) => (moment) => {
      const reaction = reactionOf(moment);
      if (reaction?.message === undefined || isAttack(moment)) return false;
      if (reaction.input.kind !== 'frame' || reaction.input.reading.message.type !== 'repair') return false;
      const version = scene.versionAt(reaction.message);
      return version !== undefined && version < scene.watch.placing.version;
    },
  },
  {
    id: 'repair-fills-hole',
    title: 'A Repair brings the record that early ones were waiting for.',
    lookout: () => (moment) => {
      const state = before(moment, 'client');
      const { followed } = moment;
      if (state === undefined || followed?.event.type !== 'repair' || isRejected(moment)) return false;
      const waiting = state.context.early[followed.event.capsule] ?? [];
      return reportsOf(moment, 'delivered').some(({ seq }) => waiting.includes(seq));
    },
  },
  {
    id: 'asks-in-parts',
    title: 'A client lacks more records of a capsule than it may ask for at once.',
    lookout: (scene) => (moment) => {
      const { followed } = moment;
      if (before(moment, 'client') === undefined || followed?.event.type !== 'sync' || isRejected(moment))
        return false;
      const { frontier } = followed.event;
      const { maxRepair } = scene.watch.scenario.parameters;
      const naks = (reactionOf(moment)?.sends ?? []).map(({ reading }) => reading.message);
      return naks.some(
        (nak) =>
          nak.type === 'nak' &&
          nak.last - nak.first + 1 === maxRepair &&
          frontier.some(({ capsule, seq }) => capsule === nak.capsule && seq > nak.last),
      );
    },
  },
];
