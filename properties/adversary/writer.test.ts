/** What one client's keys can do, and what comes of it. */
import { describe, expect, test } from 'vitest';
import { execute, type Move } from '../../engine/index.ts';
import { convicts } from '../evidence.ts';
import { harnessFor } from '../harness.ts';
import type { Command, RecordReport, Report } from '../reading.ts';
import { scenarioOf } from '../scenario.ts';
import { ENROLMENT } from '../subjects/reference.ts';
import type { WriterAttack } from './attack.ts';

const harness = harnessFor('reference', ['writer'])!;
const scenario = scenarioOf({ k: 2, routers: 1, clients: 3 });
const NODES = ['C', 'r1', 'c2', 'c3'];

const put = (node: string, value: string): Move<Command> => ({
  move: 'command',
  node,
  command: { type: 'put', key: 'k', value },
});
const wait = (ms: number): Move<Command> => ({ move: 'elapse', ms });
const run = (moves: readonly Move<Command>[]) => execute(harness, scenario, moves, { keepTrace: true });

type Of<T extends Report['type']> = Extract<Report, { readonly type: T }>;

function records(of: ReturnType<typeof run>, type: RecordReport['type']): readonly RecordReport[] {
  return (reported(of, type as never) as readonly { readonly report: RecordReport }[]).map(
    ({ report }) => report,
  );
}

function reported<T extends Report['type']>(
  { trace = [] }: ReturnType<typeof run>,
  type: T,
): { readonly node: string; readonly report: Of<T> }[] {
  return trace.flatMap((step) =>
    step.kind === 'event'
      ? []
      : step.outputs.flatMap((output) =>
          output.kind === 'report' && output.report.type === type
            ? [{ node: step.node, report: output.report as Of<T> }]
            : [],
        ),
  );
}

/** Where c1 sends its first record. */
const [message = '', parent = ''] = (() => {
  for (const step of run([put('c1', 'v')]).trace ?? []) {
    const id =
      step.kind === 'reaction'
        ? step.sent.find((one) => one.startsWith('c1>') && one.includes(' data '))
        : undefined;
    if (id !== undefined) return [id, id.slice('c1>'.length, id.indexOf(' '))];
  }
  return [];
})();

let serial = 0;
const attack = (
  more: Partial<Extract<WriterAttack, { readonly kind: 'write' | 'head' }>> = {},
): Move<Command> => ({
  move: 'attack',
  attack: {
    kind: 'write',
    by: 'writer(c1)',
    to: parent,
    serial: (serial += 1),
    message,
    step: 0,
    lead: 1,
    salt: 1,
    ...more,
  },
});

describe('a writer that was taken over', () => {
  test('makes two records of one name: all have the evidence, nobody goes on, and it is excluded', () => {
    const forked = run([
      put('c1', 'v'),
      wait(200),
      attack(),
      wait(200),
      put('c1', 'w'),
      put('c2', 'x'),
      wait(8000),
    ]);
    expect(forked.skipped).toEqual([]);
    expect(forked.violations).toEqual([]);
    const kept = reported(forked, 'forked');
    expect(new Set(kept.map(({ node }) => node))).toEqual(new Set(NODES));
    for (const { report } of kept)
      expect(convicts(Buffer.from(report.evidence ?? '', 'hex'), ENROLMENT.anchor)).toMatchObject({
        guilty: 'c1',
        capsule: 'c1/1',
        seq: 1,
      });
    expect(reported(forked, 'excluded').map(({ node }) => node)).toEqual(['c1']);
    expect(
      reported(forked, 'committed')
        .at(-1)
        ?.report.edges.map(({ child }) => child),
    ).not.toContain('c1');
    // What it put after the fork went nowhere; what others put did.
    const delivered = records(forked, 'delivered').map(({ capsule, seq }) => `${capsule}#${seq}`);
    expect(delivered).not.toContain('c1/1#2');
    expect(delivered).toContain('c2/1#1');
  });

  test('is excluded in its next lives, too', () => {
    const back = run([
      put('c1', 'v'),
      wait(200),
      attack(),
      wait(200),
      { move: 'crash', node: 'c1' },
      { move: 'restart', node: 'c1', memory: 'amnesiac' },
      wait(5000),
    ]);
    expect(back.violations).toEqual([]);
    expect(reported(back, 'excluded').map(({ node }) => node)).toEqual(['c1']);
  });

  test('stops no clock: the others go on writing at its end', () => {
    const stamped = run([
      put('c1', 'v'),
      wait(200),
      attack({ step: 1, lead: 'end' }),
      wait(500),
      put('c2', 'x'),
      put('c3', 'y'),
    ]);
    expect(stamped.violations).toEqual([]);
    expect(records(stamped, 'put').map(({ timestamp }) => timestamp)).toContain(Number.MAX_SAFE_INTEGER);
  });

  test('leaves a gap: what comes after it waits, and nobody is accused', () => {
    const gap = run([put('c1', 'v'), wait(200), attack({ step: 5 }), wait(20_000)]);
    expect(gap.violations).toEqual([]);
    expect(reported(gap, 'forked')).toEqual([]);
    expect(records(gap, 'delivered').map(({ seq }) => seq)).not.toContain(6);
  });

  test('accuses others with what they signed, and is not believed', () => {
    const two = run([put('c2', 'v'), wait(100), put('c2', 'w'), wait(100)]).trace ?? [];
    const ids = two
      .flatMap((step) => (step.kind === 'reaction' ? step.sent : []))
      .filter((id) => / data /.test(id));
    const [one, other] = [
      ids.find((id) => id.startsWith('c2>') && id.endsWith('#1')),
      ids.find((id) => id.startsWith('c2>') && id.endsWith('#2')),
    ];
    const accuse: Move<Command> = {
      move: 'attack',
      attack: { kind: 'accuse', by: 'writer(c1)', to: parent, serial: 1, message: one, other },
    };
    const framed = run([put('c2', 'v'), wait(100), put('c2', 'w'), wait(100), accuse, wait(8000)]);
    expect(framed.skipped).toEqual([]);
    expect(framed.violations).toEqual([]);
    expect(reported(framed, 'forked')).toEqual([]);
  });
});
