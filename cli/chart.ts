/**
 * Reads a machine of XState as a chart: plain data that a diagram can be drawn from. What the machine says is all there
 * is; nothing about the protocol is known here.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** One reaction of a state: on what, under which condition, doing what. */
export interface Reaction {
  /** Events with the same guard and actions are one reaction. Sorted as in the machine. */
  readonly events: readonly string[];
  readonly guard: string | undefined;
  readonly actions: readonly string[];
  /** Where exactly it leads to, if that is inside of the state that the arrow ends at. */
  readonly into?: string;
  /** Id of the transition, where transitions were given ids; no two are one reaction then. */
  readonly id?: string;
  /** What is to be said of it beside what it does. */
  readonly mark?: Mark;
}

/** A mark at a reaction: how it is to be drawn, and what stands before it. */
export interface Mark {
  readonly kind: 'reached' | 'missing' | 'excused';
  readonly text: string;
}

export interface ChartState {
  /** Unique, made of letters, digits and `_`. */
  readonly id: string;
  readonly label: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Id of the child that is entered first, for compound states. */
  readonly initial: string | undefined;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** Reactions that stay in the state. */
  readonly internal: readonly Reaction[];
  readonly children: readonly ChartState[];
}

/** All transitions from one state to another: one arrow. */
export interface ChartEdge {
  readonly from: string;
  readonly to: string;
  readonly reactions: readonly Reaction[];
}

export interface Chart {
  readonly title: string;
  readonly root: ChartState;
  readonly edges: readonly ChartEdge[];
}

/**
 * Reads a machine. States, events, guards and actions come in the order in which the machine declares them.
 * @param idOf names the transitions; without, reactions have no ids, and equal ones to several events are one
 */
export function chartOf(
  machine: AnyStateMachine,
  title: string = machine.id,
  idOf?: (transition: AnyTransitionDefinition) => string,
): Chart {
  const together = idOf === undefined ? merge : (reactions: readonly Reaction[]) => reactions;
  const edges = new Map<string, { from: string; to: string; reactions: Reaction[] }>();

  const visit = (node: AnyStateNode): ChartState => {
    const internal: Reaction[] = [];
    for (const transition of transitionsOf(node)) {
      const reaction = {
        ...reactionOf(transition),
        ...(idOf === undefined ? {} : { id: idOf(transition) }),
      };
      const targets = (transition.target ?? []).filter((target) => target !== node || transition.reenter);
      if (targets.length === 0) internal.push(reaction);
      for (const target of targets) {
        const entered = borderOf(node, target);
        const [from, to] = [stateId(node), stateId(entered)];
        const edge = edges.get(`${from}>${to}`) ?? { from, to, reactions: [] };
        edge.reactions.push(entered === target ? reaction : { ...reaction, into: target.key });
        edges.set(`${from}>${to}`, edge);
      }
    }
    const [initial] = node.type === 'compound' ? (node.initial.target ?? []) : [];
    return {
      id: stateId(node),
      label: node.parent === undefined ? title : node.key,
      kind: node.type,
      initial: initial === undefined ? undefined : stateId(initial),
      entry: actionsOf(node.entry.filter(isWritten)),
      exit: actionsOf(node.exit.filter(isWritten)),
      internal: together(internal),
      children: Object.values(node.states).map(visit),
    };
  };

  const root = visit(machine.root);
  return {
    title,
    root,
    edges: [...edges.values()].map((edge) => ({ ...edge, reactions: together(edge.reactions) })),
  };
}

/** `event | event [guard] / action, action`, after what its mark says. */
export function reactionText(reaction: Reaction): string {
  const guard = reaction.guard === undefined ? '' : ` [${reaction.guard}]`;
  const actions = reaction.actions.length === 0 ? '' : ` / ${reaction.actions.join(', ')}`;
  const into = reaction.into === undefined ? '' : ` → ${reaction.into}`;
  const mark = reaction.mark === undefined ? '' : `${reaction.mark.text} `;
  return `${mark}${reaction.events.join(' | ')}${guard}${actions}${into}`;
}

