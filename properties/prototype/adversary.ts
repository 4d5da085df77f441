/**
 * The outsider in the words of the prototype: sees every frame on the wire, has no key, and may put any frame that it can derive in
 * front of any node. Its moves are those of the reference's outsider, by the same names. There are no links to be one end of, so routers
 * that were taken over can do no more than that; an insider is a client whose keys somebody has, and all clients have the same.
 */
import { z } from 'zod';
import type {
  Adversary,
  Attack,
  Capability,
  Flight,
  Injection,
  Random,
  WorldView,
} from '../../engine/index.ts';
import { plainToBytes } from '../../impl/index.ts';
import { get, leaves, perturb, set, type Path } from '../adversary/fields.ts';
import { MALFORMED, noise, spoil } from '../adversary/malformed.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';
import { decodeRecord, encodeRecord, INIT, makeRecord, MSG_TYPES, openRecord } from './records.ts';
import { decode, encode, plainOf, WIRE_KINDS, type WireMessage } from './wire.ts';

type View = WorldView<Uint8Array, TreeScenario>;

const message = z.string();
const node = z.string().regex(/^(C|[rc][1-9][0-9]{0,3})$/);
const whole = z.number().int().min(0);
const field = z.array(whole);

const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('forge'), message: z.enum(WIRE_KINDS), as: node, to: node, salt: whole }),
  z.strictObject({ kind: z.literal('tamper'), message, field, salt: whole }),
  z.strictObject({ kind: z.literal('replay'), message, to: node.optional() }),
  z.strictObject({ kind: z.literal('splice'), message, donor: message, field }),
  z.strictObject({ kind: z.literal('spoof'), message, as: node }),
  z.strictObject({ kind: z.literal('lie'), by: z.literal('insider'), message, as: node, salt: whole }),
  z.strictObject({ kind: z.literal('flood'), joins: whole, salt: whole }),
  z.strictObject({ kind: z.literal('malformed'), how: z.enum(MALFORMED), message, to: node, salt: whole }),
]);
type PrototypeAttack = z.infer<typeof schema>;

/** Greatest number of joins in one flood. */
const MAX_FLOOD = 8;
/** Salts are drawn below this. */
const SALTS = 10_000;

export const prototypeAdversary: Adversary<Uint8Array, TreeScenario> = {
  propose(view, random, capabilities): Attack | undefined {
    const isLie =
      capabilities.includes('insider') && (!hasOutsider(capabilities) || random.chance(LIE_PERCENT));
    if (isLie) return proposeLie(view, random);
    return hasOutsider(capabilities) ? propose(view, random) : undefined;
  },
  make(view, attack) {
    const known = schema.safeParse(attack);
    return known.success ? make(view, known.data) : [];
  },
};

function hasOutsider(capabilities: readonly Capability[]): boolean {
  return capabilities.includes('outsider');
}

/** Percent of the attacks that are an insider's, where there are both. */
const LIE_PERCENT = 8;

/** A record in the name of some enclave, made after one that was seen. */
function proposeLie(view: View, random: Random): PrototypeAttack | undefined {
  const records = view.seen.filter(({ kind }) => MSG_TYPES.some((type) => type === kind));
  if (records.length === 0) return undefined;
  const as = random.pick(view.scenario.nodes.filter((name) => !name.startsWith('r')));
  return {
    kind: 'lie',
    by: 'insider',
    message: overheard(records, random).id,
    as,
    salt: random.int(0, SALTS),
  };
}

