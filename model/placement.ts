/** The coordinator's view of the tree and how it commits another one (docs/protocol.md §5.2). */

import { canonicalJson, compareNames, excluding, including, sorted, withEntry } from './canonical.ts';
import type { Table } from './canonical.ts';
import { COORDINATOR } from './events.ts';
import { roleOf } from './events.ts';
import type { Known, ModelOutput, Place } from './events.ts';
import { saying, union } from './interest.ts';
import type { Hops } from './links.ts';
import type { Control, Interest, Neighbour, NodeName, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { cancelTimer, report, send, setTimer } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import type { RelayContext } from './relay.ts';

/** An outstanding probe of a suspect. */
export interface Probe {
  readonly nonce: number;
  readonly reporter: NodeName;
}

/** What the coordinator knows. All but `unacked`, `probes`, `naks`, `awaited`, `answered` and the heads is in its storage. */
export interface CoordinatorContext extends RelayContext {
  readonly self: NodeName;
  /** 0: not alive. */
  readonly incarnation: number;
  readonly version: number;
  readonly epoch: number;
  /** Of the newest probe. */
  readonly serial: number;
  readonly known: Table<Known>;
  /** The tree. */
  readonly places: Table<Place>;
  /** Sorted. */
  readonly pending: readonly NodeName[];
  /** Sorted. */
  readonly unacked: readonly NodeName[];
  /** By suspect. */
  readonly probes: Table<Probe>;
  /** Greatest `seq` known of each capsule that is not forked. */
  readonly heads: Table<number>;
  /** Branches of heads that are not of the records that their writers put. */
  readonly headBranches: Table<string>;
  /** Children whose EOE is missing; empty unless collecting. Sorted. */
  readonly awaited: readonly NodeName[];
  /** Clients that answered; empty unless collecting. Sorted. */
  readonly answered: readonly NodeName[];
}

/** The coordinator's tree, without versions. */
export function treeOf({ places, pending }: Pick<CoordinatorContext, 'places' | 'pending'>): Tree {
  return {
    parents: Object.fromEntries(Object.entries(places).map(([node, place]) => [node, place.parent])),
    pending,
  };
}

type View = Pick<CoordinatorContext, 'incarnation' | 'known' | 'places'>;
type Neighbourhood = Pick<
  Extract<Control, { type: 'placement' }>,
  'level' | 'parent' | 'children' | 'interest'
>;

function incarnationOf(view: View, node: NodeName): number {
  return node === COORDINATOR ? view.incarnation : (view.known[node]?.incarnation ?? 0);
}

/** The children of a node, sorted. */
export function childrenOf(view: View, node: NodeName): readonly Neighbour[] {
  return Object.entries(view.places)
    .filter(([, place]) => place.parent === node)
    .map(([child, { link, interest }]) => ({
      node: child,
      incarnation: incarnationOf(view, child),
      link,
      ...saying(interest),
    }));
}

/** The coordinator's own neighbourhood. */
export function hopsOf(context: CoordinatorContext): Hops {
  return { self: COORDINATOR, parent: null, children: childrenOf(context, COORDINATOR) };
}

/** The nodes between the coordinator and a node of the tree, and the node: in order. */
export function pathTo({ places }: Pick<View, 'places'>, node: NodeName): readonly NodeName[] {
  const path: NodeName[] = [];
  for (let at: NodeName | undefined = node; at !== undefined && at !== COORDINATOR; at = places[at]?.parent) {
    path.unshift(at);
  }
  return path;
}

function neighbourhoodOf(view: View, node: NodeName): Neighbourhood {
  const { parent, link, interest }: Omit<Place, 'placedAt'> = view.places[node] ?? {
    parent: COORDINATOR,
    link: 0,
  };
  return {
    level: pathTo(view, node).length,
    parent: { node: parent, incarnation: incarnationOf(view, parent), link },
    children: childrenOf(view, node),
    ...saying(roleOf(node) === 'client' ? interest : undefined),
  };
}

/** What is wanted by each node of a tree and below it: nothing by a router without clients. Nobody says it where there is one shard. */
function interestsIn(parents: Tree['parents'], known: Table<Known>, { shards }: Parameters): Table<Interest> {
  if (shards === 1) return {};
  const clients = new Map<NodeName, Interest[]>();
  for (const node of Object.keys(parents)) clients.set(node, []);
  for (const client of Object.keys(parents).filter((node) => roleOf(node) === 'client'))
    for (let at = client; at !== COORDINATOR; at = parents[at] ?? COORDINATOR)
      clients.get(at)?.push(known[client]?.interest ?? []);
  return Object.fromEntries([...clients].map(([node, interests]) => [node, union(interests)]));
}

/** The Placement of a node of the tree, as an output. */
export function sendPlacement(context: CoordinatorContext, node: NodeName): ModelOutput {
  const { incarnation, birth } = context.known[node] ?? { incarnation: 0, birth: 0 };
  const version = context.places[node]?.placedAt ?? 0;
  const neighbourhood = neighbourhoodOf(context, node);
  return send(node, { type: 'placement', node, incarnation, birth, version, ...neighbourhood });
}

function fingerprint(view: View, node: NodeName): string {
  if (node === COORDINATOR) return canonicalJson(childrenOf(view, node));
  if (!(node in view.places)) return '';
  return canonicalJson([incarnationOf(view, node), neighbourhoodOf(view, node)]);
}

/** What is particular to one commit. */
export interface Commit {
  readonly tree: Tree;
  /** Whether the edge above `child` gets a new link even if it stays. */
  readonly isRemade?: (child: NodeName, parent: NodeName) => boolean;
  /** Whether everybody gets its Placement anew, changed or not. */
  readonly toEveryone?: boolean;
}

/** Commits a tree. `before` is the context before the event, `now` the same with what the event itself changed. */
export function commit(
  before: CoordinatorContext,
  now: CoordinatorContext,
  { tree, isRemade = () => false, toEveryone = false }: Commit,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  const version = now.version + 1;
  const interests = interestsIn(tree.parents, now.known, parameters);
  const edges = Object.entries(tree.parents).map(([child, parent]) => {
    const old = before.places[child];
    const stays = old?.parent === parent && !isRemade(child, parent);
    const place = { parent, link: stays ? old.link : version, placedAt: old?.placedAt ?? 0 };
    return [child, { ...place, ...saying(interests[child]) }] as const;
  });
  const draft: CoordinatorContext = { ...now, version, places: sorted(Object.fromEntries(edges)) };

  const nodes = Object.keys(draft.places);
  const changed = nodes.filter((node) => fingerprint(before, node) !== fingerprint(draft, node));
  let { places } = draft;
  for (const node of changed) {
    const place = places[node];
    if (place) places = withEntry(places, node, { ...place, placedAt: version });
  }
  const told = toEveryone ? nodes : changed;
  let unacked: readonly NodeName[] = now.unacked.filter((node) => node in places);
  for (const node of told) unacked = including(unacked, node);

  const isStillProbed = (node: NodeName) =>
    node in places && before.known[node]?.incarnation === now.known[node]?.incarnation;
  const forgotten = Object.keys(now.probes).filter((node) => !isStillProbed(node));
  const probes = Object.fromEntries(Object.entries(now.probes).filter(([node]) => isStillProbed(node)));

  const pending = tree.pending.toSorted(compareNames);
  const after: CoordinatorContext = { ...draft, places, pending, unacked, probes };
  const outputs = [
    ...told.map((node) => sendPlacement(after, node)),
    report({
      type: 'committed',
      version,
      edges: Object.entries(places).map(([child, { parent, link, interest }]) => ({
        child,
        parent,
        link,
        ...saying(interest),
      })),
      pending,
    }),
    ...(unacked.length > 0 ? [setTimer('placement', parameters.placementMs)] : []),
    ...(unacked.length === 0 && before.unacked.length > 0 ? [cancelTimer('placement')] : []),
    ...watch(before, after, parameters),
    ...forgotten.map((node) => cancelTimer(`probe:${node}`)),
  ];
  return { patch: after, outputs };
}

/** Timers of the coordinator's own children, if its neighbourhood changed. */
function watch(before: CoordinatorContext, after: CoordinatorContext, parameters: Parameters): ModelOutput[] {
  if (fingerprint(before, COORDINATOR) === fingerprint(after, COORDINATOR)) return [];
  const children = childrenOf(after, COORDINATOR).map((child) => child.node);
  const gone = childrenOf(before, COORDINATOR)
    .map((child) => child.node)
    .filter((node) => !children.includes(node));
  return [
    ...children.map((node) => setTimer(`suspect:${node}`, parameters.suspectMs)),
    ...gone.map((node) => cancelTimer(`suspect:${node}`)),
  ];
}

/** Sends their Placements once more to all that have not acknowledged them. */
export function placeAgain(
  context: CoordinatorContext,
  parameters: Parameters,
): Reaction<CoordinatorContext> {
  return {
    outputs: [
      ...context.unacked.map((node) => sendPlacement(context, node)),
      setTimer('placement', parameters.placementMs),
    ],
  };
}

/** Takes a node off those that have not acknowledged. */
export function acknowledged(context: CoordinatorContext, node: NodeName): Reaction<CoordinatorContext> {
  const unacked = excluding(context.unacked, node);
  return { patch: { unacked }, outputs: unacked.length === 0 ? [cancelTimer('placement')] : [] };
}
