/** Steps of a node: its statechart under the symbolic link layer, its storage, its timers, and whose silence it could notice by now. */
import { choiceFor, step, type Interest, type ModelEvent, type ModelState } from '../../model/index.ts';
import { timerEvent } from '../monitors/twins.ts';
import {
  isUp,
  linkTo,
  storageOf,
  type Counters,
  type ExhaustLocal,
  type ExhaustMessage,
  type Reaction,
} from './local.ts';
import { brokenBy } from './step-rules.ts';

/** The node's process begins, with what its storage holds. */
export function start(local: ExhaustLocal): Reaction {
  const life = local.life + 1;
  return react({ ...local, memory: null, life }, { type: 'start', birth: life, memory: local.memory });
}

/** The node's process ends. */
export function crash(local: ExhaustLocal, others: readonly string[]): Reaction {
  const memory = storageOf(local);
  const { local: down } = react(local, { type: 'crash' });
  const { node } = local.state;
  const { version } = local.state.context;
  return {
    local: { ...down, memory, past: Math.max(local.past, version), timers: [], sent: {}, received: {} },
    sends: others.map((to) => ({ kind: 'silence', of: node, to })),
  };
}

/** A timer goes off. */
export function fire(local: ExhaustLocal, timer: string): Reaction {
  const timers = local.timers.filter((other) => other !== timer);
  return react({ ...local, timers }, timerEvent(timer));
}

/** The application writes; into a shard, where there are several. */
export function put(local: ExhaustLocal, shard?: number): Reaction {
  return react(local, { type: 'put', ...(shard === undefined ? {} : { shard }) });
}

/** The application wants these shards from now on. */
export function subscribe(local: ExhaustLocal, shards: Interest): Reaction {
  return react(local, { type: 'subscribe', shards });
}

/**
 * A message that an outsider made arrives. Whatever kind it says it is, without keys it is not authentic, and what is not authentic the layer below
 * the statecharts hands on as garbage.
 */
export function forged(local: ExhaustLocal): Reaction {
  return react(local, { type: 'garbage', reason: 'forged' });
}

const STALE: ModelEvent = { type: 'garbage', reason: 'counter' };

/** Something arrives. */
export function receive(local: ExhaustLocal, message: ExhaustMessage): Reaction {
  if ('of' in message) {
    const silent = local.silent.filter((node) => node !== message.of);
    const now = message.kind === 'silence' ? [...silent, message.of].toSorted() : silent;
    return { local: { ...local, silent: now }, sends: [] };
  }
  if (!isUp(local)) return { local, sends: [] };
  const { message: content, counter } = message;
  if (!('link' in content && 'from' in content)) return react(local, content);
  const lane = `${content.from} ${String(content.link)}`;
  const last = local.received[lane] ?? 0;
  if (counter <= last) return react(local, STALE);
  const reaction = react(local, content);
  if (reaction.rejected) return reaction;
  return {
    ...reaction,
    local: { ...reaction.local, received: { ...reaction.local.received, [lane]: counter } },
  };
}

/** One step of the statechart, with what comes of it below the statechart. */
function react(local: ExhaustLocal, event: ModelEvent): Reaction & { readonly rejected: boolean } {
  const { state } = local;
  const choice = choiceFor(state, event);
  const result = step(state, choice === undefined ? event : ({ ...event, choice } as ModelEvent));
  if ('notAllowed' in result) {
    const broken = { property: 'conformance', text: `${state.node}: ${result.notAllowed}` };
    return { local, sends: [], rejected: false, broken };
  }
  const { outputs } = result;
  const rejected = outputs.some(({ kind }) => kind === 'reject');
  const timers = new Set(local.timers);
  let { sent } = local;
  const sends: ExhaustMessage[] = [];
  for (const output of outputs) {
    switch (output.kind) {
      case 'send': {
        const { to, message } = output;
        let counter = 0;
        if ('link' in message && 'from' in message) {
          const lane = `${to} ${String(message.link)}`;
          counter = (sent[lane] ?? 0) + 1;
          sent = { ...sent, [lane]: counter };
        }
        sends.push({ kind: 'frame', from: state.node, to, message, counter });
        break;
      }
      case 'set-timer':
        if (output.timer !== 'heartbeat') timers.add(output.timer);
        break;
      case 'cancel-timer':
        timers.delete(output.timer);
        break;
      case 'report':
      case 'reject':
        break;
    }
  }
  const after = {
    ...local,
    state: result.state,
    timers: [...timers].toSorted(),
    sent: ofPresentLinks(sent, result.state),
    received: ofPresentLinks(local.received, result.state),
  };
  const broken = brokenBy({ before: local, event, after, outputs });
  return { local: after, sends, rejected, ...(broken === undefined ? {} : { broken }) };
}

/** Links do not come back: what was counted over those that are gone makes no difference. */
function ofPresentLinks(counters: Counters, state: ModelState): Counters {
  const lanes = Object.entries(counters);
  const kept = lanes.filter(([lane]) => {
    const [node = '', link = ''] = lane.split(' ');
    return linkTo(state, node) === Number(link);
  });
  return kept.length === lanes.length ? counters : Object.fromEntries(kept);
}
