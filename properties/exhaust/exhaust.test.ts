import { describe, expect, it } from 'vitest';
import { checkpointOf, CheckpointError, reading } from '../../engine/exhaust/checkpoint.ts';
import { eagerFlaws } from '../../engine/exhaust/flaws.ts';
import { pathTo } from '../../engine/exhaust/path.ts';
import { Search } from '../../engine/exhaust/search.ts';
import { execute } from '../../engine/index.ts';
import { FORGED } from '../adversary/forge.ts';
import { harnessFor } from '../harness.ts';
import { counterexampleOf, parseCounterexample, printCounterexample } from '../counterexample.ts';
import { compose } from './compose.ts';
import { coveringSchedules } from './cover.ts';
import { ScopeSearch } from './run.ts';
import { scheduleOf } from './schedule.ts';
import { findScope, SCOPES, type Scope } from './scopes.ts';
import { statementOf } from './statement.ts';

function scopeNamed(name: string, less: Partial<Scope> = {}): Scope {
  const scope = findScope(name);
  if (scope === undefined) throw new Error(`there is no scope ${name}`);
  return { ...scope, ...less };
}

const PAIR = scopeNamed('pair', { repeats: 0 });
const SMALL = scopeNamed('pair', { repeats: 0, epochs: 0 });

async function ended(search: ScopeSearch): Promise<ScopeSearch> {
  while (await search.advance(10_000));
  return search;
}

/** A search to its end, for tests that only look at it. */
const SMALL_WHOLE = await ended(new ScopeSearch(SMALL));

describe('a small scope', () => {
  it('holds, whole, and what is given up is said', () => {
    const search = SMALL_WHOLE;
    expect(search.verdict).toEqual({ verdict: 'holds' });
    expect(search.storm.progress.frontier).toBe(0);
    expect(search.calm?.progress.states).toBeGreaterThan(0);
    expect(statementOf(SMALL)).toContain('1 coordinator, no router, 2 clients, K = 2');
  });

  it('holds without reductions, in more states', async () => {
    const off = await ended(new ScopeSearch(SMALL, { reductions: [] }));
    expect(off.verdict).toEqual({ verdict: 'holds' });
    const on = SMALL_WHOLE;
    expect(off.storm.progress.states).toBeGreaterThan(on.storm.progress.states);
  });

  it('declares nothing eager that is not', () => {
    const few = { epochs: 0, losses: 0, repeats: 0 };
    const formed = { scenario: PAIR.scenario, late: [] };
    for (const scope of [
      scopeNamed('pair', few),
      scopeNamed('pair', { ...few, puts: 0, late: ['c2'] }),
      scopeNamed('router-crash', { ...few, puts: 0 }),
      scopeNamed('coordinator-crash', { puts: 0, late: [] }),
      scopeNamed('coordinator-crash', formed),
      scopeNamed('client-crash', { epochs: 0, puts: 1 }),
      scopeNamed('pair', { ...few, puts: 0, late: ['c2'], replays: 1 }),
      scopeNamed('shards', { epochs: 0, losses: 0, puts: 0 }),
    ]) {
      const search = new Search(compose(scope, 'storm'));
      search.run();
      expect(eagerFlaws(search)).toEqual([]);
    }
  });

  it('is not covered when memory is used up', async () => {
    const search = await ended(new ScopeSearch(PAIR, { maxBytes: 300_000 }));
    expect(search.verdict).toMatchObject({ verdict: 'incomplete', phase: 'storm', why: { kind: 'memory' } });
  });

  it('is not covered when a node has too many local states', async () => {
    const search = await ended(new ScopeSearch(PAIR, { maxLocals: 50 }));
    expect(search.verdict).toEqual({
      verdict: 'incomplete',
      phase: 'storm',
      depth: search.storm.progress.depth,
      why: { kind: 'tables', text: 'C has more than 50 local states' },
    });
  });
});

describe('a checkpoint', () => {
  it('goes on to the same end', async () => {
    const begun = new ScopeSearch(SMALL);
    await begun.advance(20);
    expect(begun.phase).toBe('storm');
    const bytes = Buffer.concat([...checkpointOf(begun.storm, begun.subject)]);
    const resumed = new ScopeSearch(SMALL);
    await resumed.resume(reading(bytes));
    expect(resumed.storm.progress.states).toBe(begun.storm.progress.states);
    await ended(resumed);
    const whole = SMALL_WHOLE;
    const { asked: _, ...got } = resumed.storm.progress;
    const { asked: __, ...expected } = whole.storm.progress;
    expect(got).toEqual(expected);
    expect(resumed.verdict).toEqual(whole.verdict);
    await expect(new ScopeSearch(PAIR).resume(reading(bytes))).rejects.toThrow(CheckpointError);
    const less = bytes.subarray(0, bytes.length - 4);
    await expect(new ScopeSearch(SMALL).resume(reading(less))).rejects.toThrow('cut off');
  });
});

