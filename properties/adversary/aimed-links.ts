/** What an insider that aims says over links: Naks and Repairs that fit nobody, epochs out of time or from the wrong side. */
import { roleOf } from '../../model/index.ts';
import { clientsOf } from '../workload.ts';
import {
  BODY,
  CREDENTIAL,
  disordered,
  FAR,
  LAST_SEEN,
  links,
  MISSHAPEN_PERCENT,
  over,
  pickFrom,
  RECORD,
  recordIn,
  say,
  someOf,
  type Plan,
} from './aim.ts';
import { get, openFrame, type Path } from './fields.ts';
import type { Change, Value } from './say.ts';
import { LINK_BODY } from './seal.ts';

// Ranges

export const nak: Plan = (view, random) => {
  // Upwards more often: there somebody knows what to do with it.
  const upwards = links(view).filter(({ from }) => roleOf(from) === 'client');
  const link = pickFrom(random, upwards.length > 0 && random.chance(50) ? upwards : links(view));
  const data = someOf(view, random, 'data');
  if (link === undefined || data === undefined) return undefined;
  const { capsule, seq } = recordIn(data);
  const { maxRepair } = view.scenario.parameters;
  const [first, last] = random.pick<readonly [number, number]>([
    [seq, seq],
    [1, seq],
    [1, 1],
    [seq, seq + 1],
    [seq + 1, seq + 2],
    [1, 1 + maxRepair],
    [seq, seq + maxRepair - 1],
  ]);
  const some = (): string => random.pick(view.scenario.nodes);
  const path = random.pick([[], [], [], [link.to], [some()], [some(), some()]]);
  const others = [...clientsOf(view.scenario).map((client) => `${client}/1`), 'c123/1', 'c1/12'];
  const of = random.chance(70) ? capsule : random.pick(others);
  const body: Value[] = ['nak', of, first, last, path];
  if (!random.chance(MISSHAPEN_PERCENT)) return say(link, [{ field: BODY, value: body }]);
  const misshapen: readonly Value[] = [
    [...body, 0],
    body.with(1, [of]),
    body.with(1, `!${of}`),
    body.with(1, `${of}!`),
    body.with(2, last + 1),
    body.with(4, [[some()]]),
    body.with(0, ['nak']),
    body.slice(0, -1),
  ];
  return say(link, [{ field: BODY, value: random.pick(misshapen) }]);
};

/** A Nak to a client for records of its own or of another, few or too many. */
export const nakDown: Plan = (view, random) => {
  const link = pickFrom(
    random,
    links(view).filter(({ to }) => roleOf(to) === 'client'),
  );
  if (link === undefined) return undefined;
  const data = view.seen.filter((one) => one.kind === 'data').map(recordIn);
  const own = data.filter(({ capsule }) => capsule.startsWith(`${link.to}/`));
  const record = pickFrom(random, own.length > 0 && random.chance(70) ? own : data);
  if (record === undefined) return undefined;
  const { capsule, seq } = record;
  const { maxRepair } = view.scenario.parameters;
  const last = random.pick([seq, seq + maxRepair - 1, seq + maxRepair, seq + FAR]);
  return say(link, [{ field: BODY, value: ['nak', capsule, seq, last, []] }]);
};

/** An answer to a Nak, or to none, with records of this range, of another, or twice. */
export const repair: Plan = (view, random) => {
  const asked = random.chance(80) ? someOf(view, random, 'nak') : undefined;
  const data = someOf(view, random, 'data');
  const link = asked === undefined ? pickFrom(random, links(view)) : over(view, asked.to, asked.from);
  if (link === undefined || data === undefined) return undefined;
  const { capsule, seq } = recordIn(data);
  const range: readonly Value[] =
    asked === undefined
      ? [capsule, seq, seq]
      : [1, 2, 3].map((at) => ({ of: asked.id, at: [LINK_BODY, at] }));
  const wanted = asked === undefined ? capsule : (get(openFrame(asked.frame), [LINK_BODY, 1]) as string);
  const all = view.seen.filter((one) => one.kind === 'data').slice(-4 * LAST_SEEN);
  // What is on its way may be older than all that is remembered.
  if (all.length === 0) return undefined;
  const own = all.filter((one) => recordIn(one).capsule === wanted);
  const from = own.length > 0 && random.chance(75) ? own : all;
  const given = [random.pick(from), random.pick(from)].toSorted((a, b) => recordIn(a).seq - recordIn(b).seq);
  const chosen = random.chance(50) ? given.slice(0, 1) : random.chance(50) ? given : given.toReversed();
  const [first] = chosen;
  if (first === undefined) return undefined;
  const records = chosen.map((one) => ({ of: one.id, at: RECORD }));
  const body: Value[] = ['repair', ...range, { of: first.id, at: CREDENTIAL }, records];
  return say(link, [{ field: BODY, value: random.chance(10) ? [...body, 0] : body }]);
};

// Epochs

/** Position of the list in an EOE, and of the frontier in a SYNC; of the epoch of an EOE, which nobody signs. */
const ANSWERS: Path = [LINK_BODY, 2];
const FRONTIER: Path = [LINK_BODY, 1, 1];
const EOE_EPOCH: Path = [LINK_BODY, 1];

/** An RTS, SYNC or EOE again, from the wrong side, or spoiled. */
export const epoch: Plan = (view, random) => {
  const one = someOf(view, random, random.pick(['rts', 'sync', 'eoe', 'eoe']));
  if (one === undefined) return undefined;
  const aside = links(view).filter(({ from, to }) => to === one.to && from !== one.from);
  const way = random.chance(60) ? over(view, one.from, one.to) : pickFrom(random, aside);
  if (way === undefined) return undefined;
  const changes: Change[] = [];
  if (random.chance(MISSHAPEN_PERCENT)) {
    const list = one.kind === 'sync' ? FRONTIER : ANSWERS;
    const change = one.kind === 'rts' ? undefined : disordered(random, one, list);
    if (change !== undefined) changes.push(change);
  } else if (one.kind === 'eoe' && random.chance(50)) {
    const told = get(openFrame(one.frame), EOE_EPOCH) as number;
    changes.push({ field: EOE_EPOCH, value: told + random.pick([1, -1, 2]) });
    // Answers are of an epoch; without any, nothing but the number says which it is.
    if (random.chance(70)) changes.push({ field: ANSWERS, value: [] });
  }
  return say(one, changes, { over: way.id });
};

/** An EOE with an answer of less than its client said, signed by that client, mostly over the link of another child. */
export const answer: Plan = (view, random) => {
  const one = someOf(view, random, 'eoe');
  const answers = one === undefined ? undefined : get(openFrame(one.frame), ANSWERS);
  if (one === undefined || !Array.isArray(answers) || answers.length === 0) return undefined;
  const aside = links(view).filter(({ from, to }) => to === one.to && from !== one.from);
  const way = aside.length > 0 && random.chance(80) ? random.pick(aside) : one;
  const heads: Path = [...ANSWERS, random.int(0, answers.length - 1), 0, 2];
  return say(one, [{ field: heads, value: [] }], { over: way.id });
};

/** Any message over a link, sealed under another key. */
export const forged: Plan = (view, random) => {
  const link = pickFrom(random, links(view));
  return link && say(link, [], { mac: 'wrong' });
};

/** A sign of life that says more than that, or nothing. */
export const greeting: Plan = (view, random) => {
  const link = pickFrom(random, links(view));
  const value = random.pick<Value>([['heartbeat', 0], [['heartbeat']], ['heartbeat!'], [], 'heartbeat']);
  return link && say(link, [{ field: BODY, value }]);
};
