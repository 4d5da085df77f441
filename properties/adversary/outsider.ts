/**
 * The outsider (Dolev-Yao): sees every frame on the wire, holds no credential, and may put any frame that it can derive in front of
 * any node: forged under made-up keys, tampered, replayed, spliced of two, from a spoofed neighbour, joins in floods,
 * bytes that are no frame. The insider's moves (`insider.ts`) go the same way.
 */
import type {
  Adversary,
  Attack,
  Capability,
  Flight,
  Injection,
  Random,
  WorldView,
} from '../../engine/index.ts';
import { roleOf } from '../../model/index.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import {
  coordinatorAttack,
  outsiderAttack,
  routerAttack,
  stolenAttack,
  writerAttack,
  type CoordinatorAttack,
  type OutsiderAttack,
  type RouterAttack,
  type StolenAttack,
  type WriterAttack,
} from './attack.ts';
import { asCoordinator, proposeCoordinator } from './coordinator.ts';
import { closeFrame, get, leaves, openFrame, perturb, set, type Path } from './fields.ts';
import { forge, forgedAmong, type Forged, type Gleaned } from './forge.ts';
import { proposeInsider } from './insider.ts';
import { tell } from './lie.ts';
import { MALFORMED, spoil } from './malformed.ts';
import { misuse } from './misuse.ts';
import { asRouter, proposeRouter, withholds } from './router.ts';
import { say } from './say.ts';
import { asStolen, proposeStolen } from './stolen.ts';
import { asWriter, proposeWriter } from './writer.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';

type View = WorldView<Uint8Array, TreeScenario>;

/** Greatest number of joins in one flood. */
const MAX_FLOOD = 8;
/** Percent of the attacks that are made with the keys of a node, where there are any. */
const KEYED_PERCENT = 60;
/** Salts are drawn below this. */
const SALTS = 10_000;

/** What each attack does, for lists and docs. */
export const OUTSIDER_MOVES: Readonly<Record<Exclude<OutsiderAttack, { by: 'insider' }>['kind'], string>> = {
  forge: 'forge a message of each kind under a made-up key and credential',
  tamper: 'change one field of a message seen',
  replay: 'replay a message seen, now or in a later version or epoch, to its receiver or to another node',
  splice: 'put a field of one message seen into another',
  spoof: 'send a message seen in a neighbour’s name',
  flood: 'flood the coordinator with joins under made-up credentials',
  malformed: `bytes that are no frame: ${MALFORMED.join(', ')}`,
};

export type { OutsiderAttack };

export const outsiderAdversary: Adversary<Uint8Array, TreeScenario> = {
  propose(view, random, capabilities): Attack | undefined {
    return propose(view, random, capabilities);
  },
  make(view, attack) {
    const known = outsiderAttack(attack);
    if (known !== undefined) return make(view, known);
    const written = writerAttack(attack);
    const routed = routerAttack(attack);
    const stolen = stolenAttack(attack);
    if (stolen !== undefined) return [asStolen(view, stolen)];
    const placed = coordinatorAttack(attack);
    const made =
      (written && asWriter(view, written)) ??
      (routed?.kind === 'suspect' ? asRouter(view, routed) : undefined) ??
      (placed && asCoordinator(view, placed));
    return made === undefined ? [] : [made];
  },
  suppresses(attack, message) {
    const known = routerAttack(attack);
    return known?.kind === 'withhold' && withholds(known, message);
  },
};

/** What members and what the coordinator may be told: forged messages that at least come to the right door. */
const FOR_ROOT: ReadonlySet<Forged> = new Set([
  'join',
  'placement-ack',
  'leave',
  'suspect',
  'probe-ack',
  'heartbeat',
  'data',
  'eoe',
  'nak',
  'repair',
  'subscription',
]);
const FOR_MEMBERS: ReadonlySet<Forged> = new Set([
  'join-refused',
  'placement',
  'probe',
  'heartbeat',
  'data',
  'rts',
  'eoe',
  'sync',
  'nak',
  'repair',
]);

