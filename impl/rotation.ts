/**
 * Rotations of the group key (docs/protocol.md §5.8). The enrolment authority signs them and seals the new key for each enclave; the coordinator and
 * the routers pass on what they cannot open.
 */
import { KEY_BYTES, MAX_GRANTS, MAX_KEY_EPOCH, plainToBytes, rotationInput } from './codec.ts';
import { hkdf, linkKey, linkPublicKey, open, seal, sign, verify } from './crypto.ts';
import { IdentityMemo } from './memo.ts';
import type { Credential, NodeName, Rotation, RotationBody } from './messages.ts';

/** Every key that seals a part of a rotation seals nothing else. */
const NONCE: Uint8Array = new Uint8Array(12);

/** What a grant's key is bound to. */
const grantInfo = (node: NodeName, keyEpoch: number): Uint8Array =>
  plainToBytes(['psl/grant/1', node, keyEpoch]);

/** The key that earlier group keys are sealed under: whoever has the new one can derive it. */
const earlierKey = (groupKey: Uint8Array, keyEpoch: number): Uint8Array =>
  hkdf(groupKey, plainToBytes(['psl/earlier/1', keyEpoch]), KEY_BYTES);

const NO_DATA: Uint8Array = new Uint8Array(0);

/**
 * Makes a rotation.
 * @param clients who gets the new group key
 * @param sealingSecret X25519 secret, of this rotation only
 * @param groupKeyOf the group key of a key epoch
 * @param secret the enrolment key
 * @throws RangeError if one of the clients has no usable link key, or there are too many of them, or too many key epochs
 */
export function sealRotation(
  { keyEpoch, expelled }: Pick<RotationBody, 'keyEpoch' | 'expelled'>,
  clients: readonly Credential[],
  sealingSecret: Uint8Array,
  groupKeyOf: (keyEpoch: number) => Uint8Array,
  secret: Uint8Array,
): Rotation {
  if (keyEpoch > MAX_KEY_EPOCH) throw new RangeError(`there are no more than ${MAX_KEY_EPOCH} key epochs`);
  if (clients.length > MAX_GRANTS)
    throw new RangeError(`members must have at most ${MAX_GRANTS} clients, not ${clients.length}`);
  const groupKey = groupKeyOf(keyEpoch);
  const sorted = [...clients].sort((a, b) => (a.node < b.node ? -1 : 1));
  const grants = sorted.map(({ node, linkKey: peer }) => {
    const key = linkKey(sealingSecret, peer, grantInfo(node, keyEpoch));
    if (key === undefined) throw new RangeError(`members: ${node} has no usable link key`);
    return { node, sealed: seal(key, NONCE, NO_DATA, groupKey) };
  });
  const before = new Uint8Array(KEY_BYTES * (keyEpoch - 2));
  for (let epoch = 2; epoch < keyEpoch; epoch++) before.set(groupKeyOf(epoch), KEY_BYTES * (epoch - 2));
  const earlier = seal(earlierKey(groupKey, keyEpoch), NONCE, NO_DATA, before);
  const body = { keyEpoch, expelled, sealingKey: linkPublicKey(sealingSecret), grants, earlier };
  return { body, signature: sign(rotationInput(body), secret) };
}

const verdicts = new IdentityMemo<Rotation, boolean>();

/** Whether the enrolment authority signed a rotation. */
export function isRotation(rotation: Rotation, anchor: Uint8Array): boolean {
  return verdicts.get(rotation, [anchor], () =>
    verify(rotation.signature, rotationInput(rotation.body), anchor),
  );
}

/**
 * The group keys that a rotation grants a client, of key epochs from 2 on; undefined if there is no grant for it that opens.
 * @param linkSecrets those that the client ever had
 */
export function groupKeysIn(
  rotation: RotationBody,
  node: NodeName,
  linkSecrets: Iterable<Uint8Array>,
): ReadonlyMap<number, Uint8Array> | undefined {
  for (const secret of linkSecrets) {
    const keys = groupKeysBy(rotation, node, secret);
    if (keys !== undefined) return keys;
  }
  return undefined;
}

function groupKeysBy(
  { keyEpoch, sealingKey, grants, earlier }: RotationBody,
  node: NodeName,
  linkSecret: Uint8Array,
): ReadonlyMap<number, Uint8Array> | undefined {
  const grant = grants.find((one) => one.node === node);
  const key = grant && linkKey(linkSecret, sealingKey, grantInfo(node, keyEpoch));
  const groupKey = grant && key && open(key, NONCE, NO_DATA, grant.sealed);
  const before = groupKey && open(earlierKey(groupKey, keyEpoch), NONCE, NO_DATA, earlier);
  if (groupKey === undefined || before === undefined) return undefined;
  const keys = new Map<number, Uint8Array>();
  for (let epoch = 2; epoch < keyEpoch; epoch++)
    keys.set(epoch, before.slice(KEY_BYTES * (epoch - 2), KEY_BYTES * (epoch - 1)));
  return keys.set(keyEpoch, groupKey);
}
