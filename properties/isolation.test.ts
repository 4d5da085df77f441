/**
 * A domain harms nobody outside of it: whatever is the matter with the nodes of one, and whatever whoever has all their keys does, everything
 * holds among the others, and they end up with what they would have without. Two executions, compared.
 */
import { expect, test } from 'vitest';
import {
  execute,
  randomFromSeed,
  walk,
  type Flight,
  type Schedule,
  type WorldView,
} from '../engine/index.ts';
import { domainOf } from '../model/index.ts';
import { harnessFor } from './harness.ts';
import { finalStores } from './monitors/non-interference.ts';
import type { Command, Report } from './reading.ts';
import { scenarioOf, type TreeScenario } from './scenario.ts';

const DOMAINS = 3;
const scenario = scenarioOf({ topology: 'domains', domains: DOMAINS, k: 3, routers: 5, clients: 6 });
const isOf = (domain: string) => (node: string) => domainOf(node, DOMAINS) === domain;

/** Longer than it takes to find a gateway dead and to place those below it anew, and a few epochs. */
const LONG_MS = 40_000;

const elapse = (ms: number) => ({ move: 'elapse', ms }) as const;
/** Each of these clients writes a key of its own. */
const puts = (clients: readonly string[], what: string): Schedule<Command> =>
  clients.map((node) => ({
    move: 'command',
    node,
    command: { type: 'put', key: `${node} ${what}`, value: what },
  }));

const FAULTS: Readonly<Record<string, (inside: readonly string[]) => Schedule<Command>>> = {
  'is dead': (inside) => inside.map((node) => ({ move: 'crash', node })),
  'is cut off': (inside) => [
    {
      move: 'partition',
      from: inside,
      to: scenario.nodes.filter((node) => !inside.includes(node)),
      way: 'both',
    },
  ],
  'hears and says nothing': (inside) => inside.map((node) => ({ move: 'pause', node })),
};

/** What these clients delivered of each other's records before the system settled, sorted. */
function deliveredBefore(
  { trace = [] }: ReturnType<typeof execute<unknown, Command, Report, TreeScenario>>,
  clients: readonly string[],
): readonly string[] {
  return trace
    .filter(({ cause }) => !(cause.kind === 'fair' && cause.phase === 'settle'))
    .flatMap((step) => (step.kind === 'reaction' && clients.includes(step.node) ? [step] : []))
    .flatMap(({ node, outputs }) =>
      outputs.flatMap((output) =>
        output.kind === 'report' &&
        output.report.type === 'delivered' &&
        clients.includes(output.report.capsule.split('/')[0] ?? '')
          ? [`${node} ${output.report.capsule}#${output.report.seq}`]
          : [],
      ),
    )
    .toSorted();
}

/** What the clients outside of a domain come to without its faults. */
const undisturbed = new Map<string, unknown>();

test.each(['d1', 'd2', 'd3'].flatMap((domain) => Object.keys(FAULTS).map((fault) => ({ domain, fault }))))(
  '$domain $fault: the others do not notice',
  ({ domain, fault }) => {
    const harness = harnessFor('reference');
    if (harness === undefined) throw new Error('no reference');
    const inside = scenario.nodes.filter(isOf(domain));
    const others = scenario.nodes.filter((node) => node.startsWith('c') && !inside.includes(node));
    const run = (faults: Schedule<Command>) => {
      const schedule = [
        ...puts(others, 'before'),
        ...faults,
        ...puts(others, 'at once'),
        elapse(LONG_MS),
        ...puts(others, 'later'),
        elapse(LONG_MS),
      ];
      const made = execute(harness, scenario, schedule, { keepTrace: true });
      expect(made.violations).toEqual([]);
      const delivered = deliveredBefore(made, others);
      const stores = [...finalStores(made)].filter(([node]) => others.includes(node));
      return {
        delivered,
        stores: stores.map(([node, { store }]) => [node, [...store]]),
      };
    };
    const with_ = run(FAULTS[fault]?.(inside) ?? []);
    const without = undisturbed.get(domain) ?? run([]);
    undisturbed.set(domain, without);
    // Everybody else has delivered everything before the fault ends.
    expect(with_.delivered).toHaveLength(3 * others.length * (others.length - 1));
    expect(with_).toEqual(without);
    expect(with_.stores).toHaveLength(others.length);
  },
);

/** Moves of an attack upon the others, and attacks of each domain. */
const MOVES = 40;
const SEEDS = [1];

type View = WorldView<unknown, TreeScenario>;

/** The view, as those of a domain have it, who know and attack with the keys of nobody else. */
function within(view: View, inside: readonly string[]): View {
  const isOwn = ({ from }: Flight<unknown>): boolean => inside.includes(from);
  return {
    scenario: { ...view.scenario, nodes: inside },
    nowMs: view.nowMs,
    isUp: (node) => view.isUp(node),
    inFlight: view.inFlight.filter(isOwn),
    seen: view.seen.filter(isOwn),
    find: (id) => view.find(id),
  };
}

test.each(['d1', 'd2', 'd3'].flatMap((domain) => SEEDS.map((seed) => ({ domain, seed }))))(
  '$domain is malicious (seed $seed): the others deliver and store what they would without',
  ({ domain, seed }) => {
    const harness = harnessFor('reference');
    const adversary = harness?.adversary;
    if (harness === undefined || adversary === undefined) throw new Error('no reference');
    const inside = scenario.nodes.filter(isOf(domain));
    const clients = scenario.nodes.filter((node) => node.startsWith('c'));
    const others = clients.filter((node) => !inside.includes(node));
    let serial = 0;
    const malicious: typeof harness = {
      ...harness,
      adversary: {
        ...adversary,
        propose(view, random, capabilities) {
          const own = within(view, inside);
          return own.seen.length === 0 ? undefined : adversary.propose(own, random, capabilities);
        },
      },
      // Keys of their own: which of two writes of one key wins is for whoever writes to say, malicious or not.
      workload: () => ({
        next(_, random) {
          const node = random.pick(clients);
          serial += 1;
          return { node, command: { type: 'put', key: `${node} ${serial}`, value: `v${serial}` } };
        },
      }),
    };
    const { schedule: attacked } = walk(malicious, scenario, randomFromSeed(seed), {
      moves: MOVES,
      strategy: 'uniform',
      capabilities: ['insider', 'writer', 'router'],
      choices: ['attack', 'command', 'elapse'],
    });
    const attacks = attacked.filter(({ move }) => move === 'attack');
    expect(attacks.length).toBeGreaterThan(MOVES / 10);
    const later = [elapse(LONG_MS), ...puts(others, 'later'), elapse(LONG_MS)];
    const [with_, without] = [attacked, attacked.filter(({ move }) => move !== 'attack')].map((moves) => {
      const run = execute(harness, scenario, [...moves, ...later], { keepTrace: true });
      expect(run.violations).toEqual([]);
      return {
        delivered: deliveredBefore(run, others),
        stores: [...finalStores(run)]
          .filter(([node]) => others.includes(node))
          .map(([node, { store }]) => [
            node,
            [...store].filter(([key]) => others.includes(key.split(' ')[0] ?? '')),
          ]),
      };
    });
    expect(with_?.delivered.length).toBeGreaterThan(0);
    expect(with_).toEqual(without);
  },
);