function propose(
  view: View,
  random: Random,
  capabilities: readonly Capability[],
): OutsiderAttack | KeyedAttack | undefined {
  const { nodes } = view.scenario;
  const salt = random.int(0, SALTS);
  const keyed = capabilities.filter(isOfOneNode);
  if (keyed.length > 0) {
    const isAlone = !capabilities.includes('outsider') && !capabilities.includes('insider');
    const made =
      isAlone || random.chance(KEYED_PERCENT) ? proposeKeyed(view, random, keyed, salt) : undefined;
    if (made !== undefined || isAlone) return made;
  }
  if (!capabilities.includes('outsider'))
    return view.seen.length === 0
      ? undefined
      : proposeInsider(view, random, overheard(view.seen, random), salt);
  const dice = random.int(1, 100);
  if (dice <= 26 || view.seen.length === 0) {
    if (dice <= 3) return { kind: 'flood', joins: random.int(1, MAX_FLOOD), salt };
    // In the name of somebody who was seen to write to the target, more often than of just anybody.
    const heard = view.seen.length > 0 && random.chance(60) ? random.pick(view.seen) : undefined;
    const as = heard?.from ?? random.pick(nodes);
    const to = heard?.to ?? random.pick(nodes);
    const forged = forgedAmong(view.scenario.parameters.shards);
    const fitting = forged.filter((kind) => (to === ROOT ? FOR_ROOT : FOR_MEMBERS).has(kind));
    const message = random.pick(random.chance(85) ? fitting : forged);
    return { kind: 'forge', message, as, to, salt };
  }
  if (dice <= 38) return misdirected(view, random);
  const flight = overheard(view.seen, random);
  if (dice <= 50) return { kind: 'replay', message: flight.id };
  if (dice <= 56) return { kind: 'spoof', message: flight.id, as: random.pick(nodes) };
  if (dice <= 63)
    return {
      kind: 'malformed',
      how: random.pick(MALFORMED),
      message: flight.id,
      to: random.pick(nodes),
      salt,
    };
  if (dice <= 76 && capabilities.includes('insider')) return proposeInsider(view, random, flight, salt);
  const paths = leaves(openFrame(flight.frame));
  const field = random.pick(paths);
  if (dice <= 94) return { kind: 'tamper', message: flight.id, field, salt };
  const donors = view.seen.filter(({ kind, id }) => kind === flight.kind && id !== flight.id);
  if (donors.length === 0) return { kind: 'tamper', message: flight.id, field, salt };
  // A whole part (a body, a credential, a record) as often as a single field.
  const part = random.chance(50) ? field : field.slice(0, random.int(1, field.length));
  return { kind: 'splice', message: flight.id, donor: random.pick(donors).id, field: part };
}

type KeyedAttack = WriterAttack | RouterAttack | CoordinatorAttack | StolenAttack;
/** Capabilities that are the keys of one node. */
type OfOneNode = Extract<Capability, 'writer' | 'router' | 'coordinator' | 'stolen'>;

function isOfOneNode(capability: Capability): capability is OfOneNode {
  return (
    capability === 'writer' ||
    capability === 'router' ||
    capability === 'coordinator' ||
    capability === 'stolen'
  );
}

function proposeKeyed(
  view: View,
  random: Random,
  keyed: readonly OfOneNode[],
  salt: number,
): KeyedAttack | undefined {
  switch (random.pick(keyed)) {
    case 'writer':
      return proposeWriter(view, random, salt);
    case 'router':
      return proposeRouter(view, random);
    case 'coordinator':
      return proposeCoordinator(view, random);
    case 'stolen':
      return proposeStolen(view, random, salt);
  }
}

/** Percent of the messages overheard that are of one of the rarer kinds. */
const RARE_KIND_PERCENT = 70;

/** Kinds that most runs have none of, and percent of the messages overheard that are of one of these, if there are any. */
const SELDOM: ReadonlySet<string> = new Set<Forged>([
  'nak',
  'repair',
  'suspect',
  'leave',
  'join-refused',
  'subscription',
]);
const SELDOM_PERCENT = 40;

type Seen = readonly Flight<Uint8Array>[];

/** One of the messages seen: of a rare kind more often than of a frequent one, or else most would be heartbeats. */
function overheard(seen: Seen, random: Random): Flight<Uint8Array> {
  const seldom = seen.filter(({ kind }) => SELDOM.has(kind));
  if (seldom.length > 0 && random.chance(SELDOM_PERCENT)) return random.pick(seldom);
  const counts = new Map<string, number>();
  for (const { kind } of seen) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const rarestFirst = [...counts].toSorted(([, a], [, b]) => a - b).map(([kind]) => kind);
  const rarer = rarestFirst.slice(0, Math.ceil(rarestFirst.length / 2));
  const chosen = random.pick(random.chance(RARE_KIND_PERCENT) ? rarer : rarestFirst);
  return random.pick(seen.filter(({ kind }) => kind === chosen));
}

/** Kinds of messages that go both up and down the tree, so that all roles have a use for them. */
const FOR_ALL: ReadonlySet<string> = new Set<Forged>(['heartbeat', 'data', 'nak', 'repair']);

/** A replay to somebody whom the message was not for, of another role if there is one, who mostly has no use for its kind. */
function misdirected({ seen, scenario }: View, random: Random): OutsiderAttack {
  const special = seen.filter(({ kind }) => !FOR_ALL.has(kind));
  const { id, to } = overheard(special.length > 0 && random.chance(80) ? special : seen, random);
  const others = (['coordinator', 'router', 'client'] as const)
    .map((role) => scenario.nodes.filter((node) => roleOf(node) === role && node !== to))
    .filter((nodes) => nodes.length > 0);
  return { kind: 'replay', message: id, to: random.pick(random.pick(others)) };
}

