/**
 * `conformance`: every reaction of a node is one that its role's statechart allows. The statechart of each node runs beside it,
 * on the same inputs, read as symbolic messages by an independent judge; what it puts out must be what the node
 * put out. Where the specification leaves a choice (which tree is committed), the statechart takes the
 * choice that the node made and says whether it was admissible.
 */
import { memoise, type Memoised, type Violation } from '../../engine/index.ts';
import {
  describe,
  enabled,
  initialState,
  memoryOf,
  stateKey,
  step,
  transitionsTaken,
  type ModelEvent,
  type ModelOutput,
  type ModelState,
  type NodeName,
  type Parameters,
  type Tree,
} from '../../model/index.ts';
import { canonicalText, messageText } from '../canonical.ts';
import type { Command, Report, Seen, SeenReaction } from '../reading.ts';
import { ROOT } from '../scenario.ts';
import { Judge, type Watch } from './judge.ts';

/** What a remembered step puts out: texts to compare and the transitions taken, or why nothing is allowed. */
type Expectation =
  | {
      readonly kind: 'outputs';
      readonly texts: readonly string[];
      readonly rejects: boolean;
      readonly taken: readonly string[];
    }
  | { readonly kind: 'not-allowed'; readonly why: string };

/** Remembered steps of one role with one set of parameters, at most: more cost more in memory than they save. */
const MAX_REMEMBERED = 5_000;

const memos = new Map<string, Memoised<ModelState, ModelEvent, Expectation>>();

function memoFor(role: string, parameters: Parameters): Memoised<ModelState, ModelEvent, Expectation> {
  const key = role + JSON.stringify(parameters);
  let memo = memos.get(key);
  if (memo === undefined) {
    memo = memoise<ModelState, ModelEvent, Expectation>({
      step(state, event) {
        const result = step(state, event);
        if ('notAllowed' in result)
          return { state, outputs: [{ kind: 'not-allowed', why: result.notAllowed }] };
        return {
          state: result.state,
          outputs: [
            {
              kind: 'outputs',
              texts: result.outputs.map(textOf).toSorted(),
              rejects: result.outputs.some(({ kind }) => kind === 'reject'),
              taken: transitionsTaken(state, event),
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

/** The role that a node's name says. */
export function roleOf(node: NodeName): 'coordinator' | 'router' | 'client' {
  return node === ROOT ? 'coordinator' : node.startsWith('r') ? 'router' : 'client';
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
    case 'answered':
    case 'store':
      return undefined;
    default:
      return canonicalText(report);
  }
}

function observedTexts(reaction: SeenReaction): readonly string[] {
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
  /** States by the index of the reaction after which they held, for restarts that remember an older one. */
  readonly history: { readonly index: number; readonly state: ModelState }[];
  /** Greatest counter accepted, by neighbour and link; of this life. */
  readonly counters: Map<string, number>;
}

export class Conformance extends Judge {
  /** Ids of the transitions that the statecharts took in this run (`allTransitions`). */
  readonly covered = new Set<string>();
  readonly #twins = new Map<NodeName, Twin>();

  constructor(property: string, watch: Watch) {
    super(property, watch);
    for (const node of watch.scenario.nodes) {
      const role = roleOf(node);
      const react = memoFor(role, watch.scenario.parameters);
      const state = react.internState(initialState(role, node, watch.scenario.parameters));
      this.#twins.set(node, { react, state, history: [], counters: new Map() });
    }
  }

  protected override judge(seen: Seen): Violation | undefined {
    if (seen.kind === 'event') {
      if (seen.step.event.type === 'crashed') this.#crash(seen.step.event.node);
      return undefined;
    }
    return this.judgeReaction(seen.reaction);
  }

  #crash(node: NodeName): void {
    const twin = this.#twins.get(node);
    if (twin === undefined) return;
    const { state, outputs } = twin.react(twin.state, { type: 'crash' });
    this.#cover(outputs[0]);
    twin.state = state;
  }

  protected override judgeReaction(reaction: SeenReaction): Violation | undefined {
    const twin = this.#twins.get(reaction.node);
    if (twin === undefined) return undefined;
    const event = this.#eventOf(twin, reaction);
    const got = observedTexts(reaction);
    if (event === undefined) {
      const inert = got.length === 0 || (got.length === 1 && got[0] === 'reject');
      return inert
        ? undefined
        : this.violated(reaction, `${reaction.node} reacted to a question with more than an answer`, { got });
    }
    this.exercised += 1;
    const before = twin.state;
    const { state, outputs } = twin.react(before, event);
    const [expectation] = outputs;
    if (expectation === undefined || expectation.kind === 'not-allowed')
      return this.violated(
        reaction,
        `${reaction.node} in ${describe(before)}: no transition allows its reaction to ${event.type}: ${expectation?.why ?? 'none'}`,
        {
          event,
          got,
          enabled: enabled(before),
        },
      );
    if (!same(expectation.texts, got)) {
      const missing = without(expectation.texts, got);
      const extra = without(got, expectation.texts);
      return this.violated(
        reaction,
        `${reaction.node} in ${describe(before)} reacted to ${event.type} otherwise than its statechart:${missing.length > 0 ? ` missing ${missing.join(', ')};` : ''}${extra.length > 0 ? ` not allowed ${extra.join(', ')}` : ''}`,
        { event, expected: expectation.texts, got },
      );
    }
    this.#cover(expectation);
    this.#accept(twin, reaction, expectation.rejects);
    if (state !== before) {
      twin.state = state;
      twin.history.push({ index: reaction.index, state });
    }
    return undefined;
  }

  #cover(expectation: Expectation | undefined): void {
    if (expectation?.kind === 'outputs') for (const id of expectation.taken) this.covered.add(id);
  }

  #accept(twin: Twin, reaction: SeenReaction, rejected: boolean): void {
    if (rejected || reaction.input.kind !== 'frame') return;
    const { message, counter } = reaction.input.reading;
    if ('link' in message && 'from' in message) twin.counters.set(`${message.from} ${message.link}`, counter);
  }

  #eventOf(twin: Twin, reaction: SeenReaction): ModelEvent | undefined {
    const { input } = reaction;
    switch (input.kind) {
      case 'start': {
        twin.counters.clear();
        return { type: 'start', birth: input.birth, memory: remembered(twin, input.memory) };
      }
      case 'timer':
        return withChoice(one(input.timer, timerEvent(input.timer)), reaction);
      case 'command':
        return commandEvent(input.command);
      case 'frame': {
        const { message, counter } = input.reading;
        if ('link' in message && 'from' in message) {
          const last = twin.counters.get(`${message.from} ${message.link}`) ?? 0;
          return counter > last ? one(input.reading.text, message) : STALE;
        }
        return withChoice(one(input.reading.text, message), reaction);
      }
    }
  }
}

const STALE: ModelEvent = { type: 'garbage', reason: 'counter' };

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

/** The event that stands for a command; undefined for questions, which are no concern of the statecharts. */
export function commandEvent(command: Command): ModelEvent | undefined {
  switch (command.type) {
    case 'put':
      return { type: 'put' };
    case 'leave':
      return { type: 'leave' };
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

/** What is in `a` and not in `b`, as multisets. */
function without(a: readonly string[], b: readonly string[]): readonly string[] {
  const rest = [...b];
  return a.filter((text) => {
    const at = rest.indexOf(text);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
