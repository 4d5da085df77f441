/** In what a message that was sent differs from the one that should have been: of two that are much the same. */
import type { Message } from '../../model/index.ts';
import type { Report } from '../../properties/reading.ts';
import { phrasesOf, present, type Effect, type Situation } from './effects.ts';
import { bare, term } from './terms.ts';
import { clauses, shardsWords, syncExtras, type Sync } from './words.ts';

/** What should have been done to the message, after "should have", and what was done instead, after the node's name. */
export interface Difference {
  readonly should: string;
  readonly did: string;
}

type Send = Extract<Effect, { readonly kind: 'send' }>;

/**
 * Undefined unless each message that is missing has its like among those that are too much, to the same node, and either they
 * are SYNCs of one frontier or words alone do not tell them apart.
 */
export function differenceOf(
  missing: readonly Effect[],
  extra: readonly Effect[],
  situation: Situation,
): Difference | undefined {
  const [expected, got] = [missing, extra].map((list) => list.filter((one) => !isTimer(one)));
  if (expected === undefined || got === undefined || expected.length === 0 || expected.length !== got.length)
    return undefined;
  const pairs = expected.map((one) => [one, got.find((other) => isLike(one, other))] as const);
  const parts: Difference[] = [];
  for (const [one, other] of pairs) {
    const part = other === undefined ? undefined : ofEffects(one, other, situation);
    if (part === undefined) return undefined;
    if (!parts.some(({ should }) => should === part.should)) parts.push(part);
  }
  return {
    should: clauses(parts.map(({ should }) => should)),
    did: clauses([...new Set(parts.map(({ did }) => did))]),
  };
}

function isTimer({ kind }: Effect): boolean {
  return kind === 'set-timer' || kind === 'cancel-timer';
}

function isLike(one: Effect, other: Effect): boolean {
  if (one.kind === 'report' && other.kind === 'report') return one.report.type === other.report.type;
  return (
    one.kind === 'send' &&
    other.kind === 'send' &&
    one.to === other.to &&
    one.message.type === other.message.type
  );
}

function ofEffects(one: Effect, other: Effect, situation: Situation): Difference | undefined {
  if (one.kind === 'send' && other.kind === 'send') return ofSends(one, other, situation);
  if (one.kind !== 'report' || other.kind !== 'report') return undefined;
  return one.report.type === 'committed' && other.report.type === 'committed'
    ? ofTrees(one.report, other.report)
    : undefined;
}

/** Of two trees with the same places: an edge down which other shards pass. */
function ofTrees(one: Committed, other: Committed): Difference | undefined {
  const places = ({ edges }: Committed): string =>
    edges.map(({ child, parent, link }) => `${child} ${parent} ${link}`).join();
  if (one.version !== other.version || places(one) !== places(other)) return undefined;
  const at = one.edges.findIndex(
    ({ interest }, index) => JSON.stringify(interest) !== JSON.stringify(other.edges[index]?.interest),
  );
  const [edge, got] = [one.edges[at], other.edges[at]];
  if (edge === undefined || got === undefined) return undefined;
  return {
    should: `committed a tree in which ${passes(edge.interest)} from ${edge.parent} down to ${edge.child}`,
    did: `commits one in which ${passes(got.interest)} there`,
  };
}

function passes(interest: readonly number[] = []): string {
  return `${shardsWords(interest)} ${interest.length > 1 ? 'pass' : 'passes'}`;
}

type Committed = Extract<Report, { readonly type: 'committed' }>;

function ofSends(one: Send, other: Send, situation: Situation): Difference | undefined {
  if (one.message.type === 'sync' && other.message.type === 'sync') {
    const part = ofSyncs(one.message, other.message, one.to);
    if (part !== undefined) return part;
  }
  const words = [one, other].map((effect) => bare(phrasesOf([effect], situation).map(present).join(', ')));
  return words[0] === words[1] ? ofFields(one, other) : undefined;
}

/** Of two SYNCs with one frontier: what only one of them tells beside it. */
function ofSyncs(one: Sync, other: Sync, to: string): Difference | undefined {
  if (one.epoch !== other.epoch || JSON.stringify(one.frontier) !== JSON.stringify(other.frontier))
    return undefined;
  const [expected, got] = [syncExtras(one), syncExtras(other)];
  const added = expected.filter((extra) => !got.includes(extra));
  const untrue = got.filter((extra) => !expected.includes(extra));
  const name = `this ${term('SYNC')} to ${to}`;
  if (added.length > 0) return { should: `added to ${name} that ${clauses(added)}`, did: 'leaves it out' };
  return untrue.length === 0
    ? undefined
    : { should: `left out of ${name} that ${clauses(untrue)}`, did: 'says it' };
}

/** Of two messages that read the same: the fields that are not. */
function ofFields({ to, message }: Send, other: Send): Difference {
  const names = [...new Set([...Object.keys(message), ...Object.keys(other.message)])];
  const fields = names.filter((name) => valueOf(message, name) !== valueOf(other.message, name));
  const values = fields.map((name) => `${name} ${said(message, name)} (not ${said(other.message, name)})`);
  return {
    should: `sent ${to} the ${message.type} with ${clauses(values)}`,
    did: `sends it with ${clauses(fields.map((name) => `another ${name}`))}`,
  };
}

function valueOf(message: Message, field: string): string | undefined {
  return JSON.stringify((message as Readonly<Record<string, unknown>>)[field]);
}

/** A value without the punctuation of JSON. */
function said(message: Message, field: string): string {
  return (
    valueOf(message, field)
      ?.replaceAll(/["{}[\]]/g, '')
      .replace(/^$/, 'empty') ?? 'absent'
  );
}
