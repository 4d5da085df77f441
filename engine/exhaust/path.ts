/** The way to a state: step by step, as the nodes are really named and with everything that a reduction takes at once. */
import { at, IMPOSSIBLE } from './compiled.ts';
import { BUDGET_BITS, inFlight, isAnyIn, localIn, putIn, setLocal, spentOf, takeOut } from './layout.ts';
import type { Explored } from './explored.ts';

/** One step of a composition. Nodes and messages are numbers of the search's tables. */
export type PathStep =
  | { readonly kind: 'deliver'; readonly node: number; readonly message: number; readonly isEager?: true }
  | { readonly kind: 'lose'; readonly message: number }
  | { readonly kind: 'act'; readonly node: number; readonly name: string };

/** A step out of a state, and where it leads, nothing reduced. */
export interface Successor {
  readonly step: PathStep;
  readonly state: Int32Array;
  /** The outcome at the node; -1 for a loss. */
  readonly outcome: number;
}

/** All steps out of a state. Nothing is reduced, but losses are left out as the search leaves them out. */
export function successorsOf<L, M>(search: Explored<L, M>, state: Int32Array): readonly Successor[] {
  const { compiled, composition } = search;
  const { nodes } = search.layout;
  const spent = localIn(state, 0, nodes);
  const isLeft = (budget: number): boolean => spentOf(spent, budget) < at(composition.budgets, budget).max;
  const successors: Successor[] = [];
  const { lossBudget } = composition;
  const lossIsDelay = search.reductions.lossIsDelay === true;
  let isAtRest = true;
  // Asking may make states longer, so successors are made of what is known afterwards.
  const after = (node: number, outcome: number, budget: number, taken: number): Int32Array => {
    const next = search.widened(state);
    if (taken >= 0) takeOut(next, search.layout.networkAt, taken);
    if (budget >= 0) setLocal(next, nodes, spent + (1 << (budget * BUDGET_BITS)));
    if (node < 0) return next;
    setLocal(next, node, at(compiled.nextLocal, outcome));
    for (const message of at(compiled.sends, outcome)) putIn(next, search.layout.networkAt, message);
    return next;
  };
  const messages = inFlight(search.layout, state);
  for (const message of messages) {
    if (isAnyIn(state, search.layout.networkAt, at(compiled.earlier, message))) continue;
    const node = at(compiled.receivers, message);
    const outcome = compiled.received(node, localIn(state, 0, node), message);
    const budget = at(compiled.deliveryBudgets, message);
    if (outcome !== IMPOSSIBLE && (budget < 0 || isLeft(budget))) {
      if (budget < 0) isAtRest = false;
      const next = after(node, outcome, budget, message);
      successors.push({ step: { kind: 'deliver', node, message }, state: next, outcome });
    }
    const isLosable =
      compiled.losable[message] === true && (!lossIsDelay || compiled.ordered[message] === true);
    if (lossBudget !== undefined && isLeft(lossBudget) && isLosable)
      successors.push({
        step: { kind: 'lose', message },
        state: after(-1, -1, lossBudget, message),
        outcome: -1,
      });
  }
  for (const rest of isAtRest ? [0, 1, 2] : [0]) {
    const before = successors.length;
    for (let node = 0; node < nodes; node += 1)
      for (const { name, outcome, budget, atRest } of compiled.actsOf(node, localIn(state, 0, node))) {
        if (atRest !== rest || (budget >= 0 && !isLeft(budget))) continue;
        const next = after(node, outcome, budget, -1);
        successors.push({ step: { kind: 'act', node, name }, state: next, outcome });
      }
    if (successors.length > before) break;
  }
  return successors;
}

/** A way: where it begins (position of a first state), its steps, and the state at its end as the nodes are really named. */
export interface Path {
  readonly start: number;
  readonly steps: readonly PathStep[];
  readonly state: Int32Array;
}

/**
 * A shortest way to a state, but for what is taken at once.
 * @throws RangeError if the search keeps no parents
 */
export function pathTo<L, M>(search: Explored<L, M>, index: number): Path {
  const chain = [index];
  for (let parent = search.states.parentOf(index); parent >= 0; parent = search.states.parentOf(parent))
    chain.unshift(parent);
  const [start = 0] = chain;
  if (!search.isFirst(start)) throw new RangeError('the search keeps no parents');
  const steps: PathStep[] = [];
  let now = search.firstState(start);
  now = search.settled(deliverAllEager(search, now, steps));
  for (const wanted of chain.slice(1)) {
    const found = firstOf(inTextOrder(search, successorsOf(search, now)), ({ step, state }) => {
      const taken: PathStep[] = [step];
      const reached = search.settled(deliverAllEager(search, state, taken));
      return search.indexOf(reached) === wanted ? { taken, reached } : undefined;
    });
    if (found === undefined)
      throw new Error('the way to a state was lost: the reductions contradict themselves');
    steps.push(...found.taken);
    now = found.reached;
  }
  return { start, steps, state: now };
}

/** A shortest way to what a search found broken, the broken step included. */
export function pathToBroken<L, M>(search: Explored<L, M>): Path | undefined {
  const { found, compiled } = search;
  if (found === undefined) return undefined;
  const path = pathTo(search, found.state);
  if (!found.isStep) return path;
  const broken = inTextOrder(search, successorsOf(search, path.state)).find(({ outcome }) => {
    const { property, text } = compiled.brokenSteps.get(outcome) ?? {};
    return property === found.property && text === found.text;
  });
  if (broken === undefined) throw new Error('the broken step was lost');
  return { start: path.start, steps: [...path.steps, broken.step], state: broken.state };
}

/** In the order of what the steps are called: the numbers of messages are as it comes. */
function inTextOrder<L, M>(
  { compiled, composition }: Explored<L, M>,
  successors: readonly Successor[],
): readonly Successor[] {
  const textOf = ({ step }: Successor): string =>
    step.kind === 'act'
      ? `act ${composition.nodes[step.node] ?? ''} ${step.name}`
      : `${step.kind} ${composition.messageKey(compiled.messageOf(step.message))}`;
  return successors
    .map((successor) => ({ successor, text: textOf(successor) }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ successor }) => successor);
}

/** Takes what the search takes at once, one by one. */
function deliverAllEager<L, M>(search: Explored<L, M>, state: Int32Array, steps: PathStep[]): Int32Array {
  const { compiled, composition } = search;
  const isEager = search.reductions.eager === true && composition.eager !== undefined;
  if (!isEager && composition.prompt === undefined) return state;
  const now = search.widened(state);
  const keyOf = (message: number): string => composition.messageKey(compiled.messageOf(message));
  const byKey = (a: number, b: number): number => (keyOf(a) < keyOf(b) ? -1 : 1);
  for (let again = true; again;) {
    again = false;
    for (const message of inFlight(search.layout, now).toSorted(byKey)) {
      const node = at(compiled.receivers, message);
      const local = localIn(now, 0, node);
      const known = compiled.localOf(node, local);
      const content = compiled.messageOf(message);
      const isAtOnce =
        composition.prompt?.(content) === true ||
        (isEager && composition.eager?.(node, known, content) === true);
      if (!isAtOnce) continue;
      takeOut(now, search.layout.networkAt, message);
      setLocal(now, node, at(compiled.nextLocal, compiled.received(node, local, message)));
      steps.push({ kind: 'deliver', node, message, isEager: true });
      again = true;
    }
  }
  return now;
}

function firstOf<T, U>(list: readonly T[], find: (one: T) => U | undefined): U | undefined {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
