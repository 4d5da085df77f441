/** The command as a process: what it prints where, and its exit status. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function psl(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-main-'));
  writeFileSync(join(folder, 'trace.txt'), 'SET a b\nGET\n');
  writeFileSync(join(folder, 'newer.json'), '{"format":"psl-verify/counterexample","version":3}');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.concurrent('psl-verify', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['chek'], /unknown command 'chek' \(Did you mean check\?\)/],
    ['no command', [], /which command/],
    ['an unknown option', ['check', '--property-id', 'x'], /unknown option '--property-id'/],
    ['an unknown property', ['check', '--property', 'edge-onec'], /--property: .*did you mean edge-once/],
    ['an unknown mutant', ['check', '--subject', 'mutant:none'], /--subject: unknown mutant "mutant:none"/],
    ['a missing file', ['replay', 'none.json'], /none\.json: no such file/],
    ['another version', ['replay', 'NEWER'], /newer\.json: version: .* not 3/],
    ['a malformed trace line', ['check', '--workload', 'TRACE'], /trace\.txt:2: expected a key, got none/],
    ['a K of 1', ['check', '--k', '1'], /--k: expected a whole number from 2/],
    ['zero clients', ['check', '--clients', '0'], /--clients: expected a whole number from 1/],
  ])('%s: exit 2, one line on stderr, nothing on stdout', async (_, args, message) => {
    const files: Readonly<Record<string, string>> = { NEWER: 'newer.json', TRACE: 'trace.txt' };
    const ended = await psl(
      ...args.map((arg) => (files[arg] === undefined ? arg : join(folder, files[arg]))),
    );
    expect(ended.status).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(/^psl-verify: [^\n]*\n$/);
  });

  test.each([
    [['--help']],
    [['check', '--help']],
    [['replay', '--help']],
    [['explain', '--help']],
    [['diagrams', '--help']],
    [['scale', '--help']],
    [['list', '--help']],
    [['bench', '--help']],
  ])('%j shows examples and exits 0', async (args) => {
    const ended = await psl(...args);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toMatch(/\nExamples:\n {2}psl-verify /);
  });

  test('an option after a command of bench is of that command', async () => {
    const ended = await psl('bench', 'shortest', '--mutant', 'forwards-twice', '--schedules', '2', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({ command: 'bench shortest', schedules: 2 });
  });

  test('check --json prints one object on stdout', async () => {
    const args = [
      '--runs',
      '4',
      '--workers',
      '0',
      '--subject',
      'model',
      '--property',
      'tree-shape',
      '--json',
    ];
    const ended = await psl('check', ...args, '--out', folder);
    expect(ended.status).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ command: 'check', subject: 'model', runs: 4 });
  });
});
