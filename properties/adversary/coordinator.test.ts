/** What the coordinator's keys can do, and what comes of it. */
import { describe, expect, test } from 'vitest';
import { execute, type Move } from '../../engine/index.ts';
import { convicts } from '../evidence.ts';
import { harnessFor } from '../harness.ts';
import type { Command, Report } from '../reading.ts';
import { scenarioOf } from '../scenario.ts';
import { ENROLMENT } from '../subjects/reference.ts';
import type { CoordinatorAttack } from './attack.ts';

const harness = harnessFor('reference', ['coordinator'])!;
/** C has r1 and r2, r1 has c1 and c2, r2 has c3. */
const scenario = scenarioOf({ k: 2, routers: 2, clients: 3 });

const wait = (ms: number): Move<Command> => ({ move: 'elapse', ms });
const run = (moves: readonly Move<Command>[]) => execute(harness, scenario, moves, { keepTrace: true });

function reported<T extends Report['type']>({ trace = [] }: ReturnType<typeof run>, type: T) {
  return trace.flatMap((step) =>
    step.kind === 'event'
      ? []
      : step.outputs.flatMap((output) =>
          output.kind === 'report' && output.report.type === type
            ? [{ node: step.node, report: output.report as Extract<Report, { readonly type: T }> }]
            : [],
        ),
  );
}

const formed = run([]);
/** The tree's last version, and each node's last placement, by its message. */
const version = reported(formed, 'committed').at(-1)?.report.version ?? 0;
const placedAt = new Map(reported(formed, 'installed').map(({ node, report }) => [node, report.version]));
function placementOf(node: string): string {
  const ids = (formed.trace ?? []).flatMap((step) => (step.kind === 'reaction' ? step.sent : []));
  return ids.findLast((id) => id.startsWith(`C>${node} placement`)) ?? '';
}
const place = (node: string, more: Partial<CoordinatorAttack>): Move<Command> => ({
  move: 'attack',
  attack: {
    kind: 'place',
    by: 'coordinator(C)',
    message: placementOf(node),
    version: version + 1000,
    ...more,
  },
});

function keepers(of: ReturnType<typeof run>): readonly string[] {
  expect(of.skipped).toEqual([]);
  expect(of.violations).toEqual([]);
  const kept = reported(of, 'split-view');
  for (const { report } of kept)
    expect(convicts(Buffer.from(report.evidence ?? '', 'hex'), ENROLMENT.anchor)).toMatchObject({
      guilty: 'C',
      version: report.version,
    });
  return kept.map(({ node }) => node).toSorted();
}

describe('a coordinator whose keys somebody else has', () => {
  test('places a node twice: it has both, does not move, and tells its neighbours', () => {
    const twice = run([place('c1', { version: placedAt.get('c1')!, parent: 'r2', link: 1 }), wait(3000)]);
    expect(keepers(twice)).toEqual(['c1', 'c2', 'r1']);
    expect(reported(twice, 'installed')).toEqual(reported(formed, 'installed'));
  });

  test('tells a router of a child that is told of another parent', () => {
    const contrary = run([place('r2', { child: 'c1' }), place('c1', {}), wait(10_000)]);
    expect(keepers(contrary)).toContain('c1');
  });

  test('tells a client of a parent that is told nothing of it', () => {
    const contrary = run([place('c3', { parent: 'r1' }), place('r1', {}), wait(10_000)]);
    expect(keepers(contrary)).toContain('r1');
  });

  test('is found out by its own next word under that version', () => {
    const next = run([
      place('r2', { version: version + 1, without: ['c3'] }),
      { move: 'crash', node: 'r1' },
      wait(10_000),
    ]);
    expect(keepers(next)).toContain('r2');
  });

  test('is not found out by what is of no tree, or of two versions: the one is rejected, the other proves nothing', () => {
    const many = run([
      place('r1', { child: 'c3' }),
      place('c1', { level: 3, version: version + 2000 }),
      wait(5000),
    ]);
    expect(keepers(many)).toEqual([]);
  });
});
