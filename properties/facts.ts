/** What monitors know of the kit's own subjects, by their ids: for those who look at a run once it is over. */
import { MUTANT_PREFIX } from './harness.ts';
import type { SubjectFacts } from './monitors/judge.ts';
import { findMutant } from './mutants.ts';
import { flatFacts, flatSubject, prototypeFacts, prototypeSubject } from './prototype/subject.ts';
import { modelFacts, modelSubject } from './subjects/model.ts';
import { referenceFacts, referenceSubject } from './subjects/reference.ts';

/** The facts of a subject of the kit; undefined if there is none of this id. */
export function factsFor(id: string): SubjectFacts<unknown> | undefined {
  if (id === modelSubject.id) return modelFacts;
  if (id === prototypeSubject.id) return prototypeFacts;
  if (id === flatSubject.id) return flatFacts;
  const isMutant = id.startsWith(MUTANT_PREFIX) && findMutant(id.slice(MUTANT_PREFIX.length)) !== undefined;
  return id === referenceSubject.id || isMutant ? referenceFacts(id) : undefined;
}
