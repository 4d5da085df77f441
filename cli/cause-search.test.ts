/** The search for distinct causes goes on from what it found, in rounds, and counts its runs through. */
import { describe, expect, test } from 'vitest';
import type { Probing } from '../engine/index.ts';
import { runsByChance, searchCauses, seedOfRound } from './cause-search.ts';
import { contextOf, fakeKit, SCENARIO, VIOLATED, VIOLATION } from './fake-kit.test-helper.ts';
import type { AnyCause, CauseDriver } from './kit.ts';

const ODD: AnyCause['schedule'] = [{ move: 'heal' }, { move: 'duplicate', message: 'c1>r1 data #1' }];

/** Shrinking leaves out what heals. */
const LONG: AnyCause['schedule'] = [...Array.from({ length: 20 }, () => ({ move: 'heal' }) as const), ...ODD];

function cause(kind: string, run: number, schedule: AnyCause['schedule']): AnyCause {
  const found = { property: 'edge-once', where: 'router', kinds: [kind] };
  return { cause: found, run, scenario: SCENARIO, schedule, violation: VIOLATION };
}

const kit = fakeKit([VIOLATED], { broken: [] });
const made = (runs: number) =>
  kit.campaign({ harnessModule: kit.harnessModule, runs, seed: 1, harnessConfig: {} });

/** Finds one cause more each time that it is asked; each time there is one thing to ask. */
function driverOf(rounds: number): CauseDriver {
  let asked = 0;
  return {
    *find(_, known) {
      yield { runsDone: 1, runs: 1, found: 1, executions: 1 };
      return [cause(`kind ${known.length}`, 5, LONG)];
    },
    probing: (found) => ({
      schedules: found.map(({ scenario, schedule }) => ({ scenario, schedule })),
      probes:
        (asked += 1) > rounds ? [] : [{ property: 'edge-once', where: 'router', bases: [0], donors: [] }],
    }),
    distinct: (found) => found.map((one) => ({ ...one, alsoBy: [] })),
  };
}

async function searched(
  rounds: number,
  runs: number,
  signal = new AbortController().signal,
  properties?: readonly string[],
) {
  const told: { readonly probing: Probing; readonly round: number; readonly runs: number }[] = [];
  const context = { ...contextOf(kit), signal };
  const result = await searchCauses(context, await made(100), kit.driver('reference'), driverOf(rounds), {
    runs,
    properties,
    campaign: (probing, round, share) => {
      told.push({ probing, round, runs: share });
      return made(share);
    },
  });
  return { told, ...result };
}

describe('the search for causes', () => {
  test('gives its probes in rounds, each from what was found before', async () => {
    const { told, causes, probes } = await searched(9, 30);
    expect(told.map(({ round }) => round)).toEqual([0, 1, 2]);
    expect(told.map(({ probing }) => probing.schedules.length)).toEqual([1, 2, 3]);
    expect(probes).toBe(30);
    expect(causes.map(({ cause: { kinds } }) => kinds.join())).toEqual([
      'kind 0',
      'kind 1',
      'kind 2',
      'kind 3',
    ]);
  });

  test('counts runs through, whatever round they are of', async () => {
    const { causes } = await searched(9, 30);
    expect(causes.map(({ run }) => run)).toEqual([5, 105, 115, 125]);
  });

  test('goes on where the round before ended', async () => {
    const { told } = await searched(9, 31);
    expect(told.map(({ runs }) => runs)).toEqual([11, 10, 10]);
    expect(told.map(({ probing }) => probing.from)).toEqual([0, 11, 21]);
  });

  test('ends when nothing is open, and with Ctrl-C', async () => {
    expect((await searched(1, 30)).told).toHaveLength(1);
    expect(await searched(0, 30)).toMatchObject({ told: [], probes: 0, causes: [{ run: 5 }] });
    expect((await searched(9, 30, AbortSignal.abort())).told).toEqual([]);
  });

  test('keeps to the properties that are asked for, and shortens what is long', async () => {
    expect((await searched(9, 30, undefined, ['tree-shape'])).causes).toEqual([]);
    const { causes } = await searched(9, 30, undefined, ['edge-once']);
    expect(causes).toHaveLength(4);
    // One short schedule of a place is enough to make others from.
    expect(causes.map(({ schedule }) => schedule.length)).toEqual([1, 22, 22, 22]);
  });

  test('makes most of a few runs by chance', () => {
    expect([1, 2, 101].map(runsByChance)).toEqual([1, 2, 71]);
  });

  test('rounds have seeds of their own', () => {
    const seeds = [1, 2, 3].flatMap((seed) => [seed, ...[0, 1, 2].map((round) => seedOfRound(seed, round))]);
    expect(new Set(seeds).size).toBe(seeds.length);
    for (const seed of seeds) expect(seed | 0).toBe(seed);
  });
});
