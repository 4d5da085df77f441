/** Seals and signs as the holders of keys do, whatever the content: what a node that was taken over can do. */
import {
  equalBytes,
  generationOf,
  linkInfo,
  linkKey,
  LIVES_PER_KEY,
  macInput,
  macUnder,
  plainToBytes,
  sealLinkFrame,
  sha256,
  sign,
  type LinkFrame,
  type NodeKeys,
} from '../../impl/index.ts';
import type { WorldView } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { ENROLMENT, keysIn } from '../subjects/reference.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import { get, set, type Path } from './fields.ts';

/** A run, as far as it tells who holds which keys, and how far the counters of links are. */
type View = Pick<WorldView<Uint8Array, TreeScenario>, 'scenario' | 'seen'>;

/** The first keys of a node, of the domain that it belongs to in this run: those that are in wrong hands. Of a newer `generation`, nobody else's. */
export function keysOf({ scenario }: Pick<View, 'scenario'>, node: string, generation = 0): NodeKeys {
  return keysIn(scenario, node, ENROLMENT, generation);
}

/** Position of the kind of a control frame. */
export const KIND = 0;

/** Positions of what is signed: the body of a control frame, and that of a link frame. */
export const CONTROL_BODY = 1;
export const LINK_BODY = 5;

/**
 * The body as a link frame like a genuine one, under the right key of its link and a fresh counter; undefined if its key is not found.
 * @param ahead how far beyond that the counter of this one is
 */
export function sealed(view: View, body: Uint8Array, genuine: Uint8Array, ahead = 1): Uint8Array | undefined {
  const like = linkFrameOf(genuine);
  const mac = macOf(view, genuine);
  if (like === undefined || mac === undefined) return undefined;
  const { from, to, link } = like;
  let counter = 0;
  for (const bytes of [genuine, ...view.seen.map((one) => one.frame)]) {
    const frame = linkFrameOf(bytes);
    if (frame?.from === from && frame.to === to && frame.link === link)
      counter = Math.max(counter, frame.counter);
  }
  return sealLinkFrame({ from, to, link, counter: counter + ahead, body }, mac);
}

function linkFrameOf(bytes: Uint8Array): LinkFrame | undefined {
  const decoded = decodeOnce(bytes);
  return 'wrong' in decoded || decoded.frame.kind !== 'link' ? undefined : decoded.frame;
}

/** Incarnations that are tried for an end of a link: of its first keys, and of the next. */
const INCARNATIONS = [1, 2, 3, 4, 5, LIVES_PER_KEY + 1, LIVES_PER_KEY + 2];

/** The MAC of the link that a genuine frame came over: that of the incarnations with which its own MAC comes out. */
function macOf(view: View, genuine: Uint8Array): ((input: Uint8Array) => Uint8Array) | undefined {
  const frame = linkFrameOf(genuine);
  if (frame === undefined) return undefined;
  const { from, to, link, mac } = frame;
  const pairs = INCARNATIONS.flatMap((own) => INCARNATIONS.map((other) => [own, other] as const));
  for (const [own, other] of pairs.toSorted(([a, b], [c, d]) => a + b - c - d)) {
    const { linkSecret } = keysOf(view, from, generationOf(own));
    const peer = keysOf(view, to, generationOf(other)).credential.linkKey;
    const info = linkInfo({ node: from, incarnation: own }, { node: to, incarnation: other }, link);
    const key = linkKey(linkSecret, peer, info);
    const made = key === undefined ? undefined : macUnder(key);
    if (made !== undefined && equalBytes(made(macInput(genuine)), mac)) return made;
  }
  return undefined;
}

/** Something in a frame that somebody signed, by positions in its plain data. */
interface Signed {
  /** `record`, `head`, or the kind that its signature names. */
  readonly what: unknown;
  readonly body: Path;
  readonly credential: Path;
  readonly signature: Path;
}

/** Positions in a record and in a head. */
const [SEQ, TIMESTAMP, CIPHERTEXT, HASH, SIGNATURE] = [2, 4, 6, 7, 8];
const [HEAD_HASH, HEAD_SIGNATURE] = [3, 4];

