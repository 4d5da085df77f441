/** Safety, as far as one step of one node shows it: what the properties of docs/properties.md say of statecharts. */
import type { Broken } from '../../engine/exhaust/composition.ts';
import {
  isWanted,
  roleOf,
  routerDepth,
  routersByDomain,
  stateKey,
  type Interest,
  type Message,
  type ModelEvent,
  type ModelOutput,
  type ModelState,
  type RecordName,
  type Report,
} from '../../model/index.ts';
import { ROOT } from '../scenario.ts';
import { holds, type ExhaustLocal } from './local.ts';

/** A step of a node. */
export interface NodeStep {
  readonly before: ExhaustLocal;
  readonly event: ModelEvent;
  readonly after: ExhaustLocal;
  readonly outputs: readonly ModelOutput[];
}

/** Outputs of one reaction, at most, beside what grows with the tree. */
const BASE_OUTPUTS = 16;

type Rule = readonly [property: string, broken: (step: NodeStep) => string | undefined];

const RULES: readonly Rule[] = [
  ['rejection-is-inert', rejection],
  ['tree-shape', treeShape],
  ['one-slot-per-credential', oneSlot],
  ['placement-authority', placementAuthority],
  ['edge-once', edgeOnce],
  ['k-plus-one', kPlusOne],
  ['chain-integrity', chain],
  ['shard-containment', containment],
  ['bounded-reaction', bounded],
];

/** Properties that are judged step by step. */
export const STEP_PROPERTIES: readonly string[] = RULES.map(([property]) => property);

/** The first property that the step breaks, and how. */
export function brokenBy(step: NodeStep): Broken | undefined {
  for (const [property, broken] of RULES) {
    const text = broken(step);
    if (text !== undefined) return { property, text: `${step.before.state.node} ${text}` };
  }
  return undefined;
}

function rejection({ before, event, after, outputs }: NodeStep): string | undefined {
  if (!outputs.some(({ kind }) => kind === 'reject'))
    return event.type === 'garbage' ? 'does not reject what is not authentic' : undefined;
  if (outputs.length > 1) return `rejects a ${event.type} and does something else, too`;
  return stateKey(before.state) === stateKey(after.state)
    ? undefined
    : `rejects a ${event.type} and is in another state`;
}

function committed(outputs: readonly ModelOutput[]): Extract<Report, { type: 'committed' }> | undefined {
  for (const output of outputs)
    if (output.kind === 'report' && output.report.type === 'committed') return output.report;
  return undefined;
}

function treeShape({ before, outputs }: NodeStep): string | undefined {
  const tree = committed(outputs);
  if (tree === undefined) return undefined;
  const { k } = before.state.parameters;
  const parents = new Map(tree.edges.map(({ child, parent }) => [child, parent]));
  const depthOf = (node: string): number => {
    let depth = 0;
    for (let at: string | undefined = node; at !== undefined && at !== ROOT; at = parents.get(at)) {
      if ((depth += 1) > parents.size) return Infinity;
    }
    return depth;
  };
  for (const [child, parent] of parents) {
    if (child === ROOT || child === parent) return `commits a tree in which ${child} is under ${parent}`;
    if (parent !== ROOT && !parents.has(parent)) return `commits a tree in which ${parent} is nowhere`;
    if (roleOf(parent) === 'client') return `commits a tree in which ${parent} has a child`;
    if (depthOf(child) === Infinity) return `commits a tree with a cycle at ${child}`;
    const children = tree.edges.filter((edge) => edge.parent === parent).length;
    if (children > k) return `commits a tree in which ${parent} has ${String(children)} children`;
  }
  const routers = [...parents.keys()].filter((node) => roleOf(node) === 'router');
  const { domains } = before.state.parameters;
  const limit = routerDepth({ k, domains }, routersByDomain(routers, domains));
  const deep = routers.find((node) => depthOf(node) > limit);
  return deep === undefined ? undefined : `commits a tree in which ${deep} is too deep`;
}

function oneSlot({ outputs }: NodeStep): string | undefined {
  const tree = committed(outputs);
  const nodes = [...(tree?.edges.map(({ child }) => child) ?? []), ...(tree?.pending ?? [])];
  const twice = nodes.find((node, at) => nodes.indexOf(node) !== at);
  return twice === undefined ? undefined : `commits a tree in which ${twice} has two places`;
}

function placementAuthority({ before, event, after }: NodeStep): string | undefined {
  const { state: old } = before;
  const { state: now } = after;
  if (old.role === 'coordinator' || now.role === 'coordinator') return undefined;
  if (event.type === 'start' || event.type === 'crash') return undefined;
  if (now.context.version < old.context.version) return `goes back to version ${String(now.context.version)}`;
  const hops = ({ parent, children }: typeof old.context) => JSON.stringify([parent, children]);
  if (event.type === 'placement' || hops(old.context) === hops(now.context)) return undefined;
  return `has other neighbours after a ${event.type}`;
}

/**
 * Stronger than the property, and without a history: a node accepts as data only what it does not hold, then holds it, and does not forget. So
 * it accepts nothing twice, over whatever link.
 */
