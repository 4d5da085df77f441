/**
 * The space-time diagram of a story in characters: a column per node, time downwards, an arrow where a message is
 * taken in. A pure function of the story's beats.
 */

import { identityOf } from './identities.ts';
import { takenOverBy } from '../../engine/index.ts';
import type { Beat } from './beats.ts';
import { isWorthALine } from './folds.ts';
import type { Departure } from './departure.ts';
import type { Observed, ObservedRun } from './observe.ts';
import { attackNote, labelIn, networkNote, timerNote } from './labels.ts';
import { endOfMoves } from './settling.ts';
import type { Telling } from './story.ts';
import { gap } from './words.ts';

/** What the diagram is drawn with. */
export interface Glyphs {
  readonly life: string;
  readonly dead: string;
  readonly line: string;
  readonly right: string;
  readonly left: string;
  readonly dot: string;
  readonly lost: string;
  /** Of a message that an insider keeps from being sent. */
  readonly withheld: string;
  readonly broken: string;
  readonly wrong: string;
  readonly fold: string;
  /** A message that the statechart sends and the node did not: its line, and its tips. */
  readonly missing: string;
  readonly missingRight: string;
  readonly missingLeft: string;
  /** A message that the node sent and the statechart does not. */
  readonly extra: string;
}

export const UNICODE: Glyphs = {
  life: '│',
  dead: '┊',
  line: '─',
  right: '▶',
  left: '◀',
  dot: '●',
  lost: '×',
  withheld: '⊘',
  broken: '✗',
  wrong: '◆',
  fold: '⋮',
  missing: '╌',
  missingRight: '▷',
  missingLeft: '◁',
  extra: '═',
};

export const ASCII: Glyphs = {
  life: '|',
  dead: ':',
  line: '-',
  right: '>',
  left: '<',
  dot: 'o',
  lost: 'x',
  withheld: '%',
  broken: 'X',
  wrong: '!',
  fold: '.',
  missing: '.',
  missingRight: ')',
  missingLeft: '(',
  extra: '=',
};

/** Room for the number of the sentence and the time, left of the columns. */
const MARGIN = 12;
/** Columns are no wider than this, and no narrower than that. */
const [WIDEST, NARROWEST] = [16, 6];

/** Lines of the diagram. `columns` is the width to keep within; with too many nodes it is exceeded. */
export function diagramLines(
  telling: Telling,
  nodes: readonly string[],
  glyphs: Glyphs,
  columns: number,
): readonly string[] {
  const shown = nodesIn(telling, nodes);
  if (shown.length === 0) return [];
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.floor((columns - MARGIN - 2) / shown.length)));
  const canvas = new Canvas(shown, width, glyphs, columns);
  const lines = [canvas.head()];
  for (const beat of telling.beats) {
    if (beat.kind === 'folded') {
      if (isWorthALine(beat)) lines.push(canvas.fold(beat.untilMs - beat.fromMs));
      continue;
    }
    beat.steps.forEach((index, at) => {
      const observed = telling.run.steps[index];
      if (observed === undefined) return;
      lines.push(...canvas.rows(observed, beat, at === 0, telling));
      if (observed.node !== undefined && beat.departure !== undefined)
        lines.push(...canvas.departure(observed.node, beat.departure));
    });
  }
  const { violation, brokeAt, run } = telling;
  if (violation !== undefined && brokeAt === undefined)
    lines.push(canvas.end(run.steps[violation.step]?.nowMs ?? 0));
  return lines.map((line) => line.trimEnd());
}

/** Nodes that have a part in what is told, in the scenario's order. */
function nodesIn({ beats, run }: Telling, nodes: readonly string[]): readonly string[] {
  const parts = new Set<string>();
  for (const beat of beats) {
    if (beat.kind === 'folded') continue;
    for (const { to } of beat.departure?.sends ?? []) parts.add(to);
    for (const index of beat.steps) {
      const observed = run.steps[index];
      const attacker = observed === undefined ? undefined : attackerNode(observed);
      if (attacker !== undefined) parts.add(attacker);
      if (observed?.node !== undefined) parts.add(observed.node);
      for (const end of endsOf(observed)) parts.add(end);
    }
  }
  return nodes.filter((node) => parts.has(node));
}

