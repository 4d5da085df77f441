import { beforeAll, describe, expect, test } from 'vitest';
import { execute, type Reaction, type Step } from '../../engine/index.ts';
import { harnessFor } from '../harness.ts';
import type { Command, Report } from '../reading.ts';
import { modelFacts, type ModelFrame } from '../subjects/model.ts';
import type { SubjectFacts } from './judge.ts';
import {
  asked,
  committed,
  crashes,
  fires,
  gets,
  judge,
  judgeSteps,
  REJECT,
  report,
  restarts,
  send,
  sets,
  SMALL,
  starts,
  type Part,
} from './story.test-helper.ts';

const { joinMs, epochMs, heartbeatMs } = SMALL.parameters;
const joins = (attempt: number, incarnation = 1, reason: 'new' | 'restarted' = 'new') =>
  send('C', {
    type: 'join',
    node: 'c1',
    role: 'client',
    incarnation,
    birth: 1,
    attempt,
    reason,
    suspect: '',
    link: 0,
  });
const WAITS = sets('join', joinMs);
const BEGINS = starts('c1', joins(1), WAITS);
const verdict = (...parts: Part[]) => judge('conformance', parts);

describe('conformance', () => {
  test('allows what the statechart does, in any order of outputs', () => {
    const story = [
      BEGINS,
      fires('c1', 'join', WAITS, joins(2)),
      gets('c1', { type: 'garbage', reason: '' }, REJECT),
    ];
    expect(verdict(...story)).toMatchObject({ violation: undefined, exercised: 3 });
  });

  test.each<[string, Part[]]>([
    ['missing set join 1500', [starts('c1', joins(1))]],
    ['missing send C', [starts('c1', WAITS)]],
    ['not allowed set x 1', [starts('c1', joins(1), WAITS, sets('x', 1))]],
    ['not allowed set join 1499', [starts('c1', joins(1), sets('join', joinMs - 1))]],
    ['not allowed set join 1500', [starts('c1', joins(1), WAITS, WAITS)]],
    ['not allowed send C', [BEGINS, fires('c1', 'join', WAITS, joins(1))]],
    ['not allowed report', [BEGINS, fires('c1', 'join', WAITS, joins(2), report({ type: 'pending' }))]],
    ['missing reject', [BEGINS, gets('c1', { type: 'garbage', reason: '' })]],
    ['not allowed reject', [BEGINS, fires('c1', 'join', WAITS, joins(2), REJECT)]],
    ['missing report', [BEGINS, asked('c1', { type: 'put', key: 'k', value: 'v' })]],
  ])('forbids a reaction that is otherwise: %s', (difference, parts) => {
    expect(verdict(...parts).violation?.message).toMatch(
      /^c1 in .* reacted to \S+ otherwise than its statechart:/,
    );
    expect(verdict(...parts).violation?.message).toContain(difference);
  });

  test('lets a question be answered, and nothing more', () => {
    const answer = report({ type: 'answered', key: 'k', value: null });
    expect(verdict(BEGINS, asked('c1', { type: 'get', key: 'k' }, answer)).violation).toBeUndefined();
    expect(
      verdict(BEGINS, asked('c1', { type: 'get', key: 'k' }, answer, sets('x', 1))).violation?.message,
    ).toBe('c1 reacted to a question with more than an answer');
  });

  test('follows crashes and what is remembered', () => {
    const again = (kind: 'durable' | 'amnesiac', incarnation: number) => [
      BEGINS,
      crashes('c1'),
      restarts(
        'c1',
        { kind, asOfIndex: 0 },
        joins(1, incarnation, incarnation > 1 ? 'restarted' : 'new'),
        WAITS,
      ),
    ];
    expect(verdict(...again('durable', 2)).violation).toBeUndefined();
    expect(verdict(...again('amnesiac', 1)).violation).toBeUndefined();
    expect(verdict(...again('durable', 1)).violation).toBeDefined();
    expect(verdict(...again('amnesiac', 2)).violation).toBeDefined();
  });

  test('asks whether the tree that the coordinator chose is admissible', () => {
    const join = {
      type: 'join',
      node: 'r1',
      role: 'router',
      incarnation: 1,
      birth: 1,
      attempt: 1,
      reason: 'new',
      suspect: '',
      link: 0,
    } as const;
    const C = starts('C', sets('heartbeat', heartbeatMs), sets('epoch', epochMs));
    expect(verdict(C, gets('C', join, committed(1, [['r1', 'r9']]))).violation?.message).toMatch(
      /^C in .*: no transition allows its reaction to join: /,
    );
    expect(verdict(C, gets('C', join, committed(1, [['c1', 'C']]))).violation?.message).toMatch(
      /no transition allows/,
    );
    // An admissible tree; but the placement is missing.
    expect(verdict(C, gets('C', join, committed(1, [['r1', 'C']]))).violation?.message).toMatch(
      /otherwise than its statechart: missing send r1 /,
    );
  });
});

