/**
 * README.md and docs/ say what is so: every command of a fenced block is run and exits as the page says, code is that of
 * examples/ (which run as tests), the counterexample breaks what it says, tables name what there is, links lead somewhere.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute, type Schedule } from '../engine/index.ts';
import { CAPABILITIES, harnessFor, namedScenario, PROPERTIES, type Command } from '../properties/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'docs/diagrams/README.md',
];
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const readme = read('README.md');

/**
 * Searches that take a minute as they are written get fewer runs. Each is in the README, and each search of the README
 * that says no number of runs is here.
 */
const FEWER_RUNS: ReadonlyMap<string, string> = new Map([
  // Enough that no property is vacuous, with some to spare.
  ['npx psl-verify check', '--runs 32'],
  ['npx psl-verify check --k 3 --routers 4 --clients 7 --seed 7 --json', '--runs 8'],
  ['npx psl-verify check --subject model', '--runs 10 --scenario two-levels'],
  ['npx psl-verify check --workload trace.txt', '--runs 10 --scenario two-levels'],
  ['npx psl-verify check --property edge-once --capability network', '--runs 4'],
  ['npx psl-verify check --subject prototype-2021 --seed 1', '--runs 12 --property authentic-delivery'],
  ['npx psl-verify check --subject flat-2021 --seed 1', '--runs 8 --property chain-integrity'],
  ['npx psl-verify check --scenario sharded --runs 40', '--runs 6'],
  ['npx psl-verify check --scenario domains --runs 40', '--runs 6'],
  ['npx psl-verify check --capability writer --capability router --runs 40', '--runs 3'],
  ['npx psl-verify check --capability stolen --capability coordinator --runs 40', '--runs 4'],
  ['npx psl-verify check --subject ./examples/careful-hub.ts --scenario flat --runs 40', '--runs 12'],
  // Found in the first run; the others would be made all the same.
  ['npx psl-verify check --subject mutant:forwards-twice --out found', '--runs 8'],
  ['npx psl-verify check --json > check.json', '--runs 10 --scenario two-levels'],
  ['npx psl-verify mutants --mutant forwards-twice', '--seeds 1 --runs 4'],
  ['npx psl-verify bench search --mutant forwards-twice --seeds 3', '--variant swarm:4'],
  // Not searches: smaller sizes.
  ['npx psl-verify claims --out docs', '--clients 8'],
  ['npx psl-verify exhaust --scenario join --memory 8G --checkpoint join.checkpoint', '--scenario pair'],
  ['npx psl-verify bench shrink --mutant forwards-twice', '--moves 40'],
  ['npx psl-verify scale --topology tree --k 16 --clients 1000000', '--clients 10000'],
  ['npx psl-verify scale --out docs', '--to 1000'],
  // Not a search: the time that each measurement takes.
  ['npx psl-verify bench', '--budget 5'],
]);

/** A command of a fenced block, and the exit status that the page says. */
interface Shown {
  readonly command: string;
  readonly status: number;
}

/** Fenced blocks of a page: language, text, and the comment right before it. */
function blocksOf(page: string) {
  return Array.from(
    page.matchAll(/(?:<!-- ([^\n]*) -->\n\n)?^```(\w*)\n([^]*?)\n```$/gm),
    ([, note = '', language = '', text = '']) => ({ note, language, text }),
  );
}

/** Commands: every line of a `sh` block; lines of a `console` block that begin with `$ `. */
function commandsOf(page: string): readonly Shown[] {
  return blocksOf(page).flatMap(({ language, text }) => {
    if (language !== 'sh' && language !== 'console') return [];
    const lines = text.split('\n');
    const commands =
      language === 'sh'
        ? lines
        : lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice('$ '.length));
    return commands.map((line) => {
      const [command = '', comment = ''] = line.split(/\s+# /);
      return { command: command.trim(), status: Number(/exit status (\d+)/.exec(comment)?.[1] ?? 0) };
    });
  });
}

const shown = pages.flatMap((page) => commandsOf(read(page)));

