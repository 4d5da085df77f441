/** Messages, times and lists in words. Marked terms (`terms.ts`) are explained by whoever shows them. */
import type { Answer, Message, Placement, RecordName } from '../../model/index.ts';
import { roleOf, writerOf } from '../../model/index.ts';
import { term } from './terms.ts';

/** `c1, c2 and c3`. */
export function listed(names: readonly string[], last = 'and'): string {
  if (names.length <= 1) return names[0] ?? 'nobody';
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1) ?? ''}`;
}

/** Clauses that may have an "and" of their own: `does this, and does that`. */
export function clauses(parts: readonly string[]): string {
  const isPlain = parts.length === 2 && !/ and |[:;,]/.test(parts[0] ?? '');
  if (parts.length <= 1 || isPlain) return parts.join(' and ');
  return `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1) ?? ''}`;
}

/** A moment of a run: `7.133 s`. */
export function moment(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

/** A span of time: `20 ms`, `3.5 s`, `1 min 21 s`. */
export function span(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(2))} s`;
  const seconds = Math.round((ms % 60_000) / 1000);
  return `${Math.floor(ms / 60_000)} min${seconds === 0 ? '' : ` ${seconds} s`}`;
}

/** What lies between two moments, to the millisecond as they are: `(+3.06 s)`. */
export function gap(ms: number): string {
  return `(+${Number((ms / 1000).toFixed(3))} s)`;
}

/** `1st`, `2nd`, `11th`. */
export function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

/** `1 step`, `2 steps`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** `c1/1#2`. */
export function recordId({ capsule, seq }: RecordName): string {
  return `${capsule}#${seq}`;
}

/** A record by its name, and whether it is another of that name than the one that its writer put. */
export function recordWords(record: RecordName): string {
  const { capsule, branch } = record;
  const other = branch === undefined ? '' : ` (not one that ${writerOf(capsule)} put)`;
  return `${term('record')} ${recordId(record)}${other}`;
}

/** Records of one capsule: `records c1/1#1 to #2`. */
export function rangeWords(capsule: string, first: number, last: number): string {
  return first === last
    ? recordWords({ capsule, seq: first })
    : `${term('record', 'records')} ${capsule}#${first} to #${last}`;
}

/** How far writers have got: `c1/1 up to #2, c2/1 up to #1`. */
export function headsWords(heads: readonly RecordName[]): string {
  return heads
    .map(({ capsule, seq, branch }) => {
      const other = branch === undefined ? '' : ` (a #${seq} that ${writerOf(capsule)} did not put)`;
      return `${capsule} up to #${seq}${other}`;
    })
    .join(', ');
}

function answersWords(answers: readonly Answer[]): string {
  if (answers.length === 0) return 'no client answered';
  const wrote = answers.filter(({ heads }) => heads.length > 0);
  const nothing = answers.filter(({ heads }) => heads.length === 0).map(({ node }) => node);
  return [
    ...wrote.map(({ node, heads }) => `${node} wrote ${headsWords(heads)}`),
    ...(nothing.length > 0 ? [`${listed(nothing)} wrote nothing`] : []),
  ].join('; ');
}

/** Why something is no authentic message, as a clause of its own. */
export function garbageWhy(reason: string): string {
  switch (reason) {
    case 'counter':
      return 'it is a copy of one that was accepted before';
    case 'mac':
      return 'it is authenticated under a wrong key';
    case 'no such link':
      return 'it is for a link that there is not';
    case 'signature':
      return 'its signature is wrong';
    case 'credential':
      return 'nobody issued the credential in it';
    default:
      return `it is not authentic (${reason})`;
  }
}

/** How many clients a Cull of the prototype is about: the vocabulary has nothing like it. Undefined for other garbage. */
function culled(reason: string): string | undefined {
  return /^cull of (\d+)$/.exec(reason)?.[1];
}

/** Whether a message is a Cull of the prototype. */
export function isCull(message: Message): boolean {
  return message.type === 'garbage' && culled(message.reason) !== undefined;
}

/** What a message is that the vocabulary has no word for, with its article. */
export function garbageWords(reason: string): string {
  const [count, why] = [culled(reason), garbageWhy(reason)];
  return count === undefined
    ? `a message that is not authentic${why.startsWith('it is not authentic') ? why.slice('it is not authentic'.length) : `: ${why}`}`
    : `a ${term('Cull')} of ${count}`;
}

/** A Join: in which life, where lives have numbers. */
export function joinName(incarnation: number): string {
  return incarnation === 0 ? term('Join') : `${term('Join')} in ${term('incarnation')} ${incarnation}`;
}

type Placed = Extract<Message, { readonly type: 'placement' }>;

/** What a placement is called: where there are no versions, all that it says is a parent. */
export function placementName({ version }: Placed): string {
  return version === 0 ? term('AssignParent') : `${term('Placement')} of ${term('version')} ${version}`;
}

/** The same with its article. */
export function placementWords(message: Placed): string {
  return `${message.version === 0 ? 'an' : 'the'} ${placementName(message)}`;
}

/** What a placement tells. */
export function placedWords({ version, parent, children }: Placed): string {
  return version === 0 ? `parent ${parent.node}` : neighbourhood(parent.node, namesOf(children));
}