type ModelStep = Step<ModelFrame, Command, Report>;
type ModelReaction = Reaction<ModelFrame, Command, Report>;

describe('conformance to a run of the statecharts themselves', () => {
  let trace: readonly ModelStep[] = [];
  const facts: SubjectFacts<ModelFrame> = modelFacts;
  /** Judges the trace with one of its reactions replaced. */
  const changed = (at: number, change: Partial<ModelReaction>) =>
    judgeTrace(
      trace.map((step, index) => (index === at ? ({ ...plain(step), ...change } as ModelStep) : step)),
    );
  const plain = (step: ModelStep): ModelStep =>
    step.kind === 'event' ? step : (JSON.parse(JSON.stringify(step)) as ModelStep);
  const judgeTrace = (steps: readonly ModelStep[]) => judgeSteps('conformance', steps, facts, SMALL);

  beforeAll(() => {
    const put = (node: string) =>
      ({ move: 'command', node, command: { type: 'put', key: 'k', value: 'v' } }) as const;
    const run = execute(
      harnessFor('model')!,
      SMALL,
      [put('c1'), put('c2'), { move: 'elapse', ms: 7000 }, { move: 'crash', node: 'c1' }],
      { keepTrace: true },
    );
    trace = (run.trace ?? []) as readonly ModelStep[];
    expect(run.violations).toEqual([]);
  });

  test('has no fault', () => {
    const result = judgeTrace(trace);
    expect(result.violation).toBeUndefined();
    expect(result.exercised).toBeGreaterThan(100);
  });

  test('is lost with any output left out', () => {
    let many = 0;
    trace.forEach((step, at) => {
      if (step.kind !== 'reaction' || at % 5 !== 0) return;
      const { outputs } = step;
      outputs.forEach((output, which) => {
        if (output.kind === 'report' && output.report.type === 'store') return;
        many += 1;
        const { violation } = changed(at, { outputs: outputs.toSpliced(which, 1) });
        expect(violation, `${step.node} without ${JSON.stringify(output)}`).toMatchObject({ step: at });
      });
    });
    expect(many).toBeGreaterThan(20);
  });

  test('is lost with any genuine frame refused, or taken a second time', () => {
    let many = 0;
    trace.forEach((step, at) => {
      if (step.kind !== 'reaction' || step.input.kind !== 'frame' || at % 5 !== 0) return;
      many += 1;
      expect(changed(at, { outputs: [{ kind: 'reject', reason: '' }] }).violation).toMatchObject({
        step: at,
      });
      if (step.input.frame.counter === 0) return;
      const twice = judgeTrace(
        trace.toSpliced(at, 0, { ...(plain(step) as ModelReaction), index: at - 0.5 }),
      );
      expect(twice.violation, JSON.stringify(step.input.frame)).toMatchObject({ step: at });
    });
    expect(many).toBeGreaterThan(10);
  });
});
