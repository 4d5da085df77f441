/** A run as a story needs it: every step read, with the statechart beside its node and the tree as it was. */
import type { MessageId, Step } from '../../engine/index.ts';
import type { Message, ModelState, NodeName } from '../../model/index.ts';
import type { Watch } from '../../properties/monitors/judge.ts';
import type { Followed } from '../../properties/monitors/twins.ts';
import type { Command, Report, Seen, SeenReaction } from '../../properties/reading.ts';
import type { Effect, Situation } from './effects.ts';
import { Withholding } from './withholding.ts';

/** A tree that was committed. */
export interface CommittedTree {
  /** 0: none yet. */
  readonly version: number;
  readonly parents: ReadonlyMap<NodeName, NodeName>;
  readonly pending: readonly NodeName[];
  /** Second places of nodes that have more than one: no tree is to have any. */
  readonly doubled: readonly { readonly child: NodeName; readonly parent: NodeName }[];
}

/** What became of a message. */
export type Fate =
  { readonly kind: 'taken' | 'rejected' | 'lost'; readonly index: number } | { readonly kind: 'in-flight' };

/** One step, read. */
export interface Observed {
  readonly index: number;
  readonly nowMs: number;
  readonly step: Step<unknown, Command, Report>;
  readonly seen: Seen;
  /** The node that reacted, or that something befell. */
  readonly node: NodeName | undefined;
  /** Position of the move that made this step. */
  readonly move: number | undefined;
  readonly effects: readonly Effect[];
  readonly situation: Situation;
  /** Identities of the messages sent. */
  readonly sent: readonly MessageId[];
  /** The statechart's step beside it; undefined once the node has left its statechart. */
  readonly followed: Followed | undefined;
  /** Where the node's statechart is after the step. */
  readonly state: ModelState | undefined;
  /** The tree as committed, after the step. */
  readonly tree: CommittedTree;
  /** Of a message that is lost: the node whose keys an insider has, who keeps it from being sent. */
  readonly withheldBy?: NodeName;
  /** Nodes that are up, after the step. */
  readonly up: ReadonlySet<NodeName>;
}

/** A run, read. */
export interface ObservedRun {
  readonly steps: readonly Observed[];
  readonly fates: ReadonlyMap<MessageId, Fate>;
  readonly sentAt: ReadonlyMap<MessageId, number>;
  /** What each message said, by its identity. */
  readonly messages: ReadonlyMap<MessageId, Message>;
}

const NO_TREE: CommittedTree = { version: 0, parents: new Map(), pending: [], doubled: [] };

/**
 * Reads a whole trace.
 * @param watch of this run, fresh
 * @param showsWrites whether timestamps, keys and values of records are told
 */
export function observe(
  trace: readonly Step<unknown, Command, Report>[],
  watch: Watch,
  showsWrites = false,
): ObservedRun {
  const steps: Observed[] = [];
  const fates = new Map<MessageId, Fate>();
  const sentAt = new Map<MessageId, number>();
  const messages = new Map<MessageId, Message>();
  let tree = NO_TREE;
  let up: ReadonlySet<NodeName> = new Set();
  const hasCharts = watch.facts.notApplicable?.['conformance'] === undefined;
  const births = new Map<NodeName, number[]>();
  const standing = new Withholding();
  for (const step of trace) {
    const before = { parents: tree.parents, installed: installedBefore(step, watch) };
    const seen = watch.see(step);
    // Statecharts are beside those that are to keep to them.
    const followed = hasCharts ? watch.follow(seen) : undefined;
    const reaction = seen.kind === 'reaction' ? seen.reaction : undefined;
    if (reaction?.input.kind === 'start')
      births.set(reaction.node, [...(births.get(reaction.node) ?? []), reaction.input.birth]);
    const effects = reaction === undefined ? [] : effectsOf(reaction);
    tree = watch.facts.tree === 'entries' ? entriesTree(watch, tree) : (committedIn(effects) ?? tree);
    up = upAfter(step, up);
    const node = nodeOf(step);
    const sent = step.kind === 'reaction' ? step.sent : [];
    const sends = effects.filter((effect) => effect.kind === 'send');
    standing.see(step);
    sent.forEach((id, at) => {
      sentAt.set(id, step.index);
      fates.set(id, { kind: 'in-flight' });
      const message = sends[at]?.message;
      if (message !== undefined) messages.set(id, message);
    });
    noteFate(step, reaction, fates);
    const tookIn = reaction?.input.kind === 'frame' ? reaction.input.reading.message : undefined;
    const withheldBy = standing.withheldBy(step);
    steps.push({
      index: step.index,
      nowMs: step.nowMs,
      step,
      seen,
      node,
      move: step.cause.kind === 'move' ? step.cause.index : undefined,
      effects,
      situation: { ...before, tookIn, life: lifeOf(tookIn, births), showsWrites },
      sent,
      followed,
      state: node === undefined || !hasCharts ? undefined : watch.twins.stateOf(node),
      tree,
      ...(withheldBy === undefined ? {} : { withheldBy }),
      up,
    });
  }
  return { steps, fates, sentAt, messages };
}

