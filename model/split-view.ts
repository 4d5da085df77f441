/**
 * Split views (docs/protocol.md §5.7): two placements of one version that are of no one tree. All placements of a version describe the
 * tree of that version, each completely as far as its node goes; so whoever signed two that do not fit has told two stories.
 */

import { canonicalJson } from './canonical.ts';
import { COORDINATOR, roleOf } from './events.ts';
import type { ModelOutput } from './events.ts';
import { isFromNeighbour, neighboursOf, sendAll } from './links.ts';
import type { Hops } from './links.ts';
import { saying } from './interest.ts';
import type { Interest, Linked, NodeName, Placement, SplitView } from './messages.ts';
import type { Parameters } from './parameters.ts';
import { report, send } from './reaction.ts';

/** Who may witness a split view: what a node knows of its own place, and the evidence that it keeps. */
export interface Witness extends Hops {
  readonly incarnation: number;
  readonly birth: number;
  readonly version: number;
  readonly level: number;
  readonly claim: { readonly reason: 'new' | 'restarted' | 'orphaned' } | null;
  readonly shown: Interest | null;
  /** The first that it found, or was told of: one is enough. */
  readonly splitView: SplitView | null;
}

function placementIn(from: Placement): Placement {
  const { node, incarnation, birth, version, level, parent, children, interest } = from;
  return { node, incarnation, birth, version, level, parent, children, ...saying(interest) };
}

/** The placement that is installed; undefined if there is none, or it is that of an incarnation that the node has lost. */
export function installed(witness: Witness): Placement | undefined {
  const { self: node, parent, shown, claim, incarnation, birth, version, level, children } = witness;
  if (!parent || claim?.reason === 'restarted') return undefined;
  return { node, incarnation, birth, version, level, parent, children, ...saying(shown) };
}

/** Whether there can be a tree with this placement at all. One that is of none is worth nothing, whoever signed it. */
export function isPossible({ self }: Hops, placement: Placement, { k }: Parameters): boolean {
  const { node, version, level, parent, children } = placement;
  const neighbours = [parent, ...children];
  const names = [node, ...neighbours.map((one) => one.node)];
  return (
    roleOf(parent.node) !== 'client' &&
    children.every((child) => roleOf(child.node) !== 'coordinator') &&
    children.length <= (node === self && roleOf(self) === 'client' ? 0 : k) &&
    new Set(names).size === names.length &&
    (level === 1) === (parent.node === COORDINATOR) &&
    neighbours.every(({ link }) => link <= version)
  );
}

type Fact = readonly [about: string, value: string];

/** All that a placement says of its tree. */
function factsOf({ node, incarnation, level, parent, children, interest }: Placement): readonly Fact[] {
  return [
    [`incarnation of ${node}`, String(incarnation)],
    [`level of ${node}`, String(level)],
    [`edge above ${node}`, `${parent.node} ${parent.link}`],
    ...wish(node, interest),
    [`incarnation of ${parent.node}`, String(parent.incarnation)],
    [`level of ${parent.node}`, String(level - 1)],
    ...children.flatMap((child): readonly Fact[] => [
      [`incarnation of ${child.node}`, String(child.incarnation)],
      [`level of ${child.node}`, String(level + 1)],
      [`edge above ${child.node}`, `${node} ${child.link}`],
      ...wish(child.node, child.interest),
    ]),
  ];
}

function wish(node: NodeName, interest: Interest | undefined): readonly Fact[] {
  return interest ? [[`interest of ${node}`, interest.join()]] : [];
}

/** Whether `a`'s list of children, which is complete, lacks the node of `b`, which is one of them. */
function lacks(a: Placement, b: Placement): boolean {
  return b.parent.node === a.node && !a.children.some((child) => child.node === b.node);
}

/** Whether two placements are of one version and of no one tree. */
export function contradict(a: Placement, b: Placement): boolean {
  if (a.version !== b.version) return false;
  if (a.node === b.node) return canonicalJson(placementIn(a)) !== canonicalJson(placementIn(b));
  if (lacks(a, b) || lacks(b, a)) return true;
  const facts = factsOf(b);
  return factsOf(a).some(([about, value]) =>
    facts.some(([other, otherwise]) => other === about && otherwise !== value),
  );
}

/** The evidence that two placements are which contradict each other. */
export function splitViewOf(a: Placement, b: Placement): SplitView {
  const [one, other] = [placementIn(a), placementIn(b)];
  return { placements: canonicalJson(one) < canonicalJson(other) ? [one, other] : [other, one] };
}

/** The evidence that a placement makes with the installed one; undefined if it makes none, or none is needed. */
export function splitViewWith(
  witness: Witness,
  placement: Placement,
  parameters: Parameters,
): SplitView | undefined {
  const own = installed(witness);
  if (!own || witness.splitView || !isPossible(witness, placement, parameters)) return undefined;
  if (!contradict(own, placement)) return undefined;
  return splitViewOf(own, placement);
}

/** Whether a neighbour tells of a split view where none is known. */
export function isNewSplitView(witness: Witness, event: Linked): boolean {
  return isFromNeighbour(witness, event) && !witness.splitView;
}

/** What is kept from now on, and the word of it. */
export function keeping(splitView: SplitView) {
  const [{ version }] = splitView.placements;
  return { patch: { splitView }, outputs: [report({ type: 'split-view', version })] };
}

/** Outputs: the installed placement, for a neighbour that may have been told another story. */
export function showTo(witness: Witness, node: NodeName): readonly ModelOutput[] {
  const own = installed(witness);
  return own && node !== COORDINATOR ? [send(node, { type: 'placement', ...own })] : [];
}

/** Outputs: the evidence kept, to every neighbour but the one whom it is against. */
export function tellNeighbours(witness: Witness): readonly ModelOutput[] {
  if (!witness.splitView) return [];
  const others = neighboursOf(witness).filter(({ node }) => node !== COORDINATOR);
  return sendAll(witness, others, { type: 'split-view', ...witness.splitView });
}
