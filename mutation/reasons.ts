/** Why each surviving mutant survives: `reasons.json`, written by hand. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputError, inputErrorOf } from '../properties/input-error.ts';
import type { Survivor } from './results.ts';

/** Kinds of reasons, and what each says. */
export const KINDS = {
  equivalent: 'Nothing behaves otherwise: no test can see it.',
  choice: 'The specification leaves the choice, and the mutant makes another admissible one.',
  invisible: 'Only speed or memory differ, or a text for people: nothing that the protocol promises.',
  guard:
    'Refuses what a caller of the library may do wrong, or data that no schedule can make. Unit tests see it.',
  rare: 'A property should see it in the situation that is told, by reading and not by a run: these schedules did not come there, or not often enough.',
  gap: 'No property or attack shows it: what would is said.',
} as const;

export type Kind = keyof typeof KINDS;

const kinds = Object.keys(KINDS) as [Kind, ...Kind[]];

const schema = z.array(
  z.strictObject({
    kind: z.enum(kinds),
    reason: z.string().min(10),
    survivors: z.array(z.string()).min(1),
  }),
);

/** One reason, and the ids of those that survive for it. */
export type Reason = z.infer<typeof schema>[number];

/** Reads the reasons. Throws InputError if the file is not a list of them, or gives two for one survivor. */
export function readReasons(file: string): readonly Reason[] {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw inputErrorOf(file, parsed.error.issues);
  const seen = new Set<string>();
  for (const { survivors } of parsed.data)
    for (const id of survivors) {
      if (seen.has(id)) throw new InputError(file, `two reasons for ${id}`);
      seen.add(id);
    }
  return parsed.data;
}

/** Survivors without a reason, and reasons for what does not survive (any more). */
export function unaccounted(
  survivors: readonly Survivor[],
  reasons: readonly Reason[],
): { readonly unexplained: readonly Survivor[]; readonly idle: readonly string[] } {
  const given = new Set(reasons.flatMap((reason) => reason.survivors));
  const ids = new Set(survivors.map(({ id }) => id));
  return {
    unexplained: survivors.filter(({ id }) => !given.has(id)),
    idle: [...given].filter((id) => !ids.has(id)),
  };
}