function propose(view: View, random: Random): PrototypeAttack {
  const { nodes } = view.scenario;
  const salt = random.int(0, SALTS);
  const dice = random.int(1, 100);
  if (dice <= 3) return { kind: 'flood', joins: random.int(1, MAX_FLOOD), salt };
  if (dice <= 34 || view.seen.length === 0) {
    // In the name of somebody who was seen to write to the target, more often than of just anybody.
    const heard = view.seen.length > 0 && random.chance(60) ? random.pick(view.seen) : undefined;
    const as = heard?.from ?? random.pick(nodes);
    const to = heard?.to ?? random.pick(nodes);
    return { kind: 'forge', message: random.pick(WIRE_KINDS), as, to: nodes.includes(to) ? to : ROOT, salt };
  }
  const flight = overheard(view.seen, random);
  if (dice <= 46) return { kind: 'replay', message: flight.id };
  if (dice <= 58) return { kind: 'replay', message: flight.id, to: random.pick(nodes) };
  if (dice <= 66) return { kind: 'spoof', message: flight.id, as: random.pick(nodes) };
  if (dice <= 73)
    return {
      kind: 'malformed',
      how: random.pick(MALFORMED),
      message: flight.id,
      to: random.pick(nodes),
      salt,
    };
  const path = [...random.pick(leaves(openAll(flight.frame)))];
  const donors = view.seen.filter(({ kind, id }) => kind === flight.kind && id !== flight.id);
  if (dice <= 90 || donors.length === 0) return { kind: 'tamper', message: flight.id, field: path, salt };
  // A whole part as often as a single field.
  const part = random.chance(50) ? path : path.slice(0, random.int(1, path.length));
  return { kind: 'splice', message: flight.id, donor: random.pick(donors).id, field: part };
}

/** One of the messages seen: each kind is as likely as any other, or else most would be heartbeats. */
function overheard(seen: readonly Flight<Uint8Array>[], random: Random): Flight<Uint8Array> {
  const kind = random.pick([...new Set(seen.map((flight) => flight.kind))]);
  return random.pick(seen.filter((flight) => flight.kind === kind));
}

function make(view: View, attack: PrototypeAttack): readonly Injection<Uint8Array>[] {
  switch (attack.kind) {
    case 'forge': {
      const { message: kind, as, to, salt } = attack;
      return [{ to, from: as, frame: encode(forged(kind, as, salt)) }];
    }
    case 'flood':
      return Array.from({ length: Math.min(attack.joins, MAX_FLOOD) }, (_, index) => {
        const isRouter = (index + attack.salt) % 3 === 0;
        const address = `${isRouter ? 'r' : 'c'}${91 + index}`;
        const frame = encode({ kind: 'join', address, nodeType: isRouter ? 'router' : 'client' });
        return { to: ROOT, from: address, frame };
      });
    case 'tamper':
      return withFlight(view, attack.message, (flight) => {
        const plain = openAll(flight.frame);
        return changed(flight, set(plain, attack.field, altered(get(plain, attack.field), attack.salt)));
      });
    case 'replay':
      return withFlight(view, attack.message, (flight) => ({
        from: flight.from,
        to: attack.to ?? flight.to,
        frame: flight.frame,
      }));
    case 'splice':
      return withFlight(view, attack.message, (flight) => {
        const donor = view.find(attack.donor);
        const part = donor === undefined ? undefined : get(openAll(donor.frame), attack.field);
        return part === undefined
          ? undefined
          : changed(flight, set(openAll(flight.frame), attack.field, part));
      });
    case 'spoof':
      return withFlight(view, attack.message, (flight) => {
        const plain = openAll(flight.frame);
        const path = Array.isArray(plain) ? NAMED_AT[String(plain[0])] : undefined;
        const made = path && changed(flight, set(plain, path, attack.as));
        return made && { ...made, from: attack.as };
      });
    case 'lie':
      return withFlight(view, attack.message, (flight) => {
        const frame = lieIn(flight.frame, attack.as, attack.salt);
        return frame && { from: flight.from, to: flight.to, frame };
      });
    case 'malformed':
      return withFlight(view, attack.message, (flight) => ({
        to: attack.to,
        from: flight.from,
        frame: spoil(flight.frame, attack.how, attack.salt),
      }));
  }
}

const NONCE_BYTES = 12;

