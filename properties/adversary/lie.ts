/**
 * Lies: what a router that was taken over can do to what it passes on, and a node that was taken over to what it signs. The frame is
 * sealed with the right key of its link, so only the signatures inside say that somebody lies. What no signature could tell from the
 * truth is not told here: nobody could reject it.
 */
import {
  encodeBody,
  encodeControlFrame,
  equalBytes,
  headSigningInput,
  linkInfo,
  linkKey,
  macInput,
  macUnder,
  plainToBytes,
  recordHashInput,
  sealLinkFrame,
  sha256,
  sign,
  signingInput,
  type Answer,
  type CapsuleRecord,
  type ControlFrame,
  type Frame,
  type LinkBody,
  type LinkFrame,
  type NodeKeys,
  type SignedBodies,
  type SignedKind,
} from '../../impl/index.ts';
import type { Flight, Injection, Random, WorldView } from '../../engine/index.ts';
import { roleOf } from '../../model/index.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { ENROLMENT } from '../subjects/reference.ts';
import { decodeOnce, ReferenceReader, type Decoded } from '../subjects/reference-reader.ts';
import type { OutsiderAttack } from './attack.ts';
import { closeFrame, get, leaves, openFrame, perturb, set, type Path } from './fields.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Seen = Flight<Uint8Array>;
type LieAttack = Extract<OutsiderAttack, { readonly kind: 'lie' }>;

/** How a message is changed before it is sealed again. */
interface Lie {
  /** The field that is changed; none: only the signatures are. */
  readonly field?: Path;
  /** A frame whose part at `field` is taken; none: the field is changed a little. */
  readonly donor?: Uint8Array;
  /** The node that signs, and need not be the one that may. None: signatures stay as they are. */
  readonly as?: string;
  readonly salt: number;
}

const judge = new ReferenceReader(ENROLMENT, []);

/** Positions of what is signed: the body of a control frame, and that of a link frame. */
const CONTROL_BODY = 1;
const LINK_BODY = 5;

/** What an insider may do, in words. */
export const INSIDER_MOVES: readonly string[] = [
  'as a router or client that was taken over: change what others signed, or sign for others, under the right key of the link',
];

/** How many of the messages seen last count as new. */
const LAST_SEEN = 6;

/** Kinds of messages in which nothing is signed. */
const UNSIGNED: ReadonlySet<string> = new Set(['heartbeat', 'nak']);

