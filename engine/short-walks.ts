/** What the short schedules are made of that shrinking makes anew (`shrink.ts`). */
import type { BaseScenario } from './subject.ts';
import type { Harness } from './harness.ts';
import type { Schedule } from './move.ts';
import type { Choice, StrategyOptions } from './proposer.ts';

/** Kinds that are known to break the property, kinds that might do the same, what one capability gives, anything. */
export function waysOfShortWalks<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  schedule: Schedule<C>,
): readonly StrategyOptions[] {
  const kinds = kindsOf(harness, schedule);
  return [
    { choices: kinds },
    { choices: alike(kinds) },
    ...harness.capabilities.map((capability) => ({ capabilities: [capability] })),
    { strategy: 'swarm' },
  ];
}

/** The kinds of moves that the schedule has. */
function kindsOf<F, C, R, S extends BaseScenario>(
  harness: Harness<F, C, R, S>,
  schedule: Schedule<C>,
): readonly Choice[] {
  const leave = JSON.stringify(harness.leave);
  const kinds = schedule.flatMap((move): readonly Choice[] => {
    if (move.move === 'partition') return ['partition', 'isolate'];
    return move.move === 'command' && JSON.stringify(move.command) === leave ? ['leave'] : [move.move];
  });
  return Array.from(new Set(kinds));
}

/** Kinds of moves that may come to the same: others that the network can do to messages; firing timers instead of waiting. */
function alike(kinds: readonly Choice[]): readonly Choice[] {
  const network: readonly Choice[] = ['deliver', 'drop', 'duplicate', 'partition', 'isolate', 'clog'];
  return [
    ...kinds,
    ...(kinds.some((kind) => network.includes(kind)) ? network : []),
    ...(kinds.includes('elapse') ? (['fire'] as const) : []),
  ];
}
