/** A story as text for a terminal. */
import { stripVTControlCharacters } from 'node:util';
import type { Without } from '../../engine/index.ts';
import { ROOT } from '../../properties/scenario.ts';
import type { Colour } from '../terminal.ts';
import type { Beat } from './beats.ts';
import { castSentences } from './cast.ts';
import { referenceWords } from './reference.ts';
import { isWorthALine } from './folds.ts';
import { ASCII, diagramLines, UNICODE } from './diagram.ts';
import type { Observed } from './observe.ts';
import { IN_PLAIN_WORDS } from './plain.ts';
import { capital } from './sentences.ts';
import type { Story, Telling } from './story.ts';
import { FirstTime, withTerms } from './terms.ts';
import { ASCII_STROKES, treeLines, UNICODE_STROKES } from './tree-text.ts';
import { briefly, culpritOf, whatHappens } from './verdict.ts';
import { counted, listed, moment } from './words.ts';

/** How a story is shown. */
export interface Style {
  readonly columns: number;
  readonly isUnicode: boolean;
  readonly paint: (text: string, colour: Colour) => string;
}

/** The whole text. */
export function textOf(story: Story, style: Style): string {
  const page = new Page(style);
  heading(page, story);
  cast(page, story);
  page.section('The story');
  beats(page, story.telling, story);
  page.section('The same in a picture');
  picture(page, story.telling, story);
  necessity(page, story);
  nearest(page, story);
  reference(page, story);
  return page.text();
}

/** Lines, wrapped to a width; below a text, the terms that come up first in it. */
class Page {
  readonly style: Style;
  readonly #lines: string[] = [];
  readonly #terms = new FirstTime();

  constructor(style: Style) {
    this.style = style;
  }

  say(text: string, indent = 0, first = ' '.repeat(indent)): void {
    const { text: words, news } = this.#terms.say(text);
    const { columns, isUnicode, paint } = this.style;
    const fit = (one: string, begin: string): readonly string[] =>
      wrapped(isUnicode ? one : ascii(one), columns, begin, ' '.repeat(indent));
    this.#lines.push(...fit(words, first));
    if (news.length > 0)
      this.#lines.push(...fit(`(${news.join('; ')})`, ' '.repeat(indent)).map((line) => paint(line, 'dim')));
  }

  section(title: string): void {
    this.#lines.push('', this.style.paint(title, 'bold'));
  }

  /** Side by side, none of them broken. */
  items(list: readonly string[]): void {
    const { columns } = this.style;
    let line = ' ';
    for (const item of list) {
      if (line.length + 1 + item.length > columns) {
        this.line(line.trimEnd());
        line = ' ';
      }
      line += ` ${item}  `;
    }
    this.line(line.trimEnd());
  }

  /** As it is. */
  line(text: string): void {
    this.#lines.push(text);
  }

  text(): string {
    return `${this.#lines.join('\n').replace(/^\n+/, '')}\n`;
  }
}

function heading(page: Page, { subject, property, verdict, telling }: Story): void {
  const { paint } = page.style;
  const state = verdict === 'holds' ? paint('holds', 'green') : paint('is broken', 'red');
  page.line(`${paint(property.id, 'bold')} ${state} on ${paint(subject.id, 'bold')}`);
  if (subject.isMutant)
    page.say(
      `The subject is a mutant: the reference with one thing wrong. Here, ${withTerms(subject.title)}.`,
      2,
    );
  page.section('What must hold');
  page.say(withTerms(property.statement), 2);
  const plain = IN_PLAIN_WORDS[property.id];
  if (plain !== undefined) page.say(`In plain words: ${plain}`, 2);
  page.section('What happens');
  page.say(
    telling.violation === undefined
      ? 'On this subject the property holds, to the end of the run.'
      : `${whatHappens(telling)} ${culpritOf(telling, property)}`.trimEnd(),
    2,
  );
}

function cast(page: Page, story: Story): void {
  const { tree } = story;
  page.section('Who is there');
  for (const sentence of castSentences(story)) page.say(sentence, 2);
  if (tree.parents.size === 0) {
    page.say('Before the first move, nobody has a place in the tree yet.', 2);
    return;
  }
  page.say(`The tree when the first move is made (version ${tree.version}):`, 2);
  for (const line of treeLines(tree, ROOT, page.style.isUnicode ? UNICODE_STROKES : ASCII_STROKES))
    page.line(`    ${line}`);
}

/** Said where the two runs part. */
const PARTING = 'From here on, the nearest schedule in which it holds (below) goes another way.';

/** The first thing told that is not so in the nearest passing run; undefined if it is the first of all. */
function partingOf({ nearest: other }: Story, telling: Telling): Telling['beats'][number] | undefined {
  // Of one that is not told there is no "below".
  if (other?.worth !== 'steps') return undefined;
  const at = telling.beats.findIndex(
    (beat) => beat.kind === 'told' && beat.steps.some((index) => index >= other.partsAt),
  );
  return at > 0 ? telling.beats[at] : undefined;
}

/** Room for number, time and mark. */
const INDENT = 16;

