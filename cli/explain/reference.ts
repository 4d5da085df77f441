/** What the reference does on the moves that break a mutant: from the first wrong step to where the property is satisfied. */
import { pastOf } from './relevance.ts';
import { beatsOf, type Beat } from './beats.ts';
import { partingOf } from './nearest.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { Routines } from './routine.ts';
import type { Telling, ToldRun } from './story.ts';
import { moment, recordId } from './words.ts';

type ToldBeat = Extract<Beat, { readonly kind: 'told' }>;

/** The reference on the same moves. */
export interface Beside {
  /** When it first does something else, milliseconds. */
  readonly partsMs: number;
  readonly beats: readonly ToldBeat[];
  /** Whether the last sentence is where what was waited for happens. */
  readonly isMet: boolean;
}

/** What is said of it before its sentences, and after them. */
export function referenceWords({ partsMs, isMet }: Beside): {
  readonly begins: string;
  readonly ends: string;
} {
  return {
    begins:
      partsMs === 0
        ? 'It goes another way from the beginning:'
        : `Up to ${moment(partsMs)} it does the same. Then:`,
    ends: `${isMet ? 'That is what was waited for. ' : ''}The property holds to the end of that run.`,
  };
}

/** Sentences of it, at most. */
const MOST = 10;

/** Tells it; undefined where the property does not hold there either, or nothing else happens. */
export function besideReference(failing: Telling, { run, violation }: ToldRun): Beside | undefined {
  if (violation !== undefined || failing.violation === undefined) return undefined;
  const partsAt = partingOf(failing.run, run);
  const first = run.steps[partsAt];
  if (first === undefined) return undefined;
  const met = metAt(failing.violation, run, partsAt);
  const until = met ?? partsAt;
  const past = pastOf(run, [until]);
  const routines = new Routines();
  const notable = run.steps.filter((one) => {
    const isRoutine = routines.of(one) !== undefined;
    return one.index > partsAt && one.index < until && !isRoutine && past.has(one.index);
  });
  // How it begins, and how it comes to its end.
  const half = MOST / 2 - 1;
  const shown = notable.length <= 2 * half ? notable : [...notable.slice(0, half), ...notable.slice(-half)];
  const told = new Set([partsAt, ...shown.map(({ index }) => index), until]);
  const beats = beatsOf(run, told, { until, violation: undefined, departures: new Map() });
  return {
    partsMs: first.nowMs,
    beats: beats.filter((beat): beat is ToldBeat => beat.kind === 'told'),
    isMet: met !== undefined,
  };
}

/** Index of the first step that does what was waited for in vain; undefined where nothing was, or no single step does. */
function metAt(
  { verdict, message, node }: NonNullable<Telling['violation']>,
  run: ObservedRun,
  partsAt: number,
): number | undefined {
  if (verdict !== 'stalled') return undefined;
  const who = node ?? /\b([rc]\d+|C)\b/.exec(message)?.[1];
  const isDelivery = /\bdelivered\b/.test(message);
  const record = /\b[rc]\d+\/[^#\s]+#\d+/.exec(message)?.[0];
  const isIt = ({ effects }: Observed): boolean =>
    effects.some((effect) => {
      if (effect.kind !== 'report') return false;
      const { report } = effect;
      return isDelivery ? report.type === 'delivered' && recordId(report) === record : MEETS.has(report.type);
    });
  return run.steps.find((one) => one.index >= partsAt && one.node === who && isIt(one))?.index;
}

/** Reports of what liveness promises, beside deliveries. */
const MEETS: ReadonlySet<string> = new Set(['forked', 'split-view', 'rotated', 'installed', 'epoch-closed']);
