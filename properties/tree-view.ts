/**
 * What a placement says of the tree of its version, from its plain data, for the verifier of evidence. All placements of one version
 * describe one tree, each all that is around its node: so any two must agree in what they both speak of. Credentials are no part of a tree.
 *
 * A placement is `[node, incarnation, birth, version, level, parent, children]`, with an interest at the end where there are shards; a
 * neighbour is `[node, incarnation, link, credential]`, a child's with an interest at the end.
 */

interface Neighbour {
  readonly node: string;
  readonly incarnation: number;
  readonly link: number;
  /** As text; absent where nobody says it. */
  readonly interest?: string;
}

/** A placement, as far as it is about the tree. */
export interface Placement {
  readonly node: string;
  readonly incarnation: number;
  /** In hex. */
  readonly birth: string;
  readonly version: number;
  readonly level: number;
  readonly parent: Neighbour;
  readonly children: readonly Neighbour[];
  readonly interest?: string;
}

/** Reads a placement; undefined if the plain data is none. */
export function readPlacement(plain: unknown): Placement | undefined {
  if (!Array.isArray(plain) || plain.length < 7 || plain.length > 8) return undefined;
  const [node, incarnation, birth, version, level, above, below, wanted] = plain as readonly unknown[];
  const parent = readNeighbour(above);
  if (typeof node !== 'string' || !(birth instanceof Uint8Array) || !Array.isArray(below)) return undefined;
  if (!isPositive(incarnation) || !isPositive(version) || !isPositive(level)) return undefined;
  const children = below.map(readNeighbour).filter((child) => child !== undefined);
  if (parent === undefined || children.length !== below.length) return undefined;
  const hex = Buffer.from(birth).toString('hex');
  return { node, incarnation, birth: hex, version, level, parent, children, ...said(wanted) };
}

function readNeighbour(plain: unknown): Neighbour | undefined {
  if (!Array.isArray(plain) || plain.length < 4 || plain.length > 5) return undefined;
  const [node, incarnation, link, , wanted] = plain as readonly unknown[];
  if (typeof node !== 'string' || !isPositive(incarnation) || !isPositive(link)) return undefined;
  return { node, incarnation, link, ...said(wanted) };
}

function said(wanted: unknown): { readonly interest?: string } {
  return wanted === undefined ? {} : { interest: JSON.stringify(wanted) };
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** Whether there can be one tree, of one version, that both placements are of. */
export function areOfOneTree(one: Placement, other: Placement): boolean {
  if (one.version !== other.version) return false;
  // Both were made by `readPlacement`, so that equal ones have equal texts.
  if (one.node === other.node) return JSON.stringify(one) === JSON.stringify(other);
  if (isForgotten(one, other) || isForgotten(other, one)) return false;
  const [said, otherwise] = [claims(one), claims(other)];
  return said.every(
    ([about, value]) => !otherwise.some(([what, another]) => what === about && another !== value),
  );
}

/** Whether a node that has `parent` for its parent is none of its children, of which a placement names all. */
function isForgotten(child: Placement, parent: Placement): boolean {
  return child.parent.node === parent.node && !parent.children.some(({ node }) => node === child.node);
}

type Claim = readonly [about: string, value: string | number];

/** Single statements, each about one thing. */
function claims({ node, incarnation, level, parent, children, interest }: Placement): readonly Claim[] {
  const about = (end: Neighbour, at: number): readonly Claim[] => [
    [`incarnation of ${end.node}`, end.incarnation],
    [`level of ${end.node}`, at],
    ...(end.interest === undefined ? [] : ([[`interest of ${end.node}`, end.interest]] as const)),
  ];
  return [
    ...about({ node, incarnation, link: 0, ...(interest === undefined ? {} : { interest }) }, level),
    ...about(parent, level - 1),
    ...children.flatMap((child) => about(child, level + 1)),
    [`what is above ${node}`, `${parent.node} by ${parent.link}`],
    ...children.map((child): Claim => [`what is above ${child.node}`, `${node} by ${child.link}`]),
  ];
}