function beats(page: Page, telling: Telling, story: Story): void {
  const { paint, isUnicode } = page.style;
  const parting = partingOf(story, telling);
  for (const beat of telling.beats) {
    if (beat === parting)
      page.say(PARTING, INDENT, paint(`${isUnicode ? '↳' : '>'}  `.padStart(INDENT), 'dim'));
    if (beat.kind === 'folded') {
      if (isWorthALine(beat)) page.say(beat.text, INDENT, `${isUnicode ? '⋮' : '.'}  `.padStart(INDENT));
      continue;
    }
    const mark = markOf(beat, isUnicode);
    const number = `${String(beat.number).padStart(3)}  ${moment(beat.nowMs).padStart(8)} ${mark} `;
    const isWrong = beat.isViolation || beat.departure !== undefined;
    const move = beat.move === undefined ? '' : `[move ${beat.move + 1}] `;
    page.say(`${move}${beat.text}`, INDENT, isWrong ? paint(number, 'red') : number);
    if (beat.departure !== undefined) page.say(beat.departure.text, INDENT);
    if (beat.isViolation) broken(page, story);
  }
  const { violation, brokeAt, run } = telling;
  if (violation === undefined || brokeAt !== undefined) return;
  const end = run.steps[violation.step];
  const why =
    violation.verdict === 'stalled' ? 'the property has had all the time that it is given.' : 'now it shows.';
  page.say(
    `At ${moment(end?.nowMs ?? 0)} the run ends: ${why} ${whatHappens(telling)}`,
    INDENT,
    paint(`${isUnicode ? '✗' : 'X'}  `.padStart(INDENT), 'red'),
  );
}

/** Properties that a tree breaks which is committed: it is worth seeing. */
const ABOUT_TREES: ReadonlySet<string> = new Set(['tree-shape', 'one-slot-per-credential', 'latency-bound']);

function broken(page: Page, { property, telling }: Story): void {
  if (telling.violation === undefined || property.id === 'conformance') return;
  page.say(`Here ${property.id} breaks: ${whatHappens(telling)}`, INDENT);
  const { tree, effects } = telling.run.steps[telling.violation.step] ?? {};
  const isCommitted = effects?.some((one) => one.kind === 'report' && one.report.type === 'committed');
  if (tree === undefined || isCommitted !== true || !ABOUT_TREES.has(property.id)) return;
  page.say('The tree that is committed:', INDENT);
  for (const line of treeLines(tree, ROOT, page.style.isUnicode ? UNICODE_STROKES : ASCII_STROKES))
    page.line(`${' '.repeat(INDENT + 2)}${line}`);
}

function markOf(beat: Extract<Beat, { kind: 'told' }>, isUnicode: boolean): string {
  if (beat.isViolation) return isUnicode ? '✗' : 'X';
  if (beat.departure !== undefined) return isUnicode ? '◆' : '!';
  return ' ';
}

function picture(page: Page, telling: Telling, { scenario }: Story): void {
  const { columns, isUnicode, paint } = page.style;
  const glyphs = isUnicode ? UNICODE : ASCII;
  const lines = diagramLines(telling, scenario.nodes, glyphs, columns);
  for (const line of lines)
    page.line(line.includes(glyphs.broken) || line.includes(glyphs.wrong) ? paint(line, 'red') : line);
  const { dot, lost, withheld, wrong, broken: breaks, fold, missing, missingRight, extra, right } = glyphs;
  const departures = telling.beats.flatMap((beat) =>
    beat.kind === 'told' && beat.departure !== undefined ? [beat.departure] : [],
  );
  const sends = departures.flatMap((departure) => departure.sends);
  page.items([
    `${dot} a step`,
    ...(has(telling, ({ step, withheldBy }) => isLoss(step) && withheldBy === undefined)
      ? [`${lost} lost`]
      : []),
    ...(has(telling, ({ withheldBy }) => withheldBy !== undefined) ? [`${withheld} withheld`] : []),
    ...(departures.length === 0
      ? []
      : sends.length === 0 && departures.some(({ isOfStore }) => isOfStore)
        ? [`${wrong} a wrong step`]
        : [`${wrong} not what the statechart says`]),
    ...(sends.some(({ isMissing }) => isMissing)
      ? [`${missing}${missing}${missingRight} should have been sent`]
      : []),
    ...(sends.some(({ isMissing }) => !isMissing)
      ? [`${extra}${extra}${right} should not have been sent`]
      : []),
    `${breaks} here it breaks`,
    `${fold} steps left out, which --all shows`,
  ]);
}

/** Whether there is such a step among those that are told. */
function has({ beats, run }: Telling, isSuch: (observed: Observed) => boolean): boolean {
  return beats.some(
    (beat) =>
      beat.kind === 'told' &&
      beat.steps.some((index) => run.steps[index] !== undefined && isSuch(run.steps[index])),
  );
}

function isLoss(step: Observed['step']): boolean {
  return step.kind === 'event' && step.event.type === 'lost';
}

