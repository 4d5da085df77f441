/** The commands on subjects that are none of the kit's: modules, named by their paths. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isSubjectPath, subjectPathOf } from '../properties/own-subject.ts';
import { check, type CheckOptions } from './check.ts';
import { explain } from './explain.ts';
import { contextOf } from './fake-kit.test-helper.ts';
import { loadKit } from './kit.ts';
import { replay } from './replay.ts';
import { shrink } from './shrink.ts';

const CAREFUL = './examples/careful-hub.ts';
const CARELESS = './examples/careless-hub.ts';

const folder = mkdtempSync(join(tmpdir(), 'psl-own-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a module of somebody's and returns its path. */
function moduleOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const kit = await loadKit();

async function checked(subject: string, options: Partial<CheckOptions> = {}) {
  const context = contextOf(kit);
  const call = { subject, scenario: 'flat', runs: '8', seed: '1', workers: '0', out: join(folder, 'found') };
  const status = await check(context, { ...call, ...options });
  return { status, out: context.terminal.stdout() };
}

describe('paths', () => {
  test.each(['./a.js', '../a', '/a/b', 'a.mjs', 'a/b.ts', 'a.cjs'])('%s names a module', (text) => {
    expect(isSubjectPath(text)).toBe(true);
  });

  test('no subject of the kit looks like one', () => {
    const ids = [...kit.subjects.map(({ id }) => id), ...kit.mutants.map(({ id }) => `mutant:${id}`)];
    expect(ids.filter(isSubjectPath)).toEqual([]);
  });

  test('are written alike, however they are said', () => {
    for (const text of ['examples/a.ts', './examples/a.ts', 'examples/../examples/a.ts'])
      expect(subjectPathOf(text)).toBe('./examples/a.ts');
    expect(subjectPathOf('../a.js')).toBe('../a.js');
    expect(subjectPathOf('/a.js')).toBe('/a.js');
  });
});

describe('the commands', () => {
  test('one that holds is judged by what it claims', async () => {
    const { status, out } = await checked(CAREFUL, { json: true });
    expect(status).toBe(0);
    const { subject, properties } = JSON.parse(out) as {
      readonly subject: string;
      readonly properties: readonly { readonly id: string; readonly verdict: string }[];
    };
    expect(subject).toBe(CAREFUL);
    expect(properties.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'authentic-delivery holds',
      'chain-integrity holds',
      'enclave-economy holds',
    ]);
  });

  test('what is found names the module, and is found again, told, shrunk, and passes elsewhere', async () => {
    const found = join(folder, 'careless');
    expect((await checked(CARELESS, { out: found, property: ['chain-integrity'] })).status).toBe(1);
    const [name = ''] = readdirSync(found);
    const file = join(found, name);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ subject: CARELESS });

    expect(await replay(contextOf(kit), [file], {})).toBe(0);
    expect(await replay(contextOf(kit), [file], { subject: CAREFUL })).toBe(0);
    // On itself it breaks, however its path is said.
    expect(await replay(contextOf(kit), [file], { subject: CARELESS.slice(2) })).toBe(0);

    const context = contextOf(kit);
    expect(await explain(context, file, {})).toBe(0);
    expect(context.terminal.stdout()).toContain(`chain-integrity is broken on ${CARELESS}`);
    expect(context.terminal.stdout()).toMatch(/C gets record c\d\/1#\d from c\d a second time/);
    // It claims to keep to no statechart.
    expect(context.terminal.stdout()).not.toMatch(/[Bb]y its statechart/);

    const out = join(folder, 'smaller.json');
    expect(await shrink(contextOf(kit), file, { executions: '500', seconds: '20', out })).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ subject: CARELESS });
  });

  test('a file that was written without the command is found again where the module is said', async () => {
    const found = join(folder, 'library');
    await checked(CARELESS, { out: found, property: ['chain-integrity'] });
    const [name = ''] = readdirSync(found);
    const text = readFileSync(join(found, name), 'utf8').replace(JSON.stringify(CARELESS), '"hub"');
    const file = join(folder, 'hub.json');
    writeFileSync(file, text);
    const context = contextOf(kit);
    expect(await replay(context, [file], { subject: CARELESS, json: true })).toBe(0);
    expect(JSON.parse(context.terminal.stdout())).toMatchObject({
      files: [{ subject: CARELESS, expected: 'violated', got: 'violated' }],
    });
    await expect(replay(contextOf(kit), [file], {})).rejects.toThrow(
      `${file}: subject: unknown subject "hub"; psl-verify list shows all, if it is your own, say --subject PATH, or write the path of its module here (docs/your-own-subject.md)`,
    );
  });
});

