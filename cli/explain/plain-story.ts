/** A story as plain data, for `--json`: no marks of terms, no maps, no steps that nobody tells. */
import type { Story } from './story.ts';
import { bare } from './terms.ts';

/** The fields of the JSON object. */
export function plainStory(story: Story): Readonly<Record<string, unknown>> {
  const { file, subject, property, verdict, scenario, tree, moves, telling, nearest, reference } = story;
  return plain({
    file,
    subject: subject.id,
    property: property.id,
    statement: property.statement,
    verdict,
    message: telling.violation?.message ?? null,
    node: telling.violation?.node ?? null,
    nodes: scenario.nodes,
    k: scenario.parameters.k,
    tree: { version: tree.version, parents: Object.fromEntries(tree.parents), pending: tree.pending },
    moves,
    story: telling.beats,
    reference: reference === undefined ? null : { partsAtMs: reference.partsMs, story: reference.beats },
    nearest:
      nearest === undefined
        ? null
        : {
            changes: nearest.changes,
            difference: nearest.difference ?? null,
            moves: nearest.moves,
            partsAtMs: nearest.telling.run.steps[nearest.partsAt]?.nowMs ?? null,
            story: nearest.telling.beats,
          },
  }) as Readonly<Record<string, unknown>>;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return bare(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