let folder: string;
/** The kit as it is now, built: sources would be compiled anew for each command. */
let kit: string;
beforeAll(() => {
  kit = mkdtempSync(join(tmpdir(), 'psl-built-'));
  execFileSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', join(kit, 'dist')], {
    cwd: ROOT,
  });
  for (const name of ['package.json', 'cli/page'])
    cpSync(join(ROOT, name), join(kit, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(kit, 'node_modules'));
  // A folder of its own that looks like a checkout, so that what the commands write does not end up in this one.
  folder = mkdtempSync(join(tmpdir(), 'psl-readme-'));
  mkdirSync(join(folder, 'docs'));
  // Examples import the package by its name.
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(kit, join(folder, 'node_modules/psl-verify'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  for (const name of ['counterexamples', 'docs/diagrams', 'examples'])
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const trace = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 2 ? `GET user${index % 7}` : `SET user${index % 7} value${index}`,
  );
  writeFileSync(join(folder, 'trace.txt'), `${trace.join('\n')}\n`);
});
afterAll(() => {
  for (const made of [folder, kit]) rmSync(made, { recursive: true });
});

/** Runs a line in a shell (it may have wildcards), `npx psl-verify` being what was built of this checkout. */
function shell(line: string): Promise<{ readonly status: number | null; readonly output: string }> {
  const psl = `"${process.execPath}" "${join(kit, 'dist/cli/main.js')}"`;
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', line.replace(/^npx psl-verify\b/, psl)], { cwd: folder });
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (output += String(data)));
    child.on('close', (status) => resolve({ status, output }));
  });
}

