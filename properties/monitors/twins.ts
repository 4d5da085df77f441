/**
 * Twins: each node's statechart runs beside it on the same inputs, read as symbolic messages by an independent judge. Where the
 * specification leaves a choice (which tree), the statechart takes the choice that the node made and says whether it was
 * admissible. `conformance` compares what the two put out; coverage asks where the statecharts have been.
 */
import { memoise, type Memoised } from '../../engine/index.ts';
import {
  examine,
  initialState,
  isInterest,
  memoryOf,
  neighboursOf,
  roleOf,
  stateKey,
  type Examined,
  type Message,
  type ModelEvent,
  type ModelOutput,
  type ModelState,
  type NodeName,
  type Parameters,
  type Tree,
} from '../../model/index.ts';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../../impl/index.ts';
import { canonicalText, messageText } from '../canonical.ts';
import type { Command, Report, Seen, SeenReaction } from '../reading.ts';
import { shardOfKey } from '../shards.ts';
import { ROOT, type TreeScenario } from '../scenario.ts';

/** What a remembered step puts out: texts to compare and what it reached of the statechart, or why nothing is allowed. */
export type Expectation =
  | {
      readonly kind: 'outputs';
      readonly texts: readonly string[];
      readonly rejects: boolean;
      readonly reached: Pick<Examined, 'taken' | 'guards' | 'rejection'>;
    }
  | { readonly kind: 'not-allowed'; readonly why: string };

/** A step of a node's statechart beside the node's own. */
export interface Followed {
  readonly node: NodeName;
  readonly event: ModelEvent;
  readonly before: ModelState;
  /** As `before` where the two disagree. */
  readonly after: ModelState;
  readonly expectation: Expectation;
  /** What the node put out, as texts; none for a crash. */
  readonly got: readonly string[];
  /** Whether the node did what its statechart does. If not, it is not followed any further. */
  readonly agrees: boolean;
}

/** Remembered steps of one role with one set of parameters, at most: more cost more in memory than they save. */
const MAX_REMEMBERED = 5_000;

const memos = new Map<string, Memoised<ModelState, ModelEvent, Expectation>>();

function memoFor(role: string, parameters: Parameters): Memoised<ModelState, ModelEvent, Expectation> {
  const key = role + JSON.stringify(parameters);
  let memo = memos.get(key);
  if (memo === undefined) {
    memo = memoise<ModelState, ModelEvent, Expectation>({
      step(state, event) {
        const { result, taken, guards, rejection } = examine(state, event);
        if ('notAllowed' in result)
          return { state, outputs: [{ kind: 'not-allowed', why: result.notAllowed }] };
        return {
          state: result.state,
          outputs: [
            {
              kind: 'outputs',
              texts: result.outputs.map(textOf).toSorted(),
              rejects: result.outputs.some(({ kind }) => kind === 'reject'),
              reached: { taken, guards, rejection },
            },
          ],
        };
      },
      stateKey,
      eventKey: (event) => JSON.stringify(event),
      maxEntries: MAX_REMEMBERED,
    });
    memos.set(key, memo);
  }
  return memo;
}

function textOf(output: ModelOutput): string {
  switch (output.kind) {
    case 'send':
      return `send ${output.to} ${messageText(output.message)}`;
    case 'set-timer':
      return `set ${output.timer} ${output.ms}`;
    case 'cancel-timer':
      return `cancel ${output.timer}`;
    case 'report':
      return `report ${canonicalText(output.report)}`;
    case 'reject':
      return 'reject';
  }
}

/** A subject's report without what the model abstracts from; undefined for reports that the model does not know. */
function symbolic(report: Report): string | undefined {
  switch (report.type) {
    case 'put':
    case 'delivered':
      return canonicalText({ type: report.type, capsule: report.capsule, seq: report.seq });
    case 'forked':
      return canonicalText({ type: report.type, capsule: report.capsule, seq: report.seq });
    case 'split-view':
      return canonicalText({ type: report.type, version: report.version });
    case 'answered':
    case 'store':
      return undefined;
    default:
      return canonicalText(report);
  }
}

/** What a node put out, as texts that compare with those of the statecharts. */
export function observedTexts(reaction: SeenReaction): readonly string[] {
  const texts: string[] = [];
  for (const { to, reading } of reaction.sends) texts.push(`send ${to} ${reading.text}`);
  for (const timer of reaction.timers)
    texts.push(timer.kind === 'set-timer' ? `set ${timer.timer} ${timer.ms}` : `cancel ${timer.timer}`);
  for (const report of reaction.reports) {
    const text = symbolic(report);
    if (text !== undefined) texts.push(`report ${text}`);
  }
  if (reaction.rejected !== undefined) texts.push('reject');
  return texts.toSorted();
}

