/** What one router's keys can do, and what comes of it. */
import { describe, expect, test } from 'vitest';
import { execute, type Move } from '../../engine/index.ts';
import { harnessFor } from '../harness.ts';
import { Holdings } from '../monitors/tracking.ts';
import { Observer, type Command } from '../reading.ts';
import { scenarioOf, wayAroundMs } from '../scenario.ts';
import { referenceFacts } from '../subjects/reference.ts';
import type { RouterAttack } from './attack.ts';

const harness = harnessFor('reference', ['router'])!;
/** r1 and r2 are children of C; c1 to c4 are below them, two each: there is no free slot. */
const full = scenarioOf({ k: 2, routers: 2, clients: 4 });
/** c1 is below C, the others are below r1; C and r2 have room for all of them. */
const roomy = scenarioOf({ k: 3, routers: 2, clients: 4 });
const CLIENTS = ['c1', 'c2', 'c3', 'c4'];

const put = (node: string): Move<Command> => ({
  move: 'command',
  node,
  command: { type: 'put', key: node, value: 'v' },
});
const wait = (ms: number): Move<Command> => ({ move: 'elapse', ms });
const attack = (
  one: Extract<RouterAttack, { readonly kind: 'withhold' }>['what'],
  standing: 'begins' | 'ends' = 'begins',
): Move<Command> => ({
  move: 'attack',
  attack: { kind: 'withhold', by: 'router(r1)', standing, what: one },
});

/** Who is where at the end, and what each client holds then. */
function run(moves: readonly Move<Command>[], scenario = full) {
  const done = execute(harness, scenario, moves, { keepTrace: true });
  const observer = new Observer(referenceFacts('reference').reader?.(scenario));
  const holdings = new Holdings();
  let parents = new Map<string, string>();
  for (const step of done.trace ?? []) {
    const seen = observer.see(step as never);
    if (seen.kind === 'event') continue;
    holdings.observe(seen.reaction);
    for (const report of seen.reaction.reports)
      if (report.type === 'committed')
        parents = new Map(report.edges.map(({ child, parent }) => [child, parent]));
  }
  const below = (node: string) => CLIENTS.filter((client) => parents.get(client) === node);
  return { ...done, parents, holdings, below };
}

describe('a router that was taken over', () => {
  test('and is silent is taken for dead: those below it are placed anew, as far as there is room', () => {
    const { violations, parents } = run([attack('all'), wait(12_000), ...CLIENTS.map(put)]);
    expect(violations).toEqual([]);
    expect(parents.has('r1')).toBe(false);
    expect([...parents.values()]).not.toContain('r1');
  });

  test.each(['all-but-greetings', 'records', 'epochs'] as const)(
    'and greets, and withholds %s, is left by the clients below, as far as there is room elsewhere',
    (what) => {
      const { violations, holdings, below } = run(
        [attack(what), ...CLIENTS.map(put), wait(2 * wayAroundMs(roomy))],
        roomy,
      );
      expect(violations).toEqual([]);
      expect(below('r1')).toEqual([]);
      for (const client of CLIENTS)
        for (const writer of CLIENTS) expect(holdings.position(client, `${writer}/1`)).toBe(1);
    },
  );

  test('and greets, and passes on nothing, keeps its subtree from all others if there is no room elsewhere, and the others from nothing', () => {
    const { violations, below, holdings } = run([
      attack('all-but-greetings'),
      ...CLIENTS.map(put),
      wait(60_000),
    ]);
    expect(violations).toEqual([]);
    const [cutOff, served] = [below('r1'), CLIENTS.filter((client) => !below('r1').includes(client))];
    expect(cutOff.length).toBeGreaterThan(0);
    for (const client of served)
      for (const writer of served)
        if (writer !== client) expect(holdings.position(client, `${writer}/1`)).toBe(1);
    // This is what is not promised: it goes on for as long as the router does.
    for (const client of cutOff)
      for (const writer of served) expect(holdings.position(client, `${writer}/1`)).toBe(0);
  });

  test('and stops doing so is caught up with by the epochs', () => {
    const { violations, holdings } = run([
      attack('all-but-greetings'),
      ...CLIENTS.map(put),
      wait(10_000),
      attack('all-but-greetings', 'ends'),
      wait(10_000),
    ]);
    expect(violations).toEqual([]);
    for (const client of CLIENTS)
      for (const writer of CLIENTS) expect(holdings.position(client, `${writer}/1`)).toBe(1);
  });

  test('and suspects a child that is alive keeps nobody from anything', () => {
    const [child] = run([]).below('r1');
    const suspicion: RouterAttack = { kind: 'suspect', by: 'router(r1)', child: child ?? '' };
    const { violations, skipped, holdings } = run([
      { move: 'attack', attack: suspicion },
      wait(5_000),
      ...CLIENTS.map(put),
    ]);
    expect(violations).toEqual([]);
    expect(skipped).toEqual([]);
    expect(holdings.position('c1', 'c2/1')).toBe(1);
  });
});
