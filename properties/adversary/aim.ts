/** What the plans of an insider that aims (`aimed.ts`) are made with: what was seen, and how it is said. */
import type { Flight, Random, WorldView } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { get, openFrame, type Path } from './fields.ts';
import type { Change, Say } from './say.ts';
import { LINK_BODY } from './seal.ts';

export type View = WorldView<Uint8Array, TreeScenario>;
export type Seen = Flight<Uint8Array>;
/** Something to say now; undefined if nothing was seen to make it of. */
export type Plan = (view: View, random: Random) => Say | undefined;

/** Percent of what is aimed that has not its shape. */
export const MISSHAPEN_PERCENT = 40;

/** How many of the messages of a kind count as new. */
export const LAST_SEEN = 6;

/** Beyond every number that a short run comes to. */
export const FAR = 1000;

function isLink({ frame }: Seen): boolean {
  return get(openFrame(frame), [0]) === 'link';
}

/** The last message over each link, as far as seen. */
export function links({ seen }: View): readonly Seen[] {
  const last = new Map<string, Seen>();
  for (const one of seen) if (isLink(one)) last.set(`${one.from} ${one.to}`, one);
  return [...last.values()];
}

/** The last message over the link from one node to another. */
export function over(view: View, from: string, to: string): Seen | undefined {
  return links(view).find((one) => one.from === from && one.to === to);
}

/** One of a kind: on its way, or of the last ones seen. */
export function someOf(view: View, random: Random, kind: string): Seen | undefined {
  const onItsWay = view.inFlight.filter((one) => one.kind === kind);
  const seen = view.seen.filter((one) => one.kind === kind).slice(-LAST_SEEN);
  return pickFrom(random, onItsWay.length > 0 && random.chance(70) ? onItsWay : seen);
}

/** One of these; undefined if there is none. */
export function pickFrom<T>(random: Random, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : random.pick(from);
}

/** A `Say` of these changes. */
export const say = (message: Seen, changes: readonly Change[], more: Partial<Say> = {}): Say => ({
  kind: 'say',
  by: 'insider',
  message: message.id,
  changes,
  ...more,
});

/** The body of a link frame, all of it. */
export const BODY: Path = [LINK_BODY];
/** In Data: the record, its capsule and `seq`, and the credential of its writer. */
export const RECORD: Path = [LINK_BODY, 1];
const CAPSULE: Path = [LINK_BODY, 1, 0];
const SEQ: Path = [LINK_BODY, 1, 2];
export const CREDENTIAL: Path = [LINK_BODY, 2];

/** What record Data carries. */
export function recordIn({ frame }: Seen): { readonly capsule: string; readonly seq: number } {
  const plain = openFrame(frame);
  return { capsule: get(plain, CAPSULE) as string, seq: get(plain, SEQ) as number };
}

/** The list at `field` of a message, out of order or with one element twice. */
export function disordered(random: Random, one: Seen, field: Path): Change | undefined {
  const list = get(openFrame(one.frame), field);
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const mayReverse = list.length > 1;
  const parts = list.map((_, index) => ({ of: one.id, at: [...field, index] }));
  const twice = [...parts.slice(0, 1), ...parts];
  return { field, value: mayReverse && random.chance(50) ? parts.toReversed() : twice };
}
