/** Situations of epochs: they end too early or too late, without some, or with another coordinator. */
import { ROOT } from '../scenario.ts';
import { before, isAttack, isRejected, reactionOf, reportsOf, type Scene } from './scene.ts';
import type { Situation } from './situation.ts';

/** Clients that the tree must have for all but one of them to be some. */
const SEVERAL_CLIENTS = 3;

/** Whether the coordinator waits for answers. */
function isCollecting({ watch }: Scene): boolean {
  const state = watch.twins.stateOf(ROOT);
  return state?.role === 'coordinator' && state.context.awaited.length > 0;
}

export const EPOCH_SITUATIONS: readonly Situation[] = [
  {
    id: 'coordinator-restarts-inside-epoch',
    title: 'The coordinator crashes while it collects answers, and comes back.',
    lookout() {
      let crashedInside = false;
      return (moment) => {
        const { followed } = moment;
        if (followed?.node !== ROOT) return false;
        if (followed.event.type === 'start') return crashedInside;
        if (followed.event.type === 'crash')
          crashedInside = (before(moment, 'coordinator')?.context.awaited.length ?? 0) > 0;
        return false;
      };
    },
  },
  {
    id: 'partition-heals-inside-epoch',
    title: 'A partition heals while the coordinator collects answers.',
    lookout:
      (scene) =>
      ({ seen }) => {
        if (seen.kind !== 'event' || seen.step.event.type !== 'network') return false;
        const { cause } = seen.step;
        return cause.kind === 'move' && cause.move.move === 'heal' && isCollecting(scene);
      },
  },
  {
    id: 'all-but-one-silent',
    title: 'An epoch is closed with the answer of one client only, though the tree has three or more.',
    lookout: (scene) => (moment) => {
      const [closed] = reportsOf(moment, 'epoch-closed');
      if (closed?.answered.length !== 1) return false;
      const clients = [...scene.watch.placing.parents.keys()].filter((node) => node.startsWith('c'));
      return clients.length >= SEVERAL_CLIENTS;
    },
  },
  {
    id: 'nobody-answers',
    title: 'An epoch is closed without any answer, though the tree has clients.',
    lookout: (scene) => (moment) => {
      const [closed] = reportsOf(moment, 'epoch-closed');
      if (closed?.answered.length !== 0) return false;
      return [...scene.watch.placing.parents.keys()].some((node) => node.startsWith('c'));
    },
  },
  {
    id: 'answer-too-late',
    title: 'An answer to an epoch arrives when that is closed, and is rejected.',
    lookout: () => (moment) => {
      const { followed } = moment;
      if (followed?.event.type !== 'eoe' || !isRejected(moment) || isAttack(moment)) return false;
      const coordinator = before(moment, 'coordinator');
      const router = before(moment, 'router');
      const [epoch, awaited] =
        coordinator === undefined
          ? [router?.context.rts ?? 0, router?.context.awaited ?? []]
          : [coordinator.context.epoch, coordinator.context.awaited];
      return followed.event.epoch < epoch || (followed.event.epoch === epoch && awaited.length === 0);
    },
  },
  {
    id: 'change-inside-epoch',
    title: 'The tree is changed while the coordinator collects answers.',
    lookout: () => (moment) =>
      reportsOf(moment, 'committed').length > 0 &&
      (before(moment, 'coordinator')?.context.awaited.length ?? 0) > 0,
  },
  {
    id: 'sync-before-repairs',
    title: 'A client accepts a SYNC while Repairs that it asked for after the one before are still missing.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'sync' &&
      !isRejected(moment) &&
      (before(moment, 'client')?.context.asked.length ?? 0) > 0,
  },
  {
    id: 'epoch-missed',
    title: 'A client accepts a SYNC though the one before never reached it.',
    lookout: () => (moment) => {
      const { followed } = moment;
      const state = before(moment, 'client');
      if (state === undefined || followed?.event.type !== 'sync' || isRejected(moment)) return false;
      return state.context.sync > 0 && followed.event.epoch > state.context.sync + 1;
    },
  },
  {
    id: 'restarted-writer-learns-time',
    title: 'A client that came back writes what it queued only after a SYNC told it the time.',
    lookout: () => (moment) =>
      reactionOf(moment) !== undefined &&
      moment.followed?.event.type === 'sync' &&
      reportsOf(moment, 'put').length > 0,
  },
];
