/**
 * The capability `writer(c)`: whoever has the keys of client c. It seals under the keys of the links that c has, and signs records in c's
 * capsules: several of one name (equivocation), out of turn (gaps), with any timestamp. It also accuses others, with heads that they signed.
 * All else goes through c itself, which goes on beside it as if nothing were.
 */
import {
  encodeBody,
  headOf,
  makeRecord,
  sign,
  signingInput,
  writerOf,
  type AnswerBody,
  type CapsuleRecord,
  type Credential,
  type Head,
  type LinkBody,
  type NodeKeys,
  type Write,
} from '../../impl/index.ts';
import type { Flight, Injection, Random, WorldView } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import { ENROLMENT } from '../subjects/reference.ts';
import { clientsOf } from '../workload.ts';
import type { WriterAttack } from './attack.ts';
import { judge } from './lie.ts';
import { noise } from './malformed.ts';
import { keysOf, sealed } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Seen = Flight<Uint8Array>;

/** What a writer that was taken over may do, in words. */
export const WRITER_MOVES: readonly string[] = [
  'with the keys of one client: make another record in place of one that was seen (equivocate), continue one, leave gaps',
  'stamp records with any timestamp',
  'answer an epoch with heads of records that nobody has',
  'accuse writers with heads that they signed',
];

/** How far ahead of the record that they are made from timestamps are; `'end'`: as far as numbers go. */
const LEADS = [1, 1, 1, 0, 1000, 2 ** 40, 'end'] as const;
export type Lead = number | 'end';

/** How far on from the record that they are made from records are: in its place, after it, with a gap. */
const STEPS = [0, 0, 0, 0, 1, 1, 2, 5] as const;

/** The client that was taken over: of each run, by its view. */
const insiders = new WeakMap<object, { readonly client: string }>();

/** Chooses what the holder of one client's keys does next; undefined as long as that client has no link. */
export function proposeWriter(view: View, random: Random, salt: number): WriterAttack | undefined {
  let insider = insiders.get(view);
  if (insider === undefined)
    insiders.set(view, (insider = { client: random.pick(clientsOf(view.scenario)) }));
  return proposeAs(view, random, insider.client, `writer(${insider.client})`, salt);
}

/** How often keys were used in each run, by its view and whose they are. */
const serials = new WeakMap<object, Map<string, number>>();

/** The same for a given client, whose keys somebody has; undefined as long as that client has had no link. */
export function proposeAs(
  view: View,
  random: Random,
  client: string,
  by: WriterAttack['by'],
  salt: number,
): WriterAttack | undefined {
  const to = view.seen.findLast((flight) => flight.from === client && isOverLink(flight))?.to;
  const records = view.seen.filter(({ kind, frame }) => kind === 'data' && writerIn(frame) === client);
  if (to === undefined) return undefined;
  let used = serials.get(view);
  if (used === undefined) serials.set(view, (used = new Map()));
  const serial = (used.get(client) ?? 0) + 1;
  used.set(client, serial);
  const common = { by, to, serial } as const;
  const isEpochOpen = view.inFlight.some((flight) => flight.kind === 'rts' && flight.to === client);
  const others = view.seen.filter(({ kind }) => kind === 'data');
  if (others.length > 1 && random.chance(10)) {
    const [message, other] = [random.pick(others).id, random.pick(others).id];
    return { ...common, kind: 'accuse', message, other };
  }
  if (records.length === 0) return undefined;
  const kind = isEpochOpen && random.chance(70) ? 'head' : 'write';
  const message = random.pick(records).id;
  return { ...common, kind, message, step: random.pick(STEPS), lead: random.pick(LEADS), salt };
}

/** Makes the frame of such an attack; undefined if what it needs is not there. */
export function asWriter(view: View, attack: WriterAttack): Injection<Uint8Array> | undefined {
  const client = writerNamed(attack);
  const { to } = attack;
  const like = view.seen.findLast(
    (flight) => flight.from === client && flight.to === to && isOverLink(flight),
  );
  const body = like === undefined ? undefined : bodyOf(view, attack, client);
  if (like === undefined || body === undefined) return undefined;
  const frame = sealed(view, encodeBody(body), like.frame, attack.serial);
  return frame && { from: client, to, frame };
}

