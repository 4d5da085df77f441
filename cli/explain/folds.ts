/** Steps that are left out, summed up in a line. */
import type { Beat } from './beats.ts';
import { EpochsSeen } from './epochs.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { treeChange } from './reports.ts';
import { Retries } from './retries.ts';
import type { Routine } from './routine.ts';
import { clauses, counted, gap } from './words.ts';

export type Folded = Extract<Beat, { readonly kind: 'folded' }>;

/** A step that is left out, and what it is if it is routine. */
export interface LeftOut {
  readonly observed: Observed;
  readonly routine: Routine | undefined;
}

/** Quiet steps that are fewer and shorter than this are not worth a line. */
const [FEWEST_FOLDED, SHORTEST_FOLDED_MS] = [5, 100];
/** In a fold that is longer than this, somebody who waits has had the time to ask again. */
const LONG_FOLD_MS = 10_000;

/** Whether steps that are folded are worth a line of their own. */
export function isWorthALine({ steps, fromMs, untilMs, isQuiet }: Folded): boolean {
  return !isQuiet || steps.length >= FEWEST_FOLDED || untilMs - fromMs >= SHORTEST_FOLDED_MS;
}

const ROUTINE_WORDS: Readonly<Record<Exclude<Routine, 'epochs'>, string>> = {
  heartbeats: 'heartbeats',
  forming: 'the tree forms',
  confirming: 'placements are confirmed',
  other: 'timers',
};

/** Sums up what is left out of one run. */
export class Folder {
  readonly #epochs: EpochsSeen;
  readonly #retries: Retries;

  /** @param awaited message of what never happened, if that is what the story is about */
  constructor(run: ObservedRun, awaited: string | undefined) {
    this.#epochs = new EpochsSeen(run);
    this.#retries = new Retries(awaited);
  }

  /** Notes a step that is told. */
  tell(observed: Observed): void {
    this.#retries.tell(observed);
  }

  fold(steps: readonly LeftOut[], fromMs: number, untilMs: number): Folded {
    const found = steps.flatMap(({ observed, routine }) => (routine === 'epochs' ? [observed] : []));
    const epochs = this.#epochs.findNothing(found) ? 'epochs that repair nothing' : 'epochs';
    const counts = new Map<string, number>();
    for (const { observed, routine } of steps) {
      const what = routine === 'epochs' ? epochs : kindWords(observed, routine);
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const what = Array.from(counts, ([words, many]) => `${words} (${counted(many, 'step')})`);
    const trees = steps.flatMap(({ observed, routine }) =>
      routine === 'forming' ? [] : treeWords(observed),
    );
    if (trees.length > 0) what.push(`the tree changes: ${trees.join('; ')}`);
    const retries =
      untilMs - fromMs >= LONG_FOLD_MS ? this.#retries.words(steps.map(({ observed }) => observed)) : [];
    const time = untilMs > fromMs ? `${gap(untilMs - fromMs)} ` : '';
    return {
      kind: 'folded',
      steps: steps.map(({ observed }) => observed.index),
      fromMs,
      untilMs,
      isQuiet: steps.every(isQuiet),
      text: `${time}${clauses(what)}${retries.length === 0 ? '' : `; in all this time ${clauses(retries)}`}`,
    };
  }
}

/** What kind of step it is, for a sum. */
function kindWords(
  { step, situation: { tookIn }, withheldBy }: Observed,
  routine: Routine | undefined,
): string {
  if (routine !== undefined && routine !== 'epochs' && routine !== 'other') return ROUTINE_WORDS[routine];
  if (step.kind === 'event') {
    if (step.event.type === 'lost') return withheldBy === undefined ? 'messages lost' : 'messages withheld';
    return step.event.type === 'restarting' ? 'restarts' : 'what befalls nodes and network';
  }
  if (step.attack !== undefined) return 'attacks';
  if (step.input.kind === 'start') return 'starts';
  if (step.input.kind === 'command') return 'questions of applications';
  if (step.input.kind === 'timer') return step.input.timer === 'join' ? 'requests for a place' : 'timers';
  switch (tookIn?.type) {
    case 'data':
      return 'records passed on';
    case 'nak':
    case 'repair':
      return 'repairs';
    case 'join':
    case 'join-refused':
      return 'requests for a place';
    case 'placement':
    case 'placement-ack':
    case 'leave':
      return 'changes of places';
    case 'suspect':
    case 'probe':
    case 'probe-ack':
      return 'questions who is alive';
    case 'subscription':
      return 'subscriptions';
    case 'evidence':
    case 'split-view':
      return 'evidence';
    case 'rts':
    case 'eoe':
    case 'sync':
      return 'epochs';
    case 'heartbeat':
      return 'heartbeats';
    case 'garbage':
    case undefined:
      return 'messages that are not authentic';
  }
}

/** Whether nobody misses the step: a heartbeat, or a start that is told as what the node does at it. */
function isQuiet({ observed: { step }, routine }: LeftOut): boolean {
  return routine === 'heartbeats' || (step.kind === 'event' && step.event.type === 'restarting');
}

/** The tree that a step commits. */
function treeWords({ effects, situation }: Observed): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'report' && effect.report.type === 'committed'
      ? [`version ${effect.report.version}: ${treeChange(effect.report, situation)}`]
      : [],
  );
}