function make(view: View, attack: OutsiderAttack): readonly Injection<Uint8Array>[] {
  switch (attack.kind) {
    case 'forge':
      return [
        {
          to: attack.to,
          from: attack.as,
          frame: forge(attack.message, attack.as, attack.to, glean(view, attack.as, attack.to), attack.salt),
        },
      ];
    case 'flood':
      return flood(view, attack.joins, attack.salt);
    case 'tamper':
      return withFlight(view, attack.message, (flight) => {
        const plain = openFrame(flight.frame);
        return changed(flight, set(plain, attack.field, perturb(get(plain, attack.field), attack.salt)));
      });
    case 'replay':
      return withFlight(view, attack.message, (flight) => ({
        ...injection(flight, flight.frame),
        to: attack.to ?? flight.to,
      }));
    case 'splice':
      return withFlight(view, attack.message, (flight) => {
        const donor = view.find(attack.donor);
        if (donor === undefined) return undefined;
        const part = get(openFrame(donor.frame), attack.field);
        return part === undefined
          ? undefined
          : changed(flight, set(openFrame(flight.frame), attack.field, part));
      });
    case 'spoof':
      return withFlight(view, attack.message, (flight) => {
        const made = changed(flight, spoofed(flight.frame, attack.as));
        return made && { ...made, from: attack.as };
      });
    case 'lie':
      return withFlight(view, attack.message, (flight) => tell(view, attack, flight));
    case 'misuse':
      return withFlight(view, attack.message, (flight) => misuse(view, attack, flight));
    case 'say':
      return withFlight(view, attack.message, (flight) => say(view, attack, flight));
    case 'malformed':
      return withFlight(view, attack.message, (flight) => ({
        to: attack.to,
        from: flight.from,
        frame: spoil(flight.frame, attack.how, attack.salt),
      }));
  }
}

function withFlight(
  view: View,
  id: string,
  use: (flight: Flight<Uint8Array>) => Injection<Uint8Array> | undefined,
): readonly Injection<Uint8Array>[] {
  const flight = view.find(id);
  const made = flight === undefined ? undefined : use(flight);
  return made === undefined ? [] : [made];
}

function injection({ from, to }: Flight<Uint8Array>, frame: Uint8Array): Injection<Uint8Array> {
  return { from, to, frame };
}

/** A changed frame. Where the change changes nothing there is none: that would be a replay, and is not to count as a forgery. */
function changed(flight: Flight<Uint8Array>, plain: unknown): Injection<Uint8Array> | undefined {
  const frame = closeFrame(plain);
  return Buffer.compare(frame, flight.frame) === 0 ? undefined : injection(flight, frame);
}

/** Position of the sender's name: in link frames, and in the body of control frames. */
const LINK_SENDER: Path = [1];
const CONTROL_NODE: Path = [1, 0];

function spoofed(frame: Uint8Array, as: string): unknown {
  const plain = openFrame(frame);
  return set(plain, get(plain, [0]) === 'link' ? LINK_SENDER : CONTROL_NODE, as);
}

function flood(view: View, joins: number, salt: number): readonly Injection<Uint8Array>[] {
  const made: Injection<Uint8Array>[] = [];
  const gleaned = glean(view, '', ROOT);
  for (let i = 1; i <= Math.min(joins, MAX_FLOOD); i += 1) {
    const as = `${i % 3 === 0 ? 'r' : 'c'}${90 + i}`;
    made.push({ to: ROOT, from: as, frame: forge('join', as, ROOT, gleaned, salt + i) });
  }
  return made;
}

const NOTHING_GLEANED: Gleaned = {
  version: 1,
  link: 0,
  counter: 0,
  epoch: 1,
  incarnation: 1,
  birth: new Uint8Array(16),
  own: 1,
};

/** What the messages seen say of the link from `as` to `to`, of versions and epochs, and of the life of `to`. */
function glean(view: View, as: string, to: string): Gleaned {
  let gleaned = NOTHING_GLEANED;
  for (const flight of view.seen) {
    const decoded = decodeOnce(flight.frame);
    if ('wrong' in decoded) continue;
    const { frame, body } = decoded;
    if (frame.kind === 'link' && frame.from === as && frame.to === to)
      gleaned = { ...gleaned, link: frame.link, counter: Math.max(gleaned.counter, frame.counter) };
    if (frame.kind === 'placement') {
      const { version, node, incarnation, birth } = frame.body;
      gleaned = { ...gleaned, version: Math.max(gleaned.version, version) };
      if (node === to) gleaned = { ...gleaned, incarnation, birth };
      if (node === as) gleaned = { ...gleaned, own: incarnation };
    }
    if (frame.kind === 'join') {
      const { node, incarnation, birth } = frame.body;
      if (node === to) gleaned = { ...gleaned, incarnation, birth };
      if (node === as) gleaned = { ...gleaned, own: incarnation };
    }
    if (body?.kind === 'rts' || body?.kind === 'sync')
      gleaned = { ...gleaned, epoch: Math.max(gleaned.epoch, body.body.epoch) };
  }
  return gleaned;
}
