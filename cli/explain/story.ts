/** The story of a counterexample: what happened, as data that a text, a diagram and a page are made from. */
import type { Change, Violation, Without } from '../../engine/index.ts';
import type { Counterexample } from '../../properties/counterexample.ts';
import type { Command } from '../../properties/reading.ts';
import { beatsOf, type Beat } from './beats.ts';
import { departureOf, type Departure } from './departure.ts';
import { moveWords } from './moves.ts';
import type { CommittedTree, ObservedRun } from './observe.ts';
import { anchorsOf, pastOf, toldSteps } from './relevance.ts';
import { Routines } from './routine.ts';
import { numberedWords } from './sentences.ts';

/** A run that was executed and read, and what the property says of it. */
export interface ToldRun {
  readonly run: ObservedRun;
  /** Undefined if the property holds. */
  readonly violation: Omit<Violation, 'property'> | undefined;
}

export interface Telling {
  readonly beats: readonly Beat[];
  /** Steps that are told, and those that could have influenced what went wrong. */
  readonly told: ReadonlySet<number>;
  readonly past: ReadonlySet<number>;
  readonly departures: ReadonlyMap<number, Departure>;
  readonly violation: Omit<Violation, 'property'> | undefined;
  /** Index of the step at which the property broke, if it broke at a step. */
  readonly brokeAt: number | undefined;
  /** Index of the last step of the story. */
  readonly until: number;
  readonly run: ObservedRun;
}

/** A move and why it is there. */
export interface ToldMove {
  readonly text: string;
  readonly without?: Without;
}

export interface Story {
  readonly file: string;
  readonly subject: { readonly id: string; readonly title: string; readonly isMutant: boolean };
  readonly property: { readonly id: string; readonly statement: string };
  readonly verdict: 'violated' | 'stalled' | 'holds';
  readonly scenario: Counterexample['scenario'];
  /** The tree when the first move is made. */
  readonly tree: CommittedTree;
  readonly moves: readonly ToldMove[];
  readonly telling: Telling;
  readonly nearest?: Nearest;
  /** Whether the file has a certificate, or one was made. */
  readonly isCertified: boolean;
}

/** The nearest schedule that passes, and what happens in it. */
export interface Nearest {
  readonly changes: readonly string[];
  /** Whether it is the schedule without some of its moves, and nothing else. */
  readonly isOnlyLeftOut: boolean;
  readonly moves: readonly string[];
  /** Index of the first step that is not as in the failing run. */
  readonly partsAt: number;
  readonly telling: Telling;
}

/** What to tell, with everything that was executed for it. */
export interface Material {
  readonly file: string;
  readonly counterexample: Counterexample;
  readonly subject: Story['subject'];
  readonly property: Story['property'];
  /** Where the file says that it breaks. */
  readonly failing: ToldRun;
  /** On another subject, if the story is to be told of that one. */
  readonly elsewhere?: ToldRun;
  /** The run of the nearest passing schedule, if there is one. */
  readonly passing?: ToldRun;
  readonly isAll: boolean;
}

/** Tells it. */
export function storyOf(material: Material): Story {
  const { file, counterexample, subject, property, failing, elsewhere, passing, isAll } = material;
  const { moves, scenario } = counterexample;
  // A certificate is about the subject of the file.
  const certificate = elsewhere === undefined ? counterexample.certificate : undefined;
  const nearest = certificate?.nearest;
  const { run, violation } = elsewhere ?? failing;
  const named = (id: string): string => numberedWords(id, run);
  const telling =
    elsewhere === undefined || violation !== undefined
      ? tell({ run, violation }, isAll)
      : besideOf(tell(failing, false), elsewhere, isAll).telling;
  return {
    file,
    subject,
    property,
    verdict: violation?.verdict ?? 'holds',
    scenario,
    tree: treeAtFirstMove(run),
    moves: moves.map((move, index) => {
      const without = certificate?.without[index];
      return { text: moveWords(move, named), ...(without === undefined ? {} : { without }) };
    }),
    telling,
    isCertified: certificate !== undefined || elsewhere !== undefined,
    ...(nearest === undefined || passing === undefined
      ? {}
      : {
          nearest: {
            changes: nearest.changes.map((change) => changeWords(change, moves, named)),
            isOnlyLeftOut: nearest.changes.every(({ change }) => change === 'left-out'),
            moves: nearest.moves.map((move) => moveWords(move, (id) => numberedWords(id, passing.run))),
            ...besideOf(telling, passing, false),
          },
        }),
  };
}

function tell({ run, violation }: ToldRun, isAll: boolean): Telling {
  const anchors = anchorsOf(run, violation);
  const until = violation === undefined ? run.steps.length - 1 : violation.step;
  const departures = new Map<number, Departure>();
  for (const index of anchors.departures) {
    const observed = run.steps[index];
    const departure =
      observed?.followed === undefined ? undefined : departureOf(observed.followed, observed.situation);
    if (departure !== undefined) departures.set(index, departure);
  }
  const told = isAll
    ? new Set(run.steps.slice(0, until + 1).map(({ index }) => index))
    : toldSteps(run, anchors, { until });
  const fixed = [...anchors.departures, ...anchors.ends];
  if (anchors.violation !== undefined) fixed.push(anchors.violation);
  return {
    beats: beatsOf(run, told, { until, violation: anchors.violation, departures }),
    told,
    past: pastOf(run, fixed),
    departures,
    violation,
    brokeAt: anchors.violation,
    until,
    run,
  };
}

function treeAtFirstMove({ steps }: ObservedRun): CommittedTree {
  const first = steps.findIndex(
    ({ move, step }) => move !== undefined || (step.kind === 'event' && step.event.type === 'settling'),
  );
  const before = steps[Math.max(0, first - 1)] ?? steps.at(-1);
  return before?.tree ?? { version: 0, parents: new Map(), pending: [], doubled: [] };
}

function changeWords(
  change: Change<Command>,
  moves: Counterexample['moves'],
  named: (id: string) => string,
): string {
  const move = moves[change.index];
  const old = move === undefined ? 'the end' : `move ${change.index + 1} (${moveWords(move, named)})`;
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
function besideOf(
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
function partingOf(a: ObservedRun, b: ObservedRun): number {
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
