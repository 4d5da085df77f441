/**
 * The verifier of evidence (docs/protocol.md §2, §5.7): a program of its own, which shares no code with the nodes that make evidence. It
 * knows the enrolment key and nothing else, decodes the bytes by itself, and checks signatures with Node's own crypto.
 *
 * Evidence is canonical CBOR (RFC 8949 §4.2):
 *
 * - against a writer `[capsule, seq, [branch, branch], credential]`, where a branch is `[timestamp, hash, signature]`;
 * - against the coordinator `[[signed, signed], credential]`, where signed is `[placement, signature]` (`tree-view.ts`).
 *
 * A credential is `[node, role, domain, signingKey, linkKey, signature]`.
 */
import { decode, encode } from 'cborg';
import { createPublicKey, verify } from 'node:crypto';
import { areOfOneTree, readPlacement } from './tree-view.ts';

interface Guilty {
  readonly guilty: string;
  /** The key that signed both, in hex. */
  readonly key: string;
}

/** What evidence proves: whose key signed two records of one name, or two placements of no one tree. Or why it proves nothing. */
export type Conviction =
  | (Guilty & { readonly capsule: string; readonly seq: number })
  | (Guilty & {
      readonly version: number;
      /** Whom the two placements are of: twice the same, or two. */
      readonly placed: readonly [string, string];
    })
  | { readonly why: string; readonly malformed: boolean };

const CAPSULE =
  /^([A-Za-z][A-Za-z0-9-]{0,31})\/[1-9][0-9]{0,15}(?:\/k[1-9][0-9]?)?(?:\/s(?:0|[1-9][0-9]?))?$/;
const COORDINATOR = 'C';
const [HASH_BYTES, SIGNATURE_BYTES, KEY_BYTES] = [32, 64, 32];

type Parts = readonly unknown[];

/** Judges evidence. `anchor`: the public enrolment key, 32 bytes. Never throws for what the bytes are. */
export function convicts(bytes: Uint8Array, anchor: Uint8Array): Conviction {
  const plain = canonical(bytes);
  return isList(plain, 2) ? convictsCoordinator(plain, anchor) : convictsWriter(plain, anchor);
}

function no(why: string): Conviction {
  return { why, malformed: false };
}

function convictsWriter(plain: unknown, anchor: Uint8Array): Conviction {
  if (!isList(plain, 4)) return { why: 'it is not the encoding of evidence', malformed: true };
  const [capsule, seq, branches, credential] = plain;
  const writer = typeof capsule === 'string' ? CAPSULE.exec(capsule)?.[1] : undefined;
  if (typeof capsule !== 'string' || writer === undefined || !isPositive(seq))
    return { why: 'it names no record', malformed: true };
  if (!isList(branches, 2) || !branches.every(isBranch))
    return { why: 'it has not two branches', malformed: true };
  if (!isCredential(credential)) return { why: 'it has no credential', malformed: true };
  const [node, role, , key] = credential;
  const [one, other] = branches.map((branch) => branch[1]);
  if (Buffer.compare(one ?? NOTHING, other ?? NOTHING) === 0) return no('both branches are the same record');
  if (node !== writer) return no(`the credential is that of ${node}, not of ${writer}`);
  if (role !== 'client') return no(`${node} is no client`);
  if (!isEnrolled(credential, anchor)) return no(`the enrolment key does not vouch for ${node}`);
  for (const [timestamp, hash, signed] of branches)
    if (!isSigned(signed, encode([capsule, seq, timestamp, hash]), key))
      return no(`${node} did not sign one of the records`);
  return { guilty: node, key: Buffer.from(key).toString('hex'), capsule, seq };
}

function convictsCoordinator([signed, credential]: Parts, anchor: Uint8Array): Conviction {
  const malformed = (why: string): Conviction => ({ why, malformed: true });
  if (!isList(signed, 2) || !signed.every(isSignedPart)) return malformed('it has not two placements');
  if (!isCredential(credential)) return malformed('it has no credential');
  const [one, other] = signed.map(([placement]) => readPlacement(placement));
  if (one === undefined || other === undefined) return malformed('it has not two placements');
  const [node, role, , key] = credential;
  const { version } = one;
  if (node !== COORDINATOR || role !== 'coordinator') return no(`${node} is not the coordinator`);
  if (!isEnrolled(credential, anchor)) return no(`the enrolment key does not vouch for ${node}`);
  if (version !== other.version)
    return no(`the placements are of two versions, ${version} and ${other.version}`);
  if (areOfOneTree(one, other)) return no('both placements are of one tree');
  for (const [placement, signature] of signed)
    if (!isSigned(signature, encode(['psl/signed/1', 'placement', placement]), key))
      return no(`${node} did not sign one of the placements`);
  return { guilty: node, key: Buffer.from(key).toString('hex'), version, placed: [one.node, other.node] };
}

function isSignedPart(plain: unknown): plain is readonly [placement: unknown, signature: Uint8Array] {
  return isList(plain, 2) && isBytes(plain[1], SIGNATURE_BYTES);
}

const NOTHING = new Uint8Array(0);

/** The plain data in canonical bytes; undefined if they are none. */
function canonical(bytes: Uint8Array): unknown {
  try {
    const plain: unknown = decode(new Uint8Array(bytes), { strict: true, allowIndefinite: false });
    return Buffer.compare(encode(plain), bytes) === 0 ? plain : undefined;
  } catch {
    return undefined;
  }
}

function isList(plain: unknown, length: number): plain is Parts {
  return Array.isArray(plain) && plain.length === length;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

type Branch = readonly [timestamp: number, hash: Uint8Array, signature: Uint8Array];

function isBranch(plain: unknown): plain is Branch {
  return (
    isList(plain, 3) &&
    isPositive(plain[0]) &&
    isBytes(plain[1], HASH_BYTES) &&
    isBytes(plain[2], SIGNATURE_BYTES)
  );
}

type Credential = readonly [
  node: string,
  role: string,
  domain: string,
  key: Uint8Array,
  linkKey: Uint8Array,
  signature: Uint8Array,
];

function isCredential(plain: unknown): plain is Credential {
  return (
    isList(plain, 6) &&
    plain.slice(0, 3).every((part) => typeof part === 'string') &&
    isBytes(plain[3], KEY_BYTES) &&
    isBytes(plain[4], KEY_BYTES) &&
    isBytes(plain[5], SIGNATURE_BYTES)
  );
}

function isEnrolled([node, role, domain, key, linkKey, signature]: Credential, anchor: Uint8Array): boolean {
  return isSigned(signature, encode(['psl/credential/1', node, role, domain, key, linkKey]), anchor);
}

function isSigned(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}
