/** Results as they are kept while they come: a line of JSON for each mutant. */
import { readFileSync } from 'node:fs';
import type { Mutant, MutantResult } from '@stryker-mutator/api/core';

/** `impl/log.ts` of wherever it was measured. */
export function fileOf(fileName: string): string {
  return /(?:impl|model)\/[^/]+$/.exec(fileName)?.[0] ?? fileName;
}

/** Where a mutant is and what it does: the same in each measurement of the same sources. */
export function placeOf({
  fileName,
  location: { start, end },
  mutatorName,
  replacement,
}: Pick<Mutant, 'fileName' | 'location' | 'mutatorName'> & { readonly replacement?: string }): string {
  const at = [start.line, start.column, end.line, end.column];
  return [fileOf(fileName), ...at, mutatorName, replacement].join(' ');
}

/** Whether nobody killed it. */
export function survived({ status }: MutantResult): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** Whether it was left out because the selection did not have it. */
export function isUnselected({ status }: MutantResult): boolean {
  return status === 'CompileError';
}

/** The mutants that files tell of; of one in several, the last that was judged counts. A last line may be broken off. */
export function readLines(files: readonly string[]): readonly MutantResult[] {
  const mutants = new Map<string, MutantResult>();
  for (const file of files)
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (!line.endsWith('}')) continue;
      const mutant = JSON.parse(line) as MutantResult;
      const place = placeOf(mutant);
      if (!isUnselected(mutant) || !mutants.has(place)) mutants.set(place, mutant);
    }
  return [...mutants.values()];
}