/** A harness without readers, facts or monitors of the kit: its own property breaks at the second command. */
const BARE = `
const property = {
  id: 'asked-once', kind: 'safety', statement: 'Nobody is asked twice.', source: 'this test',
  monitor: () => {
    let asked = 0;
    return {
      property: 'asked-once',
      get exercised() { return asked; },
      observe(step) {
        if (step.kind !== 'reaction' || step.input.kind !== 'command') return undefined;
        asked += 1;
        if (asked < 2) return undefined;
        return { property: 'asked-once', message: step.node + ' was asked again', step: step.index, node: step.node, verdict: 'violated' };
      },
    };
  },
};
class Bare {
  #title = 'with a private field';
  id = 'bare';
  get title() { return this.#title; }
  spawn(scenario, node) {
    return { handle(input, emit) { if (input.kind === 'command' && node !== 'C') emit({ kind: 'send', to: 'C', frame: 'hello' }); } };
  }
  kindOf(frame) { return this.#title === '' ? '' : frame; }
  bytesOf(frame) { return new TextEncoder().encode(frame); }
}
export const harness = {
  subject: new Bare(),
  properties: [property],
  capabilities: ['network'],
  workload: () => ({ next: (view, random) => ({ node: random.pick(['c1', 'c2']), command: { type: 'get', key: 'k' } }) }),
  mayCrash: () => false,
  mayLeave: () => false,
};
`;

describe('a subject that nobody can read', () => {
  test('is judged by properties of its own, replayed, and explained as it is', async () => {
    const subject = moduleOf('bare.mjs', BARE);
    const found = join(folder, 'bare');
    const { status, out } = await checked(subject, { out: found });
    expect(status).toBe(1);
    expect(out).toMatch(/^asked-once +violated/m);
    const file = join(found, readdirSync(found)[0] ?? '');
    expect(await replay(contextOf(kit), [file], {})).toBe(0);

    const context = contextOf(kit);
    expect(await explain(context, file, {})).toBe(0);
    const text = context.terminal.stdout();
    expect(text).toContain(`asked-once is broken on ${subject}\nNo story can be told of ${subject}`);
    expect(text).toContain('Nobody is asked twice.');
    expect(text).toMatch(/ 2 {2}The application at c\d asks for k\. Without it asked-once holds\./);
    expect(text).toMatch(/✗ \[move 2\] c\d is asked for \{"type":"get","key":"k"\}: sends c\d>C hello #\d$/m);
    // Steps before the first move are for who wants all.
    expect(text).not.toContain('starts, life 1');
    const all = contextOf(kit);
    await explain(all, file, { all: true });
    expect(all.terminal.stdout()).toContain('c1 starts, life 1, storage fresh: does nothing');

    const html = join(folder, 'bare.html');
    await explain(contextOf(kit), file, { html });
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>[^]*is asked for \{"type":"get"/);
    const json = contextOf(kit);
    await explain(json, file, { json: true });
    expect(JSON.parse(json.terminal.stdout())).toMatchObject({
      property: 'asked-once',
      verdict: 'violated',
      statement: 'Nobody is asked twice.',
    });
  });
});

describe('a call that is wrong', () => {
  const saying = (subject: string, options?: Partial<CheckOptions>) => checked(subject, options);

  test.each<[string, string, RegExp]>([
    ['none.js', 'export const x = 1;', /exports no harness; expected `export const harness = treeHarness\(/],
    ['three.js', 'export const harness = 3;', /three\.js: harness: expected what treeHarness makes$/],
    [
      'half.js',
      'export const harness = { subject: { id: "a", title: "b" } };',
      /half\.js: harness: subject\.spawn: expected a function$/,
    ],
    ['syntax.js', 'export const harness = (', /syntax\.js cannot be loaded: \w*Error: /],
    ['imports.js', 'import "./nothing.js";', /imports\.js cannot be loaded: .*nothing\.js/],
    [
      'throws.js',
      'export const harness = () => { throw new RangeError("capabilities: no") };',
      /throws\.js: harness\(\[\]\) throws: RangeError: capabilities: no/,
    ],
  ])('%s', async (name, text, message) => {
    await expect(saying(moduleOf(name, text))).rejects.toThrow(message);
    await expect(saying(moduleOf(name, text))).rejects.toMatchObject({ name: 'InputError' });
  });

  test('no module, no such property, no such capability', async () => {
    await expect(saying('./nope.js')).rejects.toThrow('--subject: ./nope.js: no such file');
    await expect(saying(folder)).rejects.toThrow('expected a module, this is no file');
    await expect(saying('hub')).rejects.toThrow(
      '--subject: unknown subject "hub"; psl-verify list shows all, your own is named by the path of its module, ./my-subject.js',
    );
    await expect(saying(CAREFUL, { property: ['edge-once'] })).rejects.toThrow(
      'unknown property "edge-once"',
    );
    await expect(saying(CAREFUL, { capability: ['writer'] })).rejects.toThrow(
      `--capability: ${CAREFUL} grants no writer; expected network`,
    );
  });
});
