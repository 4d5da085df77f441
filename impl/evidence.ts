/**
 * Evidence of a fork (docs/protocol.md §2): two records of one capsule with one `seq`, of which the signed heads are enough. Anybody
 * who knows the enrolment key can check it. This module needs nothing of a node, so that a verifier need not be one.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { headSigningInput } from './codec.ts';
import { isEnrolled } from './credentials.ts';
import { verify } from './crypto.ts';
import { IdentityMemo } from './memo.ts';
import { incarnationOf, isOfLife, writerOf } from './shapes.ts';
import type { Credential, Evidence, Head } from './messages.ts';

/**
 * Makes evidence of two authentic heads of one capsule and `seq` with different hashes.
 * @throws RangeError if they are not that
 */
export function makeEvidence(one: Head, other: Head, credential: Credential): Evidence {
  const { capsule, seq } = one;
  const [hash, otherHash] = [bytesToHex(one.hash), bytesToHex(other.hash)];
  if (capsule !== other.capsule || seq !== other.seq || hash === otherHash)
    throw new RangeError('heads must be of one capsule and seq, with different hashes');
  const sorted = hash < otherHash ? [one, other] : [other, one];
  const branches = sorted.map((head) => ({
    timestamp: head.timestamp,
    hash: head.hash,
    signature: head.signature,
  }));
  return { capsule, seq, branches, credential };
}

const verdicts = new IdentityMemo<object, boolean>();

/** Whether evidence convinces: it has two branches, whose hashes its shape keeps apart, and both are signed by the writer that the capsule names, an enrolled client. */
export function isEvidence(evidence: Evidence, anchor: Uint8Array): boolean {
  const { capsule, seq, branches, credential } = evidence;
  return verdicts.get(
    evidence,
    [anchor],
    () =>
      branches.length === 2 &&
      credential.role === 'client' &&
      credential.node === writerOf(capsule) &&
      isOfLife(credential, incarnationOf(capsule)) &&
      isEnrolled(credential, anchor) &&
      branches.every(({ timestamp, hash, signature }) =>
        verify(signature, headSigningInput({ capsule, seq, timestamp, hash }), credential.signingKey),
      ),
  );
}
