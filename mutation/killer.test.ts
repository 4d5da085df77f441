import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { afterEach, describe, expect, test } from 'vitest';
import { bundleKiller } from './bundle.ts';
import { KILLER_FILE } from './files.ts';
import type { Line, Question } from './killer.ts';
import { SCHEDULES } from './schedules.ts';

const ROOT = dirname(import.meta.dirname);
const FIRST = SCHEDULES.slice(0, 3).map(({ id }) => id);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Puts a mutant into a file of the subject, switched on as StrykerJS does it. */
function mutant(file: string, from: string, to: (active: string) => string): Plugin {
  const path = join(ROOT, file);
  return {
    name: 'mutant',
    setup(bundler) {
      bundler.onLoad({ filter: /./, namespace: 'file' }, (args) => {
        if (args.path !== path) return undefined;
        const source = readFileSync(path, 'utf8');
        if (!source.includes(from)) throw new Error(`${file} has no ${from}`);
        return {
          contents: source.replace(from, to(`globalThis.__stryker__.activeMutant === '1'`)),
          loader: 'ts',
        };
      });
    },
  };
}

/** A killer in a process of its own; asks it one question after the other. */
async function killerWith(...plugins: Plugin[]): Promise<(question: Question) => Promise<Line[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'psl-killer-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await bundleKiller(ROOT, folder, plugins);
  const child = fork(join(folder, KILLER_FILE), [], { cwd: folder, execArgv: [] });
  ends.push(() => {
    child.kill();
    rmSync(folder, { recursive: true });
  });
  await new Promise((resolve) => child.once('message', resolve));
  return (question) =>
    new Promise((resolve) => {
      const lines: Line[] = [];
      const take = (message: unknown): void => {
        const line = message as Line;
        lines.push(line);
        if (line.kind === 'held') return;
        child.off('message', take);
        resolve(lines);
      };
      child.on('message', take);
      child.send(question);
    });
}

const kinds = (lines: readonly Line[]): string[] => lines.map(({ kind }) => kind);

describe('the killer', () => {
  test('finds nothing where nothing is wrong', async () => {
    const ask = await killerWith();
    const lines = await ask({ mutant: undefined, schedules: FIRST });
    expect(lines.at(-1)).toMatchObject({ kind: 'done' });
    expect(kinds(lines)).toEqual(['held', 'held', 'held', 'done']);
  });

  test('kills a mutant by its property, and the next one starts with empty caches', async () => {
    // In a function that remembers its results by content.
    const ask = await killerWith(
      mutant(
        'impl/crypto.ts',
        'hashes.get(contentKey(data), () => nobleSha256(data))',
        (active) => `hashes.get(contentKey(data), () => nobleSha256(${active} ? data.slice(1) : data))`,
      ),
    );
    const guilty = await ask({ mutant: '1', schedules: FIRST });
    expect(guilty.at(-1)).toMatchObject({ kind: 'killed', by: expect.any(String) });
    const innocent = await ask({ mutant: '2', schedules: FIRST });
    expect(kinds(innocent)).toEqual(['held', 'held', 'held', 'done']);
    expect(await ask({ mutant: '1', schedules: FIRST })).toEqual(guilty);
  });

  test('sees a mutant in what is computed when a module loads', async () => {
    const ask = await killerWith(
      mutant(
        'impl/shapes.ts',
        'export const HASH_BYTES = 32',
        (active) => `export const HASH_BYTES = ${active} ? 31 : 32`,
      ),
    );
    expect((await ask({ mutant: '1', schedules: FIRST })).at(-1)?.kind).toBe('killed');
    expect((await ask({ mutant: '2', schedules: FIRST })).at(-1)?.kind).toBe('done');
  });

  test('judges with a codec of its own: one that is wrong in the same way at all nodes is seen', async () => {
    const ask = await killerWith(
      mutant(
        'impl/codec.ts',
        `encode(['psl/link/1',`,
        (active) => `encode([${active} ? 'psl/link/2' : 'psl/link/1',`,
      ),
    );
    expect((await ask({ mutant: '1', schedules: FIRST })).at(-1)?.kind).toBe('killed');
    expect((await ask({ mutant: '2', schedules: FIRST })).at(-1)?.kind).toBe('done');
  });

  test('says when a mutant breaks the suite itself', async () => {
    const ask = await killerWith(
      mutant(
        'impl/shapes.ts',
        'const positive = integer(1);',
        (active) => `const positive = ${active} ? null.x : integer(1);`,
      ),
    );
    expect(await ask({ mutant: '1', schedules: FIRST })).toEqual([
      { kind: 'threw', schedule: undefined, message: expect.stringContaining('TypeError') },
    ]);
  });
});
