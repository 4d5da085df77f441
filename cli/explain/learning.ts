/** Since when a node knows what it should have gone by. */
import type { Observed, ObservedRun } from './observe.ts';

/** Moments, milliseconds; of what the node has not learned, nothing. */
export interface Learnt {
  /** Of the newest rotation. */
  readonly rotatedMs?: number;
  /** Of the newest fork. */
  readonly forkedMs?: number;
  /** What it subscribes to. */
  readonly subscribedMs?: number;
}

/** What the node of a step had learned before it, and when. */
export function learningOf({ steps }: ObservedRun, { index, node }: Observed): Learnt {
  let learnt: Learnt = {};
  for (const one of steps.slice(0, index)) {
    if (one.node !== node || one.step.kind !== 'reaction') continue;
    const { input } = one.step;
    if (input.kind === 'start') learnt = {};
    if (input.kind === 'command' && input.command.type === 'subscribe')
      learnt = { ...learnt, subscribedMs: one.nowMs };
    for (const effect of one.effects) {
      if (effect.kind !== 'report') continue;
      if (effect.report.type === 'rotated') learnt = { ...learnt, rotatedMs: one.nowMs };
      if (effect.report.type === 'forked') learnt = { ...learnt, forkedMs: one.nowMs };
    }
  }
  return learnt;
}
