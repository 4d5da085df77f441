/**
 * Lies: what a router that was taken over can do to what it passes on, and a node that was taken over to what it signs. The frame is
 * sealed with the right key of its link, so only the signatures inside say that somebody lies. What no signature could tell from the
 * truth is not told here: nobody could reject it.
 */
import {
  encodeBody,
  encodeControlFrame,
  headSigningInput,
  plainToBytes,
  recordHashInput,
  sha256,
  sign,
  signingInput,
  type Answer,
  type CapsuleRecord,
  type ControlFrame,
  type Frame,
  type LinkBody,
  type NodeKeys,
  type SignedBodies,
  type SignedKind,
} from '../../impl/index.ts';
import type { Flight, Injection, WorldView } from '../../engine/index.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { ENROLMENT } from '../subjects/reference.ts';
import { decodeOnce, ReferenceReader, type Decoded } from '../subjects/reference-reader.ts';
import type { OutsiderAttack } from './attack.ts';
import { closeFrame, get, misshapen, openFrame, perturb, set, type Path } from './fields.ts';
import { CONTROL_BODY, keysOf, LINK_BODY, resigned as resignedAround, sealed } from './seal.ts';

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
  /** The part at `field` becomes what no such part may be; whoever signed what holds it signs it anew. */
  readonly isMisshapen: boolean;
  readonly salt: number;
}

/** Says what is authentic, whatever link it came over. */
export const judge = new ReferenceReader(ENROLMENT, () => undefined);

/** Makes the frame of a lie; undefined if it would be none, or nobody could tell. */
export function tell(view: View, attack: LieAttack, flight: Seen): Injection<Uint8Array> | undefined {
  const { donor: donorId, to = flight.to, field, as, misshapen: isMisshapen = false, salt } = attack;
  const donor = donorId === undefined ? undefined : view.find(donorId)?.frame;
  if (donorId !== undefined && donor === undefined) return undefined;
  const lie = {
    salt,
    isMisshapen,
    ...(field === undefined ? {} : { field }),
    ...(as === undefined ? {} : { as }),
    ...(donor === undefined ? {} : { donor }),
  };
  const frame = lieIn(view, flight.frame, lie);
  return frame && { from: flight.from, to, frame };
}

function lieIn(view: View, frame: Uint8Array, lie: Lie): Uint8Array | undefined {
  const decoded = decodeOnce(frame);
  if ('wrong' in decoded) return undefined;
  const told = lie.isMisshapen ? misshaped(view, frame, lie) : altered(view, frame, decoded.frame, lie);
  if (told === undefined) return undefined;
  const again = decodeOnce(told);
  return 'wrong' in again || !judge.isAuthentic(again) ? told : undefined;
}

function altered(view: View, genuine: Uint8Array, frame: Frame, lie: Lie): Uint8Array | undefined {
  const plain = alter(openFrame(genuine), lie);
  const changed = decodeOnce(closeFrame(plain));
  return 'wrong' in changed
    ? malformed(view, plain, frame, lie, genuine)
    : wellFormed(view, changed, lie, genuine);
}

/** A frame in which one part is what it must not be, and everything around it is signed and sealed as it should be. */
function misshaped(view: View, genuine: Uint8Array, { field, as, salt }: Lie): Uint8Array | undefined {
  const plain = openFrame(genuine);
  if (field === undefined) return undefined;
  const part = get(plain, field);
  const made = resignedAround(view, set(plain, field, misshapen(part, salt)), field, as);
  if (part === undefined || made === undefined) return undefined;
  if (get(plain, [0]) !== 'link') return plainToBytes(made);
  return sealed(view, plainToBytes(get(made, [LINK_BODY])), genuine);
}

function wellFormed(
  view: View,
  { frame, body }: Decoded,
  { as, salt }: Lie,
  genuine: Uint8Array,
): Uint8Array | undefined {
  const keys = as === undefined ? undefined : keysOf(view, as);
  if (frame.kind !== 'link') return encodeControlFrame(resignedControl(frame, keys, salt));
  return body && sealed(view, encodeBody(timely(view, resigned(body, keys, salt))), genuine);
}

/** What has lost its shape cannot be signed by anybody but who signed it before: by that one, or by nobody. */
function malformed(
  view: View,
  plain: unknown,
  frame: Frame,
  { as }: Lie,
  genuine: Uint8Array,
): Uint8Array | undefined {
  if (!Array.isArray(plain)) return undefined;
  if (frame.kind === 'link') return sealed(view, plainToBytes(plain[LINK_BODY]), genuine);
  if (as === undefined) return undefined;
  const input = plainToBytes(['psl/signed/1', frame.kind, plain[CONTROL_BODY]]);
  return plainToBytes(plain.with(-1, sign(input, keysOf(view, frame.credential.node).signingSecret)));
}

/** A list in another order, with one element twice, without one, or empty; other values a little different. */
function disturbed(part: unknown, salt: number): unknown {
  if (!Array.isArray(part)) return perturb(part, salt);
  return [part.toReversed(), [...part.slice(0, 1), ...part], part.slice(1), []][salt % 4];
}

/** Positions of the record and its credential in Data, and of the credential and the records in a Repair. */
const DATA_RECORD: Path = [LINK_BODY, 1];
const DATA_CREDENTIAL: Path = [LINK_BODY, 2];
const REPAIR_CREDENTIAL: Path = [LINK_BODY, 4];
const REPAIR_RECORDS: Path = [LINK_BODY, 5];

function isOf(plain: unknown, kind: string): boolean {
  return get(plain, [LINK_BODY, 0]) === kind;
}

function alter(plain: unknown, { field, donor, salt }: Lie): unknown {
  if (field === undefined) return plain;
  const given = donor === undefined ? undefined : openFrame(donor);
  // Records go into a Repair from Data, too: genuine, and beside the range that was asked for.
  if (isOf(plain, 'repair') && isOf(given, 'data'))
    return set(set(plain, REPAIR_CREDENTIAL, get(given, DATA_CREDENTIAL)), REPAIR_RECORDS, [
      get(given, DATA_RECORD),
    ]);
  const part = given === undefined ? disturbed(get(plain, field), salt) : get(given, field);
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
    case 'evidence':
    case 'split-view':
      return body;
  }
}

/** An EOE as if of the newest epoch: whose it is stands outside of what is signed. */
function timely({ seen }: View, body: LinkBody): LinkBody {
  if (body.kind !== 'eoe') return body;
  let { epoch } = body;
  for (const { frame } of seen) {
    const decoded = decodeOnce(frame);
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