/** The client that an attack is made with the keys of. */
function writerNamed({ by }: WriterAttack): string {
  return by.slice(by.indexOf('(') + 1, -1);
}

function bodyOf(view: View, attack: WriterAttack, client: string): LinkBody | undefined {
  const base = recordIn(view, attack.message);
  if (base === undefined) return undefined;
  if (attack.kind === 'accuse') {
    const other = recordIn(view, attack.other);
    return other && accusation(base, other);
  }
  if (writerOf(base.record.capsule) !== client) return undefined;
  const keys = keysOf(view, client);
  const { credential } = keys;
  const record = another(base.record, attack, keys);
  return attack.kind === 'head' ? answer(view, client, headOf(record)) : { kind: 'data', record, credential };
}

/** A record like the one that it is made from, in its place or after it, with other contents. */
function another(
  base: CapsuleRecord,
  { step, lead, salt }: Extract<WriterAttack, { readonly kind: 'write' | 'head' }>,
  keys: NodeKeys,
): CapsuleRecord {
  const { capsule, prevHash, hash } = base;
  const seq = Math.min(base.seq + step, Number.MAX_SAFE_INTEGER);
  const timestamp =
    lead === 'end'
      ? Number.MAX_SAFE_INTEGER
      : Math.min(base.timestamp + step + lead, Number.MAX_SAFE_INTEGER);
  const before = step === 0 ? prevHash : step === 1 ? hash : noise(salt, 32);
  const writes: readonly Write[] = [{ key: `user${salt % 5}`, value: `branch ${salt}` }];
  return makeRecord(
    { capsule, seq, prevHash: before, timestamp },
    writes,
    keys,
    ENROLMENT.groupKeyOf(base.keyEpoch),
  );
}

/** An answer to the newest epoch, with this head. */
function answer(view: View, client: string, head: Head): LinkBody | undefined {
  let epoch = 0;
  for (const { frame } of view.seen) {
    const decoded = decodeOnce(frame);
    if (!('wrong' in decoded) && decoded.body?.kind === 'rts')
      epoch = Math.max(epoch, decoded.body.body.epoch);
  }
  if (epoch === 0) return undefined;
  const { credential, signingSecret } = keysOf(view, client);
  const body: AnswerBody = { node: client, epoch, heads: [head] };
  const signature = sign(signingInput('answer', body), signingSecret);
  return { kind: 'eoe', epoch, answers: [{ answer: body, credential, signature }] };
}

interface Proven {
  readonly record: CapsuleRecord;
  readonly credential: Credential;
}

/** Two heads as evidence that one writer made two records of one name, whether it did or not. */
function accusation({ record, credential }: Proven, { record: other }: Proven): LinkBody | undefined {
  const { capsule, seq } = record;
  const [one, two] = [record, other]
    .map(({ timestamp, hash, signature }) => ({ timestamp, hash, signature }))
    .toSorted((a, b) => Buffer.compare(a.hash, b.hash));
  if (one === undefined || two === undefined || Buffer.compare(one.hash, two.hash) === 0) return undefined;
  return { kind: 'evidence', evidence: { capsule, seq, branches: [one, two], credential } };
}

function recordIn(view: View, id: string): Proven | undefined {
  const flight = view.find(id);
  const decoded = flight === undefined ? undefined : decodeOnce(flight.frame);
  if (decoded === undefined || 'wrong' in decoded || decoded.body?.kind !== 'data') return undefined;
  return judge.isAuthentic(decoded) ? decoded.body : undefined;
}

function writerIn(frame: Uint8Array): string | undefined {
  const decoded = decodeOnce(frame);
  return 'wrong' in decoded || decoded.body?.kind !== 'data' ? undefined : decoded.body.record.writer;
}

function isOverLink({ frame }: Seen): boolean {
  const decoded = decodeOnce(frame);
  return !('wrong' in decoded) && decoded.frame.kind === 'link';
}
