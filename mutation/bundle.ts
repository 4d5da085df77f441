/**
 * Makes the killer of a project folder. What the subject is made of is mutated; the judge and the adversary have a copy
 * of impl/ of their own that never is, as they have when they judge an implementation from outside. Otherwise a mutant
 * of the codec would change writer, reader and judge at once.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { KILLER_FILE, PACKAGES_FILE, SUITE_FILE } from './files.ts';

/** The one importer from outside impl/ that makes the subject. */
const SUBJECT = join('properties', 'subjects', 'reference.ts');

function judgesCopy(root: string): Plugin {
  const impl = join(root, 'impl') + '/';
  return {
    name: 'judges-copy',
    setup(bundler) {
      bundler.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, importer, namespace }) => {
        const target = resolve(resolveDir, path);
        if (!target.startsWith(impl)) return undefined;
        const isOfJudge =
          namespace === 'judge' || (!importer.startsWith(impl) && importer !== join(root, SUBJECT));
        return isOfJudge ? { path: target, namespace: 'judge' } : undefined;
      });
      bundler.onLoad({ filter: /./, namespace: 'judge' }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        // Where instrumented code asks which mutant is active, and counts what was reached.
        const contents = source
          .replaceAll('__STRYKER_ACTIVE_MUTANT__', '__NO_MUTANT__')
          .replaceAll('__stryker__', '__judge__');
        return { contents, loader: 'ts', resolveDir: dirname(path) };
      });
    },
  };
}

/**
 * Bundles killer and suite, each to a file; packages are left to be imported.
 * @param root folder that has impl/, properties/ and mutation/
 * @param folder gets the files; must see the packages
 * @param plugins come first: tests put a mutant in by hand
 */
export async function bundleKiller(
  root: string,
  folder: string,
  plugins: readonly Plugin[] = [],
): Promise<void> {
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  } as const;
  await build({
    ...common,
    entryPoints: [join(root, 'mutation', 'killer.ts')],
    outfile: join(folder, KILLER_FILE),
    format: 'esm',
  });
  const { metafile } = await build({
    ...common,
    entryPoints: [join(root, 'mutation', 'suite.ts')],
    outfile: join(folder, SUITE_FILE),
    format: 'cjs',
    // Who asks where it stands starts worker threads or reads files, and nothing here does.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(folder, SUITE_FILE)).href) },
    logOverride: { 'empty-import-meta': 'silent' },
    metafile: true,
    plugins: [...plugins, judgesCopy(root)],
  });
  const packages = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  await writeFile(join(folder, PACKAGES_FILE), JSON.stringify([...new Set(packages)]));
}