/** The node at which something begins or ends that an insider does there. */
function attackerNode({ step }: Observed): string | undefined {
  if (step.kind !== 'event' || step.event.type !== 'network' || step.cause.kind !== 'move') return undefined;
  return step.cause.move.move === 'attack' ? takenOverBy(step.cause.move.attack) : undefined;
}

/** Both ends of the message that the step is about. */
function endsOf(observed: Observed | undefined): readonly string[] {
  const step = observed?.step;
  if (step?.kind === 'event') {
    const identity = step.event.type === 'lost' ? identityOf(step.event.message) : undefined;
    return identity === undefined ? [] : [identity.from, identity.to];
  }
  if (step?.input.kind !== 'frame' || step.attack !== undefined) return [];
  return [step.input.from];
}

class Canvas {
  readonly #nodes: readonly string[];
  readonly #width: number;
  readonly #glyphs: Glyphs;
  readonly #columns: number;
  readonly #down = new Set<string>();

  constructor(nodes: readonly string[], width: number, glyphs: Glyphs, columns: number) {
    this.#columns = columns;
    this.#nodes = nodes;
    this.#width = width;
    this.#glyphs = glyphs;
  }

  head(): string {
    const cells = Array.from(' '.repeat(MARGIN + this.#nodes.length * this.#width));
    for (const node of this.#nodes)
      put(cells, (this.#at(node) ?? 0) - Math.floor((node.length - 1) / 2), node);
    return cells.join('');
  }

  fold(ms: number): string {
    const cells = this.#lives(this.#glyphs.fold);
    if (ms > 0) put(cells, 0, gap(ms).padStart(MARGIN - 1));
    return cells.join('');
  }

  /** The end of a run in which something never happened. */
  end(nowMs: number): string {
    const cells = Array.from(' '.repeat(MARGIN));
    put(cells, 3, (nowMs / 1000).toFixed(3).padStart(7));
    return `${cells.join('')}${this.#glyphs.broken} the run ends, and it has not happened`;
  }

  /** The row of a step; a label that finds no room beside its arrow gets a row above it. */
  rows(
    observed: Observed,
    beat: Extract<Beat, { kind: 'told' }>,
    isFirst: boolean,
    telling: Telling,
  ): readonly string[] {
    const { step, node } = observed;
    if (step.kind === 'event' && step.event.type === 'crashed') this.#down.add(step.event.node);
    if (step.kind === 'reaction' && step.input.kind === 'start') this.#down.delete(step.node);
    const cells = this.#lives(this.#glyphs.life);
    if (isFirst) {
      put(cells, 0, String(beat.number).padStart(2));
      put(cells, 3, (observed.nowMs / 1000).toFixed(3).padStart(7));
    }
    const arrow = this.#arrow(observed, telling);
    const mark = this.#mark(observed, beat);
    if (arrow === undefined) {
      const befallen = node ?? attackerNode(observed);
      const at = befallen === undefined ? undefined : this.#at(befallen);
      const note = noteOf(observed, telling.run);
      if (at === undefined) {
        put(cells, MARGIN, note);
        return [cells.join('')];
      }
      put(cells, at, mark);
      const isRight = at + 2 + note.length <= this.#columns;
      put(cells, isRight ? at + 2 : at - 1 - note.length, note);
      return [cells.join('')];
    }
    const { from, to, label, isLost } = arrow;
    const { line, lost, withheld, right, left } = this.#glyphs;
    const end = observed.withheldBy === undefined ? lost : withheld;
    const tips = isLost ? ([end, end] as const) : ([right, left] as const);
    if (!isLost) put(cells, this.#at(to) ?? 0, mark);
    return this.#drawn(cells, { from, to, label }, line, tips);
  }

  /** A row for each message that should have been sent here, or should not. */
  departure(from: string, { sends }: Departure): readonly string[] {
    const { missing, missingRight, missingLeft, extra, line, right, left } = this.#glyphs;
    return sends.flatMap(({ to, label, isMissing, isRight }) => {
      if (from === to || !this.#has(from, to)) return [];
      const ends = { from, to, label };
      const cells = this.#lives(this.#glyphs.life);
      return isMissing
        ? this.#drawn(cells, ends, missing, [missingRight, missingLeft])
        : this.#drawn(cells, ends, isRight === true ? line : extra, [right, left]);
    });
  }

  /** A row with an arrow in it; `tips` is one to the right and one to the left. */
  #drawn(
    cells: string[],
    { from, to, label }: Readonly<Record<'from' | 'to' | 'label', string>>,
    line: string,
    [right, left]: readonly [string, string],
  ): readonly string[] {
    const [a, b] = [this.#at(from) ?? 0, this.#at(to) ?? 0];
    const [low, high] = [Math.min(a, b) + 1, Math.max(a, b) - 1];
    for (let x = low; x <= high; x += 1) cells[x] = line;
    cells[b > a ? high : low] = b > a ? right : left;
    const room = high - low - 1;
    if (label.length + 2 <= room) {
      put(cells, low + Math.floor((high - low + 1 - label.length) / 2) - (b > a ? 1 : 0), label);
      return [cells.join('')];
    }
    return [this.#labelRow(label, low, high), cells.join('')];
  }

  #labelRow(label: string, low: number, high: number): string {
    const cells = this.#lives(this.#glyphs.life);
    const total = MARGIN + this.#nodes.length * this.#width;
    const centred = low + Math.round((high - low + 1 - label.length) / 2);
    put(cells, Math.max(MARGIN - 1, Math.min(centred, total - label.length)), label);
    return cells.join('');
  }

  #mark(observed: Observed, beat: Extract<Beat, { kind: 'told' }>): string {
    if (beat.isViolation) return this.#glyphs.broken;
    return observed.followed?.agrees === false || beat.departure !== undefined
      ? this.#glyphs.wrong
      : this.#glyphs.dot;
  }

  #arrow({ step, situation }: Observed, telling: Telling) {
    if (step.kind === 'event') {
      if (step.event.type !== 'lost') return undefined;
      const identity = identityOf(step.event.message);
      const message = telling.run.messages.get(step.event.message);
      if (identity === undefined || !this.#has(identity.from, identity.to)) return undefined;
      return {
        ...identity,
        label: message === undefined ? identity.kind : labelIn(message, telling.run),
        isLost: true,
      };
    }
    if (step.input.kind !== 'frame' || step.attack !== undefined) return undefined;
    const { from } = step.input;
    if (from === step.node || !this.#has(from, step.node)) return undefined;
    const kind = step.message === undefined ? '' : (identityOf(step.message)?.kind ?? '');
    const label =
      situation.tookIn === undefined || situation.tookIn.type === 'garbage'
        ? kind
        : labelIn(situation.tookIn, telling.run);
    return { from, to: step.node, label, isLost: false };
  }

  #has(...nodes: readonly string[]): boolean {
    return nodes.every((node) => this.#nodes.includes(node));
  }

  #at(node: string): number | undefined {
    const index = this.#nodes.indexOf(node);
    return index < 0 ? undefined : MARGIN + index * this.#width + Math.floor(this.#width / 2);
  }

  #lives(life: string): string[] {
    const cells = Array.from(' '.repeat(MARGIN + this.#nodes.length * this.#width));
    for (const node of this.#nodes)
      put(cells, this.#at(node) ?? 0, this.#down.has(node) ? this.#glyphs.dead : life);
    return cells;
  }
}

/** What a step is that no message makes. */
export function noteOf({ step, situation, index }: Observed, run: ObservedRun): string {
  if (step.kind === 'event') {
    switch (step.event.type) {
      case 'crashed':
        return 'crashes';
      case 'paused':
        return 'freezes';
      case 'resumed':
        return 'goes on';
      case 'restarting':
        return 'restarts';
      case 'settling':
        return endOfMoves(index, run).hadFaults ? '(the faults end)' : '(the moves are over)';
      case 'network':
        return networkNote(step);
      case 'skipped':
        return '(nothing)';
      case 'lost':
      case 'duplicated': {
        const { from = '', to = '', kind = '' } = identityOf(step.event.message) ?? {};
        return `(${from} to ${to}: ${kind} ${step.event.type === 'lost' ? 'lost' : 'copied'})`;
      }
    }
  }
  if (step.attack !== undefined) return attackNote(step.attack, situation.tookIn);
  switch (step.input.kind) {
    case 'timer':
      return timerNote(step.input.timer);
    case 'command':
      return step.input.command.type;
    case 'start':
      return 'starts';
    case 'frame':
      return '';
  }
}

function put(cells: string[], at: number, text: string): void {
  Array.from(text).forEach((letter, index) => {
    if (at + index >= 0) cells[at + index] = letter;
  });
}
