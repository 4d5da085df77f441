/**
 * Which tree the coordinator commits (docs/protocol.md §3): the reference among the admissible policies. One heap; or, with domains, a
 * heap of gateways and below each the heap of its domain.
 */
import { changeOf } from './admission.ts';
import { sorted } from './canonical.ts';
import { domainOf, gatewaySlots, isGateway } from './domains.ts';
import type { Layout } from './domains.ts';
import { COORDINATOR, roleOf } from './events.ts';
import type { ModelEvent } from './events.ts';
import { byPosition, heapTree, seat } from './heap.ts';
import type { Width } from './heap.ts';
import type { NodeName, Tree } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { treeOf } from './placement.ts';
import type { CoordinatorContext } from './placement.ts';
import type { Cause } from './tree.ts';

/** A tree in parts: who is the gateway of each domain, the tree of gateways, and the tree of each domain with `C` for its gateway. */
interface Parts {
  readonly gateways: ReadonlyMap<string, NodeName>;
  readonly top: Tree;
  readonly heaps: ReadonlyMap<string, Tree>;
}

const EMPTY: Tree = { parents: {}, pending: [] };

function split(tree: Tree, domains: number): Parts {
  const gateways = new Map<string, NodeName>();
  const top: Record<NodeName, NodeName> = {};
  const heaps = new Map<string, { parents: Record<NodeName, NodeName>; pending: NodeName[] }>();
  const heapOf = (node: NodeName) => {
    const domain = domainOf(node, domains);
    const heap = heaps.get(domain) ?? { parents: {}, pending: [] };
    heaps.set(domain, heap);
    return heap;
  };
  for (const [node, parent] of Object.entries(tree.parents)) {
    if (!isGateway(tree, node, domains))
      heapOf(node).parents[node] = isGateway(tree, parent, domains) ? COORDINATOR : parent;
    else {
      gateways.set(domainOf(node, domains), node);
      top[node] = parent;
    }
  }
  for (const node of tree.pending) heapOf(node).pending.push(node);
  return { gateways, top: { parents: top, pending: [] }, heaps };
}

function joined({ gateways, top, heaps }: Parts): Tree {
  const parents: Record<NodeName, NodeName> = { ...top.parents };
  for (const [domain, heap] of heaps) {
    const gateway = gateways.get(domain) ?? COORDINATOR;
    for (const [node, parent] of Object.entries(heap.parents))
      parents[node] = parent === COORDINATOR ? gateway : parent;
  }
  const pending = [...heaps.values()].flatMap((heap) => heap.pending);
  return { parents: sorted(parents), pending: pending.toSorted() };
}

function renamed({ parents, pending }: Tree, from: NodeName, to: NodeName): Tree {
  const name = (node: NodeName) => (node === from ? to : node);
  const edges = Object.entries(parents).map(([child, parent]) => [name(child), name(parent)] as const);
  return { parents: Object.fromEntries(edges), pending };
}

function domainTree(before: Tree, cause: Cause, { k, domains }: Layout): Tree {
  const { gateways, top, heaps } = split(before, domains);
  const topWidth: Width = (node) => (node === COORDINATOR ? k : gatewaySlots(k));
  const heapWidth: Width = (node) => (node === COORDINATOR ? k - gatewaySlots(k) : k);
  const about = cause.kind === 'break' ? cause.reporter : cause.node;
  const domain = domainOf(about, domains);
  const heap = heaps.get(domain) ?? EMPTY;
  const gateway = gateways.get(domain);
  const withHeap = (tree: Tree) => new Map(heaps).set(domain, tree);

  if (cause.kind === 'break') {
    const { reporter, other } = cause;
    if (domainOf(other, domains) !== domain)
      return joined({ gateways, top: heapTree(top, cause, topWidth), heaps });
    const inside = (node: NodeName) => (node === gateway ? COORDINATOR : node);
    const within: Cause = { kind: 'break', reporter: inside(reporter), other: inside(other) };
    return joined({ gateways, top, heaps: withHeap(heapTree(heap, within, heapWidth)) });
  }
  if (gateway === undefined) {
    if (roleOf(about) === 'client') {
      const others = heap.pending.filter((node) => node !== about);
      const pending = cause.kind === 'join' ? [...others, about].toSorted() : others;
      return joined({ gateways, top, heaps: withHeap({ parents: {}, pending }) });
    }
    return joined({
      gateways: new Map(gateways).set(domain, about),
      top: heapTree(top, cause, topWidth),
      heaps: withHeap(seat({}, heap.pending, heapWidth)),
    });
  }
  if (about !== gateway) return joined({ gateways, top, heaps: withHeap(heapTree(heap, cause, heapWidth)) });
  const successor = byPosition(heap.parents).at(-1) ?? COORDINATOR;
  if (successor === COORDINATOR) {
    const pending = [...heap.pending, ...Object.keys(heap.parents)].toSorted();
    return joined({
      gateways,
      top: heapTree(top, cause, topWidth),
      heaps: withHeap({ parents: {}, pending }),
    });
  }
  return joined({
    gateways: new Map(gateways).set(domain, successor),
    top: renamed(top, gateway, successor),
    heaps: withHeap(heapTree(heap, { kind: 'removal', node: successor }, heapWidth)),
  });
}

/** The tree that the reference policy commits. */
export function policyTree(before: Tree, cause: Cause, layout: Layout): Tree {
  return layout.domains === 1 ? heapTree(before, cause, () => layout.k) : domainTree(before, cause, layout);
}

/** The same for the change that an event brings about; undefined where it makes the coordinator commit nothing. */
export function policyChoice(
  context: CoordinatorContext,
  event: ModelEvent,
  parameters: Parameters,
): Tree | undefined {
  const cause = changeOf(context, event, parameters);
  return cause && policyTree(treeOf(context), cause, parameters);
}
