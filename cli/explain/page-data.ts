/** A story as the page's script gets it: plain JSON in which what repeats itself is there once. */
import { roleOf, describe, type ModelState } from '../../model/index.ts';
import { beliefsOf } from './beliefs.ts';
import { castSentences } from './cast.ts';
import type { DepartureSend } from './departure.ts';
import { noteOf } from './diagram.ts';
import { labelIn } from './labels.ts';
import { identityOf } from './identities.ts';
import type { CommittedTree, Observed } from './observe.ts';
import { IN_PLAIN_WORDS } from './plain.ts';
import { referenceWords } from './reference.ts';
import { capital, sentenceOf } from './sentences.ts';
import type { Story, Telling } from './story.ts';
import { withTerms } from './terms.ts';
import { withoutWords } from './text.ts';
import { culpritOf, whatHappens } from './verdict.ts';
import { messageWords, moment } from './words.ts';

/** Steps of one run that the page has, at most: what comes after is the routine of a run that ends in nothing. */
const MAX_ROWS = 4_000;

/** One step. Numbers in `text`, `state`, `beliefs` and `tree` are positions in the tables of the page. */
interface Row {
  readonly ms: number;
  readonly node?: string;
  readonly text: number;
  /** The message that was taken in, or lost: whom it is from and to. */
  readonly from?: string;
  readonly to?: string;
  readonly label: string;
  /** Position in `details` of what the message says. */
  readonly detail?: number;
  readonly isLost?: true;
  /** Lost, for an insider keeps it from being sent. */
  readonly isWithheld?: true;
  readonly isPast?: true;
  readonly isAttack?: true;
  readonly move?: number;
  readonly state?: number;
  readonly beliefs?: number;
  readonly tree: number;
  /** Place that the node has installed in this step. */
  readonly place?: { readonly parent: string; readonly children: readonly string[] };
  /** The node goes down or comes up. */
  readonly life?: 'down' | 'up';
  readonly departure?: string;
  /** The node does something else than its statechart, which is not followed any further. */
  readonly strays?: true;
  /** Messages that should have been sent in this step, or should not. */
  readonly sends?: readonly DepartureSend[];
  readonly isViolation?: true;
}

interface BeatData {
  readonly rows: readonly number[];
  readonly number?: number;
  readonly text: number;
  readonly folded?: true;
}

/** One of the two runs. */
interface RunData {
  readonly rows: readonly Row[];
  /** Beats: told ones with their number, folded ones with a text. */
  readonly beats: readonly BeatData[];
  /** First row that is not as in the other run; absent if there is no other. */
  readonly partsAt?: number;
  /** What is said after the last step. */
  readonly end: string;
}

export interface PageData {
  readonly subject: string;
  readonly title: string;
  readonly property: string;
  readonly statement: string;
  readonly plain: string;
  readonly happens: string;
  /** Who is there, in sentences; the last may say what the name of a record means. */
  readonly cast: readonly string[];
  /** What the reference does on the same moves; empty where nothing is to be said of it. */
  readonly reference: readonly string[];
  readonly verdict: Story['verdict'];
  readonly k: number;
  readonly nodes: readonly { readonly id: string; readonly role: string }[];
  readonly moves: readonly { readonly text: string; readonly without: string }[];
  readonly changes: readonly string[];
  /** What is otherwise in the passing run; empty where nothing tells. */
  readonly difference: string;
  readonly runs: readonly RunData[];
  readonly texts: readonly string[];
  readonly details: readonly { readonly words: string; readonly fields: string }[];
  readonly states: readonly { readonly label: string; readonly ids: readonly string[] }[];
  readonly beliefs: readonly (readonly string[])[];
  readonly trees: readonly {
    readonly version: number;
    readonly parents: Readonly<Record<string, string>>;
    readonly pending: readonly string[];
    readonly doubled: CommittedTree['doubled'];
  }[];
}

