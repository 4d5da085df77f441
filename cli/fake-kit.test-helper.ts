/** A kit for tests of the commands: one property, results as told. */
import type { CampaignResult, PropertyResult, Violation } from '../engine/index.ts';
import { scenarioOf } from '../properties/scenario.ts';
import type { Context } from './call.ts';
import type { AnyRun, Kit } from './kit.ts';
import { recordingTerminal, type RecordingTerminal } from './recording-terminal.test-helper.ts';

export const SCENARIO = scenarioOf({ k: 2, routers: 1, clients: 2 });

export const VIOLATION: Violation = {
  property: 'edge-once',
  message: 'r1 accepted c1/1 #1 twice',
  step: 4,
  node: 'r1',
  verdict: 'violated',
};

export const HOLDS: PropertyResult = {
  id: 'edge-once',
  verdict: 'holds',
  runs: 5,
  exercised: 1234,
  tightest: { text: 'one copy' },
  violatingRuns: 0,
  kept: [],
};

export const VIOLATED: PropertyResult = {
  ...HOLDS,
  verdict: 'violated',
  violatingRuns: 1,
  kept: [
    {
      index: 3,
      seed: 9,
      scenario: SCENARIO,
      schedule: [{ move: 'heal' }, { move: 'duplicate', message: 'c1>r1 data #1' }],
      violation: VIOLATION,
    },
  ],
};

/** A run in which the property breaks if some message is duplicated, on the mutant only. */
function run(subject: string, schedule: AnyRun['schedule']): AnyRun {
  const broken = subject !== 'reference' && schedule.some((one) => one.move === 'duplicate');
  return {
    subject,
    scenario: SCENARIO,
    schedule,
    violations: broken ? [VIOLATION] : [],
    exercised: { 'edge-once': 1 },
    tightest: {},
    covered: {},
    counts: {},
    notApplicable: {},
    steps: 5,
    movesApplied: schedule.length,
    skipped: [],
    digest: 'ab',
  };
}

export function fakeKit(properties: readonly PropertyResult[], more: Partial<CampaignResult> = {}): Kit {
  return {
    version: '0.1.0',
    subjects: [{ id: 'reference', title: 'the reference' }],
    mutants: [{ id: 'forwards-twice', title: 'sends each record twice', breaks: ['edge-once'] }],
    shortest: { 'forwards-twice': { moves: 1, how: 'by hand' } },
    properties: [{ id: 'edge-once', kind: 'safety', statement: 'Once.', source: 'poster' }],
    scenarios: [{ name: 'small', title: 'small' }],
    capabilities: [
      { id: 'network', moves: ['drop'] },
      { id: 'churn', moves: ['crash'] },
    ],
    strategies: ['swarm', 'uniform'],
    situations: [{ id: 'tree-full', title: 'No room is left.' }],
    justified: { 'client up timer.suspect': 'clients have no children' },
    harnessModule: new URL('file:///none.ts'),
    loadSubject: () => Promise.resolve(),
    driver: (subject) => ({
      ownId: subject,
      properties: [{ id: 'edge-once', statement: 'Once.' }],
      capabilities: ['network', 'churn'],
      execute: (_, schedule) => run(subject, schedule),
      *shrinking({ scenario, schedule }) {
        yield { phase: 'moves', moves: schedule.length, executions: 1 };
        const fewer = schedule.filter((one) => one.move !== 'heal');
        return { schedule: fewer, scenario, executions: 2, oneMinimal: true };
      },
      certify: (_, schedule) => ({ without: schedule.map(() => ({ outcome: 'holds' })) }),
    }),
    campaign: ({ harnessConfig, runs, seed }) =>
      Promise.resolve({
        subject: (harnessConfig as { subject: string }).subject,
        seed,
        runs,
        steps: runs * 10,
        properties,
        counts: {},
        coverage: {},
        nondeterminism: [],
        digest: 'cd',
        aborted: false,
        ...more,
      }),
  };
}

/** What a command is given in a test. The clock stands still. */
export function contextOf(kit: Kit): Context & { readonly terminal: RecordingTerminal } {
  return { kit, terminal: recordingTerminal(), nowMs: () => 0, signal: new AbortController().signal };
}
