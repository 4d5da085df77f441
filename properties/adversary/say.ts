/**
 * Saying what nobody said: a frame seen with parts of it put in their place, made up or taken from other frames, signed and sealed as
 * the holders of keys do. The primitive under `aimed.ts`: what is said may be authentic (then its receiver's statechart says what
 * becomes of it), or no message at all (then it must be rejected).
 */
import { z } from 'zod';
import { plainToBytes } from '../../impl/index.ts';
import type { Flight, Injection, WorldView } from '../../engine/index.ts';
import type { TreeScenario } from '../scenario.ts';
import { get, openFrame, set, type Path } from './fields.ts';
import { CONTROL_BODY, LINK_BODY, resigned, sealed } from './seal.ts';

type View = WorldView<Uint8Array, TreeScenario>;
type Seen = Flight<Uint8Array>;

/** Plain data as JSON; `{ of, at }` is the part at `at` of the frame of the message `of`. */
export type Value = number | string | null | { readonly of: string; readonly at: Path } | readonly Value[];

/** The part at `field` becomes `value`. */
export type Change = {
  readonly field: Path;
  readonly value: Value;
};

/** What is said. A type, not an interface: attacks are plain JSON. */
export type Say = {
  readonly kind: 'say';
  readonly by: 'insider';
  /** The frame that is changed. */
  readonly message: string;
  /** Link frames: a message over the link that it goes over. Default: its own. */
  readonly over?: string;
  /** Control messages: to whom. Default: its receiver. */
  readonly to?: string;
  /** Control messages: who signs. Default: who did. */
  readonly as?: string;
  readonly changes: readonly Change[];
  /** Link frames: sealed under another key. */
  readonly mac?: 'wrong';
};

const path = z.array(z.number().int().min(0));
const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.number(), z.string(), z.null(), z.strictObject({ of: z.string(), at: path }), z.array(value)]),
);

/** A `Say` in a schedule, and so in a counterexample file. */
export const saySchema = z.strictObject({
  kind: z.literal('say'),
  by: z.literal('insider'),
  message: z.string(),
  over: z.string().optional(),
  to: z.string().optional(),
  as: z.string().optional(),
  changes: z.array(z.strictObject({ field: path, value })),
  mac: z.literal('wrong').optional(),
});

/** Makes the frame; undefined if what it is made of does not exist in this run. */
export function say(view: View, attack: Say, flight: Seen): Injection<Uint8Array> | undefined {
  const over = attack.over === undefined ? flight : view.find(attack.over);
  const plain = changed(view, openFrame(flight.frame), attack);
  if (over === undefined || plain === undefined) return undefined;
  if (get(plain, [0]) !== 'link')
    return { from: flight.from, to: attack.to ?? flight.to, frame: plainToBytes(plain) };
  const body = plainToBytes(get(plain, [LINK_BODY]));
  const frame = sealed(view, body, over.frame);
  if (frame === undefined) return undefined;
  return { from: over.from, to: over.to, frame: attack.mac === 'wrong' ? spoiled(frame) : frame };
}

function changed(view: View, plain: unknown, { changes, as }: Say): unknown {
  let data = plain;
  for (const change of changes) {
    const made = resolved(view, change.value);
    if (made === undefined || get(data, change.field) === undefined) return undefined;
    data = set(data, change.field, made);
  }
  if (get(data, [0]) !== 'link') return resigned(view, data, [CONTROL_BODY], as);
  // From the outside in would sign what is changed afterwards: each change is signed when all are made.
  for (const { field } of changes) data = resigned(view, data, field);
  return data;
}

function resolved(view: View, made: Value): unknown {
  if (Array.isArray(made)) {
    const parts = made.map((one: Value) => resolved(view, one));
    return parts.includes(undefined) ? undefined : parts;
  }
  if (made === null || typeof made !== 'object' || !('of' in made)) return made;
  const flight = view.find(made.of);
  return flight === undefined ? undefined : get(openFrame(flight.frame), made.at);
}

/** The frame with another last byte: the MAC's. */
function spoiled(frame: Uint8Array): Uint8Array {
  const last = frame.length - 1;
  return frame.with(last, (frame[last] ?? 0) ^ 1);
}