/** The chart with marks at its reactions. */
export function marked(chart: Chart, markOf: (reaction: Reaction) => Mark | undefined): Chart {
  const all = (reactions: readonly Reaction[]): readonly Reaction[] =>
    reactions.map((reaction) => {
      const mark = markOf(reaction);
      return mark === undefined ? reaction : { ...reaction, mark };
    });
  const inside = (state: ChartState): ChartState => ({
    ...state,
    internal: all(state.internal),
    children: state.children.map(inside),
  });
  return {
    ...chart,
    root: inside(chart.root),
    edges: chart.edges.map((edge) => ({ ...edge, reactions: all(edge.reactions) })),
  };
}

/** States of a chart, each before its children. */
export function statesOf(state: ChartState): readonly ChartState[] {
  return [state, ...state.children.flatMap(statesOf)];
}

/**
 * Where an arrow from outside ends that leads to a state in a region: at the parallel state that it enters. All regions
 * are entered by it, and an arrow right through to one of them would hide that, and the text that it crosses.
 */
function borderOf(source: AnyStateNode, target: AnyStateNode): AnyStateNode {
  let border = target;
  for (let above = target.parent; above !== undefined && !isWithin(source, above); above = above.parent)
    if (above.type === 'parallel') border = above;
  return border;
}

function isWithin(node: AnyStateNode, container: AnyStateNode): boolean {
  return node === container || (node.parent !== undefined && isWithin(node.parent, container));
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

function reactionOf(transition: AnyTransitionDefinition): Reaction {
  return {
    events: [eventText(transition.eventType)],
    guard: transition.guard === undefined ? undefined : guardText(transition.guard),
    actions: actionsOf(transition.actions),
  };
}

/** Reactions that differ in nothing but the event become one. */
function merge(reactions: readonly Reaction[]): readonly Reaction[] {
  const merged = new Map<string, Reaction>();
  for (const reaction of reactions) {
    const key = JSON.stringify([reaction.guard ?? null, reaction.actions, reaction.into ?? null]);
    const before = merged.get(key);
    const events = [...new Set([...(before?.events ?? []), ...reaction.events])];
    merged.set(key, { ...reaction, events });
  }
  return [...merged.values()];
}

function stateId(node: AnyStateNode): string {
  return [node.machine.id, ...node.path].join('_').replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/** An event as a reader would say it: wildcards, delays and completions have spellings of XState's own. */
function eventText(type: string): string {
  if (type === '*') return 'anything else';
  if (type.endsWith('.*')) return `any ${type.slice(0, -2)}`;
  if (type === '') return 'at once';
  if (type.startsWith('xstate.done.state.')) return 'done';
  const delay = /^xstate\.after\.([^.]+)\./.exec(type);
  return delay === null ? type : `after ${delay[1] ?? ''}`;
}

function guardText(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') {
    // and(), or(), not() and stateIn() make functions of that name that carry what they are made of.
    const { guards } = guard as unknown as { guards?: readonly unknown[] };
    const parts = guards?.map(guardText) ?? [];
    if (parts.length > 0)
      return guard.name === 'not' ? `not ${parts.join(' ')}` : `(${parts.join(` ${guard.name} `)})`;
    return guard.name === '' ? 'a condition' : guard.name;
  }
  return named(guard);
}

function actionsOf(actions: readonly unknown[]): readonly string[] {
  return actions.map((action) => {
    if (typeof action === 'string') return action;
    if (typeof action === 'function') {
      const { type } = action as unknown as Record<string, unknown>;
      return typeof type === 'string'
        ? type.replace(/^xstate\./, '')
        : action.name === ''
          ? 'an action'
          : action.name;
    }
    return named(action);
  });
}

/** False for the timers that XState itself starts on entry and cancels on exit for an `after`. */
function isWritten(action: unknown): boolean {
  return !(typeof action === 'function' && (action.name === 'raise' || action.name === 'cancel'));
}

/** `{ type, params }` as `type(value, value)`; parameters that are computed are left out. */
function named(object: unknown): string {
  const { type, params } = object as { type: string; params?: unknown };
  if (params === undefined || params === null || typeof params === 'function') return type;
  return `${type}(${Object.values(params).map(String).join(', ')})`;
}
