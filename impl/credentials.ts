/**
 * Enrolment: the one trust anchor, and the keys and credentials that it gives to nodes (docs/protocol.md §1). In
 * SCL the FaaS leader attests a worker and gives it its keys; this stands for that.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { credentialInput, isNodeName, plainToBytes, signingInput } from './codec.ts';
import { MAX_GENERATIONS, voidGenerations } from './shapes.ts';
import { sealRotation } from './rotation.ts';
import { hkdf, linkPublicKey, sign, signingPublicKey, verify } from './crypto.ts';
import { IdentityMemo } from './memo.ts';
import type { Credential, NodeName, Role, Rotation, SignedBodies, SignedKind } from './messages.ts';

/** Name of the coordinator: the one node that may sign placements. */
export const COORDINATOR: NodeName = 'C';

/** What one node holds: its credential and the secrets to it. */
export interface NodeKeys {
  readonly credential: Credential;
  /** Ed25519 secret, 32 bytes. */
  readonly signingSecret: Uint8Array;
  /** X25519 secret, 32 bytes. */
  readonly linkSecret: Uint8Array;
}

/** The authority that enrols nodes. */
export interface Enrolment {
  /** Public enrolment key, 32 bytes: what every node knows. */
  readonly anchor: Uint8Array;
  /** AES-256 key that clients' enclaves share in the first key epoch, 32 bytes. Not for routers or the coordinator. */
  readonly groupKey: Uint8Array;
  /** The same of any key epoch. */
  readonly groupKeyOf: (keyEpoch: number) => Uint8Array;
  /**
   * Begins the next key epoch, for the coordinator to tell.
   * @param before the newest rotation so far
   * @param members credentials of those enrolled, the newest of each; clients among them whose keys are not void get the new group key
   * @param expel whose keys become void with it, if anybody's do: the newest that are not
   * @throws RangeError for more clients than MAX_GRANTS, or key epochs than MAX_KEY_EPOCH
   */
  readonly rotate: (
    before: Rotation | undefined,
    members: readonly Credential[],
    expel?: NodeName,
  ) => Rotation;
  /**
   * Gives a node its keys; the same ones every time.
   * @param generation how often they were renewed: others for each. @default 0
   * @throws RangeError if `node` is no name, the coordinator's role and name do not go together, or there is no such generation
   */
  issue(node: NodeName, role: Role, domain?: string, generation?: number): NodeKeys;
}

/**
 * Makes an enrolment authority; equal seeds make equal ones.
 * @param seed any text or bytes; secret
 * @throws TypeError if `seed` is neither
 */
export function enrol(seed: Uint8Array | string): Enrolment {
  if (typeof seed !== 'string' && !(seed instanceof Uint8Array))
    throw new TypeError('seed must be a string or bytes');
  const root = typeof seed === 'string' ? utf8ToBytes(seed) : new Uint8Array(seed);
  const derive = (...path: readonly string[]): Uint8Array =>
    hkdf(root, plainToBytes(['psl/enrol/1', ...path]), 32);
  const secret = derive('enrolment');
  const groupKeyOf = (keyEpoch: number): Uint8Array =>
    keyEpoch === 1 ? derive('group') : derive('group', String(keyEpoch));
  return {
    anchor: signingPublicKey(secret),
    groupKey: groupKeyOf(1),
    groupKeyOf,
    rotate: (before, members, expel) => {
      const keyEpoch = (before?.body.keyEpoch ?? 1) + 1;
      const expelled = [...(before?.body.expelled ?? []), ...(expel === undefined ? [] : [expel])].sort();
      const sealingSecret = derive('sealing', String(keyEpoch), ...expelled);
      const clients = members.filter(
        ({ node, role, generation = 0 }) =>
          role === 'client' && generation >= voidGenerations(expelled, node),
      );
      return sealRotation({ keyEpoch, expelled }, clients, sealingSecret, groupKeyOf, secret);
    },
    issue(node, role, domain = 'default', generation = 0) {
      if (!isNodeName(node)) throw new RangeError(`node must be a node name, not ${JSON.stringify(node)}`);
      if (!isNodeName(domain)) throw new RangeError(`domain must be a name, not ${JSON.stringify(domain)}`);
      if ((node === COORDINATOR) !== (role === 'coordinator'))
        throw new RangeError(`role ${role} does not fit node ${node}`);
      if (!Number.isInteger(generation) || generation < 0 || generation >= MAX_GENERATIONS)
        throw new RangeError(`generation must be an integer from 0 to ${MAX_GENERATIONS - 1}`);
      const path = [node, role, domain, ...(generation === 0 ? [] : [String(generation)])];
      const signingSecret = derive('signing', ...path);
      const linkSecret = derive('link', ...path);
      const body = {
        node,
        role,
        domain,
        signingKey: signingPublicKey(signingSecret),
        linkKey: linkPublicKey(linkSecret),
        ...(generation === 0 ? {} : { generation }),
      };
      const credential = { ...body, signature: sign(credentialInput(body), secret) };
      return { credential, signingSecret, linkSecret };
    },
  };
}

const enrolled = new IdentityMemo<Credential, boolean>();

/** Whether the enrolment key vouches for a credential. */
export function isEnrolled(credential: Credential, anchor: Uint8Array): boolean {
  return enrolled.get(credential, [anchor], () =>
    verify(credential.signature, credentialInput(credential), anchor),
  );
}

const signed = new IdentityMemo<object, boolean>();

/** Whether the holder of a credential signed a body. Whether it is enrolled and may is decided elsewhere. */
export function isSigned<K extends SignedKind>(
  kind: K,
  body: SignedBodies[K],
  credential: Credential,
  signature: Uint8Array,
): boolean {
  return signed.get(body, [kind, credential, signature], () =>
    verify(signature, signingInput(kind, body), credential.signingKey),
  );
}
