/** Mutants of a coordinator that tells two stories, and of how that is noticed, proven and told. */
import {
  Client,
  Coordinator,
  equalBytes,
  Router,
  type ControlFrameOf,
  type NodeName,
} from '../../impl/index.ts';
import { REFERENCE_CAST, type Cast } from '../subjects/reference.ts';
import type { Mutant } from './mutant.ts';

const needs = ['coordinator'] as const;

/** Sends two placements for one. */
class TwiceTold extends Coordinator {
  protected override sendPlacement(node: NodeName): void {
    super.sendPlacement(node);
    const known = this.known.get(node);
    if (known === undefined) return;
    const placement = this.tree.placementOf(known);
    if (placement.children.length > 0)
      this.sendControl(node, 'placement', { ...placement, children: placement.children.slice(1) });
  }
}

const heedless: Cast = {
  ...REFERENCE_CAST,
  router: class extends Router {
    protected override witness() {
      return false;
    }
  },
  client: class extends Client {
    protected override witness() {
      return false;
    }
  },
};

/** Whether a placement says something else of its node than the installed one, whatever the version. */
function differs(
  installed: ControlFrameOf<'placement'> | undefined,
  { body, signature }: ControlFrameOf<'placement'>,
): boolean {
  return installed?.body.node === body.node && !equalBytes(installed.signature, signature);
}

const framing: Cast = {
  ...REFERENCE_CAST,
  router: class extends Router {
    protected override contradictsInstalled(placement: ControlFrameOf<'placement'>) {
      return differs(this.installed(), placement);
    }
  },
  client: class extends Client {
    protected override contradictsInstalled(placement: ControlFrameOf<'placement'>) {
      return differs(this.installed(), placement);
    }
  },
};

const silent: Cast = {
  ...REFERENCE_CAST,
  router: class extends Router {
    protected override tellSplitView() {}
  },
  client: class extends Client {
    protected override tellSplitView() {}
  },
};

const secretive: Cast = {
  ...REFERENCE_CAST,
  router: class extends Router {
    protected override show() {}
  },
  client: class extends Client {
    protected override show() {}
  },
};

export const SPLIT_VIEW_MUTANTS: readonly Mutant[] = [
  {
    id: 'places-twice',
    title:
      'the coordinator places routers twice under one version: the second time without their first child',
    breaks: ['coordinator-accountability', 'conformance'],
    cast: { ...REFERENCE_CAST, coordinator: TwiceTold },
  },
  {
    id: 'overlooks-the-second-placement',
    title: 'nodes reject a second placement under one version, and keep nothing of it',
    breaks: ['coordinator-accountability', 'conformance'],
    needs,
    cast: heedless,
  },
  {
    id: 'frames-the-coordinator',
    title: 'nodes keep two placements as evidence without comparing their versions',
    breaks: ['coordinator-accountability', 'conformance'],
    cast: framing,
  },
  {
    id: 'keeps-split-views-to-itself',
    title: 'nodes tell nobody of the split view that they have evidence of',
    breaks: ['coordinator-accountability', 'conformance'],
    needs,
    cast: silent,
  },
  {
    id: 'shows-nobody-its-place',
    title: 'nodes do not show their placement to a neighbour that is silent',
    breaks: ['coordinator-accountability', 'conformance'],
    needs,
    cast: secretive,
  },
];
