/** A run as a list of sentences: the steps that matter told, those between them folded. */
import type { Departure } from './departure.ts';
import { phrasesOf, present, type Situation } from './effects.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { Folder, type LeftOut } from './folds.ts';
import { Routines } from './routine.ts';
import { sentenceOf } from './sentences.ts';
import { listed, messageWords, neighbourhood, placementName } from './words.ts';

/** A sentence of the story. Texts have marked terms (`terms.ts`). */
export type Beat =
  | {
      readonly kind: 'told';
      /** From 1. */
      readonly number: number;
      /** Indices in the trace: more than one where several nodes did the same. */
      readonly steps: readonly number[];
      readonly nowMs: number;
      readonly text: string;
      /** Position of the move behind it. */
      readonly move?: number;
      /** What the statechart says, where the node did something else. */
      readonly departure?: Departure;
      /** Whether this is where the property broke. */
      readonly isViolation: boolean;
    }
  | {
      readonly kind: 'folded';
      readonly steps: readonly number[];
      /** When the sentence before it is (0: there is none), and the one after it (its own end, if there is none). */
      readonly fromMs: number;
      readonly untilMs: number;
      /** Whether nobody misses any of it, unless it is long. */
      readonly isQuiet: boolean;
      readonly text: string;
    };

/** Makes the beats. `departures` by index of the step. */
export function beatsOf(
  run: ObservedRun,
  told: ReadonlySet<number>,
  options: {
    readonly until: number;
    readonly violation: number | undefined;
    readonly departures: ReadonlyMap<number, Departure>;
    /** What is said after the sentence of a step. */
    readonly notes?: ReadonlyMap<number, string>;
    /** What never happened, if the story is about that. */
    readonly awaited?: string | undefined;
  },
): readonly Beat[] {
  const routines = new Routines();
  const folder = new Folder(run, options.awaited);
  const beats: Beat[] = [];
  let folded: LeftOut[] = [];
  let group: Observed[] = [];
  let toldMs = 0;
  const flushFold = (untilMs = folded.at(-1)?.observed.nowMs ?? toldMs): void => {
    if (folded.length > 0) beats.push(folder.fold(folded, toldMs, untilMs));
    folded = [];
  };
  const flushGroup = (): void => {
    const [first] = group;
    if (first === undefined) return;
    const departure = options.departures.get(first.index);
    const note = options.notes?.get(first.index) ?? '';
    const sentence = group.length === 1 ? sentenceOf(first, run) : groupSentence(group, run);
    beats.push({
      kind: 'told',
      number: beats.filter(({ kind }) => kind === 'told').length + 1,
      steps: group.map(({ index }) => index),
      nowMs: first.nowMs,
      text: note === '' ? sentence : `${sentence} ${note}`,
      ...(first.move === undefined ? {} : { move: first.move }),
      ...(departure === undefined ? {} : { departure }),
      isViolation: group.some(({ index }) => index === options.violation),
    });
    toldMs = group.at(-1)?.nowMs ?? toldMs;
    group = [];
  };
  for (const observed of run.steps) {
    if (observed.index > options.until) break;
    const routine = routines.of(observed);
    if (!told.has(observed.index)) {
      folded.push({ observed, routine });
      continue;
    }
    const [first] = group;
    const isAlone =
      observed.index === options.violation ||
      options.departures.has(observed.index) ||
      (options.notes?.get(observed.index) ?? '') !== '';
    const joins =
      first !== undefined &&
      // What was folded since then lies in between.
      folded.length === 0 &&
      !isAlone &&
      sameKind(first, observed) &&
      !options.departures.has(first.index) &&
      (options.notes?.get(first.index) ?? '') === '' &&
      first.index !== options.violation;
    if (!joins) {
      flushGroup();
      flushFold(observed.nowMs);
    }
    group.push(observed);
    folder.tell(observed);
  }
  flushGroup();
  flushFold();
  return beats;
}

/** Whether two steps are the same thing at two nodes: the same record, placements of one version. */
function sameKind(a: Observed, b: Observed): boolean {
  if (isAttacked(a) && isAttacked(b) && a.node === b.node) return a.move === b.move;
  const [from, to] = [a.situation.tookIn, b.situation.tookIn];
  if (from === undefined || to === undefined || from.type !== to.type || a.nowMs !== b.nowMs) return false;
  if (a.move !== undefined || b.move !== undefined || a.node === b.node) return false;
  if (from.type === 'placement' && to.type === 'placement')
    return from.version === to.version && isPlain(a) && isPlain(b);
  return messageWords(from) === messageWords(to) && didWords(a) === didWords(b);
}

function isAttacked({ step }: Observed): boolean {
  return step.kind === 'reaction' && step.attack !== undefined;
}

/** Whether a placement made a node do nothing but install it. */
function isPlain({ effects }: Observed): boolean {
  return (
    effects.every((effect) => effect.kind !== 'report' || effect.report.type === 'installed') &&
    effects.some(({ kind }) => kind === 'report')
  );
}

function didWords({ effects, situation }: Observed): string {
  return phrasesOf(effects, plainSituation(situation)).map(present).join(', ');
}

function plainSituation(situation: Situation): Situation {
  return { tookIn: situation.tookIn, parents: situation.parents };
}

function groupSentence(group: readonly Observed[], run: ObservedRun): string {
  const nodes = group.flatMap(({ node }) => node ?? []);
  const [first] = group;
  const message = first?.situation.tookIn;
  if (first === undefined || message === undefined) return '';
  if (isAttacked(first)) return `${sentenceOf(first, run)} And so on, ${group.length} times.`;
  if (message.type === 'placement') {
    const places = group.flatMap(({ node, situation: { tookIn } }) =>
      tookIn?.type === 'placement'
        ? [
            `${node ?? ''}: ${neighbourhood(
              tookIn.parent.node,
              tookIn.children.map((child) => child.node),
            )}`,
          ]
        : [],
    );
    return `${listed(nodes)} each install their ${placementName(message)} (${places.join('; ')}).`;
  }
  const did = didWords(first);
  return `${listed(nodes)} each receive ${messageWords(message)}${did === '' ? '' : `; each ${did}`}.`;
}