interface Twin {
  readonly react: Memoised<ModelState, ModelEvent, Expectation>;
  state: ModelState;
  /** Set once the node did something else: then nobody knows what its state is. */
  isLost: boolean;
  /** States by the index of the reaction after which they held, for restarts that remember an older one. */
  readonly history: { readonly index: number; readonly state: ModelState }[];
  /** Greatest counter accepted, by neighbour and link; of this life. */
  readonly counters: Map<string, number>;
}

const NO_TEXTS: readonly string[] = [];

/** The statecharts of all nodes of one run. */
export class Twins {
  readonly #twins = new Map<NodeName, Twin>();
  #lastIndex = -1;
  #last: Followed | undefined;

  constructor(scenario: TreeScenario) {
    for (const node of scenario.nodes) {
      const role = roleOf(node);
      const react = memoFor(role, scenario.parameters);
      const state = react.internState(initialState(role, node, scenario.parameters));
      this.#twins.set(node, { react, state, isLost: false, history: [], counters: new Map() });
    }
  }

  /** The statechart of a node, as after the last step; undefined for strangers and nodes that are not followed any further. */
  stateOf(node: NodeName): ModelState | undefined {
    const twin = this.#twins.get(node);
    return twin === undefined || twin.isLost ? undefined : twin.state;
  }

  /**
   * Lets the statechart of the node that the step is about take it, too; undefined where it has no part in it (a question,
   * most events of the environment). Steps come in order; asking again for the last one costs nothing.
   */
  follow(seen: Seen): Followed | undefined {
    const { index } = seen.kind === 'event' ? seen.step : seen.reaction;
    if (index === this.#lastIndex) return this.#last;
    this.#lastIndex = index;
    this.#last = seen.kind === 'reaction' ? this.#react(seen.reaction) : this.#crash(seen.step.event);
    return this.#last;
  }

  #crash(event: Extract<Seen, { kind: 'event' }>['step']['event']): Followed | undefined {
    const twin = event.type === 'crashed' ? this.#twins.get(event.node) : undefined;
    if (twin === undefined || twin.isLost || event.type !== 'crashed') return undefined;
    return this.#take(twin, event.node, { type: 'crash' }, undefined);
  }

  #react(reaction: SeenReaction): Followed | undefined {
    const twin = this.#twins.get(reaction.node);
    if (twin === undefined || twin.isLost) return undefined;
    const event = eventOf(twin, reaction);
    return event === undefined ? undefined : this.#take(twin, reaction.node, event, reaction);
  }

  #take(
    twin: Twin,
    node: NodeName,
    event: ModelEvent,
    reaction: SeenReaction | undefined,
  ): Followed | undefined {
    const before = twin.state;
    const got = reaction === undefined ? NO_TEXTS : observedTexts(reaction);
    const { state, outputs } = twin.react(before, event);
    const [expectation] = outputs;
    if (expectation === undefined) return undefined;
    const agrees = expectation.kind === 'outputs' && same(expectation.texts, got);
    if (!agrees) {
      twin.isLost = true;
      return { node, event, before, after: before, expectation, got, agrees };
    }
    if (reaction !== undefined && !expectation.rejects) accept(twin, reaction);
    if (state !== before) {
      if (event.type === 'placement') forgetLinks(twin.counters, before, state);
      twin.state = state;
      if (reaction !== undefined) twin.history.push({ index: reaction.index, state });
    }
    return { node, event, before, after: state, expectation, got, agrees };
  }
}

function accept(twin: Twin, reaction: SeenReaction): void {
  if (reaction.input.kind !== 'frame') return;
  const { message, counter } = reaction.input.reading;
  if ('link' in message && 'from' in message) twin.counters.set(`${message.from} ${message.link}`, counter);
}

/** A link that a placement takes away begins anew if a later one names it once more: only a coordinator that lies does that. */
function forgetLinks(counters: Map<string, number>, before: ModelState, after: ModelState): void {
  const left = new Set(linksOf(before));
  const kept = new Set(
    linksOf(after)
      .filter((link) => left.has(link))
      .map((link) => link.slice(0, link.lastIndexOf(' '))),
  );
  for (const link of counters.keys()) if (!kept.has(link)) counters.delete(link);
}

/** The links of a member: its neighbours, with the versions and incarnations in which they were made. */
function linksOf({ role, context }: ModelState): readonly string[] {
  if (role === 'coordinator') return [];
  return neighboursOf(context).map(({ node, link, incarnation }) => `${node} ${link} ${incarnation}`);
}

function eventOf(twin: Twin, reaction: SeenReaction): ModelEvent | undefined {
  const { input } = reaction;
  switch (input.kind) {
    case 'start': {
      twin.counters.clear();
      return { type: 'start', birth: input.birth, memory: remembered(twin, input.memory) };
    }
    case 'timer':
      return withChoice(one(input.timer, timerEvent(input.timer)), reaction);
    case 'command': {
      const event = asPut(twin, input.command) ?? commandEvent(input.command, twin.state.parameters);
      return event && withChoice(event, reaction);
    }
    case 'frame': {
      const { message, counter, lives } = input.reading;
      if ('link' in message && 'from' in message) {
        if (lives !== undefined && isOfOtherLives(twin.state, message, lives)) return OTHER_LIVES;
        const last = twin.counters.get(`${message.from} ${message.link}`) ?? 0;
        return counter > last ? withChoice(one(input.reading.text, message), reaction) : STALE;
      }
      return withChoice(one(input.reading.text, message), reaction);
    }
  }
}