function edgeOnce({ before, event, after, outputs }: NodeStep): string | undefined {
  if (event.type === 'start' || event.type === 'crash') return undefined;
  const forgotten = newestOf(before.state).find((record) => !holds(after.state, record));
  if (forgotten !== undefined) return `forgets ${recordText(forgotten)}`;
  if (event.type !== 'data' || outputs.some(({ kind }) => kind === 'reject')) return undefined;
  const { record } = event;
  if (holds(before.state, record)) return `accepts ${recordText(record)}, which it holds`;
  return holds(after.state, record) ? undefined : `accepts ${recordText(record)} and does not hold it`;
}

/** Stronger than the property, too: a record is sent as data in one step only, the one in which the node comes to hold it. */
function kPlusOne({ before, outputs }: NodeStep): string | undefined {
  const { role, parameters } = before.state;
  const max = role === 'client' ? 1 : role === 'router' ? parameters.k + 1 : parameters.k;
  const copies = new Map<string, number>();
  for (const output of outputs) {
    if (output.kind !== 'send' || output.message.type !== 'data') continue;
    const { record } = output.message;
    const text = recordText(record);
    if (holds(before.state, record)) return `sends ${text}, which it held before`;
    const count = (copies.get(text) ?? 0) + 1;
    if (count > max) return `sends ${String(count)} copies of ${text}`;
    copies.set(text, count);
  }
  return undefined;
}

/** What the node holds, as far as it must not forget it: scopes have few records, so that nothing falls out of a log's window. */
function newestOf(state: ModelState): readonly RecordName[] {
  const kept =
    state.role === 'client'
      ? Object.entries(state.context.positions).map(([capsule, seq]) => [capsule, [seq]] as const)
      : Object.entries(state.context.log);
  const early = state.role === 'client' ? Object.entries(state.context.early) : [];
  return [...kept, ...early].flatMap(([capsule, seqs]) => seqs.map((seq) => ({ capsule, seq })));
}

function recordText({ capsule, seq }: RecordName): string {
  return `${capsule}#${String(seq)}`;
}

function chain({ before, outputs }: NodeStep): string | undefined {
  const { state } = before;
  if (state.role !== 'client') return undefined;
  const positions = { ...state.context.positions };
  const own = `${state.node}/${String(state.context.incarnation)}`;
  for (const output of outputs) {
    if (output.kind !== 'report' || output.report.type !== 'delivered') continue;
    const { capsule, seq } = output.report;
    if (capsule === own || capsule.startsWith(`${own}/`)) return `delivers its own ${capsule}#${String(seq)}`;
    const expected = (positions[capsule] ?? 0) + 1;
    if (seq !== expected) return `delivers ${capsule}#${String(seq)} instead of #${String(expected)}`;
    positions[capsule] = seq;
  }
  return undefined;
}

/** By what the node holds of its children, of what it subscribes to, and of the tree. */
function containment({ before, event, after, outputs }: NodeStep): string | undefined {
  const { state } = before;
  if (state.parameters.shards === 1) return undefined;
  const children = childrenOf(after.state);
  for (const output of outputs) {
    if (output.kind !== 'send') continue;
    const capsule = capsuleIn(output.message);
    if (capsule === undefined || isWanted(children.get(output.to), capsule)) continue;
    return `sends a record of ${capsule} down to ${output.to}, where nobody wants its shard`;
  }
  if (state.role === 'client') {
    const { interest } = state.context;
    const capsule = outputs.some(({ kind }) => kind === 'reject') ? undefined : capsuleIn(event);
    if (capsule !== undefined && !isWanted(interest, capsule))
      return `takes in a record of ${capsule}, and does not subscribe to its shard`;
    for (const output of outputs)
      if (
        output.kind === 'report' &&
        output.report.type === 'delivered' &&
        !isWanted(interest, output.report.capsule)
      )
        return `delivers a record of ${output.report.capsule}, and does not subscribe to its shard`;
  }
  const edges = committed(outputs)?.edges ?? [];
  for (const { child, interest } of edges) {
    if (roleOf(child) === 'client') continue;
    const below = edges.filter(({ parent }) => parent === child).flatMap((edge) => edge.interest ?? []);
    if (interest === undefined || interest.some((shard) => !below.includes(shard)))
      return `commits a tree in which ${child} is said to want what nobody below it does`;
  }
  return undefined;
}

/** By child: what goes down to it. */
function childrenOf(state: ModelState): ReadonlyMap<string, Interest | undefined> {
  if (state.role !== 'coordinator')
    return new Map(state.context.children.map(({ node, interest }) => [node, interest]));
  const places = Object.entries(state.context.places).filter(([, { parent }]) => parent === state.node);
  return new Map(places.map(([node, { interest }]) => [node, interest]));
}

/** The capsule of the records in a message; undefined if there are none. */
function capsuleIn(message: Message | ModelEvent): string | undefined {
  if (message.type === 'data') return message.record.capsule;
  return message.type === 'repair' ? message.capsule : undefined;
}

function bounded({ before, outputs }: NodeStep): string | undefined {
  const { k, maxRepair, maxEarly } = before.state.parameters;
  const context = before.state.role === 'coordinator' ? before.state.context : undefined;
  const nodes = 1 + Object.keys(context?.known ?? {}).length;
  const max = BASE_OUTPUTS + 6 * (nodes + 1) + 4 * k + maxRepair + maxEarly;
  return outputs.length > max
    ? `puts out ${String(outputs.length)} things, more than ${String(max)}`
    : undefined;
}
