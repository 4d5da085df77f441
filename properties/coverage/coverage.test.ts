import { describe, expect, test } from 'vitest';
import { campaign, execute, type CampaignOptions, type CoverageResult } from '../../engine/index.ts';
import { allTransitions } from '../../model/index.ts';
import { harnessFor } from '../harness.ts';
import { HARNESS_MODULE } from '../index.ts';
import { namedScenario, type TreeScenario } from '../scenario.ts';
import { COVERAGE_GROUPS, goalsFor } from './coverage.ts';
import { JUSTIFIED } from './justified.ts';
import { SITUATIONS } from './situations.ts';

const SEARCH_MS = 300_000;

async function search(subject: string, runs: number, more: Partial<CampaignOptions> = {}) {
  const { coverage } = await campaign({
    harnessModule: HARNESS_MODULE,
    harnessConfig: { subject },
    runs,
    seed: 1,
    workers: 2,
    ...more,
  });
  return coverage;
}

const reached = (coverage: CoverageResult, group: string): readonly string[] =>
  Object.entries(coverage[group] ?? {}).flatMap(([id, runs]) => (runs > 0 ? [id] : []));
const share = (coverage: CoverageResult, group: string): number =>
  reached(coverage, group).length / Object.keys(coverage[group] ?? {}).length;

const pair = namedScenario('pair') as TreeScenario;

describe('coverage', () => {
  test(
    'a short search reaches most of it, whatever is judged',
    async () => {
      const coverage = await search('reference', 60, { properties: ['reattachment', 'resync-completes'] });
      expect(Object.keys(coverage)).toEqual(COVERAGE_GROUPS);
      expect(share(coverage, 'transitions')).toBeGreaterThan(0.95);
      expect(share(coverage, 'guards')).toBeGreaterThan(0.8);
      expect(share(coverage, 'rejections')).toBeGreaterThan(0.6);
      expect(share(coverage, 'situations')).toBeGreaterThan(0.75);
      const all = COVERAGE_GROUPS.flatMap((group) => reached(coverage, group));
      // What cannot be reached is not.
      expect(all.filter((id) => id in JUSTIFIED)).toEqual([]);
      // A guarded transition is taken exactly where its guard was seen to say yes.
      const taken = new Set(reached(coverage, 'transitions'));
      const yes = reached(coverage, 'guards').filter((id) => id.endsWith(': true'));
      expect(yes.filter((id) => !taken.has(id.slice(0, -': true'.length)))).toEqual([]);
    },
    SEARCH_MS,
  );

  test('what a run has no occasion for is not reached', () => {
    const harness = harnessFor('reference');
    const { covered } = execute(harness!, pair, [], { properties: [], coverage: true });
    const transitions = new Set(covered['transitions']);
    expect(transitions).toContain('client up.membership.seeking placement [isNewPlacement] → attached');
    // There is no router, nobody crashes or leaves, and nobody puts anything.
    expect([...transitions].filter((id) => id.startsWith('router '))).toEqual([]);
    expect([...transitions].filter((id) => / (crash|leave|put|data|nak) ?/.test(id))).toEqual([]);
    expect(covered['situations']).toEqual([]);
    expect(covered['rejections']).toEqual([]);
  });

  test('is kept only where it is asked for', () => {
    const { covered } = execute(harnessFor('reference')!, pair, [], { properties: [] });
    expect(covered).toEqual({});
  });

  test(
    'of the statecharts themselves, without what needs bytes',
    async () => {
      const coverage = await search('model', 12, { workers: 0, properties: ['edge-once'] });
      expect(share(coverage, 'transitions')).toBeGreaterThan(0.6);
      const possible = Object.keys(coverage['situations'] ?? {});
      expect(possible).toContain('replay-in-later-version');
      expect(possible).not.toContain('tampered-join');
      expect(possible.length).toBeGreaterThan(40);
    },
    SEARCH_MS,
  );

  test(
    'of a mutant, up to where it leaves its statechart',
    async () => {
      const coverage = await search('mutant:joins-once', 6, { workers: 0, properties: ['edge-once'] });
      const transitions = new Set(reached(coverage, 'transitions'));
      expect(transitions).toContain('client off start [storageIsEmpty] → up.writing.ready');
      // The mutant does not do it; that its statechart would have does not count.
      expect(transitions).not.toContain('client up.membership.seeking timer.join');
      expect(transitions.size).toBeGreaterThan(20);
    },
    SEARCH_MS,
  );
});

describe('goals', () => {
  const goals = goalsFor({ outsider: true, bytes: true });
  const all = COVERAGE_GROUPS.flatMap((group) => goals[group]);

  test('have ids of their own', () => {
    expect(new Set(all).size).toBe(all.length);
    const transitions = (['coordinator', 'router', 'client'] as const).flatMap(allTransitions);
    const whole = { outsider: true, bytes: true, writer: true, coordinator: true, rotations: true };
    expect(goalsFor(whole).transitions).toEqual(transitions);
    // Without a writer that lies, there are no forks to react to; without the coordinator's keys, no split views; without rotations, nobody is expelled.
    const others = transitions.filter((id) => !goals.transitions.includes(id));
    expect(others.length).toBeGreaterThan(5);
    for (const id of others)
      expect(id).toMatch(/isForked|isNewEvidence|xcluded\]|SplitView\]|isExpelled|mayRotate|mayRenew/);
  });

  test('situations say what they are in a sentence', () => {
    expect(SITUATIONS.length).toBeGreaterThan(50);
    for (const { id, title } of SITUATIONS) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(title).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('depend on whom the subject is up against', () => {
    const count = (outsider: boolean, bytes: boolean): number =>
      goalsFor({ outsider, bytes }).situations.length;
    expect(count(true, true)).toBe(SITUATIONS.length);
    expect(count(true, false)).toBeLessThan(count(true, true));
    expect(count(false, true)).toBeLessThan(count(true, false));
  });

  test('what is justified is there, and is no transition', () => {
    const { guards } = goalsFor({ outsider: true, bytes: true, writer: true, rotations: true });
    for (const id of Object.keys(JUSTIFIED)) expect(guards).toContain(id);
  });
});
