/**
 * House rules that no compiler knows: determinism, import directions, size and names of files. The linter says the
 * import rules too, where an editor shows them; this is the net below it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_LINES = 400;
const MAX_FOLDERS = 2;

/** What the files of a folder may import: packages, and other folders of the project. */
const MAY_IMPORT: Readonly<Record<string, { packages: RegExp; folders: readonly string[] }>> = {
  model: { packages: /^xstate$/, folders: [] },
  impl: { packages: /^(@noble\/|cborg)/, folders: [] },
  engine: { packages: /^(fast-check$|node:)/, folders: [] },
  properties: {
    packages: /^(xstate$|@noble\/|cborg|fast-check$|zod$|node:)/,
    folders: ['model', 'impl', 'engine'],
  },
  bench: { packages: /./, folders: ['model', 'impl', 'engine', 'properties'] },
  scale: { packages: /(?!)/, folders: ['impl', 'properties'] },
  cli: { packages: /./, folders: ['model', 'impl', 'engine', 'properties', 'bench', 'scale'] },
  mutation: { packages: /./, folders: ['model', 'impl', 'engine', 'properties'] },
};

/** Chance and clocks: everything that makes two runs of one schedule differ. */
const NOT_DETERMINISTIC =
  /\bMath\.random\b|\bDate\.now\b|\bnew Date\b|\bperformance\.now\b|\bhrtime\b|\bset(Timeout|Interval|Immediate)\b|\brandom(Bytes|UUID|Int)\b|\bgetRandomValues\b/;
/** The campaign is handed a clock and workers; it decides when to stop and never what a run does. */
const MAY_KNOW_TIME = /^engine\/(campaign|pool|worker)[a-z-]*\.ts$/;

// Files that git knows or would take: the rules hold before the commit.
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
const sources = files.filter((file) => file.endsWith('.ts'));
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
/** The code without comments, so that comments may name what is banned. Good enough: strings may lose a `//` tail. */
const code = (file: string): string => text(file).replaceAll(/\/\*[^]*?\*\/|(?<![:'"`])\/\/.*$/gm, '');
const isTest = (file: string): boolean => /\.test(-helper)?\.ts$/.test(file);
const importsOf = (file: string): string[] =>
  [...code(file).matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'([\w.@][\w.@:/-]*)'/g)].map(
    (match) => match[1] ?? '',
  );

describe('tidy', () => {
  test('the rules see the project', () => {
    expect(sources.length).toBeGreaterThan(10);
  });

  test('no chance and no clock where runs must repeat', () => {
    const offenders = sources
      .filter(
        (file) =>
          /^(model|impl|engine|properties|scale)\//.test(file) && !isTest(file) && !MAY_KNOW_TIME.test(file),
      )
      .flatMap((file) => {
        const found = NOT_DETERMINISTIC.exec(code(file));
        return found === null ? [] : [`${file}: ${found[0]}`];
      });
    expect(offenders).toEqual([]);
  });

  test('imports go in one direction', () => {
    const offenders: string[] = [];
    for (const file of sources) {
      const folder = file.split('/')[0] ?? '';
      const allowed = MAY_IMPORT[folder];
      for (const specifier of importsOf(file)) {
        const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined;
        if (target?.endsWith('.test.ts') === true) offenders.push(`${file}: ${specifier} is a test`);
        if (target?.startsWith('cli/') && folder !== 'cli')
          offenders.push(`${file}: ${specifier} is the command`);
        if (allowed === undefined || isTest(file)) continue;
        if (target === undefined) {
          if (!allowed.packages.test(specifier)) offenders.push(`${file}: ${specifier}`);
        } else {
          const into = target.split('/')[0] ?? '';
          if (into !== folder && !allowed.folders.includes(into)) offenders.push(`${file}: ${specifier}`);
        }
      }
    }
    expect(offenders).toEqual([]);
  });

  test('files are short, folders shallow, names kebab-case', () => {
    const offenders: string[] = [];
    for (const file of sources) {
      const lines = text(file).split('\n').length - 1;
      if (lines > MAX_LINES) offenders.push(`${file}: ${lines} lines, at most ${MAX_LINES}`);
      if (file.split('/').length - 1 > MAX_FOLDERS)
        offenders.push(`${file}: more than ${MAX_FOLDERS} folders deep`);
      if (!/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.[a-z-]+)*\.ts$/.test(file))
        offenders.push(`${file}: not kebab-case`);
    }
    expect(offenders).toEqual([]);
  });

  test('the project names no place outside itself', () => {
    // Put together, so that this file does not find itself.
    const outside = new RegExp(['\\.\\./', 'shared|/', 'work/'].join(''));
    const offenders = files
      // CI may offer what lies beside a checkout, and needs none of it.
      .filter((file) => !file.startsWith('.ci/') && file !== 'package-lock.json')
      .filter((file) => outside.test(text(file)));
    expect(offenders).toEqual([]);
  });
});
