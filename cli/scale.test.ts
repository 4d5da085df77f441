/** The command: what it prints and refuses; and what docs/scale.md shows is what is simulated. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { simulate, TOPOLOGIES, type Scaled } from '../scale/index.ts';
import { EXIT } from './call.ts';
import { contextOf, fakeKit } from './fake-kit.test-helper.ts';
import { scale, type ScaleOptions, type ScaleWork } from './scale.ts';
import { SCALE_PAGE, SCALE_PLOT, scaleFigures, withScale } from './scale-page.ts';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));
/** What stands still in a test. */
const WORK: ScaleWork = { simulate, cpuMs: () => 0, peakMiB: () => 64 };

async function called(options: ScaleOptions, work = WORK) {
  const context = contextOf(fakeKit([]));
  const status = await scale(context, options, work);
  return { status, stdout: context.terminal.stdout() };
}

/** The real figures with one bound that does not hold. */
const broken: ScaleWork['simulate'] = function* (options) {
  const scaled: Scaled = yield* simulate(options);
  return {
    ...scaled,
    bounds: scaled.bounds.map((bound, at) => (at === 0 ? { ...bound, holds: false } : bound)),
  };
};

const IDS = TOPOLOGIES.map(({ id }) => id);

describe('scale', () => {
  test('one object with --json', async () => {
    const { status, stdout } = await called({ topology: 'tree', k: '4', clients: '20', json: true });
    expect(status).toBe(EXIT.ok);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'scale',
      topology: 'tree',
      k: 4,
      clients: 20,
      routers: 6,
      depth: 3,
      fullestNode: 5,
      totalSends: 26,
      hops: { p50: 5, p99: 5, max: 5 },
      memoryMiB: 64,
      holds: true,
    });
  });

  test('a text with levels, bounds and the fullest node', async () => {
    const { status, stdout } = await called({ topology: 'flat', clients: '20' });
    expect(status).toBe(EXIT.ok);
    expect(stdout).toMatch(/^flat, K = 20: 20 clients, 0 routers, depth 1\n/);
    expect(stdout).toMatch(/^ +0 +1 +19 +1 /m);
    expect(stdout).toMatch(/^root-sends +19 +=\s+19 +yes/m);
    expect(stdout).toMatch(/^fullest node +C: 19 sends, 1 receives/m);
    expect(stdout).toMatch(/20 of 20 answers reached the coordinator$/m);
  });

  test('all topologies in steps, as JSON too', async () => {
    const { status, stdout } = await called({ from: '3', to: '40', k: '2' });
    expect(status).toBe(EXIT.ok);
    expect(stdout).toMatch(
      new RegExp([3, 30, 40].flatMap((size) => IDS.map((id) => ` +${size} +${id} .*`)).join('\\n'), 'm'),
    );
    expect(stdout).toContain('All bounds hold in every row.');
    const json = await called({ to: '10', topology: 'tree', json: true });
    const { rows } = JSON.parse(json.stdout) as { readonly rows: readonly object[] };
    expect(rows).toMatchObject([{ topology: 'tree', clients: 10, routers: 0 }]);
  });

  test('a bound that does not hold: exit 1, and it is said', async () => {
    const one = await called({ clients: '20' }, { ...WORK, simulate: broken });
    expect(one.status).toBe(EXIT.violated);
    expect(one.stdout).toMatch(/^root-load .* NO /m);
    const some = await called({ to: '10' }, { ...WORK, simulate: broken });
    expect(some.status).toBe(EXIT.violated);
    expect(some.stdout).toContain('flat, 10 clients: root-load does not hold');
  });

  test('Ctrl-C ends it with the rows that there are', async () => {
    const aborter = new AbortController();
    const context = { ...contextOf(fakeKit([])), signal: aborter.signal };
    const work: ScaleWork = {
      ...WORK,
      simulate: function* (options) {
        if (options.clients > 10) aborter.abort();
        yield { phase: 'placing', done: 0, total: 1 };
        return yield* simulate(options);
      },
    };
    expect(await scale(context, { topology: 'tree', to: '1000', json: true }, work)).toBe(EXIT.interrupted);
    expect(JSON.parse(context.terminal.stdout())).toMatchObject({
      interrupted: true,
      rows: [{ clients: 10 }],
    });
  });

  test.each<[ScaleOptions, string]>([
    [{ topology: 'treee' }, 'did you mean tree?'],
    [{ k: '1' }, '--k: expected a whole number from 2'],
    [{ clients: '1000001' }, '--clients: expected a whole number from 2 to 1000000'],
    [{ clients: '5', to: '10' }, '--clients: does not go together'],
    [{ from: '100', to: '10' }, '--to: expected at least --from, 100, got 10'],
    [{ out: join(docs, SCALE_PAGE) }, '--out: expected a folder'],
  ])('%j: %s', async (options, message) => {
    await expect(called(options)).rejects.toThrow(message);
  });
});

describe('docs/scale.md', () => {
  const page = readFileSync(join(docs, SCALE_PAGE), 'utf8');
  /** Greater ones take longer than a test should. */
  const MOST = 10_000;

  test('shows what is simulated, up to a million clients', () => {
    const rowsOf = (text: string) =>
      text
        .split('\n')
        .filter((line) => /^\| [\d,]+ +\| [a-z]+ .* hold +\|$/.test(line))
        .map((line) => line.split('|').map((cell) => cell.trim()));
    const shown = rowsOf(page);
    expect(shown.map((cells) => cells.slice(1, 3).join(' '))).toEqual(
      ['10', '100', '1,000', '10,000', '100,000', '1,000,000'].flatMap((size) =>
        IDS.map((id) => `${size} ${id}`),
      ),
    );
    const rows = [10, 100, 1000, MOST].flatMap((clients) =>
      TOPOLOGIES.map((topology) => {
        const work = simulate({ topology, clients, k: 16 });
        for (;;) {
          const turn = work.next();
          if (turn.done === true) return turn.value;
        }
      }),
    );
    const { cells } = scaleFigures(rows);
    expect(shown.slice(0, cells.length).map((row) => row.slice(1, -1))).toEqual(cells);
  });

  test('--out writes every part of it, and the plot', async () => {
    const out = mkdtempSync(join(tmpdir(), 'psl-scale-'));
    await called({ to: '100', out });
    const written = readFileSync(join(out, SCALE_PAGE), 'utf8');
    const partsOf = (text: string) =>
      [...text.matchAll(/^<!-- psl-verify scale: .*$/gm)].map(([part]) => part).sort();
    expect(partsOf(written)).toEqual(partsOf(page));
    expect(withScale(written, [])).not.toBe(written);
    const plot = readFileSync(join(out, SCALE_PLOT), 'utf8');
    expect(plot).toContain('<title');
    // A line per topology in each of six panels, with a mark for each of two sizes, and one in the legend.
    const lines = IDS.length;
    expect(plot.match(/class="line /g)).toHaveLength(lines * 6 + lines);
    expect(plot.match(/class="mark /g)).toHaveLength(lines * 2 * 6 + lines);
    rmSync(out, { recursive: true });
  });
});
