/** A run as a list of sentences: the steps that matter told, those between them folded. */
import type { Departure } from './departure.ts';
import { phrasesOf, present, type Situation } from './effects.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { Routines, type Routine } from './routine.ts';
import { treeChange } from './reports.ts';
import { sentenceOf } from './sentences.ts';
import { term } from './terms.ts';
import { clauses, counted, gap, listed, messageWords, neighbourhood } from './words.ts';

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
      readonly text: string;
    };

/** Folds that are smaller and shorter than this are not worth a line. */
const [FEWEST_FOLDED, SHORTEST_FOLDED_MS] = [5, 100];

/** Whether steps that are folded are worth a line of their own. */
export function isWorthALine(beat: Extract<Beat, { readonly kind: 'folded' }>): boolean {
  return beat.steps.length >= FEWEST_FOLDED || beat.untilMs - beat.fromMs >= SHORTEST_FOLDED_MS;
}

/** Makes the beats. `departures` by index of the step. */
export function beatsOf(
  run: ObservedRun,
  told: ReadonlySet<number>,
  options: {
    readonly until: number;
    readonly violation: number | undefined;
    readonly departures: ReadonlyMap<number, Departure>;
  },
): readonly Beat[] {
  const routines = new Routines();
  const beats: Beat[] = [];
  let folded: { readonly observed: Observed; readonly routine: Routine | undefined }[] = [];
  let group: Observed[] = [];
  let toldMs = 0;
  const flushFold = (untilMs = folded.at(-1)?.observed.nowMs ?? toldMs): void => {
    if (folded.length > 0) beats.push(fold(folded, toldMs, untilMs));
    folded = [];
  };
  const flushGroup = (): void => {
    const [first] = group;
    if (first === undefined) return;
    const departure = options.departures.get(first.index);
    beats.push({
      kind: 'told',
      number: beats.filter(({ kind }) => kind === 'told').length + 1,
      steps: group.map(({ index }) => index),
      nowMs: first.nowMs,
      text: group.length === 1 ? sentenceOf(first, run) : groupSentence(group, run),
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
    const isAlone = observed.index === options.violation || options.departures.has(observed.index);
    const joins =
      first !== undefined &&
      !isAlone &&
      sameKind(first, observed) &&
      !options.departures.has(first.index) &&
      first.index !== options.violation;
    if (!joins) {
      flushGroup();
      flushFold(observed.nowMs);
    }
    group.push(observed);
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
    return `${listed(nodes)} each install their ${term('Placement')} of ${term('version')} ${message.version} (${places.join('; ')}).`;
  }
  const did = didWords(first);
  return `${listed(nodes)} each receive ${messageWords(message)}${did === '' ? '' : `; each ${did}`}.`;
}

const ROUTINE_WORDS: Readonly<Record<Routine, string>> = {
  heartbeats: 'heartbeats',
  forming: 'the tree forms',
  confirming: 'placements are confirmed',
  epochs: 'epochs that find nothing missing',
  other: 'others',
};

/** The tree that a step commits. */
function treeWords({ effects, situation }: Observed): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'report' && effect.report.type === 'committed'
      ? [`version ${effect.report.version}: ${treeChange(effect.report, situation)}`]
      : [],
  );
}

function fold(
  steps: readonly { readonly observed: Observed; readonly routine: Routine | undefined }[],
  fromMs: number,
  untilMs: number,
): Beat {
  const counts = new Map<string, number>();
  for (const { routine } of steps) {
    const what = routine === undefined ? 'others' : ROUTINE_WORDS[routine];
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const what = Array.from(counts, ([words, many]) =>
    words === ROUTINE_WORDS.other
      ? `${many} other ${many === 1 ? 'step' : 'steps'}`
      : `${words} (${counted(many, 'step')})`,
  );
  const trees = steps.flatMap(({ observed, routine }) => (routine === 'forming' ? [] : treeWords(observed)));
  if (trees.length > 0) what.push(`the tree changes: ${trees.join('; ')}`);
  const time = untilMs > fromMs ? `${gap(untilMs - fromMs)} ` : '';
  return {
    kind: 'folded',
    steps: steps.map(({ observed }) => observed.index),
    fromMs,
    untilMs,
    text: `${time}${clauses(what)}`,
  };
}
