/**
 * The capability `router(r)`: whoever has the keys of router r. What r sends is withheld, all of it or some, from some moment on (a black hole,
 * one that still greets, one that is choosy), until it is not; and r accuses its children of silence. All else r does as ever.
 */
import { encodeControlFrame, sign, signingInput } from '../../impl/index.ts';
import type { Flight, Injection, Random, WorldView } from '../../engine/index.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import { clientsOf } from '../workload.ts';
import { WITHHELD, type RouterAttack } from './attack.ts';
import { keysOf } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Withhold = Extract<RouterAttack, { readonly kind: 'withhold' }>;

/** What a router that was taken over may do, in words. */
export const ROUTER_MOVES: readonly string[] = [
  'with the keys of one router: withhold all that it sends, or all but its greetings, only records, or only what epochs are made of',
  'withhold the same from one neighbour, or the records of one writer, from some moment on, and stop doing so',
  'suspect children that are alive',
];

/** A router that was taken over. */
interface Insider {
  readonly router: string;
  /** What it may withhold. */
  readonly habits: readonly Withhold['what'][];
  /** Whether it ever stops. */
  readonly relents: boolean;
  /** What it withholds. */
  readonly going: Withhold[];
}

/** The insider of each run, by its view. */
const insiders = new WeakMap<object, Insider>();

/** Percent of runs in which it keeps up the appearance of being alive, and of those in which it stops now and then. */
const SLY_PERCENT = 70;
const RELENTING_PERCENT = 50;

/** One that withholds everything is taken for dead, and is out of the tree from then on. */
const SLY: readonly Withhold['what'][] = WITHHELD.filter((what) => what !== 'all');

/** Percent of its attacks that are false suspicions, and that end what goes on. */
const SUSPICION_PERCENT = 20;
const ENDING_PERCENT = 25;

/** Chooses what the holder of one router's keys does next; undefined where there is no router. */
export function proposeRouter(view: View, random: Random): RouterAttack | undefined {
  const routers = view.scenario.nodes.filter((node) => node.startsWith('r'));
  if (routers.length === 0) return undefined;
  let insider = insiders.get(view);
  if (insider === undefined) {
    const habits = random.chance(SLY_PERCENT) ? SLY : WITHHELD;
    const relents = random.chance(RELENTING_PERCENT);
    insiders.set(view, (insider = { router: random.pick(routers), habits, relents, going: [] }));
  }
  const { router, habits, relents, going } = insider;
  const by = `router(${router})` as const;
  if (random.chance(SUSPICION_PERCENT)) {
    const children = placementOf(view, router)?.children ?? [];
    return children.length === 0 ? undefined : { kind: 'suspect', by, child: random.pick(children).node };
  }
  if (relents && going.length > 0 && random.chance(ENDING_PERCENT)) {
    const [ended] = going.splice(random.int(0, going.length - 1), 1);
    return ended === undefined ? undefined : { ...ended, standing: 'ends' };
  }
  const begun: Withhold = {
    kind: 'withhold',
    by,
    standing: 'begins',
    what: random.pick(habits),
    ...(random.chance(40) ? { to: random.pick(view.scenario.nodes) } : {}),
    ...(random.chance(20) ? { writer: random.pick(clientsOf(view.scenario)) } : {}),
  };
  going.push(begun);
  return begun;
}

/** Makes the frame of a false suspicion; undefined if the router has no such child. */
export function asRouter(
  view: View,
  attack: Extract<RouterAttack, { readonly kind: 'suspect' }>,
): Injection<Uint8Array> | undefined {
  const router = attack.by.slice('router('.length, -1);
  const placement = placementOf(view, router);
  const child = placement?.children.find(({ node }) => node === attack.child);
  if (placement === undefined || child === undefined) return undefined;
  const { credential, signingSecret } = keysOf(view, router);
  const body = { node: router, incarnation: placement.incarnation, child: child.node, link: child.link };
  const signature = sign(signingInput('suspect', body), signingSecret);
  return {
    from: router,
    to: ROOT,
    frame: encodeControlFrame({ kind: 'suspect', body, credential, signature }),
  };
}

/** The last placement that a router was sent, as far as that was seen. */
function placementOf(view: View, router: string) {
  for (const { kind, to, frame } of view.seen.toReversed()) {
    if (kind !== 'placement' || to !== router) continue;
    const decoded = decodeOnce(frame);
    if ('wrong' in decoded || decoded.frame.kind !== 'placement') continue;
    // Others show their own to whom they miss.
    if (decoded.frame.body.node === router) return decoded.frame.body;
  }
  return undefined;
}

/** Kinds of messages that are withheld; none: all. */
const KINDS: Readonly<Record<Withhold['what'], (kind: string) => boolean>> = {
  all: () => true,
  'all-but-greetings': (kind) => LINKED.has(kind) && kind !== 'heartbeat',
  records: (kind) => kind === 'data' || kind === 'repair',
  epochs: (kind) => kind === 'rts' || kind === 'eoe' || kind === 'sync',
};
const LINKED: ReadonlySet<string> = new Set([
  'heartbeat',
  'data',
  'rts',
  'eoe',
  'sync',
  'nak',
  'repair',
  'evidence',
  'split-view',
]);

/** Whether a router withholds a message. */
export function withholds(
  { by, what, to, writer }: Withhold,
  message: Pick<Flight<Uint8Array>, 'from' | 'to' | 'kind' | 'frame'>,
): boolean {
  if (by !== `router(${message.from})` || !KINDS[what](message.kind)) return false;
  if (to !== undefined && to !== message.to) return false;
  return writer === undefined || writerIn(message.frame) === writer;
}

function writerIn(frame: Uint8Array): string | undefined {
  const decoded = decodeOnce(frame);
  return 'wrong' in decoded || decoded.body?.kind !== 'data' ? undefined : decoded.body.record.writer;
}