/** Chooses how a message like one seen, or like any in which something is signed, becomes a lie. */
export function proposeLie(view: View, random: Random, one: Seen, salt: number): LieAttack {
  const like = UNSIGNED.has(one.kind) ? anySigned(view, random, one) : one;
  // An EOE is waited for only while an epoch is open, which is when RTS and EOE are the last things seen.
  const isEpochOpen = view.seen.slice(-LAST_SEEN).some((one) => one.kind === 'rts' || one.kind === 'eoe');
  const wanted = isEpochOpen && random.chance(60) ? 'eoe' : like.kind;
  const ofKind = view.seen.filter((one) => one.kind === wanted).slice(-LAST_SEEN);
  const { frame, id, kind } = ofKind.length > 0 && random.chance(70) ? random.pick(ofKind) : like;
  const plain = openFrame(frame);
  const position = get(plain, [0]) === 'link' ? LINK_BODY : CONTROL_BODY;
  const fields = leaves(plain).filter(([first]) => first === position);
  const path = random.pick(fields.length === 0 ? [[position]] : fields);
  // A whole part (an answer, a record) as often as a single field.
  const field = random.chance(50) ? path : path.slice(0, random.int(1, path.length));
  const donors = view.seen.filter((other) => other.kind === kind && other.id !== id);
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

/** Makes the frame of a lie; undefined if it would be none, or nobody could tell. */
export function tell(view: View, attack: LieAttack, flight: Seen): Injection<Uint8Array> | undefined {
  const { donor: donorId, to = flight.to, field, as, salt } = attack;
  const donor = donorId === undefined ? undefined : view.find(donorId)?.frame;
  if (donorId !== undefined && donor === undefined) return undefined;
  const lie = {
    salt,
    ...(field === undefined ? {} : { field }),
    ...(as === undefined ? {} : { as }),
    ...(donor === undefined ? {} : { donor }),
  };
  const seen = view.seen.map((one) => one.frame);
  const frame = lieIn(flight.frame, seen, lie);
  return frame && { from: flight.from, to, frame };
}

/** @param seen frames seen: they tell how far the counters of links are */
function lieIn(frame: Uint8Array, seen: readonly Uint8Array[], lie: Lie): Uint8Array | undefined {
  const decoded = decodeOnce(frame);
  if ('wrong' in decoded) return undefined;
  const plain = alter(openFrame(frame), lie);
  const changed = decodeOnce(closeFrame(plain));
  const told =
    'wrong' in changed
      ? malformed(plain, decoded.frame, lie, frame, seen)
      : wellFormed(changed, lie, frame, seen);
  if (told === undefined) return undefined;
  const again = decodeOnce(told);
  return 'wrong' in again || !judge.isAuthentic(again) ? told : undefined;
}

function wellFormed(
  { frame, body }: Decoded,
  { as, salt }: Lie,
  genuine: Uint8Array,
  seen: readonly Uint8Array[],
): Uint8Array | undefined {
  const keys = as === undefined ? undefined : keysOf(as);
  if (frame.kind !== 'link') return encodeControlFrame(resignedControl(frame, keys, salt));
  return body && sealed(frame, encodeBody(timely(resigned(body, keys, salt), seen)), genuine, seen);
}

/** What has lost its shape cannot be signed by anybody but who signed it before: by that one, or by nobody. */
function malformed(
  plain: unknown,
  frame: Frame,
  { as }: Lie,
  genuine: Uint8Array,
  seen: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!Array.isArray(plain)) return undefined;
  if (frame.kind === 'link') return sealed(frame, plainToBytes(plain[LINK_BODY]), genuine, seen);
  if (as === undefined) return undefined;
  const input = plainToBytes(['psl/signed/1', frame.kind, plain[CONTROL_BODY]]);
  return plainToBytes(plain.with(-1, sign(input, keysOf(frame.credential.node).signingSecret)));
}

function keysOf(node: string): NodeKeys {
  return ENROLMENT.issue(node, roleOf(node));
}

/** A list in another order, with one element twice, without one, or empty; other values a little different. */
function disturbed(part: unknown, salt: number): unknown {
  if (!Array.isArray(part)) return perturb(part, salt);
  return [part.toReversed(), [...part.slice(0, 1), ...part], part.slice(1), []][salt % 4];
}

function alter(plain: unknown, { field, donor, salt }: Lie): unknown {
  if (field === undefined) return plain;
  const part = donor === undefined ? disturbed(get(plain, field), salt) : get(openFrame(donor), field);
  return part === undefined ? plain : set(plain, field, part);
}

function signature<K extends SignedKind>(kind: K, body: SignedBodies[K], keys: NodeKeys): Uint8Array {
  return sign(signingInput(kind, body), keys.signingSecret);
}

/** A record made anew under these keys; every other one as if of a capsule of the signer. */
function resignedRecord(record: CapsuleRecord, keys: NodeKeys, salt: number): CapsuleRecord {
  const writer = keys.credential.node;
  const header = salt % 2 === 0 ? record : { ...record, writer, capsule: `${writer}/1` };
  const hash = sha256(recordHashInput(header));
  return { ...header, hash, signature: sign(headSigningInput({ ...header, hash }), keys.signingSecret) };
}

function resignedAnswer({ answer }: Answer, keys: NodeKeys, salt: number): Answer {
  const body = salt % 2 === 0 ? answer : { ...answer, node: keys.credential.node, heads: [] };
  return { answer: body, credential: keys.credential, signature: signature('answer', body, keys) };
}

