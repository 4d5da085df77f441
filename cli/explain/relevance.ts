/** Which steps of a run a reader has to see. */
import { causalPast, type Violation } from '../../engine/index.ts';
import { phrasesOf, present } from './effects.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { membershipRuns } from './membership.ts';
import { Routines } from './routine.ts';
import { topicSteps } from './topic.ts';
import { messageWords, recordId } from './words.ts';

/** The steps that a story is about. */
export interface Anchors {
  /** The step at which the property broke; undefined if it holds, or if something merely did not happen. */
  readonly violation: number | undefined;
  /** First steps at which a node did something else than its statechart, one a node. */
  readonly departures: readonly number[];
  /** Where else the story leads: last steps of nodes that something is still waited for. */
  readonly ends: readonly number[];
}

/** Where a run that broke a property went wrong. */
export function anchorsOf(run: ObservedRun, violation: Omit<Violation, 'property'> | undefined): Anchors {
  if (violation === undefined) return { violation: undefined, departures: [], ends: [] };
  const departures = new Map<string, number>();
  for (const { index, node, followed } of run.steps) {
    if (index > violation.step) break;
    if (node !== undefined && followed?.agrees === false && !departures.has(node))
      departures.set(node, index);
  }
  const isItsStep = violation.node === undefined || run.steps[violation.step]?.node === violation.node;
  const isAtAStep =
    violation.node === undefined
      ? violation.verdict === 'violated'
      : isItsStep || violation.verdict === 'stalled';
  const all = [...departures.values()];
  const ends = isAtAStep || all.length > 0 ? [] : lastOfNamed(run, violation.message);
  return { violation: isAtAStep ? violation.step : undefined, departures: all, ends };
}

/** The last step out of the ordinary of each node that a message names. */
function lastOfNamed(run: ObservedRun, message: string): readonly number[] {
  const routine = new Routines();
  const kinds = run.steps.map((step) => routine.of(step));
  return Array.from(new Set(message.match(/\b[rc]\d+\b/g) ?? [])).flatMap((name) => {
    const last = run.steps.findLast(({ node, index }) => node === name && kinds[index] === undefined);
    return last === undefined ? [] : [last.index];
  });
}

/** More steps than this are too many to be told one by one. */
const MANY = 20;

/** Told of a run: indices of the steps, ascending. */
export function toldSteps(
  run: ObservedRun,
  anchors: Anchors,
  options: {
    readonly until: number;
    readonly also?: readonly number[];
    /** Never left out. */
    readonly knowing: ReadonlySet<number>;
  },
): ReadonlySet<number> {
  const { violation, departures, ends } = anchors;
  const fixed = [...(violation === undefined ? [] : [violation]), ...departures, ...ends];
  const earlier = new Set(fixed.flatMap((anchor) => earlierOfItsKind(run, anchor)));
  const past = pastOf(run, fixed);
  const firstMove = run.steps.find(({ move }) => move !== undefined)?.index;
  const routine = new Routines();
  const kinds = run.steps.map((step) => routine.of(step));
  // Without a move, what went wrong while the tree formed is a story of its forming.
  const first = Math.min(...fixed);
  const isForming = firstMove === undefined && !kinds.slice(0, first).includes('epochs');
  const concerned = concernedNodes(run, fixed);
  // Where a node left its statechart, what it was about is what went wrong; what broke later need not be.
  const wrong = departures.length > 0 ? departures : fixed;
  const topical = topicSteps(run, { wrong, past, until: options.until });
  const seen = new Set<string>();
  const told = new Set<number>();
  for (const observed of run.steps) {
    const { index, move, step } = observed;
    if (index > options.until) break;
    const isFixed =
      fixed.includes(index) ||
      earlier.has(index) ||
      options.knowing.has(index) ||
      topical.has(index) ||
      (firstMove !== undefined && isEndOfFaults(observed)) ||
      (move !== undefined && !isByTheWay(observed));
    if (isByEndOfFaults(observed)) continue;
    const isInStory = isForming ? past.has(index) && step.kind === 'reaction' : index >= (firstMove ?? 0);
    const kind = kinds[index];
    const isNotable =
      kind === undefined || (isForming && kind === 'forming' && isOfAnchor(run, fixed, observed));
    const matters = past.has(index) || isBadEnd(run, told, observed);
    if (!isFixed && !(isInStory && isNotable && matters)) continue;
    if (!isFixed && isWaiting(observed) && !concerned.has(observed.node ?? '')) continue;
    const repeated = repetition(observed);
    if (!isFixed && repeated !== undefined && seen.has(repeated)) continue;
    if (repeated !== undefined) seen.add(repeated);
    told.add(index);
  }
  for (const index of options.also ?? []) told.add(index);
  for (const source of attackSources(run, told)) told.add(source);
  if (told.size > MANY)
    for (const index of membershipRuns(run, told, new Set([...fixed, ...earlier, ...options.knowing])))
      told.delete(index);
  return told;
}

function isEndOfFaults({ step }: Observed): boolean {
  return step.kind === 'event' && step.event.type === 'settling';
}

