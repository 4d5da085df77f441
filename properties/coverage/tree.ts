/** Situations of the tree: it changes while something else is going on, and not everybody hears of it in time. */
import type { NodeName } from '../../model/index.ts';
import { ROOT } from '../scenario.ts';
import { before, committedIn, isAttack, isRejected, reactionOf, reportsOf } from './scene.ts';
import type { Lookout, Situation } from './situation.ts';

const isRouter = (node: NodeName): boolean => node.startsWith('r');

/** Parents in the tree before the one that a moment commits. */
function treesBefore(): (parents: ReadonlyMap<NodeName, NodeName>) => ReadonlyMap<NodeName, NodeName> {
  let last: ReadonlyMap<NodeName, NodeName> = new Map();
  return (now) => {
    const previous = last;
    last = now;
    return previous;
  };
}

export const TREE_SITUATIONS: readonly Situation[] = [
  {
    id: 'change-during-multicast',
    title: 'The tree is changed while a record is under way.',
    lookout: (scene) => (moment) => committedIn(moment) !== undefined && scene.hasDataUnderWay(),
  },
  {
    id: 'router-dies-under-multicast',
    title: 'A router crashes while a record is under way to it.',
    lookout:
      (scene) =>
      ({ seen }) => {
        if (seen.kind !== 'event' || seen.step.event.type !== 'crashed') return false;
        const { node } = seen.step.event;
        return isRouter(node) && scene.hasDataUnderWay(node);
      },
  },
  {
    id: 'old-placement-late',
    title: 'A placement arrives after a newer one of the same life was installed, and is rejected.',
    lookout: () => (moment) => {
      if (moment.followed?.event.type !== 'placement' || !isRejected(moment) || isAttack(moment))
        return false;
      const { event } = moment.followed;
      const state = before(moment, 'router') ?? before(moment, 'client');
      if (state === undefined) return false;
      const { self, incarnation, birth, version } = state.context;
      return (
        event.node === self &&
        event.incarnation === incarnation &&
        event.birth === birth &&
        event.version < version
      );
    },
  },
  {
    id: 'placement-never-came',
    title: 'A node installs a placement though it never got the one before.',
    lookout() {
      const sent = new Map<NodeName, number[]>();
      return (moment) => {
        for (const { to, reading } of reactionOf(moment)?.sends ?? [])
          if (reading.message.type === 'placement' && reading.message.node === to)
            sent.set(to, [...(sent.get(to) ?? []), reading.message.version]);
        const [report] = reportsOf(moment, 'installed');
        const node = reactionOf(moment)?.node ?? '';
        const state = before(moment, 'router') ?? before(moment, 'client');
        if (report === undefined || state === undefined || state.context.version === 0) return false;
        const { version } = state.context;
        return (sent.get(node) ?? []).some((one) => one > version && one < report.version);
      };
    },
  },
  {
    id: 'tree-full',
    title: 'A client is told that there is no room for it.',
    lookout: () => (moment) => reportsOf(moment, 'pending').length > 0,
  },
  {
    id: 'pending-client-placed',
    title: 'A client that there was no room for is placed since a slot became free.',
    lookout(scene) {
      let pending: readonly NodeName[] = [];
      return (moment) => {
        const commit = committedIn(moment);
        if (commit === undefined) return false;
        const placed = pending.some((node) => scene.watch.placing.parents.has(node));
        ({ pending } = commit);
        return placed;
      };
    },
  },
  {
    id: 'client-makes-room',
    title: 'A client moves below another parent to make room for a router that joins.',
    lookout(scene) {
      const previous = treesBefore();
      return (moment) => {
        if (committedIn(moment) === undefined) return false;
        const now = scene.watch.placing.parents;
        const then = previous(now);
        const joins = [...now.keys()].some((node) => isRouter(node) && !then.has(node));
        return joins && [...then].some(([node, parent]) => (now.get(node) ?? parent) !== parent);
      };
    },
  },
  {
    id: 'live-node-buried',
    title: 'A node that lives is taken for dead and removed from the tree.',
    lookout: (scene) => (moment) => {
      const { followed } = moment;
      if (committedIn(moment) === undefined || followed?.event.type !== 'timer.probe') return false;
      return scene.isUp(followed.event.node);
    },
  },
  {
    id: 'edge-to-blame',
    title: 'A suspected node answers its probe, so the edge to it is given up or made anew.',
    lookout: () => (moment) =>
      committedIn(moment) !== undefined && moment.followed?.event.type === 'probe-ack',
  },
  {
    id: 'probe-for-nothing',
    title: 'A suspected node answers its probe when its edge to who suspected it is gone already.',
    lookout: () => (moment) =>
      moment.followed?.event.type === 'probe-ack' && !isRejected(moment) && committedIn(moment) === undefined,
  },
  {
    id: 'two-routers-down',
    title: 'Two routers of the tree are down at the same time.',
    lookout: (scene) => (moment) => {
      if (moment.seen.kind !== 'event' || moment.seen.step.event.type !== 'crashed') return false;
      const { node } = moment.seen.step.event;
      const { parents } = scene.watch.placing;
      const down = [...parents.keys()].filter((one) => isRouter(one) && (one === node || !scene.isUp(one)));
      return isRouter(node) && parents.has(node) && down.length > 1;
    },
  },
  {
    id: 'two-lives-one-incarnation',
    title:
      'A node comes back with an older storage and claims an incarnation that a later life of it has used.',
    lookout: () => usedIncarnation,
  },
  {
    id: 'frame-of-a-former-link',
    title: 'A frame that was sent before the tree changed arrives after that, and is rejected.',
    lookout: (scene) => (moment) => {
      const reaction = reactionOf(moment);
      if (reaction?.message === undefined || reaction.attack !== undefined || !isRejected(moment))
        return false;
      if (reaction.input.kind !== 'frame' || !('link' in reaction.input.reading.message)) return false;
      const version = scene.versionAt(reaction.message);
      return version !== undefined && version < scene.watch.placing.version;
    },
  },
  {
    id: 'shown-placement-fits',
    title:
      'A node is shown the placement of a neighbour, of the version that it has itself; the two are of one tree.',
    lookout: () => (moment) => {
      if (moment.followed?.event.type !== 'placement' || !isRejected(moment) || isAttack(moment))
        return false;
      const { event } = moment.followed;
      const state = before(moment, 'router') ?? before(moment, 'client');
      return event.node !== state?.context.self && event.version === state?.context.version;
    },
  },
];

const usedIncarnation: Lookout = (moment) => {
  const { followed } = moment;
  const state = before(moment, 'coordinator');
  if (state === undefined || followed?.event.type !== 'join' || followed.node !== ROOT) return false;
  const known = state.context.known[followed.event.node];
  return (
    known?.incarnation === followed.event.incarnation &&
    known.birth !== 0 &&
    known.birth !== followed.event.birth &&
    !isRejected(moment)
  );
};
