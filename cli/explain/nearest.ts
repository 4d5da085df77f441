/** The nearest schedule that passes, beside the one that fails: where the two part, and what is otherwise in it. */
import type { Certificate, Change } from '../../engine/index.ts';
import type { Counterexample } from '../../properties/counterexample.ts';
import type { Command } from '../../properties/reading.ts';
import { beatsOf, type Beat } from './beats.ts';
import { messageLabel } from './labels.ts';
import type { Naming } from './identities.ts';
import { moveWords } from './moves.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { receivedWords } from './received.ts';
import { Routines } from './routine.ts';
import { namingOf, sentenceOf, uncapital } from './sentences.ts';
import type { Telling, ToldRun } from './story.ts';
import { bare } from './terms.ts';
import { occasionOf } from './verdict.ts';
import { moment } from './words.ts';

/** The nearest schedule that passes, and what happens in it. */
export interface Nearest {
  readonly changes: readonly string[];
  readonly moves: readonly string[];
  /** Index of the first step that is not as in the failing run. */
  readonly partsAt: number;
  readonly telling: Telling;
  /** What is otherwise in it where the failing run goes wrong, without its full stop; undefined where nothing tells. */
  readonly difference: string | undefined;
  /** Its sentences that the failing run has not, beside the difference. */
  readonly instead: readonly ToldBeat[];
  /** How much of it is worth telling: nothing where only less happens, a sentence where nothing of the story happens. */
  readonly worth: 'nothing' | 'sentence' | 'steps';
}

type ToldBeat = Extract<Beat, { readonly kind: 'told' }>;

/** Tells it. `failing` is the run that it is the nearest of. */
export function nearestOf(
  failing: Telling,
  passing: ToldRun,
  certified: NonNullable<Certificate<Command>['nearest']>,
  moves: Counterexample['moves'],
): Nearest {
  const naming = namingOf(failing.run);
  const beside = besideOf(failing, passing, false);
  // The failing run says more of some steps: who knew what.
  const isSaid = (text: string): boolean =>
    failing.beats.some((beat) => beat.text === text || beat.text.startsWith(`${text} `));
  const others = beside.telling.beats.filter(
    (beat): beat is ToldBeat =>
      beat.kind === 'told' &&
      beat.steps.some((index) => index >= beside.partsAt && !isEndOfMoves(passing.run.steps[index])) &&
      !isSaid(beat.text),
  );
  const difference = differenceOf(failing, passing.run, beside.partsAt);
  const isOnlyLeftOut = certified.changes.every(({ change }) => change === 'left-out');
  const isTrivial = difference?.step === undefined && others.every((beat) => isRoutine(beat, passing.run));
  return {
    changes: certified.changes.map((change) => changeWords(change, moves, naming)),
    moves: certified.moves.map((move) => moveWords(move, namingOf(passing.run))),
    ...beside,
    difference: difference?.text,
    instead: others.filter(({ steps }) => difference?.step === undefined || !steps.includes(difference.step)),
    worth: others.length === 0 && isOnlyLeftOut ? 'nothing' : isTrivial ? 'sentence' : 'steps',
  };
}

interface Difference {
  readonly text: string;
  /** Index of the step of the passing run that does otherwise; undefined if it does not come to it. */
  readonly step: number | undefined;
}

/** What is otherwise where the failing run goes wrong: what was missing is done, or the same is answered otherwise. */
function differenceOf(failing: Telling, run: ObservedRun, partsAt: number): Difference | undefined {
  const { departures, brokeAt } = failing;
  const first = departures.size === 0 ? undefined : Math.min(...departures.keys());
  const all = [first, brokeAt].flatMap((wrong) =>
    wrong === undefined ? [] : (differenceAt(failing, wrong, run, partsAt) ?? []),
  );
  // What is done otherwise says more than what is not come to.
  return all.find(({ step }) => step !== undefined) ?? all[0];
}

function differenceAt(
  failing: Telling,
  wrong: number,
  run: ObservedRun,
  partsAt: number,
): Difference | undefined {
  const observed = failing.run.steps[wrong];
  if (observed === undefined) return undefined;
  const found = doneInstead(failing, observed, run, partsAt) ?? counterpart(failing.run, observed, run);
  if (found === undefined) {
    const number = failing.beats.find(({ steps }) => steps.includes(wrong));
    return number?.kind === 'told'
      ? {
          text: `it never comes to step ${number.number}, in which ${occasionOf(observed, failing.run)}`,
          step: undefined,
        }
      : undefined;
  }
  const [here, there] = [sentenceOf(observed, failing.run), sentenceOf(found, run)];
  if (bare(here) === bare(there)) return undefined;
  return {
    text: `at ${moment(found.nowMs)}, ${uncapital(there).replace(/\.$/, '')}`,
    step: found.index,
  };
}

