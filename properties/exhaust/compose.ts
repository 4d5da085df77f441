/** A scope as a composition: all nodes, their network, what the environment may do, and what must be true. */
import type { Act, Composition, Invariant } from '../../engine/exhaust/composition.ts';
import { roleOf, writerOf, type Interest } from '../../model/index.ts';
import {
  exhaustText,
  isUp,
  localText,
  storageOf,
  type ExhaustLocal,
  type ExhaustMessage,
  type Reaction,
} from './local.ts';
import { crash, fire, forged, put, receive, start, subscribe } from './node.ts';
import { formed } from './forming.ts';
import { settled } from './settled.ts';
import type { Scope } from './scopes.ts';
import { isStale } from './stale.ts';

export type ExhaustComposition = Composition<ExhaustLocal, ExhaustMessage>;

/** Budgets of a scope, in order. Suspicions count as repetitions: no scope has both. */
const LOSSES = 0;
const PUTS = 1;
const REPEATS = 2;
/** Crashes, replays or subscriptions: no scope has two of these. */
const EVENTS = 3;

/** `storm`: what the scope says may happen, does. `calm`: no more faults; time passes when nothing is in flight. */
export type Weather = 'storm' | 'calm';

/** Epochs that the calm has beyond those of the storm. */
const CALM_EPOCHS = 3;
/** Repetitions that the calm has if nodes do not settle: attempts to join would be without end. */
const CALM_REPEATS = 8;

/**
 * Composes a scope.
 * @param settles whether a calm is searched with nodes that settle: then it bounds no repetitions
 */
export function compose(scope: Scope, weather: Weather, settles = true): ExhaustComposition {
  const { scenario, crashes } = scope;
  const { nodes } = scenario;
  const isStorm = weather === 'storm';
  const epochs = scope.epochs + (isStorm ? 0 : CALM_EPOCHS);
  const isReplayed = isStorm && scope.replays > 0;
  const repeats = isStorm || !settles ? { budget: REPEATS } : {};
  const before = formed(scope);
  const withReplays = ({ local, sends, broken }: Reaction): Reaction => ({
    local,
    sends: isReplayed ? [...sends, ...sends.map(replayOf)] : sends,
    ...(broken === undefined ? {} : { broken }),
  });
  // Nobody asks what the storage of a router holds that does not come back.
  const forGood = (reaction: Reaction): Reaction =>
    crashes.isRestarted || reaction.local.state.role !== 'router'
      ? reaction
      : { ...reaction, local: { ...reaction.local, memory: null, past: 0 } };
  const timerAct = (
    local: ExhaustLocal,
    timer: string,
  ): Omit<Act<ExhaustLocal, ExhaustMessage>, 'local' | 'sends'> | undefined => {
    const name = `fire ${timer}`;
    const [what = '', whom = ''] = timer.split(':');
    switch (what) {
      case 'epoch': {
        const { state } = local;
        if (state.role !== 'coordinator' || state.context.epoch >= epochs) return undefined;
        return { name, ...(isStorm ? {} : { atRest: 2 }) };
      }
      case 'eoe':
        return { name, ...(isStorm ? {} : { atRest: 1 }) };
      case 'placement':
        // Copies of placements that were sent before: in a storm they still may arrive, or have arrived, and then nothing comes of another one.
        return isStorm ? undefined : { name, ...repeats, atRest: 1 };
      case 'subscription':
        return { name, ...repeats, ...(isStorm ? {} : { atRest: 1 }) };
      case 'join': {
        const isPending = JSON.stringify(local.state.value).includes('pending');
        return { name, ...repeats, ...(isStorm ? {} : { atRest: isPending ? 2 : 1 }) };
      }
      default:
        // Nobody is suspected, or given up, before it is silent, and no parent is doubted; unless it is by mistake.
        if (local.silent.includes(whom)) return { name, ...(isStorm ? {} : { atRest: 1 }) };
        return isStorm && scope.suspicions > 0 ? { name, budget: REPEATS } : undefined;
    }
  };
  return {
    nodes,
    budgets: [
      { name: 'losses', max: isStorm ? scope.losses : 0 },
      { name: 'puts', max: isStorm ? scope.puts : 0 },
      { name: 'repeats', max: isStorm ? Math.max(scope.repeats, scope.suspicions) : CALM_REPEATS },
      { name: 'events', max: isStorm ? Math.max(crashes.max, scope.replays, scope.subscriptions) : 0 },
    ],
    ...(isStorm ? { lossBudget: LOSSES } : {}),
    initial: (node) => {
      const local = before.locals[node];
      if (local === undefined) throw new RangeError(`there is no node ${String(node)}`);
      // What is in flight at the beginning is no node's in particular.
      const { sends } = withReplays({ local, sends: node === 0 ? before.messages : [] });
      const seen = node === 0 && isReplayed ? before.arrived.map(replayOf) : [];
      return { local, sends: [...sends, ...seen] };
    },
    localKey: (_, local) => localText(local),
    messageKey: exhaustText,
    receiver: ({ to }) => nodes.indexOf(to),
    receive: (_, local, message) => withReplays(receive(local, message)),
    mayLose: ({ kind }) => kind === 'frame',
    prompt: (message) => 'of' in message,
    ...(isStorm && !scope.inOrder ? {} : { order: laneOf }),
    ...(isStorm ? {} : { settled: (_: number, local: ExhaustLocal) => settled(local) }),
    deliveryBudget: ({ kind }) => (kind === 'replay' ? EVENTS : undefined),
    acts(index, local) {
      const node = nodes[index] ?? '';
      const others = nodes.filter((other) => other !== node);
      const acts: Act<ExhaustLocal, ExhaustMessage>[] = [];
      if (!isUp(local)) {
        if (!crashes.isRestarted) return acts;
        const voices = others.map((to) => ({ kind: 'voice', of: node, to }) as const);
        const ways = [
          ['restart', local],
          ...(crashes.forgets === true ? [['restart amnesiac', { ...local, memory: null }] as const] : []),
        ] as const;
        return ways.map(([name, down]) => {
          const { sends, ...begun } = start(down);
          return { name, ...begun, sends: [...sends, ...voices] };
        });
      }
      for (const timer of local.timers) {
        const act = timerAct(local, timer);
        if (act !== undefined) acts.push({ ...act, ...withReplays(fire(local, timer)) });
      }
      if (isStorm && roleOf(node) === 'client') {
        for (const [name, shard] of putsOf(scope))
          acts.push({ name, budget: PUTS, ...withReplays(put(local, shard)) });
        for (const [name, interest] of subscriptionsOf(scope))
          acts.push({ name, budget: EVENTS, ...withReplays(subscribe(local, interest)) });
      }
      if (isStorm && scope.forges) acts.push({ name: 'forge', ...forged(local) });
      if (isStorm && crashes.of.includes(node) && crashes.max > 0)
        acts.push({ name: 'crash', budget: EVENTS, ...forGood(crash(local, others)) });
      return acts;
    },
    invariants: [AUTHENTIC],
    eager: (_, local, message) =>
      message.kind === 'frame' &&
      ((crashes.forgets !== true && isStale(local, message)) ||
        (!isUp(local) && !crashes.isRestarted) ||
        (isStorm && !crashes.of.includes('C') && isAck(local, message))),
  };
}