/** What a message is, as a noun with its article, and what it says. */
export function messageWords(message: Message): string {
  switch (message.type) {
    case 'join': {
      const { reason, suspect, incarnation } = message;
      const why =
        reason === 'orphaned'
          ? `: it has given up its parent ${suspect}`
          : reason === 'restarted'
            ? `: it restarted and claims ${term('incarnation')} ${incarnation}`
            : '';
      return `a ${term('Join')}${why}`;
    }
    case 'join-refused':
      return message.why === 'pending'
        ? `a ${term('JoinRefused')}: no slot is free`
        : message.why === 'excluded'
          ? `a ${term('JoinRefused')}: it is excluded for good`
          : `a ${term('JoinRefused')}: ${term('incarnation')} ${message.known} was claimed by another life`;
    case 'placement':
      return `${placementWords(message)} (${placedWords(message)})`;
    case 'placement-ack':
      return `the ${term('PlacementAck')} of version ${message.version}`;
    case 'leave':
      return `a ${term('Leave')}`;
    case 'subscription':
      return `a ${term('Subscription')} to ${shardsWords(message.interest)}`;
    case 'suspect':
      return `a ${term('Suspect')}: ${message.child} is silent`;
    case 'probe':
      return `a ${term('Probe')}`;
    case 'probe-ack':
      return `a ${term('ProbeAck')}`;
    case 'heartbeat':
      return `a ${term('Heartbeat')}`;
    case 'data':
      return recordWords(message.record);
    case 'rts':
      return `the ${term('RTS')} of ${term('epoch')} ${message.epoch}`;
    case 'eoe':
      return `an ${term('EOE')} of epoch ${message.epoch} (${answersWords(message.answers)})`;
    case 'sync':
      return `the ${term('SYNC')} of epoch ${message.epoch} (${[frontierWords(message), ...syncExtras(message)].join('; ')})`;
    case 'nak': {
      const way =
        message.path.length === 0 ? '' : ` on its way to ${message.path.at(-1) ?? ''}, who wrote it`;
      return `a ${term('Nak')} for ${rangeWords(message.capsule, message.first, message.last)}${way}`;
    }
    case 'repair':
      return `a ${term('Repair')} with ${repairedWords(message)}`;
    case 'evidence':
      return `evidence that ${writerOf(message.capsule)} made two records ${recordId(message)}`;
    case 'split-view':
      return splitViewWords(message.placements);
    case 'garbage':
      return garbageWords(message.reason);
  }
}

/** A SYNC of a run. */
export type Sync = Extract<Message, { readonly type: 'sync' }>;

/** What a SYNC says of how far writers have got. */
export function frontierWords({ frontier }: Pick<Sync, 'frontier'>): string {
  return frontier.length === 0 ? 'no record is known' : headsWords(frontier);
}

/** What else it says, a clause each: `c2 forked its capsule: …`. */
export function syncExtras({ forks = [], lacks = [], rotation }: Sync): readonly string[] {
  const expelled = [...new Set(rotation?.expelled)];
  return [
    ...forks.map(
      (fork) =>
        `${writerOf(fork.capsule)} ${term('fork', 'forked')} its capsule: there are two records ${recordId(fork)}`,
    ),
    ...lacks.map(
      ({ capsule, held }) => `the coordinator itself lacks ${recordId({ capsule, seq: held + 1 })}`,
    ),
    ...(rotation === undefined ? [] : [`${term('key epoch')} ${rotation.keyEpoch} has begun`]),
    ...(expelled.length === 0
      ? []
      : [`${listed(expelled)} ${expelled.length === 1 ? 'is' : 'are'} ${term('expelled')}`]),
  ];
}

/** What a Repair brings. */
export function repairedWords({ capsule, seqs, marks = {} }: Repair): string {
  const [first] = seqs;
  if (first === undefined) return 'nothing';
  const others = Object.entries(marks).filter(([, { branch }]) => branch !== undefined);
  const which =
    others.length === 0
      ? ''
      : ` (${listed(others.map(([seq]) => `#${seq}`))} not as ${writerOf(capsule)} put it)`;
  return `${rangeWords(capsule, first, seqs.at(-1) ?? first)}${which}`;
}

type Repair = Extract<Message, { readonly type: 'repair' }>;

/** What a split view is evidence of. */
function splitViewWords([one, other]: readonly [Placement, Placement]): string {
  const [a, b] = [one, other].map(({ parent, children }) => neighbourhood(parent.node, namesOf(children)));
  return one.node === other.node
    ? `evidence that the coordinator placed ${one.node} twice under version ${one.version} (once with ${a}; once with ${b})`
    : `evidence that the coordinator drew two trees of version ${one.version} (${one.node} with ${a}; ${other.node} with ${b})`;
}

/** `shards 0 and 2`. */
export function shardsWords(shards: readonly number[]): string {
  if (shards.length === 0) return 'no shard';
  return `${shards.length === 1 ? 'shard' : 'shards'} ${listed(shards.map(String))}`;
}

/** `parent C, children c1 and c2`. */
export function neighbourhood(parent: string, children: readonly string[]): string {
  const below =
    children.length === 0
      ? 'no children'
      : `${children.length === 1 ? 'child' : 'children'} ${listed(children)}`;
  return `${parent === '' ? 'no parent' : `parent ${parent}`}, ${below}`;
}

function namesOf(nodes: readonly { readonly node: string }[]): readonly string[] {
  return nodes.map(({ node }) => node);
}

/** `the coordinator C`, `router r1`. */
export function withRole(node: string): string {
  const role = roleOf(node);
  return role === 'coordinator' ? `the ${term('coordinator')} ${node}` : `${term(role)} ${node}`;
}
