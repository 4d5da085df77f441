/** Mutants of how nodes join, are placed, watched and let go. */
import {
  Client,
  Coordinator,
  HeapPolicy,
  Router,
  type ControlFrame,
  type HeapSnapshot,
  type NodeName,
  type Report as ImplReport,
} from '../../impl/index.ts';
import { REFERENCE_CAST, type Cast } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

const withCoordinator = (coordinator: Cast['coordinator']): Cast => ({ ...REFERENCE_CAST, coordinator });

/** A list instead of a tree: each router below the one before it. */
class ListPolicy extends HeapPolicy {
  protected override parentPosition(position: number): number {
    return position <= this.routers.length ? position - 1 : super.parentPosition(position);
  }
}

/** One child too many for every node. */
class RoomyPolicy extends HeapPolicy {
  constructor(k: number, snapshot?: HeapSnapshot) {
    super(k + 1, snapshot);
  }
}

/** Sends this many heartbeats where one is due. */
const TOO_MANY_HEARTBEATS = 400;

export const MEMBERSHIP_MUTANTS: readonly Mutant[] = [
  {
    id: 'parents-k-plus-one',
    title: 'the coordinator gives every node one child too many',
    breaks: ['tree-shape'],
    cast: withCoordinator(
      class extends Coordinator {
        protected override makePolicy(snapshot?: HeapSnapshot) {
          return new RoomyPolicy(this.parameters.k, snapshot);
        }
      },
    ),
  },
  {
    id: 'builds-a-list',
    title: 'the coordinator puts each router below the one before it',
    breaks: ['latency-bound'],
    cast: withCoordinator(
      class extends Coordinator {
        protected override makePolicy(snapshot?: HeapSnapshot) {
          return new ListPolicy(this.parameters.k, snapshot);
        }
      },
    ),
  },
  {
    id: 'keeps-the-old-slot',
    title: 'a client that is moved away from a broken edge keeps its old place beside the new one',
    breaks: ['one-slot-per-credential'],
    cast: withCoordinator(
      class extends Coordinator {
        private moved: { readonly child: NodeName; readonly parent: NodeName } | undefined;
        protected override breakEdge(reporter: NodeName, other: NodeName) {
          const client = [reporter, other].find((node) => node.startsWith('c'));
          const parent = client === undefined ? undefined : this.tree.parentOf(client);
          this.moved = client === undefined || parent === undefined ? undefined : { child: client, parent };
          super.breakEdge(reporter, other);
          this.moved = undefined;
        }
        protected override report(report: ImplReport) {
          const { moved } = this;
          const link = moved === undefined ? undefined : this.tree.linkOf(moved.child);
          if (report.type === 'committed' && moved !== undefined && link !== undefined)
            super.report({ ...report, edges: [...report.edges, { ...moved, link }] });
          else super.report(report);
        }
      },
    ),
  },
  {
    id: 'accepts-old-placement',
    title: 'routers and clients install placements of any version',
    breaks: ['placement-authority'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override acceptsPlacement() {
          return true;
        }
      },
      client: class extends Client {
        protected override acceptsPlacement() {
          return true;
        }
      },
    },
  },
  {
    id: 'skips-signature',
    title: 'clients do not verify who signed a control message',
    breaks: ['placement-authority'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override verifyControl() {
          return true;
        }
        protected override areNeighboursGenuine() {
          return true;
        }
      },
    },
  },
  {
    id: 'lets-anybody-leave',
    title: 'the coordinator does not verify who signed a Leave',
    breaks: ['conformance'],
    cast: withCoordinator(
      class extends Coordinator {
        protected override verifyControl(frame: ControlFrame) {
          return frame.kind === 'leave' || super.verifyControl(frame);
        }
      },
    ),
  },
  {
    id: 'stops-at-a-forged-refusal',
    title: 'a client that is refused under a made-up signature gives up for good',
    breaks: ['non-interference', 'reattachment'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override verifyControl(frame: ControlFrame) {
          const isAuthentic = super.verifyControl(frame);
          if (!isAuthentic && frame.kind === 'join-refused' && frame.body.node === this.node)
            this.state = 'left';
          return isAuthentic;
        }
      },
    },
  },
  {
    id: 'ignores-silent-parent',
    title: 'routers and clients never suspect their parent',
    breaks: ['reattachment'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override onSuspicion(node: NodeName) {
          if (node !== this.parent) super.onSuspicion(node);
        }
      },
      client: class extends Client {
        protected override onSuspicion() {}
      },
    },
  },
  {
    id: 'never-buries-the-dead',
    title: 'the coordinator leaves nodes that do not answer probes in the tree',
    breaks: ['reattachment'],
    cast: withCoordinator(
      class extends Coordinator {
        protected override onNoAnswer(node: NodeName) {
          this.probes.delete(node);
        }
      },
    ),
  },
  {
    id: 'joins-once',
    title: 'a client does not repeat its join',
    breaks: ['reattachment'],
    cast: {
      ...REFERENCE_CAST,
      client: class extends Client {
        protected override onTimer(timer: string) {
          if (timer !== 'join') super.onTimer(timer);
        }
      },
    },
  },
  {
    id: 'places-once',
    title: 'the coordinator does not repeat placements',
    breaks: ['conformance'],
    cast: withCoordinator(
      class extends Coordinator {
        protected override repeatPlacements() {}
      },
    ),
  },
  {
    id: 'shares-incarnations',
    title: 'the coordinator lets two lives of a node claim one incarnation',
    breaks: ['conformance'],
    cast: withCoordinator(
      class extends Coordinator {
        protected override isIncarnationTaken(
          ...[known, body]: Parameters<Coordinator['isIncarnationTaken']>
        ) {
          return body.incarnation < known.incarnation;
        }
      },
    ),
  },
  {
    id: 'suspects-too-early',
    title: 'a router suspects its neighbours in half the time',
    breaks: ['conformance'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override setTimer(timer: string, ms: number) {
          super.setTimer(timer, timer.startsWith('suspect:') ? Math.floor(ms / 2) : ms);
        }
      },
    },
  },
  {
    id: 'answers-old-probes',
    title: 'routers and clients answer a probe as often as it comes',
    breaks: ['conformance'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override isFreshProbe() {
          return true;
        }
      },
      client: class extends Client {
        protected override isFreshProbe() {
          return true;
        }
      },
    },
  },
  {
    id: 'greets-without-end',
    title: 'a router sends hundreds of heartbeats where one is due',
    breaks: ['bounded-reaction'],
    cast: {
      ...REFERENCE_CAST,
      router: class extends Router {
        protected override beat() {
          super.beat();
          for (let i = 0; i < TOO_MANY_HEARTBEATS; i += 1)
            this.sendBody([this.parent], { kind: 'heartbeat' });
        }
      },
    },
  },
];