/** By name: the shard of each kind of put; undefined where there is one shard. */
export function putsOf({ puts, scenario }: Scope): readonly (readonly [string, number | undefined])[] {
  const { shards } = scenario.parameters;
  if (puts === 0) return [];
  if (shards === 1) return [['put', undefined]];
  return Array.from({ length: shards }, (_, shard) => [`put ${String(shard)}`, shard] as const);
}

/** By name: all that can be subscribed to. */
export function subscriptionsOf({
  subscriptions,
  scenario,
}: Scope): readonly (readonly [string, Interest])[] {
  if (subscriptions === 0) return [];
  let all: Interest[] = [[]];
  for (let shard = 0; shard < scenario.parameters.shards; shard += 1)
    all = all.flatMap((some) => [some, [...some, shard]]);
  return all.map((some) => [`subscribe ${some.join()}`, some] as const);
}

/**
 * An acknowledgement only takes its sender off those whose placement is repeated, and in a storm none is. Not to a coordinator that may
 * come back: it begins with everybody unacknowledged.
 */
function isAck(local: ExhaustLocal, message: ExhaustMessage): boolean {
  return isUp(local) && 'message' in message && message.message.type === 'placement-ack';
}

/** The copy of a message that an outsider keeps. */
function replayOf(message: ExhaustMessage): ExhaustMessage {
  return message.kind === 'frame' ? { ...message, kind: 'replay' } : message;
}

/** Without faults, frames arrive over a link in the order in which they were sent: what is overtaken is stale, so overtaking is a fault. */
function laneOf(message: ExhaustMessage): { lane: string; number: number } | undefined {
  if ('of' in message || !('link' in message.message && 'from' in message.message)) return undefined;
  const { from, to, link } = message.message;
  return { lane: `${from}>${to} ${String(link)}`, number: message.counter };
}

/** By capsule: the last record that a node holds. */
function positionsOf(local: ExhaustLocal): Readonly<Record<string, number>> {
  const memory = storageOf(local);
  return memory?.kind === 'client' ? memory.positions : {};
}

/** Nobody holds what its writer did not write. */
const AUTHENTIC: Invariant<ExhaustLocal> = {
  id: 'authentic-delivery',
  kind: 'joint',
  view: (_, local) => JSON.stringify([local.state.node, positionsOf(local)]),
  broken(views) {
    const held = views.map((view) => JSON.parse(view) as [string, Record<string, number>]);
    for (const [node, positions] of held)
      for (const [capsule, seq] of Object.entries(positions)) {
        const writer = writerOf(capsule);
        const written = held.find(([other]) => other === writer)?.[1][capsule] ?? 0;
        if (seq > written) return `${node} holds ${capsule}#${String(seq)}, which ${writer} did not write`;
      }
    return undefined;
  },
};
