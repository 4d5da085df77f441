/** Why a statechart rejects a message, or what a timer of it has run out for: the diagnosis of a wrong reaction. */
import {
  isBeyondCut,
  tornAt,
  writerOf,
  type Message,
  type ModelEvent,
  type ModelState,
  type RecordName,
} from '../../model/index.ts';
import type { Learnt } from './learning.ts';
import { term } from './terms.ts';
import { garbageWhy, listed, moment, recordId } from './words.ts';

/** The reason as a clause; undefined where nothing simple says it. `before` is the state in which the event came. */
export function whyRejected(event: ModelEvent, before: ModelState, learnt: Learnt = {}): string | undefined {
  if (before.value === 'left') return 'it has left';
  switch (event.type) {
    case 'garbage':
      return garbageWhy(event.reason);
    case 'placement':
      return before.role === 'coordinator' ? undefined : whyNoPlacement(event, before.context);
    case 'probe':
      return before.role === 'coordinator' ? undefined : whyNoProbe(event, before.context);
    case 'heartbeat':
    case 'data':
    case 'rts':
    case 'eoe':
    case 'sync':
    case 'nak':
    case 'repair':
      return whyNoNeighbour(event, before) ?? whyNotNew(event, before) ?? whyNoUse(event, before, learnt);
    default:
      return undefined;
  }
}

type Of<T extends Message['type']> = Extract<Message, { readonly type: T }>;
type MemberContext = Exclude<ModelState, { readonly role: 'coordinator' }>['context'];

function whyNoPlacement(
  { node, birth, version }: Of<'placement'>,
  context: MemberContext,
): string | undefined {
  if (node !== context.self) return `it is that of ${node}, and contradicts nothing`;
  if (birth !== context.birth) return `it is for another life of ${context.self}`;
  if (version === context.version) return `it has version ${version} already`;
  return version < context.version
    ? `version ${version} is older than the ${context.version} that it has`
    : undefined;
}

function whyNoProbe({ nonce }: Of<'probe'>, context: MemberContext): string | undefined {
  if (nonce === context.nonce) return 'it has had this very question before';
  return nonce < context.nonce ? 'it has had a newer question already' : undefined;
}

type Linked = Of<'heartbeat' | 'data' | 'rts' | 'eoe' | 'sync' | 'nak' | 'repair'>;

/** What the link says against it, for a node that knows its neighbours from its Placement. */
function whyNoNeighbour({ from, link }: Linked, before: ModelState): string | undefined {
  if (before.role === 'coordinator') return undefined;
  const { self, parent, children } = before.context;
  const neighbour = [...(parent === null ? [] : [parent]), ...children].find(({ node }) => node === from);
  if (neighbour === undefined) return `${from} is no neighbour of ${self}`;
  return neighbour.link === link ? undefined : 'it came over a link that has been replaced';
}

function whyNotNew(event: Linked, before: ModelState): string | undefined {
  switch (event.type) {
    case 'data': {
      const { capsule, seq } = event.record;
      const has =
        before.role === 'client'
          ? (before.context.positions[capsule] ?? 0) >= seq ||
            before.context.early[capsule]?.includes(seq) === true
          : before.context.log[capsule]?.includes(seq) === true;
      return has ? `it has had ${recordId(event.record)} already` : undefined;
    }
    case 'rts':
    case 'sync': {
      const newest = before.role === 'coordinator' ? undefined : before.context[event.type];
      return newest !== undefined && event.epoch <= newest
        ? `it has had that of epoch ${newest} already`
        : undefined;
    }
    case 'repair': {
      const isAsked =
        before.role === 'client'
          ? before.context.asked.length > 0
          : before.context.naks.some(({ asked }) => asked.includes(event.from));
      return isAsked ? undefined : `it has not asked ${event.from} for anything`;
    }
    default:
      return undefined;
  }
}

/** Why a record is of no use to who knows better, or is not repeated; by what it has learned. */
function whyNoUse(event: Linked, { role, context }: ModelState, learnt: Learnt): string | undefined {
  if (event.type === 'nak') {
    const last = { capsule: event.capsule, seq: event.last };
    return isBeyondCut(context, last)
      ? `${recordId(last)} is beyond the ${term('cut')}, since ${writerOf(event.capsule)} was ${term('expelled')}`
      : undefined;
  }
  if (event.type !== 'data') return undefined;
  const { capsule, seq } = event.record;
  const writer = writerOf(capsule);
  if (isBeyondCut(context, { capsule, seq }))
    return `${knows(learnt.rotatedMs)} that ${writer} is ${term('expelled')}`;
  const fork = context.forks[capsule];
  if (fork !== undefined && seq >= fork.seq)
    return `${knows(learnt.forkedMs)} that ${writer} ${term('fork', 'forked')} its capsule at #${fork.seq}`;
  const shard = /\/s(\d+)/.exec(capsule)?.[1];
  if (role !== 'client' || shard === undefined || context.interest?.includes(Number(shard)) !== false)
    return undefined;
  const { subscribedMs } = learnt;
  return subscribedMs === undefined
    ? `it does not want ${term('shard')} ${shard}`
    : `it has not wanted ${term('shard')} ${shard} since ${moment(subscribedMs)}`;
}

function knows(sinceMs: number | undefined): string {
  return sinceMs === undefined ? 'it knows' : `it has known since ${moment(sinceMs)}`;
}

/** Two records of a log that are of two branches, where it would have asked for, or told of, other ones because of that. */
export function whatIsTorn(
  { role, context }: ModelState,
  missing: readonly Message[],
  extra: readonly Message[],
): string | undefined {
  if (role === 'client') return undefined;
  const torn = Object.keys(context.log).flatMap((capsule) => {
    const seq = tornAt(context, capsule);
    if (seq === undefined) return [];
    const ends = (message: Message): boolean => endsAt(message, { capsule, seq });
    if (!missing.some(ends) || extra.some((message) => message.type === 'sync' && ends(message))) return [];
    return [`its ${recordId({ capsule, seq: seq + 1 })} does not continue its ${recordId({ capsule, seq })}`];
  });
  return torn.length === 0 ? undefined : listed(torn);
}

/** Whether a message tells of a capsule up to a record, asks for it up to there, or passes on that somebody asks for more. */
function endsAt(message: Message, { capsule, seq }: RecordName): boolean {
  if (message.type === 'sync')
    return message.frontier.some((head) => head.capsule === capsule && head.seq === seq);
  return message.type === 'nak' && message.capsule === capsule && message.first <= seq && seq <= message.last;
}

/** Whose answer a timer has run out for. */
export function whatWasAwaited(event: ModelEvent, before: ModelState): string | undefined {
  if (before.role === 'client') {
    const { parent } = before.context;
    return event.type !== 'timer.doubt' || parent === null
      ? undefined
      : `${parent.node} may greet, but for several epochs it has brought ${before.context.self} nothing that it should have`;
  }
  switch (event.type) {
    case 'timer.eoe': {
      const { awaited } = before.context;
      if (awaited.length === 0) return undefined;
      return `${listed(awaited)} ${awaited.length === 1 ? 'has' : 'have'} not answered, and it must not wait any longer`;
    }
    case 'timer.probe':
      return `${event.node} has not answered`;
    case 'timer.placement':
      return before.role === 'coordinator' && before.context.unacked.length > 0
        ? `${listed(before.context.unacked)} ${before.context.unacked.length === 1 ? 'has' : 'have'} not confirmed`
        : undefined;
    default:
      return undefined;
  }
}
