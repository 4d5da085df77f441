/**
 * The verifier of evidence (docs/protocol.md §2): a program of its own, which shares no code with the nodes that make evidence. It knows the
 * enrolment key and nothing else, decodes the bytes by itself, and checks signatures with Node's own crypto.
 *
 * Evidence is the canonical CBOR (RFC 8949 §4.2) of `[capsule, seq, [branch, branch], credential]`, where a branch is `[timestamp, hash,
 * signature]` and a credential `[node, role, domain, signingKey, linkKey, signature]`.
 */
import { decode, encode } from 'cborg';
import { createPublicKey, verify } from 'node:crypto';

/** What evidence proves: whose key signed two records of one name. Or why it proves nothing. */
export type Conviction =
  | {
      readonly guilty: string;
      /** The key that signed both, in hex. */
      readonly key: string;
      readonly capsule: string;
      readonly seq: number;
    }
  | { readonly why: string; readonly malformed: boolean };

const CAPSULE = /^([A-Za-z][A-Za-z0-9-]{0,31})\/[1-9][0-9]{0,15}$/;
const [HASH_BYTES, SIGNATURE_BYTES, KEY_BYTES] = [32, 64, 32];

type Parts = readonly unknown[];

/** Judges evidence. `anchor`: the public enrolment key, 32 bytes. Never throws for what the bytes are. */
export function convicts(bytes: Uint8Array, anchor: Uint8Array): Conviction {
  const plain = canonical(bytes);
  if (!isList(plain, 4)) return { why: 'it is not the encoding of evidence', malformed: true };
  const [capsule, seq, branches, credential] = plain;
  const writer = typeof capsule === 'string' ? CAPSULE.exec(capsule)?.[1] : undefined;
  if (typeof capsule !== 'string' || writer === undefined || !isPositive(seq))
    return { why: 'it names no record', malformed: true };
  if (!isList(branches, 2) || !branches.every(isBranch))
    return { why: 'it has not two branches', malformed: true };
  if (!isCredential(credential)) return { why: 'it has no credential', malformed: true };
  const [node, role, domain, key, linkKey, signature] = credential;
  const no = (why: string): Conviction => ({ why, malformed: false });
  const [one, other] = branches.map((branch) => branch[1]);
  if (Buffer.compare(one ?? NOTHING, other ?? NOTHING) === 0) return no('both branches are the same record');
  if (node !== writer) return no(`the credential is that of ${node}, not of ${writer}`);
  if (role !== 'client') return no(`${node} is no client`);
  const enrolled = encode(['psl/credential/1', node, role, domain, key, linkKey]);
  if (!isSigned(signature, enrolled, anchor)) return no(`the enrolment key does not vouch for ${node}`);
  for (const [timestamp, hash, signed] of branches)
    if (!isSigned(signed, encode([capsule, seq, timestamp, hash]), key))
      return no(`${node} did not sign one of the records`);
  return { guilty: node, key: Buffer.from(key).toString('hex'), capsule, seq };
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

function isSigned(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}