describe('ways through scopes', () => {
  it.each(SCOPES.map(({ name }) => name))(
    '%s: runs of the model and of the reference, move by move',
    (name) => {
      const scope = scopeNamed(name);
      const search = new Search(compose(scope, 'storm'), {
        reductions: { eager: true, lossIsDelay: true },
        keepsParents: true,
      });
      search.advance(300);
      const count = search.states.size;
      for (const index of [count - 1, count >> 1]) {
        const moves = scheduleOf(scope, search, pathTo(search, index).steps);
        for (const subject of ['model', 'reference']) {
          const harness = harnessFor(subject);
          if (harness === undefined) throw new Error(subject);
          const run = execute(harness, scope.scenario, moves, { pairs: false });
          expect(run.skipped).toEqual([]);
          expect(run.violations).toEqual([]);
        }
      }
    },
  );
});

describe('ways through a calm', () => {
  it('run on the model and on the reference, from the way through the storm on', () => {
    const search = SMALL_WHOLE;
    const count = search.calm?.states.size ?? 0;
    for (const index of [count - 1, count >> 1, count >> 2]) {
      const moves = search.movesToCalmState(index);
      for (const subject of ['model', 'reference']) {
        const harness = harnessFor(subject);
        if (harness === undefined) throw new Error(subject);
        const run = execute(harness, SMALL.scenario, moves, { pairs: false });
        expect(run.skipped).toEqual([]);
        expect(run.violations).toEqual([]);
      }
    }
  });
});

describe('forged messages', () => {
  const scope = scopeNamed('client-crash', {
    puts: 0,
    epochs: 0,
    crashes: { of: [], max: 0, isRestarted: false },
    forges: true,
  });
  const search = new Search(compose(scope, 'storm'), { keepsParents: true });
  search.run();
  const schedules = [...coveringSchedules(scope, search)];

  it('are garbage to a statechart: one of every kind to every node leads nowhere', () => {
    expect(search.states.size).toBe(1);
    const nodes = scope.scenario.nodes.length;
    expect(schedules.map((moves) => moves.length)).toEqual([0, ...Array(nodes).fill(FORGED.length)]);
    expect(search.found).toBeUndefined();
  });

  it.each([
    ['reference', false],
    ['mutant:skips-signature', true],
    ['mutant:skips-link-macs', true],
  ])('%s: broken by them: %s', (subject, isBroken) => {
    const harness = harnessFor(subject);
    if (harness === undefined) throw new Error(subject);
    const runs = schedules.map((moves) => execute(harness, scope.scenario, moves, { pairs: false }));
    expect(runs.some(({ violations }) => violations.length > 0)).toBe(isBroken);
    expect(runs.flatMap(({ skipped }) => skipped)).toEqual([]);
  });
});

describe('a mutant of the reference', () => {
  it('is found in a scope, and the file replays to the same violation', () => {
    const scope = scopeNamed('pair', { epochs: 0, repeats: 0 });
    const search = new Search(compose(scope, 'storm'), {
      reductions: { eager: true, lossIsDelay: true },
      keepsParents: true,
    });
    search.run();
    const mutant = harnessFor('mutant:forwards-twice');
    if (mutant === undefined) throw new Error('no mutant');
    for (const moves of coveringSchedules(scope, search)) {
      const run = execute(mutant, scope.scenario, moves, { pairs: false });
      const [violation] = run.violations;
      if (violation === undefined) continue;
      const origin = { kit: '0', seed: 0, run: 0 };
      const text = printCounterexample(counterexampleOf(run, violation.property, origin));
      const { scenario, moves: kept, digest } = parseCounterexample(text, 'found.json');
      const again = execute(mutant, scenario, kept, { pairs: false });
      expect(again.digest).toBe(digest);
      expect(again.violations[0]).toEqual(violation);
      // A put, once a client has its place: two moves to get there.
      expect(kept.filter(({ move }) => move === 'command')).toHaveLength(1);
      return;
    }
    throw new Error('the mutant was not found');
  });
});