/** The number of the life that a Join is of, if its sender has begun more than one. */
function lifeOf(
  message: Message | undefined,
  births: ReadonlyMap<NodeName, readonly number[]>,
): number | undefined {
  if (message?.type !== 'join') return undefined;
  const all = births.get(message.node) ?? [];
  const at = all.indexOf(message.birth);
  return all.length > 1 && at >= 0 ? at + 1 : undefined;
}

function installedBefore(step: Step<unknown, Command, Report>, watch: Watch): Situation['installed'] {
  return step.kind === 'reaction' ? watch.placing.installed(step.node) : undefined;
}

/** The outputs of a reaction as effects. */
export function effectsOf({ sends, timers, reports, rejected }: SeenReaction): readonly Effect[] {
  return [
    ...sends.map(({ to, reading }): Effect => ({ kind: 'send', to, message: reading.message })),
    ...timers,
    ...reports.map((report): Effect => ({ kind: 'report', report })),
    ...(rejected === undefined ? [] : [{ kind: 'reject', reason: rejected } as const]),
  ];
}

/** The tree that nobody commits: what the nodes say of themselves. */
function entriesTree({ placing }: Watch, before: CommittedTree): CommittedTree {
  return placing.parents === before.parents
    ? before
    : { version: 0, parents: placing.parents, pending: [], doubled: [] };
}

function committedIn(effects: readonly Effect[]): CommittedTree | undefined {
  for (const effect of effects) {
    if (effect.kind !== 'report' || effect.report.type !== 'committed') continue;
    const { version, edges, pending } = effect.report;
    const parents = new Map(edges.map(({ child, parent }) => [child, parent]));
    const doubled = edges.filter(({ child }, at) => edges.findLastIndex((one) => one.child === child) !== at);
    return { version, parents, pending, doubled };
  }
  return undefined;
}

function upAfter(step: Step<unknown, Command, Report>, up: ReadonlySet<NodeName>): ReadonlySet<NodeName> {
  if (step.kind === 'reaction' && step.input.kind === 'start') return new Set([...up, step.node]);
  if (step.kind === 'event' && step.event.type === 'crashed') {
    const { node } = step.event;
    return new Set([...up].filter((one) => one !== node));
  }
  return up;
}

function nodeOf(step: Step<unknown, Command, Report>): NodeName | undefined {
  if (step.kind === 'reaction') return step.node;
  return 'node' in step.event ? step.event.node : undefined;
}

function noteFate(
  step: Step<unknown, Command, Report>,
  reaction: SeenReaction | undefined,
  fates: Map<MessageId, Fate>,
): void {
  const { index } = step;
  if (step.kind === 'event') {
    if (step.event.type === 'lost') fates.set(step.event.message, { kind: 'lost', index });
    return;
  }
  if (step.message === undefined || step.attack !== undefined) return;
  // A second copy that is rejected takes nothing back.
  if (fates.get(step.message)?.kind === 'taken') return;
  fates.set(step.message, { kind: reaction?.rejected === undefined ? 'taken' : 'rejected', index });
}
