/**
 * The capability `coordinator`: whoever has the coordinator's keys. It signs placements: a second one under a version that a node has
 * installed, neighbours that do not know of each other, trees that nobody committed. The coordinator itself goes on beside it as if nothing
 * were.
 */
import {
  encodeControlFrame,
  sign,
  signingInput,
  type Credential,
  type Neighbour,
  type PlacementBody,
} from '../../impl/index.ts';
import { roleOf } from '../../model/index.ts';
import type { Injection, Random, WorldView } from '../../engine/index.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import type { CoordinatorAttack } from './attack.ts';
import { keysOf } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Placed = { readonly id: string; readonly body: PlacementBody };

/** What a coordinator that was taken over may do, in words. */
export const COORDINATOR_MOVES: readonly string[] = [
  'with the keys of the coordinator: place a node twice under one version',
  'tell two nodes of different trees under one version: one that the other is its neighbour, the other that it is not',
  'place nodes in trees that nobody committed, possible ones and others',
];

const BY = `coordinator(${ROOT})` as const;

/** Percent of its attacks that place a node twice, and that begin to tell two nodes two stories; the others are made up. */
const TWICE_PERCENT = 35;
const CONTRARY_PERCENT = 50;

/** How far ahead of all versions seen the made-up ones are: the coordinator itself comes to the first of them soon, and to the others never. */
const AHEAD = [1, 1000, 2000] as const;

/** The other half of a story that was begun: of each run, by its view. */
const begun = new WeakMap<object, CoordinatorAttack>();

/** Chooses what the holder of the coordinator's keys does next; undefined as long as nobody was placed. */
export function proposeCoordinator(view: View, random: Random): CoordinatorAttack | undefined {
  const other = begun.get(view);
  if (other !== undefined) {
    begun.delete(view);
    return other;
  }
  const placed = placements(view);
  if (placed.length === 0) return undefined;
  const one = random.pick(placed);
  const dice = random.int(1, 100);
  if (dice <= TWICE_PERCENT) return again(view, random, one);
  const version = newestOf(placed) + random.pick(AHEAD);
  if (dice > TWICE_PERCENT + CONTRARY_PERCENT) return madeUp(view, random, one, version);
  const routers = placed.filter(({ body }) => roleOf(body.node) === 'router');
  if (routers.length === 0) return again(view, random, one);
  const router = random.pick(routers);
  const others = placed.filter(
    ({ body }) => body.node !== router.body.node && !isAbove(placed, body.node, router.body),
  );
  return others.length === 0
    ? again(view, random, one)
    : contrary(view, random, router, random.pick(others), version);
}

/** The router is told that the node is its child, or the node that the router is its parent; the other is told otherwise. */
function contrary(
  view: View,
  random: Random,
  { id, body }: Placed,
  other: Placed,
  version: number,
): CoordinatorAttack {
  const { node } = other.body;
  const full = body.children.length >= view.scenario.parameters.k;
  const leaving = full ? body.children.find((child) => child.node !== node)?.node : undefined;
  const common = { kind: 'place', by: BY, version } as const;
  const child: CoordinatorAttack = {
    ...common,
    message: id,
    without: [...new Set([node, ...(leaving === undefined ? [] : [leaving])])],
    child: node,
    link: version,
  };
  const elsewhere: CoordinatorAttack = {
    ...common,
    message: other.id,
    ...(other.body.parent.node === body.node ? { parent: ROOT, link: version } : {}),
  };
  const barren: CoordinatorAttack = { ...common, message: id, without: [node] };
  const parent: CoordinatorAttack = { ...common, message: other.id, parent: body.node, link: version };
  const [first, second] = random.chance(50) ? [child, elsewhere] : [parent, barren];
  begun.set(view, second);
  return first;
}

/** Another placement of a node under the version that it was placed under last. */
function again(view: View, random: Random, { id, body }: Placed): CoordinatorAttack {
  const common = { kind: 'place', by: BY, message: id, version: body.version } as const;
  const [child] = body.children;
  if (child !== undefined && random.chance(50))
    return { ...common, without: [random.pick(body.children).node] };
  const others = view.scenario.nodes.filter(
    (node) => roleOf(node) !== 'client' && node !== body.node && node !== body.parent.node,
  );
  if (others.length > 0 && random.chance(70))
    return { ...common, parent: random.pick(others), link: body.version };
  return { ...common, level: body.level + 1 };
}

