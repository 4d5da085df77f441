/**
 * Misuse of keys: what a node that was taken over can say and no signature tells from the truth. Genuine bodies over a link that they do
 * not belong on, ranges and ways of Naks and Repairs, which nobody signs, and messages of the coordinator or to it that are out of date.
 * Whether a node has any use for such a message is for its statechart to say.
 */
import { plainToBytes } from '../../impl/index.ts';
import type { Flight, Injection, WorldView } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { decodeOnce } from '../subjects/reference-reader.ts';
import { clientsOf } from '../workload.ts';
import type { OutsiderAttack } from './attack.ts';
import { get, openFrame, set, type Path } from './fields.ts';
import { judge } from './lie.ts';
import { CONTROL_BODY, LINK_BODY, resigned, sealed } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Seen = Flight<Uint8Array>;
type Misuse = Extract<OutsiderAttack, { readonly kind: 'misuse' }>;

/** What may be changed without anybody’s signature: `[capsule, first, last, path]` of a Nak, `[capsule, first, last]` of a Repair. */
const UNSIGNED: Readonly<Record<string, readonly number[]>> = { nak: [1, 2, 3, 4], repair: [1, 2, 3] };

/**
 * What is of an earlier life, attempt, version or question if it is less: positions in the bodies of control messages. Not of placements:
 * another one under a version is evidence against the coordinator, whoever signed it with its key.
 */
const DATED: Readonly<Record<string, readonly number[]>> = {
  'join-refused': [2],
  'placement-ack': [1, 2],
  leave: [1],
  subscription: [1],
  suspect: [1, 3],
  probe: [1, 2],
  'probe-ack': [1, 2],
};

/** Positions of what may be changed in a message of a kind, if anything. */
export function misusable(kind: string): readonly Path[] {
  const dated = DATED[kind];
  if (dated !== undefined) return dated.map((at) => [CONTROL_BODY, at]);
  return (UNSIGNED[kind] ?? []).map((at) => [LINK_BODY, at]);
}

/**
 * Whether a message of a kind may go over another link. Records do not: which way they took is what `edge-once`, `k-plus-one` and
 * `latency-bound` judge, and all that they say is of nodes that pass records on as the tree has it.
 */
export function isDivertible(kind: string): boolean {
  return kind !== 'data';
}

/** Makes the frame; undefined if it would not be authentic: that would be a lie. */
export function misuse(view: View, attack: Misuse, flight: Seen): Injection<Uint8Array> | undefined {
  const { over: overId, field, salt } = attack;
  const over = overId === undefined ? flight : view.find(overId);
  if (over === undefined || (field === undefined && overId === undefined)) return undefined;
  if (overId !== undefined && !isDivertible(flight.kind)) return undefined;
  if (field !== undefined && !misusable(flight.kind).some((path) => path.join() === field.join()))
    return undefined;
  const plain = openFrame(flight.frame);
  const changed = field === undefined ? plain : set(plain, field, another(view, get(plain, field), salt));
  const frame = finished(view, changed, field, over);
  if (frame === undefined) return undefined;
  const decoded = decodeOnce(frame);
  if ('wrong' in decoded || !judge.isAuthentic(decoded)) return undefined;
  return { from: over.from, to: over.to, frame };
}

function finished(view: View, plain: unknown, field: Path | undefined, over: Seen): Uint8Array | undefined {
  if (get(plain, [0]) !== 'link') {
    const made = field === undefined ? undefined : resigned(view, plain, field);
    return made === undefined ? undefined : plainToBytes(made);
  }
  return sealed(view, plainToBytes(get(plain, [LINK_BODY])), over.frame);
}

/** Another value that the field may have: a number a little less or more, another writer’s capsule, another way. */
function another(view: View, value: unknown, salt: number): unknown {
  const { nodes } = view.scenario;
  if (typeof value === 'number')
    return Math.max(1, [value - 1, value + 1, value - 2, value + 1000][salt % 4] ?? 1);
  if (typeof value === 'string') {
    const clients = clientsOf(view.scenario);
    return `${clients[salt % clients.length] ?? ''}/${1 + (salt % 3)}`;
  }
  if (!Array.isArray(value)) return value;
  const node = nodes[Math.floor(salt / 3) % nodes.length];
  return [[node], [], [...value, node]][salt % 3];
}
