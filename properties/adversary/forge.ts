/**
 * Messages that an outsider makes by itself: of every kind, under keys and credentials of its own making, with the names and
 * numbers that it has seen on the wire.
 */
import {
  encodeBody,
  encodeControlFrame,
  enrol,
  headSigningInput,
  macUnder,
  recordHashInput,
  sealLinkFrame,
  sha256,
  sign,
  signingInput,
  type CapsuleRecord,
  type ControlBodies,
  type ControlKind,
  type LinkBody,
  type NodeKeys,
  type SignedBodies,
  type SignedKind,
} from '../../impl/index.ts';
import { roleOf } from '../../model/index.ts';
import { ROOT } from '../scenario.ts';
import { noise } from './malformed.ts';

/** The outsider's own enrolment: its credentials look right and are signed by nobody's trust anchor. */
const outsider = enrol('an outsider');

/** What the outsider has read off the wire, for messages that look timely. */
export interface Gleaned {
  /** Greatest version seen. */
  readonly version: number;
  /** The last link between the two ends of which frames were seen, and the greatest counter on it; 0 if none was. */
  readonly link: number;
  readonly counter: number;
  readonly epoch: number;
  /** Incarnation of the node that the message is for, and of the one that it claims to be from. */
  readonly incarnation: number;
  readonly own: number;
  readonly birth: Uint8Array;
}

/** Kinds of messages that can be forged. */
export const FORGED = [
  'join',
  'join-refused',
  'placement',
  'placement-ack',
  'leave',
  'suspect',
  'probe',
  'probe-ack',
  'heartbeat',
  'data',
  'rts',
  'eoe',
  'sync',
  'nak',
  'repair',
  'subscription',
] as const;
export type Forged = (typeof FORGED)[number];

/** Those that can be forged among so many shards. */
export function forgedAmong(shards: number): readonly Forged[] {
  return shards === 1 ? FORGED.filter((kind) => kind !== 'subscription') : FORGED;
}

/** How far ahead of all that was seen forged numbers are. */
const AHEAD = 1000;

/** Makes a message of a kind, as if from `as` to `to`, signed and authenticated under the outsider's keys. */
export function forge(kind: Forged, as: string, to: string, gleaned: Gleaned, salt: number): Uint8Array {
  const ahead = salt % 2 === 0 ? AHEAD + salt : 1;
  switch (kind) {
    case 'join':
      return control('join', keysOf(as), {
        node: as,
        role: as.startsWith('r') ? 'router' : 'client',
        incarnation: gleaned.own + (salt % 3),
        birth: noise(salt, 16),
        attempt: ahead,
        reason: 'new',
        suspect: '',
        link: 0,
      });
    case 'join-refused':
      return control('join-refused', keysOf(ROOT), {
        node: to,
        birth: gleaned.birth,
        attempt: 1 + (salt % 3),
        why: salt % 2 === 0 ? 'incarnation' : 'pending',
        known: gleaned.incarnation + AHEAD,
      });
    case 'placement': {
      const link = gleaned.version + ahead;
      return control('placement', keysOf(ROOT), {
        node: to,
        incarnation: gleaned.incarnation,
        birth: gleaned.birth,
        version: gleaned.version + ahead,
        level: as === ROOT ? 1 : 2,
        parent: { node: as, incarnation: 1, link, credential: keysOf(as).credential },
        children: [],
      });
    }
    case 'placement-ack':
      return control('placement-ack', keysOf(as), {
        node: as,
        incarnation: gleaned.own,
        version: gleaned.version,
      });
    case 'leave':
      return control('leave', keysOf(as), { node: as, incarnation: gleaned.own });
    case 'subscription':
      return control('subscription', keysOf(as), {
        node: as,
        incarnation: gleaned.own,
        attempt: ahead,
        interest: salt % 2 === 0 ? [] : [0],
      });
    case 'suspect':
      return control('suspect', keysOf(as), {
        node: as,
        incarnation: gleaned.own,
        child: salt % 2 === 0 ? 'c1' : 'r2',
        link: Math.max(1, gleaned.link),
      });
    case 'probe':
      return control('probe', keysOf(ROOT), { node: to, incarnation: gleaned.incarnation, nonce: ahead });
    case 'probe-ack':
      return control('probe-ack', keysOf(as), {
        node: as,
        incarnation: gleaned.own,
        nonce: 1 + (salt % 5),
      });
    default:
      return linked(
        body(kind, as, gleaned, salt),
        as,
        to,
        Math.max(1, gleaned.link),
        gleaned.counter + ahead,
      );
  }
}