/** Anything, under a newer version. */
function madeUp(view: View, random: Random, { id, body }: Placed, version: number): CoordinatorAttack {
  const { nodes } = view.scenario;
  return {
    kind: 'place',
    by: BY,
    message: id,
    version,
    link: random.chance(80) ? version : version + 1,
    ...(random.chance(60) ? { parent: random.pick(nodes) } : {}),
    ...(random.chance(60) ? { child: random.pick(nodes) } : {}),
    ...(random.chance(30) ? { level: random.int(1, 3) } : {}),
    ...(body.children.length > 0 && random.chance(30) ? { without: [random.pick(body.children).node] } : {}),
  };
}

/** Makes the frame of such an attack; undefined if what it needs is not there. */
export function asCoordinator(view: View, attack: CoordinatorAttack): Injection<Uint8Array> | undefined {
  const flight = view.find(attack.message);
  const template = flight === undefined ? undefined : placementIn(flight.frame);
  if (template === undefined) return undefined;
  const { node } = template;
  const { version, link = version, without = [] } = attack;
  const end = (of: string | undefined): Neighbour | undefined => {
    const known = of === undefined ? undefined : identityOf(view, of);
    return of === undefined || known === undefined ? undefined : { node: of, ...known, link };
  };
  const parent = end(attack.parent) ?? template.parent;
  const child = end(attack.child);
  const kept = template.children.filter((one) => one.node !== child?.node && !without.includes(one.node));
  const children = [...kept, ...(child === undefined ? [] : [child])];
  const levelBelow = template.level === 1 && parent.node !== ROOT ? 2 : template.level;
  const body: PlacementBody = {
    ...template,
    version,
    level: attack.level ?? (parent.node === ROOT ? 1 : levelBelow),
    parent,
    children: children.toSorted((a, b) => (a.node < b.node ? -1 : 1)),
  };
  const { credential, signingSecret } = keysOf(view, ROOT);
  const signature = sign(signingInput('placement', body), signingSecret);
  return {
    from: ROOT,
    to: node,
    frame: encodeControlFrame({ kind: 'placement', body, credential, signature }),
  };
}

/** The newest placement of each node that the coordinator sent, as far as they were seen. */
function placements({ seen }: View): readonly Placed[] {
  const newest = new Map<string, Placed>();
  for (const { kind, from, id, frame } of seen) {
    if (kind !== 'placement' || from !== ROOT) continue;
    const body = placementIn(frame);
    if (body !== undefined) newest.set(body.node, { id, body });
  }
  return [...newest.values()];
}

function newestOf(placed: readonly Placed[]): number {
  return Math.max(...placed.map(({ body }) => body.version));
}

/** Whether the node is above the placed one: a tree in which it is below as well has a cycle, which is another story. */
function isAbove(placed: readonly Placed[], node: string, { parent }: PlacementBody): boolean {
  let at = parent.node;
  for (let hops = 0; at !== ROOT && hops <= placed.length; hops += 1) {
    if (at === node) return true;
    at = placed.find(({ body }) => body.node === at)?.body.parent.node ?? ROOT;
  }
  return at === node;
}

function placementIn(frame: Uint8Array): PlacementBody | undefined {
  const decoded = decodeOnce(frame);
  return 'wrong' in decoded || decoded.frame.kind !== 'placement' ? undefined : decoded.frame.body;
}

/** Which life of a node was seen last, and its credential. */
function identityOf(
  { seen }: View,
  node: string,
): { readonly incarnation: number; readonly credential: Credential } | undefined {
  for (const { kind, from, frame } of seen.toReversed()) {
    const decoded = decodeOnce(frame);
    if ('wrong' in decoded) continue;
    if (kind === 'join' && from === node && decoded.frame.kind === 'join')
      return { incarnation: decoded.frame.body.incarnation, credential: decoded.frame.credential };
    if (kind !== 'placement' || from !== ROOT || decoded.frame.kind !== 'placement') continue;
    const { parent, children } = decoded.frame.body;
    const named = [parent, ...children].find((one) => one.node === node);
    if (named !== undefined) return { incarnation: named.incarnation, credential: named.credential };
  }
  return undefined;
}
