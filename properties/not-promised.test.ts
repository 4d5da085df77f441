/**
 * What the protocol does not promise (docs/protocol.md §9): for each, a schedule in which it goes as the page says, on the reference, with all
 * monitors watching. They find nothing, since nothing else comes of it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { execute, type Move } from '../engine/index.ts';
import { enrol } from '../impl/index.ts';
import type { Lead } from './adversary/writer.ts';
import { harnessFor, ON_REQUEST } from './harness.ts';
import { finalStores } from './monitors/non-interference.ts';
import { recordId } from './monitors/tracking.ts';
import type { Command } from './reading.ts';
import { scenarioOf, type TreeScenario } from './scenario.ts';

const harness = harnessFor('reference', ON_REQUEST)!;

const put = (node: string, key: string, value: string): Move<Command> => ({
  move: 'command',
  node,
  command: { type: 'put', key, value },
});
const wait = (ms: number): Move<Command> => ({ move: 'elapse', ms });
const crash = (node: string): Move<Command> => ({ move: 'crash', node });
const forgetful = (node: string): Move<Command> => ({ move: 'restart', node, memory: 'amnesiac' });
/** Longer than a few epochs. */
const LONG_MS = 30_000;

/** C above two clients, and nothing else. */
const pair = scenarioOf({ topology: 'flat', k: 2, routers: 0, clients: 2 });
const three = scenarioOf({ topology: 'flat', k: 3, routers: 0, clients: 3 });

const narrow = scenarioOf({ topology: 'flat', k: 2, routers: 0, clients: 2 }, 'narrow', { maxCapsules: 2 });
/** C above r1 and c2, r1 above c1. */
const chain = scenarioOf({ k: 2, routers: 1, clients: 3 });

/** Of two shards, the key `k` is in one. */
const sharded = scenarioOf({ topology: 'sharded', shards: 2, k: 2, routers: 0, clients: 2 });
const subscribe = (node: string, shards: readonly number[]): Move<Command> => ({
  move: 'command',
  node,
  command: { type: 'subscribe', shards },
});
/** Position of the attempt in the body of a Join. */
const ATTEMPT = 4;

/** All slots are taken. */
const full = scenarioOf({ k: 2, routers: 2, clients: 4 });

/** Somebody with the keys of c1 makes a record `step` records on from its first one, stamped `lead` later. */
const written = (step: number, lead: Lead = 1): Move<Command> => ({
  move: 'attack',
  attack: {
    kind: 'write',
    by: 'writer(c1)',
    to: 'C',
    serial: 1,
    message: 'c1>C data #1',
    step,
    lead,
    salt: 1,
  },
});

/** When each message is sent. */
function sentMs(scenario: TreeScenario, moves: readonly Move<Command>[]): (readonly [string, number])[] {
  const { trace = [] } = execute(harness, scenario, moves, { keepTrace: true, settles: false });
  return trace.flatMap((step) =>
    step.kind === 'reaction' ? step.sent.map((id) => [id, step.nowMs] as const) : [],
  );
}

/** Executes; what each client delivered, as `c2 c1/1#1`, and what each store holds at the end. */
function run(scenario: TreeScenario, moves: readonly Move<Command>[]) {
  const done = execute(harness, scenario, moves, { keepTrace: true });
  expect(done.skipped).toEqual([]);
  const reports = (done.trace ?? []).flatMap((step) =>
    step.kind === 'event'
      ? []
      : step.outputs.flatMap((output) => (output.kind === 'report' ? [{ step, report: output.report }] : [])),
  );
  const named = (type: 'delivered' | 'put', isSettlingToo = true) =>
    reports.flatMap(({ step: { node, cause }, report }) =>
      report.type === type && (isSettlingToo || cause.kind !== 'fair' || cause.phase !== 'settle')
        ? [`${node} ${recordId(report)}`]
        : [],
    );
  return {
    violations: done.violations.map(({ property }) => property),
    delivered: named('delivered'),
    /** Who was told of a rotation. */
    told: reports.flatMap(({ step: { node }, report }) => (report.type === 'rotated' ? [node] : [])),
    /** Before the faults stopped. */
    deliveredInTime: named('delivered', false),
    put: named('put'),
    of: (key: string) => [...finalStores(done).values()].map(({ store }) => new Map(store).get(key)),
  };
}