function keysOf(node: string): NodeKeys {
  return outsider.issue(node, roleOf(node));
}

function control<K extends ControlKind>(kind: K, keys: NodeKeys, body: ControlBodies[K]): Uint8Array {
  return encodeControlFrame<K>({
    kind,
    body,
    credential: keys.credential,
    signature: signature<ControlKind>(kind, body, keys),
  });
}

function signature<K extends SignedKind>(kind: K, body: SignedBodies[K], keys: NodeKeys): Uint8Array {
  return sign(signingInput(kind, body), keys.signingSecret);
}

function linked(content: LinkBody, from: string, to: string, link: number, counter: number): Uint8Array {
  return sealLinkFrame({ from, to, link, counter, body: encodeBody(content) }, macUnder(outsider.groupKey));
}

function writerNamed(as: string): string {
  return as.startsWith('c') ? as : 'c1';
}

function body(
  kind: Exclude<Forged, ControlKind>,
  as: string,
  { epoch, own }: Gleaned,
  salt: number,
): LinkBody {
  const writer = writerNamed(as);
  const capsule = `${writer}/${own}`;
  const keys = keysOf(writer);
  const root = keysOf(ROOT);
  const record = forgedRecord(keys, capsule, salt);
  const { credential } = keys;
  const later = epoch + 1 + (salt % 3);
  switch (kind) {
    case 'heartbeat':
      return { kind: 'heartbeat' };
    case 'data':
      return { kind: 'data', record, credential };
    case 'rts': {
      const rts = { epoch: later };
      return { kind: 'rts', body: rts, credential: root.credential, signature: signature('rts', rts, root) };
    }
    case 'eoe': {
      const answer = { node: writer, epoch: Math.max(1, epoch), heads: [record] };
      return {
        kind: 'eoe',
        epoch: Math.max(1, epoch),
        answers: [{ answer, credential, signature: signature('answer', answer, keys) }],
      };
    }
    case 'sync': {
      const sync = { epoch: later, frontier: [{ head: record, credential }], forks: [], lacks: [] };
      return {
        kind: 'sync',
        body: sync,
        credential: root.credential,
        signature: signature('sync', sync, root),
      };
    }
    case 'nak':
      return { kind: 'nak', capsule, first: 1, last: 1 + (salt % 5), path: [] };
    case 'repair':
      return { kind: 'repair', capsule, first: record.seq, last: record.seq, credential, records: [record] };
  }
}

/** Bytes of a forged ciphertext: noise, since the outsider has no group key. */
const FORGED_CIPHERTEXT_BYTES = 48;

/** A record under the outsider's own key: well made, far in the future of every clock. */
export function forgedRecord(keys: NodeKeys, capsule: string, salt: number): CapsuleRecord {
  const header = {
    capsule,
    writer: keys.credential.node,
    seq: 1 + (salt % 3),
    prevHash: salt % 3 === 0 ? new Uint8Array(32) : noise(salt, 32),
    timestamp: 1_000_000 + salt,
    keyEpoch: 1,
    ciphertext: noise(salt, FORGED_CIPHERTEXT_BYTES),
  };
  const hash = sha256(recordHashInput(header));
  const signature = sign(
    headSigningInput({ capsule, seq: header.seq, timestamp: header.timestamp, hash }),
    keys.signingSecret,
  );
  return { ...header, hash, signature };
}
