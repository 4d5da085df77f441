/** Pages with a part that a command measures. */

/** The page with the part that `psl-verify COMMAND` measures made anew; a page that has none gets it at its end. */
export function withMeasured(page: string, measured: string, command: string): string {
  const opening = `<!-- measured by psl-verify ${command} -->`;
  const closing = '<!-- end of what was measured -->';
  const begin = page.indexOf(opening);
  const end = page.indexOf(closing, begin);
  const part = `${opening}\n\n${measured}\n${closing}`;
  if (begin < 0 || end < 0) return `${page === '' ? '' : `${page.trimEnd()}\n\n`}${part}\n`;
  return page.slice(0, begin) + part + page.slice(end + closing.length);
}
