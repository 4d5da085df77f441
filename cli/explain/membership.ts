/** Changes of who is in the tree, and which of them can be summed up by the tree that they lead to. */
import type { Observed, ObservedRun } from './observe.ts';

/** Fewer changes of membership in a row than this are told. */
const FEW_CHANGES = 3;

/** Told steps about who is in the tree that come one after the other: their outcome, the next tree, says it all. */
export function membershipRuns(
  { steps }: ObservedRun,
  told: ReadonlySet<number>,
  kept: ReadonlySet<number>,
): readonly number[] {
  const found: number[] = [];
  let row: number[] = [];
  for (const index of [...[...told].toSorted((a, b) => a - b), -1]) {
    const observed = steps[index];
    if (observed !== undefined && !kept.has(index) && isMembership(observed)) {
      row.push(index);
      continue;
    }
    if (row.length >= FEW_CHANGES) found.push(...row);
    row = [];
  }
  return found;
}

const MEMBERSHIP: ReadonlySet<string> = new Set([
  'join',
  'join-refused',
  'placement',
  'placement-ack',
  'suspect',
  'probe',
  'probe-ack',
  'leave',
]);

/** Whether a step is about who is in the tree, and is no doing of the environment or the adversary. */
function isMembership({ step, move, situation, effects }: Observed): boolean {
  if (step.kind === 'event') {
    if (step.event.type === 'resumed') return step.cause.kind === 'fair';
    return (
      step.event.type === 'lost' && MEMBERSHIP.has(/ ([a-z-]+) [#~]/.exec(step.event.message)?.[1] ?? '')
    );
  }
  const writes = effects.some(
    ({ kind, ...effect }) => kind === 'report' && 'report' in effect && 'capsule' in effect.report,
  );
  if (move !== undefined || writes) return false;
  if (step.input.kind === 'timer') return /^(suspect|probe|join|placement)/.test(step.input.timer);
  return situation.tookIn !== undefined && MEMBERSHIP.has(situation.tookIn.type);
}