/** What is signed in a frame and holds the part at `path`, from the inside out. */
function signedAround(plain: unknown, path: Path): readonly Signed[] {
  const kind = get(plain, [0]);
  if (kind !== 'link')
    return path[0] === KIND || path[0] === CONTROL_BODY
      ? [{ what: kind, body: [CONTROL_BODY], credential: [2], signature: [3] }]
      : [];
  const [first, part, at, third, fourth, fifth] = path;
  if (first !== LINK_BODY || part === undefined) return [];
  const inBody = (...rest: readonly number[]): Path => [LINK_BODY, ...rest];
  const record = (body: Path, credential: Path): Signed => ({
    what: 'record',
    body,
    credential,
    signature: [...body, SIGNATURE],
  });
  const head = (body: Path, credential: Path): Signed => ({
    what: 'head',
    body,
    credential,
    signature: [...body, HEAD_SIGNATURE],
  });
  switch (get(plain, inBody(0))) {
    case 'data':
      return part === 1 ? [record(inBody(1), inBody(2))] : [];
    case 'repair':
      return part === 5 && at !== undefined ? [record(inBody(5, at), inBody(4))] : [];
    case 'rts':
      return part === 1
        ? [{ what: 'rts', body: inBody(1), credential: inBody(2), signature: inBody(3) }]
        : [];
    case 'sync': {
      if (part !== 1) return [];
      const whole = { what: 'sync', body: inBody(1), credential: inBody(2), signature: inBody(3) };
      // `[5, 1, 1, INDEX, 0, ...]`: the head in an element of the frontier.
      if (at !== 1 || third === undefined || fourth !== 0) return [whole];
      return [head(inBody(1, 1, third, 0), inBody(1, 1, third, 1)), whole];
    }
    case 'eoe': {
      if (part !== 2 || at === undefined || third !== 0) return [];
      const [body, credential, signature] = [0, 1, 2].map((position) => inBody(2, at, position));
      if (body === undefined || credential === undefined || signature === undefined) return [];
      const whole = { what: 'answer', body, credential, signature };
      // `[5, 2, INDEX, 0, 2, INDEX, ...]`: a head in an answer.
      return fourth === 2 && fifth !== undefined ? [head([...body, 2, fifth], credential), whole] : [whole];
    }
    default:
      return [];
  }
}

/**
 * The plain data of a frame with everything signed anew that covers the part at `path`, each by whoever signed it before; with
 * `as`, the outermost by that node. Undefined if somebody is named who has no keys.
 */
export function resigned(view: View, plain: unknown, path: Path, as?: string): unknown {
  let data = plain;
  const around = signedAround(plain, path);
  for (const [index, { what, body, credential, signature }] of around.entries()) {
    const other = index === around.length - 1 ? as : undefined;
    const keys = other === undefined ? keysNamed(view, get(data, [...credential, 0])) : keysOf(view, other);
    if (keys === undefined) return undefined;
    if (other !== undefined) data = set(data, credential, credentialToPlain(keys));
    const isHashChanged = path.length > body.length && path[body.length] === HASH;
    if (what === 'record' && !isHashChanged) data = set(data, [...body, HASH], hashOf(get(data, body)));
    data = set(data, signature, sign(inputOf(what, get(data, body)), keys.signingSecret));
  }
  return data;
}

const NODE = /^(C|[rc][1-9][0-9]{0,3})$/;

function keysNamed(view: View, node: unknown): NodeKeys | undefined {
  return typeof node === 'string' && NODE.test(node) ? keysOf(view, node) : undefined;
}

function credentialToPlain({ credential }: NodeKeys): unknown {
  const { node, role, domain, signingKey, linkKey: key, signature } = credential;
  return [node, role, domain, signingKey, key, signature];
}

function hashOf(record: unknown): Uint8Array {
  return sha256(plainToBytes(Array.isArray(record) ? record.slice(0, CIPHERTEXT + 1) : record));
}

/** What a signature covers, of a body of whatever shape. */
function inputOf(what: unknown, body: unknown): Uint8Array {
  if (!Array.isArray(body)) return plainToBytes(body);
  if (what === 'record') return plainToBytes([body[0], body[SEQ], body[TIMESTAMP], body[HASH]]);
  if (what === 'head') return plainToBytes(body.slice(0, HEAD_HASH + 1));
  return plainToBytes(['psl/signed/1', what, body]);
}
