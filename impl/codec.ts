/**
 * Canonical bytes: every frame, body, record and signed text has exactly one encoding, and decoding accepts no
 * other (docs/protocol.md §2; RFC 8949 §4.2). Arrays by position, no maps, so there is no key order to get wrong.
 *
 * Wire shapes (`[...]` is a CBOR array, fields in the order of `messages.ts`):
 * - control frame: `[kind, [body fields], [credential fields], signature]`
 * - link frame: `['link', from, to, link, counter, body, mac]`, `body` being the bytes of
 *   `['heartbeat']`, `['data', record, credential]`, `['rts', [epoch], credential, signature]`,
 *   `['eoe', epoch, answers]`, `['sync', [epoch, frontier, forks, lacks, rotation?], credential, signature]`,
 *   `['nak', capsule, first, last, path]`, `['repair', capsule, first, last, credential, records]`,
 *   `['evidence', [capsule, seq, [[timestamp, hash, signature], [timestamp, hash, signature]], credential]]` or
 *   `['split-view', [[[placement, signature], [placement, signature]], credential]]`
 */
import { decode, encode as encodeSlowly, encodeInto } from 'cborg';
import type {
  CapsuleRecord,
  ControlFrame,
  ControlFrameOf,
  ControlKind,
  Credential,
  Evidence,
  Frame,
  Head,
  LinkBody,
  LinkFrame,
  RotationBody,
  SignedBodies,
  SignedKind,
  SplitView,
  Write,
} from './messages.ts';
import { contentKey, Memo } from './memo.ts';
import { FrameError, type Shape } from './schema.ts';
import {
  bodyShapes,
  controlShapes,
  credential,
  evidence as evidenceShape,
  linkFrame,
  MAC_BYTES,
  MAX_FRAME_BYTES,
  rotationBody,
  signature,
  signedShapes,
  splitView as splitViewShape,
  writes,
} from './shapes.ts';

export { FrameError } from './schema.ts';
export {
  BIRTH_BYTES,
  capsuleOf,
  generationOf,
  HASH_BYTES,
  incarnationOf,
  isNodeName,
  isOfLife,
  isWellFormed,
  KEY_BYTES,
  keyEpochOf,
  lifeOf,
  LIVES_PER_KEY,
  MAC_BYTES,
  MAX_CIPHERTEXT_BYTES,
  MAX_FRAME_BYTES,
  MAX_GENERATIONS,
  MAX_GRANTS,
  MAX_KEY_BYTES,
  MAX_KEY_EPOCH,
  MAX_LIST,
  MAX_PATH,
  MAX_SHARDS,
  MAX_VALUE_BYTES,
  shardOf,
  SIGNATURE_BYTES,
  voidGenerations,
  writerOf,
} from './shapes.ts';

const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
} as const;

/** Whether two byte strings are equal. Not in constant time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Where encodings are made before they are copied or compared: saves the growing of buffers. */
const scratch = new Uint8Array(2 * MAX_FRAME_BYTES);

/** Encodes into the scratch; valid until the next call. */
function encodeToScratch(plain: unknown): Uint8Array {
  try {
    return scratch.subarray(0, encodeInto(plain, scratch).written);
  } catch {
    return encodeSlowly(plain); // does not fit, or says what is wrong
  }
}

const encode = (plain: unknown): Uint8Array => new Uint8Array(encodeToScratch(plain));

/**
 * The one canonical encoding of plain data (integers, strings, byte strings, arrays).
 * An adversary makes frames with it that no honest node would.
 */
export function plainToBytes(plain: unknown): Uint8Array {
  return encode(plain);
}

/**
 * The plain data in canonical bytes, whatever it means: the inverse of {@link plainToBytes}. For taking frames
 * apart and changing single fields.
 * @throws FrameError if the bytes are too many or not canonical
 */
export function bytesToPlain(data: Uint8Array): unknown {
  if (!(data instanceof Uint8Array)) throw new FrameError('no bytes');
  if (data.length > MAX_FRAME_BYTES) throw new FrameError('too long');
  let plain: unknown;
  let again: Uint8Array;
  try {
    // A view as a plain Uint8Array: of a Buffer the decoder would return views, which live and change with it.
    plain = decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), STRICT);
    // Strict options leave some freedom (float widths, map order, ill-formed UTF-8); comparing leaves none.
    again = encodeToScratch(plain);
  } catch (error) {
    throw new FrameError('undecodable', { cause: error });
  }
  if (!equalBytes(data, again)) throw new FrameError('not canonical');
  return plain;
}

/** Kind of a plain frame or body: its first element, if that is text. */
function kindOfPlain(plain: unknown): string {
  const kind: unknown = Array.isArray(plain) ? plain[0] : undefined;
  if (typeof kind !== 'string') throw new FrameError('no kind');
  return kind;
}

/**
 * Decodes and checks a frame; signatures and MACs are checked elsewhere.
 * @throws FrameError if the bytes are not the canonical encoding of a frame
 */
export function decodeFrame(data: Uint8Array): Frame {
  const plain = bytesToPlain(data);
  const kind = kindOfPlain(plain);
  if (kind === 'link') return linkFrame.fromWire(plain, 'link');
  if (!Object.hasOwn(controlShapes, kind)) throw new FrameError('unknown kind');
  const parts = plain as unknown[];
  if (parts.length !== 4) throw new FrameError(`${kind}: wrong structure`);
  const shape: Shape<unknown> = controlShapes[kind as ControlKind];
  return {
    kind,
    body: shape.fromWire(parts[1], kind),
    credential: credential.fromWire(parts[2], `${kind}.credential`),
    signature: signature.fromWire(parts[3], `${kind}.signature`),
  } as ControlFrame;
}

