/**
 * Split views (docs/protocol.md §5.7): two placements of one version that are of no one tree, both signed with one key of the
 * coordinator. Anybody who knows the enrolment key can check them. This module needs nothing of a node.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { equalBytes } from './codec.ts';
import { COORDINATOR, isEnrolled, isSigned } from './credentials.ts';
import { IdentityMemo } from './memo.ts';
import { areSame, saying } from './shards.ts';
import type { ControlFrameOf, Interest, Neighbour, NodeName, PlacementBody, SplitView } from './messages.ts';

type Placed = ControlFrameOf<'placement'>;

/** What a placement says of a node: whatever two placements of one tree both say is the same. */
interface Said {
  readonly node: NodeName;
  readonly incarnation: number;
  readonly level: number;
  /** Its parent, and the link to it. */
  readonly edge?: string;
  readonly interest?: Interest;
}

function saidBy({ node, incarnation, level, parent, children, interest }: PlacementBody): readonly Said[] {
  return [
    { node, incarnation, level, edge: `${parent.node}@${parent.link}`, ...saying(interest) },
    { node: parent.node, incarnation: parent.incarnation, level: level - 1 },
    ...children.map((child) => ({
      node: child.node,
      incarnation: child.incarnation,
      level: level + 1,
      edge: `${node}@${child.link}`,
      ...saying(child.interest),
    })),
  ];
}

function agree(a: Said, b: Said): boolean {
  return (
    a.incarnation === b.incarnation &&
    a.level === b.level &&
    (a.edge === undefined || b.edge === undefined || a.edge === b.edge) &&
    (a.interest === undefined || b.interest === undefined || areSame(a.interest, b.interest))
  );
}

const namesChild = ({ children }: PlacementBody, node: NodeName): boolean =>
  children.some((child) => child.node === node);

/** Two placements of one node: credentials are no part of a tree. */
function isSame(a: PlacementBody, b: PlacementBody): boolean {
  // To want nothing is not the same as to say nothing.
  const wish = (interest: Interest | undefined): string =>
    interest === undefined ? '' : `[${interest.join()}]`;
  const end = ({ node, incarnation, link, interest }: Neighbour): string =>
    `${node}/${incarnation}@${link}${wish(interest)}`;
  const text = ({ incarnation, birth, level, parent, children, interest }: PlacementBody): string =>
    [incarnation, bytesToHex(birth), level, wish(interest), end(parent), ...children.map(end)].join(' ');
  return text(a) === text(b);
}

/** Whether two placements are of one version and of no one tree. */
export function contradict(a: PlacementBody, b: PlacementBody): boolean {
  if (a.version !== b.version) return false;
  if (a.node === b.node) return !isSame(a, b);
  // A placement names all children of its node.
  if (a.parent.node === b.node && !namesChild(b, a.node)) return true;
  if (b.parent.node === a.node && !namesChild(a, b.node)) return true;
  const others = saidBy(b);
  return saidBy(a).some((said) => others.some((other) => other.node === said.node && !agree(said, other)));
}

/** Whether two placements, each with a good signature, are evidence against the holder of the one key that signed both. */
export function isSplit(a: Placed, b: Placed): boolean {
  return equalBytes(a.credential.signingKey, b.credential.signingKey) && contradict(a.body, b.body);
}

/** Makes the evidence of two placements of which {@link isSplit} holds. */
export function makeSplitView(a: Placed, b: Placed): SplitView {
  const placements = [a, b]
    .map(({ body, signature }) => ({ body, signature }))
    .sort((one, other) => (bytesToHex(one.signature) < bytesToHex(other.signature) ? -1 : 1));
  return { placements, credential: a.credential };
}

const verdicts = new IdentityMemo<object, boolean>();

/** Whether evidence convinces: both placements are signed by the coordinator, and are of no one tree. */
export function isSplitView(view: SplitView, anchor: Uint8Array): boolean {
  const { placements, credential } = view;
  const [one, other] = placements;
  return verdicts.get(
    view,
    [anchor],
    () =>
      one !== undefined &&
      other !== undefined &&
      credential.role === 'coordinator' &&
      credential.node === COORDINATOR &&
      isEnrolled(credential, anchor) &&
      contradict(one.body, other.body) &&
      placements.every(({ body, signature }) => isSigned('placement', body, credential, signature)),
  );
}