/** The record in a frame made anew under the keys that all enclaves have: by another one, at another time. */
function lieIn(frame: Uint8Array, as: string, salt: number): Uint8Array | undefined {
  const told = decode(frame);
  if (told?.kind !== 'raw-bytes') return undefined;
  const record = decodeRecord(told.payload);
  if (record === undefined) return undefined;
  const items = openRecord(record);
  if (items === undefined) return undefined;
  const { msgType, prevHash } = record;
  const timestamp = record.timestamp + (salt % 3);
  const header = { sender: Number(as.slice(1)), timestamp, msgType, prevHash };
  const made = makeRecord(header, items, noise(salt, NONCE_BYTES));
  return encode({ ...told, payload: encodeRecord(made) });
}

/** Where a message names its sender, or who it is about. */
const NAMED_AT: Readonly<Record<string, Path>> = {
  join: [1],
  'assign-parent': [1],
  heartbeat: [1],
  'raw-bytes': [3],
};

function withFlight(
  view: View,
  id: string,
  use: (flight: Flight<Uint8Array>) => Injection<Uint8Array> | undefined,
): readonly Injection<Uint8Array>[] {
  const flight = view.find(id);
  const made = flight === undefined ? undefined : use(flight);
  return made === undefined ? [] : [made];
}

/** A changed frame. Where the change changes nothing there is none: that would be a replay. */
function changed(flight: Flight<Uint8Array>, plain: unknown): Injection<Uint8Array> | undefined {
  const frame = closeAll(plain);
  if (Buffer.compare(frame, flight.frame) === 0) return undefined;
  return { from: flight.from, to: flight.to, frame };
}

/** Position of the payload in raw bytes: `['raw-bytes', payload, routeUp, lastSender]`. */
const PAYLOAD = 1;

/** The plain data of a frame, the record in it opened, too. */
function openAll(frame: Uint8Array): unknown {
  const plain = plainOf(frame);
  if (!isRawBytes(plain)) return plain;
  const payload = plain[PAYLOAD];
  const record = payload instanceof Uint8Array ? plainOf(payload) : undefined;
  return record === undefined ? plain : plain.with(PAYLOAD, record);
}

/** The frame of plain data, the record in it closed again. */
function closeAll(plain: unknown): Uint8Array {
  if (isRawBytes(plain) && !(plain[PAYLOAD] instanceof Uint8Array))
    return plainToBytes(plain.with(PAYLOAD, plainToBytes(plain[PAYLOAD])));
  return plainToBytes(plain);
}

function isRawBytes(plain: unknown): plain is unknown[] {
  return Array.isArray(plain) && plain[0] === 'raw-bytes';
}

function altered(value: unknown, salt: number): unknown {
  return typeof value === 'boolean' ? !value : perturb(value, salt);
}

/** Bytes of a forged ciphertext: noise, since the outsider has no group key. */
const FORGED_CIPHERTEXT_BYTES = 48;
/** How far ahead forged timestamps are of all that is to be expected. */
const AHEAD = 1_000_000;

/** A message of an outsider's own making, as if from `as`. */
function forged(kind: WireMessage['kind'], as: string, salt: number): WireMessage {
  switch (kind) {
    case 'join':
      return { kind, address: as, nodeType: isOdd(salt) ? 'router' : 'client' };
    case 'assign-parent':
      return { kind, parent: as };
    case 'heartbeat':
      return { kind, sender: as, subtreeSize: salt % 20, level: salt % 7, routerCount: salt % 5 };
    case 'cull':
      return { kind, count: 1 + (salt % 12) };
    case 'raw-bytes': {
      const record = {
        sender: Number(as.slice(1)),
        timestamp: AHEAD + salt,
        msgType: MSG_TYPES[salt % MSG_TYPES.length] ?? 'data',
        hash: noise(salt, 32),
        prevHash: INIT,
        signature: noise(salt, 64),
        ciphertext: noise(salt, FORGED_CIPHERTEXT_BYTES),
      };
      return {
        kind,
        payload: encodeRecord(record),
        routeUp: isOdd(Math.floor(salt / MSG_TYPES.length)),
        lastSender: as,
      };
    }
  }
}

function isOdd(salt: number): boolean {
  return salt % 2 === 1;
}