/** Everything that the page shows. */
export function pageData(story: Story): PageData {
  const tables = new Tables();
  const { telling, nearest, subject, property, scenario } = story;
  const failing = runData(
    telling,
    tables,
    telling.violation === undefined ? 'The property holds to the end of the run.' : whatHappens(telling),
    nearest?.partsAt,
  );
  const passing =
    nearest === undefined
      ? []
      : [runData(nearest.telling, tables, 'The property holds to the end of this run.', nearest.partsAt)];
  return {
    subject: subject.id,
    title: subject.isMutant ? withTerms(subject.title) : '',
    property: property.id,
    statement: withTerms(property.statement),
    plain: IN_PLAIN_WORDS[property.id] ?? '',
    happens:
      telling.violation === undefined
        ? ''
        : `${whatHappens(telling)} ${culpritOf(telling, property)}`.trimEnd(),
    cast: castSentences(story),
    reference: referenceSentences(story),
    verdict: story.verdict,
    k: scenario.parameters.k,
    nodes: scenario.nodes.map((id) => ({ id, role: roleOf(id) })),
    moves: story.moves.map(({ text, without }) => ({
      text: capital(text),
      without: without === undefined ? '' : withoutWords(without),
    })),
    changes: nearest?.changes ?? [],
    difference: nearest?.difference ?? '',
    runs: [failing, ...passing],
    ...tables.all(),
  };
}

function referenceSentences({ reference }: Story): readonly string[] {
  if (reference === undefined) return [];
  const { begins, ends } = referenceWords(reference);
  return [begins, ...reference.beats.map(({ nowMs, text }) => `${moment(nowMs)}: ${text}`), ends];
}

function runData(telling: Telling, tables: Tables, end: string, partsAt: number | undefined): RunData {
  const { run, beats, until } = telling;
  const rows = run.steps
    .slice(0, Math.min(until + 1, MAX_ROWS))
    .map((observed) => rowOf(observed, telling, tables));
  return {
    rows,
    beats: beats.flatMap((beat): readonly BeatData[] => {
      const shown = beat.steps.filter((index) => index < rows.length);
      if (shown.length === 0) return [];
      const text = tables.text(beat.text);
      return beat.kind === 'folded'
        ? [{ rows: shown, text, folded: true as const }]
        : [{ rows: shown, number: beat.number, text }];
    }),
    ...(partsAt === undefined ? {} : { partsAt }),
    end,
  };
}

function rowOf(observed: Observed, telling: Telling, tables: Tables): Row {
  const { index, nowMs, node, step, move, state, tree, effects } = observed;
  const departure = telling.departures.get(index);
  const installed = effects.find((effect) => effect.kind === 'report' && effect.report.type === 'installed');
  const place =
    installed?.kind === 'report' && installed.report.type === 'installed'
      ? { parent: installed.report.parent, children: installed.report.children }
      : undefined;
  return {
    ms: nowMs,
    ...(node === undefined ? {} : { node }),
    text: tables.text(sentenceOf(observed, telling.run)),
    label: noteOf(observed, telling.run),
    ...messagePart(observed, telling, tables),
    ...(telling.past.has(index) ? { isPast: true } : {}),
    ...(step.kind === 'reaction' && step.attack !== undefined ? { isAttack: true } : {}),
    ...(move === undefined ? {} : { move }),
    ...(state === undefined ? {} : { state: tables.state(state), beliefs: tables.belief(state) }),
    tree: tables.tree(tree),
    ...(place === undefined ? {} : { place }),
    ...lifePart(observed),
    ...(departure === undefined ? {} : { departure: departure.text }),
    ...(departure === undefined || departure.isOfStore === true ? {} : { strays: true }),
    ...(departure === undefined || departure.sends.length === 0 ? {} : { sends: departure.sends }),
    ...(index === telling.brokeAt ? { isViolation: true } : {}),
  };
}

