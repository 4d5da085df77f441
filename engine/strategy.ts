/** Strategies: what the environment and the adversary do next, chosen online among what is possible now. */
import type { BaseScenario } from './subject.ts';
import type { Capability, Move } from './move.ts';
import type { Harness, Random } from './harness.ts';
import { DEFAULT_MOVES, DEFAULT_STRATEGY } from './defaults.ts';
import { derivedMoves } from './guided.ts';
import { pctMoves } from './pct.ts';
import { weighted, type Entry } from './weights.ts';
import { probingMoves } from './probe-moves.ts';
import { Proposer, type Choice, type StrategyOptions } from './proposer.ts';
import type { World } from './world.ts';

/** The ordinary course of things has about two thirds of the weight, so that runs get somewhere. */
const ENTRIES: readonly Entry[] = [
  { choice: 'elapse', needs: undefined, weight: 30 },
  { choice: 'command', needs: undefined, weight: 30 },
  { choice: 'deliver', needs: 'network', weight: 12 },
  { choice: 'drop', needs: 'network', weight: 8 },
  { choice: 'duplicate', needs: 'network', weight: 4 },
  { choice: 'clog', needs: 'network', weight: 4 },
  { choice: 'release', needs: 'network', weight: 4 },
  { choice: 'partition', needs: 'network', weight: 1 },
  { choice: 'isolate', needs: 'network', weight: 1 },
  { choice: 'heal', needs: 'network', weight: 3 },
  { choice: 'fire', needs: 'timing', weight: 4 },
  { choice: 'pause', needs: 'timing', weight: 2 },
  { choice: 'resume', needs: 'timing', weight: 3 },
  { choice: 'skew', needs: 'timing', weight: 1 },
  { choice: 'crash', needs: 'churn', weight: 4 },
  { choice: 'restart', needs: 'churn', weight: 5 },
  { choice: 'leave', needs: 'churn', weight: 2 },
  { choice: 'attack', needs: 'outsider', weight: 20 },
];

/** Kinds that end a fault: never switched off while the fault can happen. */
const REMEDIES: ReadonlySet<Choice> = new Set(['release', 'heal', 'resume', 'restart']);

/** Capabilities that attack with keys. */
const KEYED: ReadonlySet<Capability> = new Set(['insider', 'writer', 'router', 'coordinator', 'stolen']);

/** Attempts to find a kind of move that is possible now, before time is let pass instead. */
const ATTEMPTS = 8;

/** Percent of swarm runs that come in bursts, and the longest burst. */
const BURSTY_PERCENT = 30;
const BURST_MAX = 6;

export type { StrategyOptions };

/** Makes the moves of one run: each call gives one that is possible now; undefined at the end of the schedule. */
export function movesFor<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  world: World<F, C, R, S>,
  random: Random,
  options: StrategyOptions = {},
): () => Move<C> | undefined {
  const { strategy = DEFAULT_STRATEGY, capabilities = harness.capabilities, moves = DEFAULT_MOVES } = options;
  const granted = ENTRIES.filter(
    ({ needs, choice }) =>
      (needs === undefined ||
        capabilities.includes(needs) ||
        (choice === 'attack' && capabilities.some((one) => KEYED.has(one)))) &&
      (options.choices?.includes(choice) ?? true),
  );
  const proposer = new Proposer(harness, world, random, options);
  if (options.probe !== undefined) {
    const choices = options.probe.choices.filter((one) => granted.some(({ choice }) => choice === one));
    return probingMoves(proposer, random, { ...options.probe, choices });
  }
  const next = ((): (() => Move<C>) => {
    const drawn = strategy === 'mixed' ? random.pick(['uniform', 'swarm'] as const) : strategy;
    switch (drawn) {
      case 'uniform':
        return mixed(granted, proposer, random, false);
      case 'swarm':
        return mixed(swarmOf(granted, random), proposer, random, random.chance(BURSTY_PERCENT));
      case 'pct':
        return pctMoves(world, proposer, swarmOf(granted, random), random, {
          ...options,
          moves,
          capabilities,
        });
      case 'guided': {
        const fresh = mixed(swarmOf(granted, random), proposer, random, random.chance(BURSTY_PERCENT));
        return derivedMoves(proposer, fresh, random, options);
      }
    }
  })();
  let left = moves;
  let rest: Move<C>[] | undefined;
  return () => {
    if (left <= 0) {
      rest ??= proposer.remaining().toReversed();
      return rest.pop();
    }
    left -= 1;
    return next();
  };
}

/** Each move of a kind that is drawn by weight; in a bursty run, some kinds are drawn several times in a row. */
function mixed<F, C, R, S extends BaseScenario>(
  entries: readonly Entry[],
  proposer: Proposer<F, C, R, S>,
  random: Random,
  isBursty: boolean,
): () => Move<C> {
  let burst: { readonly choice: Choice; left: number } | undefined;
  return () => {
    if (burst !== undefined && burst.left > 0) {
      burst.left -= 1;
      const again = proposer.propose(burst.choice);
      if (again !== undefined) return again;
      burst = undefined;
    }
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const choice = weighted(entries, random);
      const move = proposer.propose(choice);
      if (move === undefined) continue;
      if (isBursty && choice !== 'elapse' && random.chance(40))
        burst = { choice, left: random.int(1, BURST_MAX) };
      return move;
    }
    return proposer.elapse();
  };
}

function swarmOf(entries: readonly Entry[], random: Random): readonly Entry[] {
  const drawn: Entry[] = [];
  for (const entry of entries) {
    const isOn = entry.needs === undefined || REMEDIES.has(entry.choice) || random.chance(50);
    const weight = entry.weight * random.pick([1, 2, 4]);
    if (isOn) drawn.push({ ...entry, weight });
  }
  return drawn;
}
