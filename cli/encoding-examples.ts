/** Bytes for docs/encoding.md: what another implementation must come to, made by the reference. */
import {
  encodeBody,
  hkdf,
  linkInfo,
  linkKey,
  macUnder,
  makeRecord,
  NO_HASH,
  plainToBytes,
  sealLinkFrame,
  sign,
  signingInput,
  encodeControlFrame,
} from '../impl/index.ts';
import { ENROLMENT } from '../properties/index.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The examples by name, in hex. */
export function encodingExamples(): Readonly<Record<string, string>> {
  const { credential, signingSecret, linkSecret } = ENROLMENT.issue('c1', 'client');
  const root = ENROLMENT.issue('C', 'coordinator');
  const info = linkInfo({ node: 'C', incarnation: 1 }, { node: 'c1', incarnation: 1 }, 1);
  const key = linkKey(linkSecret, root.credential.linkKey, info);
  if (key === undefined) throw new Error('the laboratory has an unusable link key');
  const heartbeat = sealLinkFrame(
    { from: 'c1', to: 'C', link: 1, counter: 1, body: encodeBody({ kind: 'heartbeat' }) },
    macUnder(key),
  );
  const record = makeRecord(
    { capsule: 'c1/1', seq: 1, prevHash: NO_HASH, timestamp: 1 },
    [{ key: 'k', value: 'v' }],
    { credential, signingSecret, linkSecret },
    ENROLMENT.groupKey,
  );
  const leave = { node: 'c1', incarnation: 1 };
  const signature = sign(signingInput('leave', leave), signingSecret);
  return {
    'enrolment key, public': hex(ENROLMENT.anchor),
    'group key of the first key epoch': hex(ENROLMENT.groupKey),
    'group key of key epoch 2': hex(ENROLMENT.groupKeyOf(2)),
    'signing key of c1, public': hex(credential.signingKey),
    'link key of c1, public': hex(credential.linkKey),
    'signature of the credential of c1': hex(credential.signature),
    'info of the key of the link': hex(info),
    'key of the link': hex(key),
    'frame: a heartbeat from c1 to C, counter 1': hex(heartbeat),
    'frame: c1 leaves': hex(encodeControlFrame({ kind: 'leave', body: leave, credential, signature })),
    'ciphertext of the record': hex(record.ciphertext),
    'hash of the record': hex(record.hash),
    'signature of the record': hex(record.signature),
    'key of what a rotation to key epoch 2 seals of earlier keys': hex(
      hkdf(ENROLMENT.groupKeyOf(2), plainToBytes(['psl/earlier/1', 2]), 32),
    ),
  };
}

/** As a block of the page. */
export function encodingBlock(): string {
  const lines = Object.entries(encodingExamples()).map(([name, value]) => `${name}\n  ${value}`);
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
}
