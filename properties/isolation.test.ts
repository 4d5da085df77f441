/**
 * A domain harms nobody outside of it: whatever is the matter with the nodes of one, everything holds among the others, and they
 * end up with what they would have without. Two executions, compared.
 */
import { expect, test } from 'vitest';
import { execute, type Schedule } from '../engine/index.ts';
import { domainOf } from '../model/index.ts';
import { harnessFor } from './harness.ts';
import { finalStores } from './monitors/non-interference.ts';
import type { Command } from './reading.ts';
import { scenarioOf } from './scenario.ts';

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
      const { trace = [] } = made;
      const isSettling = (step: (typeof trace)[number]): boolean =>
        step.cause.kind === 'fair' && step.cause.phase === 'settle';
      const delivered = trace.flatMap((step) =>
        step.kind === 'reaction' && !isSettling(step) && others.includes(step.node)
          ? step.outputs.flatMap((output) =>
              output.kind === 'report' && output.report.type === 'delivered'
                ? [`${step.node} ${output.report.capsule}#${output.report.seq}`]
                : [],
            )
          : [],
      );
      const stores = [...finalStores(made)].filter(([node]) => others.includes(node));
      return {
        delivered: delivered.toSorted(),
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