/** One for each point of the page. */
const NOT_PROMISED: Readonly<Record<string, () => void>> = {
  'Records that their writer has forgotten.': () => {
    const lost = [{ move: 'drop', message: 'c1>C data #1' }] as const;
    const back = (memory: Move<Command>) => [
      put('c1', 'k', 'v'),
      ...lost,
      crash('c1'),
      memory,
      wait(LONG_MS),
    ];
    const forgotten = run(pair, back(forgetful('c1')));
    expect(forgotten.violations).toEqual([]);
    expect(forgotten.put).toEqual(['c1 c1/1#1']);
    expect(forgotten.delivered).not.toContain('c2 c1/1#1');
    // Had it remembered, it would have been delivered.
    const remembered = run(pair, back({ move: 'restart', node: 'c1', memory: 'durable' }));
    expect(remembered.delivered).toContain('c2 c1/1#1');
  },

  'Concurrent writes.': () => {
    const undisturbed = run(pair, [put('c2', 'x', '1'), put('c2', 'k', 'of c2'), put('c1', 'k', 'of c1')]);
    // The same puts; what c2 said first comes to c1 before c1 writes.
    const early = run(pair, [
      put('c2', 'x', '1'),
      put('c2', 'k', 'of c2'),
      { move: 'deliver', message: 'c2>C data #1' },
      { move: 'deliver', message: 'C>c1 data #1' },
      { move: 'deliver', message: 'c2>C data #2' },
      { move: 'deliver', message: 'C>c1 data #2' },
      put('c1', 'k', 'of c1'),
    ]);
    expect([undisturbed.violations, early.violations]).toEqual([[], []]);
    expect(undisturbed.of('k')).toEqual(['of c2', 'of c2']);
    expect(early.of('k')).toEqual(['of c1', 'of c1']);
  },

  'A coordinator that forgets.': () => {
    const moves = (memory: Move<Command>) => [
      crash('C'),
      memory,
      wait(LONG_MS),
      put('c1', 'k', 'v'),
      wait(LONG_MS),
    ];
    const forgotten = run(pair, moves(forgetful('C')));
    // It tells other nodes what it has told already under the same versions.
    expect(forgotten.violations).toEqual(['placement-authority']);
    const remembered = run(pair, moves({ move: 'restart', node: 'C', memory: 'durable' }));
    expect(remembered).toMatchObject({ violations: [], delivered: ['c2 c1/1#1'] });
  },

  'A link that turns the same two frames around in every epoch.': () => {
    // c2 is below r1: what it puts is lost on the way to r1, and so is what r1 asks it for then.
    const lost: Move<Command>[] = [put('c2', 'k', 'v'), { move: 'drop', message: 'c2>r1 data #1' }];
    const asked: Move<Command>[] = ['r1>c2 nak #1', 'c2>r1 repair #1'].map((message, index) => ({
      move: index === 0 ? 'deliver' : 'drop',
      message,
    }));
    const sent = sentMs(chain, [...lost, wait(LONG_MS)]);
    let nowMs = chain.prologueMs;
    const turned = sent
      .filter(([id]) => id.startsWith('C>r1 sync '))
      .flatMap(([sync, closedMs], index): readonly Move<Command>[] => {
        const ms = closedMs + 1 - nowMs;
        nowMs = closedMs + 1;
        // C answers c1, which is behind, with a Nak to r1: it is there before the SYNC that was sent before it.
        const first = [`C>c1 sync #${index + 1}`, `c1>C nak #${index + 1}`, `C>r1 nak #${index + 1}`];
        return [
          wait(ms),
          ...first.map((message) => ({ move: 'deliver', message }) as const),
          ...(index === 0 ? asked : []),
          { move: 'deliver', message: sync },
        ];
      });
    const missed = run(chain, [...lost, ...turned]);
    expect(turned.filter(({ move }) => move === 'elapse').length).toBeGreaterThan(3);
    expect(missed.deliveredInTime).toEqual([]);
    // One epoch in order is enough.
    expect(missed.violations).toEqual([]);
    expect(missed.delivered.toSorted()).toEqual(['c1 c2/1#1', 'c3 c2/1#1']);
  },

  'Service below a router that lies, where there is no way around it.': () => {
    // Two routers, four clients, K = 2: no slot is free.
    const lie: Move<Command> = {
      move: 'attack',
      attack: { kind: 'withhold', by: 'router(r1)', standing: 'begins', what: 'all-but-greetings' },
    };
    const puts = ['c1', 'c2', 'c3', 'c4'].map((node) => put(node, node, 'v'));
    const starved = run(full, [lie, ...puts, wait(2 * LONG_MS)]);
    expect(starved.violations).toEqual([]);
    const served = new Set(starved.delivered.map((id) => id.split(' ')[0]));
    expect(served.size).toBe(2);
    expect(new Set(run(full, puts).delivered.map((id) => id.split(' ')[0])).size).toBe(4);
  },

  'Speed below a router that lies a little.': () => {
    const RECORDS = 4;
    const EPOCHS = 3;
    const numbers = Array.from({ length: RECORDS }, (_, index) => index + 1);
    // Of what c1 puts, r1 passes nothing on to c3.
    const withheld = [
      ...numbers.map((number) => put('c1', 'k', `v${number}`)),
      wait(50),
      ...numbers.map((number): Move<Command> => ({ move: 'drop', message: `r1>c3 data #${number}` })),
    ];
    const closes = sentMs(chain, [...withheld, wait(LONG_MS)]).filter(([id]) => id.startsWith('r1>c3 sync '));
    let nowMs = chain.prologueMs + 50;
    const slowed = closes.slice(0, EPOCHS).flatMap(([sync, closedMs], index): readonly Move<Command>[] => {
      const ms = closedMs + 1 - nowMs;
      nowMs = closedMs + 1;
      const repair = `r1>c3 repair #${index + 1}`;
      const first = {
        kind: 'say',
        by: 'insider',
        message: repair,
        changes: [{ field: [5, 5], value: [{ of: repair, at: [5, 5, 0] }] }],
      } as const;
      return [
        wait(ms),
        ...[sync, `c3>r1 nak #${index + 1}`].map((message) => ({ move: 'deliver', message }) as const),
        { move: 'attack', attack: first },
        { move: 'drop', message: repair },
      ];
    });
    const slow = run(chain, [...withheld, ...slowed]);
    expect(slow.violations).toEqual([]);
    expect(slow.deliveredInTime.filter((id) => id.startsWith('c3'))).toHaveLength(EPOCHS);
    expect(slow.delivered.filter((id) => id.startsWith('c3'))).toHaveLength(RECORDS);
  },

  'Anything of a forked capsule': () => {
    const before = [put('c1', 'k', 'v'), wait(200), written(0), wait(200)];
    const forked = run(three, [...before, put('c1', 'k', 'w'), wait(LONG_MS)]);
    expect(forked.violations).toEqual([]);
    expect(forked.put).toEqual(['c1 c1/1#1', 'c1 c1/1#2']);
    // They know, and go no further.
    expect(forked.delivered).toEqual(['c2 c1/1#1', 'c3 c1/1#1']);
  },

  "What somebody with a writer's keys says in its name,": () => {
    // Nothing comes after a gap.
    const gap = run(three, [put('c1', 'k', 'v'), wait(200), written(5), wait(LONG_MS)]);
    expect(gap.violations).toEqual([]);
    expect(gap.delivered).toEqual(['c2 c1/1#1', 'c3 c1/1#1']);
    // Once the clock is at its end, of two puts of a key that of the greater writer wins, be it the older one.
    const stamped = run(three, [
      put('c1', 'k', 'v'),
      wait(200),
      written(1, 'end'),
      wait(200),
      put('c3', 'k', 'older'),
      wait(1000),
      put('c2', 'k', 'newer'),
    ]);
    expect(stamped.violations).toEqual([]);
    expect(new Set(stamped.of('k'))).toEqual(new Set(['older']));
  },

  'More capsules than there is room for.': () => {
    const life = [wait(1000), crash('c1'), forgetful('c1'), wait(10_000)];
    const crowded = run(narrow, [
      put('c1', 'a', 'v'),
      ...life,
      put('c1', 'b', 'v'),
      ...life,
      put('c1', 'c', 'v'),
      wait(LONG_MS),
    ]);
    expect(crowded.violations).toEqual([]);
    expect(crowded.put).toEqual(['c1 c1/1#1', 'c1 c1/2#1', 'c1 c1/3#1']);
    expect(crowded.delivered.filter((id) => id.startsWith('c2'))).toEqual(['c2 c1/1#1', 'c2 c1/2#1']);
  },

  'Service under a coordinator that lies,': () => {
    const lie: Move<Command> = {
      move: 'attack',
      attack: {
        kind: 'place',
        by: 'coordinator(C)',
        message: 'C>c1 placement #1',
        version: 1000,
        parent: 'r1',
      },
    };
    const misled = run(chain, [lie, wait(LONG_MS), put('c2', 'k', 'v'), wait(LONG_MS)]);
    expect(misled.violations).toEqual([]);
    // c1 sends to r1, which knows nothing of it; what C itself says is older.
    expect(misled.delivered).toEqual(['c3 c2/1#1']);
  },

  'A node whose keys are stolen, until it is expelled.': () => {
    const ahead: Move<Command> = {
      move: 'attack',
      attack: {
        kind: 'say',
        by: 'insider',
        message: 'c2>C join #1',
        as: 'c2',
        changes: [{ field: [1, ATTEMPT], value: 1000 }],
      },
    };
    const moves = (stolen: readonly Move<Command>[]) => [
      subscribe('c2', []),
      wait(2000),
      ...stolen,
      wait(2000),
      subscribe('c2', [0, 1]),
      wait(LONG_MS),
      put('c1', 'k', 'v'),
      wait(LONG_MS),
    ];
    expect(run(sharded, moves([])).deliveredInTime).toHaveLength(1);
    const silenced = run(sharded, moves([ahead]));
    expect(silenced.violations).toEqual(['delivery-to-every-subscriber']);
    expect(silenced.delivered).toEqual([]);
  },

  'Records that void keys signed and `C` has not logged,': () => {
    const gone = run(chain, [
      put('c2', 'k', 'v'),
      { move: 'deliver', message: 'c2>r1 data #1' },
      { move: 'drop', message: 'r1>C data #1' },
      wait(100),
      { move: 'command', node: 'C', command: { type: 'rotate', expel: 'c2' } },
      wait(LONG_MS),
    ]);
    expect(gone.violations).toEqual([]);
    expect(gone.delivered).toEqual(['c3 c2/1#1']);
  },

  'A stale or amnesiac node': () => {
    const { told } = run(pair, [
      { move: 'command', node: 'C', command: { type: 'rotate' } },
      wait(LONG_MS),
      crash('c1'),
      forgetful('c1'),
      wait(LONG_MS),
    ]);
    // c1 again, by a SYNC of its second life.
    expect(told).toEqual(['C', 'c1', 'c2', 'c1']);
  },

  'More than 64 clients with rotations:': () => {
    const authority = enrol('so many');
    const members = (many: number) =>
      Array.from({ length: many }, (_, index) => authority.issue(`c${index + 1}`, 'client').credential);
    expect(authority.rotate(undefined, members(64)).body.grants).toHaveLength(64);
    expect(() => authority.rotate(undefined, members(65))).toThrow('at most 64 clients');
  },
};

describe('what is not promised', () => {
  test.each(Object.keys(NOT_PROMISED))('%s', (title) => NOT_PROMISED[title]?.());

  test('is on the page', () => {
    const page = readFileSync(fileURLToPath(new URL('../docs/protocol.md', import.meta.url)), 'utf8');
    const section = page.slice(page.indexOf('\n## 9.'), page.indexOf('\n## 10.'));
    const titles = [...section.matchAll(/^- \*\*([^*]+)\*\*/gm)].map(([, title]) => title);
    expect(titles).toEqual(Object.keys(NOT_PROMISED));
  });
});