function messagePart(
  { step, situation, withheldBy }: Observed,
  { run }: Telling,
  tables: Tables,
): Partial<Pick<Row, 'from' | 'to' | 'label' | 'detail' | 'isLost' | 'isWithheld'>> {
  if (step.kind === 'event') {
    if (step.event.type !== 'lost') return {};
    const identity = identityOf(step.event.message);
    const message = run.messages.get(step.event.message);
    if (identity === undefined || message === undefined) return {};
    const { from, to } = identity;
    return {
      from,
      to,
      label: labelIn(message, run),
      detail: tables.detail(step.event.message, message),
      isLost: true,
      ...(withheldBy === undefined ? {} : { isWithheld: true as const }),
    };
  }
  const { tookIn } = situation;
  if (step.input.kind !== 'frame' || tookIn === undefined) return {};
  const identity = step.message === undefined ? undefined : identityOf(step.message);
  const label = tookIn.type === 'garbage' ? (identity?.kind ?? 'not authentic') : labelIn(tookIn, run);
  return {
    from: step.input.from,
    to: step.node,
    label,
    detail: tables.detail(step.message ?? 'injected by the attacker', tookIn),
  };
}

function lifePart({ step }: Observed): Pick<Row, 'life'> {
  if (step.kind === 'reaction') return step.input.kind === 'start' ? { life: 'up' } : {};
  return step.event.type === 'crashed' ? { life: 'down' } : {};
}

/** Ids of the states that a statechart is in, as the drawing has them, outermost first. */
export function activeStates({ role, value }: Pick<ModelState, 'role' | 'value'>): readonly string[] {
  const inside = (at: string, part: ModelState['value']): readonly string[] =>
    typeof part === 'string'
      ? [`${at}_${part}`]
      : Object.entries(part).flatMap(([key, below]) => [
          `${at}_${key}`,
          ...(below === undefined ? [] : inside(`${at}_${key}`, below)),
        ]);
  return inside(role, value);
}

/** What repeats itself, once each. */
class Tables {
  readonly #texts = new Table<string>();
  readonly #details = new Table<{ readonly words: string; readonly fields: string }>();
  readonly #states = new Table<{ readonly label: string; readonly ids: readonly string[] }>();
  readonly #beliefs = new Table<readonly string[]>();
  readonly #trees = new Table<PageData['trees'][number]>();

  text(text: string): number {
    return this.#texts.add(text, () => text);
  }

  detail(id: string, message: NonNullable<Observed['situation']['tookIn']>): number {
    const fields = `${id}\n${fieldsOf(message)}`;
    return this.#details.add(fields, () => ({ words: messageWords(message), fields }));
  }

  state(state: ModelState): number {
    const ids = activeStates(state);
    return this.#states.add(ids.join(' '), () => ({ label: describe(state), ids }));
  }

  belief(state: ModelState): number {
    const lines = beliefsOf(state);
    return this.#beliefs.add(lines.join('\n'), () => lines);
  }

  tree(tree: CommittedTree): number {
    const { version, parents, pending, doubled } = tree;
    return this.#trees.add(JSON.stringify([version, [...parents], pending, doubled]), () => ({
      version,
      parents: Object.fromEntries(parents),
      pending,
      doubled,
    }));
  }

  all(): Pick<PageData, 'texts' | 'details' | 'states' | 'beliefs' | 'trees'> {
    return {
      texts: this.#texts.entries,
      details: this.#details.entries,
      states: this.#states.entries,
      beliefs: this.#beliefs.entries,
      trees: this.#trees.entries,
    };
  }
}

class Table<T> {
  readonly entries: T[] = [];
  readonly #at = new Map<string, number>();

  add(key: string, make: () => T): number {
    let at = this.#at.get(key);
    if (at === undefined) {
      this.#at.set(key, (at = this.entries.length));
      this.entries.push(make());
    }
    return at;
  }
}

/** The fields of a symbolic message, one a line. */
function fieldsOf(message: NonNullable<Observed['situation']['tookIn']>): string {
  return Object.entries(message)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}
