/** The insider: what a node that was taken over does with its keys. It lies (`lie.ts`), or misuses them (`misuse.ts`). */
import type { Flight, Random, WorldView } from '../../engine/index.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import type { OutsiderAttack } from './attack.ts';
import { get, leaves, openFrame, type Path } from './fields.ts';
import { isDivertible, misusable } from './misuse.ts';
import { CONTROL_BODY, KIND, LINK_BODY } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Seen = Flight<Uint8Array>;
type LieAttack = Extract<OutsiderAttack, { readonly kind: 'lie' }>;
type InsiderAttack = Extract<OutsiderAttack, { readonly by: 'insider' }>;

/** What an insider may do, in words. */
export const INSIDER_MOVES: readonly string[] = [
  'as a router or client that was taken over: change what others signed, or sign for others, under the right key of the link',
  'sign and seal what has not the shape of a message: a field of another type, out of range, too long or too short, a list in another order',
  'send genuine messages over a link that they do not belong on, Naks and Repairs of other ranges, control messages that are out of date',
];

/** How many of the messages seen last count as new. */
const LAST_SEEN = 6;

/** Percent of the insider’s moves that concern a message still on its way: its receiver has a use for it. */
const IN_FLIGHT_PERCENT = 60;
const MISUSE_PERCENT = 20;
const MISSHAPEN_PERCENT = 35;

/** Kinds of messages in which nothing is signed. */
const UNSIGNED: ReadonlySet<string> = new Set(['heartbeat', 'nak']);

/** Chooses what is said in place of a message seen, or of one on its way. */
export function proposeInsider(view: View, random: Random, one: Seen, salt: number): InsiderAttack {
  const onItsWay = view.inFlight.filter(({ kind }) => kind !== 'heartbeat');
  const like = onItsWay.length > 0 && random.chance(IN_FLIGHT_PERCENT) ? random.pick(onItsWay) : one;
  const dice = random.int(1, 100);
  if (dice <= MISUSE_PERCENT && mayMisuse(like)) return proposeMisuse(view, random, like, salt);
  if (dice <= MISUSE_PERCENT + MISSHAPEN_PERCENT) return proposeMisshapen(view, random, like, salt);
  return proposeLie(view, random, like, salt);
}

function mayMisuse(one: Seen): boolean {
  return misusable(one.kind).length > 0 || (isDivertible(one.kind) && isOverLink(one));
}

function isOverLink({ frame }: Seen): boolean {
  return get(openFrame(frame), [0]) === 'link';
}

/** A field that may be anything within its shape is changed, or the message goes over the link of another one; or both. */
function proposeMisuse(view: View, random: Random, one: Seen, salt: number): InsiderAttack {
  const { id, kind } = one;
  const fields = misusable(kind);
  const field = fields.length > 0 && random.chance(80) ? random.pick(fields) : undefined;
  const others = isDivertible(kind) && isOverLink(one) ? view.seen.filter(isOverLink) : [];
  const isDiverted = others.length > 0 && (field === undefined || random.chance(30));
  // From the wrong side to who waits for it, more often than to just anybody.
  const aside = others.filter(({ from, to }) => to === one.to && from !== one.from);
  return {
    kind: 'misuse',
    by: 'insider',
    message: id,
    ...(isDiverted ? { over: random.pick(aside.length > 0 && random.chance(60) ? aside : others).id } : {}),
    ...(field === undefined ? {} : { field }),
    salt,
  };
}

/** Any part, a whole list as often as a single field, the kind included. */
function proposeMisshapen(view: View, random: Random, { id, frame }: Seen, salt: number): LieAttack {
  const { path, position } = pathIn(random, frame);
  const part = random.chance(50) ? path : path.slice(0, random.int(1, path.length));
  // The frame itself, or its kind: of a link frame, both are the business of an outsider.
  const outside = random.pick([[], [KIND]]);
  return {
    kind: 'lie',
    by: 'insider',
    message: id,
    field: position === CONTROL_BODY && random.chance(10) ? outside : part,
    ...(random.chance(15) ? { as: random.pick(view.scenario.nodes) } : {}),
    misshapen: true,
    salt,
  };
}

/** A field of what a message says, and where that begins. */
function pathIn(random: Random, frame: Uint8Array): { readonly path: Path; readonly position: number } {
  const plain = openFrame(frame);
  const position = get(plain, [0]) === 'link' ? LINK_BODY : CONTROL_BODY;
  const fields = leaves(plain).filter(([first]) => first === position);
  return { path: random.pick(fields.length === 0 ? [[position]] : fields), position };
}

/** Chooses how a message like one seen, or like any in which something is signed, becomes a lie. */
export function proposeLie(view: View, random: Random, one: Seen, salt: number): LieAttack {
  const like = UNSIGNED.has(one.kind) ? anySigned(view, random, one) : one;
  // An EOE is waited for only while an epoch is open, which is when RTS and EOE are the last things seen.
  const isEpochOpen = view.seen.slice(-LAST_SEEN).some((one) => one.kind === 'rts' || one.kind === 'eoe');
  const wanted = isEpochOpen && random.chance(60) ? 'eoe' : like.kind;
  const ofKind = view.seen.filter((one) => one.kind === wanted).slice(-LAST_SEEN);
  const { frame, id, kind } = ofKind.length > 0 && random.chance(70) ? random.pick(ofKind) : like;
  const { path, position } = pathIn(random, frame);
  // A whole part (an answer, a record) as often as a single field.
  const field = random.chance(50) ? path : path.slice(0, random.int(1, path.length));
  const mayGive = kind === 'repair' ? new Set(['repair', 'data']) : new Set([kind]);
  const donors = view.seen.filter((other) => mayGive.has(other.kind) && other.id !== id);
  const donor = donors.length > 0 && random.chance(50) ? random.pick(donors).id : undefined;
  // Somebody else signs what was said; or something is changed, with or without the signature of anybody.
  const isChanged = random.chance(60);
  const isSigned = !isChanged || random.chance(50);
  return {
    kind: 'lie',
    by: 'insider',
    message: id,
    ...(isChanged ? { field, ...(donor === undefined ? {} : { donor }) } : {}),
    ...(isSigned ? { as: random.pick(view.scenario.nodes) } : {}),
    ...(position === CONTROL_BODY && random.chance(30) ? { to: ROOT } : {}),
    salt,
  };
}

function anySigned(view: View, random: Random, otherwise: Seen): Seen {
  const kinds = [...new Set(view.seen.map(({ kind }) => kind))].filter((kind) => !UNSIGNED.has(kind));
  if (kinds.length === 0) return otherwise;
  const chosen = random.pick(kinds);
  return random.pick(view.seen.filter(({ kind }) => kind === chosen));
}