/** What the end of the faults says already: who goes on. */
function isByEndOfFaults({ step }: Observed): boolean {
  return step.kind === 'event' && step.event.type === 'resumed' && step.cause.kind === 'fair';
}

/** The causal pasts of the steps that a story is about. */
export function pastOf(run: ObservedRun, anchors: readonly number[]): ReadonlySet<number> {
  const trace = run.steps.map(({ step }) => step);
  return new Set(anchors.flatMap((anchor) => [...causalPast(trace, anchor, 'answered')]));
}

/** Without a move, the forming of the tree is the story: as far as the nodes that it is about have a part in it. */
function isOfAnchor(run: ObservedRun, anchors: readonly number[], { node, step, sent }: Observed): boolean {
  const isQuietStart = step.kind === 'reaction' && step.input.kind === 'start' && sent.length === 0;
  if (isQuietStart) return false;
  return anchors.some((anchor) => run.steps[anchor]?.node === node);
}

/** What comes with a move and is told otherwise: losses, and the restart before the start. */
function isByTheWay({ step }: Observed): boolean {
  if (step.kind !== 'event') return false;
  const isDropped = step.cause.kind === 'move' && step.cause.move.move === 'drop';
  return step.event.type === 'restarting' || (step.event.type === 'lost' && !isDropped);
}

/** The last message of the same kind and about the same, of the same sender, that the node of a step took in before. */
function earlierOfItsKind({ steps }: ObservedRun, anchor: number): readonly number[] {
  const subject = steps[anchor] === undefined ? undefined : subjectOf(steps[anchor]);
  if (subject === undefined) return [];
  const before = steps.slice(0, anchor).findLast((observed) => subjectOf(observed) === subject);
  return before === undefined ? [] : [before.index];
}

function subjectOf({ node, situation: { tookIn }, step }: Observed): string | undefined {
  if (step.kind !== 'reaction') return undefined;
  // What an epoch's end is missing, its beginning has asked for.
  if (step.input.kind === 'timer')
    return /^(epoch|eoe)$/.test(step.input.timer) ? `${node} epoch` : undefined;
  switch (tookIn?.type) {
    case 'data':
      return `${node} ${recordId(tookIn.record)}`;
    case 'join':
      return `${node} join ${tookIn.node}`;
    case 'probe':
      return `${node} probe`;
    default:
      return undefined;
  }
}

/** Whether the step is the bad end of a message that a told step sent: lost or rejected. */
function isBadEnd(run: ObservedRun, told: ReadonlySet<number>, { step }: Observed): boolean {
  const message =
    step.kind === 'reaction' ? step.message : step.event.type === 'lost' ? step.event.message : undefined;
  if (message === undefined) return false;
  const fate = run.fates.get(message);
  const isBad = (fate?.kind === 'lost' || fate?.kind === 'rejected') && fate.index === step.index;
  return isBad && told.has(run.sentAt.get(message) ?? -1);
}

/** Nodes that the story is about: those of its anchors and of moves. */
function concernedNodes({ steps }: ObservedRun, anchors: readonly number[]): ReadonlySet<string> {
  const nodes = new Set<string>(anchors.flatMap((anchor) => steps[anchor]?.node ?? []));
  for (const { step, node } of steps) {
    if (step.cause.kind !== 'move') continue;
    if (node !== undefined) nodes.add(node);
    const { move } = step.cause;
    if (move.move === 'partition') for (const one of [...move.from, ...move.to]) nodes.add(one);
    if (move.move === 'drop') nodes.add(move.message.split('>')[0] ?? '');
  }
  return nodes;
}

/** Whether a node only goes on waiting for a place. */
function isWaiting({ step, situation }: Observed): boolean {
  if (step.kind !== 'reaction') return false;
  if (step.input.kind === 'timer') return step.input.timer === 'join';
  return situation.tookIn?.type === 'join-refused' && situation.tookIn.why === 'pending';
}

/** What a step repeats word for word. */
function repetition(observed: Observed): string | undefined {
  const { step, effects, situation, node } = observed;
  if (step.kind === 'event') {
    if (step.event.type !== 'lost') return undefined;
    return step.event.message.replace(/ [#~]\d+$/, '');
  }
  const { input } = step;
  if (input.kind === 'command' || input.kind === 'start') return undefined;
  const took = situation.tookIn === undefined ? '' : `${messageWords(situation.tookIn)} ${step.kind}`;
  const did = phrasesOf(effects, situation).map(present);
  return JSON.stringify([node, input.kind === 'timer' ? input.timer : [input.from, took], did]);
}

/** Where the messages were sent that told attacks used. */
function attackSources(run: ObservedRun, told: ReadonlySet<number>): readonly number[] {
  return [...told].flatMap((index) => {
    const step = run.steps[index]?.step;
    if (step?.kind !== 'reaction' || step.attack === undefined) return [];
    const message = step.attack['message'];
    const sentAt = typeof message === 'string' ? run.sentAt.get(message) : undefined;
    return sentAt === undefined ? [] : [sentAt];
  });
}