/** The step at which the same node sends what it should have sent in the failing run. */
function doneInstead(
  { departures }: Telling,
  { index, node }: Observed,
  { steps }: ObservedRun,
  partsAt: number,
): Observed | undefined {
  const missing = (departures.get(index)?.sends ?? []).filter((send) => send.isMissing);
  const sentIn = (form: (label: string) => string): Observed | undefined => {
    const labels = new Set(missing.map(({ to, label }) => `${to} ${form(label)}`));
    return steps
      .slice(partsAt)
      .find(
        (observed) =>
          observed.node === node &&
          observed.effects.some(
            (effect) =>
              effect.kind === 'send' && labels.has(`${effect.to} ${form(messageLabel(effect.message))}`),
          ),
      );
  };
  // What a SYNC tells beside the frontier may be otherwise there.
  return sentIn((label) => label) ?? sentIn((label) => label.replace(/ \+.*$/, ''));
}

/** The step at which the same comes to the same node, as many times after the same before. */
function counterpart(a: ObservedRun, observed: Observed, b: ObservedRun): Observed | undefined {
  const key = occasionKey(observed);
  const before = a.steps.slice(0, observed.index).filter((one) => occasionKey(one) === key).length;
  return b.steps.filter((one) => occasionKey(one) === key)[before];
}

/** To what a node reacts, whenever it does. */
function occasionKey({ node, seen }: Observed): string | undefined {
  if (seen.kind === 'event') return undefined;
  const { input, attack } = seen.reaction;
  const what =
    input.kind === 'frame'
      ? receivedWords(input.reading.message, input.from)
      : { ...input, birth: undefined };
  return JSON.stringify([node, what, attack]);
}

/** That the moves end is no difference. */
function isEndOfMoves(observed: Observed | undefined): boolean {
  return observed?.step.kind === 'event' && observed.step.event.type === 'settling';
}

/** Whether nothing of what a sentence tells is out of the ordinary: moves without effect are not. */
function isRoutine({ steps }: ToldBeat, run: ObservedRun): boolean {
  const routines = new Routines();
  const kinds = run.steps.map((observed) => routines.of(observed));
  return steps.every((index) => {
    const step = run.steps[index]?.step;
    return kinds[index] !== undefined || (step?.kind === 'event' && step.event.type === 'skipped');
  });
}

function changeWords(change: Change<Command>, moves: Counterexample['moves'], naming: Naming): string {
  const move = moves[change.index];
  const old = move === undefined ? 'the end' : `move ${change.index + 1} (${moveWords(move, naming)})`;
  switch (change.change) {
    case 'left-out':
      return `without ${old}`;
    case 'inserted':
      return `${move === undefined ? 'at the end' : `before ${old}`}: ${moveWords(change.move)}`;
    case 'replaced':
      return `instead of ${old}: ${moveWords(change.by)}`;
  }
}

/** The passing run, told as far as it is about the same things as the failing one. */
export function besideOf(
  failing: Telling,
  { run, violation }: ToldRun,
  isAll: boolean,
): Pick<Nearest, 'partsAt' | 'telling'> {
  const partsAt = partingOf(failing.run, run);
  const keys = new Set([...failing.told].map((index) => keyOf(failing.run, index)));
  const marks = failing.departures.size > 0 ? failing.departures.keys() : failing.told;
  const end = failing.run.steps[failing.brokeAt ?? Math.max(0, ...marks)];
  const untilMs = (end?.nowMs ?? 0) + 1;
  const last = run.steps.findLast(({ nowMs }) => nowMs <= untilMs);
  const told = new Set<number>();
  const wrong = wrongNodes(failing);
  const routines = new Routines();
  for (const observed of run.steps) {
    const { index, move, node, step } = observed;
    if (index > (last?.index ?? 0)) break;
    const isOfWrong = node !== undefined && wrong.has(node) && index >= partsAt && step.kind === 'reaction';
    const routine = routines.of(observed);
    const isLike = keys.has(keyOf(run, index)) || (isOfWrong && routine === undefined);
    if (isAll || move !== undefined || isLike) told.add(index);
  }
  const until = Math.max(last?.index ?? 0, ...told);
  return {
    partsAt,
    telling: {
      beats: beatsOf(run, told, { until, violation: undefined, departures: new Map() }),
      told,
      past: new Set(),
      departures: new Map(),
      elsewhere: '',
      violation,
      brokeAt: undefined,
      until,
      run,
    },
  };
}

/** Nodes that did something wrong. */
function wrongNodes({ violation, departures, run }: Telling): ReadonlySet<string> {
  const nodes = [...departures.keys()].map((index) => run.steps[index]?.node);
  return new Set([violation?.node, ...nodes].filter((node) => node !== undefined));
}

/** Where two runs part: the first step that is not the same in both. */
export function partingOf(a: ObservedRun, b: ObservedRun): number {
  const length = Math.min(a.steps.length, b.steps.length);
  for (let index = 0; index < length; index += 1)
    if (keyOf(a, index) !== keyOf(b, index) || outcomeKey(a, index) !== outcomeKey(b, index)) return index;
  return length;
}

/** What a step is in any run: who took in what. */
function keyOf({ steps }: ObservedRun, index: number): string {
  const step = steps[index]?.step;
  if (step === undefined) return '';
  if (step.kind === 'event') return JSON.stringify(step.event);
  const { node, input, message, attack } = step;
  const what = message ?? attack ?? (input.kind === 'frame' ? '' : input);
  return JSON.stringify([node, what, input.kind === 'timer' ? steps[index]?.nowMs : '']);
}

function outcomeKey({ steps }: ObservedRun, index: number): string {
  return JSON.stringify(steps[index]?.effects ?? []);
}