function necessity(page: Page, { moves, isCertified }: Story): void {
  if (moves.length === 0) {
    page.section('The moves');
    page.say('There are none: the property breaks without any fault.', 2);
    return;
  }
  page.section(
    moves.some(({ without }) => without !== undefined) ? 'The moves, and why each is needed' : 'The moves',
  );
  const why = whyAllAreNeeded(moves);
  if (why !== undefined) page.say(why, 2);
  const untold = whatIsUntold(moves);
  if (untold !== '') page.say(untold, 2);
  moves.forEach(({ text, without }, index) => {
    const number = `${String(index + 1).padStart(3)}  `;
    const isSaid = without === undefined || (why !== undefined && without.outcome === 'holds');
    page.say(`${capital(text)}.${isSaid ? '' : ` Without it ${withoutWords(without)}.`}`, 5, number);
  });
  if (!isCertified)
    page.say('(What happens without each move is not in the file: psl-verify shrink FILE adds it.)', 2);
}

/** Which moves have no step in the story. */
function whatIsUntold(moves: Story['moves']): string {
  const sentences = (['time', 'others'] as const).flatMap((kind) => {
    const numbers = moves.flatMap(({ isTold, isTime }, index) =>
      !isTold && isTime === (kind === 'time') ? [String(index + 1)] : [],
    );
    if (numbers.length === 0) return [];
    const [noun, does] = numbers.length === 1 ? ['Move', 's'] : ['Moves', ''];
    return kind === 'time'
      ? `${noun} ${listed(numbers)} only let${does} time pass, and ${numbers.length === 1 ? 'is' : 'are'} no step of the story.`
      : `${noun} ${listed(numbers)} ${numbers.length === 1 ? 'is' : 'are'} among the steps left out.`;
  });
  return sentences.join(' ');
}

/** What is the same for all moves or most; undefined where each is best told by itself. */
function whyAllAreNeeded(moves: Story['moves']): string | undefined {
  const outcomes = moves.map(({ without }) => without?.outcome);
  if (!outcomes.includes('holds') || outcomes.some((one) => one === undefined || one === 'same'))
    return undefined;
  if (outcomes.some((one) => one !== 'holds'))
    return 'Each is needed: where nothing else is said, the property holds without it.';
  return moves.length === 1
    ? 'It is needed: without it the property holds.'
    : 'Each is needed: without any one of them the property holds.';
}

/** What happens without a move, after "without it". */
export function withoutWords({ outcome, property, message }: Without): string {
  switch (outcome) {
    case 'holds':
      return 'the property holds';
    case 'untested':
      return 'there is nothing to check';
    case 'stall':
      return `something else is missing in the end (${property ?? ''}: ${briefly(message)})`;
    case 'other-violation':
      return `another property breaks (${property ?? ''}: ${briefly(message)})`;
    case 'same':
      return 'the property breaks all the same';
  }
}

/** Steps of the passing run that are told, at most. */
const MAX_BESIDE = 8;

function nearest(page: Page, { nearest: other, telling }: Story): void {
  // That nothing happens without a move is said with the moves already.
  if (other === undefined || other.worth === 'nothing') return;
  const { changes, difference, instead, partsAt } = other;
  page.section('The nearest schedule in which it holds');
  const change = capital(changes.join('; '));
  if (other.worth === 'sentence') {
    const why = difference ?? 'nothing happens that this story is about';
    page.say(`${change}, ${why}, and the property holds to the end.`, 2);
    return;
  }
  page.say(`${change}.`, 2);
  if (difference !== undefined) page.say(`The difference: ${difference}.`, 2);
  const partsMs = Math.min(
    ...[other.telling, telling].map(({ run }) => run.steps[partsAt]?.nowMs ?? Number.POSITIVE_INFINITY),
  );
  const same =
    partsMs === 0
      ? 'The two runs differ from the beginning.'
      : `Up to ${moment(partsMs)} the two runs are the same.`;
  page.say(instead.length > 0 ? `${same} Then, instead:` : same, 2);
  for (const beat of instead.slice(0, MAX_BESIDE))
    page.say(beat.text, INDENT, `${' '.repeat(5)}${moment(beat.nowMs).padStart(8)}   `);
  const more = instead.length - MAX_BESIDE;
  page.say(
    `${more > 0 ? `(And ${counted(more, 'step')} more.) ` : ''}The property holds to the end of that run.`,
    2,
  );
}

function reference(page: Page, { reference: other }: Story): void {
  if (other === undefined) return;
  const { begins, ends } = referenceWords(other);
  page.section('What the reference does on the same moves');
  page.say(begins, 2);
  for (const beat of other.beats)
    page.say(beat.text, INDENT, `${' '.repeat(5)}${moment(beat.nowMs).padStart(8)}   `);
  page.say(ends, 2);
}

/** Lines of at most `columns` characters, broken at blanks. */
function wrapped(text: string, columns: number, first: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && width(line) + 1 + word.length > columns) {
      lines.push(line.trimEnd());
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
}

function width(line: string): number {
  return stripVTControlCharacters(line).length;
}

/** Text without letters that a plain terminal lacks. */
function ascii(text: string): string {
  return text
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[–—−]/g, '-')
    .replaceAll('·', '.')
    .replaceAll('→', '->')
    .replaceAll('…', '...');
}
