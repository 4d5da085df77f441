/**
 * What `npm pack` makes works for somebody who has nothing of this checkout: the command, the types, and the Arbitrary and
 * monitors inside their own vitest. Built into a folder of its own, so that no other test sees a half-written dist/.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const PACKED = ['package.json', 'LICENSE', 'README.md', 'cli/page', 'docs', 'examples', 'counterexamples'];

/** Somebody's test: the reference holds, a mutant does not, and fast-check says how to replay it. */
const THEIR_TEST = `
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { holds, runs } from 'psl-verify/engine';
import { harnessFor, MUTANTS, scenarioOf } from 'psl-verify/properties';

const scenario = scenarioOf({ k: 2, routers: 1, clients: 2 });
const check = (subject: string, numRuns: number): void => {
  const harness = harnessFor(subject);
  if (harness === undefined) throw new Error('no ' + subject);
  const strategy = { moves: 20, capabilities: ['network' as const] };
  fc.assert(fc.property(runs(harness, { scenario, strategy }), (run) => holds(run)), { numRuns, seed: 1, endOnFailure: true });
};

test('the reference holds', () => check('reference', 5));
test('a mutant is found', () => {
  expect(MUTANTS.length).toBeGreaterThan(0);
  expect(() => check('mutant:forwards-twice', 200)).toThrow(/seed: 1/);
});
`;

let folder: string;
let theirs: string;

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    // The runner's own variables are none of theirs.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'psl-pack-'));
  const built = join(folder, 'package');
  run(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', join(built, 'dist')], ROOT);
  for (const name of PACKED)
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(built, name), { recursive: true });
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], built);
  theirs = join(folder, 'theirs');
  cpSync(join(folder, 'psl-verify-0.1.0.tgz'), join(theirs, 'kit.tgz'));
  writeFileSync(join(theirs, 'package.json'), '{ "private": true, "type": "module" }');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quiet, './kit.tgz', 'vitest@4.1', 'fast-check@4.10'], theirs);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the command runs, and finds its workers', () => {
  const listed = JSON.parse(run('npx', ['psl-verify', 'list', '--json'], theirs)) as { subjects: unknown[] };
  expect(listed.subjects.length).toBeGreaterThan(0);
  const args = ['psl-verify', 'check', '--runs', '16', '--workers', '1', '--json', '--subject', 'model'];
  const property = ['--property', 'tree-shape', '--capability', 'network'];
  const checked: unknown = JSON.parse(run('npx', [...args, ...property], theirs));
  expect(checked).toMatchObject({
    command: 'check',
    runs: 16,
    properties: [{ id: 'tree-shape', verdict: 'holds' }],
  });
}, 120_000);

test('explain finds what its page is made of', () => {
  const [file = ''] = readdirSync(join(ROOT, 'counterexamples')).filter((name) =>
    name.includes('seals-nothing'),
  );
  const path = join('node_modules/psl-verify/counterexamples', file);
  run('npx', ['psl-verify', 'explain', path, '--html', 'story.html'], theirs);
  expect(readFileSync(join(theirs, 'story.html'), 'utf8')).toMatch(/class SpaceTime[^]*<\/html>/);
}, 120_000);

test('the Arbitrary and the monitors work in their vitest', () => {
  writeFileSync(join(theirs, 'theirs.test.ts'), THEIR_TEST);
  expect(run('npx', ['vitest', 'run'], theirs)).toMatch(/Tests {2}2 passed/);
}, 120_000);

test('the examples of the docs run as they are', () => {
  cpSync(join(theirs, 'node_modules/psl-verify/examples'), join(theirs, 'examples'), { recursive: true });
  expect(run('npx', ['vitest', 'run', 'examples'], theirs)).toMatch(/Test Files {2}3 passed/);
}, 300_000);

test('the types are found', () => {
  const options = {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    noEmit: true,
    types: [],
    skipLibCheck: true,
  };
  const tsconfig = { compilerOptions: options, files: ['types.ts'] };
  writeFileSync(join(theirs, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(
    join(theirs, 'types.ts'),
    `import { execute, type Run } from 'psl-verify/engine';
import { DEFAULT_PARAMETERS, routerMachine } from 'psl-verify/model';
import { scenarioOf, type TreeScenario } from 'psl-verify/properties';
import * as impl from 'psl-verify/impl';
export const scenario: TreeScenario = scenarioOf({ k: DEFAULT_PARAMETERS.k, routers: 1, clients: 2 });
export const id: 'router' = routerMachine(DEFAULT_PARAMETERS, 'r1').id as 'router';
export const steps = (run: Run<unknown, unknown, unknown, TreeScenario>): number => run.steps;
// @ts-expect-error a number is no scenario: the types are not any
export const wrong = execute(impl as never, 1, []).steps satisfies string;
`,
  );
  expect(run(process.execPath, [TSC, '-p', '.'], theirs)).toBe('');
}, 120_000);
