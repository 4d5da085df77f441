/** What a person got wrong in a call or a file, as opposed to what the kit got wrong. */

/**
 * A bad argument or file. The message is one line, `WHERE: WHAT`, fit to be shown as it is; the command exits 2 on it.
 */
export class InputError extends Error {
  override readonly name: string = 'InputError';
  /** The option, or the file with line or field. */
  readonly where: string;

  constructor(where: string, what: string) {
    super(`${where}: ${what}`.replaceAll(/\s+/g, ' '));
    this.where = where;
  }
}

/** The first issue of a failed zod parse as `FILE: FIELD: what`, structurally typed so that zod stays a detail. */
export function inputErrorOf(
  file: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): InputError {
  const issue = issues[0];
  if (issue === undefined) return new InputError(file, 'not valid');
  const field = issue.path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  return new InputError(field === '' ? file : `${file}: ${field}`, issue.message);
}

/** ` (did you mean X?)` when a known name is close to what was written; empty otherwise. */
export function didYouMean(written: string, known: readonly string[]): string {
  let best: string | undefined;
  // A third of the letters wrong is a typo; more is another word.
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    const distance = name.startsWith(written) && written.length > 2 ? 1 : editDistance(written, name);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best === undefined ? '' : ` (did you mean ${best}?)`;
}

/** Levenshtein distance. Names are short, so the plain table will do. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replace, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
