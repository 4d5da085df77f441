/** What monitors know of the kit's own subjects, by their ids: for those who look at a run once it is over. */
import { MUTANT_PREFIX } from './harness.ts';
import type { SubjectFacts } from './monitors/judge.ts';
import { findMutant } from './mutants.ts';
import { flatFacts, prototypeFacts } from './prototype/subject.ts';
import { modelFacts } from './subjects/model.ts';
import { referenceFacts, referenceSubject } from './subjects/reference.ts';

/** The facts of a subject of the kit; undefined if there is none of this id. */
export function factsFor(id: string): SubjectFacts<unknown> | undefined {
  const known = [modelFacts, prototypeFacts, flatFacts].find((facts) => facts.id === id);
  if (known !== undefined) return known;
  const isMutant = id.startsWith(MUTANT_PREFIX) && findMutant(id.slice(MUTANT_PREFIX.length)) !== undefined;
  return id === referenceSubject.id || isMutant ? referenceFacts(id) : undefined;
}
