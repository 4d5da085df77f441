/** Ten thousand frames that are none, at each role inside a formed tree, through the harness, judged by everything. */
import { beforeAll, describe, expect, test } from 'vitest';
import { execute, type Move, type Property, type Run, type Step } from '../engine/index.ts';
import { TraceDigest } from '../engine/digest.ts';
import type { TracedStep } from '../engine/reaction.ts';
import { MALFORMED } from './adversary/malformed.ts';
import { harnessOf } from './harness.ts';
import type { Command, Report } from './reading.ts';
import { scenarioOf, type TreeScenario } from './scenario.ts';
import { referenceSubject } from './subjects/reference.ts';

type TreeRun = Run<Uint8Array, Command, Report, TreeScenario>;

const FRAMES = 10_000;
const scenario = scenarioOf({ k: 2, routers: 2, clients: 3 });
const put = (node: string): Move<Command> => ({
  move: 'command',
  node,
  command: { type: 'put', key: 'k', value: node },
});
const BEFORE: readonly Move<Command>[] = [put('c1'), put('c2'), { move: 'elapse', ms: 7000 }, put('c3')];
const AFTER: readonly Move<Command>[] = [put('c2'), { move: 'elapse', ms: 2000 }, put('c1')];

/** Frames that were seen on the wire by then: spoiled, they are what is put in front of the target. */
const SEEN = ['r1>C heartbeat #1', 'C>r1 placement #1', 'r1>C placement-ack #1', 'C>r1 rts #1', 'C>r1 sync #1', 'r2>C eoe #1']; // prettier-ignore

/** Watches a run: how its attacks end, and all the rest of it, as if there had been none. */
function remainder() {
  const digest = new TraceDigest(referenceSubject);
  const gauges: unknown[] = [];
  const attacks = { count: 0, rejected: 0 };
  const stores = new Map<string, string>();
  const property: Property<Uint8Array, Command, Report, TreeScenario> = {
    id: 'remainder',
    kind: 'safety',
    statement: '',
    source: '',
    monitor: () => ({
      property: 'remainder',
      exercised: 1,
      observe(step: Step<Uint8Array, Command, Report>) {
        if (step.kind === 'event') return undefined;
        if (step.attack !== undefined) {
          attacks.count += 1;
          const [output] = step.outputs;
          if (step.outputs.length !== 1 || output?.kind !== 'reject') return undefined;
          attacks.rejected += 1;
          return undefined;
        }
        digest.add(step as TracedStep<Uint8Array, Command, Report>);
        gauges.push(step.gauges);
        for (const output of step.outputs)
          if (output.kind === 'report' && output.report.type === 'store')
            stores.set(step.node, JSON.stringify(output.report.entries));
        return undefined;
      },
    }),
  };
  return { property, digest, gauges, attacks, stores };
}

function runWith(attacks: readonly Move<Command>[]) {
  const rest = remainder();
  const harness = harnessOf(referenceSubject);
  const run: TreeRun = execute(
    { ...harness, properties: [...harness.properties, rest.property] },
    scenario,
    [...BEFORE, ...attacks, ...AFTER],
    { digest: false },
  );
  return { run, ...rest, digest: rest.digest.end() };
}

describe('junk', () => {
  let quiet: ReturnType<typeof runWith>;
  beforeAll(() => {
    quiet = runWith([]);
    expect(quiet.run.violations).toEqual([]);
    expect(quiet.stores.size).toBe(3);
  });

  test.each(['C', 'r1', 'c1'])('at %s is rejected, counted, and changes nothing else', (to) => {
    const attacks = Array.from({ length: FRAMES }, (_, index): Move<Command> => {
      const how = MALFORMED[index % MALFORMED.length];
      const message = SEEN[Math.floor(index / MALFORMED.length) % SEEN.length];
      return {
        move: 'attack',
        attack: { kind: 'malformed', how, message, to, salt: Math.imul(index, 0x9e3779b1) >>> 0 },
      };
    });
    const noisy = runWith(attacks);
    expect(noisy.run.violations).toEqual([]);
    expect(noisy.run.skipped).toEqual([]);
    expect(noisy.attacks).toEqual({ count: FRAMES, rejected: FRAMES });
    expect(noisy.run.exercised['rejection-is-inert']).toBe(
      FRAMES + (quiet.run.exercised['rejection-is-inert'] ?? 0),
    );
    expect(noisy.run.steps).toBe(quiet.run.steps + FRAMES);
    expect(noisy.stores).toEqual(quiet.stores);
    expect(noisy.gauges).toEqual(quiet.gauges);
    expect(noisy.digest).toBe(quiet.digest);
  });
});
