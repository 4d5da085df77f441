/** What monitors know of subjects, by their ids: for those who look at a run once it is over. */
import { harnessFor } from './harness.ts';
import type { SubjectFacts } from './monitors/judge.ts';

/** Why no statechart is beside the nodes of who does not claim to keep to it. */
const NOT_CLAIMED = { conformance: 'it is not claimed' } as const;

/** The facts of a subject of the kit, or of one that was loaded; undefined if there is none of this id, or its harness has none. */
export function factsFor(id: string): SubjectFacts<unknown> | undefined {
  const harness = harnessFor(id);
  const facts = harness?.facts;
  if (facts === undefined || harness?.properties.some((property) => property.id === 'conformance') === true)
    return facts;
  return { ...facts, notApplicable: { ...NOT_CLAIMED, ...facts.notApplicable } };
}