describe('commands', () => {
  const calls = shown.filter(({ command }) => command.startsWith('npx psl-verify '));
  const others = shown.filter((one) => !calls.includes(one));
  // Each file of counterexamples/ is replayed by properties/counterexamples.test.ts: of replays of one, the first is run here.
  const [firstReplay, ...moreReplays] = calls.filter(({ command }) =>
    /^npx psl-verify replay counterexamples\/[\w-]+\.json$/.test(command),
  );
  const searches = calls.filter((one) => !moreReplays.includes(one));

  test.each(moreReplays.map(({ command, status }) => ({ command, status })))(
    '$command: like the first, of a file that there is',
    ({ command, status }) => {
      expect(status).toBe(firstReplay?.status);
      expect(existsSync(join(ROOT, command.split(' ').at(-1) ?? ''))).toBe(true);
    },
  );

  // One after the other: a replay needs what a search wrote.
  test.each(searches.map(({ command, status }) => [command, status] as const))(
    '%s: exit status %d',
    async (command, status) => {
      const more = FEWER_RUNS.get(command);
      const ended = await shell(more === undefined ? command : `${command} ${more}`);
      expect(ended.status, ended.output).toBe(status);
    },
    600_000,
  );

  test('searches with fewer runs are those of the pages', () => {
    const commands = new Set(searches.map(({ command }) => command));
    expect(Array.from(FEWER_RUNS.keys()).filter((command) => !commands.has(command))).toEqual([]);
    const whole = Array.from(commands).filter(
      (command) => /\bcheck\b(?!.*--(runs|help|check))/.test(command) && !FEWER_RUNS.has(command),
    );
    expect(whole.filter((command) => !command.includes('diagrams'))).toEqual([]);
  });

  // Not run: they would run this test, or the whole search, again.
  test.each(others.map(({ command }) => command))('%s: scripts and packages that there are', (command) => {
    const { scripts, name, dependencies, devDependencies } = JSON.parse(read('package.json')) as {
      readonly name: string;
      readonly scripts: Readonly<Record<string, string>>;
      readonly dependencies: Readonly<Record<string, string>>;
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    for (const part of command.split(' && ')) {
      const [tool, verb = '', ...names] = part.split(' ');
      expect(tool).toBe('npm');
      if (verb === 'ci') expect(existsSync(join(ROOT, 'package-lock.json'))).toBe(true);
      else if (verb === 'test') expect(scripts).toHaveProperty('test');
      else if (verb === 'run') for (const script of names) expect(scripts).toHaveProperty(script);
      else {
        expect(verb).toBe('install');
        expect(Object.keys({ [name]: '', ...dependencies, ...devDependencies })).toEqual(
          expect.arrayContaining(names),
        );
      }
    }
  });

  test('the table of the README has every property, and they hold', () => {
    const rows = readme.match(/^[a-z-]+ +holds +[\d,]+ +[\d,]+.*$/gm) ?? [];
    expect(rows.map((row) => row.split(' ')[0])).toEqual(PROPERTIES.map(({ id }) => id));
    expect(readme).toContain(`violations of ${PROPERTIES.length} properties`);
  });
});

describe('code', () => {
  const code = pages.flatMap((page) =>
    blocksOf(read(page))
      .filter(({ language }) => language === 'ts')
      .map(({ note, text }) => ({ page, note, text })),
  );

  test.each(code)('$page: $note', ({ note, text }) => {
    const file = /^file: (examples\/\S+)$/.exec(note)?.[1];
    expect(file, 'code of a page comes from a file: <!-- file: examples/NAME.ts -->').toBeDefined();
    expect(text).toBe(read(file ?? '').trimEnd());
  });

  test('every example is shown', () => {
    const files = readdirSync(join(ROOT, 'examples')).map((name) => `file: examples/${name}`);
    expect(code.map(({ note }) => note)).toEqual(expect.arrayContaining(files));
  });

  test('the counterexample of the README breaks what it says, and the reference does not', () => {
    const text = blocksOf(readme).find(({ note }) => note === 'counterexample')?.text ?? '';
    const { subject, property, violation, scenario, moves } = JSON.parse(text) as {
      readonly subject: string;
      readonly property: string;
      readonly violation: object;
      readonly scenario: { readonly name: string };
      readonly moves: Schedule<Command>;
    };
    const system = namedScenario(scenario.name);
    const broken = harnessFor(subject);
    const reference = harnessFor('reference');
    if (system === undefined || broken === undefined || reference === undefined)
      throw new Error('the README names a subject or scenario that there is not');
    expect(system).toMatchObject(scenario);
    expect(execute(broken, system, moves).violations).toContainEqual(
      expect.objectContaining({ property, ...violation }),
    );
    expect(execute(reference, system, moves).violations).toEqual([]);
  });
});

describe('the page for subjects of others', () => {
  const page = read('docs/your-own-subject.md');
  /** Code words in the first cells of the table that has this heading. */
  const rowsOf = (heading: string): readonly string[] => {
    const [, table = ''] =
      new RegExp(`^\\| ${heading} +\\|.*\\n\\|[-| ]+\\n((?:\\|.*\\n)+)`, 'm').exec(page) ?? [];
    return table
      .trimEnd()
      .split('\n')
      .flatMap((row) =>
        Array.from((row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g), ([, word = '']) => word),
      );
  };

  test('says of every property what it needs, and of every capability', () => {
    expect(rowsOf('property').toSorted()).toEqual(PROPERTIES.map(({ id }) => id).toSorted());
    expect(rowsOf('capability')).toEqual(CAPABILITIES.map(({ id }) => id));
  });

  test('tells every report that a property needs', () => {
    const told = rowsOf('report');
    const [, table = ''] = /^\| property [^]*?\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const needed = table
      .split('\n')
      .flatMap((row) =>
        Array.from((row.split(' | ')[1] ?? '').matchAll(/`([a-z-]+)`/g), ([, word = '']) => word),
      );
    const fields = ['evidence', 'hash', 'timestamp', 'interest', 'writes'];
    expect(needed.length).toBeGreaterThan(20);
    expect(needed.filter((word) => !fields.includes(word) && !told.includes(word))).toEqual([]);
  });
});

describe('links', () => {
  /** A heading's anchor, as GitHub makes it. */
  const anchorOf = (heading: string): string =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
  const withoutCode = (page: string): string => page.replaceAll(/^```[^]*?^```$/gm, '');
  const anchorsOf = (file: string): readonly string[] =>
    Array.from(withoutCode(read(file)).matchAll(/^#+ (.*)$/gm), ([, heading = '']) => anchorOf(heading));

  test.each(pages)('%s', (page) => {
    const targets = Array.from(withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, to = '']) => to);
    const dead = targets.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(file).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test('the README leads to every page', () => {
    for (const page of pages) if (page !== 'README.md') expect(readme).toContain(`](${page}`);
  });
});