function resigned(body: LinkBody, keys: NodeKeys | undefined, salt: number): LinkBody {
  if (keys === undefined) return body;
  const { credential } = keys;
  switch (body.kind) {
    case 'data':
      return { ...body, record: resignedRecord(body.record, keys, salt), credential };
    case 'repair': {
      const records = body.records.map((record) => resignedRecord(record, keys, salt));
      return { ...body, capsule: records[0]?.capsule ?? body.capsule, records, credential };
    }
    case 'rts': {
      const rts = { ...body.body, epoch: body.body.epoch + 1 };
      return { ...body, body: rts, credential, signature: signature('rts', rts, keys) };
    }
    case 'sync': {
      const sync = { ...body.body, epoch: body.body.epoch + 1 };
      return { ...body, body: sync, credential, signature: signature('sync', sync, keys) };
    }
    case 'eoe': {
      const at = salt % Math.max(1, body.answers.length);
      const answers = body.answers.map((answer, index) =>
        index === at ? resignedAnswer(answer, keys, Math.floor(salt / 7)) : answer,
      );
      return { ...body, answers: answers.toSorted((a, b) => (a.answer.node < b.answer.node ? -1 : 1)) };
    }
    case 'heartbeat':
    case 'nak':
      return body;
  }
}

/** An EOE as if of the newest epoch: whose it is stands outside of what is signed. */
function timely(body: LinkBody, seen: readonly Uint8Array[]): LinkBody {
  if (body.kind !== 'eoe') return body;
  let { epoch } = body;
  for (const bytes of seen) {
    const decoded = decodeOnce(bytes);
    if (!('wrong' in decoded) && decoded.body?.kind === 'rts')
      epoch = Math.max(epoch, decoded.body.body.epoch);
  }
  return { ...body, epoch };
}

/** A control message signed by another; every other one in the signer's own name, in another role, or as if it were newer. */
function resignedControl(frame: ControlFrame, keys: NodeKeys | undefined, salt: number): ControlFrame {
  if (keys === undefined) return frame;
  const { credential } = keys;
  const { node } = credential;
  let { body } = frame;
  if (salt % 2 === 1) {
    if (frame.kind === 'join' && body.node === node)
      body = { ...frame.body, role: frame.body.role === 'router' ? 'client' : 'router' };
    else if (frame.kind === 'placement' && node === ROOT)
      body = { ...frame.body, version: frame.body.version + 1 };
    else body = { ...body, node };
  }
  return { ...frame, body, credential, signature: signature(frame.kind, body, keys) } as ControlFrame;
}

/** The link frame with another body, under its right key and a fresh counter; undefined if its key is not found. */
function sealed(
  { from, to, link }: LinkFrame,
  body: Uint8Array,
  genuine: Uint8Array,
  seen: readonly Uint8Array[],
): Uint8Array | undefined {
  const mac = macOf(genuine);
  if (mac === undefined) return undefined;
  let counter = 0;
  for (const bytes of [genuine, ...seen]) {
    const decoded = decodeOnce(bytes);
    if ('wrong' in decoded || decoded.frame.kind !== 'link') continue;
    const { frame } = decoded;
    if (frame.from === from && frame.to === to && frame.link === link)
      counter = Math.max(counter, frame.counter);
  }
  return sealLinkFrame({ from, to, link, counter: counter + 1, body }, mac);
}

/** Greatest incarnation that is tried for an end of a link. */
const MAX_INCARNATION = 5;

/** The MAC of the link that a genuine frame came over: that of the incarnations with which its own MAC comes out. */
function macOf(genuine: Uint8Array): ((input: Uint8Array) => Uint8Array) | undefined {
  const decoded = decodeOnce(genuine);
  if ('wrong' in decoded || decoded.frame.kind !== 'link') return undefined;
  const { from, to, link, mac } = decoded.frame;
  const { linkSecret } = keysOf(from);
  const peer = keysOf(to).credential.linkKey;
  for (let sum = 2; sum <= 2 * MAX_INCARNATION; sum += 1)
    for (let own = Math.max(1, sum - MAX_INCARNATION); own < sum && own <= MAX_INCARNATION; own += 1) {
      const info = linkInfo({ node: from, incarnation: own }, { node: to, incarnation: sum - own }, link);
      const key = linkKey(linkSecret, peer, info);
      const made = key === undefined ? undefined : macUnder(key);
      if (made !== undefined && equalBytes(made(macInput(genuine)), mac)) return made;
    }
  return undefined;
}