/** Encodes a control frame. */
export function encodeControlFrame<K extends ControlKind>(frame: ControlFrameOf<K>): Uint8Array {
  return encode([
    frame.kind,
    controlShapes[frame.kind].toWire(frame.body),
    credential.toWire(frame.credential),
    frame.signature,
  ]);
}

/**
 * Decodes and checks the body of a link frame.
 * @throws FrameError if the bytes are not the canonical encoding of a body
 */
export function decodeBody(data: Uint8Array): LinkBody {
  // A body travels unchanged over many links: decoding it is remembered, and its value shared.
  return data.length > MEMO_BODY_BYTES
    ? decodeBodyAnew(data)
    : bodies.get(contentKey(data), () => decodeBodyAnew(data));
}

/** Longer bodies are decoded each time: their keys would fill the memory. */
const MEMO_BODY_BYTES = 4096;
const bodies = new Memo<LinkBody>(4096);

function decodeBodyAnew(data: Uint8Array): LinkBody {
  const plain = bytesToPlain(data);
  const kind = kindOfPlain(plain);
  if (!Object.hasOwn(bodyShapes, kind)) throw new FrameError('unknown kind of body');
  return bodyShapes[kind as LinkBody['kind']].fromWire(plain, kind);
}

/** Encodes the body of a link frame. The inverse of {@link decodeBody}. */
export function encodeBody(body: LinkBody): Uint8Array {
  const shape = bodyShapes[body.kind] as Shape<LinkBody>;
  return encode(shape.toWire(body));
}

/**
 * What a signature of a control frame, an RTS, a SYNC or an answer covers: `['psl/signed/1', kind, body]`.
 * Heads and credentials are arrays of other lengths, so no signature means two things.
 */
export function signingInput<K extends SignedKind>(kind: K, body: SignedBodies[K]): Uint8Array {
  return encode(['psl/signed/1', kind, signedShapes[kind].toWire(body)]);
}

/** What the enrolment key signs: `['psl/credential/1', node, role, domain, signingKey, linkKey]`, and the generation, if it is not the first. */
export function credentialInput(body: Omit<Credential, 'signature'>): Uint8Array {
  const { node, role, domain, signingKey, linkKey, generation } = body;
  const rest = generation === undefined ? [] : [generation];
  return encode(['psl/credential/1', node, role, domain, signingKey, linkKey, ...rest]);
}

/** What the enrolment key signs of a rotation: `['psl/rotation/1', [keyEpoch, expelled, sealingKey, grants, earlier]]`. */
export function rotationInput(body: RotationBody): Uint8Array {
  return encode(['psl/rotation/1', rotationBody.toWire(body)]);
}

/** Bytes at the end of a link frame that its MAC does not cover: the MAC itself, a byte string of 32 bytes. */
const MAC_SUFFIX_BYTES = MAC_BYTES + 2;

/** What the MAC of a link frame covers: all of the frame's bytes but the MAC. A view, not a copy. */
export function macInput(frame: Uint8Array): Uint8Array {
  return frame.subarray(0, frame.length - MAC_SUFFIX_BYTES);
}

const NO_MAC = new Uint8Array(MAC_BYTES);

/** Encodes a link frame, its MAC made by `mac` from {@link macInput}: one encoding serves both. */
export function sealLinkFrame(
  frame: Omit<LinkFrame, 'kind' | 'mac'>,
  mac: (input: Uint8Array) => Uint8Array,
): Uint8Array {
  const data = encode(['link', frame.from, frame.to, frame.link, frame.counter, frame.body, NO_MAC]);
  data.set(mac(macInput(data)), data.length - MAC_BYTES);
  return data;
}

/** Header fields of a record, in their order: the associated data of its ciphertext. */
export function recordHeader(
  value: Omit<CapsuleRecord, 'ciphertext' | 'hash' | 'signature'>,
): readonly unknown[] {
  return [value.capsule, value.writer, value.seq, value.prevHash, value.timestamp, value.keyEpoch];
}

/** What a record's hash is the SHA-256 of: its fields before the hash (§2). */
export function recordHashInput(value: Omit<CapsuleRecord, 'hash' | 'signature'>): Uint8Array {
  return encode([...recordHeader(value), value.ciphertext]);
}

/** What a record's signature covers: `[capsule, seq, timestamp, hash]` (§2). */
export function headSigningInput(value: Omit<Head, 'signature'>): Uint8Array {
  return encode([value.capsule, value.seq, value.timestamp, value.hash]);
}

/** What the key of a link is bound to: both ends with their incarnations, sorted by name, and its version (§4). */
export function linkInfo(
  a: { readonly node: string; readonly incarnation: number },
  b: { readonly node: string; readonly incarnation: number },
  link: number,
): Uint8Array {
  const [low, high] = a.node < b.node ? [a, b] : [b, a];
  return encode(['psl/link/1', low.node, low.incarnation, high.node, high.incarnation, link]);
}

/** Encodes evidence on its own. */
export function encodeEvidence(value: Evidence): Uint8Array {
  return encode(evidenceShape.toWire(value));
}

/** @throws FrameError if the bytes are not the canonical encoding of evidence */
export function decodeEvidence(data: Uint8Array): Evidence {
  return evidenceShape.fromWire(bytesToPlain(data), 'evidence');
}

/** Encodes a split view on its own. */
export function encodeSplitView(value: SplitView): Uint8Array {
  return encode(splitViewShape.toWire(value));
}

/** Encodes the writes of a record: the plaintext that is sealed. */
export function encodeWrites(value: readonly Write[]): Uint8Array {
  return encode(writes.toWire(value));
}

/** @throws FrameError if the bytes are not the canonical encoding of a list of writes */
export function decodeWrites(data: Uint8Array): readonly Write[] {
  return writes.fromWire(bytesToPlain(data), 'writes');
}
