/** Situations of delivery: order, duplicates, queues and bounds, and lives that follow each other. */
import type { Capsule, NodeName } from '../../model/index.ts';
import { recordId, writerOf } from '../monitors/tracking.ts';
import { before, isRejected, reactionOf, reportsOf } from './scene.ts';
import type { Situation } from './situation.ts';

/** The life that writes a capsule. */
function incarnationOf(capsule: Capsule): number {
  return Number(capsule.slice(capsule.lastIndexOf('/') + 1));
}

export const DELIVERY_SITUATIONS: readonly Situation[] = [
  {
    id: 'record-overtaken',
    title: 'A record reaches a client before its predecessor, and waits.',
    lookout: () => (moment) => {
      const state = before(moment, 'client');
      const { followed } = moment;
      if (state === undefined || followed?.event.type !== 'data' || isRejected(moment)) return false;
      const { capsule, seq } = followed.event.record;
      return seq > (state.context.positions[capsule] ?? 0) + 1;
    },
  },
  {
    id: 'early-buffer-full',
    title: 'An early record is rejected since as many as may be are waiting already.',
    lookout: (scene) => (moment) => {
      const state = before(moment, 'client');
      const { followed } = moment;
      if (state === undefined || followed?.event.type !== 'data' || !isRejected(moment)) return false;
      const { capsule, seq } = followed.event.record;
      const waiting = state.context.early[capsule] ?? [];
      return (
        waiting.length >= scene.watch.scenario.parameters.maxEarly &&
        seq > (state.context.positions[capsule] ?? 0) + 1 &&
        !waiting.includes(seq)
      );
    },
  },
  {
    id: 'record-over-two-paths',
    title:
      'A record reaches a node again over another link than the first time, and is taken for what it is.',
    lookout() {
      /** From whom each node has taken each record. */
      const takenFrom = new Map<string, NodeName>();
      return (moment) => {
        const { followed } = moment;
        if (followed?.event.type !== 'data') return false;
        const { from, record } = followed.event;
        const key = `${followed.node} ${recordId(record)}`;
        const first = takenFrom.get(key);
        if (!isRejected(moment)) takenFrom.set(key, from);
        return first !== undefined && first !== from && isRejected(moment);
      };
    },
  },
  {
    id: 'queue-full',
    title: 'A put is refused since as many as may be are queued already.',
    lookout: () => (moment) => reportsOf(moment, 'refused').some(({ why }) => why === 'queue-full'),
  },
  {
    id: 'capsule-full',
    title: 'A put is refused since the capsule of its client is full.',
    lookout: () => (moment) => reportsOf(moment, 'refused').some(({ why }) => why === 'log-full'),
  },
  {
    id: 'leaves-with-a-queue',
    title: 'A client that was told to leave writes what it had queued before it goes.',
    lookout: () => (moment) => reportsOf(moment, 'left').length > 0 && reportsOf(moment, 'put').length > 0,
  },
  {
    id: 'crashes-with-a-queue',
    title: 'A client crashes with puts queued, which are lost with it.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'crash' && (before(moment, 'client')?.context.queued.length ?? 0) > 0,
  },
  {
    id: 'batch-of-queued',
    title: 'Several queued puts are written as one record.',
    lookout: () => (moment) =>
      (before(moment, 'client')?.context.queued.length ?? 0) > 1 && reportsOf(moment, 'put').length > 0,
  },
  {
    id: 'old-life-after-new',
    title: 'A client delivers a record of a writer’s earlier life after one of a later life.',
    lookout() {
      /** Greatest incarnation delivered, by client and writer. */
      const latest = new Map<string, number>();
      return (moment) => {
        const node = reactionOf(moment)?.node ?? '';
        let happened = false;
        for (const { capsule } of reportsOf(moment, 'delivered')) {
          const key = `${node} ${writerOf(capsule)}`;
          const incarnation = incarnationOf(capsule);
          const before = latest.get(key) ?? incarnation;
          happened ||= incarnation < before;
          latest.set(key, Math.max(before, incarnation));
        }
        return happened;
      };
    },
  },
  {
    id: 'forgotten-delivered-again',
    title:
      'A client that came back without its storage, or with an old one, delivers again what an earlier life delivered.',
    lookout() {
      const everDelivered = new Map<NodeName, Set<string>>();
      return (moment) => {
        const node = reactionOf(moment)?.node ?? '';
        const delivered = reportsOf(moment, 'delivered');
        if (delivered.length === 0) return false;
        let own = everDelivered.get(node);
        if (own === undefined) everDelivered.set(node, (own = new Set()));
        const again = delivered.some((record) => own.has(recordId(record)));
        for (const record of delivered) own.add(recordId(record));
        return again;
      };
    },
  },
  {
    id: 'own-record-comes-back',
    title: 'A client that forgot what it wrote delivers a record of its own earlier life.',
    lookout: () => (moment) => {
      const node = reactionOf(moment)?.node ?? '';
      return reportsOf(moment, 'delivered').some(({ capsule }) => writerOf(capsule) === node);
    },
  },
];