/**
 * Whether a frame came over another link than the one that the node has, though both have one version: two stories of the coordinator
 * can name other incarnations of the ends.
 */
function isOfOtherLives(
  { role, context }: ModelState,
  { from, to, link }: Extract<Message, { readonly link: number; readonly from: NodeName }>,
  lives: Readonly<Record<NodeName, number>>,
): boolean {
  if (role === 'coordinator' || to !== context.self) return false;
  const neighbour = neighboursOf(context).find((end) => end.node === from && end.link === link);
  return (
    neighbour !== undefined && (neighbour.incarnation !== lives[from] || context.incarnation !== lives[to])
  );
}

const OTHER_LIVES: ModelEvent = { type: 'garbage', reason: 'lives' };
const STALE: ModelEvent = { type: 'garbage', reason: 'counter' };
const NO_PUT: ModelEvent = { type: 'garbage', reason: 'put' };

/**
 * A put that no client may take is to the statechart, which knows no keys and values, what any input is that is rejected; unless it
 * takes no puts at all any more. Undefined for other commands.
 */
function asPut({ react, state }: Twin, command: Command): ModelEvent | undefined {
  if (command.type !== 'put' || isPutSane(command)) return undefined;
  const [expected] = react(state, { type: 'put' }).outputs;
  const isLeaving = expected?.kind === 'outputs' && expected.texts.includes(REFUSED_LEAVING);
  return isLeaving ? undefined : NO_PUT;
}

const REFUSED_LEAVING = `report ${canonicalText({ type: 'refused', why: 'leaving' })}`;

/** Whether keys and values are what UTF-8 carries unchanged, and within the bounds of the protocol. */
function isPutSane({ key, value }: { readonly key: string; readonly value: string }): boolean {
  return isTextWithin(key, MAX_KEY_BYTES) && isTextWithin(value, MAX_VALUE_BYTES);
}

function isTextWithin(text: string, bytes: number): boolean {
  return Buffer.from(text).toString() === text && Buffer.byteLength(text) <= bytes;
}

/** Events by their text, so that equal ones are one object, which memos find without computing a key. */
const events = new Map<string, ModelEvent>();

function one(text: string, event: ModelEvent): ModelEvent {
  const known = events.get(text);
  if (known !== undefined) return known;
  if (events.size >= MAX_REMEMBERED) events.clear();
  events.set(text, event);
  return event;
}

function remembered(twin: Twin, memory: { readonly kind: string; readonly asOfIndex: number }) {
  if (memory.kind === 'fresh' || memory.kind === 'amnesiac') return null;
  const entry = twin.history.findLast(({ index }) => memory.kind === 'durable' || index <= memory.asOfIndex);
  return entry === undefined ? null : memoryOf(entry.state);
}

/** The event that stands for a timer's name. */
export function timerEvent(timer: string): ModelEvent {
  const colon = timer.indexOf(':');
  if (colon < 0) return { type: `timer.${timer}` } as ModelEvent;
  return { type: `timer.${timer.slice(0, colon)}`, node: timer.slice(colon + 1) } as ModelEvent;
}

const PUT: ModelEvent = { type: 'put' };

/** The event that stands for a command; undefined for questions and for choices of shards that there are not: no concern of the statecharts. */
export function commandEvent(command: Command, { shards }: Parameters): ModelEvent | undefined {
  switch (command.type) {
    case 'put':
      return shards === 1 ? PUT : { type: 'put', shard: shardOfKey(command.key, shards) };
    case 'subscribe':
      return isInterest(command.shards, shards) ? { type: 'subscribe', shards: command.shards } : undefined;
    case 'rotate':
      return command.expel === ROOT ? undefined : command;
    case 'leave':
      return { type: 'leave' };
    case 'renew':
      return { type: 'renew' };
    case 'get':
    case 'dump':
      return undefined;
  }
}

/** Adds the tree that the coordinator chose in this reaction, if it chose one. */
function withChoice(event: ModelEvent, reaction: SeenReaction): ModelEvent {
  if (reaction.node !== ROOT) return event;
  const committed = reaction.reports.find((report) => report.type === 'committed');
  if (committed === undefined) return event;
  const parents: Record<NodeName, NodeName> = {};
  for (const { child, parent } of committed.edges.toSorted((a, b) => (a.child < b.child ? -1 : 1)))
    parents[child] = parent;
  const choice: Tree = { parents, pending: committed.pending };
  return { ...event, choice } as ModelEvent;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
