/** The story of a counterexample: what happened, as data that a text, a diagram and a page are made from. */
import type { Violation, Without } from '../../engine/index.ts';
import type { Counterexample } from '../../properties/counterexample.ts';
import { beatsOf, type Beat } from './beats.ts';
import { learningOf } from './learning.ts';
import { departureOf, type Departure } from './departure.ts';
import { contradicting, knowingSteps } from './knowing.ts';
import { moveWords } from './moves.ts';
import { besideOf, nearestOf, type Nearest } from './nearest.ts';
import type { CommittedTree, ObservedRun } from './observe.ts';
import { besideReference, type Beside } from './reference.ts';
import { anchorsOf, pastOf, toldSteps } from './relevance.ts';
import { namingOf } from './sentences.ts';
import { wrongValueOf } from './store.ts';

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
  /** What other clients show where the store of one is wrong, as sentences. */
  readonly elsewhere: string;
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
  /** Whether a sentence of the story has its number. */
  readonly isTold: boolean;
  /** Whether it only lets time pass. */
  readonly isTime: boolean;
  readonly without?: Without;
}

export interface Story {
  readonly file: string;
  readonly subject: {
    readonly id: string;
    readonly title: string;
    readonly isMutant: boolean;
    /** Whether K is how many children of any kind a node may have; the prototype counts routers only. */
    readonly limitsClients: boolean;
  };
  readonly property: { readonly id: string; readonly statement: string };
  readonly verdict: 'violated' | 'stalled' | 'holds';
  readonly scenario: Counterexample['scenario'];
  /** The tree when the first move is made. */
  readonly tree: CommittedTree;
  readonly moves: readonly ToldMove[];
  readonly telling: Telling;
  readonly nearest?: Nearest;
  /** What the reference does on the same moves, where the nearest passing schedule merely leaves some out. */
  readonly reference?: Beside;
  /** Whether the file has a certificate, or one was made. */
  readonly isCertified: boolean;
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
  /** The reference on the same moves, if that is worth telling. */
  readonly reference?: ToldRun;
  readonly isAll: boolean;
}

/** Tells it. */
export function storyOf(material: Material): Story {
  const { file, counterexample, subject, property, failing, elsewhere, passing, reference, isAll } = material;
  const { moves, scenario } = counterexample;
  // A certificate is about the subject of the file.
  const certificate = elsewhere === undefined ? counterexample.certificate : undefined;
  const nearest = certificate?.nearest;
  const { run, violation } = elsewhere ?? failing;
  const naming = namingOf(run);
  const telling =
    elsewhere === undefined || violation !== undefined
      ? tell({ run, violation }, isAll)
      : besideOf(tell(failing, false), elsewhere, isAll).telling;
  const beside = reference === undefined ? undefined : besideReference(telling, reference);
  return {
    file,
    subject,
    property,
    verdict: violation?.verdict ?? 'holds',
    scenario,
    tree: treeAtFirstMove(run),
    moves: moves.map((move, index) => {
      const without = certificate?.without[index];
      const isTold = telling.beats.some((beat) => beat.kind === 'told' && beat.move === index);
      const isTime = move.move === 'elapse';
      return { text: moveWords(move, naming), isTold, isTime, ...(without === undefined ? {} : { without }) };
    }),
    telling,
    ...(beside === undefined ? {} : { reference: beside }),
    isCertified: certificate !== undefined || elsewhere !== undefined,
    ...(nearest === undefined || passing === undefined
      ? {}
      : { nearest: nearestOf(telling, passing, nearest, moves) }),
  };
}

function tell({ run, violation }: ToldRun, isAll: boolean): Telling {
  const anchors = anchorsOf(run, violation);
  const until = violation === undefined ? run.steps.length - 1 : violation.step;
  const departures = new Map<number, Departure>();
  for (const index of anchors.departures) {
    const observed = run.steps[index];
    const departure =
      observed?.followed === undefined
        ? undefined
        : departureOf(observed.followed, observed.situation, learningOf(run, observed));
    if (departure !== undefined) departures.set(index, departure);
  }
  const wrongValue = violation === undefined ? undefined : wrongValueOf(run, violation.message);
  if (wrongValue !== undefined) departures.set(wrongValue.at, wrongValue.departure);
  const fixed = [...anchors.departures, ...anchors.ends];
  if (anchors.violation !== undefined) fixed.push(anchors.violation);
  const wrong = fixed.filter((index) => !anchors.ends.includes(index));
  const knowing = knowingSteps(run, wrong, violation?.node);
  const told = isAll
    ? new Set(run.steps.slice(0, until + 1).map(({ index }) => index))
    : toldSteps(run, anchors, {
        until,
        knowing: new Set(knowing.keys()),
        also: [
          ...(wrongValue === undefined ? [] : [wrongValue.at]),
          ...(violation === undefined ? [] : contradicting(run, violation.message)),
        ],
      });
  return {
    beats: beatsOf(run, told, {
      until,
      violation: anchors.violation,
      departures,
      notes: knowing,
      awaited: violation?.verdict === 'stalled' ? violation.message : undefined,
    }),
    told,
    past: pastOf(run, fixed),
    departures,
    elsewhere: wrongValue?.elsewhere ?? '',
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
